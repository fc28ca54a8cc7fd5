"""Every status of sections 13 and 4.4 of the reference, in every shape of a body."""

from collections.abc import Iterator
from typing import Final

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
