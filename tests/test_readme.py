"""README.md says what is so."""

from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from importlib import import_module, resources
import json
import os
from pathlib import Path
import re
from typing import Any
from urllib.parse import parse_qs

from freezegun.api import FrozenDateTimeFactory
from homeassistant.core import HomeAssistant, ServiceCall
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers.config_entry_oauth2_flow import MY_AUTH_CALLBACK_PATH
from homeassistant.helpers.entity import EntityDescription
from homeassistant.helpers.template import Template
from homeassistant.setup import async_setup_component
from homeassistant.util import dt as dt_util
from homeassistant.util.yaml import parse_yaml
import pytest
from pytest_homeassistant_custom_component.common import (
    async_fire_time_changed,
    async_mock_service,
)
from yarl import URL

from custom_components.yale_august import PLATFORMS
from custom_components.yale_august.account import PACE
from custom_components.yale_august.actions.table import TABLE as ACTIONS
from custom_components.yale_august.cloud.brand import Brand, endpoints
from custom_components.yale_august.cloud.routes import ROUTES
from custom_components.yale_august.const import DOMAIN
from custom_components.yale_august.failures import _KEYS
from custom_components.yale_august.flows.options import _form

from .benchmark.__main__ import _parser

ROOT = Path(__file__).parent.parent
INTEGRATION = ROOT / "custom_components" / DOMAIN
README = (ROOT / "README.md").read_text()
MANIFEST = json.loads((INTEGRATION / "manifest.json").read_text())
WORDS = json.loads((INTEGRATION / "translations" / "en.json").read_text())

NAMELESS = "*the lock's name*"


def section(title: str) -> str:
    """Return the text under a headline."""
    found = re.search(
        rf"^(#+) {re.escape(title)}$(.*?)(?=^#{{1,6}} |\Z)",
        README,
        re.MULTILINE | re.DOTALL,
    )
    assert found, title
    return found[2]


def rows(text: str) -> list[list[str]]:
    """Return the cells of the only table in a text."""
    lines = [line for line in text.splitlines() if line.startswith("|")]
    return [[cell.strip() for cell in line[1:-1].split("|")] for line in lines[2:]]


def examples() -> list[Any]:
    """Return the examples."""
    return [
        parse_yaml(block)
        for block in re.findall(
            r"^```yaml\n(.*?)^```$", README, re.MULTILINE | re.DOTALL
        )
    ]


def links() -> Iterator[str]:
    """Yield where the links and images lead."""
    yield from re.findall(r"\]\(([^)\s]+)\)", README)
    yield from re.findall(r"(?:src|srcset|href)=\"([^\"]+)\"", README)
    yield from re.findall(r"^\[[^\]]+\]: (\S+)$", README, re.MULTILINE)


def entity_name(platform: str, row: EntityDescription) -> str:
    """Return what an entity of a lock is called, beside the lock."""
    if row.name is None:
        return NAMELESS
    named = WORDS["entity"].get(platform, {}).get(row.translation_key)
    if named is not None:
        return str(named["name"])
    component = resources.files(f"homeassistant.components.{platform}")
    words = json.loads((component / "translations" / "en.json").read_text())
    return str(words["entity_component"][row.device_class]["name"])


def descriptions(platform: str) -> tuple[EntityDescription, ...]:
    """Return what a platform's tables describe."""
    module = import_module(f"custom_components.yale_august.{platform}")
    names = ("TABLE", "CODES_TABLE", "ACCOUNT_TABLE")
    return tuple(row for name in names for row in getattr(module, name, ()))


def test_entities() -> None:
    """The table has each entity, and whether it is on at first; no other."""
    told = Counter(
        (kind.lower().replace(" ", "_"), entity, at_first)
        for kind, entity, _, at_first in rows(section("Entities"))
    )
    assert told == Counter(
        (
            platform.value,
            entity_name(platform.value, row),
            "on" if row.entity_registry_enabled_default else "off",
        )
        for platform in PLATFORMS
        for row in descriptions(platform.value)
    )


def test_options() -> None:
    """The table has each setting, in the order of the form: what opens a door first."""
    form = _form({"1": "Front Door"}, with_codes=True, with_keys=True)
    labels = WORDS["options"]["step"]["settings"]["data"]
    told = [option for option, _, _ in rows(section("Options"))]
    assert told == [labels[str(key)] for key in form.schema]
    assert "unlock" in told[0]


def test_actions() -> None:
    """The table has each action; what the client calls unverified is said to be."""
    told = [
        name
        for row in rows(section("Actions"))
        for name in re.findall("`(.*?)`", row[0])
    ]
    assert sorted(told) == sorted(f"{DOMAIN}.{action.name}" for action in ACTIONS)


