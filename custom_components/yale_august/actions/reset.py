"""The action that resets a lock to its factory state (reference 18.1)."""

from contextlib import suppress
from dataclasses import dataclass
from typing import Final

from homeassistant.config_entries import ConfigEntryState
from homeassistant.core import ServiceCall, ServiceResponse
from homeassistant.util import dt as dt_util
from homeassistant.util.json import JsonObjectType

from custom_components.yale_august.account import Account
from custom_components.yale_august.cloud.errors import (
    CloudError,
    Forbidden,
    NotFound,
    OutcomeUnknown,
)
from custom_components.yale_august.cloud.models import Role
from custom_components.yale_august.commands.order import OwnTurn
from custom_components.yale_august.coordinator import LockCoordinator
from custom_components.yale_august.people.roles import async_fresh_detail, require_role
from custom_components.yale_august.sentences import async_sentences, said

from .action import Handlers, refused
from .answers import async_answer, async_outcomes
from .pins import async_pins_at_rest, require_no_wishes
from .table import HARD, KIND, LOCK_NAME, SOFT
from .targets import Target, targets_of

_LOSES: Final = {SOFT: "reset_loses_soft", HARD: "reset_loses_hard"}
_SAID: Final = {"reset": "lock_reset", "accepted": "lock_reset_accepted"}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Loss:
    """What a reset takes away."""

    people: int
    """Besides the account itself."""
    codes: int | None
    """None: nobody may say."""
    bridge: bool
    keypad: bool

    def to_json(self) -> JsonObjectType:
        return {
            "people": self.people,
            "codes": self.codes,
            "bridge": self.bridge,
            "keypad": self.keypad,
        }


async def _async_factory_reset(call: ServiceCall) -> ServiceResponse:
    """Reset one lock, if its name was typed again and nothing is under way."""
    targets = targets_of(call)
    if len(targets) != 1:
        raise refused("one_lock_only")
    kind = call.data[KIND]
    sentences = await async_sentences(call.hass)

    async def reset(target: Target) -> JsonObjectType:
        lock = target.lock
        require_role(lock, Role.SUPERUSER)
        name = lock.data.name
        loss = await _async_loss(target, soft=kind == SOFT)
        lost = said(
            sentences,
            _LOSES[kind],
            {
                "lock": name,
                "people": str(loss.people),
                "codes": "?" if loss.codes is None else str(loss.codes),
            },
        )
        if call.data[LOCK_NAME].strip() != name.strip():
            raise refused("reset_name_wrong", lock=name, loses=lost)
        async with OwnTurn(lock):
            # Somebody may have wished for one meanwhile.
            require_no_wishes(target)
            async with lock.writing:
                done = await _async_reset(target, lock, soft=kind == SOFT)
        result = "reset" if done else "accepted"
        return {
            "result": result,
            "kind": kind,
            "message": f"{said(sentences, _SAID[result], {'lock': name})} {lost}",
            "lost": loss.to_json(),
        }

    return await async_answer(call, await async_outcomes(targets, reset))


async def _async_loss(target: Target, *, soft: bool) -> _Loss:
    """Read what is there to lose; refuse while a code is on its way to or from the lock."""
    lock = target.lock
    detail = await async_fresh_detail(lock)
    codes: int | None = 0
    if detail.supports_entry_codes is not False:
        codes = None
        with suppress(Forbidden, NotFound):
            pins = await async_pins_at_rest(target)
            codes = len(pins) if pins.complete else None
    return _Loss(
        people=max(0, len(detail.users) - 1),
        codes=codes,
        bridge=detail.bridge is not None and not soft,
        keypad=detail.keypad is not None and not soft,
    )


async def _async_reset(target: Target, lock: LockCoordinator, *, soft: bool) -> bool:
    """Reset the lock, once; return whether the cloud shows that it was."""
    client, began = target.account.client, dt_util.utcnow()
    try:
        await client.delete_lock(lock.lock_id, soft=soft)
    except OutcomeUnknown:
        if soft or not await _async_gone(target):
            raise
        return True
    if not soft:
        return await _async_gone(target)
    account = _account_now(target)
    now = account and account.find(target.lock_id)
    if not account or not now or not await _async_emptied(now):
        return False
    # They have not been lost: somebody has asked for it.
    await account.codes.async_empty(target.lock_id, began)
    return True


def _account_now(target: Target) -> Account | None:
    """Return what the entry holds now: it may have been reloaded since the reset was sent."""
    if target.entry.state is not ConfigEntryState.LOADED:
        return None
    account = target.entry.runtime_data
    return account if isinstance(account, Account) else None


async def _async_gone(target: Target) -> bool:
    """Return whether the list of locks lacks the lock, which then leaves Home Assistant too.

    Where nobody can read the list now, the next start does.
    """
    if (account := _account_now(target)) is None:
        return False
    with suppress(CloudError):
        locks = await account.client.get_locks()
        if all(one.lock_id != target.lock_id for one in locks):
            if (now := _account_now(target)) is not None:
                await now.async_dismiss(target.lock_id)
            return True
    account.async_look_for_locks()
    return False


async def _async_emptied(lock: LockCoordinator) -> bool:
    """Return whether nobody else is left, and no code, as far as that can be read."""
    with suppress(CloudError):
        detail = await async_fresh_detail(lock)
        if len(detail.users) > 1:
            return False
        if detail.supports_entry_codes is False:
            return True
        with suppress(Forbidden, NotFound):
            return not len(await lock.account.client.get_pins(lock.lock_id))
        return True
    return False


HANDLERS: Final[Handlers] = {
    "factory_reset": _async_factory_reset,
}
