"""The sensor of who operated a lock last: what Activity shows of people, off until it is wanted."""

from datetime import timedelta
from typing import Any

from homeassistant.config_entries import ConfigEntry
from homeassistant.const import Platform
from homeassistant.core import Event, EventStateChangedData, HomeAssistant, callback
from homeassistant.helpers import entity_registry as er
from homeassistant.helpers.entity import Entity
from homeassistant.helpers.entity_component import EntityComponent
from homeassistant.helpers.event import async_track_state_change_event
from homeassistant.helpers.restore_state import RestoredExtraData
from homeassistant.util import dt as dt_util
import pytest

from custom_components.yale_august.history import cases, witness
from custom_components.yale_august.history.people import PSEUDO_USERS
from custom_components.yale_august.sensor import LastOperation
from tests.home import Home
from tests.simulator import Bolt, Cause, Fail, Lock
from tests.simulator.accounts import User
from tests.simulator.motion import Origin
from tests.simulator.words import Role

from .stories import DOOR, FEED, Stories, enter, in_turn, overtake, rows

KEY = "operator"


class Lines:
    """The lines of Activity: one for each other state."""

    def __init__(self, home: Home) -> None:
        """Begin to read."""
        self.home = home
        self.written: list[str] = []
        self.last = home.state("sensor", DOOR, KEY)
        entity_id = home.entity_id("sensor", DOOR, KEY)
        assert entity_id is not None
        async_track_state_change_event(home.hass, entity_id, self._changed)

    @callback
    def _changed(self, event: Event[EventStateChangedData]) -> None:
        state = event.data["new_state"]
        if state is None or state.state in ("unavailable", self.last):
            return
        self.last = state.state
        self.written.append(state.state)

    async def are(self, *lines: str) -> None:
        """Wait until so much was written, and see that no more is."""
        await self.home.when(lambda: len(self.written) >= len(lines))
        await self.home.keeps_still()
        assert self.written == list(lines)


def shown(home: Home) -> tuple[str, object]:
    """Return who it was, and how."""
    state = home.find("sensor", DOOR, KEY)
    assert state is not None
    return state.state, state.attributes.get("method")


async def wanted(home: Home, *, access: bool) -> ConfigEntry:
    """Set up with the sensor, and with the event or without."""
    entry = await home.set_up()
    if not access:
        er.async_get(home.hass).async_update_entity(
            home.entity_id("event", DOOR, "access") or "",
            disabled_by=er.RegistryEntryDisabler.USER,
        )
    await home.enable(entry, "sensor", DOOR, KEY)
    return entry


async def test_off_at_first(home: Home, door: Lock, pia: User) -> None:
    """Without it, and without the event, nothing is heard and nothing is asked."""
    entry = await home.set_up()
    row = home.entry_of(home.entity_id("sensor", DOOR, KEY) or "")
    assert row.disabled_by is er.RegistryEntryDisabler.INTEGRATION
    assert list(home.account(entry).witness._watches[door.lock_id].listeners) == [  # noqa: SLF001
        "access"
    ]
    er.async_get(home.hass).async_update_entity(
        home.entity_id("event", DOOR, "access") or "",
        disabled_by=er.RegistryEntryDisabler.USER,
    )
    await home.hass.config_entries.async_reload(entry.entry_id)
    before = len(home.cloud.requests)
    await enter(home, door, pia)
    await home.shows("lock", DOOR, "lock", "unlocked")
    await home.keeps_still()
    assert home.account(entry).witness.figures()["locks"] == 0
    assert home.cloud.requests.counts(since=before) == {}


