"""A command that moves no bolt, and the lock's answer."""

from homeassistant.util import dt as dt_util

from custom_components.yale_august.cloud.answers import device_error
from custom_components.yale_august.cloud.errors import CloudError
from custom_components.yale_august.cloud.models import (
    Command,
    ExtendedFunction,
    Operation,
)
from custom_components.yale_august.coordinator import LockCoordinator
from custom_components.yale_august.rights import Needs, Right

from .movements import PLAIN, Choices
from .order import async_question
from .told import told


async def async_ask(
    lock: LockCoordinator,
    command: Command,
    *,
    extended_function: ExtendedFunction | None = None,
    wake: bool = False,
    choices: Choices = PLAIN,
) -> Operation:
    """Send a command that moves no bolt, and return the lock's answer.

    `wake` goes with STATUS. Raises HomeAssistantError as `move.async_move` does. A question waits
    for a movement, but keeps nobody from the door: a movement waits for its answer no longer
    than for its own turn.
    """
    async with async_question(lock):
        asked = dt_util.utcnow()
        try:
            with Needs(lock.hass, lock.config_entry, Right.OPERATE):
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
            raise told(lock, err) from err
        lock.async_take_answer(operation, asked)
        if operation.failed is not None:
            failed = device_error(operation.failed)
            lock.async_take_failure(failed, asked)
            raise told(lock, failed)
        return operation
