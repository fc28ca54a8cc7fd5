"""People who give guests codes, and other people with the vendor's app, all by chance."""

import asyncio
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
import random
from typing import Final

from homeassistant.exceptions import HomeAssistantError
from homeassistant.util import dt as dt_util

from custom_components.yale_august.access_codes.desk import NEW, AccessCodes
from custom_components.yale_august.codes.records import Goal
from custom_components.yale_august.codes.schedule import (
    ALWAYS,
    WEEK,
    AnySchedule,
    Recurring,
    Schedule,
    Temporary,
)
from custom_components.yale_august.codes.view import Outcome
from tests.simulator import Lock
from tests.simulator.pinbook import Pin, PinState

from .bench import Bench
from .watch import Watch

NAMES: Final = ("Gina Gruber", "Hugo Hirsch", "Ida Immergut", "Jens Jakobsen")
DAY: Final = 24 * 3600.0

type Key = tuple[str, str]
"""Of a code: lock and guest."""


@dataclass(slots=True)
class Wish:
    """What a person wished last of a code."""

    goal: Goal
    schedule: AnySchedule | None
    digits: str | None


@dataclass(slots=True)
class People:
    """Those who wish codes for guests, and other people with the app; what they have wished so far."""

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


def _short(schedule: Schedule | None) -> str:
    if isinstance(schedule, Temporary):
        return f"{schedule.start:%d %H:%M}-{schedule.end:%d %H:%M}"
    return type(schedule).__name__
