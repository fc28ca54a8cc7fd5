"""A lock, its cloud and a keeper of codes in a few lines, to try the engine against all that can happen."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

from custom_components.yale_august.cloud.models import Pin, PinAction, PinState
from custom_components.yale_august.codes import engine, wishes
from custom_components.yale_august.codes.ends import Scene
from custom_components.yale_august.codes.engine import TAKEN, UNKNOWN, Answer, Verdict
from custom_components.yale_august.codes.pace import Times
from custom_components.yale_august.codes.plan import pick
from custom_components.yale_august.codes.records import (
    Code,
    CodeState,
    Goal,
    Guest,
    Reason,
)
from custom_components.yale_august.codes.schedule import Opaque, Schedule, vendor_words
from custom_components.yale_august.codes.sighting import Listing, find, uses

LOCK = "A" * 32
START = datetime(2026, 5, 1, 12, 0, tzinfo=UTC)
TIMES = Times()


@dataclass
class Slot:
    """A code as cloud and lock have it."""

    pin_id: str
    guest: str
    digits: str
    schedule: Schedule
    state: PinState
    made_at: datetime
    ours: bool = True


@dataclass
class Cloud:
    """What the vendor has: codes, and jobs that wait for the lock."""

    echoes: bool = True
    """Whether it repeats the partner's id of a guest."""
    online: bool = True
    slots: list[Slot] = field(default_factory=list)
    jobs: list[tuple[Slot, PinState, Callable[[], None]]] = field(default_factory=list)
    made: int = 0
    now: datetime = START
    stubborn: bool = False
    """The lock refuses what it is given."""

    def of(self, guest: str) -> Slot | None:
        """Return a guest's code."""
        return next((slot for slot in self.slots if slot.guest == guest), None)

    def list(self, now: datetime, *, complete: bool = True) -> Listing:
        """Answer which codes there are; what is not complete lacks the newest."""
        slots = self.slots if complete else self.slots[:-1]
        return Listing(
            pins=tuple(
                Pin(
                    pin_id=slot.pin_id,
                    user_id=f"user-{slot.guest}",
                    partner_user_id=slot.guest if self.echoes and slot.ours else None,
                    state=slot.state,
                    first_name="Guest",
                    last_name=slot.guest.removeprefix("ha-"),
                    created_at=slot.made_at,
                    pin=slot.digits,
                    access_type=vendor_words(slot.schedule).access_type,
                    access_times=vendor_words(slot.schedule).access_times,
                    access_recurrence=vendor_words(slot.schedule).access_recurrence,
                )
                for slot in slots
            ),
            complete=complete,
            asked=now,
        )

    def put(
        self, guest: str, digits: str, schedule: Schedule, *, ours: bool = True
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
            ours,
        )
        self.slots.append(slot)
        self._job(slot, PinState.LOADED)
        return slot

    def write(
        self, action: PinAction, guest: str, digits: str | None, schedule: Schedule
    ) -> bool:
        """Take a command; False is 409."""
        if action is PinAction.LOAD:
            assert digits is not None
            return self.put(guest, digits, schedule) is not None
        slot = self.of(guest)
        if slot is None:
            return True
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
                    return True
                if slot.state is not start:
                    return False
                slot.state = way
                self._job(slot, end)
            case _:
                raise AssertionError(action)
        return True

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
        """Lose the memory."""
        self.memory.clear()

    def scene(self, code: Code) -> Scene:
        """Return what else is known."""
        return Scene(
            now=self.now,
            online=self.cloud.online,
            digits=self.memory.get(code.guest_id),
            guest=guest(int(code.guest_id.removeprefix("ha-"))),
            times=TIMES,
        )

    def look(self, seen: Listing | None) -> None:
        """Take a list, or that there was none."""
        for code in list(self.disk.values()):
            code = engine.take_time(code, self.now, TIMES)
            scene = self.scene(code)
            code = (
                engine.take_silence(code, scene)
                if seen is None
                else engine.take_listing(code, seen, scene)
            )
            self.keep(code, seen)

    def act(self, seen: Listing, fate: str = "taken", crash: str | None = None) -> None:
        """Send what is due, and let it have this fate."""
        found = pick(self.disk.values(), seen)
        if found is None:
            return
        code, action = found
        pin = find(code, seen)
        digits = self.memory.get(code.guest_id)
        if action is PinAction.DELETE and code.change and not code.fresh and pin:
            digits = digits or pin.pin
            if digits is not None:
                self.memory[code.guest_id] = digits
        if digits is None and (action is PinAction.LOAD or code.change):
            self.keep(engine.need_digits(code), seen)
            return
        if action is PinAction.LOAD and digits is not None and uses(seen, digits):
            self.keep(engine.give_up(code, Reason.CODE_IN_USE), seen)
            return
        code = engine.begin(code, action, self.later(), TIMES)
        self.keep(code, seen)
        if crash == "journaled":
            raise Crash
        self.sent.append(Sent(code, digits, self.now, fate))
        answer = self._deliver(code, action, digits, fate)
        if crash == "sent":
            raise Crash
        self.keep(engine.take_answer(code, answer))

    def _deliver(
        self, code: Code, action: PinAction, digits: str | None, fate: str
    ) -> Answer:
        match fate:
            case "busy":
                return Answer(verdict=Verdict.NOT_SENT, reason=Reason.BUSY)
            case "forbidden":
                return Answer(verdict=Verdict.REFUSED, reason=Reason.ROLE_MISSING)
            case "lost before":
                return UNKNOWN
        self.cloud.now = self.now
        assert not isinstance(code.schedule, Opaque)
        taken = self.cloud.write(action, code.guest_id, digits, code.schedule)
        if fate == "lost after":
            return UNKNOWN
        if taken:
            return TAKEN
        return Answer(verdict=Verdict.CONTRADICTED, reason=Reason.CONFLICT)

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
