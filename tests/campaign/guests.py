"""Guests who come and go, a cloud in trouble, and other people with the vendor's app, all by chance."""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
import json
import random
import re
from typing import Final
from unittest.mock import patch
from uuid import UUID

from homeassistant.exceptions import HomeAssistantError
from homeassistant.util import dt as dt_util

from custom_components.yale_august.access_codes.desk import NEW, AccessCodes
from custom_components.yale_august.cloud.models import PinGroups
from custom_components.yale_august.codes.records import Code, CodeState, Goal
from custom_components.yale_august.codes.schedule import (
    ALWAYS,
    WEEK,
    AnySchedule,
    Recurring,
    Schedule,
    Temporary,
    read_schedule,
)
from custom_components.yale_august.codes.view import Outcome
from tests.simulator import Fail, Hang, Lock, Reset, Role, Slow, Truncate
from tests.simulator.faults import Kind
from tests.simulator.pinbook import Pin, PinState
from tests.simulator.pinpayloads import pin_body

from .bench import Bench, bench
from .warp import WarpLoop
from .watch import OURS, Watch, written

NAMES: Final = ("Gina Gruber", "Hugo Hirsch", "Ida Immergut", "Jens Jakobsen")
LOST: Final[tuple[Kind, ...]] = (
    *(Fail(status) for status in (404, 409, 422, 423, 460, 500, 503, 429)),
    Fail(409, {"message": "Unable to set intent state for pin: loaded"}),
    Fail(409, {"message": "User already has a PIN on this lock"}),
    Fail(429, headers={"Retry-After": "120"}),
    Fail(412, {"message": "no bridge"}),
    Fail(400, {"message": "pin is malformed"}),
    Fail(401),
    Fail(403, "html"),
    *(Fail(status, "html", acts=True) for status in (500, 502, 504)),
    Fail(502, "html"),
    Fail(202, "empty", acts=True),
    Fail(200, "done", acts=True),
    Fail(200, {"message": "success"}),
    Reset(),
    Reset(acts=True),
    Truncate(),
    Hang(90),
    Hang(90, acts=True),
    Slow(20),
    Slow(20, after=True),
)
ODD_LISTS: Final[tuple[Kind, ...]] = (
    Fail(200, "empty"),
    Fail(200, {"loaded": None, "created": "none"}),
    Fail(200, {"message": "success"}),
)
"""What no lock that has codes answers; of what might be true each word is believed."""
DAY: Final = 24 * 3600.0
DONE: Final = {Goal.OPEN: PinState.LOADED, Goal.SUSPENDED: PinState.DISABLED}

type Key = tuple[str, str]
"""Of a code: lock and guest."""


@dataclass(slots=True)
class Wish:
    """What a person wished last of a code."""

    goal: Goal
    schedule: AnySchedule | None
    digits: str | None


