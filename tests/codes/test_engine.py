"""What must never pass for the code that was wished."""

from datetime import timedelta

import pytest

from custom_components.yale_august.cloud.models import PinState
from custom_components.yale_august.codes import wishes
from custom_components.yale_august.codes.records import CodeState, Reason
from custom_components.yale_august.codes.schedule import ALWAYS, Temporary

from .model import LOCK, START, Cloud, Keeper, guest

GINA = guest(1)


def _sent() -> Keeper:
    """Return a keeper that has sent a code which the lock has not taken yet."""
    keeper = Keeper(Cloud())
    keeper.wish(wishes.new_code(GINA, LOCK, ALWAYS, keeper.now), "1234")
    keeper.act(keeper.cloud.list(keeper.later()))
    keeper.later()
    return keeper


@pytest.mark.parametrize("what", ["digits", "schedule"])
def test_something_else_is_loaded(what: str) -> None:
    """Other digits or other times under the guest's id are not the code that was sent."""
    keeper = _sent()
    slot = keeper.cloud.of(GINA.guest_id)
    assert slot is not None
    slot.state = PinState.LOADED
    if what == "digits":
        slot.digits = "9876"
    else:
        slot.schedule = Temporary(start=START, end=START + timedelta(hours=1))
    for _ in range(2):
        keeper.look(keeper.cloud.list(keeper.later()))
        code = keeper.disk[GINA.guest_id]
        assert code.state is CodeState.UNCERTAIN
        assert code.reason is Reason.CHANGED_ELSEWHERE
        assert code.settled


def test_replaced_after_it_was_confirmed() -> None:
    """Another code under the guest's id is reported, whatever its digits."""
    keeper = _sent()
    keeper.run()
    assert keeper.disk[GINA.guest_id].state is CodeState.CONFIRMED
    slot = keeper.cloud.of(GINA.guest_id)
    assert slot is not None
    slot.pin_id = "another"
    keeper.look(keeper.cloud.list(keeper.later()))
    code = keeper.disk[GINA.guest_id]
    assert (code.state, code.reason) == (
        CodeState.UNCERTAIN,
        Reason.CHANGED_ELSEWHERE,
    )
    assert len(keeper.sent) == 1
