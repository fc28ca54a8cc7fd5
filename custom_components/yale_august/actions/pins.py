"""The actions for codes that no guest has: reserved, master, handed from user to user.

Reference 14.8, 15 and 16. None of them is journaled: each is sent once and then read back for as
long as somebody waits for the answer.
"""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from functools import partial
from typing import Final

from homeassistant.core import ServiceCall, ServiceResponse
from homeassistant.util import dt as dt_util
from homeassistant.util.json import JsonObjectType

from custom_components.yale_august.access_codes.maker import length, refused_by
from custom_components.yale_august.cloud.errors import CloudError, OutcomeUnknown
from custom_components.yale_august.cloud.models import PinGroups, PinState, Role
from custom_components.yale_august.codes.digits import (
    DigitsRefused,
    check_digits,
    generate,
)
from custom_components.yale_august.codes.records import CodeState
from custom_components.yale_august.coordinator import LockCoordinator
from custom_components.yale_august.people.roles import require_role
from custom_components.yale_august.sentences import async_sentences, said

from .action import Handlers, refused
from .answers import async_for_each
from .table import CODE, NEW_USER_ID, OLD_USER_ID
from .targets import Target

MASKED: Final = "******"
"""In place of a code that is not told, of whatever length."""
_RESERVED_FOR: Final = 180
"""Seconds (reference 14.8)."""
_AT_REST: Final = frozenset({PinState.LOADED, PinState.DISABLED})
_UNDER_WAY: Final = frozenset({CodeState.WISHED, CodeState.SENT, CodeState.ENDING})
_SAID: Final = {"confirmed": "master_code_confirmed", "accepted": "code_accepted"}
_SAID_TRANSFER: Final = {
    "confirmed": "code_transferred",
    "accepted": "code_accepted",
}


def require_codes(lock: LockCoordinator) -> None:
    """Raise HomeAssistantError for a lock without codes, or a role that may not have them."""
    detail = lock.data.detail
    if detail is not None and detail.supports_entry_codes is False:
        raise refused("no_codes", lock=lock.data.name)
    require_role(lock, Role.SUPERUSER)


async def async_pins_at_rest(target: Target) -> PinGroups:
    """Read the codes of a lock; refuse while one is on its way to or from it, or about to be.

    Raises ServiceValidationError, CloudError.
    """
    lock = target.lock
    pins = await lock.account.client.get_pins(lock.lock_id)
    if any(pin.state not in _AT_REST for pin in pins):
        raise refused("codes_under_way", lock=lock.data.name)
    require_no_wishes(target)
    return pins


def require_no_wishes(target: Target) -> None:
    """Raise ServiceValidationError while a code of ours, or one that no guest has, is on its way to or from a lock."""
    wished = target.account.codes.shown(target.lock_id)
    if target.lock.writing.locked() or any(
        code.managed and code.state in _UNDER_WAY for code in wished
    ):
        raise refused("codes_under_way", lock=target.lock.data.name)


async def _async_reserve_code(call: ServiceCall) -> ServiceResponse:
    """Have the cloud keep a free code of each lock for three minutes."""

    async def reserve(target: Target) -> JsonObjectType:
        lock = target.lock
        require_codes(lock)
        reserved = await lock.account.client.reserve_pin(lock.lock_id)
        return {
            "code": reserved.pin,
            "slot": reserved.slot,
            "reserved_for": _RESERVED_FOR,
        }

    return await async_for_each(call, reserve)


async def _async_get_master_code(call: ServiceCall) -> ServiceResponse:
    """Tell the code that programs the keypad of each lock."""

    async def read(target: Target) -> JsonObjectType:
        lock = target.lock
        require_codes(lock)
        pin = await lock.account.client.get_master_pin(lock.lock_id)
        return {"code": pin.pin, "state": pin.state.value}

    return await async_for_each(call, read)


async def _async_set_master_code(call: ServiceCall) -> ServiceResponse:
    """Set the code that programs the keypad of each lock; make one where none is given."""
    typed = call.data.get(CODE)
    sentences = await async_sentences(call.hass)

    async def change(target: Target) -> JsonObjectType:
        lock = target.lock
        require_codes(lock)
        used = {pin.pin for pin in await async_pins_at_rest(target) if pin.pin}
        allowed = length(lock)
        try:
            digits = generate(allowed, used) if typed is None else typed
            check_digits(digits, allowed, used)
        except DigitsRefused as err:
            raise refused_by(err, lock) from err
        client = lock.account.client

        async def loaded() -> bool:
            pin = await client.get_master_pin(lock.lock_id)
            return pin.pin == digits and pin.state is PinState.LOADED

        result = await _async_write(
            target, partial(client.set_master_pin, lock.lock_id, digits), loaded
        )
        return {
            "result": result,
            "code": digits if typed is None else MASKED,
            "message": said(sentences, _SAID[result], {"lock": lock.data.name}),
        }

    return await async_for_each(call, change)


async def _async_transfer_code(call: ServiceCall) -> ServiceResponse:
    """Give the code that one user has on a lock to another user."""
    old, new = call.data[OLD_USER_ID], call.data[NEW_USER_ID]
    sentences = await async_sentences(call.hass)

    async def transfer(target: Target) -> JsonObjectType:
        lock = target.lock
        require_codes(lock)
        pins = await async_pins_at_rest(target)
        owners = {pin.user_id for pin in pins}
        if pins.complete and old not in owners:
            raise refused("no_code_to_transfer", lock=lock.data.name)
        if new in owners:
            raise refused("has_code_already", lock=lock.data.name)
        client = lock.account.client

        async def listed() -> bool:
            return any(
                pin.user_id == new and pin.state in _AT_REST
                for pin in await client.get_pins(lock.lock_id)
            )

        result = await _async_write(
            target, partial(client.transfer_pin, lock.lock_id, old, new), listed
        )
        return {
            "result": result,
            "message": said(
                sentences, _SAID_TRANSFER[result], {"lock": lock.data.name}
            ),
        }

    return await async_for_each(call, transfer)


async def _async_write(
    target: Target,
    write: Callable[[], Awaitable[None]],
    done: Callable[[], Awaitable[bool]],
) -> str:
    """Send a write, once, and read back until the deadline of a command.

    Nothing else is written to the lock meanwhile. Success without proof is accepted; no verdict
    without proof raises OutcomeUnknown.
    """
    # Another may have begun since the codes were looked at.
    require_no_wishes(target)
    async with target.lock.writing:
        sent = dt_util.utcnow()
        unknown: OutcomeUnknown | None = None
        try:
            await write()
        except OutcomeUnknown as err:
            unknown = err
        for after in target.lock.pace.read_back:
            await asyncio.sleep((sent + after - dt_util.utcnow()).total_seconds())
            with suppress(CloudError):
                if await done():
                    return "confirmed"
    if unknown is not None:
        raise unknown
    return "accepted"


HANDLERS: Final[Handlers] = {
    "reserve_code": _async_reserve_code,
    "get_master_code": _async_get_master_code,
    "set_master_code": _async_set_master_code,
    "transfer_code": _async_transfer_code,
}
