"""A lock, its cloud and a keeper of codes in a few lines, to try the engine against all that can happen."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from functools import partial
import json

from custom_components.yale_august.cloud.models import Pin, PinAction, PinState
from custom_components.yale_august.codes import engine, wishes
from custom_components.yale_august.codes.ends import Scene
from custom_components.yale_august.codes.engine import TAKEN, UNKNOWN, Answer, Verdict
from custom_components.yale_august.codes.journal import code_from_json, code_to_json
from custom_components.yale_august.codes.pace import Times
from custom_components.yale_august.codes.plan import pick
from custom_components.yale_august.codes.recognition import Sights, recognise
from custom_components.yale_august.codes.records import (
    Code,
    CodeState,
    Goal,
    Guest,
    Reason,
)
from custom_components.yale_august.codes.schedule import Opaque, Schedule, vendor_words
from custom_components.yale_august.codes.sighting import Listing, uses

LOCK = "A" * 32
START = datetime(2026, 5, 1, 12, 0, tzinfo=UTC)
TIMES = Times()
KEY = "our key"


@dataclass
class Slot:
    """A code as cloud and lock have it."""

    pin_id: str
    guest: str
    digits: str
    schedule: Schedule
    state: PinState
    made_at: datetime
    name: tuple[str, str]
    ours: bool = True


@dataclass
class Cloud:
    """What the vendor has: codes, and jobs that wait for the lock."""

    echoes: bool = True
    """Whether it repeats the partner's id of a guest."""
    tells_key: bool = True
    """Whether it tells with which API key a code was made."""
    tells_pin_id: bool = True
    """Whether a code has an id of its own, beside that of its user."""
    cut: int | None = None
    """After how many letters it cuts names."""
    online: bool = True
    slots: list[Slot] = field(default_factory=list)
    jobs: list[tuple[Slot, PinState, Callable[[], None]]] = field(default_factory=list)
    made: int = 0
    now: datetime = START
    stubborn: bool = False
    """The lock refuses what it is given."""
    late: list[tuple[datetime, Callable[[], object]]] = field(default_factory=list)
    """Loads that are still on their way to it, and since when."""

    def of(self, guest: str) -> Slot | None:
        """Return a guest's code."""
        return next((slot for slot in self.slots if slot.guest == guest), None)

    def list(self, now: datetime, *, complete: bool = True) -> Listing:
        """Answer which codes there are; what is not complete lacks the newest."""
        slots = self.slots if complete else self.slots[:-1]
        return Listing(
            pins=tuple(map(self.listed, slots)),
            complete=complete,
            asked=now,
            key=KEY,
        )

    def listed(self, slot: Slot) -> Pin:
        """Return how a code is listed."""
        words = vendor_words(slot.schedule)
        first_name, last_name = slot.name
        return Pin(
            pin_id=slot.pin_id if self.tells_pin_id else None,
            user_id=f"user-{slot.guest}",
            partner_user_id=slot.guest if self.echoes and slot.ours else None,
            state=slot.state,
            first_name=first_name[: self.cut],
            last_name=last_name[: self.cut],
            created_at=slot.made_at,
            pin=slot.digits,
            api_key=(KEY if slot.ours else "the app's") if self.tells_key else None,
            access_type=words.access_type,
            access_times=words.access_times,
            access_recurrence=words.access_recurrence,
        )

    def put(
        self,
        guest: str,
        digits: str,
        schedule: Schedule,
        *,
        ours: bool = True,
        name: tuple[str, str] | None = None,
    ) -> Slot | None:
        """Load a code; None where it is refused with 409."""
        if self.of(guest) or any(slot.digits == digits for slot in self.slots):
            return None
        self.made += 1
        slot = Slot(
            f"pin-{self.made}",
            guest,
            digits,
            schedule,
            PinState.CREATED,
            self.now,
            name or ("Guest", guest.removeprefix("ha-")),
            ours,
        )
        self.slots.append(slot)
        self._job(slot, PinState.LOADED)
        return slot

    def write(
        self, action: PinAction, guest: str, digits: str | None, schedule: Schedule
    ) -> Reason | None:
        """Take a command; return why not (409)."""
        if action is PinAction.LOAD:
            assert digits is not None
            has_room = self.put(guest, digits, schedule) is not None
            return None if has_room else Reason.CONFLICT
        slot = self.of(guest)
        if slot is None:
            return None
        match action:
            case PinAction.DELETE:
                slot.state = PinState.DELETING
                self.jobs.append((slot, slot.state, lambda: self.slots.remove(slot)))
            case PinAction.DISABLE | PinAction.ENABLE:
                start, way, end = (
                    (PinState.LOADED, PinState.DISABLING, PinState.DISABLED)
                    if action is PinAction.DISABLE
                    else (PinState.DISABLED, PinState.ENABLING, PinState.LOADED)
                )
                if slot.state is end:
                    return None
                if slot.state is not start:
                    return Reason.BUSY_INTENT
                slot.state = way
                self._job(slot, end)
            case _:
                raise AssertionError(action)
        return None

    def _job(self, slot: Slot, end: PinState) -> None:
        def done() -> None:
            slot.state = end

        self.jobs.append((slot, slot.state, done))

    def work(self) -> None:
        """Let the lock do one thing."""
        if not self.online or not self.jobs:
            return
        slot, state, done = self.jobs.pop(0)
        if slot not in self.slots or slot.state is not state:
            return
        if state is PinState.CREATED and self.stubborn:
            self.slots.remove(slot)
        else:
            done()


