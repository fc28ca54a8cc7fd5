"""The commands of `POST /locks/:lockID/pins`, checked and carried out (14.4)."""

from collections.abc import Callable
from dataclasses import dataclass, field
import re

from . import errors, ids, schedules
from .accounts import User
from .desk import Call
from .lock import Lock
from .locksmith import NOT_FOUND, RACED, Errand, Job
from .pinbook import Pin, PinState
from .words import JsonObject

FIELDS = frozenset(
    {
        "action",
        "pin",
        "accessType",
        "firstName",
        "lastName",
        "partnerUserID",
        "userID",
        "augustUserID",
        "accessTimes",
        "accessRecurrence",
        "schedule",
        "retry",
    }
)
_TEXTS = FIELDS - {"retry"}


@dataclass(slots=True, kw_only=True)
class Commands:
    """The commands of one request, in their order.

    Everything that the cloud can refuse at once is refused before anything is
    changed: `check` runs over all commands, then `apply`.
    """

    call: Call
    lock: Lock
    errand: Errand
    deleting: list[Pin] = field(default_factory=list)
    loading: list[tuple[str, object]] = field(default_factory=list)
    """Digits and identity of the loads that passed so far."""
    jobs: list[Job] = field(default_factory=list)

    def check(self, command: object) -> Callable[[], None]:
        """Check one command; returns what carries it out."""
        if not isinstance(command, dict):
            raise errors.invalid("commands must be objects")
        for name in command.keys() & _TEXTS:
            if not isinstance(command[name], str):
                raise errors.invalid(f"{name} must be a text")
        access_type = command.get("accessType")
        if access_type not in schedules.ACCESS_TYPES:
            raise errors.invalid("accessType is required")
        match command.get("action"):
            case "load":
                return self._load(command, access_type)
            case "update":
                return self._update(command, access_type)
            case "delete":
                return self._delete(command)
            case "disable":
                return self._toggle(
                    command, PinState.LOADED, PinState.DISABLING, PinState.DISABLED
                )
            case "enable":
                return self._toggle(
                    command, PinState.DISABLED, PinState.ENABLING, PinState.LOADED
                )
        raise errors.invalid("action is not known")

    # ------------------------------------------------------------------- load

    def _load(self, command: JsonObject, access_type: str) -> Callable[[], None]:
        for name in ("pin", "firstName", "lastName"):
            if name not in command:
                raise errors.invalid(f"{name} is required")
        digits = self._digits(command)
        self._schedule(command, access_type)
        user = self._user(command)
        holder = self.lock.pins.of_user(user.user_id) if user else None
        # Deleting and loading in one array races (vendor bug PART-615).
        raced = holder is not None and holder in self.deleting
        if holder and not raced:
            raise errors.conflict("User already has a PIN on this lock")
        same = self._with_digits(digits)
        if same and same not in self.deleting:
            raise errors.conflict("PIN is already used on this lock")
        identity = command.get("userID") or command.get("partnerUserID") or object()
        for other_digits, other_identity in self.loading:
            if digits == other_digits or identity == other_identity:
                raise errors.conflict("PIN and user go together once on a lock")
        book, now = self.lock.pins, self.call.cloud.clock.now()
        room = book.limit - len(book.pins) - len(book.reserved(now))
        full = self.loading and len(self.loading) >= room
        if full or self._slot(digits) is None:
            raise errors.conflict("No free slot on this lock")
        self.loading.append((digits, identity))
        return lambda: self._apply_load(command, user, raced=raced)

    def _apply_load(
        self, command: JsonObject, user: User | None, *, raced: bool
    ) -> None:
        if raced:
            self._fail(RACED)
            return
        cloud, lock, digits = self.call.cloud, self.lock, str(command["pin"])
        now = cloud.clock.now()
        user = user or self._make_user(command)
        slot = self._slot(digits)
        if slot is None:
            raise errors.conflict("No free slot on this lock")
        book = lock.pins
        book.reservations = [held for held in book.reservations if held.pin != digits]
        book.made += 1
        pin = Pin(
            pin_id=ids.object_id(f"pin {lock.lock_id}", book.made),
            user_id=user.user_id,
            pin=digits,
            slot=slot,
            state=PinState.CREATED,
            access_type=str(command["accessType"]),
            first_name=str(command["firstName"]),
            last_name=str(command["lastName"]),
            unverified=not user.verified,
            calling_user_id=self.call.user.user_id,
            api_key=self.call.key.value,
            created_at=now,
            updated_at=now,
            partner_user_id=user.partner_user_id,
        )
        _reschedule(pin, command)
        book.pins.append(pin)

        def loaded() -> None:
            pin.state = PinState.LOADED
            pin.loaded_at = cloud.clock.now()

        self._job(pin, loaded, refusable=True)

    def _make_user(self, command: JsonObject) -> User:
        partner_user_id = command.get("partnerUserID")
        return self.call.cloud.world.add_user(
            str(command["firstName"]),
            str(command["lastName"]),
            owner=self.call.user,
            partner_user_id=str(partner_user_id) if partner_user_id else None,
        )

    # ------------------------------------------------ what is there already

    def _update(self, command: JsonObject, access_type: str) -> Callable[[], None]:
        self._schedule(command, access_type)
        pin = self._find(command, by_digits=False)
        if pin is None:
            return lambda: self._fail(NOT_FOUND)
        self._in_state(pin, PinState.LOADED)
        if "pin" in command:
            same = self._with_digits(self._digits(command))
            if same not in (None, pin):
                raise errors.conflict("PIN is already used on this lock")

        def apply() -> None:
            pin.state = PinState.UPDATING

            def updated() -> None:
                pin.state = PinState.LOADED
                pin.pin = str(command.get("pin", pin.pin))
                pin.access_type = access_type
                pin.first_name = str(command.get("firstName", pin.first_name))
                pin.last_name = str(command.get("lastName", pin.last_name))
                _reschedule(pin, command)

            self._job(pin, updated, refusable=True)

        return apply

    def _delete(self, command: JsonObject) -> Callable[[], None]:
        pin = self._find(command)
        if pin is None:
            return lambda: self._fail(NOT_FOUND)
        self.deleting.append(pin)

        def apply() -> None:
            pin.state = PinState.DELETING
            self._job(pin, lambda: self.lock.pins.remove(pin))

        return apply

    def _toggle(
        self, command: JsonObject, start: PinState, way: PinState, end: PinState
    ) -> Callable[[], None]:
        pin = self._find(command)
        if pin is None:
            return lambda: self._fail(NOT_FOUND)
        if pin.state is not end:
            self._in_state(pin, start)

        def apply() -> None:
            pin.state = way

            def done() -> None:
                pin.state = end

            self._job(pin, done)

        return apply

    # --------------------------------------------------------------- helpers

    def _digits(self, command: JsonObject) -> str:
        digits = str(command["pin"])
        can = self.lock.capabilities
        if not re.fullmatch(r"[0-9]+", digits):
            raise errors.invalid("pin must be digits")
        if not can.pin_length_min <= len(digits) <= can.pin_length_max:
            raise errors.invalid("pin has a wrong length")
        return digits

    def _schedule(self, command: JsonObject, access_type: str) -> None:
        if access_type != "always" and not self.lock.schedules_allowed:
            raise errors.invalid("This lock takes codes of access type always only")
        if "schedule" in command:
            return
        problem = schedules.problem(
            access_type, command.get("accessTimes"), command.get("accessRecurrence")
        )
        if problem:
            raise errors.invalid(problem)

    def _user(self, command: JsonObject) -> User | None:
        """Return whom a command names; None where a user is to be made."""
        world = self.call.cloud.world
        user_id = command.get("userID") or command.get("augustUserID")
        if user_id:
            user = world.users.get(str(user_id))
            if user is None:
                raise errors.not_found("User")
            return user
        partner_user_id = command.get("partnerUserID")
        if not partner_user_id:
            return None
        return world.partner_user(self.call.user, str(partner_user_id))

    def _find(self, command: JsonObject, *, by_digits: bool = True) -> Pin | None:
        named = {"userID", "augustUserID", "partnerUserID"} & command.keys()
        digits = str(command.get("pin", ""))
        if named:
            user = self._user(command)
            pin = self.lock.pins.of_user(user.user_id) if user else None
            if pin and by_digits and digits and pin.pin != digits:
                return None
            return pin
        return self.lock.pins.with_digits(digits) if digits else None

    def _with_digits(self, digits: str) -> Pin | None:
        master = self.lock.pins.master
        if master and master.pin == digits:
            return master
        return self.lock.pins.with_digits(digits)

    def _slot(self, digits: str) -> int | None:
        now = self.call.cloud.clock.now()
        for held in self.lock.pins.reserved(now):
            if held.pin == digits:
                return held.slot
        can = self.lock.capabilities
        return self.lock.pins.free_slot(now, can.pin_slot_min, can.pin_slot_max)

    @staticmethod
    def _in_state(pin: Pin, state: PinState) -> None:
        if pin.state is not state:
            raise errors.conflict(f"Unable to set intent state for pin: {pin.state}")

    def _job(
        self, pin: Pin, finish: Callable[[], None], *, refusable: bool = False
    ) -> None:
        pin.updated_at = self.call.cloud.clock.now()
        self.jobs.append(
            Job(
                errand=self.errand,
                pin=pin,
                state=pin.state,
                finish=finish,
                refusable=refusable,
            )
        )

    def _fail(self, reason: str) -> None:
        self.jobs.append(Job(errand=self.errand, pin=None, reason=reason))


def _reschedule(pin: Pin, command: JsonObject) -> None:
    def text(name: str) -> str | None:
        value = command.get(name)
        return str(value) if value is not None else None

    pin.access_times = text("accessTimes")
    pin.access_recurrence = text("accessRecurrence")
    pin.schedule = text("schedule")
