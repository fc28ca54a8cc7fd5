"""Answers to commands."""

from datetime import UTC, datetime

import pytest

from custom_components.yale_august.cloud.models import (
    BoltState,
    Command,
    DoorState,
    ExtendedFunction,
    ExtendedResult,
    Failure,
    Mode,
    NotificationType,
    OperateVersion,
    Operation,
    OperationInfo,
    Problems,
)

from .payloads import INFO, LOCK_ID, OPERATION, changed, without


def test_vocabulary() -> None:
    """The words that go over the wire are those of the vendor's page."""
    assert set(Command) == {
        "lock",
        "unlock",
        "status",
        "reboot",
        "rebootLock",
        "unlatch",
        "telemetry",
        "secure",
        "calibrate",
        "disablehomekit",
        "extendedfunction",
        "ota",
    }
    assert set(Mode) == {"sync", "async"}
    assert set(NotificationType) == {"pubnub", "websocket"}
    assert set(OperateVersion) == {"0.0.1", "2.0.0"}


def test_answer() -> None:
    """Every field of a synchronous answer has its place."""
    problems = Problems()
    operation = Operation.from_json(OPERATION, problems)
    assert operation == Operation(
        accepted=False,
        bolt=BoltState.LOCKED,
        bolt_reported=True,
        door=DoorState.CLOSED,
        started_at=datetime(2026, 3, 1, 7, 8, 5, tzinfo=UTC),
        info=OperationInfo(
            action="lock",
            started_at=datetime(2026, 3, 1, 7, 8, 5, tzinfo=UTC),
            transaction_id="transaction-1",
            retry_count=1,
            lock_type="lock_version_17",
            lock_id=LOCK_ID,
            serial_number="hidden-serial",
            bridge_id="hidden-bridge",
            bridge_serial_number="hidden-bridge-serial",
            rssi=-46,
            wlan_rssi=-52,
            wlan_snr=35,
            duration=2100,
            lock_status_changed=True,
        ),
        retry_count=1,
        total_time=3100,
        lock_status_changed=True,
        from_cache=False,
    )
    assert len(problems) == 0


@pytest.mark.parametrize("data", [None, {}, {"message": "success"}, [], "", "ok", 7])
def test_accepted(data: object) -> None:
    """An answer without a result says nothing of bolt and door."""
    operation = Operation.from_json(data)
    assert operation == Operation()
    assert operation.accepted
    assert operation.bolt is BoltState.UNKNOWN
    assert not operation.bolt_reported
    assert operation.door is DoorState.ABSENT


def test_empty_body_is_no_problem() -> None:
    """An empty body is what an asynchronous command gets, other bodies are not."""
    problems = Problems()
    Operation.from_json(None, problems)
    assert not problems.whole
    Operation.from_json([], problems)
    assert problems.whole


@pytest.mark.parametrize(
    "name",
    [
        "status",
        "doorState",
        "info",
        "retryCount",
        "totalTime",
        "lockStatusChanged",
        "resultsFromOperationCache",
        "extendedfunction",
        "result",
        "error",
    ],
)
def test_not_only_accepted(name: str) -> None:
    """Each field of a result shows that there is one."""
    payload = changed(
        OPERATION,
        lockStatusChanged=True,
        extendedfunction={"function": "x"},
        result="failed",
        error={"name": "x"},
    )
    assert not Operation.from_json({name: payload[name]}).accepted


def test_answer_without_door() -> None:
    """A lock without door sensor does not speak of one."""
    operation = Operation.from_json(without(OPERATION, "doorState"))
    assert operation.bolt is BoltState.LOCKED
    assert operation.door is DoorState.ABSENT


