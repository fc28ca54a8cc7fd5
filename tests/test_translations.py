"""Every text that the code asks for exists, and every text is asked for."""

import ast
from collections.abc import Iterator
from functools import cache
import json
import re
from string import Formatter
from typing import get_args

from homeassistant import const
from homeassistant.core import HomeAssistant
from homeassistant.helpers.translation import async_get_translations
import pytest

from custom_components.yale_august import failures
from custom_components.yale_august.cloud import errors
from custom_components.yale_august.codes import digits, schedule
from custom_components.yale_august.const import DOMAIN

from .flows.flows import TRANSLATIONS, Person, check, placeholders, texts
from .simulator.simulator import Simulator

pytest_plugins = ("tests.flows.flow_fixtures",)

FOLDER = TRANSLATIONS.parent.parent
SOURCES = {
    path.relative_to(FOLDER).as_posix(): ast.parse(path.read_text())
    for path in FOLDER.rglob("*.py")
}
# Shown by a step of Home Assistant's own.
OF_HOME_ASSISTANT = {"auth", "pick_implementation", "implementation"}


def leaves(
    node: object, path: tuple[str, ...] = ()
) -> Iterator[tuple[tuple[str, ...], str]]:
    """Yield every text with its path."""
    if isinstance(node, dict):
        for name, below in node.items():
            yield from leaves(below, (*path, name))
    else:
        assert isinstance(node, str), path
        yield path, node


LEAVES = dict(leaves(texts()))


@cache
def words() -> set[str]:
    """Return every text in the code outside of docstrings, also by constants' names."""
    found = set()
    for tree in SOURCES.values():
        found |= {
            getattr(const, name.name)
            for node in ast.walk(tree)
            if isinstance(node, ast.ImportFrom) and node.module == const.__name__
            for name in node.names
            if isinstance(getattr(const, name.name), str)
        }
        docstrings = {
            id(statement.value)
            for node in ast.walk(tree)
            if isinstance(
                node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef
            )
            for statement in node.body[:1]
            if isinstance(statement, ast.Expr)
        }
        found |= {
            node.value
            for node in ast.walk(tree)
            if isinstance(node, ast.Constant)
            and isinstance(node.value, str)
            and id(node) not in docstrings
        }
    return found


def keywords(name: str, *, of: str | None = None) -> set[str]:
    """Return the constant values that calls give to a keyword."""
    found = set()
    for tree in SOURCES.values():
        for node in ast.walk(tree):
            if not isinstance(node, ast.Call):
                continue
            called = node.func.attr if isinstance(node.func, ast.Attribute) else ""
            called = node.func.id if isinstance(node.func, ast.Name) else called
            if of is not None and called != of:
                continue
            found |= {
                keyword.value.value
                for keyword in node.keywords
                if keyword.arg == name
                and isinstance(keyword.value, ast.Constant)
                and isinstance(keyword.value.value, str)
            }
    return found


# What is used exists


def test_failures_have_a_sentence() -> None:
    """Each error class of the cloud."""
    assert set(failures._KEYS.values()) <= set(texts()["exceptions"])  # noqa: SLF001


def test_every_error_of_the_cloud_has_a_key() -> None:
    """No class of the tree falls through to the most general sentence unseen."""
    classes = {
        kind
        for kind in vars(errors).values()
        if isinstance(kind, type) and issubclass(kind, errors.CloudError)
    }
    assert classes == set(failures._KEYS)  # noqa: SLF001


def test_problems_of_the_flow_have_a_sentence() -> None:
    """The errors of forms, the reasons of aborts, the reasons of single locks."""
    problems = keywords("key", of="Problem")
    problems |= tables("flows/problems.py", "_LOGIN", "_SUB_USER")
    assert len(problems) > 15
    assert problems <= set(texts()["config"]["error"])
    reasons = keywords("reason", of="async_abort") | {
        str(node.args[0].value)
        for node in calls("AbortFlow")
        if isinstance(node.args[0], ast.Constant)
        and not any(keyword.arg == "translation_domain" for keyword in node.keywords)
    }
    repairs = texts()["issues"].values()
    assert reasons == set(texts()["config"]["abort"]).union(
        texts()["options"]["abort"],
        *(
            issue["fix_flow"].get("abort", ())
            for issue in repairs
            if "fix_flow" in issue
        ),
    )
    shares = {word for word in words() if re.fullmatch(r"share_[a-z_]+", word)}
    shares -= {"share_again"}
    assert len(shares) > 8
    assert shares <= set(texts()["exceptions"])


