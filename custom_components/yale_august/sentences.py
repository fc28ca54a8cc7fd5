"""Sentences of the translations, for places that Home Assistant does not translate itself."""

from collections.abc import Mapping
import re

from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers.translation import async_get_translations

from .const import DOMAIN


async def async_sentences(hass: HomeAssistant) -> Mapping[str, str]:
    """Return the sentences of the `exceptions` section by their keys."""
    prefix = f"component.{DOMAIN}.exceptions."
    found = await async_get_translations(
        hass, hass.config.language, "exceptions", [DOMAIN]
    )
    return {
        name.removeprefix(prefix).removesuffix(".message"): text
        for name, text in found.items()
    }


def said(
    sentences: Mapping[str, str], key: str, placeholders: Mapping[str, str]
) -> str:
    """Return one of the sentences with its placeholders filled in."""
    return sentences[key].format_map(placeholders)


def error_said(sentences: Mapping[str, str], err: HomeAssistantError) -> str:
    """Return what an error of ours says; of another's, what it says itself."""
    key = err.translation_key
    if err.translation_domain != DOMAIN or key is None or key not in sentences:
        return str(err)
    return said(sentences, key, err.translation_placeholders or {})


def plain(text: str) -> str:
    """Return a text so that descriptions, which are Markdown, show it as it stands: no link, no heading."""
    return re.sub(r"([!-/:-@\[-`{-~])", r"\\\1", text)