def test_answer_as_the_page_has_it() -> None:
    """The vendor's page knows neither status nor door, and another name for the start."""
    payload = without(
        changed(
            OPERATION,
            lockStatusChanged=False,
            info=changed(
                without(INFO, "startTime"),
                context={"startTime": "2026-03-01T07:08:03.000Z"},
            ),
            extendedfunction={"function": "vacationMode", "info": {"on": [True]}},
        ),
        "status",
        "doorState",
    )
    operation = Operation.from_json(payload)
    assert not operation.accepted
    assert not operation.bolt_reported
    assert operation.bolt is BoltState.UNKNOWN
    assert operation.started_at == datetime(2026, 3, 1, 7, 8, 3, tzinfo=UTC)
    assert operation.lock_status_changed is False
    assert operation.extended_function == ExtendedResult(
        function="vacationMode", info={"on": [True]}
    )


def test_start_of_the_context() -> None:
    """The start may stand in the context only."""
    info = Operation.from_json({"info": without(INFO, "startTime")}).info
    assert info is not None
    assert info.started_at == datetime(2026, 3, 1, 7, 8, 4, tzinfo=UTC)


def test_no_signal() -> None:
    """Locks with Wi-Fi of their own measure nothing on the way to a bridge."""
    info = Operation.from_json({"info": changed(INFO, rssi=0, wlanSNR=-1)}).info
    assert info is not None
    assert info.rssi is None
    assert info.wlan_snr is None
    assert info.wlan_rssi == -52


@pytest.mark.parametrize("token", ["lock", "unlock", "unlatch", "secure", "flying", 1])
def test_words_that_are_no_states(token: object) -> None:
    """An answer speaks in states; what is none is unknown and a problem."""
    problems = Problems()
    operation = Operation.from_json(changed(OPERATION, status=token), problems)
    assert operation.bolt is BoltState.UNKNOWN
    assert operation.bolt_reported
    assert str(problems) == "status"


def test_failure() -> None:
    """A failed operation says nothing of bolt and door."""
    operation = Operation.from_json(
        changed(
            OPERATION,
            result="failed",
            error={"restCode": 98, "name": "ERRNO_BRIDGE_OFFLINE", "statusCode": 422},
        )
    )
    assert operation.failed == Failure(
        code=98, name="ERRNO_BRIDGE_OFFLINE", status=422, jammed=False
    )
    assert operation.bolt is BoltState.UNKNOWN
    assert operation.door is DoorState.ABSENT


@pytest.mark.parametrize(
    "fields",
    [
        {"result": "failed", "status": "FAILED_BRIDGE_ERROR_LOCK_JAMMED"},
        {"result": "failed", "status": "kAugLockState_UnknownStaticPosition"},
        {"result": "FAILED_BRIDGE_ERROR_LOCK_JAMMED"},
        {"error": {"name": "FAILED_BRIDGE_ERROR_LOCK_JAMMED"}},
    ],
)
def test_jam(fields: dict[str, object]) -> None:
    """A jam is the one thing that a failure says of the bolt."""
    operation = Operation.from_json({**OPERATION, **fields})
    assert operation.bolt is BoltState.JAMMED
    assert operation.failed is not None
    assert operation.failed.jammed


@pytest.mark.parametrize("error", [None, {}, "", [], False])
def test_no_failure(error: object) -> None:
    """An error that is empty is none."""
    operation = Operation.from_json(changed(OPERATION, error=error, result="success"))
    assert operation.failed is None
    assert operation.bolt is BoltState.LOCKED


def test_failure_as_an_error_body_has_it() -> None:
    """The number has another name in the body of an HTTP error (reference 13)."""
    operation = Operation.from_json({"error": {"code": 31}})
    assert operation.failed == Failure(code=31)


@pytest.mark.parametrize("error", ["broken", [1], 98, {"name": 5}])
def test_malformed_failure(error: object) -> None:
    """An error that cannot be read is one."""
    operation = Operation.from_json(changed(OPERATION, error=error))
    assert operation.failed == Failure()
    assert operation.bolt is BoltState.UNKNOWN


def test_extended_function() -> None:
    """The parameter goes out as the page shows it."""
    assert ExtendedFunction(function="vacationMode").to_json() == {
        "function": "vacationMode",
        "parameters": {},
    }
    assert ExtendedFunction(
        function="vacationMode", parameters={"on": True}
    ).to_json() == {"function": "vacationMode", "parameters": {"on": True}}
