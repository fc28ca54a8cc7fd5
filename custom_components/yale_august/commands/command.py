"""One command on one lock: sent once, then confirmed, failed with the reason, or unconfirmed."""

import asyncio
from collections.abc import AsyncGenerator, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass, field, replace
from datetime import datetime
from itertools import pairwise
import logging
from typing import Self

from homeassistant.core import callback
from homeassistant.exceptions import HomeAssistantError
from homeassistant.util import dt as dt_util

from custom_components.yale_august.cloud.answers import device_error
from custom_components.yale_august.cloud.errors import (
    Acted,
    ApiKeyInvalid,
    CalibrationNeeded,
    CloudError,
    DeviceError,
    Jammed,
    LoginExpired,
)
from custom_components.yale_august.cloud.models import (
    BoltState,
    Command,
    ExtendedFunction,
    JsonValue,
    Mode,
    NotificationType,
    OperateVersion,
    Operation,
    OperationInfo,
)
from custom_components.yale_august.cloud.validate import ABSENT, Absent
from custom_components.yale_august.const import DOMAIN
from custom_components.yale_august.coordinator import LockCoordinator
from custom_components.yale_august.failures import failure
from custom_components.yale_august.rights import Right, needs

_LOGGER = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Movement:
    """What a command makes the bolt do."""

    command: Command
    moving: BoltState
    """Shown from the moment of sending."""
    ends: frozenset[BoltState]
    """Any of these, newer than the sending, confirms the command."""
    answers: frozenset[BoltState] = frozenset()
    """Any of these confirms it too, in the lock's own answer to this very command."""
    careful: bool = False
    """Whether it may do more than it says on a latch lock that is unlocked already."""


LOCK = Movement(
    command=Command.LOCK,
    moving=BoltState.LOCKING,
    ends=frozenset({BoltState.LOCKED, BoltState.SECURE}),
)
UNLOCK = Movement(
    command=Command.UNLOCK,
    moving=BoltState.UNLOCKING,
    ends=frozenset({BoltState.UNLOCKED, BoltState.UNLATCHED}),
    careful=True,
)
OPEN = Movement(
    command=Command.UNLATCH,
    moving=BoltState.UNLATCHING,
    ends=frozenset({BoltState.UNLATCHED}),
    # The latch springs back by itself, perhaps before the lock has answered.
    answers=frozenset({BoltState.UNLOCKED}),
)
UNLOCK_SWAPPED = replace(UNLOCK, command=Command.UNLATCH)
OPEN_SWAPPED = replace(OPEN, command=Command.UNLOCK)
"""For locks that do with one command what the vendor's words promise of the other."""
SECURE = Movement(
    command=Command.SECURE,
    moving=BoltState.LOCKING,
    ends=frozenset({BoltState.SECURE}),
)


