"""PINs."""

from datetime import UTC, datetime

import pytest

from custom_components.yale_august.cloud.models import (
    AccessType,
    Pin,
    PinAction,
    PinCommand,
    PinGroups,
    PinReceipt,
    PinState,
    Problems,
    ReservedPin,
)

from .payloads import (
    LOCK_ID,
    PIN,
    PINS,
    RECURRING_PIN,
    TEMPORARY_PIN,
    USER_ID,
    changed,
    without,
)


def test_pin() -> None:
    """Every field of a PIN has its place."""
    problems = Problems()
    assert Pin.from_json(PIN, problems) == Pin(
        pin_id="64f0c0ffee64f0c0ffee64f2",
        type="pin",
        lock_id=LOCK_ID,
        user_id=USER_ID,
        partner_user_id="hidden-partner-user",
        first_name="hidden Zoë",
        last_name="hidden Gäst",
        unverified=True,
        state=PinState.LOADED,
        pin="0048291",
        slot=7,
        access_type=AccessType.ALWAYS,
        calling_user_id="hidden-caller",
        api_key="hidden-api-key",
        created_at=datetime(2026, 1, 1, tzinfo=UTC),
        updated_at=datetime(2026, 1, 2, tzinfo=UTC),
        loaded_at=datetime(2026, 1, 3, tzinfo=UTC),
    )
    assert len(problems) == 0


def test_schedules() -> None:
    """Schedules are the vendor's texts."""
    temporary, recurring = map(Pin.from_json, (TEMPORARY_PIN, RECURRING_PIN))
    assert temporary.access_type is AccessType.TEMPORARY
    assert temporary.access_times == TEMPORARY_PIN["accessTimes"]
    assert temporary.access_start == datetime(2026, 3, 1, 12, tzinfo=UTC)
    assert temporary.access_end == datetime(2026, 3, 5, 10, tzinfo=UTC)
    assert recurring.access_type is AccessType.RECURRING
    assert recurring.access_times == "STARTSEC=28800;ENDSEC=36000"
    assert recurring.access_recurrence == "FREQ=WEEKLY;INTERVAL=1;BYDAY=MO,TU"
    assert recurring.schedule == "BEGIN:VEVENT"
    assert recurring.last_name is None
    assert recurring.partner_user_id is None
    assert recurring.loaded_at is None


def test_master_pin() -> None:
    """A master PIN is a PIN without a name."""
    master = Pin.from_json(without(PIN, "firstName", "lastName", "apiKey"))
    assert master.pin == "0048291"
    assert master.state is PinState.LOADED
    assert master.first_name is None


@pytest.mark.parametrize(
    ("token", "access_type", "problem"),
    [
        ("Always", AccessType.ALWAYS, ""),
        ("oneTime", AccessType.UNKNOWN, "accessType"),
        ("one-time", AccessType.UNKNOWN, "accessType"),
        (3, AccessType.UNKNOWN, "accessType"),
        (None, AccessType.UNKNOWN, ""),
    ],
)
def test_access_type(token: object, access_type: AccessType, problem: str) -> None:
    """An access type that is new to us is unknown."""
    problems = Problems()
    pin = Pin.from_json(changed(PIN, accessType=token), problems)
    assert pin.access_type is access_type
    assert str(problems) == problem


@pytest.mark.parametrize(
    ("digits", "pin"),
    [
        ("0123", "0123"),
        (123, None),
        ("12 34", None),
        ("****", None),
        ("١٢٣٤", None),
        ("", None),
        (None, None),
    ],
)
def test_digits(digits: object, pin: str | None) -> None:
    """A PIN is a text of digits; a number may have lost its first zeros."""
    problems = Problems()
    assert Pin.from_json(changed(PIN, pin=digits), problems).pin == pin
    assert list(problems) == (["pin"] if pin is None and digits is not None else [])
    assert ReservedPin.from_json({"pin": digits, "slot": 4}) == ReservedPin(
        pin=pin, slot=4
    )


def test_groups() -> None:
    """Each PIN stands in its group, and groups that are missing are empty."""
    problems = Problems()
    pins = PinGroups.from_json(PINS, problems)
    assert pins.complete
    assert len(problems) == 0
    assert set(pins.groups) == set(PinState)
    assert {state: len(group) for state, group in pins.groups.items() if group} == {
        PinState.CREATED: 1,
        PinState.LOADED: 2,
        PinState.DELETING: 1,
    }
    assert len(pins) == 4
    assert list(pins) == [pin for group in pins.groups.values() for pin in group]
    assert all(
        pin.state is state for state, group in pins.groups.items() for pin in group
    )


def test_no_pins() -> None:
    """A lock without PINs."""
    pins = PinGroups.from_json({})
    assert pins.complete
    assert list(pins) == []
    assert len(pins) == 0
    assert PinGroups.from_json({"loaded": None, "created": []}).complete


@pytest.mark.parametrize(
    "data",
    [
        None,
        [],
        [PIN],
        "pins",
        {"message": "later"},
        {"loaded": {}},
        {"loaded": "none"},
        {"loaded": [PIN], "deleting": 0},
        {"loaded": [PIN, None]},
        {"loaded": [PIN, {}]},
        {"loaded": [PIN, {"slot": 9}]},
        {"other": ["x"]},
    ],
)
def test_incomplete(data: object) -> None:
    """A PIN that is not seen in half an answer may still be on the lock."""
    assert not PinGroups.from_json(data).complete


