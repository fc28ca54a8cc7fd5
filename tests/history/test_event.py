"""What happens at a door is told once, in order, with who did it; the feed is read when needed."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from homeassistant.core import HomeAssistant
from homeassistant.helpers import entity_registry as er
from homeassistant.util import dt as dt_util
import pytest

from custom_components.yale_august.const import DOMAIN
from tests.actions.action_home import ask
from tests.doors import refused
from tests.home import Home
from tests.simulator import REMOVED, Bolt, Cause, Fail, Lock
from tests.simulator.accounts import User
from tests.simulator.activities import stranger
from tests.simulator.motion import Origin

from .stories import DOOR, FEED, Stories, at, enter, rows

NO_RIGHT = Fail(
    403, {"code": "NotAuthorized", "message": "endpoint not allowed for API key"}
)


# As it comes


async def test_by_hand(home: Home, door: Lock) -> None:
    """All of it is told at once; the feed is read for the locking alone, which may be the lock's own."""
    await home.set_up()
    stories = Stories(home)
    hands = home.cloud.hands
    await hands.unlock(door)
    await hands.open_door(door)
    await stories.are("unlocked", "door_opened")
    assert stories.reads == 0
    await hands.close_door(door)
    await hands.unlatch(door)
    await home.shows("lock", DOOR, "lock", "open")
    await home.shows("lock", DOOR, "lock", "unlocked")
    await hands.lock(door)
    told = await stories.are(
        "unlocked", "door_opened", "door_closed", "opened", "locked"
    )
    assert [story["method"] for story in told] == [
        "manual",
        "unknown",
        "unknown",
        "manual",
        "manual",
    ]
    assert {story["person"] for story in told} == {None}
    assert {(story["ours"], story["late"]) for story in told} == {(False, False)}
    assert all(at(story) < 10 for story in told)
    assert stories.reads == 1


async def test_auto_lock(home: Home, door: Lock) -> None:
    """The stream calls it a hand; the feed knows better, and so does the lock entity then."""
    await home.set_up()
    stories = Stories(home)
    await home.cloud.hands.unlock(door)
    await home.cloud.hands.auto_lock(door)
    told = await stories.are("unlocked", "auto_locked")
    assert told[1]["method"] == "auto"
    # The newest are enough to say who it was.
    assert [entries < 30 for entries in stories.entries] == [True]
    state = home.find("lock", DOOR, "lock")
    assert state is not None
    assert state.attributes["changed_by"] == "Auto-lock"


async def test_code_of_somebody_the_lock_does_not_know(
    home: Home, door: Lock, pia: User
) -> None:
    """The feed is read once for the name; what follows at the door waits with it."""
    await home.set_up()
    stories = Stories(home)
    await enter(home, door, pia)
    await home.cloud.hands.open_door(door)
    await home.shows("lock", DOOR, "lock", "unlocked")
    state = home.find("lock", DOOR, "lock")
    assert state is not None
    assert "changed_by" not in state.attributes
    told = await stories.are("unlocked", "door_opened")
    assert (told[0]["person"], told[0]["method"]) == ("Pia Pin", "keypad")
    state = home.find("lock", DOOR, "lock")
    assert state is not None
    assert state.attributes["changed_by"] == "Pia Pin"
    # From now on the name is known.
    await home.cloud.hands.close_door(door)
    await enter(home, door, pia, Bolt.LOCKED)
    told = await stories.are("unlocked", "door_opened", "door_closed", "locked")
    assert told[-1]["person"] == "Pia Pin"
    assert home.cloud.requests.counts(since=stories.since) == {FEED: 1}


async def test_messages_that_do_not_say_who(home: Home, door: Lock, pia: User) -> None:
    """The shape that was recorded on the wire: one read for each operation at most."""
    home.cloud.options.push_shape = "bare"
    await home.set_up()
    stories = Stories(home)
    await enter(home, door, pia)
    await stories.are("unlocked")
    await home.cloud.hands.lock(door)
    told = await stories.are("unlocked", "locked")
    assert [(one["person"], one["method"]) for one in told] == [
        ("Pia Pin", "keypad"),
        (None, "manual"),
    ]
    assert home.cloud.requests.counts(since=stories.since) == {FEED: 2}


