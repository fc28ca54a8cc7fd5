"""What a login may do, and how it is told what it may not."""

from homeassistant.exceptions import HomeAssistantError, ServiceValidationError

from custom_components.yale_august.account import Account
from custom_components.yale_august.cloud.errors import (
    ApiKeyInvalid,
    CloudError,
    LoginExpired,
)
from custom_components.yale_august.const import ACTING_OWNER, CONF_ACTING_USER, DOMAIN
from custom_components.yale_august.failures import failure


def refused(key: str, **placeholders: str) -> ServiceValidationError:
    """Return why a wish cannot be carried out as it is."""
    return ServiceValidationError(
        translation_domain=DOMAIN,
        translation_key=key,
        translation_placeholders=placeholders,
    )


def require_owner(account: Account) -> None:
    """Raise ServiceValidationError unless an account acts as its owner."""
    if account.entry.data[CONF_ACTING_USER] != ACTING_OWNER:
        raise refused("owner_only", entry=account.entry.title)


def told_of_account(account: Account, err: CloudError) -> HomeAssistantError:
    """Put what the cloud refused for an account in words, and ask for a login where it ended."""
    if isinstance(err, LoginExpired | ApiKeyInvalid):
        account.note_failure(err)
    return failure(err, account.entry.title)
