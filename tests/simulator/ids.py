"""Identifiers in the formats of reference 1, the same in every run."""

from hashlib import sha256
from uuid import UUID


def _digest(kind: str, number: int) -> str:
    return sha256(f"{kind} {number}".encode()).hexdigest()


def uuid(kind: str, number: int) -> str:
    """Return the id of a user, a house or an install."""
    return str(UUID(hex=_digest(kind, number)[:32], version=4))


def lock_id(number: int) -> str:
    """Return a lockID: 32 upper-case hex digits."""
    return _digest("lock", number)[:32].upper()


def object_id(kind: str, number: int) -> str:
    """Return a 24-digit id, as bridges, keypads and PINs have."""
    return _digest(kind, number)[:24]


def serial(prefix: str, number: int) -> str:
    """Return a serial number of ten characters."""
    return f"{prefix}{_digest(prefix, number).upper()}"[:10]


def mac(number: int) -> str:
    """Return a Bluetooth address of the locally administered range."""
    digits = _digest("mac", number)[:10].upper()
    return ":".join(["02", *(digits[at : at + 2] for at in range(0, 10, 2))])
