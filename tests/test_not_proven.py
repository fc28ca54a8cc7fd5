"""What no source proves is called "not proven" wherever a person meets it, and nothing else is."""

import ast

import pytest

from custom_components.yale_august.cloud import errors
from custom_components.yale_august.cloud.answers import error_of, read_answer
from custom_components.yale_august.cloud.routes import ROUTES, Route
from custom_components.yale_august.const import DOMAIN
from custom_components.yale_august.failures import failure_key

from .test_readme import INTEGRATION, rows, section
from .test_translations import LEAVES

WORDS = "not proven"

type Place = tuple[str, ...]

PLACES: dict[str, set[Place]] = {
    "transfer_pin": {("services", "transfer_code", "description")},
    "set_user_type": {
        ("services", "set_user_role", "description"),
        ("services", "create_sub_user", "fields", "role", "description"),
        ("config", "step", "sub_user", "data_description", "role"),
        ("options", "step", "users_add", "description"),
        ("options", "step", "user_share", "description"),
        ("options", "step", "user_role", "description"),
        ("exceptions", "share_role_not_proven", "message"),
    },
    "get_master_pin": {("services", "get_master_code", "description")},
    "set_master_pin": {("services", "set_master_code", "description")},
    "remote_operate_v2": {
        ("services", "send_command", "fields", "accept_version", "description")
    },
    "log_out": set(),
}
"""Where people meet the operations that the table of routes does not call proven."""
CALLERS = {
    "transfer_pin": {"actions/pins.py"},
    "set_user_type": {"people/roles.py", "people/sharing.py"},
    "get_master_pin": {"actions/pins.py"},
    "set_master_pin": {"actions/pins.py"},
    "log_out": {"sign_out.py"},
}
"""What calls them: a new caller has a new place, or says why it needs none."""
CHOICES: set[Place] = {
    ("services", "send_command", "fields", "notification_type", "description"),
    ("services", "send_command", "fields", "webhook", "description"),
    ("exceptions", "check_choices_not_proven", "message"),
}
"""Parameters of commands whose effect nobody documents (reference 12.1)."""
OF_ANY: set[Place] = {
    ("exceptions", "address_not_proven", "message"),
    ("exceptions", "check_not_proven", "message"),
}
"""What is said of any such operation: a 404 or 405, and the check of the account."""

UNPROVEN = {route.operation for route in ROUTES if not route.proven}
UNVERIFIED = {route.operation for route in ROUTES if not route.verified}


def test_the_words_are_where_people_meet_them() -> None:
    """In each place, and in no other: who verifies a route takes the words away."""
    assert PLACES.keys() == UNPROVEN
    places = CHOICES.union(OF_ANY, *PLACES.values())
    assert {path for path, text in LEAVES.items() if WORDS in text} == places


def test_callers_are_known() -> None:
    """Nothing else reaches an unproven address, so that no place is missing."""
    found: dict[str, set[str]] = {operation: set() for operation in UNVERIFIED}
    for path in INTEGRATION.rglob("*.py"):
        name = path.relative_to(INTEGRATION)
        if name.parts[0] == "cloud":
            continue
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Attribute) and node.attr in UNVERIFIED:
                found[node.attr].add(name.as_posix())
    assert found == CALLERS


def test_readme_says_so() -> None:
    """Of each action in whose words it stands, and of what happens without one."""
    actions = {path[1] for path in LEAVES if path[0] == "services"}
    said = {
        path[1] for path in CHOICES.union(*PLACES.values()) if path[0] == "services"
    }
    told = {
        action: WORDS in text
        for cell, text in rows(section("Actions"))
        for action in actions
        if f"`{DOMAIN}.{action}`" in cell
    }
    assert {action for action, is_told in told.items() if is_told} == said
    for place, operation in (("Remove", "log_out"), ("Options", "set_user_type")):
        assert (WORDS in section(place)) == (operation in UNPROVEN)


@pytest.mark.parametrize("route", ROUTES, ids=lambda route: route.operation)
def test_what_is_said_when_it_is_not_there(route: Route) -> None:
    """A 404 or 405 says of an unproven address that it is one, of another not."""
    for status in (404, 405):
        answer = read_answer(
            status, b"{}", content_type=None, date=None, retry_after=None
        )
        err = error_of(route, answer)
        assert err is not None
        sentence = LEAVES["exceptions", failure_key(err), "message"]
        assert (WORDS in sentence) == (not route.verified)
        assert isinstance(err, errors.AddressNotProven) == (not route.verified)