async def test_two_locks_of_a_house_are_asked_about_together(
    home: Home, door: Lock, pia: User
) -> None:
    """Whatever happens while the feed learns of it is one question."""
    back = home.cloud.add_lock(name="Back Door")
    home.cloud.options.push_shape = "bare"
    await home.set_up()
    stories, others = Stories(home), Stories(home, "Back Door")
    await enter(home, door, pia)
    await enter(home, back, pia)
    assert (await stories.are("unlocked"))[0]["person"] == "Pia Pin"
    assert (await others.are("unlocked"))[0]["person"] == "Pia Pin"
    assert stories.reads == 1


async def test_ours(home: Home, door: Lock) -> None:
    """What Home Assistant has done it knows; nobody is asked."""
    await home.set_up()
    stories = Stories(home)
    for action in ("unlock", "lock", "open"):
        await home.act(action, DOOR)
    told = await stories.are("unlocked", "locked", "opened")
    assert {(one["ours"], one["method"], one["person"]) for one in told} == {
        (True, "remote", "Olivia Owner")
    }
    assert stories.reads == 0


@pytest.mark.parametrize("push", [True, False])
async def test_ours_without_a_word(
    home: Home, door: Lock, push: bool, pace: Callable[..., None]
) -> None:
    """The same where messages say nothing of it, or where there are none."""
    pace(connect=timedelta(seconds=0.2))
    home.cloud.options.push_shape = "bare"
    if not push:
        home.cloud.faults.add("socket", Fail(503, "html"), times=None)
    await home.set_up()
    stories = Stories(home)
    await home.act("unlock", DOOR)
    await home.act("lock", DOOR)
    told = await stories.are("unlocked", "locked")
    assert {one["ours"] for one in told} == {True}
    assert stories.reads == 0


async def test_somebody_elses_app(home: Home, door: Lock) -> None:
    """A command of another person is remote, and not ours."""
    guest = home.cloud.world.add_user("Gustav", "Guest", email="guest@example.com")
    home.cloud.share(door, guest)
    await home.set_up()
    stories = Stories(home)
    origin = Origin(cause=Cause.REMOTE, user=guest)
    await home.cloud.motion.drive(door, Bolt.UNLOCKED, origin)
    told = await stories.are("unlocked")
    assert (told[0]["ours"], told[0]["method"]) == (False, "remote")
    assert told[0]["person"] == "Gustav Guest"
    assert stories.reads == 0


async def test_jammed(home: Home, door: Lock) -> None:
    """A bolt that does not get there is told of."""
    await home.set_up()
    stories = Stories(home)
    await home.cloud.motion.stick(
        door, Origin(cause=Cause.REMOTE, user=home.cloud.owner)
    )
    await stories.are("jammed")


@pytest.mark.parametrize("push", [True, False])
async def test_jammed_under_our_command(
    home: Home, door: Lock, push: bool, pace: Callable[..., None]
) -> None:
    """A message tells of it, or only the lock's own answer; once."""
    pace(connect=timedelta(seconds=0.2))
    if not push:
        home.cloud.faults.add("socket", Fail(503, "html"), times=None)
    await home.set_up()
    stories = Stories(home)
    home.cloud.faults.jam(door)
    with refused("jammed"):
        await home.act("unlock", DOOR)
    told = await stories.are("jammed")
    assert (told[0]["ours"], told[0]["method"]) == (True, "remote")
    assert (told[0]["person"], stories.reads) == ("Olivia Owner", 0)


# Who may not, and who does not want to