class Crash(Exception):
    """Home Assistant is gone."""


@dataclass(frozen=True)
class Sent:
    """A write that left us."""

    code: Code
    digits: str | None
    at: datetime
    fate: str


@dataclass
class Keeper:
    """What asks and sends, with a disk that survives and a memory that does not."""

    cloud: Cloud
    now: datetime = START
    disk: dict[str, Code] = field(default_factory=dict)
    memory: dict[str, str] = field(default_factory=dict)
    sent: list[Sent] = field(default_factory=list)
    ended: set[str] = field(default_factory=set)
    watch: Callable[[Code, Code, Listing | None], None] = lambda *_: None
    newest: datetime | None = None
    """When the newest list was asked for."""
    users: dict[str, set[str]] = field(default_factory=dict)
    """The cloud's ids of guests, as learned at other locks."""

    def wish(self, code: Code, digits: str | None = None) -> None:
        """Keep a wish."""
        if digits is not None:
            self.memory[code.guest_id] = digits
        self.disk[code.guest_id] = code

    def keep(self, code: Code, seen: Listing | None = None) -> None:
        """Write down what has become of a code."""
        old = self.disk[code.guest_id]
        self.disk[code.guest_id] = code
        if code != old:
            self.watch(old, code, seen)
        if code.settled:
            self.memory.pop(code.guest_id, None)
        if code.state is CodeState.ENDED:
            self.ended.add(code.guest_id)
            del self.disk[code.guest_id]

    def later(self) -> datetime:
        """Let a moment pass."""
        self.now += timedelta(milliseconds=1)
        return self.now

    def restart(self) -> None:
        """Lose the memory; of the disk there is what was written, which has no digits."""
        written = json.dumps([code_to_json(code) for code in self.disk.values()])
        for digits in self.memory.values():
            assert f'"{digits}"' not in written
        self.memory.clear()
        read = map(code_from_json, json.loads(written))
        found = {code.guest_id: code for code in read if code is not None}
        assert found == self.disk
        self.disk = found

    def scene(self, code: Code) -> Scene:
        """Return what else is known."""
        return Scene(
            now=self.now,
            online=self.cloud.online,
            digits=self.memory.get(code.guest_id),
            times=TIMES,
        )

    def sights(self, seen: Listing) -> Sights:
        """Return what is listed of each code."""
        return recognise(self.disk.values(), seen, self.memory, self.users)

    def look(self, seen: Listing | None) -> None:
        """Take a list, or that there was none; one that was overtaken says nothing."""
        if seen is not None:
            if self.newest is not None and seen.asked < self.newest:
                return
            self.newest = seen.asked
        sights = {} if seen is None else self.sights(seen)
        for code in list(self.disk.values()):
            code = engine.take_clock(code, self.now)
            code = engine.take_time(code, self.now, TIMES)
            scene = self.scene(code)
            code = (
                engine.take_silence(code, scene)
                if seen is None
                else engine.take_listing(code, sights[code.guest_id], seen, scene)
            )
            self.keep(code, seen)

    def act(
        self,
        seen: Listing,
        fate: str = "taken",
        crash: str | None = None,
        *,
        meanwhile: Callable[[str], object] = lambda _: None,
    ) -> None:
        """Send what is due, and let it have this fate; `meanwhile` comes before the answer."""
        sights = self.sights(seen)
        found = pick(self.disk.values(), sights, seen)
        if found is None:
            return
        code, action = found
        pin = sights[code.guest_id].pin
        digits = self.memory.get(code.guest_id)
        if action is PinAction.DELETE and code.change and not code.fresh and pin:
            digits = digits or pin.pin
            if digits is not None:
                self.memory[code.guest_id] = digits
        if digits is None and (action is PinAction.LOAD or code.change):
            self.keep(engine.need_digits(code), seen)
            return
        if action is PinAction.LOAD and digits is not None and uses(seen, digits):
            assert pin is None
            self.keep(engine.give_up(code, Reason.CODE_IN_USE), seen)
            return
        who = guest(int(code.guest_id.removeprefix("ha-")))
        code = engine.begin(code, action, self.later(), TIMES, guest=who, seen=seen)
        self.keep(code, seen)
        if crash == "journaled":
            raise Crash
        self.sent.append(Sent(code, digits, self.now, fate))
        answer = self._deliver(code, action, digits, fate)
        if crash == "sent":
            raise Crash
        meanwhile(code.guest_id)
        self.keep(engine.take_answer(self.disk[code.guest_id], answer))

    def _deliver(
        self, code: Code, action: PinAction, digits: str | None, fate: str
    ) -> Answer:
        match fate:
            case "busy":
                return Answer(verdict=Verdict.NOT_SENT, reason=Reason.BUSY)
            case "at work":
                return Answer(verdict=Verdict.CONTRADICTED, reason=Reason.BUSY_INTENT)
            case "forbidden":
                return Answer(verdict=Verdict.REFUSED, reason=Reason.ROLE_MISSING)
            case "lost before":
                return UNKNOWN
        assert not isinstance(code.schedule, Opaque)
        cloud, schedule, who = self.cloud, code.schedule, code.guest_id
        if code.adopted and code.user_id is not None:
            who = code.user_id.removeprefix("user-")
        cloud.now = self.now
        if fate == "late" and action is PinAction.LOAD:
            load = partial(cloud.write, action, who, digits, schedule)
            cloud.late.append((self.now, load))
        if fate == "late":
            return UNKNOWN
        refusal = cloud.write(action, who, digits, schedule)
        if fate == "lost after":
            return UNKNOWN
        if refusal is None:
            return TAKEN
        return Answer(verdict=Verdict.CONTRADICTED, reason=refusal)

    def run(self, seconds: float = 5, turns: int = 60) -> None:
        """Go on with a cloud that behaves until nothing is open."""
        for _ in range(turns):
            self.now += timedelta(seconds=seconds)
            self.cloud.work()
            seen = self.cloud.list(self.now)
            self.look(seen)
            self.act(seen)
            if all(code.settled for code in self.disk.values()):
                return


def guest(number: int) -> Guest:
    """Return somebody."""
    return Guest(
        guest_id=f"ha-{number}",
        name=f"Guest {number}",
        first_name="Guest",
        last_name=str(number),
        same_code=False,
    )


__all__ = ["Cloud", "Code", "Crash", "Goal", "Keeper", "guest", "replace", "wishes"]
