"""Names, sentences, icons and images: what is shown stands there, and nothing else."""

from importlib import import_module
import json
from pathlib import Path
import re
import struct
from typing import Any

import homeassistant.components
from homeassistant.components.brands.const import ALLOWED_IMAGES
from homeassistant.helpers import config_validation as cv
from homeassistant.helpers.selector import validate_selector
from homeassistant.util.yaml import load_yaml_dict
import probatio as vol
import pytest

from custom_components.yale_august import PLATFORMS
from custom_components.yale_august.actions.table import COMMANDS, TABLE as ACTIONS
from custom_components.yale_august.cloud import errors
from custom_components.yale_august.cloud.errors import Acted, CloudError, DeviceError
from custom_components.yale_august.const import DOMAIN
from custom_components.yale_august.failures import failure_key
from custom_components.yale_august.history.incidents import Method

INTEGRATION = Path(__file__).parent.parent / "custom_components" / DOMAIN
COMPONENTS = Path(homeassistant.components.__path__[0])
WORDS = json.loads((INTEGRATION / "translations" / "en.json").read_text())
ICONS = json.loads((INTEGRATION / "icons.json").read_text())

ERRORS = [
    kind
    for kind in vars(errors).values()
    if isinstance(kind, type) and issubclass(kind, CloudError)
]
MODULES = {
    platform.value: import_module(f"custom_components.{DOMAIN}.{platform.value}")
    for platform in PLATFORMS
}
TABLES = {
    platform: tuple(
        row
        for name in ("TABLE", "CODES_TABLE", "ACCOUNT_TABLE")
        for row in getattr(module, name, ())
    )
    for platform, module in MODULES.items()
}


def placeholders(sentence: str) -> set[str]:
    """Return what a sentence has to be told."""
    return set(re.findall(r"\{(\w+)\}", sentence))


def sentence(kind: type[CloudError]) -> str:
    """Return the sentence of an error."""
    key = failure_key(kind.__new__(kind))
    return str(WORDS["exceptions"][key]["message"])


def event_types(entity: dict[str, Any]) -> dict[str, str]:
    """Return the words for the types of an event entity."""
    attributes = entity.get("state_attributes", {})
    return dict(attributes.get("event_type", {}).get("state", {}))


def test_entities_have_their_words() -> None:
    """Each translation key of a table has a name, and its states have names."""
    assert {
        platform: {
            row.translation_key: set(
                getattr(row, "options", None) or getattr(row, "event_types", None) or ()
            )
            for row in table
            if row.translation_key
        }
        for platform, table in TABLES.items()
        if any(row.translation_key for row in table)
    } == {
        platform: {
            key: set(entity.get("state", {}) or event_types(entity))
            for key, entity in entities.items()
        }
        for platform, entities in WORDS["entity"].items()
    }


def test_entities_of_a_lock_are_told_apart() -> None:
    """No two on a lock's page have one name: an automation's editor shows nothing else of them."""
    names = [
        WORDS["entity"][platform][row.translation_key]["name"]
        for platform, table in TABLES.items()
        for row in table
        if row.translation_key and not getattr(row, "of_keypad", False)
    ]
    assert len(set(names)) == len(names)


def test_no_sentence_ends_twice() -> None:
    """Nor do two blanks follow each other."""
    slips = re.compile(r"(?<!\.)\.\.(?!\.)|  ")
    assert [text for text in texts_of(WORDS) if slips.search(text)] == []


def texts_of(words: Any) -> list[str]:
    """Return all texts of a translation."""
    if isinstance(words, str):
        return [words]
    return [text for part in words.values() for text in texts_of(part)]


def test_events_have_their_words() -> None:
    """Each event type, and each attribute with its values, has a name."""
    shown = {
        "access": {"at", "late", "method", "ours", "person"},
        "codes": {"code_id", "guest", "reason"},
    }
    rows = {row.translation_key: row for row in TABLES["event"] if row.translation_key}
    assert set(rows) == set(shown)
    for key, row in rows.items():
        attributes = WORDS["entity"]["event"][key]["state_attributes"]
        icons = ICONS["entity"]["event"][key]["state_attributes"]
        assert set(attributes["event_type"]["state"]) == set(row.event_types)
        assert set(icons["event_type"]["state"]) == set(row.event_types)
        assert set(attributes) == {"event_type", *shown[key]}
    methods = WORDS["entity"]["event"]["access"]["state_attributes"]["method"]["state"]
    assert set(methods) == {method.value for method in Method}


def test_icons() -> None:
    """Icons are for entities and states that exist; one of a device class has one."""
    for platform, icons in ICONS["entity"].items():
        rows = {row.translation_key: row for row in TABLES[platform]}
        for key, icon in icons.items():
            states = getattr(rows[key], "options", None) or ("on", "off")
            assert set(icon.get("state", {})) <= set(states)
    for platform, table in TABLES.items():
        for row in table:
            assert (
                row.name is None
                or row.translation_key in ICONS["entity"].get(platform, {})
                or row.device_class is not None
            ), row.key