@pytest.mark.parametrize(
    ("fault", "of_key"), [(NO_RIGHT, True), (Fail(403, {"message": "no"}), False)]
)
async def test_key_without_the_right(
    home: Home,
    door: Lock,
    pia: User,
    fault: Fail,
    of_key: bool,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """The feed is asked once; then events come at once without the name. Nobody is bothered."""
    entry = await home.set_up()
    stories = Stories(home)
    home.cloud.faults.add(FEED, fault, times=None)
    caplog.clear()
    await enter(home, door, pia)
    told = await stories.are("unlocked")
    assert (told[0]["person"], told[0]["method"]) == (None, "unknown")
    await home.cloud.hands.lock(door)
    await stories.are("unlocked", "locked")
    assert stories.reads == 1
    assert home.account(entry).witness.figures() == {
        "locks": 1,
        "locks_with_feed": 0,
        "feed_reads": 1,
        "houses_without_right": 0 if of_key else 1,
        "key_without_right": of_key,
    }
    assert [
        one.message
        for one in caplog.records
        if DOMAIN in one.name and one.levelname != "DEBUG"
    ] == []
    assert not list(entry.async_get_active_flows(home.hass, {"reauth"}))


@pytest.mark.parametrize("by", ["time", "check"])
@pytest.mark.parametrize("fault", [NO_RIGHT, Fail(403, {"message": "no"})])
async def test_right_that_comes_back(
    home: Home,
    door: Lock,
    pia: User,
    fault: Fail,
    by: str,
    pace: Callable[..., None],
) -> None:
    """The feed is tried again once a day, or when a check finds that it works; what was missed is told."""
    day = 0.6
    pace(feed_right=timedelta(seconds=day if by == "time" else 9))
    home.cloud.options.push_shape = "bare"
    home.cloud.add_lock(name="Back Door")
    entry = await home.set_up()
    stories = Stories(home)
    home.cloud.faults.add(FEED, fault, times=None)
    await enter(home, door, pia)
    assert (await stories.are("unlocked"))[0]["person"] is None
    if by == "time":
        await home.when(lambda: stories.reads > 1)
    home.cloud.faults.lose_messages()
    await home.cloud.hands.lock(door)
    home.cloud.faults.clear()
    if by == "check":
        await ask(home, "check_account")
    told = await stories.are("unlocked", "locked")
    assert told[1]["method"] == "manual"
    assert home.account(entry).witness.figures()["locks_with_feed"] == 2
    reads = stories.reads
    await enter(home, door, pia)
    told = await stories.are("unlocked", "locked", "unlocked")
    assert told[2]["person"] == "Pia Pin"
    await home.keeps_still(seconds=day)
    assert stories.reads == reads + 1


async def test_house_that_was_not_known(home: Home, door: Lock, pia: User) -> None:
    """As soon as it is, the feed tells what has happened meanwhile and who it was."""
    home.cloud.options.push_shape = "bare"
    for place in ("list", "detail"):
        home.cloud.faults.malform(door, "HouseID", REMOVED, place=place)
    entry = await home.set_up()
    stories = Stories(home)
    home.cloud.faults.lose_messages()
    await enter(home, door, pia)
    await home.coordinator(entry, DOOR).async_refresh()
    await stories.are()
    door.malformed.clear()
    await home.coordinator(entry, DOOR).async_refresh()
    assert (await stories.are("unlocked"))[0]["person"] == "Pia Pin"
    await enter(home, door, pia, Bolt.LOCKED)
    assert (await stories.are("unlocked", "locked"))[1]["person"] == "Pia Pin"
    assert stories.reads == 2


async def test_disabled(hass: HomeAssistant, home: Home, door: Lock, pia: User) -> None:
    """Nothing is asked for its sake; what happened meanwhile is not told when it is back."""
    entry = await home.set_up()
    entity_id = home.entity_id("event", DOOR, "access")
    assert entity_id is not None
    registry = er.async_get(hass)
    registry.async_update_entity(entity_id, disabled_by=er.RegistryEntryDisabler.USER)
    await hass.config_entries.async_reload(entry.entry_id)
    await hass.async_block_till_done()
    before = len(home.cloud.requests)
    await enter(home, door, pia)
    await home.cloud.hands.lock(door)
    state = await home.shows("lock", DOOR, "lock", "locked")
    assert state.attributes["changed_by"] == "Manual"
    await home.keeps_still()
    assert home.cloud.requests.counts(since=before) == {}
    registry.async_update_entity(entity_id, disabled_by=None)
    await hass.config_entries.async_reload(entry.entry_id)
    await hass.async_block_till_done()
    stories = Stories(home)
    await enter(home, door, pia)
    await stories.are("unlocked")


async def test_guest(home: Home, door: Lock, pia: User) -> None:
    """A guest learns of all that happens, and by name of what it did itself."""
    guest = home.cloud.world.add_user("Gustav", "Guest", email="guest@example.com")
    home.cloud.share(door, guest)
    home.cloud.options.push_shape = "bare"
    await home.set_up(guest)
    stories = Stories(home)
    await enter(home, door, pia)
    await home.shows("lock", DOOR, "lock", "unlocked")
    await enter(home, door, guest, Bolt.LOCKED)
    told = await stories.are("unlocked", "locked")
    assert [one["person"] for one in told] == [None, "Gustav Guest"]


async def test_nothing_personal_but_the_name(
    hass: HomeAssistant, home: Home, door: Lock, pia: User
) -> None:
    """No id and no code is in a state."""
    await home.set_up()
    stories = Stories(home)
    await enter(home, door, pia)
    told = await stories.are("unlocked")
    assert set(told[0]) == {
        "event_types",
        "event_type",
        "method",
        "person",
        "ours",
        "at",
        "late",
        "friendly_name",
    }
    assert pia.user_id not in rows(hass)


# Names, or numbers


async def test_without_names(
    hass: HomeAssistant, home: Home, door: Lock, pia: User
) -> None:
    """People are numbered in the order in which they were first seen, for good."""
    guest = home.cloud.world.add_user("Gustav", "Guest", email="guest@example.com")
    home.cloud.share(door, guest)
    entry = await home.add_entry()
    hass.config_entries.async_update_entry(entry, options={"names": False})
    await hass.config_entries.async_setup(entry.entry_id)
    await hass.async_block_till_done()
    stories = Stories(home)
    await enter(home, door, pia)
    await enter(home, door, guest, Bolt.LOCKED)
    told = await stories.are("unlocked", "locked")
    assert [one["person"] for one in told] == ["Person 1", "Person 2"]
    # A number needs no name.
    assert stories.reads == 0
    await hass.config_entries.async_reload(entry.entry_id)
    await hass.async_block_till_done()
    await enter(home, door, guest)
    await home.when(lambda: len(stories.told) == 3)
    assert stories.told[2]["person"] == "Person 2"
    state = home.find("lock", DOOR, "lock")
    assert state is not None
    assert state.attributes["changed_by"] == "Person 2"
    await home.cloud.hands.lock(door)
    state = await home.shows("lock", DOOR, "lock", "locked")
    assert state.attributes["changed_by"] == "Manual"
    shown = rows(hass)
    assert not [name for name in ("Pia", "Gustav", guest.user_id) if name in shown]


async def test_late(home: Home, door: Lock, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is told long after it happened says so."""
    await home.set_up()
    stories = Stories(home)
    old = dt_util.utcnow().timestamp() - 120
    await home.say(
        DOOR, lockAction="unlocked", callingUserID="manualunlock", timeStamp=old * 1000
    )
    told = await stories.are("unlocked")
    assert told[0]["late"] is True
    assert 118 < at(told[0]) < 125


async def test_words_of_next_year(home: Home, door: Lock) -> None:
    """What the feed says and nobody understands is left alone."""
    home.cloud.options.push_shape = "bare"
    await home.set_up()
    stories = Stories(home)
    nobody: Any = stranger("deleted", "Unknown", "User")
    home.cloud.feed.note(door, "some_new_word", nobody)
    await home.cloud.hands.unlock(door)
    await stories.are("unlocked")
