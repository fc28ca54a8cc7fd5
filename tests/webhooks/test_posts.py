"""What the cloud posts to the webhook: what it says, which of two is newer, how often is read."""

import asyncio
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from tests.simulator import Bolt, Brand, Door

from .webhook_home import BRANDS, DOOR, WebhookHome

pytest_plugins = ("tests.webhooks.webhook_fixtures",)


# What happens at the door


@pytest.mark.parametrize("brand", BRANDS)
async def test_by_hand(webhook_home: WebhookHome, brand: Brand) -> None:
    """Bolt and door are followed at once without a read, and with who did it."""
    home, cloud = webhook_home.home, webhook_home.cloud
    lock = webhook_home.add_lock("unlatch")
    gina = cloud.world.add_user("Gina", "Guest", email="gina@example.com")
    cloud.share(lock, gina)
    await webhook_home.registered(brand=brand)
    cloud.faults.lose_messages(None)
    before = len(cloud.requests)
    await cloud.hands.unlock(lock)
    state = await home.shows("lock", DOOR, "lock", "unlocked")
    assert state.attributes["changed_by"] == "Manual"
    await cloud.hands.open_door(lock)
    await home.shows("binary_sensor", DOOR, "door", "on")
    await cloud.hands.close_door(lock)
    await home.shows("binary_sensor", DOOR, "door", "off")
    await webhook_home.tell("lock", gina.user_id)
    state = await home.shows("lock", DOOR, "lock", "locked")
    assert state.attributes["changed_by"] == "Gina Guest"
    await webhook_home.tell("unlatch", "manualunlatch")
    await home.shows("lock", DOOR, "lock", "open")
    assert home.reads(DOOR, since=before) == []


async def test_health(webhook_home: WebhookHome) -> None:
    """A bridge that goes hides the bolt; battery and keypad are read anew."""
    home, cloud = webhook_home.home, webhook_home.cloud
    lock = webhook_home.add_lock("keypad")
    await webhook_home.registered(brand=Brand.AUGUST)
    before = len(cloud.requests)
    await cloud.faults.bridge_offline(lock)
    await home.shows("binary_sensor", DOOR, "connectivity", "off")
    assert home.state("lock", DOOR, "lock") == "unknown"
    assert home.reads(DOOR, since=before) == []
    await cloud.faults.bridge_online(lock)
    await home.shows("binary_sensor", DOOR, "connectivity", "on")
    await home.shows("lock", DOOR, "lock", "locked")

    await cloud.hands.set_battery(lock, 0.11)
    await home.shows("sensor", DOOR, "battery", "11")
    before = len(cloud.requests)
    await webhook_home.post(EventType="battery", Event="keypad_battery_critical")
    await home.until(lambda: home.reads(DOOR, since=before) == ["get_lock"])


async def test_many_reports_are_one_read(
    webhook_home: WebhookHome, pace: Callable[..., None]
) -> None:
    """What comes together is read together."""
    pace(coalesce=timedelta(seconds=0.6))
    home = webhook_home.home
    webhook_home.add_lock()
    await webhook_home.registered()
    before = len(webhook_home.cloud.requests)
    warning = "lock_state_battery_warning_2week"
    await asyncio.gather(
        *(webhook_home.post(EventType="system", Event=warning) for _ in range(8))
    )
    await asyncio.sleep(1.5)
    assert home.reads(DOOR, since=before) in (["get_lock"], ["get_lock"] * 2)


WORDS = {
    "lock": "locked",
    "onetouchlock": "locked",
    "secure": "locked",
    "unlock": "unlocked",
    "unlatch": "open",
    "LOCK": "locked",
}