def tables(file: str, *names: str) -> set[str]:
    """Return the values of the tables whose names begin so."""
    return {
        value.value
        for node in ast.walk(SOURCES[file])
        if isinstance(node, ast.AnnAssign)
        and isinstance(node.target, ast.Name)
        and node.target.id.startswith(names)
        and isinstance(node.value, ast.Dict)
        for value in node.value.values
        if isinstance(value, ast.Constant) and isinstance(value.value, str)
    }


def calls(name: str) -> Iterator[ast.Call]:
    """Yield the calls of something by its name."""
    for tree in SOURCES.values():
        for node in ast.walk(tree):
            if (
                isinstance(node, ast.Call)
                and isinstance(node.func, ast.Name)
                and node.func.id == name
            ):
                yield node


def test_translation_keys_exist() -> None:
    """What entities, errors and issues are called."""
    known = {
        part
        for path in LEAVES
        if path[0] in ("entity", "exceptions", "issues", "selector")
        for part in path
    }
    assert keywords("translation_key") <= known


def test_refusals_of_actions_have_a_sentence() -> None:
    """What an action says instead of doing it."""
    keys = {
        word.value
        for name in ("refused", "_cannot")
        for call in calls(name)
        for word in ast.walk(call.args[0])
        if isinstance(word, ast.Constant) and isinstance(word.value, str)
    }
    assert len(keys) > 10
    assert keys <= set(texts()["exceptions"])


def test_refused_codes_have_a_sentence() -> None:
    """Each reason that the rules for digits and times have."""
    keys = {
        key
        for literal in (digits.WeakKey, schedule.RefusalKey)
        for key in get_args(literal.__value__)
    } | {"code_exhausted", "code_in_use", "code_not_digits", "code_wrong_length"}
    assert len(keys) > 15
    assert keys <= set(texts()["exceptions"])


# What exists is used


def names_in(path: tuple[str, ...]) -> set[str]:
    """Return the names in the path of a text that the code must know."""
    match path:
        case ("title",) | ("application_credentials", "description"):
            return set()
        case ("config" | "options", "step", step, "title" | "description" | "submit"):
            return {step}
        case ("config" | "options", "step", step, "data" | "data_description", name):
            return {step, name}
        case ("issues", name, "fix_flow", "step", step, "title" | "description"):
            return {name, step}
        case ("issues", name, "fix_flow", "step", step, "data", field):
            return {name, step, field}
        case ("issues", name, "fix_flow", "abort" | "error", reason):
            return {name, reason}
        case ("system_health", "info", name):
            return {name}
        case ("config" | "options", "step", step, "menu_options", name):
            return {step, name}
        case ("config" | "options", "error" | "abort", name):
            return {name}
        case ("selector", name, "options", option):
            return {name, option}
        case ("exceptions", name, "message"):
            return {name}
        case ("issues", name, "title" | "description"):
            return {name}
        case ("services", name, "name" | "description"):
            return {name}
        case ("services", name, "fields", field, "name" | "description"):
            return {name, field}
        case ("services", name, "sections", _, "name"):
            return {name}
        case ("entity", platform, name, "name"):
            assert (FOLDER / f"{platform}.py").exists()
            return {name}
        case ("entity", _, name, "state_attributes", "event_type", "state", state):
            return {name, state}
        case ("entity", _, name, "state", state):
            return {name, state}
        case ("entity", _, name, "state_attributes", attribute, "name"):
            return {name, attribute}
        case ("entity", _, name, "state_attributes", attribute, "state", state):
            return {name, attribute, state} - {"event_type"}
    pytest.fail(f"no rule for {path}")


def test_texts_are_used() -> None:
    """Each name in the path of a text stands in the code somewhere."""
    unused = {path for path in LEAVES if names_in(path) - OF_HOME_ASSISTANT - words()}
    assert not unused


