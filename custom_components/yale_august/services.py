"""The actions of the integration: registered once, loaded when they are called."""

from typing import TYPE_CHECKING

from homeassistant.core import HomeAssistant, ServiceCall, ServiceResponse, callback
from homeassistant.helpers import service
from homeassistant.helpers.importlib import async_import_module

from .actions.table import TABLE, Action
from .const import DOMAIN

if TYPE_CHECKING:
    from .actions.action import Handler, Handlers


@callback
def async_setup_services(hass: HomeAssistant) -> None:
    """Register the actions, for administrators only.

    The calls of automations and scripts carry no user and pass.
    """
    for action in TABLE:
        service.async_register_admin_service(
            hass,
            DOMAIN,
            action.name,
            _handler(action),
            action.schema,
            action.response,
        )


def _handler(action: Action) -> Handler:
    """Return what loads the module of an action and hands the call to it."""
    module = f"{__package__}.actions.{action.module}"

    async def handle(call: ServiceCall) -> ServiceResponse:
        handlers: Handlers = (await async_import_module(call.hass, module)).HANDLERS
        return await handlers[action.name](call)

    return handle