async def test_every_word(webhook_home: WebhookHome) -> None:
    """Each word that is listed is shown as the reference says (19.3)."""
    home = webhook_home.home
    webhook_home.add_lock("unlatch")
    await webhook_home.registered(brand=Brand.AUGUST)
    for kind in ("operation", "status"):
        for word, state in WORDS.items():
            other = "unlock" if state == "locked" else "lock"
            await webhook_home.tell(other)
            await home.shows("lock", DOOR, "lock", f"{other}ed")
            await webhook_home.tell(word, EventType=kind)
            await home.shows("lock", DOOR, "lock", state)
            secure = home.find("binary_sensor", DOOR, "secure_mode")
            assert (secure is not None and secure.state == "on") is (word == "secure")


@pytest.mark.parametrize("event", ["pirouette", "", 7, None, ["lock"], {"a": 1}])
@pytest.mark.parametrize("bolt", [Bolt.LOCKED, Bolt.UNLOCKED])
async def test_no_other_word_is_a_state(
    webhook_home: WebhookHome, event: Any, bolt: Bolt
) -> None:
    """Anything else is neither locked nor unlocked; where it may matter one looks."""
    home = webhook_home.home
    lock = webhook_home.add_lock()
    entry = await webhook_home.registered(brand=Brand.AUGUST)
    await webhook_home.tell("lock" if bolt is Bolt.LOCKED else "unlock")
    webhook_home.turn(lock, bolt, learned=True)
    shown: list[str] = []
    home.coordinator(entry, DOOR).async_add_listener(
        lambda: shown.append(home.state("lock", DOOR, "lock"))
    )
    person = {"UserID": "someone"}
    await webhook_home.post(EventType="operation", Event=event, User=person)
    await home.shows("lock", DOOR, "lock", bolt.value)
    assert set(shown) <= {bolt.value, "unknown"}


async def test_wrong_code(webhook_home: WebhookHome) -> None:
    """A wrong code moves nothing, names nobody and needs no look."""
    home, cloud = webhook_home.home, webhook_home.cloud
    lock = webhook_home.add_lock("keypad")
    await webhook_home.registered(brand=Brand.AUGUST)
    await webhook_home.tell("unlock", "manualunlock")
    await home.shows("lock", DOOR, "lock", "unlocked")
    before = len(cloud.requests)
    assert not await cloud.hands.type_pin(lock, "000000")
    await cloud.settle()
    assert cloud.courier.deliveries[-1].body["Event"] == "invalidcode"
    assert cloud.courier.deliveries[-1].status == 200
    await home.keeps("lock", DOOR, "lock", "unlocked")
    state = home.find("lock", DOOR, "lock")
    assert state is not None
    assert state.attributes["changed_by"] == "Manual"
    assert home.reads(DOOR, since=before) == []


async def test_who_asks_has_not_moved_it(webhook_home: WebhookHome) -> None:
    """The one who asks for the status is not the one who moved the bolt."""
    home, cloud = webhook_home.home, webhook_home.cloud
    webhook_home.add_lock()
    await webhook_home.registered(brand=Brand.AUGUST)
    await webhook_home.tell("unlock", "manualunlock")
    await webhook_home.tell("unlock", cloud.owner.user_id, EventType="status")
    state = await home.shows("lock", DOOR, "lock", "unlocked")
    assert state.attributes["changed_by"] == "Manual"


async def test_who_is_named_by_the_second_message(webhook_home: WebhookHome) -> None:
    """A push without a name comes first; the post that follows has the name."""
    home, cloud = webhook_home.home, webhook_home.cloud
    lock = webhook_home.add_lock()
    gina = cloud.world.add_user("Gina", "Guest", email="gina@example.com")
    cloud.share(lock, gina)
    await webhook_home.registered()
    await home.say(DOOR, lockAction="unlock")
    state = await home.shows("lock", DOOR, "lock", "unlocked")
    assert state.attributes.get("changed_by") is None
    await webhook_home.tell("unlock", gina.user_id, ago=1)
    state = await home.shows("lock", DOOR, "lock", "unlocked")
    assert state.attributes["changed_by"] == "Gina Guest"
    # What is late and tells of an earlier unlocking names nobody.
    await webhook_home.tell("unlock", "manualunlock", ago=2)
    state = await home.shows("lock", DOOR, "lock", "unlocked")
    assert state.attributes["changed_by"] == "Gina Guest"