def test_description_follows_data() -> None:
    """A help text belongs to a field."""
    for step in texts()["config"]["step"].values():
        assert set(step.get("data_description", {})) == set(step.get("data", {}))


# How they are written


def test_texts_are_well_formed() -> None:
    """As Home Assistant's own checks demand, and fit to be read aloud."""
    for path, text in LEAVES.items():
        assert text, path
        assert text == text.strip()
        assert "  " not in text
        assert "<" not in text
        assert "://" not in text, "addresses go into placeholders"
        assert "[%key" not in text, "nobody resolves it in a custom integration"
        assert not re.search(r"'\{\w+\}'", text), "quotes disable the placeholder"
        for _, name, spec, conversion in Formatter().parse(text):
            assert name is None or name.isidentifier()
            assert not spec
            assert not conversion
        if path[-1] in ("description", "message") or path[:2] in (
            ("config", "error"),
            ("config", "abort"),
        ):
            assert text.endswith((".", "?", "}")), text


JARGON = re.compile(
    r"\b(token|OAuth|HTTP|JSON|endpoint|API call|sub-user|subscriber|refresh|JWT|payload|"
    r"config entry|unauthori[sz]ed|4\d\d|5\d\d)\b",
    re.IGNORECASE,
)


def test_texts_are_plain() -> None:
    """For somebody who owns a door, not a server."""
    # A permission has to be asked for by its name.
    known = "users:sub-user:create"
    assert not [
        text for text in LEAVES.values() if JARGON.search(text.replace(known, ""))
    ]


def test_failures_are_told_what_they_name() -> None:
    """A sentence about a lock gets its name, and nothing else."""
    for key in failures._KEYS.values():  # noqa: SLF001
        assert placeholders(texts()["exceptions"][key]["message"]) <= {"lock"}


async def test_loaded_by_home_assistant(
    hass: HomeAssistant, enable_custom_integrations: None
) -> None:
    """Home Assistant finds them as they are."""
    for category in ("config", "exceptions", "selector", "application_credentials"):
        found = await async_get_translations(hass, "en", category, [DOMAIN])
        assert found == {
            ".".join(("component", DOMAIN, *path)): text
            for path, text in LEAVES.items()
            if path[0] == category
        }


# The check that the tests of the flow rely on


async def test_check_finds_missing_texts(person: Person, cloud: Simulator) -> None:
    """A screen without its texts does not pass."""
    await person.add()
    good = dict(person.result)
    for wrong in (
        {"step_id": "nowhere"},
        {"errors": {"base": "nothing"}},
        {"errors": {"nowhere": "no_locks"}},
        {"errors": {"base": "no_locks"}, "description_placeholders": {}},
        {"step_id": "account"},
    ):
        with pytest.raises((KeyError, AssertionError)):
            check({**good, **wrong})  # type: ignore[typeddict-item]
    check(person.result)


def test_file_is_in_order() -> None:
    """Two spaces and no escapes, so that changes can be read."""
    text = TRANSLATIONS.read_text()
    assert text == json.dumps(json.loads(text), indent=2, ensure_ascii=False) + "\n"


IS_NO_FAILURE = re.compile(
    r"(check|code_because|code_now|code_still_there|command|lock_(?:reset|shared)|reset_loses|share|user)(_|$)"
    r"|(master_code_confirmed|code_(accepted|not_there|transferred)|sub_user_(created|found))$"
    # What holds other sentences, or tells what is there.
    r"|(code_failed|failed_for_some|not_shared|people_unread)$"
    # Nothing but a list or a setting was asked for.
    r"|(cloud_address_refused|no_house|no_such_page|sub_user_id_(refused|taken))$"
)
SAYS_WHETHER = re.compile(
    r"\bmoved?\b|[Nn]othing was (sent|changed|reset)|not (sent|carried out)"
)


def test_failures_say_whether_the_door_moved() -> None:
    """Or whether anything was sent or changed at all."""
    silent = {
        name
        for name, text in texts()["exceptions"].items()
        if not IS_NO_FAILURE.match(name) and not SAYS_WHETHER.search(text["message"])
    }
    assert silent == set()