@pytest.mark.parametrize("access", [True, False])
async def test_who_it_was(home: Home, door: Lock, pia: User, access: bool) -> None:
    """A line for whoever it is, with the event or alone; none for a door or a wrong code."""
    entry = await wanted(home, access=access)
    assert shown(home) == ("unknown", None)
    lines, hands = Lines(home), home.cloud.hands
    since = len(home.cloud.requests)
    await enter(home, door, pia)
    await lines.are("Pia Pin")
    assert shown(home) == ("Pia Pin", "keypad")
    assert home.cloud.requests.count(FEED, since=since) == 1
    await in_turn(
        hands.open_door(door), hands.close_door(door), hands.type_pin(door, "999999")
    )
    await hands.auto_lock(door)
    await lines.are("Pia Pin", "Auto-lock")
    await home.act("unlock", DOOR)
    await lines.are("Pia Pin", "Auto-lock", "Olivia Owner")
    assert shown(home) == ("Olivia Owner", "remote")
    await hands.lock(door)
    await hands.unlock(door)
    # Whoever does two things has one line, as of Home Assistant's own integration.
    await lines.are("Pia Pin", "Auto-lock", "Olivia Owner", "Manual")
    await hands.one_touch_lock(door)
    await home.shows("sensor", DOOR, KEY, "One-touch")
    state = home.find("lock", DOOR, "lock")
    assert state is not None
    assert state.attributes["changed_by"] == "One-touch"
    assert pia.user_id not in rows(home.hass)
    assert home.account(entry).witness.figures()["locks_with_feed"] == 1


async def test_nobody_says_who(home: Home, door: Lock, pia: User) -> None:
    """Then it is nobody who was there before; how it was done is told as far as it is known."""
    home.cloud.options.push_shape = "bare"
    await wanted(home, access=True)
    await enter(home, door, pia)
    await home.shows("sensor", DOOR, KEY, "Pia Pin")
    home.cloud.faults.add(FEED, Fail(403, {"message": "no"}), times=None)
    await home.cloud.hands.lock(door)
    await home.shows("sensor", DOOR, KEY, "unknown")
    assert shown(home) == ("unknown", "unknown")