def test_commands_say_what_they_risk() -> None:
    """What may surprise somebody at the door says so where it is chosen."""
    words = WORDS["selector"]["command"]["options"]
    harmless = {"lock", "status", "telemetry"}
    assert set(words) == set(COMMANDS)
    assert {key for key, text in words.items() if "(" not in text} == harmless


def test_actions_have_their_words_and_forms() -> None:
    """Each action has a form with the fields that it takes, each with its words, and an icon."""
    forms = load_yaml_dict(INTEGRATION / "services.yaml")
    names = [action.name for action in ACTIONS]
    assert len(set(names)) == len(names)
    assert set(forms) == set(WORDS["services"]) == set(ICONS["services"]) == set(names)
    for action in ACTIONS:
        form, words = forms[action.name] or {}, WORDS["services"][action.name]
        fields: dict[str, Any] = {}
        for name, field in form.get("fields", {}).items():
            if "fields" in field:
                assert words["sections"][name]["name"]
                fields |= field["fields"]
            else:
                fields[name] = field
        assert set(words.get("fields", {})) == set(fields), action.name
        taken = {str(key): key for key in keys_of(action.schema)}
        of_locks = set(taken) & {"entity_id", "area_id"}
        assert ("target" in form) is bool(of_locks), action.name
        if of_locks:
            targets = {str(key) for key in cv.ENTITY_SERVICE_FIELDS}
            taken = {name: key for name, key in taken.items() if name not in targets}
        taken.pop("metadata", None)
        assert set(fields) == set(taken), action.name
        for name, key in taken.items():
            required = isinstance(key, vol.Required)
            assert fields[name].get("required", False) is required, (action.name, name)
            if "default" in fields[name]:
                assert str(key.default()) == str(fields[name]["default"])
            select = fields[name].get("selector", {}).get("select", {})
            if "translation_key" in select:
                options = WORDS["selector"][select["translation_key"]]["options"]
                assert set(options) == set(select["options"])
            validate_selector(fields[name]["selector"])


def keys_of(schema: Any) -> list[Any]:
    """Return what a schema takes, also one that is wrapped as that of an entity's action."""
    while not isinstance(schema, dict):
        schema = schema.validators[0] if isinstance(schema, vol.All) else schema.schema
    return list(schema)


def test_icons_exist() -> None:
    """Home Assistant's frontend has each icon."""
    frontend = pytest.importorskip("hass_frontend")
    named = set(re.findall(r'"mdi:([\w-]+)"', json.dumps(ICONS)))
    known: set[str] = set()
    for part in (frontend.where() / "static" / "mdi").glob("*.json"):
        drawn = json.loads(part.read_text())
        known.update(drawn if isinstance(drawn, dict) else ())
    assert named <= known


@pytest.mark.parametrize("kind", ERRORS)
def test_errors_have_their_sentence(kind: type[CloudError]) -> None:
    """What is raised for a person has a sentence, which is told no more than it needs.

    Only what a lock or its bridge answers may name the lock: the others come up while
    there is none, too.
    """
    told = placeholders(sentence(kind))
    assert told == ({"lock"} if issubclass(kind, DeviceError) else set())


@pytest.mark.parametrize("kind", ERRORS)
def test_errors_do_not_promise_that_a_door_is_still(kind: type[CloudError]) -> None:
    """A sentence that calms is of an error after which nothing has moved."""
    calming = re.compile(
        r"No door has moved|has not moved|was not carried out|did not get the command"
    )
    calms = calming.search(sentence(kind)) is not None
    if kind.default_acted is Acted.MAYBE:
        assert not calms
    assert calms or "may have moved" in sentence(kind)


def test_issue_is_told_what_it_says() -> None:
    """The placeholders of the issue are those that the code gives."""
    issue = WORDS["issues"]["lock_in_other_entry"]
    assert placeholders(issue["title"] + issue["description"]) == {
        "entry",
        "lock",
        "other",
    }


@pytest.mark.parametrize(
    "path", sorted((INTEGRATION / "brand").iterdir()), ids=lambda path: path.name
)
def test_images(path: Path) -> None:
    """Icons are square, logos are wide, each of the size that it must have."""
    data = path.read_bytes()
    assert path.name in ALLOWED_IMAGES
    assert data.startswith(b"\x89PNG\r\n\x1a\n")
    width, height = struct.unpack(">II", data[16:24])
    side = 512 if "@2x" in path.name else 256
    assert height == side
    assert width == side if "icon" in path.name else width > side


def test_quality_scale() -> None:
    """It judges each rule of Home Assistant's scale, in words where it is not done."""

    def rules(path: Path) -> dict[str, Any]:
        return dict(load_yaml_dict(path)["rules"])

    ours = rules(INTEGRATION / "quality_scale.yaml")
    assert list(ours) == list(rules(COMPONENTS / "airgradient" / "quality_scale.yaml"))
    for rule, status in ours.items():
        assert status in ("done", "todo") or (
            status["status"] in ("done", "todo", "exempt") and status["comment"]
        ), rule
