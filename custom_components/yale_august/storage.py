"""What an entry remembers between starts, beside its configuration.

No token, key or code is kept here.
"""

from collections.abc import Callable, Mapping
import math
from typing import TYPE_CHECKING, TypedDict, cast

from homeassistant.core import HomeAssistant, callback
from homeassistant.exceptions import ConfigEntryError, UnsupportedStorageVersionError
from homeassistant.helpers.storage import Store

from .const import DOMAIN

if TYPE_CHECKING:
    from .history.cases import Memory as IncidentMemory
    from .knowledge.stored import StoredReadings

VERSION = 1
TOUCH_DELAY = 120
NUMBER_DELAY = 1
"""So long numbers are gathered: each write takes the longer the more locks there are."""


class StoredAbilities(TypedDict):
    """What the cloud has told that a lock can do."""

    at: str
    """When it was told."""
    firmware: str | None
    """Of the lock, then."""
    lock: dict[str, object]
    keypad: dict[str, object] | None


class StoredTally(TypedDict, total=False):
    """How many codes that Home Assistant does not manage a lock had."""

    at: str
    others: int


class Memory(TypedDict, total=False):
    """The stored facts."""

    budget: dict[str, float]
    """The request budget, so that a reload does not forget a pause that the cloud asked for."""
    subscribers: list[str]
    """The push subscribers that the cloud may still hold, to be deleted by the next start."""
    readings: dict[str, StoredReadings]
    """What was known of each lock, by lock id, with its age."""
    abilities: dict[str, StoredAbilities]
    """What each lock can do, by lock id."""
    codes: dict[str, StoredTally]
    """How many codes each lock had, by lock id."""
    incidents: dict[str, IncidentMemory]
    """What was told of each lock, by lock id, so that it is not told again."""
    people: list[list[str]]
    """The ids of each person, in the order in which they were first seen, where names are not shown."""
    numbered: list[str]
    """Ids of locks and guests in the order in which a repair first had to name them."""


class Notebook:
    """One entry's memory."""

    def __init__(self, hass: HomeAssistant, entry_id: str) -> None:
        """Name the file; nothing is read yet."""
        self._loop = hass.loop
        self._store: Store[Memory] = Store(
            hass, VERSION, f"{DOMAIN}.{entry_id}", private=True
        )
        self.memory: Memory = {}
        self._latest: Callable[[], Memory] = Memory
        self._due = math.inf
        """When it will be written, by the loop's clock; who asked later would put that off."""
        self._closed = False

    @callback
    def attach(self, latest: Callable[[], Memory]) -> None:
        """Ask `latest` for the facts that change all the time, whenever it is written."""
        self._latest = latest

    @callback
    def touch(self) -> None:
        """Write soon: something that `latest` tells has changed."""
        self._write(TOUCH_DELAY)

    def _write(self, delay: float) -> None:
        due = self._loop.time() + delay
        if self._closed or self._due <= due:
            return
        self._due = due
        self._store.async_delay_save(self._facts, delay)

    def _facts(self) -> Memory:
        self._due = math.inf
        return {**self.memory, **self._latest()}

    async def async_load(self) -> None:
        """Read what the last start left."""
        self.memory = _checked(await async_read(self._store))

    @callback
    def remember(self, facts: Memory) -> None:
        """Keep facts, and write them at once: the power may go."""
        self.memory = {**self.memory, **facts}
        self._write(0)

    @callback
    def hand_over(self, *facts: str) -> None:
        """Keep facts no longer that `latest` tells from now on."""
        self.memory = cast(
            "Memory",
            {key: told for key, told in self.memory.items() if key not in facts},
        )

    @callback
    def number(self, thing: str) -> int:
        """Return the number that stands for an id, from one on; the same after a restart."""
        known = self.memory.get("numbered", [])
        if thing not in known:
            known = [*known, thing]
            self.memory = {**self.memory, "numbered": known}
            self._write(NUMBER_DELAY)
        return known.index(thing) + 1

    @callback
    def forget(self, lock_id: str) -> None:
        """Forget what was known of a lock."""
        readings = self.memory.get("readings", {})
        self.memory["readings"] = {
            known: stored for known, stored in readings.items() if known != lock_id
        }
        self.memory.get("abilities", {}).pop(lock_id, None)
        self.touch()

    async def async_save(self) -> None:
        """Write now."""
        await self._store.async_save(self._facts())

    async def async_close(self) -> None:
        """Write for the last time: what still runs must not overwrite what the next start knows."""
        self._closed = True
        await self.async_save()

    async def async_remove(self) -> None:
        """Forget everything: the entry is removed."""
        await self._store.async_remove()


async def async_read[T: Mapping[str, object]](store: Store[T]) -> object:
    """Return what a file has; raises ConfigEntryError in words for one that a newer version has written."""
    try:
        return await store.async_load()
    except UnsupportedStorageVersionError as err:
        raise ConfigEntryError(
            translation_domain=DOMAIN, translation_key="storage_newer"
        ) from err


def _checked(stored: object) -> Memory:
    """Return what is readable of a file that may be damaged."""
    if not isinstance(stored, dict):
        return {}
    memory: Memory = {}
    if isinstance(budget := stored.get("budget"), dict):
        memory["budget"] = budget
    if isinstance(subscribers := stored.get("subscribers"), list):
        memory["subscribers"] = [one for one in subscribers if isinstance(one, str)]
    if isinstance(readings := stored.get("readings"), dict):
        memory["readings"] = {
            str(lock_id): cast("StoredReadings", reading)
            for lock_id, reading in readings.items()
            if isinstance(reading, dict)
        }
    if isinstance(abilities := stored.get("abilities"), dict):
        memory["abilities"] = {
            str(lock_id): cast("StoredAbilities", told)
            for lock_id, told in abilities.items()
            if isinstance(told, dict)
        }
    if isinstance(incidents := stored.get("incidents"), dict):
        memory["incidents"] = {
            str(lock_id): cast("IncidentMemory", told)
            for lock_id, told in incidents.items()
            if isinstance(told, dict)
        }
    if isinstance(codes := stored.get("codes"), dict):
        memory["codes"] = {
            str(lock_id): cast("StoredTally", told)
            for lock_id, told in codes.items()
            if isinstance(told, dict)
        }
    if isinstance(people := stored.get("people"), list):
        memory["people"] = [
            [each for each in ids if isinstance(each, str)]
            for ids in people
            if isinstance(ids, list)
        ]
    if isinstance(ids := stored.get("numbered"), list):
        memory["numbered"] = [each for each in ids if isinstance(each, str)]
    return memory
