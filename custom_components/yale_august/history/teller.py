"""Tells what has happened, when it is due: to the listeners, and to the lock who it was."""

from collections.abc import Callable
from datetime import datetime
from functools import partial
from typing import Final

from homeassistant.core import HassJob, HomeAssistant, callback
from homeassistant.helpers.event import async_call_later
from homeassistant.util import dt as dt_util

from .cases import springs_back
from .incidents import Incident, bolt_kind, like
from .people import People
from .watch import Watch

APART: Final = 0.005
"""Seconds between two events: their entity's state is the time to the millisecond."""


class Teller:
    """Wakes up for what a journal says is due."""

    def __init__(self, hass: HomeAssistant, people: People) -> None:
        """Nothing is due yet."""
        self._hass = hass
        self._people = people
        self.hearers: list[Callable[[str, Incident], None]] = []
        """Called for each incident, with the id of the lock."""

    @callback
    def async_plan(self, watch: Watch) -> None:
        """Tell what is due, and wake up for the next.

        A timer that is too early is left alone: to wake up once in vain costs less than to set
        another one with each message.
        """
        now, clock = dt_util.utcnow(), self._hass.loop.time()
        # What nobody hears is not told: the entity is on its way out, or comes back.
        incident = watch.journal.tell(now) if watch.is_heard else None
        if incident is not None:
            watch.told_at = clock
            self._tell(watch, incident)
        due = watch.journal.due
        if due is None or not watch.is_heard:
            self.async_cancel(watch)
            return
        wait = max(APART, (due - now).total_seconds())
        if watch.cancel_telling is None or clock + wait < watch.telling_at:
            self._wake_up(watch, clock, wait)

    @callback
    def async_cancel(self, watch: Watch) -> None:
        """Tell nothing more by itself."""
        if watch.cancel_telling is not None:
            watch.cancel_telling()
            watch.cancel_telling = None

    def _wake_up(self, watch: Watch, clock: float, wait: float) -> None:
        self.async_cancel(watch)
        watch.telling_at = clock + wait
        watch.cancel_telling = async_call_later(
            self._hass,
            wait,
            HassJob(partial(self._woken, watch), cancel_on_shutdown=True),
        )

    @callback
    def _woken(self, watch: Watch, _now: datetime) -> None:
        watch.cancel_telling = None
        clock = self._hass.loop.time()
        if clock < watch.told_at + APART:
            self._wake_up(watch, clock, APART)
        else:
            self.async_plan(watch)

    def _tell(self, watch: Watch, incident: Incident) -> None:
        self._name_doer(watch, incident)
        for listener in list(watch.listeners.values()):
            listener(incident)
        for hearer in self.hearers:
            hearer(watch.lock.lock_id, incident)

    def _name_doer(self, watch: Watch, incident: Incident) -> None:
        """Let the lock say who moved its bolt last, if this was it and nothing said so before."""
        lock = watch.lock
        bolt = lock.data.bolt
        stands = None if bolt is None else bolt_kind(bolt.value)
        doer = incident.doer
        if doer is None or stands is None or watch.journal.has_moved_after(incident):
            return
        if like(stands, incident.kind) != 0 and not springs_back(incident.kind, stands):
            return
        people, detail = self._people, lock.data.detail
        if people.doer(lock.data.actor, detail) != people.doer(doer, detail):
            lock.async_take_actor(doer, incident.at)
