"""Every status of sections 13 and 4.4 of the reference, in every shape of a body.

All of them are played on every call over the wire in `test_statuses_on_the_wire`, and
read on every route in `tests/cloud/test_answers.py`. Above the client nobody sees a status or
a body: an error is known there by its class, by whether the request may have acted, and by how
long the cloud wants to be left alone. What the account and its locks make of a call's answer
is therefore the same for all answers of one kind: a story about a call is played with one
of each kind, each story with others.
"""

from collections.abc import Hashable, Iterable, Iterator
import json
import random
from typing import Final

from custom_components.yale_august.cloud.answers import error_of, read_answer
from custom_components.yale_august.cloud.errors import CloudError, RateLimited
from custom_components.yale_august.cloud.routes import ROUTES, Route, Safety
from tests.simulator import Fail

GENERIC: Final = (400, 401, 403, 404, 408, 429, 500, 502, 503, 504)
"""Reference 4.4."""
OF_DEVICES: Final = (
    *(408, 409, 412, 422, 423, 460, 500, 530, 531, 550, 551, 560),
    *(501, 532, 533, 534, 540, 541, 562, 563, 564, 565),
)
"""Reference 13: the vendor's table, and codes that are not confirmed."""
STATUSES: Final = tuple(sorted({*GENERIC, *OF_DEVICES}))
BODIES: Final = ("json", "html", "empty")
STRANGE: Final = (
    Fail(403, {"code": "Forbidden", "message": "API key is not valid"}),
    Fail(403, {"code": "NotAuthorized", "message": "endpoint not allowed for API key"}),
    Fail(403, {"code": 403, "message": "User is not authorized"}),
    Fail(429, headers={"Retry-After": "600"}),
    Fail(429, headers={"Retry-After": "soon"}),
    Fail(302, "empty", headers={"Location": "/elsewhere"}),
    Fail(307, "empty", headers={"Location": "/elsewhere"}),
    Fail(200, "html"),
    Fail(200, "[]"),
    Fail(200, "{}"),
    Fail(200, "null"),
    Fail(200, "no JSON"),
    Fail(204, "empty"),
)
"""What else a cloud answers: with a reason (3.6), elsewhere, or with nonsense."""


def named(fail: Fail) -> str:
    """Return a status and a body in a few words."""
    return " ".join(map(str, (fail.status, fail.body, *fail.headers.values())))


def failures(*, acts: bool = False) -> Iterator[Fail]:
    """Return each status with each body."""
    for status in STATUSES:
        for body in BODIES:
            yield Fail(status, body, acts=acts)


HANDSHAKE: Final = Route(operation="socket", method="GET", path="/", safety=Safety.READ)
CALLS: Final = {route.operation: route for route in (*ROUTES, HANDSHAKE)}
BODY_TEXTS: Final = {
    "json": '{"code": 0, "message": "?"}',
    "html": "<html>",
    "empty": "",
}


def meaning(route: Route, fail: Fail) -> CloudError | None:
    """Return the error that an answer is to a call."""
    if isinstance(fail.body, str):
        text = BODY_TEXTS.get(fail.body, fail.body)
    else:
        text = json.dumps(dict(fail.body))
    answer = read_answer(
        fail.status,
        text.encode(),
        content_type=None,
        date=None,
        retry_after=fail.headers.get("Retry-After"),
    )
    return error_of(route, answer)


def _kind(operation: str, fail: Fail) -> Hashable:
    if operation == "token":
        # There only a JSON 400 and 401 refuse, and a success has a token (reference 3.3).
        if fail.status in (200, 429):
            return named(fail)
        return fail.status in (400, 401) and fail.body == "json"
    err = meaning(CALLS[operation], fail)
    if err is None:
        return named(fail)
    wait = err.retry_after if isinstance(err, RateLimited) else None
    return type(err), err.acted, wait


def kinds(
    operation: str, story: str, among: Iterable[Fail] | None = None
) -> Iterator[Fail]:
    """Return one of each kind of answer to a call; which one is chosen by the story."""
    found: dict[Hashable, list[Fail]] = {}
    for fail in (*failures(), *STRANGE) if among is None else among:
        found.setdefault(_kind(operation, fail), []).append(fail)
    chance = random.Random(f"{operation} {story}")
    for fails in found.values():
        yield chance.choice(fails)
