"""What the vendor hands to a partner (reference 3.1): clients and API keys."""

from dataclasses import dataclass, field
from urllib.parse import urlsplit

from .operations import OPERATIONS
from .words import Brand

MY_REDIRECT = "https://my.home-assistant.io/redirect/oauth"
CREATE_SUB_USER = "users:sub-user:create"
LOCK_MANAGEMENT = "lockmgmt"

_LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})


@dataclass(slots=True, kw_only=True)
class Client:
    """An OAuth client of one brand with its registered redirect addresses."""

    client_id: str
    secret: str
    brand: Brand
    name: str
    redirects: set[str] = field(
        default_factory=lambda: {
            MY_REDIRECT,
            "https://example.com/auth/external/callback",
        }
    )

    def may_redirect_to(self, uri: str) -> bool:
        """Whether the address is registered.

        Any Home Assistant on this machine counts as registered, whatever its
        port: the simulator cannot know it beforehand.
        """
        parts = urlsplit(uri)
        local = (
            parts.scheme == "http"
            and parts.hostname in _LOOPBACK
            and parts.path == "/auth/external/callback"
        )
        return local or uri in self.redirects


@dataclass(slots=True, kw_only=True)
class ApiKey:
    """An API key: for one brand, for these operations, with these permissions."""

    value: str
    brand: Brand
    endpoints: set[str] = field(
        default_factory=lambda: {operation.name for operation in OPERATIONS}
    )
    permissions: set[str] = field(
        default_factory=lambda: {CREATE_SUB_USER, LOCK_MANAGEMENT}
    )


def default_clients() -> dict[str, Client]:
    """Return one client of each brand."""
    return {
        f"partner-{brand}": Client(
            client_id=f"partner-{brand}",
            secret=f"secret-of-partner-{brand}",
            brand=brand,
            name="Partner of the simulator",
        )
        for brand in Brand
    }


def default_keys() -> dict[str, ApiKey]:
    """Return one API key of each brand that may do everything."""
    return {
        value: ApiKey(value=value, brand=brand)
        for brand, value in (
            (Brand.YALE, "5f1e1a7c-0000-4000-8000-00000000aa1e"),
            (Brand.AUGUST, "5f1e1a7c-0000-4000-8000-0000000a0605"),
        )
    }
