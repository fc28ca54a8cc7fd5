"""The actions of the integration: one table, registered once."""

from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers import service

from .actions import (
    check,
    code_changes,
    codes,
    commands,
    house,
    people,
    pins,
    reset,
    sub_users,
)
from .const import DOMAIN

TABLE = (
    *codes.ACTIONS,
    *code_changes.ACTIONS,
    *commands.ACTIONS,
    *pins.ACTIONS,
    *people.ACTIONS,
    *sub_users.ACTIONS,
    *house.ACTIONS,
    *check.ACTIONS,
    *reset.ACTIONS,
)


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
            action.handler,
            action.schema,
            action.response,
        )
