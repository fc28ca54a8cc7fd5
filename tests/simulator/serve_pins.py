"""Codes on locks (reference 14 to 16)."""

from datetime import timedelta
import random
from uuid import uuid4

from . import errors
from .desk import SUCCESS, Answer, Call, serves
from .lock import Lock
from .locksmith import Errand, Job
from .payloads import distort
from .pinbook import Pin, PinState, Reservation
from .pincommands import FIELDS, Commands
from .pinpayloads import groups_body, master_body

RESERVED_FOR = timedelta(minutes=3)
"""For how long a reservation holds; real minutes, whatever the speed."""

_random = random.Random(14)


def _keypad_lock(call: Call) -> Lock:
    """Return the lock of the path if the caller owns it and it takes codes."""
    lock = call.own_lock()
    if not lock.entry_codes:
        raise errors.Refusal(412, 412, "Lock does not support entry codes")
    return lock


@serves("get_pins")
async def get_pins(call: Call) -> Answer:
    """Answer `GET /locks/:lockID/pins`; without a keypad there are none."""
    lock = call.own_lock()
    return Answer(distort(lock, "pins", groups_body(lock)))


@serves("write_pins")
async def write_pins(call: Call) -> Answer:
    """Answer `POST /locks/:lockID/pins`: accepted, not done."""
    lock = _keypad_lock(call)
    listed = call.body.get("commands")
    if not isinstance(listed, list) or not listed:
        raise errors.invalid("commands must be a non-empty array")
    unlisted = [
        f"command {name}"
        for command in listed
        if isinstance(command, dict)
        for name in command.keys() - FIELDS
    ]
    if unlisted:
        call.violate(unlisted)
        raise errors.invalid(f"Not listed: {', '.join(unlisted)}")
    commands = Commands(
        call=call, lock=lock, errand=_errand(call, lock, len(listed), "http")
    )
    steps = [commands.check(command) for command in listed]
    for step in steps:
        step()
    call.cloud.locksmith.order(lock, commands.jobs)
    return Answer({"message": "success", "transactionID": str(uuid4())})


def _errand(call: Call, lock: Lock, commands: int, scheme: str) -> Errand:
    """Return what is to be reported where.

    The body names an address only. Where it is the address of the caller's
    registered webhook, the header of that registration goes along.
    """
    webhook = call.body.get("webhook")
    if webhook is not None and not (
        isinstance(webhook, str) and webhook.startswith(scheme)
    ):
        raise errors.invalid(f"webhook must be an address that starts with {scheme}")
    errand = Errand(webhook=webhook, left=commands)
    registration = call.cloud.courier.of(call.user.user_id, lock.lock_id)
    if registration and registration.url == webhook:
        errand.headers = registration.headers
    return errand


@serves("reserve_pin")
async def reserve_pin(call: Call) -> Answer:
    """Answer `GET /locks/:lockID/pin`: a random free code, held for a while (14.8)."""
    lock = _keypad_lock(call)
    book, can, now = lock.pins, lock.capabilities, call.cloud.clock.now()
    slot = book.free_slot(now, can.pin_slot_min, can.pin_slot_max)
    if slot is None:
        raise errors.conflict("No free slot on this lock")
    length = min(max(can.pin_length_min, 6), can.pin_length_max)
    taken = {pin.pin for pin in book.pins} | {held.pin for held in book.reservations}
    while True:
        digits = "".join(_random.choices("0123456789", k=length))
        if digits not in taken:
            break
    book.reservations.append(
        Reservation(pin=digits, slot=slot, until=now + RESERVED_FOR)
    )
    return Answer({"pin": digits, "slot": slot})


@serves("get_master_pin")
async def get_master_pin(call: Call) -> Answer:
    """Answer the reading of the master code (15)."""
    lock = _keypad_lock(call)
    if lock.pins.master is None:
        raise errors.not_found("Master PIN")
    return Answer(master_body(lock, lock.pins.master))


@serves("set_master_pin")
async def set_master_pin(call: Call) -> Answer:
    """Answer the setting of the master code: accepted, not done (15)."""
    lock = _keypad_lock(call)
    value = call.body.get("pin")
    if not isinstance(value, str | int) or isinstance(value, bool):
        raise errors.invalid("pin is required")
    digits = str(value)
    can, book = lock.capabilities, lock.pins
    if not digits.isdecimal() or not (
        can.pin_length_min <= len(digits) <= can.pin_length_max
    ):
        raise errors.invalid("pin has a wrong form")
    if book.with_digits(digits):
        raise errors.conflict("PIN is already used on this lock")
    errand = _errand(call, lock, 1, "https")
    now = call.cloud.clock.now()
    old = book.master
    pin = Pin(
        pin_id=old.pin_id if old else uuid4().hex[:24],
        user_id=call.user.user_id,
        pin=digits,
        slot=0,
        state=PinState.UPDATING if old else PinState.CREATED,
        access_type="always",
        first_name="",
        last_name="",
        unverified=False,
        calling_user_id=call.user.user_id,
        api_key=call.key.value,
        created_at=old.created_at if old else now,
        updated_at=now,
        loaded_at=old.loaded_at if old else None,
    )
    book.master = pin

    def loaded() -> None:
        pin.state = PinState.LOADED
        pin.loaded_at = call.cloud.clock.now()

    job = Job(errand=errand, pin=pin, state=pin.state, finish=loaded)
    call.cloud.locksmith.order(lock, [job])
    return SUCCESS


@serves("transfer_pin")
async def transfer_pin(call: Call) -> Answer:
    """Answer the transfer of a code to another user (16)."""
    lock = _keypad_lock(call)
    old_id, new_id = call.uuid("oldUserID"), call.uuid("newUserID")
    world, book = call.cloud.world, lock.pins
    pin = book.of_user(old_id)
    new = world.users.get(new_id)
    if pin is None or new is None:
        raise errors.not_found("User" if new is None else "PIN")
    if book.of_user(new_id):
        raise errors.conflict("User already has a PIN on this lock")
    if pin.state is not PinState.LOADED:
        raise errors.conflict(f"Unable to set intent state for pin: {pin.state}")
    pin.state = PinState.UPDATING

    def transferred() -> None:
        pin.state = PinState.LOADED
        pin.user_id = new.user_id
        pin.first_name, pin.last_name = new.first_name, new.last_name
        pin.unverified = not new.verified
        pin.partner_user_id = new.partner_user_id

    job = Job(
        errand=Errand(webhook=None, left=1),
        pin=pin,
        state=pin.state,
        finish=transferred,
        refusable=True,
    )
    call.cloud.locksmith.order(lock, [job])
    return SUCCESS
