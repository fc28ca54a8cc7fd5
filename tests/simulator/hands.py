"""What people do at the door, without the cloud."""

import asyncio
from typing import TYPE_CHECKING

from . import schedules
from .activities import stranger
from .clock import epoch_ms
from .lock import Lock
from .motion import Origin
from .pinbook import Pin, PinState
from .words import Bolt, Cause, Door, JsonObject

if TYPE_CHECKING:
    from .simulator import Simulator


class Hands:
    """Turns knobs, opens doors, types codes, pulls plugs."""

    def __init__(self, cloud: Simulator) -> None:
        """Start for one simulator."""
        self._cloud = cloud

    async def lock(self, lock: Lock) -> None:
        """Lock by hand."""
        await self._turn(lock, Bolt.LOCKED)

    async def unlock(self, lock: Lock) -> None:
        """Unlock by hand."""
        await self._turn(lock, Bolt.UNLOCKED)

    async def unlatch(self, lock: Lock) -> None:
        """Pull the latch by hand."""
        await self._turn(lock, Bolt.UNLATCHED)

    async def _turn(self, lock: Lock, target: Bolt) -> None:
        await self._cloud.motion.arrive(lock, target, Origin(cause=Cause.MANUAL))

    async def chatter(self, count: int, every: float = 0) -> None:
        """Lock or unlock one lock after the other, `count` times, `every` real seconds."""
        locks = list(self._cloud.world.locks.values())
        for number in range(count):
            lock = locks[number % len(locks)]
            locked = lock.bolt is Bolt.LOCKED
            await self._turn(lock, Bolt.UNLOCKED if locked else Bolt.LOCKED)
            if every:
                await asyncio.sleep(every)

    async def auto_lock(self, lock: Lock) -> None:
        """Let the lock lock itself now."""
        await self._cloud.motion.arrive(lock, Bolt.LOCKED, Origin(cause=Cause.AUTO))

    async def one_touch_lock(self, lock: Lock) -> None:
        """Lock by the keypad's own button."""
        origin = Origin(cause=Cause.MANUAL)
        self._cloud.motion.settle_silently(lock, Bolt.LOCKED, origin)
        if not lock.online:
            return
        lock.learn(self._cloud.clock.now())
        person = stranger("onetouchlock", "One-Touch", "Lock")
        await self._cloud.motion.tell(lock, "locked", origin, "lock")
        self._cloud.feed.note(lock, "onetouchlock", person)
        self._cloud.courier.event(lock, "operation", "onetouchlock", person)

    async def type_pin(self, lock: Lock, digits: str) -> bool:
        """Type a code on the keypad; returns whether the lock opened."""
        pin = lock.pins.with_digits(digits)
        if pin is None or lock.vacation or not self._opens(lock, pin):
            if lock.online:
                person = stranger("deleted", "Unknown", "User")
                self._cloud.feed.note(lock, "invalidcode", person, keypad=True)
                self._cloud.courier.event(lock, "operation", "invalidcode", person)
            return False
        user = self._cloud.world.users[pin.user_id]
        origin = Origin(cause=Cause.KEYPAD, user=user)
        await self._cloud.motion.arrive(lock, Bolt.UNLOCKED, origin)
        return True

    def _opens(self, lock: Lock, pin: Pin) -> bool:
        """Whether a code opens now: loaded, and within its times."""
        return pin.state is PinState.LOADED and schedules.open_at(
            self._cloud.clock.now(),
            lock.time_zone,
            pin.access_type,
            pin.access_times,
            pin.access_recurrence,
        )

    async def open_door(self, lock: Lock) -> None:
        """Open the door."""
        await self._swing(lock, Door.OPEN)

    async def close_door(self, lock: Lock) -> None:
        """Close the door."""
        await self._swing(lock, Door.CLOSED)

    async def _swing(self, lock: Lock, door: Door) -> None:
        if lock.door not in (Door.OPEN, Door.CLOSED, Door.UNKNOWN):
            return
        lock.door = door
        if not lock.online:
            return
        lock.learn(self._cloud.clock.now())
        message: JsonObject = {
            "lockID": lock.lock_id,
            "lockAction": "DoorStateChanged",
            "doorState": door.value,
        }
        if self._cloud.options.push_timestamps:
            message["timeStamp"] = epoch_ms(self._cloud.clock.now())
        await self._cloud.push.publish(lock, message)
        person = stranger("DoorStateChanged", "Door", "State")
        action = "dooropen" if door is Door.OPEN else "doorclosed"
        self._cloud.feed.note(lock, action, person)
        self._cloud.courier.event(lock, "operation", door.value, person)

    async def ring(self, lock: Lock) -> None:
        """Press the doorbell button of a Doorman."""
        person = stranger("deleted", "Unknown", "User")
        word = "lock_accessory_motion_detect"
        said = self._cloud.options.push_on_ring
        if said is not None and lock.online:
            message: JsonObject = {
                "lockID": lock.lock_id,
                "lockAction": lock.bolt.pushed if said == "state" else word,
            }
            if said == "state" and lock.door is not None:
                message["doorState"] = lock.door.value
            await self._cloud.push.publish(lock, message)
        self._cloud.feed.note(lock, word, person)
        self._cloud.courier.event(lock, "lock_doorbell_buttonpress", "press", person)

    async def set_bridge(self, lock: Lock, *, online: bool) -> None:
        """Plug the bridge in or pull it; the cloud then learns what it missed."""
        link = lock.link
        if link is None or link.online is online:
            return
        missed = lock.known
        now = self._cloud.clock.now()
        link.online = online
        link.changed = now
        word = "online" if online else "offline"
        person = stranger("deleted", "Unknown", "User")
        self._cloud.courier.event(lock, "systemstatus", word, person)
        if self._cloud.options.push_bridge_events:
            message: JsonObject = {
                "lockID": lock.lock_id,
                "status": f"associated_bridge_{word}",
                "bridgeID": lock.bridge.bridge_id if lock.bridge else None,
                "bridgeSerial": lock.bridge_serial,
            }
            await self._cloud.push.publish(lock, message)
        if not online or lock.wedged:
            return
        lock.learn(now)
        self._cloud.locksmith.visit(lock)
        if missed is None or missed.bolt is not lock.bolt:
            origin = Origin(cause=Cause.MANUAL)
            await self._cloud.motion.tell(lock, lock.bolt.pushed, origin, "lock")

    async def set_battery(self, lock: Lock, level: float) -> None:
        """Let the cloud read a new battery level."""
        lock.battery.level = level
        lock.battery.read_at = self._cloud.clock.now()
        warning = "2week" if level < 0.2 else "none"
        lock.battery.warning = f"lock_state_battery_warning_{warning}"
        person = stranger("deleted", "Unknown", "User")
        self._cloud.courier.event(lock, "system", lock.battery.warning, person)
