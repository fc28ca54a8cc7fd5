"""What an action is made of."""

from collections.abc import Callable, Coroutine
from dataclasses import dataclass

from homeassistant.core import ServiceCall, ServiceResponse, SupportsResponse
from homeassistant.exceptions import ServiceValidationError
from homeassistant.helpers.typing import VolSchemaType

from custom_components.yale_august.const import DOMAIN


@dataclass(frozen=True, slots=True, kw_only=True)
class Action:
    """One row of the table of actions."""

    name: str
    handler: Callable[[ServiceCall], Coroutine[None, None, ServiceResponse]]
    schema: VolSchemaType
    response: SupportsResponse = SupportsResponse.OPTIONAL


def refused(key: str, **placeholders: str) -> ServiceValidationError:
    """Return the refusal of a call that cannot be carried out as it is."""
    return ServiceValidationError(
        translation_domain=DOMAIN,
        translation_key=key,
        translation_placeholders=placeholders,
    )
