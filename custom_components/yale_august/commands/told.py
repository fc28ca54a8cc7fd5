"""What the cloud refused for a lock, in words."""

from homeassistant.exceptions import HomeAssistantError

from custom_components.yale_august.cloud.errors import (
    ApiKeyInvalid,
    CloudError,
    LoginExpired,
)
from custom_components.yale_august.coordinator import LockCoordinator
from custom_components.yale_august.failures import failure


def told(lock: LockCoordinator, err: CloudError) -> HomeAssistantError:
    """Put what the cloud refused for a lock in words, and ask for a login where it ended."""
    if isinstance(err, LoginExpired | ApiKeyInvalid):
        lock.account.note_failure(err)
    return failure(err, lock.data.name)