@dataclass(slots=True)
class Guests:
    """A property whose guests, cloud and app are by chance."""

    bench: Bench
    chance: random.Random
    watch: Watch
    wishes: dict[Key, Wish] = field(default_factory=dict)
    schedules: dict[Key, list[AnySchedule]] = field(default_factory=dict)
    """All that were ever wished."""
    meddled: set[str] = field(default_factory=set)
    """Codes of ours that somebody has touched in the app."""
    theirs: dict[str, tuple[str, str]] = field(default_factory=dict)
    """Digits and state of the app's codes, as the app left them."""
    digits: set[str] = field(default_factory=set)
    story: list[str] = field(default_factory=list)
    left: set[str] = field(default_factory=set)
    """Locks that were away: what was wished meanwhile went with them."""
    made: int = 0
    patience: float = 30
    """Seconds that somebody waits for the locks now and then."""
    count: Counter[str] = field(default_factory=Counter)

    @property
    def codes(self) -> AccessCodes:
        """What may be asked and wished."""
        return self.bench.account.codes

    def say(self, what: str) -> None:
        """Add to the story."""
        self.story.append(f"{datetime.now():%d %H:%M:%S} {what}")
        self.count[what.split(" ", 1)[0]] += 1

    # What persons wish

    async def wish(self) -> None:
        """Let a person wish something."""
        if not self.bench.loaded:
            return
        kinds = (
            *(self._add,) * 4,
            *(self._change,) * 3,
            *(self._suspend, self._resume),
            *(self._end,) * 2,
            *(self._adopt, self._rename),
        )
        kind = self.chance.choice(kinds)
        try:
            await kind()
        except HomeAssistantError as err:
            self.say(f"refused {err.translation_key}")

    def _some(self) -> list[str]:
        locks = self.bench.cloud.locks
        found = self.chance.sample(locks, self.chance.randint(1, len(locks)))
        return [lock.lock_id for lock in found]

    def _where(self) -> list[str] | None:
        return self.chance.choice((None, None, self._some()))

    def _schedule(self) -> Schedule:
        now = dt_util.utcnow().replace(microsecond=0)
        minutes = self.chance.choice((2, 30, 240, 3000))
        begin = self.chance.choice((-60, 0, 20))
        return self.chance.choice(
            (
                ALWAYS,
                Temporary(
                    start=now + timedelta(minutes=begin),
                    end=now + timedelta(minutes=max(0, begin) + minutes),
                ),
                Recurring(
                    days=frozenset(self.chance.sample(WEEK, 3)),
                    start=datetime(2026, 1, 1, 9).time(),
                    end=datetime(2026, 1, 1, 17).time(),
                ),
            )
        )

    def _new_digits(self) -> str:
        self.made += 1
        return f"{self.made * 7919 % 1000000:06}"

    def _note(
        self,
        outcomes: Mapping[str, Outcome],
        goal: Goal,
        *,
        schedule: Schedule | None = None,
        fresh: bool = False,
    ) -> None:
        for room in self.codes.rooms.values():
            for code in room.codes.values():
                if code.adopted:
                    self.theirs.pop(code.pin_id or "", None)
        self.story[-1] += f" {[o.code_id[:7] for o in outcomes.values()]}"
        for lock_id, outcome in outcomes.items():
            key = lock_id, outcome.code_id
            old = self.wishes.get(key)
            if old is not None and old.goal is Goal.GONE:
                old = None
            record = self.codes.store.of(lock_id).get(outcome.code_id)
            if schedule is None:
                now = None if record is None else record.schedule
                if old is not None and old.schedule is not None:
                    now = old.schedule
            else:
                now = schedule
            digits = (
                outcome.digits
                if fresh or outcome.digits
                else (old.digits if old else None)
            )
            self.wishes[key] = Wish(goal, now, digits)
            if now is not None:
                self.schedules.setdefault(key, []).append(now)
            if outcome.digits:
                self.digits.add(outcome.digits)

    async def two(self) -> None:
        """Let two persons wish something at the same time."""
        self.patience = 0
        await asyncio.gather(self.wish(), self.wish())
        self.patience = 30

    async def _add(self) -> None:
        name, where, schedule = (
            self.chance.choice(NAMES),
            self._some(),
            self._schedule(),
        )
        self.say(f"add {name} {len(where)} {_short(schedule)}")
        outcomes = await self.codes.async_add(
            name,
            where,
            schedule,
            digits=self.chance.choice((None, None, self._new_digits())),
            same_code=self.chance.random() < 0.7,
            weak=True,
            wait=self.chance.choice((0, 0, self.patience)),
        )
        self._note(outcomes, Goal.OPEN, schedule=schedule, fresh=True)

    async def _change(self) -> None:
        name, where = self.chance.choice(NAMES), self._where()
        schedule = self.chance.choice((None, self._schedule()))
        digits = self.chance.choice((None, NEW, self._new_digits()))
        if schedule is None and digits is None:
            return
        self.say(f"change {name} {where and len(where)} {_short(schedule)} {digits}")
        outcomes = await self.codes.async_change(
            name, lock_ids=where, schedule=schedule, digits=digits, weak=True
        )
        self._note(outcomes, Goal.OPEN, schedule=schedule, fresh=digits is not None)

    async def _rename(self) -> None:
        name, new = self.chance.choice(NAMES), self.chance.choice(NAMES)
        self.say(f"rename {name} {new}")
        await self.codes.async_change(name, name=new)

    async def _suspend(self) -> None:
        name, where = self.chance.choice(NAMES), self._where()
        self.say(f"suspend {name} {where and len(where)}")
        self._note(await self.codes.async_suspend(name, lock_ids=where), Goal.SUSPENDED)

    async def _resume(self) -> None:
        name, where = self.chance.choice(NAMES), self._where()
        self.say(f"resume {name} {where and len(where)}")
        self._note(await self.codes.async_resume(name, lock_ids=where), Goal.OPEN)

    async def _end(self) -> None:
        name, where = self.chance.choice(NAMES), self._where()
        self.say(f"end {name} {where and len(where)}")
        self._note(await self.codes.async_end(name, lock_ids=where), Goal.GONE)

    async def _adopt(self) -> None:
        lock = self.chance.choice(self.bench.cloud.locks)
        pins = [pin for pin in lock.pins.pins if pin.pin_id in self.theirs]
        if not pins:
            return
        pin = self.chance.choice(pins)
        self.say(f"adopt {pin.first_name}")
        outcomes = await self.codes.async_adopt(lock.lock_id, pin.pin_id)
        del self.theirs[pin.pin_id]
        for outcome in outcomes.values():
            key = lock.lock_id, outcome.code_id
            self.wishes.pop(key, None)
        self._note(outcomes, next(iter(outcomes.values())).goal)

    # What other people do in the app

    async def meddle(self) -> None:
        """Let somebody do something in the app."""
        lock = self.chance.choice(self.bench.cloud.locks)
        if self.chance.random() < 0.4 or not lock.pins.pins:
            self._put(lock)
            return
        pin = self.chance.choice(lock.pins.pins)
        deed = self.chance.choice(("remove", "disable", "enable", "digits", "times"))
        self.say(f"app {deed} {pin.first_name} {pin.state}")
        if pin.state not in (PinState.LOADED, PinState.DISABLED):
            if deed != "remove":
                return
        match deed:
            case "remove":
                lock.pins.remove(pin)
            case "disable":
                pin.state = PinState.DISABLED
            case "enable":
                pin.state = PinState.LOADED
            case "digits":
                pin.pin = self._new_digits()
            case "times":
                pin.access_type = "always"
                pin.access_times = pin.access_recurrence = None
        if pin.pin_id in self.theirs:
            if deed == "remove":
                del self.theirs[pin.pin_id]
            else:
                self.theirs[pin.pin_id] = pin.pin, pin.state
        else:
            self.meddled.add(pin.pin_id)

    def _guest_of(self, lock: Lock, pin: Pin) -> str:
        """Return who has a code: what was forgotten may be somebody else's since it was adopted."""
        codes = self.codes.store.of(lock.lock_id) if self.bench.loaded else {}
        for code in codes.values():
            if pin.pin_id == code.pin_id:
                return code.guest_id
        return pin.partner_user_id or pin.user_id

    def _put(self, lock: Lock) -> None:
        name = self.chance.choice((*NAMES, "Olaf Other", "Paula Plumber"))
        self.say(f"put {name}")
        cloud = self.bench.cloud
        now = cloud.clock.now()
        first, last = name.split(" ")
        user = cloud.world.add_user(first, last, owner=cloud.owner)
        digits = self._new_digits()
        if lock.pins.with_digits(digits):
            return
        pin = Pin(
            pin_id=f"app-{self.made}",
            user_id=user.user_id,
            pin=digits,
            slot=100 + self.made,
            state=PinState.LOADED,
            access_type="always",
            first_name=first,
            last_name=last,
            unverified=True,
            calling_user_id=cloud.owner.user_id,
            api_key="hidden-api-key",
            created_at=now,
            updated_at=now,
            loaded_at=now,
        )
        lock.pins.pins.append(pin)
        self.theirs[pin.pin_id] = pin.pin, pin.state

    # What goes wrong

    async def trouble(self) -> None:
        """Let something go wrong for a while."""
        kinds: tuple[Callable[[], Awaitable[None]], ...] = (
            *(self._fault,) * 6,
            *(self._bridge,) * 2,
            *(self._restart,) * 2,
            *(self._clock, self._stubborn, self._hold, self._token, self._role),
            *(self._reload, self._leave),
        )
        await self.chance.choice(kinds)()

    async def _fault(self) -> None:
        faults = self.bench.cloud.faults
        operation = self.chance.choice(
            ("write_pins",) * 4 + ("get_pins", "reserve_pin")
        )
        kind: Kind = self.chance.choice(LOST)
        if operation == "get_pins" and self.chance.random() < 0.4:
            kind = self.chance.choice(ODD_LISTS)
        times = self.chance.choice((1, 1, 1, 2, 5))
        self.say(f"fault {operation} {kind} {times}")
        faults.add(operation, kind, times=times, skip=self.chance.choice((0, 0, 1)))

    async def _bridge(self) -> None:
        cloud, lock = self.bench.cloud, self.chance.choice(self.bench.cloud.locks)
        self.say(f"bridge {lock.name} {not lock.online}")
        if lock.online:
            await cloud.faults.bridge_offline(lock)
        else:
            await cloud.faults.bridge_online(lock)

    async def _restart(self) -> None:
        cleanly = self.chance.random() < 0.5
        self.bench.pause = self.chance.choice((1, 60, 4000))
        self.say(f"restart {cleanly} {self.bench.pause}")
        await self.bench.restart(cleanly=cleanly)

    async def _clock(self) -> None:
        loop = asyncio.get_running_loop()
        assert isinstance(loop, WarpLoop)
        if self.chance.random() < 0.5:
            seconds = self.chance.choice((-3600, -90, 0, 90, 3600))
            self.say(f"clock {seconds}")
            self.bench.cloud.faults.set_clock(timedelta(seconds=seconds))
        else:
            back = timedelta(minutes=self.chance.choice((1, 70, 1500)))
            self.say(f"clock back {back}")
            loop.set_back(back)
            self.bench.cloud.clock.offset += back

    async def _stubborn(self) -> None:
        lock = self.chance.choice(self.bench.cloud.locks)
        word = None if lock.habits.refuses_pins else "lock refuses"
        self.say(f"stubborn {lock.name} {word}")
        lock.habits.refuses_pins = word
        lock.habits.refused_pins_stay = self.chance.random() < 0.3

    async def _hold(self) -> None:
        lock = self.chance.choice(self.bench.cloud.locks)
        self.say(f"hold {lock.name}")
        self.bench.cloud.locksmith.hold(lock)
        self.bench.later(
            self.chance.choice((60, 400, 4000)),
            lambda: self.bench.cloud.locksmith.release(lock),
        )

    async def _token(self) -> None:
        self.say("token")
        self.bench.cloud.faults.expire_tokens()

    async def _role(self) -> None:
        cloud = self.bench.cloud
        lock = self.chance.choice(cloud.locks)
        role = lock.users.get(cloud.owner.user_id)
        new = Role.SUPERUSER if role is not Role.SUPERUSER else Role.USER
        self.say(f"role {lock.name} {new}")
        lock.users[cloud.owner.user_id] = new

    async def _reload(self) -> None:
        self.say("reload")
        await self.bench.sign_in_again()

    async def _leave(self) -> None:
        """Let a lock leave the login, or come back; what was known of its codes may be forgotten."""
        cloud = self.bench.cloud
        lock = self.chance.choice(cloud.locks)
        owner = cloud.owner.user_id
        self.say(f"leave {lock.name} {owner in lock.users}")
        if lock.users.pop(owner, None) is None:
            lock.users[owner] = Role.SUPERUSER
            return
        self.left.add(lock.lock_id)
        for key in [key for key in self.wishes if key[0] == lock.lock_id]:
            del self.wishes[key]
        ours = {pin.pin_id for pin in lock.pins.pins} - self.theirs.keys()
        self.meddled |= ours

    # Time

    async def pass_time(self, seconds: float) -> None:
        """Let time pass, and look."""
        self.look()
        while seconds > 0:
            await asyncio.sleep(min(60, seconds))
            seconds -= 60
            self.look()

    def look(self) -> None:
        """See that nothing of the app's is touched, and nothing opens that nobody ever wished."""
        seen = set()
        for lock in self.bench.cloud.locks:
            for pin in lock.pins.pins:
                self.digits.add(pin.pin)
                if (left := self.theirs.get(pin.pin_id)) is not None:
                    seen.add(pin.pin_id)
                    assert left == (pin.pin, pin.state), "a code of the app was touched"
                elif pin.partner_user_id and pin.state is PinState.LOADED:
                    self._was_wished(lock, pin)
        assert seen == self.theirs.keys(), "a code of the app is gone"

    def _was_wished(self, lock: Lock, pin: Pin) -> None:
        key = lock.lock_id, str(pin.partner_user_id)
        if pin.pin_id in self.meddled:
            return
        found = self._read(lock, pin)
        assert found in self.schedules.get(key, [found]), f"{found} was never wished"

    @staticmethod
    def _read(lock: Lock, pin: Pin) -> object:
        groups = PinGroups.from_json({"loaded": [pin_body(lock, pin)]})
        return read_schedule(next(iter(groups)))

    # The end

    async def heal(self) -> None:
        """Take all trouble back, and see that everything comes to an end that is true."""
        cloud = self.bench.cloud
        self.say("heal")
        cloud.faults.clear()
        for lock in cloud.locks:
            lock.habits.refuses_pins = None
            lock.users[cloud.owner.user_id] = Role.SUPERUSER
            cloud.locksmith.release(lock)
            await cloud.faults.bridge_online(lock)
        if self.bench.entry.asked_for_login:
            object.__setattr__(self.bench.entry, "asked_for_login", 0)
            await self.bench.sign_in_again()
        await self.pass_time(2 * 3600)
        assert self.bench.loaded
        await self.pass_time(DAY)
        before = len(cloud.requests)
        ends = self._is_true()
        await self.pass_time(DAY)
        self._is_true()
        asked = [
            seen.path
            for operation in ("get_pins", "write_pins", "reserve_pin")
            for seen in cloud.requests.of(operation, since=before)
        ]
        assert len(asked) <= ends + 8 * len(cloud.locks), (
            f"{len(asked)} requests at rest"
        )

    def _is_true(self) -> int:
        """Compare what is shown with what the locks have; return how many requests a day may take."""
        patience = 0
        for lock in self.bench.cloud.locks:
            records = dict(self.codes.store.of(lock.lock_id))
            ours = {
                self._guest_of(lock, pin): pin
                for pin in lock.pins.pins
                if pin.pin_id not in self.theirs
            }
            for guest_id, pin in ours.items():
                key = lock.lock_id, guest_id
                record = records.get(guest_id)
                assert record is not None or pin.pin_id in self.meddled, (
                    f"nobody knows of {pin.first_name} {pin.state} on {lock.name}: {guest_id} {records}"
                )
                if record is not None:
                    self._compare(lock, key, record, pin)
            for guest_id, record in records.items():
                key = lock.lock_id, guest_id
                if record.state is CodeState.CONFIRMED:
                    assert guest_id in ours, "confirmed, and it is not there"
                if not record.settled:
                    patience += 200
                    assert record.state is CodeState.UNCERTAIN, (
                        f"never ends: {record} of {self.codes.guests[guest_id]}"
                    )
                if (wish := self.wishes.get(key)) is None:
                    continue
                if record.goal is not Goal.GONE or not self._is_over(record.schedule):
                    assert record.goal is wish.goal, (
                        f"{record}, not {wish} on {lock.name} of {self.codes.guests[guest_id].name}"
                    )
            for (lock_id, guest_id), wish in self.wishes.items():
                if lock_id == lock.lock_id and guest_id not in records:
                    over = self._is_over(wish.schedule) or lock_id in self.left
                    assert wish.goal is Goal.GONE or over, (
                        f"forgotten: {wish} on {lock.name} of {guest_id}"
                    )
        return patience

    def _is_over(self, schedule: AnySchedule | None) -> bool:
        """Return whether a window is over by the clock that the lock goes by."""
        now = self.bench.cloud.clock.now()
        return isinstance(schedule, Temporary) and schedule.end < now

    def _compare(self, lock: Lock, key: Key, record: Code, pin: Pin) -> None:
        wish = self.wishes.get(key)
        if record.state is CodeState.CONFIRMED:
            assert pin.state is DONE[record.goal], f"confirmed, and it is {pin.state}"
            found = self._read(lock, pin)
            assert found == record.schedule, f"{found}, not {record}"
            if wish is not None and pin.pin_id not in self.meddled:
                assert wish.digits in (None, pin.pin), (
                    f"other digits than were told to {key}: {wish} {record} {pin}"
                )
                assert wish.schedule in (None, record.schedule), f"{record} of {wish}"
        elif record.settled:
            assert record.reason is not None, f"nobody says why: {record} {pin.state}"


