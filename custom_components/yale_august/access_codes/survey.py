"""How many codes each lock has, known without anybody looking: listed in the background, rarely.

A list costs a request for each lock and is in nobody's hurry. So the first comes well after the
start, then one lock after the other, while nothing else is under way; what was counted is
remembered over a restart. A key that may not read codes is asked once.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
import logging
from typing import Final, Protocol

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import CALLBACK_TYPE, HassJob, HomeAssistant, callback
from homeassistant.helpers.event import async_track_point_in_utc_time
from homeassistant.util import dt as dt_util

from custom_components.yale_august.cloud.errors import (
    CloudError,
    DeviceError,
    EndpointNotAllowed,
    NotFound,
    UnexpectedAnswer,
)
from custom_components.yale_august.codes.pace import CodePace
from custom_components.yale_august.const import DOMAIN
from custom_components.yale_august.coordinator import LockCoordinator
from custom_components.yale_august.history.incidents import Incident, Kind, Method
from custom_components.yale_august.storage import Notebook, StoredTally

from .keeper import LockCodes
from .shown import open_others

_LOGGER = logging.getLogger(__name__)

BUSY: Final = timedelta(minutes=1)
"""After this time it is seen again whether something else is under way."""
OFTEN: Final = timedelta(hours=1)
"""A lock that has come meanwhile, or has only now told that it takes codes, waits no longer."""
_LASTING: Final = (DeviceError, NotFound, UnexpectedAnswer)
"""What a lock that was asked says again when it is asked soon."""


@dataclass(frozen=True, slots=True)
class Tally:
    """How many codes that are not ours opened a lock, when the cloud listed them last."""

    at: datetime
    others: int


class Surveyed(Protocol):
    """What is surveyed."""

    rooms: dict[str, LockCodes]

    def can_codes(self, lock: LockCoordinator) -> bool:
        """Return whether the login may read and write codes of this lock."""

    def async_changed(self, lock_id: str) -> None:
        """Tell that something else is shown."""


class Survey:
    """Knows when each lock was listed last, and lists those of which it is long ago."""

    def __init__(
        self,
        hass: HomeAssistant,
        entry: ConfigEntry,
        office: Surveyed,
        notebook: Notebook,
        pace: CodePace,
    ) -> None:
        """Remember what was counted before; nothing is asked yet."""
        self._hass = hass
        self._entry = entry
        self._office = office
        self._notebook = notebook
        self._counted = _restored(notebook.memory.get("codes", {}))
        self._not_before: dict[str, datetime] = {}
        """When a lock that could not be listed may be asked again."""
        self._hints: dict[str, datetime] = {}
        self._is_refused = False
        self._begins: datetime | None = None
        self._pace = pace
        self._cancel: CALLBACK_TYPE | None = None

    # Life

    @callback
    def async_start(self) -> None:
        """Begin in a while."""
        self._begins = dt_util.utcnow() + self._pace.first_list
        self._plan()

    @callback
    def async_close(self) -> None:
        """Leave no timer; what was counted is kept."""
        self._begins = None
        self._unplan()

    def dump(self) -> dict[str, StoredTally]:
        """Return what must survive a restart, by lock id."""
        return {
            lock_id: {"at": tally.at.isoformat(), "others": tally.others}
            for lock_id, tally in self._counted.items()
        }

    # What is known

    def recall(self, lock_id: str) -> Tally | None:
        """Return what was counted last; None when nobody knows, or not any more."""
        tally = self._counted.get(lock_id)
        if tally is None:
            return None
        age = dt_util.utcnow() - tally.at
        # What is of a time to come was counted before a clock was put back.
        return tally if -BUSY <= age <= 2 * self._pace.rest else None

    @callback
    def async_count(self, room: LockCodes) -> None:
        """Count what is not ours in the last list of a lock."""
        if room.listing is not None:
            self._counted[room.lock_id] = Tally(room.listing.asked, open_others(room))

    @callback
    def async_listed(self, lock_id: str) -> None:
        """Take it that the codes of a lock have been listed, whoever wanted it."""
        room, hinted = self._office.rooms.get(lock_id), self._hints.get(lock_id)
        if hinted and room and room.listing and hinted <= room.listing.asked:
            # A list that was asked for before shows nothing of what was hinted at.
            del self._hints[lock_id]
        self._not_before.pop(lock_id, None)
        self._notebook.touch()
        if self._is_refused:
            self._is_refused = False
            self._plan()

    @callback
    def forget(self, lock_id: str) -> None:
        """Forget a lock that the account has no more."""
        for known in (self._counted, self._hints, self._not_before):
            known.pop(lock_id, None)

    # Who hints at a change

    @callback
    def async_hear(self, lock_id: str, incident: Incident) -> None:
        """Look soon at a lock that was opened with a code of somebody who is not known."""
        if incident.method is not Method.KEYPAD or incident.kind is Kind.DENIED_CODE:
            return
        room = self._office.rooms.get(lock_id)
        if room is None or incident.actor is None:
            return
        pins = () if room.listing is None else room.listing.pins
        if incident.actor not in {pin.user_id for pin in pins}:
            self._hints[lock_id] = dt_util.utcnow()
            self._plan()

    # When who is listed

    def _due(self, room: LockCodes, begins: datetime) -> datetime:
        """Return when a lock is to be listed."""
        due, tally = begins, self.recall(room.lock_id)
        if tally is not None:
            due = tally.at + self._pace.rest
            if (hinted := self._hints.get(room.lock_id)) is not None:
                due = min(due, max(hinted, tally.at + self._pace.slow))
        return max(due, begins, self._not_before.get(room.lock_id, due))

    def _dues(self) -> list[tuple[datetime, LockCodes]]:
        """Return the locks that may be listed, the longest due first."""
        if (begins := self._begins) is None or self._is_refused:
            return []
        found = [
            (self._due(room, begins), room)
            for room in self._office.rooms.values()
            if self._office.can_codes(room.lock)
        ]
        return sorted(found, key=lambda each: each[0])

    @callback
    def _plan(self, pause: timedelta = timedelta()) -> None:
        self._unplan()
        if self._begins is None or self._is_refused:
            return
        now = dt_util.utcnow()
        dues = [due for due, _ in self._dues()]
        moment = min([*dues[:1], max(now, self._begins) + OFTEN])
        self._cancel = async_track_point_in_utc_time(
            self._hass,
            HassJob(self._look, cancel_on_shutdown=True),
            max(moment, now + pause),
        )

    @callback
    def _unplan(self) -> None:
        if self._cancel is not None:
            self._cancel()
            self._cancel = None

    @callback
    def _look(self, now: datetime) -> None:
        """List the lock that has waited for it the longest, if there is one."""
        self._cancel = None
        due = next((room for due, room in self._dues() if due <= now), None)
        if due is None:
            self._plan(self._pace.list_share)
        elif not due.lock.account.client.budget.is_quiet:
            self._plan(BUSY)
        else:
            self._entry.async_create_background_task(
                self._hass, self._async_list(due), f"{DOMAIN} survey"
            )

    async def _async_list(self, room: LockCodes) -> None:
        try:
            await room.async_read()
        except CloudError as err:
            _LOGGER.debug("Codes cannot be counted: %s", err)
            is_lasting = isinstance(err, _LASTING)
            wait = self._pace.rest if is_lasting else self._pace.slow
            self._not_before[room.lock_id] = dt_util.utcnow() + wait
            self._is_refused = isinstance(err, EndpointNotAllowed)
            self._office.async_changed(room.lock_id)
        self._plan(self._pace.list_share)


def _restored(stored: Mapping[str, StoredTally]) -> dict[str, Tally]:
    """Read back what was counted; what cannot be read, or is of a time to come, was not."""
    found = {}
    for lock_id, tally in stored.items():
        text, others = tally.get("at"), tally.get("others")
        at = dt_util.parse_datetime(text) if isinstance(text, str) else None
        if at is None or at.tzinfo is None or at > dt_util.utcnow():
            continue
        if isinstance(others, int) and others >= 0:
            found[lock_id] = Tally(at, others)
    return found
