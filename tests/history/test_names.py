"""Where no names are wanted: none that was told before stays, and one person has one number."""

from datetime import timedelta

from homeassistant.core import HomeAssistant
from homeassistant.util import dt as dt_util
import pytest

from custom_components.yale_august.codes.schedule import Temporary
from tests.access_codes.code_pins import give, loaded, pins, put, settled
from tests.home import Home
from tests.simulator import Bolt, Lock
from tests.simulator.accounts import User

from .stories import DOOR, Stories, enter, rows


@pytest.fixture
def door(home: Home) -> Lock:
    """Return a lock with a keypad."""
    return home.cloud.add_lock("keypad", name=DOOR)


async def test_switched_off(
    hass: HomeAssistant, home: Home, door: Lock, pia: User
) -> None:
    """What the events told last is shown again without the name; with names again all else is left."""
    home.cloud.share(door, pia)
    entry = await home.set_up()
    stories = Stories(home)
    await give(home, entry, door, "Zoë")
    await enter(home, door, pia)
    (told,) = await stories.are("unlocked")
    assert told["person"] == "Pia Pin"
    codes = home.find("event", DOOR, "codes")
    assert codes is not None
    assert codes.attributes["guest"] == "Zoë"

    hass.config_entries.async_update_entry(entry, options={"names": False})
    await hass.config_entries.async_reload(entry.entry_id)
    await hass.async_block_till_done()
    shown = rows(hass)
    assert not [name for name in ("Pia", "Zoë") if name in shown]
    for key, who in (("access", "person"), ("codes", "guest")):
        state = home.find("event", DOOR, key)
        assert state is not None
        assert state.attributes[who] is None
        assert state.attributes["event_type"] in ("unlocked", "confirmed")
    await enter(home, door, pia, Bolt.LOCKED)
    await home.when(lambda: "locked" in stories.kinds)
    numbered = stories.told[-1]["person"]
    assert numbered.startswith("Person ")

    # A number tells nothing of who it is, and stays.
    await hass.config_entries.async_reload(entry.entry_id)
    await hass.async_block_till_done()
    state = home.find("event", DOOR, "access")
    assert state is not None
    assert state.attributes["person"] == numbered


async def test_one_person_one_number(
    hass: HomeAssistant, home: Home, door: Lock, pia: User
) -> None:
    """Whoever is a guest with a code and a user of the cloud is one, whatever came first, for good."""
    entry = await home.add_entry()
    hass.config_entries.async_update_entry(entry, options={"names": False})
    await hass.config_entries.async_setup(entry.entry_id)
    await hass.async_block_till_done()
    stories = Stories(home)
    people = home.account(entry).people
    # A guest of ours, first seen by the code.
    code_id = await give(home, entry, door, "Gina")
    await settled(home, entry, door, code_id)
    gina = home.cloud.world.users[pins(door)["Gina"].user_id]
    await enter(home, door, gina)
    # Somebody who was first seen at the door, and whose code is taken over after that.
    app = put(home, door, "Otto", "719362")
    otto = home.cloud.world.users[app.user_id]
    await enter(home, door, otto, Bolt.LOCKED)
    told = await stories.are("unlocked", "locked")
    assert [one["person"] for one in told] == ["Person 1", "Person 2"]
    codes = home.account(entry).codes
    await codes.async_read(door.lock_id)
    now = dt_util.utcnow()
    (other,) = (one for one in codes.shown(door.lock_id) if not one.managed)
    await codes.async_change(
        other.code_id,
        lock_ids=[door.lock_id],
        schedule=Temporary(start=now, end=now + timedelta(days=1)),
    )
    await home.when(lambda: loaded(door, "Otto"))
    (taken,) = (one for one in codes.shown(door.lock_id) if one.name == "Otto")
    assert taken.managed
    await home.when(
        lambda: (
            (await_guest := home.find("event", DOOR, "codes")) is not None
            and await_guest.attributes["guest"] == "Person 2"
        )
    )

    await hass.config_entries.async_reload(entry.entry_id)
    await hass.async_block_till_done()
    people = home.account(entry).people
    for one, number in ((gina, 1), (otto, 2)):
        assert people.called(one.user_id) == f"Person {number}"
    assert people.guest(code_id, "Gina") == "Person 1"
    assert people.called(pia.user_id) == "Person 3"
