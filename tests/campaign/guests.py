"""Guests who come and go, a cloud in trouble, and other people with the vendor's app, all by chance; what has to be true."""

import asyncio
from collections import Counter
from dataclasses import dataclass
import json
import random
import re
from typing import Final
from unittest.mock import patch
from uuid import UUID

from custom_components.yale_august.cloud.models import PinGroups
from custom_components.yale_august.codes.records import Code, CodeState, Goal
from custom_components.yale_august.codes.schedule import (
    AnySchedule,
    Temporary,
    read_schedule,
)
from tests.simulator import Lock, Role
from tests.simulator.pinbook import Pin, PinState
from tests.simulator.pinpayloads import pin_body

from .bench import bench
from .mishaps import Mishaps
from .people import DAY, Key
from .watch import OURS, Watch, written

DONE: Final = {Goal.OPEN: PinState.LOADED, Goal.SUSPENDED: PinState.DISABLED}


@dataclass(slots=True)
class Guests(Mishaps):
    """What has to be true of a property whose guests, cloud and app are by chance."""

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
