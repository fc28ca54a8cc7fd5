"""One movement of a bolt: sent once, then confirmed, failed with the reason, or unconfirmed."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
import logging

from homeassistant.exceptions import HomeAssistantError
from homeassistant.util import dt as dt_util
from homeassistant.util.async_ import create_eager_task

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
    Mode,
    NotificationType,
    Operation,
)
from custom_components.yale_august.const import DOMAIN
from custom_components.yale_august.coordinator import LockCoordinator
from custom_components.yale_august.rights import Needs, Right

from .movements import PLAIN, Choices, Movement
from .order import OwnTurn
from .proof import Proof
from .told import told

_LOGGER = logging.getLogger(__name__)


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
    async with OwnTurn(lock):
        if await _async_needless(lock, movement):
            return Moved(sent=False)
        proof = Proof(lock, movement)
        # On the wire first: to show it takes as long as to send it.
        sending = create_eager_task(_async_send(lock, movement, choices, proof))
        with _shown_moving(lock, movement):
            moved = await _async_move(lock, proof, sending)
            if moved.sent:
                lock.account.witness.async_ended(lock.lock_id, _end(lock, movement))
            return moved


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
        # A door that moves late moves by surprise.
        async with asyncio.timeout(lock.pace.queue.total_seconds()):
            status = await lock.account.client.get_lock_status(
                lock.lock_id, errand=True
            )
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
    lock: LockCoordinator, proof: Proof, sending: asyncio.Task[None]
) -> Moved:
    with proof:
        try:
            await _async_follow(lock, proof)
            if proof.given:
                # A message without a time may be older than the command, which may be refused.
                linger = lock.pace.linger.total_seconds()
                await asyncio.wait({sending}, timeout=linger)
        except asyncio.CancelledError:
            # Nobody waits for the end any more, and the bolt may have moved.
            if proof.left:
                lock.async_doubt(proof.sent)
            raise
        finally:
            sending.cancel()
            await asyncio.wait({sending})
    if proof.refusal is not None:
        raise _failed(lock, proof.refusal, proof.sent) from proof.refusal
    if not proof.left:
        if proof.overtaken and await _async_needless(lock, proof.movement):
            return Moved(sent=False)
        raise HomeAssistantError(
            translation_domain=DOMAIN,
            translation_key="not_sent",
            translation_placeholders={"lock": lock.data.name},
        )
    if not proof.given:
        lock.async_doubt(proof.sent)
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
    proof: Proof,
) -> None:
    """Send the command; whatever we stumble on is no verdict, and the bolt may have moved."""
    try:
        await _async_send_once(lock, movement, choices, proof)
    except Exception:
        _LOGGER.exception("A command stumbled")
        if not proof.left:
            proof.end()


async def _async_send_once(
    lock: LockCoordinator,
    movement: Movement,
    choices: Choices,
    proof: Proof,
) -> None:
    """Send the command, once, and take the answer for what it is."""
    # Push tells of changes only: where nothing will change, only a synchronous answer is proof.
    awaits_push = (
        lock.account.push_connected
        and lock.settled_bolt not in movement.ends
        and choices.notification_type is not NotificationType.PUBNUB
    )
    try:
        with Needs(lock.hass, lock.config_entry, Right.OPERATE):
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
    if operation.failed is not None:
        proof.refuse(device_error(operation.failed))
    proof.answer = operation
    lock.async_take_answer(operation, proof.sent, moved=True)
    if not operation.from_cache and operation.bolt in movement.answers:
        proof.give()


async def _async_follow(lock: LockCoordinator, proof: Proof) -> None:
    """Wait for a verdict, whoever brings it; read back now and then until the deadline.

    Where many reads wait for their turn, the deadline does not. It is the same for going on the
    wire, where hundreds are commanded at once: what has gone is followed from then on.
    """
    loop, read_back = asyncio.get_running_loop(), lock.pace.read_back
    if not proof.left:
        await proof.turn(loop.time() + read_back[-1].total_seconds())
        if not proof.left:
            return
    begun = loop.time()
    looks = [begun + after.total_seconds() for after in read_back]
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


async def _async_read_back(lock: LockCoordinator) -> None:
    asked = dt_util.utcnow()
    try:
        status = await lock.account.client.get_lock_status(lock.lock_id, errand=True)
        lock.async_take_status(status, asked)
    except CloudError as err:
        _LOGGER.debug("Read-back failed: %s", err)
    except Exception:
        _LOGGER.exception("A read-back stumbled")


_RESTS = {
    BoltState.LOCKING: BoltState.LOCKED,
    BoltState.UNLOCKING: BoltState.UNLOCKED,
    BoltState.UNLATCHING: BoltState.UNLATCHED,
}
"""Where a movement ends that is known to be done by nothing but its answer."""


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
    if err.acted is Acted.NO:
        lock.account.witness.async_refused(lock.lock_id)
    if isinstance(err, Jammed | CalibrationNeeded):
        lock.async_take_jam(dt_util.utcnow())
        lock.account.witness.async_ended(lock.lock_id, BoltState.JAMMED)
    elif err.acted is Acted.MAYBE:
        lock.async_doubt(sent)
    elif isinstance(err, DeviceError):
        lock.async_read_soon()
    return told(lock, err)