def test_operations() -> None:
    """The table has the twenty of the vendor's page, and marks what is not proven."""
    told = {
        int(number): (re.search(r"`(\w+)`", operation), "*not proven*" in operation)
        for number, operation, _ in rows(section("What of the partner API is used"))
    }
    assert {
        number: (found and found[1], marked) for number, (found, marked) in told.items()
    } == {
        route.number: (
            route.operation,
            not route.proven,
        )
        for route in ROUTES
        if route.number is not None
    }
    named = re.findall(
        r"\bactions? `(\w+)`(?: and `(\w+)`)?",
        section("What of the partner API is used"),
        re.IGNORECASE,
    )
    actions = {action.name for action in ACTIONS}
    assert {name for pair in named for name in pair if name} <= actions


def test_troubleshooting_quotes_what_people_read() -> None:
    """Each quoted piece is in a sentence, and each sentence that ends a command is quoted."""
    quoted = [
        piece
        for row in rows(section("If something goes wrong"))
        for piece in re.findall(r'"([^"]+)"', row[0])
    ]
    commands = {
        key: WORDS["exceptions"][key]["message"]
        for key in (*_KEYS.values(), "unconfirmed", "not_sent")
    }
    said = [
        *commands.values(),
        *WORDS["config"]["error"].values(),
        *WORDS["config"]["abort"].values(),
        *(issue["title"] for issue in WORDS["issues"].values()),
        *WORDS["entity"]["sensor"]["door_state"]["state"].values(),
    ]
    for piece in quoted:
        assert any(piece in sentence for sentence in said), piece
    for key, sentence in commands.items():
        assert any(piece in sentence for piece in quoted), key


def test_times() -> None:
    """The numbers are those of the integration."""

    def minutes(time: timedelta) -> str:
        return f"{time // timedelta(minutes=1)}"

    asks = " ".join(section("How often it asks").split())
    assert f"about every {minutes(PACE.reconcile)} minutes and" in asks
    assert f"the list of locks every {minutes(PACE.roster)}." in asks
    assert asks.count(f"about every {minutes(PACE.poll)} minutes") == 2
    assert f"more than {PACE.poll // PACE.poll_share}." in asks
    assert f"at most once in {minutes(PACE.live)} minutes" in asks
    assert len(PACE.read_back) + 1 == 4
    assert "at most four reads" in asks
    story = " ".join(section("Who did it").split())
    assert f"for {PACE.name // timedelta(seconds=1)} seconds at most" in story
    states = " ".join(section("What the states mean").split())
    assert PACE.trust.rest == timedelta(hours=1)
    assert "within the last hour" in states
    assert "more than an hour old" in states
    assert f"about {PACE.read_back[-1].seconds} seconds" in states


def test_hosts() -> None:
    """Each address that is called is named."""
    hosts = {
        url.host
        for where in map(endpoints, Brand)
        for url in (where.rest, where.authorize, where.token, where.push)
        if url is not None
    }
    named = re.findall(r"`([\w-]+(?:\.[\w-]+)+)`", section("Privacy"))
    assert set(named) == hosts


def test_links() -> None:
    """Links lead somewhere."""
    titles = re.findall(r"^#+ (.*)$", README, re.MULTILINE)
    anchors = {
        "#" + re.sub(r"[^\w -]", "", title.lower()).replace(" ", "-")
        for title in titles
    }
    for link in links():
        if link.startswith("#"):
            assert link in anchors
        elif "://" in link:
            assert link.startswith("https://")
        elif not link.startswith("../../"):  # places of the repository's home
            assert (ROOT / link).is_file(), link


def test_public_address() -> None:
    """It stands in one place, and links through my.home-assistant.io agree with it."""
    address = MANIFEST["documentation"]
    assert README.count(address) == 1
    _, owner, name = URL(address).path.split("/")
    through = {
        URL(link).parts[2]: parse_qs(URL(link).query_string)
        for link in links()
        if link.startswith("https://my.home-assistant.io/redirect/")
    }
    assert through == {
        "hacs_repository": {
            "owner": [owner],
            "repository": [name],
            "category": ["integration"],
        },
        "config_flow_start": {"domain": [DOMAIN]},
    }
    assert f"\n{MY_AUTH_CALLBACK_PATH}\n" in README


def test_commands() -> None:
    """What a contributor is to run can be run."""
    commands = re.findall(r"\bscripts/\w+", README)
    assert {command.removeprefix("scripts/") for command in commands} == {
        *("benchmark", "demo", "lint", "mutate", "soak", "test")
    }
    for command in commands:
        assert os.access(ROOT / command, os.X_OK), command


def test_costs() -> None:
    """Each ratio is that of its row, and the command that made the table is one that is taken."""
    text = section("What it costs")
    for figure, ours, theirs, ratio in rows(text):
        one, other = (float(cell.split()[0]) for cell in (ours, theirs))
        if ratio:
            assert float(ratio) == pytest.approx(one / other, rel=0.05), figure
    found = re.search(r"^scripts/benchmark (.*)$", text, re.MULTILINE)
    assert found is not None
    assert _parser().parse_args(found[1].split())


