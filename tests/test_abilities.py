"""What locks can do: asked after they are shown, remembered, asked anew after a while."""

from functools import partial

from homeassistant.config_entries import ConfigEntry
from homeassistant.util import dt as dt_util
import pytest

from custom_components.yale_august.abilities import (
    FRESH,
    restore_abilities,
    store_abilities,
)
from custom_components.yale_august.cloud.models import (
    KeypadCapabilities,
    LockCapabilities,
)

from .home import Home
from .simulator import Fail

DOORS = ("Front Door", "Back Door", "Garage")
ONLY_BOLTS = {"get_locks": 1, "create_subscriber": 1, "get_lock": 3}


async def told(home: Home) -> ConfigEntry:
    """Set up three locks, two with a latch, and wait until all is told."""
    for name, variant in zip(DOORS, ("unlatch", "connect", "unlatch"), strict=True):
        home.cloud.add_lock(variant, name=name).type = 2
    entry = await home.set_up()
    locks = home.account(entry).locks.values()
    await home.until(lambda: all(lock.data.capabilities is not None for lock in locks))
    return entry


async def again(home: Home, entry: ConfigEntry) -> dict[str, int]:
    """Start again; return what has been asked."""
    await home.hass.config_entries.async_unload(entry.entry_id)
    before = len(home.cloud.requests)
    await home.hass.config_entries.async_setup(entry.entry_id)
    await home.hass.async_block_till_done(wait_background_tasks=False)
    counts = home.cloud.requests.counts(since=before)
    counts.pop("socket", None)
    return counts


def features(home: Home) -> list[int]:
    """Return what the locks offer."""
    states = [home.find("lock", name, "lock") for name in DOORS]
    return [state.attributes["supported_features"] for state in states if state]


async def test_requests_of_a_start(home: Home) -> None:
    """The first start asks two things of each lock, the next ones one."""
    entry = await told(home)
    counts = home.cloud.requests.counts()
    counts.pop("socket", None)
    assert counts == {**ONLY_BOLTS, "get_capabilities": 3}
    assert await again(home, entry) == ONLY_BOLTS


async def test_shown_before_they_are_told(home: Home) -> None:
    """A slow answer keeps no lock from being shown, and adds what it tells later."""
    home.cloud.faults.add("get_capabilities", Fail(503, "html"), times=3)
    for name in DOORS:
        home.cloud.add_lock("unlatch", name=name).type = 2
    entry = await home.set_up()
    await home.until(lambda: home.cloud.requests.count("get_capabilities") == 3)
    assert features(home) == [0, 0, 0]
    for lock in home.account(entry).locks.values():
        await lock.async_refresh()
    await home.until(lambda: features(home) == [1, 1, 1])


async def test_offered_at_once_after_a_restart(home: Home) -> None:
    """What can be opened does not lose that while it is read again."""
    entry = await told(home)
    seen = []
    home.hass.bus.async_listen(
        "state_changed",
        lambda event: (
            seen.append((event.data["new_state"].state, features(home)))
            if event.data["entity_id"].startswith("lock.")
            else None
        ),
    )
    home.cloud.faults.add("get_capabilities", Fail(503, "html"), times=None)
    await again(home, entry)
    assert features(home) == [1, 0, 1]
    shown = [found for state, found in seen if state == "locked" and len(found) == 3]
    assert shown and all(found == [1, 0, 1] for found in shown)


@pytest.mark.parametrize("why", ["firmware", "age", "damage"])
async def test_asked_anew(home: Home, why: str) -> None:
    """Another firmware may do more, and nothing is believed for ever."""
    entry = await told(home)
    account = home.account(entry)
    front = home.lock_id(DOORS[0])
    remembered = account._notebook.memory["abilities"]  # noqa: SLF001
    if why == "firmware":
        remembered[front]["firmware"] = "older"
    elif why == "age":
        remembered[front]["at"] = (dt_util.utcnow() - FRESH).isoformat()
    else:
        remembered[front]["at"] = "yesterday"
    await again(home, entry)
    await home.until(lambda: home.cloud.requests.count("get_capabilities") == 4)
    assert features(home) == [1, 0, 1]


async def test_removed_lock_is_forgotten(home: Home) -> None:
    """Nothing is kept of a lock that has gone."""
    entry = await told(home)
    account = home.account(entry)
    home.cloud.remove_lock(home.cloud.lock(DOORS[0]))
    await account.roster.async_refresh()
    await home.until(partial(_is_forgotten, home, entry))


def _is_forgotten(home: Home, entry: ConfigEntry) -> bool:
    memory = home.account(entry)._notebook.memory  # noqa: SLF001
    return home.lock_id(DOORS[0]) not in memory["abilities"]


async def test_no_right_to_ask(home: Home) -> None:
    """A key without the right asks once, and the type decides."""
    home.cloud.key().endpoints.remove("get_capabilities")
    for name in DOORS:
        home.cloud.add_lock("unlatch", name=name)
    entry = await home.set_up()
    locks = home.account(entry).locks.values()
    await home.until(
        lambda: all(lock.data.capabilities == LockCapabilities() for lock in locks)
    )
    assert features(home) == [1, 1, 1]
    asked = home.cloud.requests.count("get_capabilities")
    for lock in locks:
        await lock.async_refresh()
    assert home.cloud.requests.count("get_capabilities") == asked


def test_storage() -> None:
    """What was told comes back; what is damaged does not."""
    facts = LockCapabilities(
        unlatch=True, entry_code_slots=30, battery_life=1.5, supported_partners=("a",)
    )
    assert restore_abilities(LockCapabilities, store_abilities(facts)) == facts
    keypad = KeypadCapabilities(pin_length_min=4)
    assert restore_abilities(KeypadCapabilities, store_abilities(keypad)) == keypad
    assert restore_abilities(LockCapabilities, ["unlatch"]) is None
    damaged = {"unlatch": "yes", "supported_partners": [1, "b"], "other": 1}
    assert restore_abilities(LockCapabilities, damaged) == LockCapabilities(
        supported_partners=("b",)
    )
    assert store_abilities(LockCapabilities()) == {}
