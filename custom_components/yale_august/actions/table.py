"""The actions by name: what each one takes, and the module that does it.

Only this is loaded when Home Assistant starts: an action is loaded when it is called for the
first time.
"""

from dataclasses import dataclass
from typing import Final

from homeassistant.const import ATTR_CONFIG_ENTRY_ID, ATTR_DEVICE_ID
from homeassistant.core import SupportsResponse
from homeassistant.helpers import config_validation as cv
from homeassistant.helpers.typing import VolSchemaType
import probatio as vol

from custom_components.yale_august.cloud.models import (
    Command,
    JsonValue,
    NotificationType,
    OperateVersion,
    Role,
)
from custom_components.yale_august.const import (
    CONF_FIRST_NAME,
    CONF_LAST_NAME,
    CONF_PARTNER_USER_ID,
    CONF_ROLE,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Action:
    """One row of the table."""

    name: str
    module: str
    """Where it is done, in this folder: its `HANDLERS` have one of that name."""
    schema: VolSchemaType
    response: SupportsResponse = SupportsResponse.OPTIONAL


# Fields

IS_ALWAYS: Final = "always"
CODE: Final = "code"
IS_UPDATING_PERMISSIONS: Final = "is_updating_permissions"
IS_MASKED: Final = "masked"
NAME: Final = "name"
NEW_CODE: Final = "new_code"
NEW_NAME: Final = "new_name"
NEW_USER_ID: Final = "new_user_id"
NOTIFY_ON_USE: Final = "notify_on_use"
OLD_USER_ID: Final = "old_user_id"
RETURN_INVITED: Final = "return_invited"
SAME_CODE: Final = "same_code"
USER_ID: Final = "user_id"
WAIT: Final = "wait"

START_DATETIME: Final = "start_datetime"
END_DATETIME: Final = "end_datetime"
DAYS: Final = "days"
START_TIME: Final = "start_time"
END_TIME: Final = "end_time"

ACCEPT_VERSION: Final = "accept_version"
COMMAND: Final = "command"
FUNCTION: Final = "function"
NOTIFICATION_TYPE: Final = "notification_type"
PARAMETERS: Final = "parameters"
WAKE: Final = "wake"
WEBHOOK: Final = "webhook"

LOCKS: Final = "locks"
PAGE: Final = "page"
PAGE_SIZE: Final = "page_size"

KIND: Final = "kind"
LOCK_NAME: Final = "lock_name"

# What they may be

SOFT: Final = "soft"
HARD: Final = "hard"

WEEK: Final = ("su", "mo", "tu", "we", "th", "fr", "sa")

COMMANDS: Final = {
    "lock": Command.LOCK,
    "unlock": Command.UNLOCK,
    "unlatch": Command.UNLATCH,
    "secure": Command.SECURE,
    "status": Command.STATUS,
    "telemetry": Command.TELEMETRY,
    "reboot": Command.REBOOT,
    "reboot_lock": Command.REBOOT_LOCK,
    "calibrate": Command.CALIBRATE,
    "disable_homekit": Command.DISABLE_HOMEKIT,
    "ota": Command.OTA,
    "extended_function": Command.EXTENDED_FUNCTION,
}
"""By the words of the interface; the vendor's own words are taken too."""
COMMAND_WORDS: Final = {command.value: command for command in Command} | COMMANDS

_PATIENCE: Final = 30
"""Seconds that an answer waits for the lock, by default."""
_FILLED: Final = vol.All(cv.string, vol.Strip, vol.Length(min=1))
_ID: Final = vol.All(cv.string, vol.Length(min=1))
_ROLE: Final = vol.All(cv.string, vol.Coerce(Role))


def _json(value: object) -> JsonValue:
    """Return an address, or any JSON object."""
    if isinstance(value, dict):
        return value
    return str(cv.url(value))


_ACCOUNT: Final = {vol.Optional(ATTR_CONFIG_ENTRY_ID): cv.string}
_SCHEDULE: Final = {
    vol.Optional(START_DATETIME): cv.datetime,
    vol.Optional(END_DATETIME): cv.datetime,
    vol.Optional(DAYS): vol.All(cv.ensure_list, [vol.In(WEEK)]),
    vol.Optional(START_TIME): cv.time,
    vol.Optional(END_TIME): cv.time,
}
_WAITING: Final = {
    vol.Optional(WAIT, default=_PATIENCE): vol.All(
        vol.Coerce(float), vol.Range(min=0, max=180)
    )
}
_NAMED: Final = cv.make_entity_service_schema({vol.Required(NAME): _FILLED, **_WAITING})

TABLE: Final = (
    Action(
        name="get_codes",
        module="codes",
        schema=cv.make_entity_service_schema(
            {vol.Optional(IS_MASKED, default=False): cv.boolean}
        ),
        response=SupportsResponse.ONLY,
    ),
    Action(
        name="add_code",
        module="codes",
        schema=cv.make_entity_service_schema(
            {
                vol.Required(NAME): _FILLED,
                vol.Optional(CODE): cv.string,
                # For those who know the action of `schlage`: events tell of each use.
                vol.Optional(NOTIFY_ON_USE, default=True): cv.boolean,
                **_SCHEDULE,
                vol.Optional(SAME_CODE, default=True): cv.boolean,
                **_WAITING,
            }
        ),
    ),
    Action(name="delete_code", module="code_changes", schema=_NAMED),
    Action(
        name="update_code",
        module="code_changes",
        schema=cv.make_entity_service_schema(
            {
                vol.Required(NAME): _FILLED,
                vol.Optional(NEW_NAME): _FILLED,
                vol.Optional(NEW_CODE, default=False): cv.boolean,
                vol.Optional(CODE): cv.string,
                vol.Optional(IS_ALWAYS, default=False): cv.boolean,
                **_SCHEDULE,
                **_WAITING,
            }
        ),
    ),
    Action(name="enable_code", module="code_changes", schema=_NAMED),
    Action(name="disable_code", module="code_changes", schema=_NAMED),
    Action(
        name="send_command",
        module="commands",
        schema=cv.make_entity_service_schema(
            {
                vol.Required(COMMAND): vol.In(COMMAND_WORDS),
                vol.Optional(FUNCTION): vol.All(cv.string, vol.Length(min=1)),
                vol.Optional(PARAMETERS): dict,
                vol.Optional(WAKE, default=False): cv.boolean,
                vol.Optional(NOTIFICATION_TYPE): vol.Coerce(NotificationType),
                vol.Optional(ACCEPT_VERSION, default=OperateVersion.V1): vol.Coerce(
                    OperateVersion
                ),
                vol.Optional(WEBHOOK): _json,
            }
        ),
    ),
    Action(
        name="reserve_code",
        module="pins",
        schema=cv.make_entity_service_schema(None),
        response=SupportsResponse.ONLY,
    ),
    Action(
        name="get_master_code",
        module="pins",
        schema=cv.make_entity_service_schema(None),
        response=SupportsResponse.ONLY,
    ),
    Action(
        name="set_master_code",
        module="pins",
        schema=cv.make_entity_service_schema({vol.Optional(CODE): cv.string}),
    ),
    Action(
        name="transfer_code",
        module="pins",
        schema=cv.make_entity_service_schema(
            {vol.Required(OLD_USER_ID): _ID, vol.Required(NEW_USER_ID): _ID}
        ),
    ),
    Action(
        name="add_user",
        module="people",
        schema=cv.make_entity_service_schema(
            {
                vol.Required(USER_ID): _ID,
                vol.Optional(CONF_ROLE, default=Role.USER): _ROLE,
                vol.Optional(NAME): vol.Any(None, cv.string),
                vol.Optional(IS_UPDATING_PERMISSIONS): cv.boolean,
                vol.Optional(RETURN_INVITED): cv.boolean,
            }
        ),
    ),
    Action(
        name="set_user_role",
        module="people",
        schema=cv.make_entity_service_schema(
            {vol.Required(USER_ID): _ID, vol.Required(CONF_ROLE): _ROLE}
        ),
    ),
    Action(
        name="get_users",
        module="people",
        schema=cv.make_entity_service_schema(None),
        response=SupportsResponse.ONLY,
    ),
    Action(
        name="create_sub_user",
        module="sub_users",
        schema=vol.Schema(
            {
                **_ACCOUNT,
                vol.Required(CONF_PARTNER_USER_ID): _FILLED,
                vol.Required(CONF_FIRST_NAME): _FILLED,
                vol.Required(CONF_LAST_NAME): _FILLED,
                vol.Optional(LOCKS, default=list): cv.entity_ids,
                vol.Optional(CONF_ROLE, default=Role.USER): _ROLE,
            }
        ),
    ),
    Action(
        name="get_sub_users",
        module="sub_users",
        schema=vol.Schema(
            {
                **_ACCOUNT,
                vol.Optional(PAGE, default=1): vol.All(
                    vol.Coerce(int), vol.Range(min=1)
                ),
                vol.Optional(PAGE_SIZE, default=100): vol.All(
                    vol.Coerce(int), vol.Range(min=1, max=1000)
                ),
            }
        ),
        response=SupportsResponse.ONLY,
    ),
    Action(
        name="get_house",
        module="house",
        schema=vol.Schema({**_ACCOUNT, vol.Optional(ATTR_DEVICE_ID): cv.string}),
        response=SupportsResponse.ONLY,
    ),
    Action(
        name="check_account",
        module="check",
        schema=vol.Schema(_ACCOUNT),
        response=SupportsResponse.ONLY,
    ),
    Action(
        name="factory_reset",
        module="reset",
        schema=cv.make_entity_service_schema(
            {
                vol.Required(KIND): vol.In((SOFT, HARD)),
                vol.Required(LOCK_NAME): cv.string,
            }
        ),
    ),
)
