"""What the vendor's page does not allow is not sent."""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Any

import aiohttp
import pytest

from custom_components.yale_august.cloud import validate
from custom_components.yale_august.cloud.client import Client
from custom_components.yale_august.cloud.errors import Acted, InvalidParameter
from custom_components.yale_august.cloud.models import (
    AccessType,
    Command,
    ExtendedFunction,
    PinAction,
    PinCommand,
    Role,
    Topic,
    Webhook,
)

from .desk import HOUSE, LOCK, OTHER, USER, Desk, client_of, transport_to

LOAD = PinCommand(
    action=PinAction.LOAD,
    access_type=AccessType.ALWAYS,
    pin="482913",
    partner_user_id="ha-1",
    first_name="Ann",
    last_name="",
)
TEMPORARY = replace(
    LOAD,
    access_type=AccessType.TEMPORARY,
    access_times="DTSTART=2030-01-01T00:00:00.000Z;DTEND=2030-01-02T00:00:00.000Z",
)
RECURRING = replace(
    LOAD,
    access_type=AccessType.RECURRING,
    access_times="STARTSEC=0;ENDSEC=3600",
    access_recurrence="FREQ=WEEKLY;INTERVAL=1;BYDAY=MO",
)
HOOK = Webhook(
    url="https://home.example/hook", client_id="client1", topics=(Topic.OPERATION,)
)
VACATION = ExtendedFunction(function="vacationMode")

type Call = Callable[[Client], Awaitable[object]]

LOCK_CALLS: list[Callable[[Client, Any], Awaitable[object]]] = [
    lambda c, lock: c.get_lock(lock),
    lambda c, lock: c.get_lock_status(lock),
    lambda c, lock: c.delete_lock(lock, soft=True),
    lambda c, lock: c.remote_operate(lock, Command.LOCK),
    lambda c, lock: c.find_capabilities(lock, "S1"),
    lambda c, lock: c.get_pins(lock),
    lambda c, lock: c.write_pins(lock, [LOAD]),
    lambda c, lock: c.reserve_pin(lock),
    lambda c, lock: c.transfer_pin(lock, USER, OTHER),
    lambda c, lock: c.get_master_pin(lock),
    lambda c, lock: c.set_master_pin(lock, "482913"),
    lambda c, lock: c.add_user(lock, OTHER, Role.USER),
    lambda c, lock: c.set_user_type(lock, OTHER, Role.USER),
    lambda c, lock: c.register_lock_webhook(lock, HOOK),
    lambda c, lock: c.delete_lock_webhook(lock, "client1"),
]
BAD_LOCKS = [
    "",
    LOCK.lower(),
    LOCK[:-1],
    LOCK + "0",
    f"{LOCK}\n",
    LOCK[:-1] + "G",
    LOCK[:-1] + "٣",
    "../" + LOCK,
    None,
    7,
]