def _short(schedule: Schedule | None) -> str:
    if isinstance(schedule, Temporary):
        return f"{schedule.start:%d %H:%M}-{schedule.end:%d %H:%M}"
    return type(schedule).__name__


async def guests(seed: int, *, steps: int) -> Counter[str]:
    """Let so many things happen; raises AssertionError with the story when something is not true."""
    random.seed(seed)
    chance, digits = random.Random(seed), random.Random(seed)
    with (
        written() as lines,
        patch(f"{OURS}.codes.digits.secrets.randbelow", digits.randrange),
        patch(
            f"{OURS}.access_codes.maker.uuid4",
            lambda: UUID(int=digits.getrandbits(128), version=4),
        ),
    ):
        async with bench("keypad", "secure") as found:
            cloud = found.cloud
            silent = chance.random() < 0.5
            world = Guests(found, chance, Watch(found))
            if silent:
                for lock in cloud.locks:
                    lock.pins.untold |= {"partnerUserID"}
            try:
                for _ in range(steps):
                    dice = chance.random()
                    if dice < 0.45:
                        await world.wish()
                    elif dice < 0.5:
                        await world.two()
                    elif dice < 0.65:
                        await world.meddle()
                    else:
                        await world.trouble()
                    await world.pass_time(chance.choice((0, 0, 1, 7, 30, 200, 4000)))
                    if found.entry.asked_for_login:
                        object.__setattr__(found.entry, "asked_for_login", 0)
                        await found.sign_in_again()
                await world.heal()
                kept = json.dumps(found.storage)
            except Exception as err:
                story = "\n".join(world.story)
                raise AssertionError(f"{err!r}\n{story}") from err
        await asyncio.sleep(0.1)
    world.watch.finish(lines)
    told = kept + "\n".join(lines)
    for code in world.digits:
        assert not re.search(rf"(?<![\w.]){code}(?![\w.])", told), "digits were told"
    return world.count
