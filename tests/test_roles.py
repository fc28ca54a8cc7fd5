"""Every role gets its lock; what it may not do is told when it is asked for."""

from collections.abc import Callable
from datetime import timedelta

from homeassistant.exceptions import HomeAssistantError
import pytest

from custom_components.yale_august.knowledge.readings import Trust

from .home import Home
from .simulator import Fail
from .simulator.accounts import User
from .simulator.lock import Lock
from .simulator.words import Role

DOOR = "Front Door"
NOT_YOURS = {"code": 403, "message": "User is not authorized"}


@pytest.fixture
def door(home: Home) -> Lock:
    """Return a lock of somebody else."""
    return home.cloud.add_lock("unlatch", name=DOOR)


@pytest.fixture
def guest(home: Home) -> User:
    """Return somebody without a lock."""
    return home.cloud.world.add_user("Gustav", "Guest", email="guest@example.com")


@pytest.mark.parametrize("role", Role)
async def test_each_role_operates(
    home: Home, door: Lock, guest: User, role: Role
) -> None:
    """Lock, unlock, open, and what is shown, are the same for all."""
    home.cloud.share(door, guest, role)
    await home.set_up(guest)
    assert home.state("lock", DOOR, "lock") == "locked"
    for action, state in (("unlock", "unlocked"), ("lock", "locked"), ("open", "open")):
        await home.act(action, DOOR)
        assert home.state("lock", DOOR, "lock") == state
    found = home.find("lock", DOOR, "lock")
    assert found is not None
    assert found.attributes["changed_by"] == "Gustav Guest"
    assert home.state("sensor", DOOR, "battery") == "61"
    assert home.state("binary_sensor", DOOR, "connectivity") == "on"


@pytest.mark.parametrize(
    "body",
    [
        NOT_YOURS,
        {"code": "NotAuthorized", "message": "endpoint not allowed for API key"},
        {"message": "no"},
    ],
)
async def test_detail_that_is_not_for_a_guest(
    home: Home, door: Lock, guest: User, body: dict[str, object]
) -> None:
    """Who may not see the detail sees the status, and operates."""
    home.cloud.share(door, guest)
    home.cloud.faults.add("get_lock", Fail(403, body), times=None)
    entry = await home.set_up(guest)
    assert home.state("lock", DOOR, "lock") == "locked"
    assert home.state("binary_sensor", DOOR, "door") == "off"
    assert home.find("sensor", DOOR, "battery") is None
    assert home.find("binary_sensor", DOOR, "connectivity") is None
    assert home.reads(DOOR) == ["get_lock", "get_lock_status"]
    await home.cloud.hands.unlock(door)
    await home.shows("lock", DOOR, "lock", "unlocked")
    await home.act("lock", DOOR)
    assert home.state("lock", DOOR, "lock") == "locked"
    # The latch is known from what the lock can do.
    await home.act("open", DOOR)
    await home.shows("lock", DOOR, "lock", "unlocked")
    assert entry.state.recoverable
    assert not list(entry.async_get_active_flows(home.hass, {"reauth"}))


async def test_status_grows_old_too(
    home: Home, door: Lock, guest: User, pace: Callable[..., None]
) -> None:
    """What a guest saw is given up after T1 as well."""
    pace(trust=Trust(rest=timedelta(seconds=2.5), moving=timedelta(seconds=0.3)))
    home.cloud.share(door, guest)
    home.cloud.faults.add("get_lock", Fail(403, NOT_YOURS), times=None)
    home.cloud.faults.add("get_lock_status", Fail(503), times=None, skip=1)
    await home.set_up(guest)
    assert home.state("lock", DOOR, "lock") == "locked"
    await home.shows("lock", DOOR, "lock", "unknown")


async def test_neither_detail_nor_status(home: Home, door: Lock, guest: User) -> None:
    """Who sees nothing has a lock whose state is unknown until push tells it."""
    home.cloud.share(door, guest)
    home.cloud.faults.add("get_lock", Fail(403, NOT_YOURS), times=None)
    home.cloud.faults.add("get_lock_status", Fail(403, NOT_YOURS), times=None)
    await home.set_up(guest)
    assert home.state("lock", DOOR, "lock") == "unknown"
    await home.cloud.hands.unlock(door)
    await home.shows("lock", DOOR, "lock", "unlocked")
    await home.act("lock", DOOR)
    assert home.state("lock", DOOR, "lock") == "locked"


async def test_guest_who_may_not_operate(home: Home, door: Lock, guest: User) -> None:
    """The refusal is told; nothing moves."""
    door.habits.guests_may_operate = False
    home.cloud.share(door, guest)
    await home.set_up(guest)
    with pytest.raises(HomeAssistantError) as caught:
        await home.act("unlock", DOOR)
    assert caught.value.translation_key == "role_missing"
    assert home.state("lock", DOOR, "lock") == "locked"
    assert home.cloud.record == ()


async def test_guest_who_presses_a_button_for_owners(
    home: Home, door: Lock, guest: User
) -> None:
    """The same for what only owners may do."""
    home.cloud.share(door, guest)
    entry = await home.set_up(guest)
    await home.enable(entry, "button", DOOR, "reboot")
    with pytest.raises(HomeAssistantError) as caught:
        await home.press(DOOR, "reboot")
    assert caught.value.translation_key == "role_missing"