CASES: list[tuple[str, Call]] = [
    ("soft", lambda c: c.delete_lock(LOCK, soft=1)),  # type: ignore[arg-type]
    ("command", lambda c: c.remote_operate(LOCK, "explode")),  # type: ignore[arg-type]
    ("mode", lambda c: c.remote_operate(LOCK, Command.LOCK, mode="later")),  # type: ignore[arg-type]
    ("retry_limit", lambda c: c.remote_operate(LOCK, Command.LOCK, retry_limit=0)),
    ("retry_limit", lambda c: c.remote_operate(LOCK, Command.LOCK, retry_limit=4)),
    ("retry_limit", lambda c: c.remote_operate(LOCK, Command.LOCK, retry_limit=True)),
    ("wake", lambda c: c.remote_operate(LOCK, Command.UNLOCK, wake=True)),
    (
        "notification_type",
        lambda c: c.remote_operate(LOCK, Command.LOCK, notification_type="post"),  # type: ignore[arg-type]
    ),
    (
        "version",
        lambda c: c.remote_operate(LOCK, Command.LOCK, version="3.0.0"),  # type: ignore[arg-type]
    ),
    ("extended_function", lambda c: c.remote_operate(LOCK, Command.EXTENDED_FUNCTION)),
    (
        "extended_function",
        lambda c: c.remote_operate(LOCK, Command.LOCK, extended_function=VACATION),
    ),
    (
        "extended_function",
        lambda c: c.remote_operate(
            LOCK,
            Command.EXTENDED_FUNCTION,
            extended_function=ExtendedFunction(function=" "),
        ),
    ),
    (
        "body",
        lambda c: c.remote_operate(LOCK, Command.LOCK, webhook=object()),  # type: ignore[arg-type]
    ),
    ("body", lambda c: c.remote_operate(LOCK, Command.LOCK, webhook=float("nan"))),
    ("serialNumber", lambda c: c.get_capabilities(serial_number="")),
    ("productID", lambda c: c.get_capabilities(product_id=1.5)),  # type: ignore[arg-type]
    ("house_id", lambda c: c.get_houses(house_id="home")),
    ("house_id", lambda c: c.get_house(HOUSE[:-1])),
    ("house_id", lambda c: c.get_guests("")),
    ("house_id", lambda c: c.get_activities(f"{HOUSE}/..")),
    ("limit", lambda c: c.get_activities(HOUSE, limit=0)),
    ("limit", lambda c: c.get_activities(HOUSE, limit=101)),
    ("page", lambda c: c.get_sub_users(page=0)),
    ("page_size", lambda c: c.get_sub_users(page_size=0)),
    ("page_size", lambda c: c.get_sub_users(page_size=1001)),
    ("apns_device_id", lambda c: c.log_out(apns_device_id="", install_id=USER)),
    ("install_id", lambda c: c.log_out(apns_device_id=USER, install_id="x")),
    *(
        (
            name,
            lambda c, name=name: c.create_sub_user(
                **{"partner_user_id": "p", "first_name": "A", "last_name": "B"}
                | {name: None if name == "last_name" else " "}
            ),
        )
        for name in ("partner_user_id", "first_name", "last_name")
    ),
    ("old_user_id", lambda c: c.transfer_pin(LOCK, "me", OTHER)),
    ("new_user_id", lambda c: c.transfer_pin(LOCK, USER, "you")),
    ("role", lambda c: c.add_user(LOCK, OTHER, "king")),  # type: ignore[arg-type]
    ("role", lambda c: c.set_user_type(LOCK, OTHER, "king")),  # type: ignore[arg-type]
    *(
        ("other_user_id", lambda c, bad=bad: c.add_user(LOCK, bad, Role.USER))
        for bad in ("", ".", "..", "a/b", "a\nb", None)
    ),
    ("name", lambda c: c.add_user(LOCK, OTHER, Role.USER, name=7)),  # type: ignore[arg-type]
    (
        "is_updating_permissions",
        lambda c: c.add_user(LOCK, OTHER, Role.USER, is_updating_permissions="yes"),  # type: ignore[arg-type]
    ),
    (
        "return_invited",
        lambda c: c.add_user(LOCK, OTHER, Role.USER, return_invited=0),  # type: ignore[arg-type]
    ),
    *(
        ("pin", lambda c, bad=bad: c.set_master_pin(LOCK, bad))
        for bad in ("", "123", "1" * 15, "12a4", "12 34", "١٢٣٤", 1234, None)
    ),
    *(
        ("webhook", lambda c, bad=bad: c.set_master_pin(LOCK, "482913", webhook=bad))
        for bad in ("http://home.example/x", "", "https://", "ftp://a/b", 7)
    ),
    ("webhook", lambda c: c.write_pins(LOCK, [LOAD], webhook="home")),
    ("commands", lambda c: c.write_pins(LOCK, [])),
    *(
        (name, lambda c, bad=bad: c.write_pins(LOCK, [LOAD, bad]))
        for name, bad in (
            ("pin", replace(LOAD, pin=None)),
            ("pin", replace(LOAD, pin="48x913")),
            ("pin", replace(LOAD, action=PinAction.DELETE, pin="48x913")),
            ("partner_user_id", replace(LOAD, partner_user_id=None)),
            ("first_name", replace(LOAD, first_name=None)),
            ("last_name", replace(LOAD, last_name=None)),
            ("access_type", replace(LOAD, access_type=AccessType.UNKNOWN)),
            ("access_times", replace(TEMPORARY, access_times=None)),
            ("access_times", replace(RECURRING, access_times="")),
            ("access_recurrence", replace(RECURRING, access_recurrence=None)),
        )
    ),
    ("subscriber_id", lambda c: c.get_subscriber("")),
    ("subscriber_id", lambda c: c.delete_subscriber("..")),
    ("client_id", lambda c: c.delete_user_webhook("a/b")),
    ("client_id", lambda c: c.delete_lock_webhook(LOCK, "")),
    *(
        (name, lambda c, bad=bad: c.register_user_webhook(bad))
        for name, bad in (
            ("url", replace(HOOK, url="home")),
            ("client_id", replace(HOOK, client_id="")),
            ("topics", replace(HOOK, topics=())),
            ("topics", replace(HOOK, topics=(Topic.BATTERY, Topic.BATTERY))),
            ("header", replace(HOOK, header="x-proof")),
            ("header", replace(HOOK, token="t")),
        )
    ),
]