_RESTS = {
    BoltState.LOCKING: BoltState.LOCKED,
    BoltState.UNLOCKING: BoltState.UNLOCKED,
    BoltState.UNLATCHING: BoltState.UNLATCHED,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Choices:
    """What the vendor's page lets a caller choose beside the command (reference 12.1 and 12.8)."""

    notification_type: NotificationType | None = None
    version: OperateVersion = OperateVersion.V1
    webhook: JsonValue | Absent = field(default=ABSENT, repr=False)


PLAIN = Choices()


@dataclass(frozen=True, slots=True, kw_only=True)
class Moved:
    """How a movement was confirmed."""

    sent: bool = True
    """False: the bolt was there already, so that nothing was sent."""
    answer: Operation | None = None
    """What the cloud answered, unless something else confirmed the movement before."""


async def async_move(
    lock: LockCoordinator, movement: Movement, choices: Choices = PLAIN
) -> Moved:
    """Move the bolt. Returns when the movement is confirmed.

    Raises HomeAssistantError with a sentence of its own when the cloud or the lock refuses, and
    when nothing has confirmed the movement until the deadline. Nothing is ever sent twice.
    Commands on one lock wait for each other.
    """
    async with async_turn(lock):
        if await _async_needless(lock, movement):
            return Moved(sent=False)
        sent = dt_util.utcnow()
        proof = _Proof(lock, movement, sent)
        # On the wire first: to show it takes as long as to send it.
        sending = asyncio.create_task(
            _async_send(lock, movement, choices, proof, sent), eager_start=True
        )
        with _shown_moving(lock, movement):
            witness = lock.account.witness
            witness.async_sending(lock.lock_id, movement.ends | movement.answers)
            moved = await _async_move(lock, proof, sending, sent)
            witness.async_success(lock.lock_id, _end(lock, movement))
            return moved


async def async_ask(
    lock: LockCoordinator,
    command: Command,
    *,
    extended_function: ExtendedFunction | None = None,
    wake: bool = False,
    choices: Choices = PLAIN,
) -> Operation:
    """Send a command that moves no bolt, and return the lock's answer.

    `wake` goes with STATUS. Raises HomeAssistantError as `async_move` does. A question waits
    for a movement, but keeps nobody from the door: a movement waits for its answer no longer
    than for its own turn.
    """
    async with _question(lock):
        asked = dt_util.utcnow()
        try:
            with needs(lock.hass, lock.config_entry, Right.OPERATE):
                operation = await lock.account.client.remote_operate(
                    lock.lock_id,
                    command,
                    wake=wake,
                    notification_type=choices.notification_type,
                    extended_function=extended_function,
                    webhook=choices.webhook,
                    version=choices.version,
                )
        except CloudError as err:
            lock.async_take_failure(err, asked)
            raise _told(lock, err) from err
        lock.async_take_answer(operation, asked)
        if operation.failed is not None:
            failed = device_error(operation.failed)
            lock.async_take_failure(failed, asked)
            raise _told(lock, failed)
        return operation


@asynccontextmanager
async def async_turn(lock: LockCoordinator) -> AsyncGenerator[None]:
    """Wait for an earlier command, not for long: a door that moves late moves by surprise.

    A question that is still without an answer then waits no longer either.
    """
    deadline = asyncio.get_running_loop().time() + lock.pace.queue.total_seconds()
    await _async_acquire(lock, lock.commanding, deadline)
    try:
        if lock.asking.locked():
            with suppress(TimeoutError):
                async with asyncio.timeout_at(deadline), lock.asking:
                    pass
        yield
    finally:
        lock.commanding.release()


@asynccontextmanager
async def _question(lock: LockCoordinator) -> AsyncGenerator[None]:
    """Wait for an earlier question and for the movement that runs, not for long."""
    deadline = asyncio.get_running_loop().time() + lock.pace.queue.total_seconds()
    await _async_acquire(lock, lock.asking, deadline)
    try:
        await _async_acquire(lock, lock.commanding, deadline)
        lock.commanding.release()
        yield
    finally:
        lock.asking.release()


async def _async_acquire(
    lock: LockCoordinator, turn: asyncio.Lock, deadline: float
) -> None:
    try:
        async with asyncio.timeout_at(deadline):
            await turn.acquire()
    except TimeoutError as err:
        raise HomeAssistantError(
            translation_domain=DOMAIN,
            translation_key="still_busy",
            translation_placeholders={"lock": lock.data.name},
        ) from err


async def _async_needless(lock: LockCoordinator, movement: Movement) -> bool:
    """On a latch lock `unlock` while unlocked may open the door: look before sending.

    What the commands do differs from lock to lock (reference 12.7).
    """
    if (
        not movement.careful
        or not lock.data.may_have_latch
        or lock.settled_bolt not in movement.ends
    ):
        return False
    asked = dt_util.utcnow()
    try:
        # Where many reads wait for their turn: a door that moves late moves by surprise.
        async with asyncio.timeout(lock.pace.queue.total_seconds()):
            status = await lock.account.client.get_lock_status(lock.lock_id)
    except (CloudError, TimeoutError) as err:
        if isinstance(err, LoginExpired | ApiKeyInvalid):
            lock.account.note_failure(err)
        raise HomeAssistantError(
            translation_domain=DOMAIN,
            translation_key="not_checked",
            translation_placeholders={"lock": lock.data.name},
        ) from err
    lock.async_take_status(status, asked)
    return status.bolt in movement.ends and lock.settled_bolt in movement.ends


async def _async_move(
    lock: LockCoordinator, proof: _Proof, sending: asyncio.Task[None], sent: datetime
) -> Moved:
    with proof:
        try:
            await _async_follow(lock, proof)
            if proof.given:
                # A message without a time may be older than the command, which must leave.
                linger = lock.pace.linger.total_seconds()
                await asyncio.wait({sending}, timeout=linger)
        except asyncio.CancelledError:
            # Nobody waits for the end any more, and the bolt may have moved.
            if proof.left:
                lock.async_doubt(sent)
            raise
        finally:
            sending.cancel()
            await asyncio.wait({sending})
    if not sending.cancelled():
        sending.result()
    if proof.refusal is not None:
        raise _failed(lock, proof.refusal, sent) from proof.refusal
    if not proof.given and not proof.left:
        raise HomeAssistantError(
            translation_domain=DOMAIN,
            translation_key="not_sent",
            translation_placeholders={"lock": lock.data.name},
        )
    if not proof.given:
        lock.async_doubt(sent)
        raise HomeAssistantError(
            translation_domain=DOMAIN,
            translation_key="unconfirmed",
            translation_placeholders={"lock": lock.data.name},
        )
    return Moved(answer=proof.answer)


async def _async_send(
    lock: LockCoordinator,
    movement: Movement,
    choices: Choices,
    proof: _Proof,
    sent: datetime,
) -> None:
    """Send the command, once, and take the answer for what it is."""
    # Push tells of changes only: where nothing will change, only a synchronous answer is proof.
    awaits_push = (
        lock.account.push_connected
        and lock.settled_bolt not in movement.ends
        and choices.notification_type is not NotificationType.PUBNUB
    )
    try:
        with needs(lock.hass, lock.config_entry, Right.OPERATE):
            operation = await lock.account.client.remote_operate(
                lock.lock_id,
                movement.command,
                mode=Mode.ASYNC if awaits_push else Mode.SYNC,
                persistent=lock.data.persistent,
                notification_type=choices.notification_type,
                webhook=choices.webhook,
                version=choices.version,
                leaving=proof.leave,
            )
    except CloudError as err:
        if isinstance(err, DeviceError) or err.acted is Acted.NO:
            proof.refuse(err)
        else:
            _LOGGER.debug("%s: no verdict, waiting for proof", err)
        return
    proof.answer = operation
    lock.async_take_answer(operation, sent)
    if not operation.from_cache and operation.bolt in movement.answers:
        proof.give()


async def _async_follow(lock: LockCoordinator, proof: _Proof) -> None:
    """Wait for a verdict, whoever brings it; read back now and then until the deadline.

    Where many reads wait for their turn, the deadline does not.
    """
    begun = asyncio.get_running_loop().time()
    looks = [begun + after.total_seconds() for after in lock.pace.read_back]
    for look, end in pairwise([*looks, looks[-1] + lock.pace.queue.total_seconds()]):
        await proof.wait(look)
        if proof.done.is_set():
            return
        reading = asyncio.create_task(_async_read_back(lock))
        proven = asyncio.create_task(proof.wait(end))
        try:
            await asyncio.wait({reading, proven}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            reading.cancel()
            proven.cancel()
            await asyncio.wait({reading, proven})
        if not reading.cancelled():
            reading.result()


async def _async_read_back(lock: LockCoordinator) -> None:
    asked = dt_util.utcnow()
    try:
        status = await lock.account.client.get_lock_status(lock.lock_id)
    except CloudError as err:
        _LOGGER.debug("Read-back failed: %s", err)
    else:
        lock.async_take_status(status, asked)


class _Proof:
    """Watches a lock until its bolt has done what a command asked, or has failed to."""

    def __init__(
        self, lock: LockCoordinator, movement: Movement, sent: datetime
    ) -> None:
        self._lock = lock
        self._movement = movement
        self._sent = sent
        self._before = lock.failed
        self.done = asyncio.Event()
        self.left = False
        """The command has gone on the wire: until then it waits for its turn."""
        self.given = False
        """The bolt has done it."""
        self.answer: Operation | None = None
        """What the cloud answered."""
        self.refusal: CloudError | None = None
        """Why it has not."""

    def __enter__(self) -> Self:
        self._lock.watchers.append(self._look)
        return self

    def __exit__(self, *_: object) -> None:
        self._lock.watchers.remove(self._look)

    async def wait(self, until: float) -> None:
        """Wait until there is a verdict, or this is the time by the loop's clock."""
        with suppress(TimeoutError):
            async with asyncio.timeout_at(until):
                await self.done.wait()

    def leave(self) -> None:
        """Take note that the command goes on the wire."""
        self.left = True

    def give(self) -> None:
        """Take note that the bolt has done it; the first verdict counts."""
        if not self.done.is_set():
            self.given = True
            self.done.set()

    def refuse(self, why: CloudError) -> None:
        """Take note that the bolt will not do it; the first verdict counts.

        Unless the cloud says that nothing was done: then a message was about something else.
        """
        if not self.done.is_set() or (self.given and why.acted is Acted.NO):
            self.given = False
            self.refusal = why
            self.done.set()

    @callback
    def _look(self) -> None:
        if self.done.is_set():
            return
        bolt = self._lock.data.bolt
        if (
            bolt is not None
            and bolt.value in self._movement.ends
            and bolt.at > self._sent
            and bolt.confirmed is not None
        ):
            self.give()
            self._lock.async_end_command()
            return
        failed = self._lock.failed
        if (
            failed is not None
            and failed is not self._before
            and failed.failed is not None
            and self._is_ours(failed.info)
        ):
            self.refuse(device_error(failed.failed))

    def _is_ours(self, info: OperationInfo | None) -> bool:
        """Return whether a message of failure can be about this command."""
        return (
            info is None
            or info.action is None
            or info.action == self._movement.command.lower()
        )


def _end(lock: LockCoordinator, movement: Movement) -> BoltState:
    """Return how a confirmed movement has ended."""
    bolt = lock.data.bolt
    if bolt is not None and bolt.value in movement.ends:
        return bolt.value
    return _RESTS.get(movement.moving, BoltState.UNKNOWN)


@contextmanager
def _shown_moving(lock: LockCoordinator, movement: Movement) -> Iterator[None]:
    lock.async_show_command(movement.moving)
    try:
        yield
    finally:
        lock.async_show_command(None)


def _failed(
    lock: LockCoordinator, err: CloudError, sent: datetime
) -> HomeAssistantError:
    """Note what a failed movement says about lock and bridge, and put it in words."""
    lock.async_take_failure(err, dt_util.utcnow())
    if isinstance(err, Jammed | CalibrationNeeded):
        lock.async_take_jam(dt_util.utcnow())
    elif err.acted is Acted.MAYBE:
        lock.async_doubt(sent)
    elif isinstance(err, DeviceError):
        lock.async_read_soon()
    return _told(lock, err)


def _told(lock: LockCoordinator, err: CloudError) -> HomeAssistantError:
    if isinstance(err, LoginExpired | ApiKeyInvalid):
        lock.account.note_failure(err)
    return failure(err, lock.data.name)