# Which of two is newer


@pytest.mark.parametrize(
    "unit", [1, 1000], ids=["in milliseconds", "in seconds, if that is the unit"]
)
async def test_late_post(webhook_home: WebhookHome, unit: int) -> None:
    """What comes out of order does not undo what is newer; the same twice is once."""
    home, cloud = webhook_home.home, webhook_home.cloud
    lock = webhook_home.add_lock()
    await webhook_home.registered(brand=Brand.AUGUST)
    webhook_home.turn(lock, Bolt.UNLOCKED)
    lock.door = Door.OPEN
    now = int(cloud.clock.now().timestamp() * 1000)

    async def tell(event: str, user: str, ago: int) -> None:
        await webhook_home.tell(event, user, Timestamp=(now - ago) / unit)

    await tell("unlock", "manualunlock", 1000)
    await home.shows("lock", DOOR, "lock", "unlocked")
    await tell("open", "DoorStateChanged", 800)
    await home.shows("binary_sensor", DOOR, "door", "on")
    for _ in range(2):
        await tell("lock", "manuallock", 3000)
        await tell("closed", "DoorStateChanged", 3000)
        await tell("open", "DoorStateChanged", 800)
        await tell("unlock", "manualunlock", 1000)
    await home.keeps("lock", DOOR, "lock", "unlocked")
    await home.keeps("binary_sensor", DOOR, "door", "on")


@pytest.mark.parametrize(
    ("newer", "late"),
    [
        (("unlock", "manualunlock"), ("lock", "manuallock")),
        (("open", "DoorStateChanged"), ("closed", "DoorStateChanged")),
    ],
    ids=["bolt", "door"],
)
async def test_contradiction(
    webhook_home: WebhookHome, newer: tuple[str, str], late: tuple[str, str]
) -> None:
    """What is not believed because it is older is not ignored either: one looks."""
    home = webhook_home.home
    lock = webhook_home.add_lock()
    await webhook_home.registered(brand=Brand.AUGUST)
    lock.door = Door.OPEN
    webhook_home.turn(lock, Bolt.UNLOCKED, learned=True)
    before = len(webhook_home.cloud.requests)
    await webhook_home.tell(*newer)
    await webhook_home.tell(*newer)
    assert home.reads(DOOR, since=before) == []
    await webhook_home.tell(*late, ago=20)
    await home.until(lambda: home.reads(DOOR, since=before) == ["get_lock"])


async def test_unknown_word_of_the_door(webhook_home: WebhookHome) -> None:
    """A door of which something strange is told is looked at."""
    home = webhook_home.home
    webhook_home.add_lock()
    await webhook_home.registered(brand=Brand.AUGUST)
    before = len(webhook_home.cloud.requests)
    await webhook_home.tell("pirouette", "DoorStateChanged")
    await home.until(lambda: "get_lock" in home.reads(DOOR, since=before))


async def test_late_connection(webhook_home: WebhookHome) -> None:
    """An old word on the bridge does not undo a newer one, but makes us look."""
    home, cloud = webhook_home.home, webhook_home.cloud
    lock = webhook_home.add_lock()
    await webhook_home.registered(brand=Brand.AUGUST)
    await webhook_home.post(EventType="systemstatus", Event="offline")
    await home.shows("binary_sensor", DOOR, "connectivity", "off")
    assert lock.link is not None
    lock.link.online = False
    before = len(cloud.requests)
    await webhook_home.post(EventType="systemstatus", Event="online", ago=4)
    await home.keeps("binary_sensor", DOOR, "connectivity", "off")
    # Nor does what happened before the bridge went.
    await webhook_home.tell("unlock", "manualunlock", ago=3)
    await home.keeps("binary_sensor", DOOR, "connectivity", "off")
    assert home.state("lock", DOOR, "lock") == "unknown"
    await home.until(lambda: "get_lock" in home.reads(DOOR, since=before))


