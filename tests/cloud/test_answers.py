"""What each status means, with JSON, a page, or nothing as its body."""

from datetime import UTC, datetime, timedelta
from itertools import product
import json

import pytest

from custom_components.yale_august.cloud import errors, routes
from custom_components.yale_august.cloud.answers import (
    Answer,
    Body,
    device_error,
    error_of,
    read_answer,
)
from custom_components.yale_august.cloud.errors import Acted, CloudError
from custom_components.yale_august.cloud.models import Failure
from custom_components.yale_august.cloud.routes import Route, Safety

JSON_BODY = '{"code":98,"message":"Some words"}'
PAGE = "<!DOCTYPE html><html><body>502 Bad Gateway</body></html>"
TEXT = "no healthy upstream"

COMMAND = routes.REMOTE_OPERATE
STATUS = routes.GET_LOCK_STATUS
PIN_WRITE = routes.WRITE_PINS
READ = routes.GET_LOCK
WRITE = routes.ADD_USER
UNPROVEN_READ = routes.GET_MASTER_PIN
UNPROVEN_WRITE = routes.SET_MASTER_PIN

NO, MAYBE = Acted.NO, Acted.MAYBE


def answer(
    status: int, body: str = "", content_type: str | None = None, **headers: str
) -> Answer:
    """Return an answer as it is read off the wire."""
    return read_answer(
        status,
        body.encode(),
        content_type=content_type,
        date=headers.get("date"),
        retry_after=headers.get("retry_after"),
    )


def meaning(route: Route, status: int, body: str = "") -> CloudError | None:
    """Return what an answer means."""
    return error_of(route, answer(status, body))


DEVICE = {
    408: (errors.LockUnavailable, MAYBE),
    412: (errors.PreconditionFailed, NO),
    422: (errors.BridgeOffline, NO),
    423: (errors.BridgeBusy, NO),
    460: (errors.LockBusy, NO),
    500: (errors.LockServerError, MAYBE),
    530: (errors.Jammed, MAYBE),
    531: (errors.CalibrationNeeded, MAYBE),
    550: (errors.BatteryTooLow, NO),
    551: (errors.Overheated, NO),
    560: (errors.LockDisconnected, MAYBE),
    **dict.fromkeys(
        (532, 533, 534, 540, 541, 562, 563, 564, 565), (errors.LockUnavailable, MAYBE)
    ),
}


@pytest.mark.parametrize("body", [JSON_BODY, ""])
@pytest.mark.parametrize("route", [COMMAND, routes.REMOTE_OPERATE_V2, PIN_WRITE])
@pytest.mark.parametrize("status", DEVICE)
def test_device_errors(route: Route, status: int, body: str) -> None:
    """The table of section 13, where a device is at the other end."""
    found = meaning(route, status, body)
    kind, acted = DEVICE[status]
    assert type(found) is kind
    assert found is not None
    assert (found.acted, found.status) == (acted, status)
    assert found.operation == route.operation
    assert found.code == ("98" if body else None)


@pytest.mark.parametrize("status", DEVICE)
def test_device_errors_of_a_read_did_nothing(status: int) -> None:
    """The cached status has the same errors, and changes nothing."""
    found = meaning(STATUS, status, JSON_BODY)
    assert type(found) is DEVICE[status][0]
    assert found is not None
    assert found.acted is NO


@pytest.mark.parametrize(
    ("failure", "kind", "acted"),
    [
        (
            Failure(status=422, code=98, name="ERRNO_BRIDGE_OFFLINE"),
            errors.BridgeOffline,
            NO,
        ),
        (Failure(status=530), errors.Jammed, MAYBE),
        (Failure(name="FAILED_BRIDGE_ERROR_LOCK_JAMMED"), errors.Jammed, MAYBE),
        (
            Failure(status=500, name="FAILED_BRIDGE_ERROR_LOCK_JAMMED"),
            errors.Jammed,
            MAYBE,
        ),
        (Failure(status=200), errors.DeviceError, MAYBE),
        (Failure(), errors.DeviceError, MAYBE),
    ],
)
def test_device_errors_by_push(
    failure: Failure, kind: type[CloudError], acted: Acted
) -> None:
    """A message about a failed command means what the status would have meant."""
    found = device_error(failure)
    assert type(found) is kind
    assert (found.acted, found.status, found.detail) == (
        acted,
        failure.status,
        failure.name,
    )


@pytest.mark.parametrize("status", DEVICE)
@pytest.mark.parametrize("route", [READ, WRITE])
def test_no_device_no_device_error(route: Route, status: int) -> None:
    """A call that reaches no device has no device's errors."""
    assert not isinstance(meaning(route, status, JSON_BODY), errors.DeviceError)


