"""The actions that change, suspend and end access codes of guests (reference 14)."""

import asyncio
from collections import defaultdict
from collections.abc import Awaitable, Callable, Sequence
from contextlib import AsyncExitStack
from typing import Final

from homeassistant.core import ServiceCall, ServiceResponse
from homeassistant.exceptions import HomeAssistantError

from custom_components.yale_august.access_codes.desk import NEW, AccessCodes
from custom_components.yale_august.access_codes.office import Outcomes
from custom_components.yale_august.account import Account
from custom_components.yale_august.codes.names import same_name
from custom_components.yale_august.codes.schedule import ALWAYS
from custom_components.yale_august.sentences import async_sentences, said

from .action import Handlers, refused
from .answers import async_answer
from .code_wishes import (
    Found,
    Wish,
    Wished,
    async_follow,
    async_wish,
    codes_of,
    ready_of,
    there,
)
from .schedules import async_zone, schedule_of
from .table import CODE, IS_ALWAYS, NAME, NEW_CODE, NEW_NAME
from .targets import Target, targets_of

type Change = Callable[[AccessCodes, str, Sequence[str]], Awaitable[Outcomes]]


async def _async_change(
    call: ServiceCall,
    targets: Sequence[Target],
    found: Found,
    change: Change,
    *,
    missing: str | None = None,
) -> ServiceResponse:
    """Change the code of a name on each lock; one code on several locks at once.

    `missing`: what is said of a lock without such a code; None: it is a failure.
    """
    sentences = await async_sentences(call.hass)
    named: dict[tuple[Account, str], list[Target]] = defaultdict(list)

    async def look(target: Target) -> None:
        try:
            code_id = await _async_find(target, call.data[NAME])
            if code_id is None and missing is None:
                raise refused("code_unknown", lock=target.name)
        except HomeAssistantError as err:
            found[target.key] = target, err
            return
        if code_id is not None:
            named[target.account, code_id].append(target)
        elif missing is not None:
            found[target.key] = (
                target,
                {
                    "result": "not_there",
                    "message": said(sentences, missing, {"lock": target.name}),
                },
            )

    def wish(code_id: str) -> Wish:
        return lambda codes, lock_ids: change(codes, code_id, lock_ids)

    accounts = {target.account.entry.entry_id: target.account for target in targets}
    wished: Wished = {}
    async with AsyncExitStack() as turns:
        for _, account in sorted(accounts.items()):
            await turns.enter_async_context(account.codes.turn)
        await asyncio.gather(*(look(target) for target in targets))
        await asyncio.gather(
            *(
                async_wish(members, wish(code_id), found, wished)
                for (_, code_id), members in named.items()
            )
        )
    await async_follow(call, wished, found)
    return await async_answer(call, found)


async def _async_find(target: Target, name: str) -> str | None:
    """Return the id of the one code of a lock with this name, or this id.

    Ours are known; for those that were made elsewhere the list is read.
    """
    codes, lock_id, wanted = codes_of(target), target.lock_id, same_name(name)
    ours = {
        code.code_id
        for code in there(codes.shown(lock_id))
        if code.managed and (code.code_id == name or same_name(code.name) == wanted)
    }
    if len(ours) > 1:
        # Somebody is called like the id of another.
        raise refused("code_name_twice", lock=target.name, name=name)
    if ours:
        return ours.pop()
    listed = there(await codes.async_read(lock_id))
    if any(code.code_id == name for code in listed):
        return name
    matches = [code for code in listed if same_name(code.name) == wanted]
    if len(matches) > 1:
        raise refused("code_name_twice", lock=target.name, name=name)
    return matches[0].code_id if matches else None


async def _async_delete_code(call: ServiceCall) -> ServiceResponse:
    """Take a code off each lock; where it is not there, that is well too."""

    async def end(codes: AccessCodes, code: str, lock_ids: Sequence[str]) -> Outcomes:
        return await codes.async_end(code, lock_ids=lock_ids)

    return await _async_change(
        call, *ready_of(targets_of(call)), end, missing="code_not_there"
    )


async def _async_enable_code(call: ServiceCall) -> ServiceResponse:
    """Let a suspended code open each lock again."""

    async def resume(
        codes: AccessCodes, code: str, lock_ids: Sequence[str]
    ) -> Outcomes:
        return await codes.async_resume(code, lock_ids=lock_ids)

    return await _async_change(call, *ready_of(targets_of(call)), resume)


async def _async_disable_code(call: ServiceCall) -> ServiceResponse:
    """Let a code stay on each lock and open nothing."""

    async def suspend(
        codes: AccessCodes, code: str, lock_ids: Sequence[str]
    ) -> Outcomes:
        return await codes.async_suspend(code, lock_ids=lock_ids)

    return await _async_change(call, *ready_of(targets_of(call)), suspend)


async def _async_update_code(call: ServiceCall) -> ServiceResponse:
    """Give a code other digits, other times or another name."""
    data = call.data
    if data[NEW_CODE] and CODE in data:
        raise refused("code_given_and_new")
    targets, found = ready_of(targets_of(call))
    zones = {target.key: await async_zone(target.lock) for target in targets}
    schedule = schedule_of(data, zones)
    if data[IS_ALWAYS]:
        if schedule is not None:
            raise refused("code_two_schedules")
        schedule = ALWAYS
    digits = NEW if data[NEW_CODE] else data.get(CODE)
    if schedule is None and digits is None and NEW_NAME not in data:
        raise refused("code_nothing_to_change")

    async def change(
        codes: AccessCodes, code: str, lock_ids: Sequence[str]
    ) -> Outcomes:
        return await codes.async_change(
            code,
            lock_ids=lock_ids,
            schedule=schedule,
            digits=digits,
            name=data.get(NEW_NAME),
        )

    return await _async_change(call, targets, found, change)


HANDLERS: Final[Handlers] = {
    "delete_code": _async_delete_code,
    "update_code": _async_update_code,
    "enable_code": _async_enable_code,
    "disable_code": _async_disable_code,
}
