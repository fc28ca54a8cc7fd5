"""Access codes in words: each state, each reason, each refusal."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, time
from typing import Any, Literal, TypeAliasType, get_args, get_origin
from zoneinfo import ZoneInfo

from homeassistant.core import HomeAssistant
import pytest

from custom_components.yale_august.access_codes.sentences import code_said
from custom_components.yale_august.access_codes.words import Words
from custom_components.yale_august.cloud.models import AccessType
from custom_components.yale_august.codes.digits import DigitsKey
from custom_components.yale_august.codes.records import CodeState, Goal, Reason
from custom_components.yale_august.codes.schedule import (
    ALWAYS,
    WEEK,
    AnySchedule,
    Opaque,
    Recurring,
    RefusalKey,
    Temporary,
    Weekday,
)
from custom_components.yale_august.codes.view import Outcome, ShownCode
from custom_components.yale_august.codes.wishes import WishKey
from custom_components.yale_august.sentences import async_sentences
from tests.flows.flows import placeholders, texts

OSLO = ZoneInfo("Europe/Oslo")


@pytest.fixture
async def words(hass: HomeAssistant, enable_custom_integrations: None) -> Words:
    """Return the words."""
    return await Words.async_load(hass)


def shown(state: CodeState, **more: Any) -> ShownCode:
    """Return a code."""
    return ShownCode(
        **{
            "code_id": "ha-1",
            "name": "Anna",
            "managed": True,
            "goal": Goal.OPEN,
            "state": state,
            "schedule": ALWAYS,
            **more,
        }
    )


def test_states(words: Words) -> None:
    """Each state and each reason has words, different ones."""
    states = {words.state(shown(state)) for state in CodeState}
    assert len(states) == len(CodeState)
    reasons = {words.reason(reason) for reason in Reason}
    assert len(reasons) == len(Reason)
    code = shown(CodeState.REFUSED, reason=Reason.NO_SLOT)
    assert words.state(code) == "refused (No room for more codes)"
    code = shown(CodeState.CONFIRMED, goal=Goal.SUSPENDED)
    assert words.state(code) == "suspended, confirmed by the lock"


MAY_OPEN = {CodeState.WISHED, CodeState.SENT, CodeState.WAITING} | {
    CodeState.REFUSED,
    CodeState.UNCERTAIN,
}
"""Where the lock has not said that it does not take the code any more."""


@pytest.mark.parametrize("goal", [Goal.SUSPENDED, Goal.GONE])
async def test_what_shall_not_open_may_still(
    hass: HomeAssistant, words: Words, goal: Goal
) -> None:
    """Nobody reads of a code that shall not open that it is on its way to the lock, or just refused."""
    sentences = await async_sentences(hass)
    for state in MAY_OPEN:
        became = Outcome(lock_id="1", code_id="ha-1", goal=goal, state=state)
        assert words.state(shown(state, goal=goal)).endswith(", may still open")
        assert "still open" in code_said(sentences, "Front Door", became)
        # Of one that shall open neither is said.
        became = replace(became, goal=Goal.OPEN)
        assert "still open" not in words.state(shown(state))
        assert "still open" not in code_said(sentences, "Front Door", became)


@pytest.mark.parametrize(
    ("schedule", "text"),
    [
        (ALWAYS, "Always"),
        (
            Temporary(
                start=datetime(2026, 10, 25, 0, 30, tzinfo=UTC),
                end=datetime(2026, 10, 25, 9, tzinfo=UTC),
            ),
            "2026-10-25 02:30 (+02:00) – 10:00",
        ),
        (
            Recurring(
                days=frozenset({Weekday.SU, Weekday.MO}), start=time(8), end=time(0)
            ),
            "Monday, Sunday 08:00 – 24:00",
        ),
        (
            Recurring(
                days=frozenset(WEEK) - {Weekday.WE, Weekday.SA},
                start=time(8),
                end=time(9, 30),
            ),
            "Monday, Tuesday, Thursday, Friday, Sunday 08:00 – 09:30",
        ),
        (
            Recurring(days=frozenset(WEEK) - {Weekday.SA}, start=time(8), end=time(9)),
            "Monday – Friday, Sunday 08:00 – 09:00",
        ),
        (Opaque(access_type=AccessType.UNKNOWN, text="BEGIN:VEVENT"), "BEGIN:VEVENT"),
        (
            Opaque(access_type=AccessType.UNKNOWN, text=""),
            "times that Home Assistant cannot read",
        ),
    ],
)
def test_schedules(words: Words, schedule: AnySchedule, text: str) -> None:
    """Times are those of the lock's clock; a doubled hour has its offset."""
    assert words.schedule(schedule, OSLO) == text


def literals(alias: object) -> Iterator[str]:
    """Yield the texts that a type allows."""
    if isinstance(alias, TypeAliasType):
        alias = alias.__value__
    if get_origin(alias) is Literal:
        yield from get_args(alias)
    else:
        for part in get_args(alias):
            yield from literals(part)


@pytest.mark.parametrize("alias", [RefusalKey, DigitsKey, WishKey], ids=str)
def test_refusals(alias: object) -> None:
    """Each rule has a sentence, told no more than the rule and the lock's name."""
    keys = list(literals(alias))
    assert len(keys) > 4
    for key in keys:
        sentence = texts()["exceptions"][key]["message"]
        assert sentence.endswith("Nothing was sent.")
        assert placeholders(sentence) <= {"lock", "time", "minimum", "maximum"}
