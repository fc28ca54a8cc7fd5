"""Remote operate (reference 12, 13)."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING
from uuid import uuid4

from . import errors, payloads
from .clock import iso
from .desk import NOTHING, Answer, Call, serves
from .lock import Fault, Lock
from .motion import MOVE, Origin
from .words import Bolt, Cause, Command, Door, JsonObject, Role, Trouble

if TYPE_CHECKING:
    from .simulator import Simulator

CONNECT = 0.6
"""Seconds until the bridge has the lock on the line."""

TIMEOUT = 30
"""Seconds of one attempt that nothing answers; the server makes up to three."""

REBOOT = 20
"""Seconds for which a bridge that restarts is offline."""

_FOR_EVERYBODY = frozenset(
    {Command.LOCK, Command.UNLOCK, Command.UNLATCH, Command.SECURE, Command.STATUS}
)
_TARGETS = {
    Command.LOCK: Bolt.LOCKED,
    Command.SECURE: Bolt.SECURE,
    Command.UNLATCH: Bolt.UNLATCHED,
}


@dataclass(slots=True, kw_only=True)
class Order:
    """One accepted remote operation."""

    call: Call
    lock: Lock
    command: Command
    asynchronous: bool
    attempts: int
    to_websocket: bool
    extended: JsonObject
    started: datetime
    transaction_id: str = field(default_factory=lambda: str(uuid4()))
    attempt: int = 0
    changed: bool = False

    def info(self) -> JsonObject:
        """Return the `info` of answers and push messages (12.3)."""
        lock = self.lock
        built_in = lock.capabilities.integrated_wifi
        return {
            "action": self.command.value,
            "startTime": iso(self.started),
            "context": {
                "transactionID": self.transaction_id,
                # The vendor's page says startTime; recorded answers say this.
                "startDate": iso(self.started),
                "retryCount": self.attempt,
            },
            "lockType": f"lock_version_{lock.type}",
            "serialNumber": lock.serial,
            "rssi": 0 if built_in else -58,
            "wlanRSSI": -47,
            "wlanSNR": -1 if built_in else 42,
            "lockID": lock.lock_id,
            "bridgeID": lock.bridge.bridge_id if lock.bridge else None,
            "lockStatusChanged": self.changed,
            "serial": lock.bridge_serial,
            "duration": self.milliseconds,
        }

    @property
    def milliseconds(self) -> int:
        """How long it has taken, in the time of the world."""
        pace, now = self.call.cloud.pace, self.call.cloud.clock.now()
        return int((now - self.started).total_seconds() * 1000 * pace.speed)

    @property
    def origin(self) -> Origin:
        """Return who moves the bolt."""
        return Origin(
            cause=Cause.REMOTE,
            user=self.call.user,
            request=self.call.number,
            info=self.info(),
            pushes=self.to_websocket,
        )


@serves("remote_operate")
async def remote_operate(call: Call) -> Answer:
    """Answer `PUT /remoteoperate/:lockID/:command`, at once or when done."""
    order = _read(call)
    task = call.cloud.spawn(_Operation(call.cloud, order).run())
    if order.asynchronous:
        return Answer(NOTHING, 202)
    # A task of its own: it goes on when the client gives up (reference 12.5).
    outcome = await task
    if isinstance(outcome, Trouble):
        raise errors.device(outcome)
    return Answer(outcome)


def _read(call: Call) -> Order:
    word = call.parameters["command"]
    if word not in tuple(Command):
        raise errors.invalid("command is not known")
    command = Command(word)
    lock = call.lock()
    query = call.query
    for name, listed in (
        ("type", ("sync", "async")),
        ("notificationType", ("pubnub", "websocket")),
        ("connection", ("persistent",)),
        ("intent", ("wakeup",)),
        ("v", ("2.3.1",)),
    ):
        if query.get(name, listed[0]) not in listed:
            raise errors.invalid(f"{name} is out of bounds")
    if "connection" in query and not (lock.bridge and lock.bridge.hyper):
        raise errors.invalid("connection needs a hyper bridge")
    if "intent" in query and command is not Command.STATUS:
        raise errors.invalid("intent goes with status")
    extended = call.body.get("extendedfunction")
    if isinstance(extended, dict) and extended.keys() - {"function", "parameters"}:
        unlisted = sorted(extended.keys() - {"function", "parameters"})
        call.violate([f"body extendedfunction.{name}" for name in unlisted])
        raise errors.invalid(f"Not listed: extendedfunction.{', '.join(unlisted)}")
    if command is Command.EXTENDED_FUNCTION and not (
        isinstance(extended, dict)
        and isinstance(extended.get("function"), str)
        and isinstance(extended.get("parameters", {}), dict)
    ):
        raise errors.invalid("extendedfunction is required")
    role = lock.users[call.user.user_id]
    if role is not Role.SUPERUSER and command not in _FOR_EVERYBODY:
        raise errors.not_authorized()
    if role is Role.USER and not lock.habits.guests_may_operate:
        raise errors.not_authorized()
    return Order(
        call=call,
        lock=lock,
        command=command,
        asynchronous=query.get("type") == "async",
        attempts=max(1, call.integer("retryLimit", 3, least=-99, most=3)),
        to_websocket=query.get("notificationType") != "pubnub",
        extended=extended if isinstance(extended, dict) else {},
        started=call.cloud.clock.now(),
    )


class _Operation:
    """Carries out one order, with the server's own retries."""

    def __init__(self, cloud: Simulator, order: Order) -> None:
        self._cloud = cloud
        self._order = order
        self._lock = order.lock

    async def run(self) -> JsonObject | Trouble:
        """Return the answer, or what stood in the way at the last attempt."""
        order = self._order
        outcome: JsonObject | Trouble = Trouble.NO_ANSWER
        for attempt in range(1, order.attempts + 1):
            order.attempt = attempt
            outcome = await self._attempt()
            if not isinstance(outcome, Trouble) or not outcome.transient:
                break
        if isinstance(outcome, Trouble):
            if order.asynchronous and order.to_websocket:
                await self._cloud.push.publish(self._lock, self._failure(outcome))
        self._notify(outcome)
        return outcome

    async def _attempt(self) -> JsonObject | Trouble:
        lock = self._lock
        if lock.engaged:
            await self._cloud.pace.sleep(CONNECT)
            return Trouble.BRIDGE_BUSY
        fault = lock.trouble()
        if fault:
            return await self._fail(fault)
        if not lock.offers(self._order.command):
            return Trouble.NOT_OFFERED
        lock.engaged = True
        try:
            await self._cloud.pace.sleep(CONNECT)
            answer = await self._perform()
            # The bridge may have gone while the bolt moved.
            return answer if lock.online else Trouble.DISCONNECTS
        finally:
            lock.engaged = False

    async def _fail(self, fault: Fault) -> Trouble:
        lock, trouble = self._lock, fault.trouble
        if trouble in (Trouble.NO_BRIDGE, Trouble.BRIDGE_OFFLINE):
            return trouble
        lock.engaged = True
        try:
            slow = trouble is Trouble.NO_ANSWER
            await self._cloud.pace.sleep(TIMEOUT if slow else CONNECT)
            target = self._target()
            if fault.acts and target is not None:
                self._cloud.motion.settle_silently(lock, target, self._order.origin)
            elif trouble is Trouble.JAMMED and target is not None:
                await self._cloud.motion.stick(lock, self._order.origin)
        finally:
            lock.engaged = False
        return trouble

    def _target(self) -> Bolt | None:
        """Return where the bolt is to go; None where it is already."""
        lock, habits = self._lock, self._lock.habits
        if self._order.command is Command.UNLOCK:
            if lock.bolt is Bolt.UNLOCKED:
                pulls = habits.unlock_again_pulls_latch
                return Bolt.UNLATCHED if pulls else None
            return Bolt.UNLATCHED if habits.unlock_pulls_latch else Bolt.UNLOCKED
        target = _TARGETS.get(self._order.command)
        return None if target is lock.bolt else target

    async def _perform(self) -> JsonObject:
        order, lock, cloud = self._order, self._lock, self._cloud
        match order.command:
            case Command.LOCK | Command.UNLOCK | Command.UNLATCH | Command.SECURE:
                target = self._target()
                if target is None:
                    lock.learn(cloud.clock.now())
                    await self._tell_state()
                else:
                    order.changed = True
                    await cloud.motion.drive(lock, target, order.origin)
            case Command.STATUS:
                lock.learn(cloud.clock.now())
                await self._tell_state()
            case Command.CALIBRATE:
                await self._calibrate()
            case Command.REBOOT:
                cloud.spawn(self._reboot())
            case Command.DISABLE_HOMEKIT:
                lock.homekit = False
            case Command.OTA:
                lock.firmware = f"{lock.firmware}-ota"
            case Command.EXTENDED_FUNCTION:
                lock.extended_calls.append(order.extended)
                if order.extended.get("function") == "vacationMode":
                    lock.vacation = True
            case Command.TELEMETRY | Command.REBOOT_LOCK:
                pass
        return self._success()

    async def _tell_state(self) -> None:
        origin = self._order.origin
        await self._cloud.motion.tell(
            self._lock, self._lock.bolt.pushed, origin, "lock"
        )

    async def _calibrate(self) -> None:
        """Move the bolt to its other end and back; the lock knows itself again."""
        lock, order = self._lock, self._order
        there = Bolt.LOCKED if lock.bolt is Bolt.LOCKED else Bolt.UNLOCKED
        back = Bolt.UNLOCKED if there is Bolt.LOCKED else Bolt.LOCKED
        order.changed = True
        for target in (back, there):
            await self._cloud.motion.drive(lock, target, order.origin)
        lock.calibrated = True
        if lock.door is Door.INIT:
            lock.door = Door.CLOSED

    async def _reboot(self) -> None:
        await self._cloud.pace.sleep(MOVE)
        await self._cloud.hands.set_bridge(self._lock, online=False)
        await self._cloud.pace.sleep(REBOOT)
        await self._cloud.hands.set_bridge(self._lock, online=True)

    def _success(self) -> JsonObject:
        order, lock = self._order, self._lock
        body: JsonObject = {
            "info": order.info(),
            "retryCount": order.attempt,
            "totalTime": order.milliseconds,
            "lockStatusChanged": order.changed,
            "resultsFromOperationCache": False,
        }
        if order.command in _FOR_EVERYBODY:
            body["status"] = lock.bolt.spelled
            if lock.door not in (None, Door.DISABLED):
                body["doorState"] = lock.door.spelled
        if order.command is Command.EXTENDED_FUNCTION:
            body["extendedfunction"] = {
                "function": order.extended["function"],
                "info": {},
            }
        return payloads.distort(lock, "operation", body)

    def _failure(self, trouble: Trouble) -> JsonObject:
        """Return the message that tells of a failed command (13, 20.3)."""
        error = trouble.error
        body: JsonObject = {
            "lockID": self._lock.lock_id,
            "result": "failed",
            "error": {
                "restCode": error.code,
                "name": error.name,
                "statusCode": error.status,
                "message": error.message,
            },
            "callingUserID": self._order.call.user.user_id,
            "remoteEvent": 1,
            "info": self._order.info(),
        }
        if trouble is Trouble.JAMMED:
            body["lockAction"] = "FAILED_BRIDGE_ERROR_LOCK_JAMMED"
        return body

    def _notify(self, outcome: JsonObject | Trouble) -> None:
        """Post the result to the `webhook` of the body: an address or an object."""
        wanted = self._order.call.body.get("webhook")
        url = wanted.get("url") if isinstance(wanted, dict) else wanted
        if not isinstance(url, str):
            return
        body = self._failure(outcome) if isinstance(outcome, Trouble) else outcome
        self._cloud.courier.post(url, body)
