"""What the actions for access codes share: which locks can have codes, wishing, waiting, telling."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Sequence
from typing import Final

from homeassistant.core import ServiceCall
from homeassistant.exceptions import HomeAssistantError
from homeassistant.util.json import JsonObjectType

from custom_components.yale_august.access_codes.desk import AccessCodes
from custom_components.yale_august.access_codes.office import Outcomes
from custom_components.yale_august.access_codes.sentences import code_said
from custom_components.yale_august.cloud.errors import CloudError
from custom_components.yale_august.codes.records import CodeState
from custom_components.yale_august.codes.view import Outcome as Became, ShownCode
from custom_components.yale_august.commands.told import told
from custom_components.yale_august.const import DOMAIN
from custom_components.yale_august.sentences import async_sentences

from .action import refused
from .answers import Outcome
from .pins import MASKED, require_codes
from .table import CODE, WAIT
from .targets import Target

_FAILED: Final = frozenset(
    {CodeState.REFUSED, CodeState.NEEDS_NEW_CODE, CodeState.LOST}
)
"""What has become of a wish that did not come true."""

type Wished = dict[str, tuple[Target, Became]]
type Found = dict[str, tuple[Target, Outcome]]


type Wish = Callable[[AccessCodes, Sequence[str]], Awaitable[Outcomes]]


def codes_of(target: Target) -> AccessCodes:
    """Return the codes of a lock's account; raises HomeAssistantError for a lock without any."""
    lock = target.lock
    require_codes(lock)
    codes = target.account.codes
    if not codes.can_codes(lock):
        raise refused("code_not_offered")
    return codes


def there(shown: Iterable[ShownCode]) -> list[ShownCode]:
    """Return the codes that are on a lock, or are to be."""
    return [code for code in shown if code.state is not CodeState.ENDED]


def ready_of(targets: Sequence[Target]) -> tuple[list[Target], Found]:
    """Divide locks into those that can have codes, and what is said of the others."""
    ready: list[Target] = []
    found: Found = {}
    for target in targets:
        try:
            codes_of(target)
        except HomeAssistantError as err:
            found[target.key] = target, err
        else:
            ready.append(target)
    return ready, found


async def async_wish(
    targets: Sequence[Target],
    wish: Wish,
    found: Found,
    wished: Wished,
) -> None:
    """Wish something for some locks of one account; note what was refused, and what was not."""
    try:
        outcomes = await wish(
            codes_of(targets[0]), [target.lock_id for target in targets]
        )
    except HomeAssistantError as err:
        found |= {target.key: (target, err) for target in targets}
    except CloudError as err:
        # They may be gone since it was asked for, which must not hide what became of it.
        found |= {
            target.key: (target, told(target.found, err))
            for target in targets
            if target.found is not None
        }
    else:
        wished |= {target.key: (target, outcomes[target.lock_id]) for target in targets}


async def async_follow(call: ServiceCall, wished: Wished, found: Found) -> None:
    """Wait for the locks, as long as the caller does, and tell how far each is."""
    sentences = await async_sentences(call.hass)

    async def follow(target: Target, first: Became) -> None:
        codes, lock_id = target.account.codes, target.lock_id
        made = {} if first.digits is None else {lock_id: first.digits}
        outcomes = await codes.async_outcomes(
            [codes.room(lock_id)], first.code_id, call.data[WAIT], made
        )
        became = outcomes[lock_id]
        message = code_said(sentences, target.name, became)
        if became.state in _FAILED:
            found[target.key] = target, _error("code_failed", message)
            return
        found[target.key] = (
            target,
            {
                "result": became.state.value,
                "reason": None if became.reason is None else became.reason.value,
                "settled": became.settled,
                "message": message,
                "access_code_id": became.code_id,
                **_told_code(became, typed=CODE in call.data),
            },
        )

    async def one(target: Target, first: Became) -> None:
        try:
            await follow(target, first)
        except HomeAssistantError as err:
            # The lock, or its codes, went while it was waited for.
            found[target.key] = target, err

    await asyncio.gather(*(one(*each) for each in wished.values()))


def _told_code(became: Became, *, typed: bool) -> JsonObjectType:
    """Return the digits that were made for a wish; what was typed is not repeated."""
    if became.digits is not None and not typed:
        return {"code": became.digits}
    return {"code": MASKED} if typed else {}


def _error(key: str, what: str) -> HomeAssistantError:
    return HomeAssistantError(
        translation_domain=DOMAIN,
        translation_key=key,
        translation_placeholders={"what": what},
    )
