"""What the modules of actions have in common."""

from collections.abc import Callable, Coroutine, Mapping

from homeassistant.core import ServiceCall, ServiceResponse
from homeassistant.exceptions import ServiceValidationError

from custom_components.yale_august.const import DOMAIN

type Handler = Callable[[ServiceCall], Coroutine[None, None, ServiceResponse]]
type Handlers = Mapping[str, Handler]
"""What a module does, by the names of actions."""


def refused(key: str, **placeholders: str) -> ServiceValidationError:
    """Return the refusal of a call that cannot be carried out as it is."""
    return ServiceValidationError(
        translation_domain=DOMAIN,
        translation_key=key,
        translation_placeholders=placeholders,
    )
