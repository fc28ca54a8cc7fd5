"""The operations on PINs (reference 14 to 16)."""

from collections.abc import Sequence
from uuid import UUID

from . import routes, validate
from .calls import Calls, unexpected
from .errors import InvalidParameter
from .models import JsonValue, Pin, PinCommand, PinGroups, PinReceipt, ReservedPin


class PinCalls(Calls):
    """PINs of a lock and its master PIN."""

    async def get_pins(self, lock_id: str) -> PinGroups:
        """Return the PINs of a lock by their state (14.2)."""
        return await self.get(
            PinGroups, routes.GET_PINS, lock_id=validate.lock_id(lock_id)
        )

    async def write_pins(
        self,
        lock_id: str,
        commands: Sequence[PinCommand],
        *,
        webhook: str | None = None,
    ) -> PinReceipt:
        """Load, update, delete, enable or disable PINs (14.4).

        The cloud only takes the commands: whether the lock did what they say is read
        with `get_pins` or posted to `webhook`. Raises Conflict for a PIN or a user
        that has one already.
        """
        validate.lock_id(lock_id)
        if not commands:
            raise InvalidParameter("commands", "must not be empty")
        for command in commands:
            validate.pin_command(command)
        body: dict[str, JsonValue] = {
            "commands": [command.to_json() for command in commands]
        }
        if webhook is not None:
            body["webhook"] = validate.address("webhook", webhook, secure=False)
        route = routes.WRITE_PINS
        answer = await self.send(route, path={"lock_id": lock_id}, body=body)
        return self.read(route, answer, PinReceipt.from_json, optional=True)

    async def reserve_pin(self, lock_id: str) -> ReservedPin:
        """Reserve a free PIN for three minutes (14.8)."""
        reserved = await self.get(
            ReservedPin, routes.RESERVE_PIN, lock_id=validate.lock_id(lock_id)
        )
        if reserved.pin is None:
            raise unexpected(routes.RESERVE_PIN)
        return reserved

    async def transfer_pin(
        self, lock_id: str, old_user_id: str | UUID, new_user_id: str | UUID
    ) -> None:
        """Give a user's PIN to another user (16). Unverified address."""
        await self.send(
            routes.TRANSFER_PIN,
            path={"lock_id": validate.lock_id(lock_id)},
            body={
                "oldUserID": validate.uuid("old_user_id", old_user_id),
                "newUserID": validate.uuid("new_user_id", new_user_id),
            },
        )

    async def get_master_pin(self, lock_id: str) -> Pin:
        """Return the PIN that programs the keypad (15). Unverified address."""
        return await self.get(
            Pin, routes.GET_MASTER_PIN, lock_id=validate.lock_id(lock_id)
        )

    async def set_master_pin(
        self, lock_id: str, pin: str, *, webhook: str | None = None
    ) -> None:
        """Set the PIN that programs the keypad (15). Unverified address.

        The cloud only takes it; `webhook` (https) is called when the lock has it.
        """
        body: dict[str, JsonValue] = {"pin": validate.pin("pin", pin)}
        if webhook is not None:
            body["webhook"] = validate.address("webhook", webhook, secure=True)
        await self.send(
            routes.SET_MASTER_PIN,
            path={"lock_id": validate.lock_id(lock_id)},
            body=body,
        )
