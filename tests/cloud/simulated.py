"""Clients of the simulated cloud."""

from typing import override

import aiohttp
from yarl import URL

from custom_components.yale_august.cloud import brand as brands
from custom_components.yale_august.cloud.auth import TokenSource
from custom_components.yale_august.cloud.budget import Budget
from custom_components.yale_august.cloud.client import Client
from custom_components.yale_august.cloud.transport import Transport
from tests.simulator import Brand, Simulator
from tests.simulator.accounts import User

YALE = brands.Brand.YALE


class Tokens(TokenSource):
    """Tokens that the simulator hands out."""

    def __init__(
        self, cloud: Simulator, user: User | None = None, brand: Brand = Brand.YALE
    ) -> None:
        """Log in."""
        self._cloud, self._user, self._brand = cloud, user, brand
        self._token = self._log_in()

    def _log_in(self) -> str:
        return str(self._cloud.authorize(self._user, self._brand)["access_token"])

    @override
    async def access_token(self) -> str:
        return self._token

    @override
    async def renew(self, refused: str) -> str:
        if refused == self._token:
            self._token = self._log_in()
        return self._token


def client_for(
    session: aiohttp.ClientSession,
    cloud: Simulator,
    brand: brands.Brand = YALE,
    tokens: TokenSource | None = None,
) -> Client:
    """Return a client of the simulated cloud."""
    theirs = Brand(brand.value)
    transport = Transport(
        session,
        brands.endpoints(brand, URL(cloud.url)),
        cloud.key(theirs).value,
        tokens or Tokens(cloud, brand=theirs),
    )
    return Client(transport, Budget())
