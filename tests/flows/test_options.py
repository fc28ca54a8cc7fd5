"""The options, and what a lock with a latch does with them."""

from datetime import timedelta
from typing import Any

from homeassistant.components.lock import LockEntityFeature
from homeassistant.config_entries import ConfigEntry, ConfigEntryState
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType
from homeassistant.exceptions import ServiceNotSupported
from homeassistant.helpers import issue_registry as ir
from homeassistant.setup import async_setup_component
import pytest

from custom_components.yale_august.const import DOMAIN
from custom_components.yale_august.options import LatchUse, Options
from tests.home import Home
from tests.simulator import Bolt, Lock

DOOR = "Front Door"


@pytest.fixture
def door(home: Home) -> Lock:
    """Return a lock that can pull its latch."""
    return home.cloud.add_lock("unlatch", name=DOOR)


async def open_settings(hass: HomeAssistant, entry: ConfigEntry) -> dict[str, Any]:
    """Open the form; beside it there is a menu where the locks take codes."""
    flow = hass.config_entries.options
    form = await flow.async_init(entry.entry_id)
    if form["type"] is FlowResultType.MENU:
        form = await flow.async_configure(form["flow_id"], {"next_step_id": "settings"})
    assert form["type"] is FlowResultType.FORM
    return dict(form)


async def choose(
    hass: HomeAssistant, entry: ConfigEntry, **chosen: Any
) -> dict[str, Any]:
    """Fill in the form."""
    form = await open_settings(hass, entry)
    result = await hass.config_entries.options.async_configure(
        form["flow_id"],
        {
            "trust_minutes": 60,
            "webhooks": False,
            "names": True,
            **({"calendar": False} if "calendar" in form["data_schema"].schema else {}),
            **chosen,
        },
    )
    await hass.async_block_till_done()
    return dict(result)


def asked(hass: HomeAssistant) -> list[str]:
    """Return the repairs about latches."""
    return [
        issue_id
        for (domain, issue_id), issue in ir.async_get(hass).issues.items()
        if domain == DOMAIN and issue.translation_key == "latch_lock"
    ]


async def test_trust(hass: HomeAssistant, home: Home, door: Lock) -> None:
    """How long a state is believed is the person's choice, from the next moment on."""
    entry = await home.set_up()
    assert home.account(entry).pace.trust.rest == timedelta(hours=1)
    result = await choose(hass, entry, trust_minutes=90)
    assert result["type"] is FlowResultType.CREATE_ENTRY
    assert home.account(entry).pace.trust.rest == timedelta(minutes=90)


async def test_as_the_words_say(home: Home, door: Lock) -> None:
    """Unlock sends unlock, open sends unlatch, unless somebody has said otherwise."""
    await home.set_up()
    await home.act("unlock", DOOR)
    await home.act("open", DOOR)
    assert home.commands(DOOR) == ["unlock", "unlatch"]


async def test_exchanged(hass: HomeAssistant, home: Home, door: Lock) -> None:
    """For a lock that does it the other way round."""
    entry = await home.set_up()
    await choose(hass, entry, swapped=[door.lock_id])
    await home.act("unlock", DOOR)
    assert home.commands(DOOR) == ["unlatch"]
    await home.act("open", DOOR)
    assert home.commands(DOOR) == ["unlatch", "unlock"]


async def test_hidden(hass: HomeAssistant, home: Home, door: Lock) -> None:
    """Nobody opens it from here, by voice or otherwise."""
    entry = await home.set_up()
    state = home.find("lock", DOOR, "lock")
    assert state is not None
    assert state.attributes["supported_features"] == LockEntityFeature.OPEN
    await choose(hass, entry, hidden=[door.lock_id])
    state = home.find("lock", DOOR, "lock")
    assert state is not None
    assert state.attributes["supported_features"] == 0
    with pytest.raises(ServiceNotSupported):
        await home.act("open", DOOR)
    assert home.commands(DOOR) == []


@pytest.mark.parametrize("use", [LatchUse.DOCUMENTED, LatchUse.SWAPPED])
async def test_unlock_of_an_unlocked_lock_is_not_sent(
    hass: HomeAssistant, home: Home, door: Lock, use: LatchUse
) -> None:
    """Whatever the command is called: it might open the door."""
    entry = await home.set_up()
    swapped = [door.lock_id] if use is LatchUse.SWAPPED else []
    await choose(hass, entry, swapped=swapped)
    await home.cloud.hands.unlock(door)
    await home.shows("lock", DOOR, "lock", "unlocked")
    await home.act("unlock", DOOR)
    assert home.commands(DOOR) == []
    assert door.bolt is Bolt.UNLOCKED


