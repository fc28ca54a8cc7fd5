"""Who did it: hears what happens at the locks of an account and tells each incident once.

A journal for each lock whose events somebody wants decides what has happened. The feed of a house
is read only when the journal of a lock whose `access` entity is on needs it: nobody has said who it
was, a message does not fit what is known, or the cloud knows of something that was not heard. It is
read once for all who need it by then, and at most once for each operation.
"""

from datetime import datetime
from functools import partial
from typing import Protocol

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import CALLBACK_TYPE, HassJob, HomeAssistant, callback
from homeassistant.helpers import entity_registry as er
from homeassistant.helpers.event import async_call_later
from homeassistant.util import dt as dt_util

from custom_components.yale_august.channel import Channel
from custom_components.yale_august.cloud.models import (
    BoltState,
    Delivery,
    JsonValue,
    PushMessage,
)
from custom_components.yale_august.const import (
    ACTING_SUB_USER,
    CONF_ACTING_USER,
    DOMAIN,
)
from custom_components.yale_august.coordinator import LockCoordinator
from custom_components.yale_august.household import Household
from custom_components.yale_august.knowledge.lock import LockData

from .feeds import Entries, Feeds
from .incidents import (
    Incident,
    Kind,
    Method,
    Sighting,
    bolt_kind,
    door_kind,
    like,
    name_of,
    of_post,
    of_push,
)
from .journal import GRAIN, Journal, Memory, Patience
from .watch import IncidentListener, Watch

ACCESS = "access"
"""The key of the entity for whose sake the feed is read."""
APART = 0.005
"""Seconds between two events: their entity's state is the time to the millisecond."""


class Watched(Household, Protocol):
    """What is needed of the account."""

    push: Channel


