"""Access codes in words, for forms and repairs: how far they are, and when they open."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, tzinfo
import re
from typing import Final

from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers.translation import async_get_translations
from homeassistant.util.hass_dict import HassKey

from custom_components.yale_august.codes.records import CodeState, Goal, Reason
from custom_components.yale_august.codes.schedule import (
    LAST_SECOND,
    WEEK,
    Always,
    AnySchedule,
    Opaque,
    Recurring,
    Temporary,
    Weekday,
)
from custom_components.yale_august.codes.view import ShownCode
from custom_components.yale_august.codes.windows import describe, describe_window
from custom_components.yale_august.const import DOMAIN
from custom_components.yale_august.sentences import async_sentences, error_said

CODE_STATE: Final = "code_state"
CODE_WHEN: Final = "code_when"
CODE_DAYS: Final = "code_days"
CODE_TWICE: Final = "code_twice"
"""The choices whose words these are."""

_STATES: Final = f"component.{DOMAIN}.selector.{CODE_STATE}.options."
_WHEN: Final = f"component.{DOMAIN}.selector.{CODE_WHEN}.options."
_DAYS: Final = f"component.{DOMAIN}.selector.{CODE_DAYS}.options."
_TWICE: Final = f"component.{DOMAIN}.selector.{CODE_TWICE}.options."
REASONS: Final = f"component.{DOMAIN}.entity.sensor.codes_trouble.state."

_WINDOW: Final = re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d[-+():\d ]* – [-+():\d ]+")

SUSPENDED: Final = "suspended"
UNREADABLE: Final = "unreadable"
NO_CODES: Final = "no_codes"
MISSED: Final = "missed"

_SHUT: Final = {
    (Goal.SUSPENDED, CodeState.WISHED): "suspending",
    (Goal.SUSPENDED, CodeState.SENT): "suspending",
    (Goal.SUSPENDED, CodeState.WAITING): "suspending",
    (Goal.SUSPENDED, CodeState.REFUSED): "not_suspended",
    (Goal.SUSPENDED, CodeState.UNCERTAIN): "still_uncertain",
    (Goal.SUSPENDED, CodeState.CONFIRMED): SUSPENDED,
    (Goal.GONE, CodeState.WISHED): "ending",
    (Goal.GONE, CodeState.SENT): "ending",
    (Goal.GONE, CodeState.WAITING): "ending",
    (Goal.GONE, CodeState.REFUSED): "not_ended",
    (Goal.GONE, CodeState.UNCERTAIN): "still_uncertain",
}
"""How far a code is that shall not open: until the lock says so it may, and the words say that."""

_WORDS: HassKey[Words] = HassKey(f"{DOMAIN}_words")


@dataclass(frozen=True, slots=True)
class Words:
    """The words of the language that Home Assistant is set to."""

    texts: Mapping[str, str]

    @classmethod
    async def async_load(cls, hass: HomeAssistant) -> Words:
        """Read them; they are kept once, whoever reads them."""
        texts: dict[str, str] = {}
        for category in ("entity", "selector"):
            texts |= await async_get_translations(
                hass, hass.config.language, category, [DOMAIN]
            )
        words = cls(texts)
        if (known := hass.data.get(_WORDS)) == words and known is not None:
            return known
        hass.data[_WORDS] = words
        return words

    @property
    def no_codes(self) -> str:
        """Return what stands where there are none."""
        return self.texts[_STATES + NO_CODES]

    @property
    def missed(self) -> str:
        """Return what is said when the code in question is there no more."""
        return self.texts[_STATES + MISSED]

    @property
    def unreadable(self) -> str:
        """Return what stands for times in words that we do not know."""
        return self.texts[_STATES + UNREADABLE]

    def state(self, code: ShownCode) -> str:
        """Return how far a code is, and why."""
        key = _SHUT.get((code.goal, code.state), code.state)
        text = self.texts[_STATES + key]
        return text if code.reason is None else f"{text} ({self.reason(code.reason)})"

    def are_ours(self, text: str) -> bool:
        """Return whether all lines of a text say, in these words, how far a code is or when it opens."""
        states = [said for key, said in self.texts.items() if key.startswith(_STATES)]
        reasons = [said for key, said in self.texts.items() if key.startswith(REASONS)]
        ours = {*states} | {f"{one} ({why})" for one in states for why in reasons}
        return all(
            line in ours or _WINDOW.fullmatch(line) for line in text.splitlines()
        )

    def reason(self, reason: Reason) -> str:
        """Return why a code is as it is."""
        return self.texts[REASONS + reason]

    def twice(self, which: str, local: datetime, zone: tzinfo) -> str:
        """Return one of two moments at which the lock's clock shows the same, by its offset and in words."""
        return f"{describe(local.replace(tzinfo=zone), zone)} · {self.texts[_TWICE + which]}"

    def schedule(self, schedule: AnySchedule, zone: tzinfo) -> str:
        """Return when a code opens, on the lock's own clock."""
        match schedule:
            case Always():
                return self.texts[_WHEN + "always"]
            case Temporary(start=start, end=end):
                return describe_window(start, end, zone)
            case Recurring(start=begin, end=until):
                last = "24:00" if until == LAST_SECOND else f"{until:%H:%M}"
                return f"{self._days(schedule.days)} {begin:%H:%M} – {last}"
            case Opaque(text=text):
                return text or self.unreadable

    def _days(self, days: Collection[Weekday]) -> str:
        """Return days of the week, three or more that follow each other as one."""
        runs: list[list[str]] = []
        for day, before in zip(WEEK, (None, *WEEK), strict=False):
            if day not in days:
                continue
            if before not in days:
                runs.append([])
            runs[-1].append(self.texts[_DAYS + day])
        return ", ".join(
            f"{run[0]} – {run[-1]}" if len(run) > 2 else ", ".join(run) for run in runs
        )


async def async_sentence(hass: HomeAssistant, err: HomeAssistantError) -> str:
    """Return what an error says, in the language of Home Assistant."""
    return error_said(await async_sentences(hass), err)
