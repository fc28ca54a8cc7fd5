"""Starting anew at each step of a code's life, with nothing but the files."""

from collections.abc import Awaitable, Callable
from functools import partial
import json
from typing import Any

import pytest

from custom_components.yale_august.access_codes.desk import NEW
from custom_components.yale_august.codes.records import CodeState, Reason
from custom_components.yale_august.const import DOMAIN
from tests.simulator.faults import Hang
from tests.simulator.pinbook import PinState

from .code_home import GUEST, CodeHome, soon

CONFIRMED, LOST_DIGITS = CodeState.CONFIRMED, CodeState.NEEDS_NEW_CODE
DIGITS = "804615"

type Moment = Callable[[CodeHome, int], Awaitable[None]]


async def _reads_hang(codes: CodeHome, looks: int) -> None:
    """Send nothing: the list has been asked for and does not come."""
    codes.cloud.faults.add("get_pins", Hang(5), lock=codes.front, skip=looks)


async def _lost_before(codes: CodeHome, _: int) -> None:
    """Lose the write on its way to the cloud; it is journaled."""
    codes.cloud.faults.add("write_pins", Hang(5), lock=codes.front)


async def _lost_after(codes: CodeHome, _: int) -> None:
    """Lose the answer to the write, which the cloud has taken."""
    codes.cloud.faults.add("write_pins", Hang(5, acts=True), lock=codes.front)


async def _on_the_way(codes: CodeHome, _: int) -> None:
    """Keep the lock from doing what the cloud has taken."""
    codes.cloud.locksmith.hold(codes.front)


MOMENTS: dict[str, Moment] = {
    "not sent": _reads_hang,
    "lost before": _lost_before,
    "lost after": _lost_after,
    "on the way": _on_the_way,
}


async def _stop_there(
    codes: CodeHome,
    moment: Moment,
    wish: Callable[[], Awaitable[object]],
    *,
    looks: int = 0,
) -> None:
    """Wish something, start anew in the middle, and let everything go well from then on.

    `looks` is how often the wish itself reads the list, before it is one.
    """
    await moment(codes, looks)
    operation = "get_pins" if moment is _reads_hang else "write_pins"
    before = codes.cloud.requests.count(operation)
    await wish()
    asked = 1 + looks if moment is _reads_hang else 1
    await codes.home.when(
        lambda: (
            len(
                [
                    seen
                    for seen in codes.cloud.requests.of(operation)[before:]
                    if codes.front.lock_id in seen.path
                ]
            )
            >= asked
        )
    )
    if moment is _on_the_way:
        await codes.home.when(lambda: codes.cloud.locksmith.waiting(codes.front) > 0)
        assert not codes.shown(codes.front).settled
    codes.cloud.faults.clear()
    await codes.reload()
    codes.cloud.locksmith.release(codes.front)


@pytest.mark.parametrize("moment", MOMENTS)
async def test_loading(
    codes: CodeHome, moment: str, hass_storage: dict[str, Any]
) -> None:
    """A code on its way arrives; the digits of one that was not sent are gone with the memory."""
    await _stop_there(
        codes,
        MOMENTS[moment],
        lambda: codes.add(codes.front, digits=DIGITS, wait=0),
        looks=1,
    )
    if moment in ("not sent", "lost before"):
        await codes.reaches(codes.front, LOST_DIGITS, Reason.DIGITS_LOST)
        assert codes.front.pins.pins == []
        await codes.codes.async_change(GUEST, digits=NEW, wait=5)
        assert codes.pin(codes.front).pin != DIGITS
    else:
        await codes.reaches(codes.front, CONFIRMED)
        assert codes.pin(codes.front).pin == DIGITS
    assert codes.is_at(codes.front, CONFIRMED)
    await codes.home.hass.async_block_till_done()
    _has_no_digits(hass_storage, DIGITS, codes.pin(codes.front).pin)


@pytest.mark.parametrize("moment", MOMENTS)
async def test_loading_with_another_lock(codes: CodeHome, moment: str) -> None:
    """What the guest has on another lock is read back from there."""
    await codes.add(codes.back, digits=DIGITS)
    await _stop_there(
        codes, MOMENTS[moment], lambda: codes.add(codes.front, wait=0), looks=1
    )
    await codes.reaches(codes.front, CONFIRMED)
    assert codes.pin(codes.front).pin == codes.pin(codes.back).pin == DIGITS
    assert codes.codes.guests[codes.shown(codes.front).code_id].same_code