class Witness:
    """Sees what happens at the locks of one account."""

    def __init__(
        self,
        hass: HomeAssistant,
        entry: ConfigEntry,
        account: Watched,
        memory: dict[str, Memory],
    ) -> None:
        """Remember what was told before; nobody is listened to yet."""
        self._hass = hass
        self._entry = entry
        self._account = account
        # What happens while nobody wants to know is not told afterwards.
        self._memory = {
            lock_id: told
            for lock_id, told in memory.items()
            if not _is_disabled(hass, lock_id)
        }
        self._watches: dict[str, Watch] = {}
        self._feeds = Feeds(
            hass,
            entry,
            account,
            is_needed=self._is_needed,
            on_read=self._read,
            on_failure=self._unread,
        )
        self._cancel_retry: CALLBACK_TYPE | None = None
        account.people.listeners.append(self._named)
        entry.async_on_unload(self._stop)

    def dump(self) -> dict[str, Memory]:
        """Return what must survive a restart, by lock id."""
        return {
            **self._memory,
            **{
                lock_id: watch.journal.dump()
                for lock_id, watch in self._watches.items()
            },
        }

    @callback
    def forget(self, lock_id: str) -> None:
        """Forget what happened at a lock: it is gone, or nobody wants its events."""
        self._memory.pop(lock_id, None)
        if (watch := self._watches.pop(lock_id, None)) is not None:
            self._cancel(watch)

    def figures(self) -> dict[str, JsonValue]:
        """Return what diagnostics may show."""
        watches = self._watches.values()
        return {
            "locks": len(watches),
            "locks_with_feed": sum(watch.journal.wants_names for watch in watches),
            **self._feeds.figures(),
        }

    # Who listens

    @callback
    def async_listen(
        self, lock: LockCoordinator, key: str, listener: IncidentListener
    ) -> CALLBACK_TYPE:
        """Tell `listener` each incident at a lock from now on; call the result to stop.

        For the `access` entity, what happened since it was last told is told first.
        """
        watch = self._watches.get(lock.lock_id)
        if watch is None:
            watch = self._watches[lock.lock_id] = self._begin(lock)
        watch.listeners.append(listener)
        if key == ACCESS:
            watch.journal.wants_names = self._feeds.allows(watch.house_id)
            self._updated(watch)

        @callback
        def stop() -> None:
            watch.listeners.remove(listener)
            if key == ACCESS:
                watch.journal.wants_names = False

        return stop

    def _begin(self, lock: LockCoordinator) -> Watch:
        pace = self._account.pace
        watch = Watch(
            lock,
            Journal(
                Patience(gather=pace.gather, name=pace.name, lag=pace.feed_lag),
                dt_util.utcnow(),
                self._memory.pop(lock.lock_id, None),
            ),
        )
        self._entry.async_on_unload(
            lock.async_add_listener(partial(self._updated, watch))
        )
        return watch

    @callback
    def _stop(self) -> None:
        for watch in self._watches.values():
            self._cancel(watch)
        if self._cancel_retry is not None:
            self._cancel_retry()
            self._cancel_retry = None

    def _cancel(self, watch: Watch) -> None:
        if watch.cancel_telling is not None:
            watch.cancel_telling()
            watch.cancel_telling = None

    # What is heard

    @callback
    def async_hear(
        self, lock: LockCoordinator, message: PushMessage, before: LockData
    ) -> None:
        """Take a message of the stream; `before` is what was known until it came."""
        if (watch := self._watches.get(lock.lock_id)) is None:
            return
        now = dt_util.utcnow()
        seen = of_push(message, now, self._account.clock_offset)
        if seen is not None:
            self._take_state(watch, seen, before, now)

    @callback
    def async_hear_post(
        self, lock: LockCoordinator, delivery: Delivery, before: LockData
    ) -> None:
        """Take what the cloud has posted; `before` is what was known until it came."""
        user_id = delivery.user.user_id
        if user_id is not None:
            self._account.people.learn(user_id, name_of(delivery.user))
        if (watch := self._watches.get(lock.lock_id)) is None:
            return
        now = dt_util.utcnow()
        seen = of_post(delivery, now, self._account.clock_offset)
        if seen is None:
            return
        if seen.says_state:
            self._take_state(watch, seen, before, now)
            return
        watch.journal.see_operation(seen, now, known=self._knows(watch, seen))
        self._follow_up(watch)

    @callback
    def async_unheard(self, lock_id: str) -> None:
        """Take it that the cloud's cache tells of a movement that nothing had told of."""
        watch = self._watches.get(lock_id)
        # The end of a command of ours is told by the command.
        if watch is not None and watch.lock.data.commanded is None:
            watch.asks = True
            self._ask(watch)

    @callback
    def async_sending(self, lock_id: str, ends: frozenset[BoltState]) -> None:
        """Take it that a command of ours is sent now that should end in one of these."""
        if (watch := self._watches.get(lock_id)) is None:
            return
        kinds = frozenset(filter(None, map(bolt_kind, ends)))
        watch.journal.see_sending(kinds, dt_util.utcnow(), self._acting_user)

    @callback
    def async_success(self, lock_id: str, end: BoltState) -> None:
        """Take it that the command was confirmed."""
        watch = self._watches.get(lock_id)
        kind = bolt_kind(end)
        if watch is not None and kind is not None:
            watch.journal.see_success(kind, dt_util.utcnow())
            self._follow_up(watch)

    @property
    def _acting_user(self) -> str | None:
        if self._entry.data[CONF_ACTING_USER] == ACTING_SUB_USER:
            return None
        return self._entry.unique_id

    def _take_state(
        self, watch: Watch, seen: Sighting, before: LockData, now: datetime
    ) -> None:
        journal = watch.journal
        if (bolt := before.bolt) is not None:
            journal.rest(bolt_kind(bolt.value), bolt.at, now)
        if (door := before.door) is not None:
            journal.rest(door_kind(door.value), door.at, now)
        if journal.see_state(seen, now, known=self._knows(watch, seen)):
            watch.asks = True
        self._follow_up(watch)

    def _knows(self, watch: Watch, seen: Sighting) -> bool:
        return seen.actor is None or self._account.people.knows(
            seen.actor, watch.lock.data.detail
        )

    @callback
    def _updated(self, watch: Watch) -> None:
        """See whether the cloud knows of something that was not heard while nobody listened."""
        account, lock = self._account, watch.lock
        if not account.push_connected or lock.data.reachable is False:
            watch.blind = True
        if not watch.blind:
            return
        if (verified := watch.verified) is not None:
            at = verified - account.clock_offset
            if at > watch.journal.heard + GRAIN:
                watch.journal.heard = at
                watch.asks = True
                self._ask(watch)
        connected_at = account.push.connected_at
        watch.blind = (
            not account.push_connected
            or connected_at is None
            or lock.asked is None
            or lock.asked < connected_at
        )

    # What the feed says

    def _follow_up(self, watch: Watch) -> None:
        if watch.asks or watch.journal.nameless:
            self._ask(watch)
        self._plan(watch)

    def _ask(self, watch: Watch) -> None:
        """Read the feed of the house soon, if that is for somebody."""
        house_id = watch.house_id
        if not watch.journal.wants_names or house_id is None:
            watch.asks = False
            return
        self._feeds.ask(house_id)

    def _wants(self, house_id: str) -> list[Watch]:
        """Return the watches that the feed of a house is read for."""
        return [
            watch
            for watch in self._watches.values()
            if watch.house_id == house_id and watch.journal.wants_names
        ]

    @callback
    def _is_needed(self, house_id: str) -> bool:
        return any(
            watch.asks or watch.journal.nameless for watch in self._wants(house_id)
        )

    @callback
    def _read(self, house_id: str, entries: Entries, asked: datetime) -> None:
        """Take what the feed of a house says."""
        now = dt_util.utcnow()
        for watch in self._wants(house_id):
            watch.asks = False
            watch.journal.see_feed(
                entries.get(watch.lock.lock_id, ()), now, asked=asked
            )
            self._plan(watch)

    @callback
    def _unread(self, house_id: str) -> None:
        """Tell what waits without a name; a right that is missing is not asked for again."""
        now = dt_util.utcnow()
        for watch in list(self._watches.values()):
            if not self._feeds.allows(watch.house_id):
                watch.journal.wants_names = watch.asks = False
            elif watch.house_id != house_id:
                continue
            watch.journal.give_up_names(now)
            self._plan(watch)
        if self._cancel_retry is None and any(
            watch.asks for watch in self._watches.values()
        ):
            self._cancel_retry = async_call_later(
                self._hass,
                self._account.pace.feed_retry,
                HassJob(self._retry, cancel_on_shutdown=True),
            )

    @callback
    def _retry(self, _now: datetime) -> None:
        self._cancel_retry = None
        for watch in self._watches.values():
            if watch.asks:
                self._ask(watch)

    # What is told

    def _plan(self, watch: Watch) -> None:
        """Tell what is due, and wake up for the next."""
        self._cancel(watch)
        now = dt_util.utcnow()
        incident = watch.journal.tell(now)
        if incident is not None:
            self._tell(watch, incident)
        due = watch.journal.due
        if due is None:
            return
        watch.cancel_telling = async_call_later(
            self._hass,
            max(APART, (due - now).total_seconds()),
            HassJob(partial(self._woken, watch), cancel_on_shutdown=True),
        )

    @callback
    def _woken(self, watch: Watch, _now: datetime) -> None:
        watch.cancel_telling = None
        self._plan(watch)

    def _tell(self, watch: Watch, incident: Incident) -> None:
        self._name_doer(watch.lock, incident)
        for listener in list(watch.listeners):
            listener(incident)

    @callback
    def _named(self, user_id: str) -> None:
        """Let the locks say the name that this one was only now learned to have."""
        for watch in self._watches.values():
            if watch.lock.data.actor == user_id:
                watch.lock.async_update_listeners()

    def _name_doer(self, lock: LockCoordinator, incident: Incident) -> None:
        """Let the lock say who moved its bolt last, if this was it and nothing said so before."""
        bolt = lock.data.bolt
        stands = None if bolt is None else bolt_kind(bolt.value)
        doer = incident.actor or _DOERS.get(incident.method)
        sprang_back = (incident.kind, stands) == (Kind.OPENED, Kind.UNLOCKED)
        if doer is None or stands is None:
            return
        if like(stands, incident.kind) != 0 and not sprang_back:
            return
        people, detail = self._account.people, lock.data.detail
        if people.doer(lock.data.actor, detail) != people.doer(doer, detail):
            lock.async_take_actor(doer, incident.at)


def _is_disabled(hass: HomeAssistant, lock_id: str) -> bool:
    registry = er.async_get(hass)
    entity_id = registry.async_get_entity_id("event", DOMAIN, f"{lock_id}_{ACCESS}")
    row = None if entity_id is None else registry.async_get(entity_id)
    return row is not None and row.disabled


_DOERS = {Method.MANUAL: "manuallock", Method.AUTO: "automaticrelock"}
"""What stands for nobody, where no person acted."""
