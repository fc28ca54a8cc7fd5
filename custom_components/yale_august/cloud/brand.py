"""Hosts, addresses and header names of each brand (reference 2.1 and 2.2)."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from yarl import URL

LOOPBACK: Final = frozenset({"127.0.0.1", "::1", "localhost"})


class Brand(StrEnum):
    """The two separately run back ends of the platform (reference 0.2)."""

    YALE = "yale"
    AUGUST = "august"


@dataclass(frozen=True, slots=True, kw_only=True)
class Endpoints:
    """Where one brand's cloud is and how its headers are called."""

    brand: Brand
    rest: URL
    authorize: URL
    token: URL
    push: URL | None
    """Address of the socket.io server; None: this brand has none that we know."""
    account_page: URL
    api_key_header: str
    access_token_header: str
    branding_header: str
    branding: str


_ENDPOINTS: Final = {
    Brand.YALE: Endpoints(
        brand=Brand.YALE,
        rest=URL("https://api.aaecosystem.com"),
        authorize=URL("https://oauth.aaecosystem.com/authorize"),
        token=URL("https://oauth.aaecosystem.com/access_token"),
        push=URL("https://websocket.aaecosystem.com/"),
        account_page=URL("https://account.aaecosystem.com"),
        api_key_header="x-api-key",
        access_token_header="x-access-token",
        branding_header="x-branding",
        branding="yale",
    ),
    Brand.AUGUST: Endpoints(
        brand=Brand.AUGUST,
        rest=URL("https://api-production.august.com"),
        authorize=URL("https://auth.august.com/authorization"),
        token=URL("https://auth.august.com/access_token"),
        push=None,
        account_page=URL("https://account.august.com"),
        api_key_header="x-august-api-key",
        access_token_header="x-august-access-token",
        branding_header="x-august-branding",
        branding="august",
    ),
}


def endpoints(brand: Brand, cloud: URL | None = None) -> Endpoints:
    """Return the addresses of a brand.

    `cloud` replaces scheme, host and port of REST, OAuth and push; paths and header
    names stay the brand's. A brand without push has none there either.
    """
    known = _ENDPOINTS[brand]
    if cloud is None:
        return known
    return Endpoints(
        brand=brand,
        rest=_moved(known.rest, cloud),
        authorize=_moved(known.authorize, cloud),
        token=_moved(known.token, cloud),
        push=None if known.push is None else _moved(known.push, cloud),
        account_page=known.account_page,
        api_key_header=known.api_key_header,
        access_token_header=known.access_token_header,
        branding_header=known.branding_header,
        branding=known.branding,
    )


def parse_cloud_override(text: str) -> URL:
    """Read an address that stands in for the cloud while developing.

    Only `http(s)://127.0.0.1|[::1]|localhost[:port]`: tokens and keys must not be
    led anywhere else. Raises ValueError, without repeating the text.
    """
    problem = "the cloud can only be replaced by a loopback address"
    try:
        url = URL(text.strip())
        port = url.explicit_port
    except (TypeError, ValueError) as err:
        raise ValueError(problem) from err
    if (
        url.scheme not in ("http", "https")
        or url.host not in LOOPBACK
        or url.user is not None
        or url.password is not None
        or url.path != "/"
        or url.query_string
        or url.fragment
        or port == 0
    ):
        raise ValueError(problem)
    return url.origin()


def _moved(url: URL, cloud: URL) -> URL:
    return cloud.origin().with_path(url.path)
