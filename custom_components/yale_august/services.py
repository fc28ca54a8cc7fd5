"""The actions of the integration: one table, registered once."""

from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers import service

from . import (
    action_check,
    action_code_changes,
    action_codes,
    action_commands,
    action_house,
    action_people,
    action_pins,
    action_reset,
    action_sub_users,
)
from .const import DOMAIN

TABLE = (
    *action_codes.ACTIONS,
    *action_code_changes.ACTIONS,
    *action_commands.ACTIONS,
    *action_pins.ACTIONS,
    *action_people.ACTIONS,
    *action_sub_users.ACTIONS,
    *action_house.ACTIONS,
    *action_check.ACTIONS,
    *action_reset.ACTIONS,
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
