"""A write in the cloud's words (reference 14.4)."""

from custom_components.yale_august.cloud.models import (
    AccessType,
    Pin,
    PinAction,
    PinCommand,
)

from .records import Code, Guest
from .schedule import Opaque, vendor_words


def command(
    code: Code, guest: Guest, action: PinAction, pin: Pin | None, digits: str | None
) -> PinCommand | None:
    """Return the command for a code; None when it cannot be said.

    `pin` is what the cloud lists of it, `digits` what a load is to bring. A code that was
    made elsewhere, or has been handed to somebody else, goes by its own user.
    """
    is_theirs = code.adopted and code.user_id is not None
    user_id = code.user_id if is_theirs else None
    partner_user_id = None if is_theirs else guest.guest_id
    if action is not PinAction.LOAD:
        listed = AccessType.UNKNOWN if pin is None else pin.access_type
        holder = None if pin is None else pin.user_id
        if holder is not None and code.user_id not in (None, holder):
            user_id, partner_user_id = holder, None
        return PinCommand(
            action=action,
            access_type=AccessType.ALWAYS if listed is AccessType.UNKNOWN else listed,
            pin=None if pin is None else pin.pin,
            user_id=user_id,
            partner_user_id=partner_user_id,
        )
    if isinstance(code.schedule, Opaque) or digits is None:
        return None
    words = vendor_words(code.schedule)
    return PinCommand(
        action=action,
        access_type=words.access_type,
        access_times=words.access_times,
        access_recurrence=words.access_recurrence,
        pin=digits,
        first_name=guest.first_name,
        last_name=guest.last_name,
        user_id=user_id,
        partner_user_id=partner_user_id,
    )
