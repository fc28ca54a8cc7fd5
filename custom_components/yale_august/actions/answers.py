"""What a call is answered: for each lock by itself, in words where it failed."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Final

from homeassistant.core import HomeAssistant, ServiceCall, ServiceResponse
from homeassistant.exceptions import HomeAssistantError
from homeassistant.util.json import JsonObjectType

from custom_components.yale_august.cloud.errors import CloudError
from custom_components.yale_august.commands.told import told
from custom_components.yale_august.const import DOMAIN
from custom_components.yale_august.sentences import async_sentences, error_said

from .targets import Target, targets_of

FAILED: Final = "failed"

type Deed = Callable[[Target], Awaitable[JsonObjectType]]
type Outcome = JsonObjectType | HomeAssistantError


async def async_for_each(call: ServiceCall, deed: Deed) -> ServiceResponse:
    """Do something for each lock that a call names, at the same time, and answer for each.

    Raises when it failed for all of them, or for any and the caller wants no answer.
    """
    targets = targets_of(call)
    outcomes = await async_outcomes(targets, deed)
    return await async_answer(call, outcomes)


async def async_outcomes(
    targets: Sequence[Target], deed: Deed
) -> dict[str, tuple[Target, Outcome]]:
    """Do something for each of some locks; what one of them refuses stops no other."""

    async def one(target: Target) -> Outcome:
        try:
            return await deed(target)
        except CloudError as err:
            # Not by what is true of it now: its entry may be gone since it was sent.
            assert target.found is not None
            return told(target.found, err)
        except HomeAssistantError as err:
            return err

    done = await asyncio.gather(*(one(target) for target in targets))
    return {
        target.key: (target, outcome)
        for target, outcome in zip(targets, done, strict=True)
    }


async def async_answer(
    call: ServiceCall, outcomes: Mapping[str, tuple[Target, Outcome]]
) -> ServiceResponse:
    """Return the answers by lock, or raise; see `async_for_each`."""
    failures = [
        (target, outcome)
        for target, outcome in outcomes.values()
        if isinstance(outcome, HomeAssistantError)
    ]
    if failures and (not call.return_response or len(failures) == len(outcomes)):
        raise await _async_failure(call.hass, failures, of=len(outcomes))
    if not call.return_response:
        return None
    return await async_told(call.hass, outcomes)


async def async_told(
    hass: HomeAssistant, outcomes: Mapping[str, tuple[Target, Outcome]]
) -> JsonObjectType:
    """Return the answers by lock, failures in words."""
    sentences = await async_sentences(hass)
    return {
        key: {
            "result": FAILED,
            "reason": outcome.translation_key or type(outcome).__name__,
            "message": error_said(sentences, outcome),
        }
        if isinstance(outcome, HomeAssistantError)
        else outcome
        for key, (_, outcome) in outcomes.items()
    }


async def _async_failure(
    hass: HomeAssistant,
    failures: Sequence[tuple[Target, HomeAssistantError]],
    *,
    of: int,
) -> HomeAssistantError:
    """Return one error for all of them; that of a single lock as it is."""
    if of == 1:
        return failures[0][1]
    sentences = await async_sentences(hass)
    return HomeAssistantError(
        translation_domain=DOMAIN,
        translation_key="failed_for_some",
        translation_placeholders={
            "failed": str(len(failures)),
            "locks": str(of),
            "reasons": "\n".join(
                f"- {target.name}: {error_said(sentences, err)}"
                for target, err in failures
            ),
        },
    )
