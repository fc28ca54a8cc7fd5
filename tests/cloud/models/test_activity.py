"""The feed."""

from datetime import UTC, datetime

import pytest

from custom_components.yale_august.cloud.models import (
    Activity,
    Person,
    Problems,
    read_activities,
)

from .payloads import EVENT, HOUSE_ID, LOCK_ID, OLD_EVENT, USER_ID, changed

AT = datetime(2026, 3, 1, 7, 8, 9, 123000, tzinfo=UTC)
NEW = Activity(
    activity_id="event-1",
    at=AT,
    action="pin_unlock",
    device_id=LOCK_ID,
    device_type="lock",
    user=Person(user_id=USER_ID, first_name="hidden first", last_name="hidden last"),
)
OLD = Activity(
    activity_id="event-2",
    at=AT,
    action="addedunverifieduser",
    device_id=LOCK_ID,
    device_type="lock",
    device_name="hidden lock name",
    house_id=HOUSE_ID,
    user=Person(user_id=USER_ID, first_name="hidden first"),
    other_user=Person(user_id="hidden-other", last_name="hidden last"),
    remote=True,
    keypad=False,
)


@pytest.mark.parametrize(
    ("data", "activities"),
    [
        ({"events": [EVENT]}, (NEW,)),
        ([OLD_EVENT], (OLD,)),
        ({"events": [EVENT, OLD_EVENT]}, (NEW, OLD)),
        ({"events": [], "nextPage": None}, ()),
        ([], ()),
    ],
)
def test_feed(data: object, activities: tuple[Activity, ...]) -> None:
    """Both shapes are understood, in the cloud's order."""
    problems = Problems()
    assert read_activities(data, problems) == activities
    assert len(problems) == 0


@pytest.mark.parametrize("data", [None, {}, {"events": {}}, "events", 3])
def test_no_feed(data: object) -> None:
    """What is no feed is empty, and said to be none."""
    problems = Problems()
    assert read_activities(data, problems) == ()
    assert problems.whole
    assert read_activities(data) == ()


def test_malformed_event() -> None:
    """One bad event does not hurt another."""
    problems = Problems()
    assert read_activities(
        {"events": ["x", {}, changed(EVENT, user=None), EVENT]}, problems
    ) == (
        Activity(),
        Activity(
            activity_id="event-1",
            at=AT,
            action="pin_unlock",
            device_id=LOCK_ID,
            device_type="lock",
        ),
        NEW,
    )
    assert str(problems) == "events[]"


@pytest.mark.parametrize(
    ("device", "device_id"),
    [(LOCK_ID.lower(), LOCK_ID), ("c0ffee", "c0ffee"), (5, None), (None, None)],
)
def test_device(device: object, device_id: str | None) -> None:
    """A lock's id has one spelling, those of other devices are theirs."""
    (activity,) = read_activities([changed(EVENT, deviceID=device)])
    assert activity.device_id == device_id


@pytest.mark.parametrize("user_id", ["deleted", "automaticrelock"])
def test_nobody(user_id: str) -> None:
    """Pseudo users are told as they are."""
    (activity,) = read_activities([changed(EVENT, user={"UserID": user_id})])
    assert activity.user == Person(user_id=user_id)
    assert not activity.user.is_user