async def test_restart(
    hass: HomeAssistant,
    home: Home,
    door: Lock,
    pia: User,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """It is shown again, and what was missed is told in its order; a name goes when none is wanted."""
    monkeypatch.setattr(witness, "GRAIN", timedelta())
    guest = home.cloud.world.add_user("Gustav", "Guest", email="guest@example.com")
    home.cloud.share(door, guest)
    entry = await wanted(home, access=False)
    lines = Lines(home)
    await enter(home, door, pia)
    await home.shows("sensor", DOOR, KEY, "Pia Pin")
    await hass.config_entries.async_reload(entry.entry_id)
    assert shown(home) == ("Pia Pin", "keypad")
    await home.keeps_still()
    assert shown(home) == ("Pia Pin", "keypad")

    await hass.config_entries.async_unload(entry.entry_id)
    await in_turn(home.cloud.hands.lock(door), enter(home, door, guest))
    await hass.config_entries.async_setup(entry.entry_id)
    await lines.are("Pia Pin", "Manual", "Gustav Guest")

    hass.config_entries.async_update_entry(entry, options={"names": False})
    await hass.config_entries.async_reload(entry.entry_id)
    assert shown(home) == ("unknown", "keypad")
    await enter(home, door, guest, Bolt.LOCKED)
    await lines.are("Pia Pin", "Manual", "Gustav Guest", "unknown", "Person 1")
    await hass.config_entries.async_reload(entry.entry_id)
    assert shown(home)[0] == "Person 1"
    await home.cloud.hands.unlock(door)
    await home.shows("sensor", DOOR, KEY, "Manual")
    await hass.config_entries.async_reload(entry.entry_id)
    # No person.
    assert shown(home) == ("Manual", "manual")
    assert "Manual" in PSEUDO_USERS.values()


async def test_late(
    home: Home, door: Lock, pia: User, bob: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is told late, and was before, changes nothing; a jam is no operation."""
    monkeypatch.setattr(cases, "OTHER", timedelta(seconds=0.1))
    home.cloud.share(door, pia)
    home.cloud.share(door, bob)
    entry = await wanted(home, access=True)
    stories, lines = Stories(home), Lines(home)
    await overtake(home, door, pia, bob)
    await lines.are("Bob Bolt")
    home.cloud.faults.lose_messages()
    await home.cloud.hands.open_door(door)
    await home.coordinator(entry, DOOR).async_refresh()
    await stories.are("unlocked", "unlocked", "locked", "door_opened")
    await home.cloud.motion.stick(door, Origin(cause=Cause.MANUAL))
    await stories.are("unlocked", "unlocked", "locked", "door_opened", "jammed")
    old = dt_util.utcnow() - timedelta(minutes=2)
    await home.say(
        DOOR,
        lockAction="locked",
        callingUserID=pia.user_id,
        timeStamp=old.timestamp() * 1000,
    )
    await home.when(lambda: len(stories.told) == 6)
    assert stories.told[-1]["person"] == "Pia Pin"
    await lines.are("Bob Bolt")
    assert shown(home) == ("Bob Bolt", "keypad")


@pytest.mark.parametrize(("platform", "key"), [("event", "access"), ("sensor", KEY)])
async def test_one_that_is_away_for_a_moment(
    home: Home, door: Lock, pia: User, platform: str, key: str
) -> None:
    """It gets another entity id: neither of the two misses what the other might hear."""
    home.cloud.share(door, pia)
    await wanted(home, access=True)
    told: list[str] = []
    home.hass.bus.async_listen(
        "state_changed",
        lambda event: told.append(
            (event.data["new_state"] or event.data["old_state"]).attributes.get(
                "event_type"
            )
        ),
    )
    entity_id = home.entity_id(platform, DOOR, key) or ""
    component: EntityComponent[Entity] = home.hass.data["entity_components"][platform]
    entity = component.get_entity(entity_id)
    assert entity is not None
    added = entity.async_added_to_hass

    async def added_late() -> None:
        await enter(home, door, pia)
        await home.shows("lock", DOOR, "lock", "unlocked")
        assert "unlocked" not in told or key == KEY
        await added()

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(entity, "async_added_to_hass", added_late)
        new = f"{platform}.another"
        er.async_get(home.hass).async_update_entity(entity_id, new_entity_id=new)
        await home.when(lambda: home.hass.states.get(new) is not None)
    await home.cloud.hands.open_door(door)
    await home.when(lambda: "door_opened" in told)
    assert [kind for kind in told if kind] == ["unlocked", "door_opened"]
    assert shown(home)[0] == "Pia Pin"


async def test_message_while_the_entry_goes(
    hass: HomeAssistant,
    home: Home,
    door: Lock,
    pia: User,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """What comes when the platforms go one after the other is told to both after the reload."""
    monkeypatch.setattr(witness, "GRAIN", timedelta())
    home.cloud.share(door, pia)
    entry = await wanted(home, access=True)
    stories = Stories(home)
    unload = hass.config_entries.async_unload_platforms

    async def unload_in_turn(entry: ConfigEntry, platforms: Any) -> bool:
        """Let the event go last, and somebody come in just before that."""
        first = [one for one in platforms if one is not Platform.EVENT]
        gone = await unload(entry, first)
        await enter(home, door, pia)
        await home.keeps_still()
        return gone and await unload(entry, [Platform.EVENT])

    monkeypatch.setattr(hass.config_entries, "async_unload_platforms", unload_in_turn)
    await hass.config_entries.async_reload(entry.entry_id)
    await stories.are("unlocked")
    await home.shows("sensor", DOOR, KEY, "Pia Pin")


async def test_taken_over(hass: HomeAssistant, home: Home, door: Lock) -> None:
    """The entry that shows the lock from now on tells who operates it."""
    anna = home.cloud.world.add_user("Anna", "Other", email="anna@example.com")
    home.cloud.add_lock(name="Back Door", house="Cabin", owner=anna)
    home.cloud.share(door, anna, Role.SUPERUSER)
    first = await home.set_up(title="Olivia")
    second = await home.set_up(anna, title="Anna")
    await home.enable(first, "sensor", DOOR, KEY)
    await home.cloud.hands.unlock(door)
    await home.shows("sensor", DOOR, KEY, "Manual")
    await hass.config_entries.async_remove(first.entry_id)
    await home.until(lambda: home.find("lock", DOOR, "lock") is not None)
    await home.enable(second, "sensor", DOOR, KEY)
    assert shown(home) == ("Manual", "manual")
    await home.act("lock", DOOR)
    await home.shows("sensor", DOOR, KEY, "Anna Other")


@pytest.mark.parametrize("damaged", [["remote"], {"remote": 1}, "telepathy", 7])
def test_damaged_file(damaged: object) -> None:
    """What cannot be read of what was shown before was not."""
    stored = RestoredExtraData({"operator": "Pia Pin", "method": damaged})
    assert LastOperation.read(stored) == LastOperation("Pia Pin", None)
