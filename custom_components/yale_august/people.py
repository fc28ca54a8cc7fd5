"""Who did it, in words."""

from .cloud.models import LockDetail

PSEUDO_USERS = {
    "manuallock": "Manual",
    "manualunlock": "Manual",
    "manualunlatch": "Manual",
    "autorelock": "Auto-lock",
    "automaticrelock": "Auto-lock",
}
"""Words the cloud sends where no person acted (reference 19.3, 20.3, 21)."""


def actor_name(caller: str, detail: LockDetail | None) -> str | None:
    """Return the name of a calling user, or None for a person the lock does not know."""
    if (word := PSEUDO_USERS.get(caller.lower())) is not None:
        return word
    if detail is None or (user := detail.users.get(caller)) is None:
        return None
    return " ".join(part for part in (user.first_name, user.last_name) if part) or None
