"""What the API key has to allow: a repair for each right that it lacks, gone when it is there."""

from contextlib import AbstractContextManager
from enum import StrEnum
from typing import Final, override

from homeassistant.config_entries import ConfigEntry, ConfigEntryState
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers import issue_registry as ir

from .cloud.errors import EndpointNotAllowed
from .const import DOMAIN

RIGHT: Final = "endpoint_not_allowed"
_RUNNING: Final = (ConfigEntryState.SETUP_IN_PROGRESS, ConfigEntryState.LOADED)


class Right(StrEnum):
    """One right of an API key (reference 2.4), in the words that a person asks for it with."""

    PUSH = "push"
    OPERATE = "operating locks"
    WEBHOOKS = "webhooks"
    READ_CODES = "reading access codes"
    WRITE_CODES = "writing access codes"


@callback
def async_note_right(
    hass: HomeAssistant, entry: ConfigEntry, right: Right, *, missing: bool
) -> None:
    """Say that the API key lacks a right, or does not lack it any more."""
    name = _issue_id(entry, right)
    if not missing:
        ir.async_delete_issue(hass, DOMAIN, name)
    elif entry.state in _RUNNING:
        ir.async_create_issue(
            hass,
            DOMAIN,
            name,
            is_fixable=False,
            severity=ir.IssueSeverity.WARNING,
            translation_key=RIGHT,
            translation_placeholders={"entry": entry.title, "feature": right.value},
        )


@callback
def async_forget_rights(hass: HomeAssistant, entry: ConfigEntry) -> None:
    """Take all of it back: the entry is unloaded."""
    for right in Right:
        async_note_right(hass, entry, right, missing=False)


class Needs(AbstractContextManager[None]):
    """Learns from a call whether the API key has the right that it needs.

    What the call raises is raised.
    """

    def __init__(self, hass: HomeAssistant, entry: ConfigEntry, right: Right) -> None:
        """Say what the call needs."""
        self._hass = hass
        self._entry = entry
        self._right = right

    @override
    def __enter__(self) -> None:
        """Know nothing yet."""

    @override
    def __exit__(self, kind: object, err: BaseException | None, trace: object) -> None:
        """Take note of how the call ended."""
        missing = isinstance(err, EndpointNotAllowed)
        if missing or err is None:
            async_note_right(self._hass, self._entry, self._right, missing=missing)


def _issue_id(entry: ConfigEntry, right: Right) -> str:
    return f"{RIGHT}_{entry.entry_id}_{right.name.lower()}"