async def test_nothing_is_known_after_a_gap(webhook_home: WebhookHome) -> None:
    """What was posted late, from before the bridge went, is not shown when it is back."""
    home = webhook_home.home
    webhook_home.add_lock()
    entry = await webhook_home.registered(brand=Brand.AUGUST)
    await webhook_home.post(EventType="systemstatus", Event="offline")
    await webhook_home.tell("unlock", "manualunlock", ago=2)
    shown: list[str] = []
    home.coordinator(entry, DOOR).async_add_listener(
        lambda: shown.append(home.state("lock", DOOR, "lock"))
    )
    await webhook_home.post(EventType="systemstatus", Event="online")
    await home.shows("lock", DOOR, "lock", "locked")
    assert "unlocked" not in shown


@pytest.mark.parametrize("minutes", [-5, 5])
async def test_other_clock(webhook_home: WebhookHome, minutes: int) -> None:
    """The cloud's clock may be ahead or behind."""
    home, cloud = webhook_home.home, webhook_home.cloud
    cloud.faults.set_clock(timedelta(minutes=minutes))
    lock = webhook_home.add_lock()
    await webhook_home.registered(brand=Brand.AUGUST)
    webhook_home.turn(lock, Bolt.UNLOCKED)
    await webhook_home.tell("unlock", "manualunlock")
    await home.shows("lock", DOOR, "lock", "unlocked")
    await webhook_home.tell("lock", "manuallock", ago=6)
    await home.keeps("lock", DOOR, "lock", "unlocked")
    webhook_home.turn(lock, Bolt.LOCKED)
    await webhook_home.tell("lock", "manuallock", ago=-3)
    await home.shows("lock", DOOR, "lock", "locked")
    await webhook_home.tell("unlock", "manualunlock", ago=None)
    await home.shows("lock", DOOR, "lock", "unlocked")


# How often is read


async def test_pace(webhook_home: WebhookHome) -> None:
    """Without push one polls until posts have proven to arrive, lock by lock."""
    home, cloud = webhook_home.home, webhook_home.cloud
    lock = webhook_home.add_lock()
    webhook_home.add_lock(name="Back Door")
    entry = await webhook_home.registered(brand=Brand.AUGUST)
    slow: Callable[[str], bool] = lambda name: (  # noqa: E731
        (home.coordinator(entry, name).update_interval or timedelta())
        >= home.account(entry).pace.reconcile * 0.85
    )
    assert not slow(DOOR)
    await webhook_home.tell("unlock")
    await cloud.hands.unlock(lock)
    await cloud.settle()
    assert slow(DOOR)
    assert not slow("Back Door")
    # It stays so while reads tell nothing new.
    await home.coordinator(entry, DOOR).async_refresh()
    assert slow(DOOR)
    # A read that tells what no post has told: somebody else has the registration now.
    webhook_home.turn(lock, Bolt.LOCKED, learned=True)
    await home.coordinator(entry, DOOR).async_refresh()
    await home.shows("lock", DOOR, "lock", "locked")
    assert not slow(DOOR)
    await webhook_home.tell("open", "DoorStateChanged")
    assert slow(DOOR)
    await webhook_home.reload(entry)
    assert not slow(DOOR)


async def test_command_is_no_missed_post(webhook_home: WebhookHome) -> None:
    """A movement of our own that a post confirms late does not speak against posts."""
    home, cloud = webhook_home.home, webhook_home.cloud
    lock = webhook_home.add_lock()
    entry = await webhook_home.registered(brand=Brand.AUGUST)
    await home.act("unlock", DOOR)
    assert lock.bolt is Bolt.UNLOCKED
    await cloud.settle()
    state = await home.shows("lock", DOOR, "lock", "unlocked")
    assert state.attributes["changed_by"] == "Olivia Owner"
    await home.coordinator(entry, DOOR).async_refresh()
    assert home.coordinator(entry, DOOR).posts_arrive
