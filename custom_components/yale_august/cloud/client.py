"""The partner cloud as typed coroutines, one an operation.

Every call may raise InvalidParameter before anything is sent, and otherwise what
`errors.py` lists. Lock ids are 32 upper-case hexadecimal digits, house and user ids
UUIDs. Section numbers are those of the reference.
"""

from collections.abc import Callable
from typing import Final

from . import routes, validate
from .account_calls import AccountCalls
from .calls import query_of, unexpected
from .errors import Conflict, InvalidParameter, NotFound, UnexpectedAnswer
from .models import (
    Capabilities,
    Command,
    ExtendedFunction,
    JsonValue,
    LockDetail,
    LockStatus,
    LockSummary,
    Mode,
    NotificationType,
    OfflineKey,
    OfflineKeys,
    OperateVersion,
    Operation,
    read_locks,
)
from .pin_calls import PinCalls
from .validate import ABSENT, Absent

_ASYNC_TIMEOUT: Final = 20.0
_SERVER_ATTEMPT: Final = 30.0
"""Seconds that the cloud gives the lock for one attempt (12.5)."""
_SYNC_MARGIN: Final = 15.0
_ASYNC_VERSION: Final = "2.3.1"
_NOTHING: Final = LockDetail.from_json({})


class Client(PinCalls, AccountCalls):
    """What one login can do in one brand's cloud."""

    async def get_locks(self) -> tuple[LockSummary, ...]:
        """Return the caller's locks, those without owner's rights too (5.1)."""
        answer = await self.send(routes.GET_LOCKS)
        locks = self.read(routes.GET_LOCKS, answer, read_locks)
        if answer.json and not locks:
            # It says something, but not that there are no locks.
            raise unexpected(routes.GET_LOCKS, answer.status)
        return locks

    async def get_lock(self, lock_id: str) -> LockDetail:
        """Return all the cloud knows of a lock, without asking the lock (6).

        Raises UnexpectedAnswer when the answer is another lock's, or nobody's: from what
        an empty one lacks would follow that the lock has no bridge.
        """
        asked = validate.lock_id(lock_id)
        detail = await self.get(LockDetail, routes.GET_LOCK, lock_id=asked)
        if detail == _NOTHING:
            raise unexpected(routes.GET_LOCK)
        if detail.lock_id not in (None, asked):
            raise UnexpectedAnswer(
                operation=routes.GET_LOCK.operation, detail="it is another lock's"
            )
        return detail

    async def get_offline_keys(self, lock_id: str) -> tuple[OfflineKey, ...]:
        """Return the keys with which phones open a lock nearby; secrets (6.1).

        Only those that the lock has confirmed. A lock's detail itself does not hold them.
        """
        asked = validate.lock_id(lock_id)
        found = await self.get(OfflineKeys, routes.GET_LOCK, lock_id=asked)
        if found.lock_id != asked:
            raise unexpected(routes.GET_LOCK)
        return tuple(key for key in found.loaded if key.usable)

    async def get_lock_status(
        self, lock_id: str, *, errand: bool = False
    ) -> LockStatus:
        """Return bolt and door as the cloud last heard of them (7.4).

        `errand`: a command waits for it. Raises NoBridge when the lock has none.
        """
        return await self.get(
            LockStatus,
            routes.GET_LOCK_STATUS,
            errand=errand,
            lock_id=validate.lock_id(lock_id),
        )

    async def delete_lock(self, lock_id: str, *, soft: bool) -> None:
        """Reset a lock to its factory state (18.1).

        `soft` keeps it set up for the calling user. Removes all other users and PINs
        either way; without `soft` its bridge and keypad too.
        """
        await self.send(
            routes.DELETE_LOCK,
            path={"lock_id": validate.lock_id(lock_id)},
            query={"soft": "1" if validate.boolean("soft", soft) else "0"},
        )

    async def remote_operate(
        self,
        lock_id: str,
        command: Command,
        *,
        mode: Mode = Mode.SYNC,
        retry_limit: int = 1,
        persistent: bool = False,
        wake: bool = False,
        notification_type: NotificationType | None = None,
        extended_function: ExtendedFunction | None = None,
        webhook: JsonValue | Absent = ABSENT,
        version: OperateVersion = OperateVersion.V1,
        timeout: float | None = None,
        leaving: Callable[[bool], None] = lambda _: None,
    ) -> Operation:
        """Have a lock or its bridge do something (12).

        SYNC waits for the lock, ASYNC only for the cloud: the result then comes by
        push. `retry_limit` is how often the cloud tries, 1 to 3, half a minute each;
        above 1 it may act after we gave up. `persistent` is for bridges that are
        `hyper`; `wake` goes with STATUS. `webhook` is any JSON, null too, and is left
        out by default. For `leaving` see `Calls.send`. Sent once, whatever happens; raises
        OutcomeUnknown when no verdict came back, and the DeviceErrors of section 13.
        """
        command = validate.word("command", command, Command)
        mode = validate.word("mode", mode, Mode)
        validate.integer("retry_limit", retry_limit, least=1, most=3)
        if wake and command is not Command.STATUS:
            raise InvalidParameter("wake", "goes with the command status only")
        if (extended_function is None) is (command is Command.EXTENDED_FUNCTION):
            raise InvalidParameter(
                "extended_function", "goes with the command extendedfunction only"
            )
        query: dict[str, str] = {"type": mode, "retryLimit": str(retry_limit)}
        if mode is Mode.ASYNC:
            # Both clients known to operate asynchronously send it (U23).
            query["v"] = _ASYNC_VERSION
        if notification_type is not None:
            query["notificationType"] = validate.word(
                "notification_type", notification_type, NotificationType
            )
        if persistent:
            query["connection"] = "persistent"
        if wake:
            query["intent"] = "wakeup"
        body: dict[str, JsonValue] = {}
        if extended_function is not None:
            validate.filled("extended_function", extended_function.function)
            body["extendedfunction"] = extended_function.to_json()
        if not isinstance(webhook, Absent):
            body["webhook"] = webhook
        if timeout is None:
            timeout = (
                _ASYNC_TIMEOUT
                if mode is Mode.ASYNC
                else retry_limit * _SERVER_ATTEMPT + _SYNC_MARGIN
            )
        is_v2 = validate.word("version", version, OperateVersion) is OperateVersion.V2
        route = routes.REMOTE_OPERATE_V2 if is_v2 else routes.REMOTE_OPERATE
        answer = await self.send(
            route,
            path={"lock_id": validate.lock_id(lock_id), "command": command},
            query=query,
            body=body or ABSENT,
            timeout=timeout,
            leaving=leaving,
        )
        operation = self.read(route, answer, Operation.from_json, optional=True)
        return operation if route.documented else operation.undocumented()

    async def get_capabilities(
        self,
        *,
        udid: str | None = None,
        hid: str | None = None,
        hhid: str | None = None,
        top_level_host: bool | None = None,
        device_type: str | None = None,
        device_id: str | None = None,
        serial_number: str | None = None,
        product_id: int | None = None,
        product_type_id: int | None = None,
        check_for_setup: bool | None = None,
    ) -> Capabilities:
        """Return what a device can do (9).

        Raises NotFound or Conflict for a device the cloud cannot tell by these facts,
        which is normal for older locks.
        """
        query = query_of(
            udID=udid,
            hID=hid,
            hhID=hhid,
            topLevelHost=top_level_host,
            deviceType=device_type,
            deviceID=device_id,
            serialNumber=serial_number,
            productID=product_id,
            productTypeID=product_type_id,
            checkForSetup=check_for_setup,
        )
        route = routes.GET_CAPABILITIES
        answer = await self.send(route, query=query)
        return self.read(route, answer, Capabilities.from_json)

    async def find_capabilities(
        self, lock_id: str, serial_number: str | None
    ) -> Capabilities | None:
        """Return a lock's capabilities, None when the cloud cannot tell them (U11).

        Asks by the serial number, and by the lock's id in its place where the cloud
        does not know that: which of the two it wants is not documented.
        """
        validate.lock_id(lock_id)
        for serial in filter(None, (serial_number, lock_id)):
            try:
                return await self.get_capabilities(
                    serial_number=serial, top_level_host=True
                )
            except NotFound, Conflict:
                continue
        return None