@pytest.mark.parametrize("status", [*DEVICE, 409, 502, 503, 504, 520])
def test_a_page_is_the_network_edges(status: int) -> None:
    """Also 530, which Cloudflare has too: a page is no word of the lock."""
    assert type(meaning(STATUS, status, PAGE)) is errors.CloudUnavailable
    found = meaning(COMMAND, status, PAGE)
    assert found is not None
    if status >= 500 or status == 408:
        assert type(found) is errors.OutcomeUnknown
        assert found.acted is MAYBE
    else:
        assert type(found) is errors.CloudUnavailable
        assert found.acted is NO


BODIES = [JSON_BODY, PAGE, "", TEXT]
GENERIC: list[tuple[Route, int, str, type[CloudError], Acted]] = [
    # 401 whatever the body
    *(
        (r, 401, b, errors.LoginExpired, NO)
        for r, b in product((READ, COMMAND), BODIES)
    ),
    # 429 whatever the body
    *((r, 429, b, errors.RateLimited, NO) for r, b in product((READ, COMMAND), BODIES)),
    # 403 without JSON
    *(
        (r, 403, b, errors.FirewallBlocked, NO)
        for r, b in product((READ, COMMAND, UNPROVEN_WRITE), (PAGE, "", TEXT, "[]"))
    ),
    # 400
    *(
        (r, 400, b, errors.InvalidParameter, NO)
        for r in (READ, COMMAND)
        for b in (JSON_BODY, "")
    ),
    (READ, 400, PAGE, errors.CloudUnavailable, NO),
    (COMMAND, 400, PAGE, errors.CloudUnavailable, NO),
    # 404
    *(
        (r, 404, b, errors.NotFound, NO)
        for r in (READ, COMMAND)
        for b in (JSON_BODY, "", TEXT)
    ),
    # A page at a proven address is no word on the lock: it must not go away for it.
    (READ, 404, PAGE, errors.CloudUnavailable, NO),
    (COMMAND, 404, PAGE, errors.CloudUnavailable, NO),
    # Unproven addresses
    *(
        (r, s, b, errors.AddressNotProven, NO)
        for r, s, b in product((UNPROVEN_READ, UNPROVEN_WRITE), (404, 405), BODIES)
    ),
    (READ, 405, JSON_BODY, errors.UnexpectedAnswer, NO),
    (COMMAND, 405, "", errors.UnexpectedAnswer, NO),
    # 409
    (STATUS, 409, JSON_BODY, errors.NoBridge, NO),
    (STATUS, 409, "", errors.NoBridge, NO),
    (PIN_WRITE, 409, JSON_BODY, errors.Conflict, NO),
    (COMMAND, 409, "", errors.Conflict, NO),
    (READ, 409, JSON_BODY, errors.Conflict, NO),
    # Gateways and servers
    *(
        (READ, s, b, errors.CloudUnavailable, NO)
        for s, b in product((408, 500, 502, 503, 504, 520, 599), BODIES)
    ),
    *(
        (WRITE, s, b, errors.OutcomeUnknown, MAYBE)
        for s, b in product((408, 500, 502, 503, 504, 520, 599), BODIES)
    ),
    *(
        (COMMAND, s, b, errors.OutcomeUnknown, MAYBE)
        for s, b in product((502, 503, 504, 520, 599), BODIES)
    ),
    (COMMAND, 501, JSON_BODY, errors.OperationNotOffered, NO),
    (READ, 501, "", errors.OperationNotOffered, NO),
    # Redirects and what nobody documents
    *((READ, s, "", errors.UnexpectedAnswer, NO) for s in (301, 302, 303, 307, 308)),
    *((COMMAND, s, PAGE, errors.UnexpectedAnswer, NO) for s in (301, 307, 308)),
    *((COMMAND, s, "", errors.UnexpectedAnswer, MAYBE) for s in (302, 303, 304, 199)),
    (COMMAND, 418, JSON_BODY, errors.UnexpectedAnswer, NO),
    (READ, 410, JSON_BODY, errors.UnexpectedAnswer, NO),
    # A page where an answer should be
    (READ, 200, PAGE, errors.UnexpectedAnswer, NO),
    (COMMAND, 200, PAGE, errors.UnexpectedAnswer, MAYBE),
]


@pytest.mark.parametrize(("route", "status", "body", "kind", "acted"), GENERIC)
def test_generic_errors(
    route: Route, status: int, body: str, kind: type[CloudError], acted: Acted
) -> None:
    """Sections 3.6 and 4.4."""
    found = meaning(route, status, body)
    assert type(found) is kind
    assert found is not None
    assert (found.acted, found.status, found.operation) == (
        acted,
        status,
        route.operation,
    )


@pytest.mark.parametrize("status", [200, 201, 202, 204])
@pytest.mark.parametrize("body", ["{}", "", "null", "OK"])
@pytest.mark.parametrize("route", [READ, WRITE, COMMAND])
def test_success(route: Route, status: int, body: str) -> None:
    """Every 2xx is one, with or without a body."""
    assert meaning(route, status, body) is None