async def test_both_lists(hass: HomeAssistant, home: Home, door: Lock) -> None:
    """One lock, one choice; what was typed stays."""
    entry = await home.set_up()
    result = await choose(
        hass, entry, swapped=[door.lock_id], hidden=[door.lock_id], trust_minutes=77
    )
    assert result["errors"] == {"hidden": "swapped_and_hidden"}
    assert entry.options == {}


async def test_lock_without_latch_has_no_choice(
    hass: HomeAssistant, home: Home
) -> None:
    """Where there is nothing to choose nothing is asked."""
    home.cloud.add_lock(name=DOOR)
    entry = await home.set_up()
    form = await open_settings(hass, entry)
    schema = form["data_schema"]
    assert schema is not None
    assert {str(key) for key in schema.schema} == {
        "bluetooth",
        "names",
        "trust_minutes",
        "webhooks",
    }
    assert asked(hass) == []


async def test_choice_for_a_lock_that_is_away_stays(
    hass: HomeAssistant, home: Home, door: Lock
) -> None:
    """The form does not forget what it does not show."""
    entry = await home.set_up()
    other = "0" * 32
    hass.config_entries.async_update_entry(entry, options={"latch": {other: "hidden"}})
    await choose(hass, entry, swapped=[door.lock_id])
    options = Options.read(entry.options)
    assert options.latch_use(other) is LatchUse.HIDDEN
    assert options.latch_use(door.lock_id) is LatchUse.SWAPPED


async def test_only_what_was_shown_is_decided(
    hass: HomeAssistant, home: Home, door: Lock
) -> None:
    """A lock that comes while the form is open is still asked about; one that it showed is decided even if it went."""
    entry = await home.set_up()
    form = await open_settings(hass, entry)
    late = home.cloud.add_lock("unlatch", name="Back Door")
    await home.account(entry).roster.async_refresh()
    await home.shows("lock", "Back Door", "lock", "locked")
    assert await hass.config_entries.async_unload(entry.entry_id)
    await hass.config_entries.options.async_configure(
        form["flow_id"],
        {
            "trust_minutes": 60,
            "webhooks": False,
            "names": True,
            "calendar": False,
            "hidden": [door.lock_id],
        },
    )
    assert entry.options["latch"] == {door.lock_id: "hidden"}
    await home.until(lambda: entry.state is ConfigEntryState.LOADED)
    await home.shows("lock", "Back Door", "lock", "locked")
    assert len(asked(hass)) == 1
    assert Options.read(entry.options).latch.keys().isdisjoint({late.lock_id})


async def test_first_latch_lock_is_explained(
    hass: HomeAssistant, home: Home, door: Lock, hass_client: Any
) -> None:
    """A repair says what may happen at the door, takes the choice and goes."""
    await async_setup_component(hass, "repairs", {})
    entry = await home.set_up()
    (issue_id,) = asked(hass)
    client = await hass_client()
    answer = await client.post(
        "/api/repairs/issues/fix", json={"handler": DOMAIN, "issue_id": issue_id}
    )
    form = await answer.json()
    assert form["step_id"] == "choose"
    assert form["description_placeholders"] == {"lock": DOOR}
    answer = await client.post(
        f"/api/repairs/issues/fix/{form['flow_id']}", json={"use": "swapped"}
    )
    assert (await answer.json())["type"] == "create_entry"
    await hass.async_block_till_done()
    await home.until(
        lambda: entry.state.recoverable and bool(home.account(entry).locks)
    )
    assert Options.read(entry.options).latch_use(door.lock_id) is LatchUse.SWAPPED
    assert asked(hass) == []
    await home.act("unlock", DOOR)
    assert home.commands(DOOR) == ["unlatch"]
    await home.act("open", DOOR)
    assert home.commands(DOOR) == ["unlatch", "unlock"]


@pytest.mark.parametrize(
    "stored",
    [
        {"trust_minutes": "soon", "latch": [], "webhooks": "yes"},
        {"trust_minutes": True, "latch": {"A": "sideways"}},
        {},
    ],
)
def test_unreadable_options_are_the_default(stored: dict[str, object]) -> None:
    """A hand that edits files does not open a door."""
    assert Options.read(stored) == Options()


@pytest.mark.parametrize(("stored", "read"), [(1, 30), (10**9, 1440), (45.5, 45.5)])
def test_trust_has_bounds(stored: float, read: float) -> None:
    """A state that is never confirmed anew must not be believed for ever."""
    assert Options.read({"trust_minutes": stored}).trust == timedelta(minutes=read)
