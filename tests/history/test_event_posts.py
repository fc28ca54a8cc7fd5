"""What the cloud posts of a door: told once beside the stream, and what only a post can tell."""

from collections.abc import Callable
from datetime import timedelta

from tests.simulator import Brand
from tests.simulator.accounts import User
from tests.webhooks.webhook_home import DOOR, WebhookHome

from .stories import Stories, at, enter, in_turn

pytest_plugins = ("tests.webhooks.webhook_fixtures",)


def gina(webhook_home: WebhookHome) -> User:
    """Return somebody with a code."""
    world = webhook_home.cloud.world
    return world.add_user("Gina", "Guest", email="gina@example.com")


async def test_posts_alone(webhook_home: WebhookHome) -> None:
    """Where nothing is pushed a post tells who it was, and when; nobody has to be asked."""
    home, cloud = webhook_home.home, webhook_home.cloud
    lock = webhook_home.add_lock("keypad")
    guest = gina(webhook_home)
    await webhook_home.registered(brand=Brand.AUGUST)
    stories = Stories(home)
    await in_turn(
        enter(home, lock, guest),
        cloud.hands.open_door(lock),
        cloud.hands.close_door(lock),
        cloud.hands.auto_lock(lock),
        cloud.hands.type_pin(lock, "000000"),
    )
    told = await stories.are(
        "unlocked", "door_opened", "door_closed", "auto_locked", "denied_code"
    )
    assert [one["person"] for one in told] == ["Gina Guest", None, None, None, None]
    assert told[-1]["method"] == "keypad"
    assert stories.reads == 0


async def test_message_and_post(
    webhook_home: WebhookHome, pace: Callable[..., None]
) -> None:
    """Both are of one operation; the post says who it was, so that the feed need not."""
    pace(feed_lag=timedelta(seconds=5), name=timedelta(seconds=20))
    home, cloud = webhook_home.home, webhook_home.cloud
    lock = webhook_home.add_lock("keypad")
    guest = gina(webhook_home)
    cloud.options.push_shape = "bare"
    await webhook_home.registered()
    stories = Stories(home)
    await enter(home, lock, guest)
    await cloud.hands.one_touch_lock(lock)
    told = await stories.are("unlocked", "locked")
    assert [(one["person"], one["method"]) for one in told] == [
        ("Gina Guest", "unknown"),
        (None, "one_touch"),
    ]
    assert stories.reads == 0


async def test_late_and_twice(webhook_home: WebhookHome) -> None:
    """Posts come in any order, and twice; each has its own time."""
    webhook_home.add_lock()
    await webhook_home.registered(brand=Brand.AUGUST)
    stories = Stories(webhook_home.home)
    later = webhook_home.cloud.clock.now() - timedelta(seconds=20)
    stamp = int(later.timestamp() * 1000)
    for _ in range(2):
        await webhook_home.tell("lock", "manuallock", Timestamp=stamp)
    for _ in range(2):
        await webhook_home.tell("unlock", "manualunlock", Timestamp=stamp - 20000)
    await stories.are("locked", "unlocked", in_order=False)
    assert sorted(round(at(one) / 20) for one in stories.told) == [1, 2]


async def test_who_asks_has_done_nothing(webhook_home: WebhookHome) -> None:
    """The answer to a question is no incident."""
    home = webhook_home.home
    webhook_home.add_lock()
    await webhook_home.registered()
    stories = Stories(home)
    owner = home.cloud.owner.user_id
    await webhook_home.tell("lock", owner, EventType="status")
    await webhook_home.tell("a word of next year", owner)
    await stories.are()


async def test_ring(webhook_home: WebhookHome) -> None:
    """The button rings at once; what comes late does not ring."""
    home, cloud = webhook_home.home, webhook_home.cloud
    bell = webhook_home.add_lock("doorman")
    await webhook_home.registered()
    rings = Stories(home, DOOR, "ring")
    await cloud.hands.ring(bell)
    await rings.are("ring")
    assert set(rings.told[0]) == {
        "event_types",
        "event_type",
        "device_class",
        "friendly_name",
    }
    person = {"UserID": "deleted"}
    await webhook_home.post(
        EventType="lock_doorbell_buttonpress", Event="press", User=person, ago=90
    )
    await rings.are("ring")