@pytest.mark.parametrize(("parameter", "call"), CASES)
async def test_a_bad_parameter_is_not_sent(
    session: aiohttp.ClientSession, desk: Desk, parameter: str, call: Call
) -> None:
    """The error names the parameter and the rule; the cloud hears nothing."""
    with pytest.raises(InvalidParameter) as caught:
        await call(client_of(transport_to(session, desk.url)))
    assert desk.seen == []
    assert caught.value.parameter == parameter
    assert caught.value.rule
    assert caught.value.acted is Acted.NO
    assert parameter in str(caught.value)
    for secret in ("48x913", "12a4", "12 34"):
        assert secret not in f"{caught.value} {caught.value!r}"


@pytest.mark.parametrize("lock_id", BAD_LOCKS)
@pytest.mark.parametrize("call", LOCK_CALLS)
async def test_a_bad_lock_id_is_not_sent(
    session: aiohttp.ClientSession,
    desk: Desk,
    call: Callable[[Client, Any], Awaitable[object]],
    lock_id: object,
) -> None:
    """32 upper-case hexadecimal digits and nothing else."""
    with pytest.raises(InvalidParameter) as caught:
        await call(client_of(transport_to(session, desk.url)), lock_id)
    assert caught.value.parameter == "lock_id"
    assert desk.seen == []


@pytest.mark.parametrize(
    "command",
    [
        LOAD,
        TEMPORARY,
        RECURRING,
        replace(LOAD, partner_user_id=None, user_id="u"),
        replace(TEMPORARY, access_times=None, schedule="BEGIN:VEVENT"),
        replace(RECURRING, action=PinAction.DELETE, access_times=None),
        PinCommand(
            action=PinAction.DISABLE,
            access_type=AccessType.RECURRING,
            partner_user_id="ha-1",
        ),
    ],
)
def test_good_pin_commands(command: PinCommand) -> None:
    """What reference 14.4 allows passes."""
    validate.pin_command(command)


@pytest.mark.parametrize("scopes", [[], ["lock", "lock"], ["door"], ["lock", "door"]])
def test_scopes(scopes: list[str]) -> None:
    """Not empty, each once, only lock."""
    with pytest.raises(InvalidParameter):
        validate.scopes(scopes)
    assert validate.scopes(["lock"]) == ["lock"]


def test_an_invalid_parameter_is_a_value_error() -> None:
    """Who knows nothing of the cloud can catch it."""
    with pytest.raises(ValueError, match="lock_id"):
        validate.lock_id("")
