"""The action for every command of the vendor's page (reference 12)."""

from collections.abc import Mapping
import re
from typing import Final

from homeassistant.core import ServiceCall, ServiceResponse
from homeassistant.util.json import JsonObjectType, JsonValueType

from custom_components.yale_august.cloud.answers import scrubbed
from custom_components.yale_august.cloud.errors import NoBridge
from custom_components.yale_august.cloud.models import (
    BoltState,
    Command,
    DoorState,
    ExtendedFunction,
    OperateVersion,
    Operation,
)
from custom_components.yale_august.cloud.validate import ABSENT
from custom_components.yale_august.commands.move import async_move
from custom_components.yale_august.commands.movements import (
    LOCK,
    OPEN,
    OPEN_SWAPPED,
    SECURE,
    UNLOCK,
    UNLOCK_SWAPPED,
    Choices,
    Movement,
)
from custom_components.yale_august.commands.question import async_ask
from custom_components.yale_august.coordinator import LockCoordinator
from custom_components.yale_august.failures import failure
from custom_components.yale_august.options import LatchUse
from custom_components.yale_august.sentences import async_sentences, said

from .action import Handlers, refused
from .answers import async_for_each
from .table import (
    ACCEPT_VERSION,
    COMMAND,
    COMMAND_WORDS,
    FUNCTION,
    NOTIFICATION_TYPE,
    PARAMETERS,
    WAKE,
    WEBHOOK,
)
from .targets import Target

_MOVEMENTS: Final = {
    Command.LOCK: LOCK,
    Command.UNLOCK: UNLOCK,
    Command.UNLATCH: OPEN,
    Command.SECURE: SECURE,
}
_SWAPPED: Final = {
    **_MOVEMENTS,
    Command.UNLOCK: OPEN_SWAPPED,
    Command.UNLATCH: UNLOCK_SWAPPED,
}
"""On a lock that does with one what the vendor's words promise of the other."""

_SAID: Final = {
    "confirmed": "command_confirmed",
    "not_needed": "command_not_needed",
    "answered": "command_answered",
    "accepted": "command_accepted",
}
"""What became of a command, and its sentence."""

_SECRET_NAME: Final = re.compile(
    r"pin|code|token|key|secret|pass|cred|auth|serial|mac|user|name|mail|phone|id$",
    re.IGNORECASE,
)
_TOKEN_LIKE: Final = re.compile(r"\S{16,}")
_HIDDEN: Final = "****"
_DEEPEST: Final = 12


async def _async_send_command(call: ServiceCall) -> ServiceResponse:
    """Send a command to each lock, once, and say what became of it."""
    command = COMMAND_WORDS[call.data[COMMAND]]
    function = call.data.get(FUNCTION)
    if (function is None) is (command is Command.EXTENDED_FUNCTION):
        raise refused("function_missing" if function is None else "function_unwanted")
    if PARAMETERS in call.data and function is None:
        raise refused("function_unwanted")
    if call.data[WAKE] and command is not Command.STATUS:
        raise refused("wake_unwanted")
    choices = Choices(
        notification_type=call.data.get(NOTIFICATION_TYPE),
        version=call.data[ACCEPT_VERSION],
        webhook=call.data.get(WEBHOOK, ABSENT),
    )
    extended = function and ExtendedFunction(
        function=function, parameters=call.data.get(PARAMETERS, {})
    )
    sentences = await async_sentences(call.hass)

    async def send(target: Target) -> JsonObjectType:
        lock = target.lock
        _require_offered(lock, command)
        if (movement := _movement(lock, command)) is not None:
            moved = await async_move(lock, movement, choices)
            answer = moved.answer
            result = "confirmed" if moved.sent else "not_needed"
        else:
            answer = await async_ask(
                lock,
                command,
                extended_function=extended,
                wake=call.data[WAKE],
                choices=choices,
            )
            result = "answered" if _is_proof(answer, choices.version) else "accepted"
        return {
            "result": result,
            "message": said(sentences, _SAID[result], {"lock": lock.data.name}),
            **_told(answer),
        }

    return await async_for_each(call, send)


def _require_offered(lock: LockCoordinator, command: Command) -> None:
    """Raise HomeAssistantError for a command that the lock does not have, or shall not get."""
    name = lock.data.name
    if not lock.data.operable:
        raise failure(NoBridge(), name)
    if command is Command.UNLATCH:
        if not lock.data.has_latch:
            raise refused("no_latch", lock=name)
        if _latch_use(lock) is LatchUse.HIDDEN:
            raise refused("open_hidden", lock=name)
    if command is Command.SECURE and not lock.data.can_be_secured:
        raise refused("no_secure_mode", lock=name)


def _latch_use(lock: LockCoordinator) -> LatchUse:
    return lock.account.options.latch_use(lock.lock_id)


def _movement(lock: LockCoordinator, command: Command) -> Movement | None:
    swapped = lock.data.has_latch and _latch_use(lock) is LatchUse.SWAPPED
    return (_SWAPPED if swapped else _MOVEMENTS).get(command)


def _is_proof(answer: Operation, version: OperateVersion) -> bool:
    """Return whether it was surely the lock that answered."""
    if version is not OperateVersion.V1 and answer.bolt is BoltState.UNKNOWN:
        # The word may be about something else: nobody documents it.
        return False
    return answer.bolt_reported and not answer.from_cache


def _told(answer: Operation | None) -> JsonObjectType:
    """Return what the cloud answered, as far as it says anything and is nobody's secret."""
    if answer is None or answer.accepted:
        return {}
    told: dict[str, JsonValueType] = {
        "bolt": None if answer.bolt is BoltState.UNKNOWN else answer.bolt.value,
        "door": None if answer.door is DoorState.ABSENT else answer.door.value,
        "started_at": None
        if answer.started_at is None
        else answer.started_at.isoformat(),
        "retry_count": answer.retry_count,
        "total_time": answer.total_time,
        "lock_status_changed": answer.lock_status_changed,
        "from_cache": answer.from_cache,
    }
    if (info := answer.info) is not None:
        told |= {
            "rssi": info.rssi,
            "wlan_rssi": info.wlan_rssi,
            "wlan_snr": info.wlan_snr,
            "duration": info.duration,
        }
    if (extended := answer.extended_function) is not None:
        told["extended_function"] = {
            "function": extended.function,
            "info": harmless(extended.info),
        }
    return {name: value for name, value in told.items() if value is not None}


def harmless(value: object, depth: int = _DEEPEST) -> JsonValueType:
    """Return any JSON of the cloud without what may be a code, a token, a key or an id.

    What an extended function answers is not documented (reference 12.3). What lies deeper than
    anybody looks is left out: no answer must make a failure of a command that was carried out.
    """
    if depth == 0:
        return _HIDDEN
    if isinstance(value, Mapping):
        return {
            scrubbed(str(name)): _HIDDEN
            if _SECRET_NAME.search(str(name)) and item not in (None, True, False)
            else harmless(item, depth - 1)
            for name, item in value.items()
        }
    if isinstance(value, list | tuple):
        return [harmless(item, depth - 1) for item in value]
    if isinstance(value, str):
        return _TOKEN_LIKE.sub(_HIDDEN, scrubbed(value))
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, int | float):
        # A code may come as a number.
        return value if abs(value) < 1000 else _HIDDEN
    return None


HANDLERS: Final[Handlers] = {
    "send_command": _async_send_command,
}