@pytest.mark.parametrize("moment", MOMENTS)
async def test_without_digits(codes: CodeHome, moment: str) -> None:
    """Suspending, resuming and ending need none, and always come to their end."""
    await codes.add(codes.front)
    for wish, state, left in (
        ("suspend", CONFIRMED, [PinState.DISABLED]),
        ("resume", CONFIRMED, [PinState.LOADED]),
        ("end", CodeState.ENDED, []),
    ):
        act = getattr(codes.codes, f"async_{wish}")
        await _stop_there(codes, MOMENTS[moment], partial(act, GUEST))
        await codes.reaches(codes.front, state)
        assert [pin.state for pin in codes.front.pins.pins] == left


@pytest.mark.parametrize("moment", MOMENTS)
async def test_moving(codes: CodeHome, moment: str) -> None:
    """Other times: what is still on the lock keeps its digits, what is off it has lost them."""
    await codes.add(codes.front, digits=DIGITS)
    window = soon()
    await _stop_there(
        codes,
        MOMENTS[moment],
        lambda: codes.codes.async_change(GUEST, schedule=window),
    )
    if moment in ("not sent", "lost before"):
        await codes.reaches(codes.front, CONFIRMED)
        assert codes.pin(codes.front).pin == DIGITS
        assert codes.shown(codes.front).schedule == window
        assert codes.pin(codes.front).access_type == "temporary"
    else:
        await codes.reaches(codes.front, LOST_DIGITS, Reason.DIGITS_LOST)
        assert codes.front.pins.pins == []


@pytest.mark.parametrize("moment", MOMENTS)
async def test_new_digits(codes: CodeHome, moment: str) -> None:
    """Other digits that are lost never become the old ones, and the old ones stay until then."""
    await codes.add(codes.front, digits=DIGITS)
    await _stop_there(
        codes,
        MOMENTS[moment],
        lambda: codes.codes.async_change(GUEST, digits="958204"),
        looks=1,
    )
    await codes.reaches(codes.front, LOST_DIGITS, Reason.DIGITS_LOST)
    has_old = moment in ("not sent", "lost before")
    assert [pin.pin for pin in codes.front.pins.pins] == [DIGITS] * has_old


async def test_new_digits_on_two_locks(codes: CodeHome) -> None:
    """The lock that has the new digits gives them to the one that has lost them."""
    await codes.add(digits=DIGITS)
    codes.cloud.locksmith.hold(codes.front)
    await codes.codes.async_change(GUEST, digits="958204")
    await codes.reaches(codes.back, CONFIRMED)
    await codes.home.when(lambda: codes.pin(codes.front).state is PinState.DELETING)
    await codes.reload()
    codes.cloud.locksmith.release(codes.front)
    await codes.reaches(codes.front, CONFIRMED)
    assert codes.pin(codes.front).pin == codes.pin(codes.back).pin == "958204"


@pytest.mark.parametrize("deed", ["replaced", "removed", "moved"])
async def test_other_lock_was_changed(codes: CodeHome, deed: str) -> None:
    """What somebody has put in the place of the guest's code on another lock is not the guest's."""
    await codes.add(codes.back, digits=DIGITS)
    pin = codes.pin(codes.back)
    await _lost_before(codes, 0)
    await codes.add(codes.front, wait=0)
    await codes.home.when(lambda: codes.cloud.requests.count("write_pins") == 2)
    if deed == "removed":
        codes.back.pins.pins.clear()
    elif deed == "replaced":
        pin.pin_id, pin.pin = "f" * 24, "739154"
    else:
        pin.pin, pin.access_type = "739154", "temporary"
        pin.access_times = "STARTSEC=1;ENDSEC=2"
    codes.cloud.faults.clear()
    await codes.reload()
    await codes.reaches(codes.front, LOST_DIGITS, Reason.DIGITS_LOST)
    assert codes.front.pins.pins == []


async def test_removing_the_entry(
    codes: CodeHome, hass_storage: dict[str, Any]
) -> None:
    """The file goes with the entry; the codes stay on the locks."""
    await codes.add()
    key = f"{DOMAIN}.{codes.entry.entry_id}.codes"
    assert GUEST in json.dumps(hass_storage[key])
    await codes.home.hass.config_entries.async_remove(codes.entry.entry_id)
    await codes.home.hass.async_block_till_done()
    assert key not in hass_storage
    assert codes.pin(codes.front).state is PinState.LOADED


def _has_no_digits(hass_storage: dict[str, Any], *digits: str) -> None:
    """See that no file has them."""
    text = json.dumps(hass_storage, default=str)
    assert GUEST in text
    for one in digits:
        assert one not in text
