"""Nobody is said to have done what somebody else did."""

import asyncio
from collections.abc import Callable
from datetime import timedelta

from homeassistant.const import EVENT_STATE_CHANGED
from homeassistant.core import Event, EventStateChangedData, callback
import pytest

from tests.doors import refused
from tests.home import Home
from tests.simulator import REMOVED, Bolt, Cause, Fail, Lock, Slow, activities
from tests.simulator.accounts import User
from tests.simulator.motion import Origin
from tests.simulator.words import Role
from tests.test_sub_user import PARTNER_USER_ID, add

from .stories import DOOR, Stories, enter


@pytest.fixture
def sub_user(home: Home) -> User:
    """Return the sub-user that the config flow has made."""
    return home.cloud.world.add_user(
        "Home", "Assistant", owner=home.cloud.owner, partner_user_id=PARTNER_USER_ID
    )


def shown_by(home: Home) -> list[tuple[str, object]]:
    """Return what the lock shows from now on, and by whom."""
    shown: list[tuple[str, object]] = []

    @callback
    def changed(event: Event[EventStateChangedData]) -> None:
        state = event.data["new_state"]
        if state is not None and state.domain == "lock":
            shown.append((state.state, state.attributes.get("changed_by")))

    home.hass.bus.async_listen(EVENT_STATE_CHANGED, changed)
    return shown


@pytest.mark.parametrize(
    ("answer", "key"),
    [(Fail(403, {"message": "no"}), "forbidden"), (Fail(422), "bridge_offline")],
)
async def test_after_a_command_that_did_nothing(
    home: Home, door: Lock, pia: User, answer: Fail, key: str
) -> None:
    """Whoever unlocks next is not Home Assistant, though no message says who it is."""
    home.cloud.options.push_shape = "bare"
    await home.set_up()
    stories = Stories(home)
    home.cloud.faults.add("remote_operate", answer)
    with refused(key):
        await home.act("unlock", DOOR)
    await enter(home, door, pia)
    (told,) = await stories.are("unlocked")
    assert (told["ours"], told["person"], told["method"]) == (
        False,
        "Pia Pin",
        "keypad",
    )


async def test_just_before_a_command(home: Home, pia: User) -> None:
    """What was heard of before it was sent, and once more after that, is not its doing."""
    home.cloud.options.push_shape = "bare"
    door = home.cloud.add_lock(name=DOOR)
    await home.set_up()
    stories = Stories(home)
    await enter(home, door, pia)
    await home.shows("lock", DOOR, "lock", "unlocked")
    acting = asyncio.create_task(home.act("unlock", DOOR))
    await home.say(DOOR, lockAction="unlocked")
    await acting
    told = await stories.are("unlocked", "unlocked")
    assert [(one["ours"], one["person"]) for one in told] == [
        (False, "Pia Pin"),
        (True, "Olivia Owner"),
    ]


async def test_between_a_refused_login_and_the_next(home: Home, pia: User) -> None:
    """What happens while a command waits for the other token is not its doing."""
    home.cloud.options.push_shape = "bare"
    door = home.cloud.add_lock(name=DOOR)
    await home.set_up()
    stories = Stories(home)
    home.cloud.faults.add("remote_operate", Fail(401))
    home.cloud.faults.add("token", Slow(0.5))
    acting = asyncio.create_task(home.act("unlock", DOOR))
    await home.when(lambda: home.commands() == ["unlock"])
    await asyncio.sleep(0.1)
    await enter(home, door, pia)
    await acting
    told = await stories.are("unlocked", "unlocked")
    assert [(one["ours"], one["person"]) for one in told] == [
        (False, "Pia Pin"),
        (True, "Olivia Owner"),
    ]


async def test_somebody_else_where_a_sub_user_acts(
    home: Home, door: Lock, sub_user: User, hurried: None
) -> None:
    """It knows itself: a command that nobody confirmed is not what another app does after that."""
    home.cloud.share(door, sub_user, Role.USER)
    guest = home.cloud.world.add_user("Gustav", "Guest", email="guest@example.com")
    home.cloud.share(door, guest)
    # A guest may not be told of the others.
    home.cloud.faults.malform(door, "users", REMOVED)
    entry = await add(home)
    await home.hass.config_entries.async_setup(entry.entry_id)
    await home.hass.async_block_till_done()
    stories = Stories(home)
    home.cloud.faults.add("remote_operate", Fail(502, "html"))
    with refused("unconfirmed"):
        await home.act("unlock", DOOR)
    origin = Origin(cause=Cause.REMOTE, user=guest)
    await home.cloud.motion.drive(door, Bolt.UNLOCKED, origin)
    (told,) = await stories.are("unlocked")
    assert (told["ours"], told["method"]) == (False, "remote")
    home.cloud.options.push_shape = "bare"
    await home.act("lock", DOOR)
    told = (await stories.are("unlocked", "locked"))[1]
    assert (told["ours"], told["person"]) == (True, "Home Assistant")


async def test_who_did_it_before_the_last(
    home: Home,
    door: Lock,
    pia: User,
    bob: User,
    pace: Callable[..., None],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Who did the same before is not shown while nobody knows yet who did it now."""
    pace(feed_lag=timedelta(seconds=0.6), name=timedelta(seconds=3))
    monkeypatch.setattr(activities, "LAG", 0.4 * home.cloud.pace.speed)
    home.cloud.options.push_shape = "bare"
    await home.set_up()
    stories, shown = Stories(home), shown_by(home)
    await enter(home, door, pia)
    await home.cloud.hands.lock(door)
    await asyncio.sleep(0.4)
    await enter(home, door, bob)
    told = await stories.are("unlocked", "locked", "unlocked")
    assert [one["person"] for one in told] == ["Pia Pin", None, "Bob Bolt"]
    assert ("unlocked", "Pia Pin") not in shown
    assert shown[-1] == ("unlocked", "Bob Bolt")


@pytest.mark.parametrize("by", ["message", "answer", "command"])
async def test_who_did_the_opposite_just_before(
    home: Home, door: Lock, pia: User, by: str
) -> None:
    """Nobody has locked because of having unlocked a moment before, whatever tells of the locking."""
    home.cloud.share(door, pia)
    await home.set_up()
    shown = shown_by(home)
    await enter(home, door, pia)
    await home.shows("lock", DOOR, "lock", "unlocked")
    assert shown[-1] == ("unlocked", "Pia Pin")
    home.cloud.options.push_shape = "bare"
    if by == "command":
        await home.act("lock", DOOR)
    elif by == "message":
        await home.cloud.hands.lock(door)
    else:
        home.cloud.faults.lose_messages(2)
        await home.cloud.hands.lock(door)
        await home.press(DOOR, "status")
    await home.when(
        lambda: shown[-1] == ("locked", "Olivia Owner" if by == "command" else "Manual")
    )
    assert ("locked", "Pia Pin") not in shown
