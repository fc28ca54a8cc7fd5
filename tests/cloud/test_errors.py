"""What an error says, and what it must not."""

import json

import pytest

from custom_components.yale_august.cloud import routes
from custom_components.yale_august.cloud.answers import error_of, read_answer, scrubbed
from custom_components.yale_august.cloud.errors import CloudError


def meaning(body: str) -> CloudError:
    """Return what a refused command means."""
    answer = read_answer(
        422, body.encode(), content_type=None, date=None, retry_after=None
    )
    found = error_of(routes.REMOTE_OPERATE, answer, ["api-key-Q", "4"])
    assert found is not None
    return found


SECRETS = [
    "eyJhbGciOi.eyJ1c2VySWQi.c2ln-X_",
    "0123456789ABCDEF0123456789ABCDEF",
    "65771c7a29b82c470a1b3257",
    "b13c2960-0346-4352-9b7b-6dd2682a615b",
    "482913",
    "4829",
    "+49 170 1234567",
    "ann.lee@example.com",
    "api-key-Q",
]


@pytest.mark.parametrize("secret", SECRETS)
def test_errors_keep_no_secret(secret: str) -> None:
    """The vendor's text is kept without what must not be in a log."""
    body = json.dumps({"code": f"C {secret}", "message": f"No {secret}, sorry\n\x07."})
    found = meaning(body)
    for text in (str(found), repr(found), found.detail or "", found.code or ""):
        assert secret not in text
        assert secret.removeprefix("+49 ") not in text
    assert found.detail is not None
    assert found.detail.startswith("No ")
    assert found.detail.endswith(", sorry .")
    assert found.detail.isprintable()


def test_a_long_text_is_cut() -> None:
    """A stack trace of the cloud does not fill the log."""
    assert len(scrubbed("so " * 1000)) <= 200


def test_an_error_in_one_line() -> None:
    """Operation, situation, status, code and the vendor's words."""
    found = meaning('{"code":98,"message":"Bridge is offline"}')
    assert (
        str(found)
        == "remote_operate: the bridge is offline (422, 98, Bridge is offline)"
    )
