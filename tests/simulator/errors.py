"""How the cloud says no (reference 3.6, 4.4)."""

from .words import JsonObject, Trouble


class Refusal(Exception):
    """An answer other than success, with its JSON body."""

    def __init__(self, status: int, code: int | str, message: str) -> None:
        """Refuse with this status and body."""
        super().__init__(message)
        self.status = status
        self.body: JsonObject = {"code": code, "message": message}


def invalid_key() -> Refusal:
    """Return the refusal of a key that this back end does not know."""
    return Refusal(403, "Forbidden", "API key is not valid")


def endpoint_not_allowed() -> Refusal:
    """Return the refusal of a key that lacks this endpoint."""
    return Refusal(403, "NotAuthorized", "endpoint not allowed for API key")


def missing_permission(name: str) -> Refusal:
    """Return the refusal of a key that lacks a permission (reference 3.1)."""
    return Refusal(403, "NotAuthorized", f"permission {name} not granted")


def invalid_token() -> Refusal:
    """Return the refusal of a missing, expired or revoked access token."""
    return Refusal(401, "Unauthorized", "Access token is not valid")


def not_authorized() -> Refusal:
    """Return the refusal of a user who lacks the role."""
    return Refusal(403, 403, "User is not authorized")


def invalid(message: str) -> Refusal:
    """Return the refusal of a malformed request."""
    return Refusal(400, 400, message)


def not_found(what: str) -> Refusal:
    """Return the refusal of an unknown id, or one the caller may not see."""
    return Refusal(404, 404, f"{what} not found")


def conflict(message: str) -> Refusal:
    """Return the refusal of something that clashes with what is there."""
    return Refusal(409, 409, message)


def device(trouble: Trouble) -> Refusal:
    """Return the refusal that tells of a trouble with a lock (reference 13)."""
    error = trouble.error
    return Refusal(error.status, error.code, error.message)