def test_requirement() -> None:
    """The oldest Home Assistant is the one that the Marketplace is told."""
    oldest = json.loads((ROOT / "hacs.json").read_text())["homeassistant"]
    assert f"Home Assistant {oldest.removesuffix('.0')} or newer" in README


def test_card() -> None:
    """The card shows entities that a lock has."""
    cards = [example for example in examples() if "cards" in example]

    def tiles(card: dict[str, Any]) -> Iterator[dict[str, Any]]:
        for inner in card.get("cards", []):
            yield from tiles(inner)
        if card["type"] == "tile":
            yield card
        else:
            assert card["type"] in ("vertical-stack", "horizontal-stack")

    assert [tile["entity"] for tile in tiles(cards[0])] == [
        "lock.front_door",
        "binary_sensor.front_door_door",
        "sensor.front_door_battery",
    ]


def automation(alias: str) -> dict[str, Any]:
    """Return an example."""
    return next(example for example in examples() if example.get("alias") == alias)


@pytest.mark.parametrize(
    ("bolt", "door", "locks"),
    [
        ("locked", "off", False),
        ("unlocked", "off", True),
        ("unknown", "off", True),
        ("unlocked", "on", False),
        ("unlocked", "unknown", False),
    ],
)
@pytest.mark.parametrize("works", [True, False])
async def test_lock_up_at_night(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    bolt: str,
    door: str,
    locks: bool,
    works: bool,
) -> None:
    """It locks what is not known to be locked, and tells when that fails."""
    asked: list[ServiceCall] = []

    async def lock(call: ServiceCall) -> None:
        asked.append(call)
        if not works:
            raise HomeAssistantError("unconfirmed")
        hass.states.async_set("lock.front_door", "locked")

    hass.services.async_register("lock", "lock", lock)
    notes = async_mock_service(hass, "persistent_notification", "create")
    hass.states.async_set("lock.front_door", bolt)
    hass.states.async_set("binary_sensor.front_door_door", door)
    freezer.move_to(dt_util.now().replace(hour=22, minute=59, second=50))
    await turn_on(hass, "Lock up at night")

    freezer.tick(20)
    async_fire_time_changed(hass)
    await hass.async_block_till_done()
    assert len(asked) == locks
    if locks:
        assert asked[0].data["entity_id"] == ["lock.front_door"]
    assert len(notes) == (locks and not works)
    await turn_off(hass)


async def test_front_door_left_open(
    hass: HomeAssistant, freezer: FrozenDateTimeFactory
) -> None:
    """It tells after five minutes, not of a door that was closed again."""
    notes = async_mock_service(hass, "persistent_notification", "create")
    hass.states.async_set("binary_sensor.front_door_door", "off")
    await turn_on(hass, "Front door left open")

    for state, wait, told in (("on", 299, 0), ("off", 600, 0), ("on", 301, 1)):
        hass.states.async_set("binary_sensor.front_door_door", state)
        await hass.async_block_till_done()
        freezer.tick(wait)
        async_fire_time_changed(hass)
        await hass.async_block_till_done()
        assert len(notes) == told
    await turn_off(hass)


@pytest.mark.parametrize(
    ("kind", "person", "late", "told"),
    [
        ("unlocked", "Gina Guest", False, 1),
        ("unlocked", None, False, 0),
        ("unlocked", "Gina Guest", True, 0),
        ("locked", "Gina Guest", False, 0),
    ],
)
async def test_somebody_came_home(
    hass: HomeAssistant, kind: str, person: str | None, late: bool, told: int
) -> None:
    """It tells of people who unlock, by name, and not of what happened long ago."""
    notes = async_mock_service(hass, "persistent_notification", "create")
    assert await async_setup_component(hass, "event", {})
    story: dict[str, object] = {"event_type": "door_opened", "person": None}
    access = "event.front_door_access"
    hass.states.async_set(access, "2026-11-22T20:00:00.000+00:00", story)
    await turn_on(hass, "Somebody came home")
    story = {"event_type": kind, "person": person, "late": late}
    hass.states.async_set(access, "2026-11-22T20:00:09.000+00:00", story)
    await hass.async_block_till_done()
    assert len(notes) == told
    assert not told or notes[0].data["message"] == "Gina Guest came home."
    # What is to be pasted in the editor, which cannot compare it.
    (pasted,) = re.findall(r"`({{.*?}})`", section("Say who came home"))
    assert Template(pasted, hass).async_render() is not late
    await turn_off(hass)


async def turn_on(hass: HomeAssistant, alias: str) -> None:
    """Set an example up; Home Assistant must find nothing wrong with it."""
    example = automation(alias)
    assert await async_setup_component(hass, "automation", {"automation": [example]})
    await hass.async_block_till_done()
    (state,) = hass.states.async_all("automation")
    assert state.state == "on"


async def turn_off(hass: HomeAssistant) -> None:
    """Leave no timer behind."""
    await hass.services.async_call(
        "automation", "turn_off", {"entity_id": "all"}, blocking=True
    )
