"""The actions that tell and add access codes of guests (reference 14).

With `delete_code` they take and answer what those of Home Assistant's `schlage` do, so that what
is built on these finds its way here.
"""

import asyncio
from collections import defaultdict
from collections.abc import Sequence
from typing import Final

from homeassistant.core import ServiceCall, ServiceResponse
from homeassistant.util.json import JsonObjectType

from custom_components.yale_august.access_codes.desk import AccessCodes
from custom_components.yale_august.access_codes.office import Outcomes
from custom_components.yale_august.account import Account
from custom_components.yale_august.codes.records import Goal
from custom_components.yale_august.codes.schedule import ALWAYS

from .action import Handlers, refused
from .answers import async_answer, async_for_each
from .code_wishes import Wished, async_follow, async_wish, codes_of, ready_of, there
from .pins import MASKED
from .schedules import async_zone, schedule_of, schedule_told
from .table import CODE, IS_MASKED, NAME, SAME_CODE, WAIT
from .targets import Target, targets_of


async def _async_get_codes(call: ServiceCall) -> ServiceResponse:
    """Tell the codes of each lock, by their ids."""
    masked = call.data[IS_MASKED]

    async def read(target: Target) -> JsonObjectType:
        codes, lock_id = codes_of(target), target.lock_id
        zone = await async_zone(target.lock)
        # One read, whether the digits are told or not.
        digits = await codes.async_reveal_all(lock_id)
        return {
            code.code_id: {
                "name": code.name,
                "code": MASKED if masked else digits.get(code.code_id, MASKED),
                "access_code_id": code.code_id,
                "schedule": schedule_told(code.schedule, zone),
                "managed": code.managed,
                "goal": code.goal.value,
                "state": code.state.value,
                "reason": None if code.reason is None else code.reason.value,
                "slot": code.slot,
                "loaded_at": None
                if code.loaded_at is None
                else code.loaded_at.isoformat(),
            }
            for code in there(codes.shown(lock_id))
        }

    return await async_for_each(call, read)


async def _async_add_code(call: ServiceCall) -> ServiceResponse:
    """Give a guest, new or known, a code on locks."""
    targets, found = ready_of(targets_of(call))
    zones = {target.key: await async_zone(target.lock) for target in targets}
    schedule = schedule_of(call.data, zones) or ALWAYS
    until = call.hass.loop.time() + call.data[WAIT]

    async def add(codes: AccessCodes, lock_ids: Sequence[str]) -> Outcomes:
        async with codes.turn:
            # What was asked for before is wished by now.
            pass
        await asyncio.gather(
            *(
                _async_gone(codes, lock_id, call.data[NAME], until)
                for lock_id in lock_ids
            )
        )
        return await codes.async_add(
            call.data[NAME],
            lock_ids,
            schedule,
            digits=call.data.get(CODE),
            same_code=call.data[SAME_CODE],
        )

    groups: dict[Account, list[Target]] = defaultdict(list)
    for target in targets:
        groups[target.account].append(target)
    wished: Wished = {}
    await asyncio.gather(
        *(async_wish(members, add, found, wished) for members in groups.values())
    )
    await async_follow(call, wished, found)
    return await async_answer(call, found)


async def _async_gone(
    codes: AccessCodes, lock_id: str, name: str, until: float
) -> None:
    """Wait until a code of this name that is being taken off a lock is gone.

    Who replaces a code by deleting and adding it need not wait in between.
    """
    changed = asyncio.Event()

    def is_ending() -> bool:
        guest = codes.find_guest(name)
        return guest is not None and any(
            code.code_id == guest.guest_id and code.goal is Goal.GONE
            for code in there(codes.shown(lock_id))
        )

    stop = codes.async_add_listener(lock_id, changed.set)
    try:
        async with asyncio.timeout_at(until):
            while is_ending():
                changed.clear()
                await changed.wait()
    except TimeoutError:
        raise refused(
            "code_is_ending", lock=codes.room(lock_id).lock.data.name
        ) from None
    finally:
        stop()


HANDLERS: Final[Handlers] = {
    "get_codes": _async_get_codes,
    "add_code": _async_add_code,
}
