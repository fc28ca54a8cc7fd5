"""Who did it: hears what happens at the locks of an account and tells each incident once.

A journal for each lock whose events somebody wants decides what has happened. The feed of a house
is read only when the journal of a lock needs it whose `access` entity is on, or the sensor of who
operated it last: nobody has said who it was, a message does not fit what is known, or the cloud
knows of something that was not heard. It is read once for all who need it by then, and at most once
for each operation.

A bell is told of by posts and by the feed. For a lock with a doorbell the feed is therefore read,
too, when a message comes that says nothing new and is no second one of an operation.
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial
from typing import Final, Protocol

from homeassistant.config_entries import ConfigEntry
from homeassistant.const import Platform
from homeassistant.core import CALLBACK_TYPE, HomeAssistant, callback
from homeassistant.helpers import entity_registry as er
from homeassistant.util import dt as dt_util

from custom_components.yale_august.channel import Channel
from custom_components.yale_august.cloud.auth import SubUserTokens
from custom_components.yale_august.cloud.models import (
    BoltState,
    Delivery,
    JsonValue,
    PushMessage,
)
from custom_components.yale_august.const import CONF_FIRST_NAME, CONF_LAST_NAME, DOMAIN
from custom_components.yale_august.coordinator import LockCoordinator
from custom_components.yale_august.household import Household
from custom_components.yale_august.knowledge.lock import LockData

from .cases import GRAIN, Memory
from .incidents import (
    Incident,
    Kind,
    Sighting,
    bolt_kind,
    door_kind,
    name_of,
    of_post,
    of_push,
)
from .inquiry import Inquiry
from .journal import Journal
from .teller import Teller
from .waiting import Patience
from .watch import ACCESS, OPERATOR, IncidentListener, Watch

_PLATFORMS: Final = {ACCESS: Platform.EVENT, OPERATOR: Platform.SENSOR}


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
            if _may_be_told(hass, lock_id)
        }
        pace = account.pace
        self._patience = Patience(gather=pace.gather, name=pace.name, lag=pace.feed_lag)
        self._watches: dict[str, Watch] = {}
        self._teller = Teller(hass, account.people)
        self._inquiry = Inquiry(
            hass, entry, account, self._watches, self._teller.async_plan
        )
        self._leaving = False
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
    def async_on_incident(self, hearer: Callable[[str, Incident], None]) -> None:
        """Call `hearer` for each incident that somebody is told, with the id of the lock."""
        self._teller.hearers.append(hearer)

    @callback
    def forget(self, lock_id: str) -> None:
        """Forget what happened at a lock: it is gone, or nobody wants its events."""
        self._memory.pop(lock_id, None)
        if (watch := self._watches.pop(lock_id, None)) is not None:
            self._teller.async_cancel(watch)

    def figures(self) -> dict[str, JsonValue]:
        """Return what diagnostics may show."""
        watches = self._watches.values()
        return {
            "locks": len(watches),
            "locks_with_feed": sum(watch.wants_feed for watch in watches),
            **self._inquiry.figures(),
        }

    # Who listens

    @callback
    def async_listen(
        self, lock: LockCoordinator, key: str, listener: IncidentListener
    ) -> CALLBACK_TYPE:
        """Tell `listener` each incident at a lock from now on; call the result to stop.

        Where the feed tells of it, what happened since it was last told is told first.
        """
        watch = self._watches.get(lock.lock_id)
        if watch is None:
            watch = self._watches[lock.lock_id] = self._begin(lock)
        watch.listeners[key] = listener
        self._heed(watch)
        if watch.journal.wants_names:
            self._updated(watch)
        return partial(self._leave, watch, key)

    @callback
    def last_operation(self, lock_id: str) -> Incident | None:
        """Return how a lock was operated last, of what was told; None where that was before the start."""
        watch = self._watches.get(lock_id)
        return None if watch is None else watch.journal.last_operation

    @callback
    def async_leave(self) -> None:
        """Tell nothing any more: one listener goes after the other, and all hear of it next time."""
        self._leaving = True
        for watch in self._watches.values():
            self._heed(watch)

    @callback
    def async_try_again(self) -> None:
        """Take it that the login may read the feeds, even if it could not before."""
        self._inquiry.async_try_again()

    @callback
    def _leave(self, watch: Watch, key: str) -> None:
        del watch.listeners[key]
        self._heed(watch)

    def _heed(self, watch: Watch) -> None:
        """See for whom a lock is watched now.

        Without the `access` entity nothing is told while that is only on its way, or comes back.
        """
        listeners = watch.listeners
        watch.is_heard = not self._leaving and (
            ACCESS in listeners
            or (bool(listeners) and not _is_on(self._hass, watch.lock.lock_id, ACCESS))
        )
        self._inquiry.heed(watch)

    def _begin(self, lock: LockCoordinator) -> Watch:
        watch = Watch(
            lock,
            Journal(
                self._patience,
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
            self._teller.async_cancel(watch)
        self._inquiry.async_stop()

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
            if message.bolt is not None and _door_has_moved(message, before):
                # The message of that was lost, or comes after this one.
                watch.doubted_at = now
            self._take_state(watch, seen, before, now)
        elif watch.wants_ring and message.tells_nothing:
            watch.doubted_at = now
            self._follow_up(watch)

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
        """Take it that bolt or door have moved, and no message has told of it."""
        watch = self._watches.get(lock_id)
        # The end of a command of ours is told by the command.
        if watch is not None and watch.lock.data.commanded is None:
            self._inquiry.async_ask_of_gap(watch)

    @callback
    def async_set_back(self, lock_id: str, by: timedelta) -> None:
        """Take it that our clock was set back since a lock was heard of last."""
        if (watch := self._watches.get(lock_id)) is not None:
            watch.journal.move_back(by)

    @callback
    def async_sending(self, lock_id: str, ends: frozenset[BoltState]) -> None:
        """Take it that a command of ours is sent now that should end in one of these."""
        if (watch := self._watches.get(lock_id)) is None:
            return
        kinds = frozenset(filter(None, map(bolt_kind, ends)))
        watch.journal.see_sending(kinds, dt_util.utcnow(), self._acting_user())

    @callback
    def async_refused(self, lock_id: str) -> None:
        """Take it that the command has done nothing, and will not."""
        if (watch := self._watches.get(lock_id)) is not None:
            watch.journal.see_refusal()
            self._follow_up(watch)

    @callback
    def async_ended(self, lock_id: str, end: BoltState) -> None:
        """Take it that the command has ended so, whether or not a message has told."""
        watch = self._watches.get(lock_id)
        kind = bolt_kind(end)
        if watch is not None and kind is not None:
            watch.journal.see_success(kind, dt_util.utcnow())
            self._follow_up(watch)

    def _acting_user(self) -> str | None:
        """Return who makes our commands: the login, or the sub-user, whose name is learned from us."""
        tokens, data = self._account.client.transport.tokens, self._entry.data
        if not isinstance(tokens, SubUserTokens):
            return self._entry.unique_id
        if tokens.user_id is not None:
            self._account.people.learn(
                tokens.user_id, f"{data[CONF_FIRST_NAME]} {data[CONF_LAST_NAME]}"
            )
        return tokens.user_id

    def _take_state(
        self, watch: Watch, seen: Sighting, before: LockData, now: datetime
    ) -> None:
        journal = watch.journal
        if (bolt := before.bolt) is not None:
            journal.rest(bolt_kind(bolt.value), bolt.at, now)
        if (door := before.door) is not None:
            journal.rest(door_kind(door.value), door.at, now)
        if journal.see_state(seen, now, known=self._knows(watch, seen)):
            watch.doubted_at = now
        self._follow_up(watch)

    def _knows(self, watch: Watch, seen: Sighting) -> bool:
        return seen.actor is None or self._account.people.knows(
            seen.actor, watch.lock.data.detail
        )

    @callback
    def _updated(self, watch: Watch) -> None:
        """See whether the cloud knows of something that was not heard while nobody listened."""
        if watch.is_homeless and watch.house_id is not None:
            self._inquiry.heed(watch)
            self._inquiry.async_ask_of_gap(watch)
        account, lock = self._account, watch.lock
        connected_at = account.push.connected_at
        if (
            not account.push_connected
            or connected_at != watch.hears_since
            or lock.data.reachable is False
        ):
            watch.blind = True
        if not watch.blind:
            return
        if (verified := watch.verified) is not None:
            at = verified - account.clock_offset
            if at > watch.journal.heard + GRAIN:
                watch.journal.heard = at
                self._inquiry.async_ask_of_gap(watch)
        watch.hears_since = connected_at
        watch.blind = (
            not account.push_connected
            or connected_at is None
            or lock.asked is None
            or lock.asked < connected_at
        )

    def _follow_up(self, watch: Watch) -> None:
        if watch.doubted_at is not None or watch.journal.nameless:
            self._inquiry.async_ask(watch)
        self._teller.async_plan(watch)

    @callback
    def _named(self, user_id: str) -> None:
        """Let the locks say the name that this one was only now learned to have."""
        for watch in self._watches.values():
            if watch.lock.data.actor == user_id:
                watch.lock.async_update_listeners()


def _door_has_moved(message: PushMessage, before: LockData) -> bool:
    """Return whether the door stands otherwise than it was known to."""
    if before.door is None:
        return False
    doors = {door_kind(before.door.value), door_kind(message.door)}
    return doors == {Kind.DOOR_OPENED, Kind.DOOR_CLOSED}


def _is_on(hass: HomeAssistant, lock_id: str, key: str) -> bool:
    """Return whether an entity of a lock is there, or will be."""
    row = _row(hass, lock_id, key)
    return row is not None and not row.disabled


def _may_be_told(hass: HomeAssistant, lock_id: str) -> bool:
    """Return whether anybody may want to hear what happened at a lock while nobody listened."""
    access = _row(hass, lock_id, ACCESS)
    return access is None or not access.disabled or _is_on(hass, lock_id, OPERATOR)


def _row(hass: HomeAssistant, lock_id: str, key: str) -> er.RegistryEntry | None:
    registry = er.async_get(hass)
    entity_id = registry.async_get_entity_id(
        _PLATFORMS[key], DOMAIN, f"{lock_id}_{key}"
    )
    return None if entity_id is None else registry.async_get(entity_id)
