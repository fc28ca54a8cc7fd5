"""From JSON to what is shown: arbitrary JSON is survived, and nothing is guessed."""

from typing import Any

from hypothesis import given, strategies as st

from custom_components.yale_august.cloud.models import (
    LockDetail,
    LockStatus,
    Operation,
    PushMessage,
)
from custom_components.yale_august.knowledge.arrivals import (
    take_answer,
    take_detail,
    take_push,
    take_status,
)
from custom_components.yale_august.knowledge.face import face_of
from custom_components.yale_august.knowledge.lock import LockData
from custom_components.yale_august.knowledge.readings import Moment
from tests.cloud.models.test_properties import CASES, JSON, assert_said, damaged

from .arrivals import EMPTY, START, TRUST, often

KINDS = ("lock", "status", "operation", "push", "failed push")


@st.composite
def arrivals(draw: st.DrawFn) -> tuple[str, Any]:
    """Return what the cloud may send, with arbitrary JSON in any field or in its place."""
    kind = draw(st.sampled_from(KINDS))
    return kind, draw(damaged(CASES[kind]) | JSON)


def take(data: LockData, kind: str, body: object, when: Moment) -> LockData:
    """Take it."""
    match kind:
        case "lock":
            return take_detail(data, LockDetail.from_json(body), when).data
        case "status":
            return take_status(data, LockStatus.from_json(body), when).data
        case "operation":
            return take_answer(data, Operation.from_json(body), when).data
    return take_push(data, PushMessage.from_json(body), when).data


def said(kind: str, body: object, state: object) -> bool:
    """Return whether a state stands in what has arrived, in a known word."""
    try:
        assert_said(CASES[kind], body, state)
    except AssertionError:
        return False
    return True


@often
@given(st.lists(arrivals(), min_size=1, max_size=4))
def test_any_json_is_survived_and_nothing_is_guessed(
    found: list[tuple[str, Any]],
) -> None:
    """Nothing raises; a state is shown only where something has said it."""
    data = EMPTY
    when = Moment(asked=START, arrived=START)
    for kind, body in found:
        data = take(data, kind, body, when)
        bolt = face_of(data, START, TRUST).bolt
        door = face_of(data, START, TRUST).door
        assert any(said(kind, body, bolt) for kind, body in found)
        assert any(said(kind, body, door) for kind, body in found)
        assert data.name
        assert data.trouble is None or data.trouble.value