def test_bad_entry() -> None:
    """A bad entry does not hurt the others."""
    problems = Problems()
    pins = PinGroups.from_json(
        {"loaded": ["x", PIN], "created": 3, "total": 2, "other": ["x"]}, problems
    )
    assert [pin.user_id for pin in pins] == [USER_ID]
    assert str(problems) == "loaded[], created, group[]"


def test_entry_in_two_groups() -> None:
    """A PIN is listed once; where its groups contradict each other nobody knows whether it opens."""
    bare = changed(PIN, state=None)
    pins = PinGroups.from_json({"loaded": [bare, bare, {"pin": "1357"}]})
    assert [pin.state for pin in pins] == [PinState.LOADED] * 2
    pins = PinGroups.from_json({"loaded": [bare], "disabled": [bare], "deleting": []})
    assert [pin.state for pin in pins] == [PinState.UNKNOWN]
    assert pins.complete


@pytest.mark.parametrize("name", ["_id", "pin", "userID"])
def test_bare_entry(name: str) -> None:
    """An entry is a PIN by its id, its digits or its user."""
    pins = PinGroups.from_json({"loaded": [{name: PIN[name]}]})
    assert pins.complete
    assert len(pins) == 1


@pytest.mark.parametrize("group", [state for state in PinState if state != "unknown"])
def test_state_of_group(group: PinState) -> None:
    """The group decides, unless the PIN says something else."""
    for own in (group.value, "in-use", None, 7):
        pins = PinGroups.from_json({group: [changed(PIN, state=own)]})
        assert [pin.state for pin in pins] == [group]
        assert len(pins.groups[group]) == 1
    other = PinState.LOADED if group is not PinState.LOADED else PinState.DELETING
    problems = Problems()
    pins = PinGroups.from_json({group: [changed(PIN, state=other)]}, problems)
    assert [pin.state for pin in pins] == [PinState.UNKNOWN]
    assert len(pins.groups[PinState.UNKNOWN]) == 1
    assert str(problems) == f"{group}[].state"


def test_vocabulary() -> None:
    """The words of the vendor, and one of ours."""
    assert set(PinState) == {
        "created",
        "loaded",
        "disabled",
        "disabling",
        "enabling",
        "deleting",
        "updating",
        "unknown",
    }
    assert set(AccessType) == {"always", "recurring", "temporary", "unknown"}


def test_unknown_group() -> None:
    """PINs of a group that is new to us are known to be there, and no more."""
    problems = Problems()
    pins = PinGroups.from_json({"hidden": [PIN, "x"]}, problems)
    assert [pin.state for pin in pins] == [PinState.UNKNOWN]
    assert not pins.complete
    assert "hidden" not in str(problems)
    assert PinGroups.from_json({"hidden": [PIN]}).complete


@pytest.mark.parametrize("state", ["in-use", 3, None])
def test_unknown_state(state: object) -> None:
    """Without a group an unknown word is unknown."""
    assert Pin.from_json(changed(PIN, state=state)).state is PinState.UNKNOWN


def test_command() -> None:
    """A command goes out as reference 14.4 shows it, without what is not set."""
    assert PinCommand(
        action=PinAction.LOAD,
        access_type=AccessType.ALWAYS,
        pin="0048291",
        first_name="Cleaner",
        last_name="",
        partner_user_id="guest-1",
    ).to_json() == {
        "action": "load",
        "pin": "0048291",
        "accessType": "always",
        "firstName": "Cleaner",
        "lastName": "",
        "partnerUserID": "guest-1",
    }
    assert PinCommand(
        action=PinAction.DELETE,
        access_type=AccessType.RECURRING,
        user_id=USER_ID,
        access_times="STARTSEC=28800;ENDSEC=36000",
        access_recurrence="FREQ=WEEKLY",
        schedule="BEGIN:VEVENT",
        retry=False,
    ).to_json() == {
        "action": "delete",
        "accessType": "recurring",
        "userID": USER_ID,
        "accessTimes": "STARTSEC=28800;ENDSEC=36000",
        "accessRecurrence": "FREQ=WEEKLY",
        "schedule": "BEGIN:VEVENT",
        "retry": False,
    }
    assert set(PinAction) == {"load", "update", "delete", "enable", "disable"}


@pytest.mark.parametrize(
    ("data", "transaction"),
    [
        ({"message": "success", "transactionID": "t-1"}, "t-1"),
        ({"message": "success"}, None),
        (None, None),
        ("", None),
        ({"transactionID": 5}, None),
    ],
)
def test_receipt(data: object, transaction: str | None) -> None:
    """A receipt may carry the number of a transaction."""
    assert PinReceipt.from_json(data) == PinReceipt(transaction_id=transaction)


def test_empty_receipt_is_no_problem() -> None:
    """An empty body is as good as the word success."""
    problems = Problems()
    PinReceipt.from_json(None, problems)
    assert len(problems) == 0