@pytest.mark.parametrize(
    ("code", "message", "kind"),
    [
        ("Forbidden", "API key is not valid", errors.ApiKeyInvalid),
        (
            "NotAuthorized",
            "endpoint not allowed for API key",
            errors.EndpointNotAllowed,
        ),
        ("NotAuthorized", "", errors.EndpointNotAllowed),
        (None, "User is not authorized", errors.RoleMissing),
        ("NotAuthorized", "User is not authorized", errors.RoleMissing),
        ("Forbidden", "Caller must be owner of the lock", errors.RoleMissing),
        ("Forbidden", "something new", errors.Forbidden),
        (7, None, errors.Forbidden),
        (["x"], {"y": 1}, errors.Forbidden),
    ],
)
@pytest.mark.parametrize("route", [READ, COMMAND, UNPROVEN_READ])
def test_what_is_forbidden(
    route: Route, code: object, message: object, kind: type[CloudError]
) -> None:
    """A JSON 403 names the right that is missing."""
    found = meaning(route, 403, json.dumps({"code": code, "message": message}))
    assert type(found) is kind
    assert found is not None
    assert found.acted is NO


def test_every_status_means_something() -> None:
    """No status and no body raises, or passes for a success that it is not."""
    for route, status, body in product(
        routes.ROUTES, range(100, 600), (JSON_BODY, PAGE, "", TEXT, "[1]", '"x"', "\0")
    ):
        found = meaning(route, status, body)
        assert (found is None) == (200 <= status < 300 and body != PAGE)
        if found is not None and route.safety is Safety.READ:
            assert found.acted is NO


@pytest.mark.parametrize(
    ("body", "content_type", "kind"),
    [
        ("", "application/json", Body.EMPTY),
        (" \r\n", None, Body.EMPTY),
        ("null", None, Body.JSON),
        ('\ufeff{"a":1}', "text/plain", Body.JSON),
        ("<html>", "application/json", Body.HTML),
        ("oops", "text/html; charset=utf-8", Body.HTML),
        ("oops", "application/json", Body.TEXT),
        ("[" * 200_000, None, Body.TEXT),
        ('{"a":' + "9" * 6000 + "}", None, Body.TEXT),
    ],
)
def test_bodies(body: str, content_type: str | None, kind: Body) -> None:
    """JSON is JSON whatever the header says, and nothing raises."""
    assert answer(200, body, content_type).kind is kind


def test_bytes_that_are_no_text() -> None:
    """They are no JSON either, and no reason to crash."""
    found = read_answer(
        200, b"\xff\xfe{", content_type=None, date=None, retry_after=None
    )
    assert found.kind is Body.TEXT


def test_numbers_that_are_none() -> None:
    """NaN is no JSON, whatever Python thinks; it is read as nothing."""
    assert answer(200, '{"battery":NaN,"x":-Infinity}').json == {
        "battery": None,
        "x": None,
    }


@pytest.mark.parametrize(
    ("header", "wait"),
    [
        ("30", 30),
        ("1.5", 1.5),
        ("0", 0),
        ("-5", 0),
        ("Sun, 22 Nov 2026 12:02:00 GMT", 120),
        ("Sun, 22 Nov 2026 11:00:00 GMT", 0),
        ("soon", None),
        ("nan", None),
        ("1e999", None),
        ("Fri, 31 Dec 9999 23:59:59 -0100", None),
        ("", None),
        (None, None),
    ],
)
def test_retry_after(header: str | None, wait: float | None) -> None:
    """Seconds, or a date by the cloud's own clock."""
    found = read_answer(
        429,
        b"",
        content_type=None,
        date="Sun, 22 Nov 2026 12:00:00 GMT",
        retry_after=header,
    )
    expected = None if wait is None else timedelta(seconds=wait)
    assert found.retry_after == expected
    error = error_of(READ, found)
    assert isinstance(error, errors.RateLimited)
    assert error.retry_after == expected


def test_retry_after_by_our_clock() -> None:
    """Without the cloud's clock a date is measured by ours."""
    found = answer(429, retry_after="Sun, 22 Nov 2099 12:00:00 GMT")
    assert found.retry_after is not None
    expected = datetime(2099, 11, 22, 12, tzinfo=UTC) - datetime.now(UTC)
    assert abs(found.retry_after - expected) < timedelta(minutes=1)


@pytest.mark.parametrize(
    "date",
    [
        *("", "yesterday", "Sun, 99 Nov 2026 12:00:00 GMT"),
        *("Thu, 01 Jan 1970 00:00:00 GMT", "Fri, 31 Dec 9999 23:59:59 GMT"),
    ],
)
def test_a_date_that_is_none(date: str) -> None:
    """It is not there."""
    assert answer(200, date=date).date is None
