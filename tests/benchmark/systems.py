"""The two systems that are compared."""

from abc import ABC, abstractmethod
from collections.abc import Mapping
import importlib
import os
import time
from typing import Any, Final, override

from homeassistant.components.application_credentials import (
    ClientCredential,
    async_import_client_credential,
)
from homeassistant.config_entries import SOURCE_USER, ConfigEntry
from homeassistant.core import HomeAssistant


class System(ABC):
    """An integration at the simulated cloud."""

    domain: str
    package: str
    packages: tuple[str, ...]
    """All that is written for it alone."""
    credential: str
    """The name of its OAuth implementation."""

    @abstractmethod
    def aim(self, about: Mapping[str, Any]) -> None:
        """Lead it to the simulated cloud, before it is set up."""

    @abstractmethod
    def data(self, about: Mapping[str, Any]) -> dict[str, Any]:
        """Return what its config flow would have stored, beside the login."""

    @abstractmethod
    def connected(self, entry: ConfigEntry) -> bool:
        """Return whether push is connected."""

    async def trust(self, hass: HomeAssistant, about: Mapping[str, Any]) -> None:
        """Give it the client credentials of the simulated cloud."""
        client = about["yale"]
        await async_import_client_credential(
            hass,
            self.domain,
            ClientCredential(client["client_id"], client["client_secret"], "Partner"),
            self.credential,
        )

    def entry(self, about: Mapping[str, Any]) -> ConfigEntry:
        """Return a config entry of a login that was just made."""
        login = about["login"]
        data = {
            "auth_implementation": self.credential,
            "token": {**login, "expires_at": time.time() + login["expires_in"]},
            **self.data(about),
        }
        return ConfigEntry(
            data=data,
            discovery_keys={},  # type: ignore[arg-type]  # any mapping does
            domain=self.domain,
            minor_version=1,
            options={},
            source=SOURCE_USER,
            subentries_data=None,
            title="Benchmark",
            unique_id="benchmark",
            version=1,
        )


class Ours(System):
    """The integration of this repository."""

    domain = "yale_august"
    package = "custom_components.yale_august"
    packages = (package,)
    credential = "yale_partner"

    @override
    def aim(self, about: Mapping[str, Any]) -> None:
        """Lead it to the simulated cloud."""
        os.environ["YALE_AUGUST_CLOUD"] = about["url"]

    @override
    def data(self, about: Mapping[str, Any]) -> dict[str, Any]:
        """Return brand, key and who acts."""
        key = about["yale"]["api_key"]
        return {"brand": "yale", "api_key": key, "acting_user": "owner"}

    @override
    def connected(self, entry: ConfigEntry) -> bool:
        """Return whether push is connected."""
        return bool(entry.runtime_data.push_connected)


class Core(System):
    """Home Assistant's own `yale`."""

    domain = "yale"
    package = "homeassistant.components.yale"
    packages = (package, "yalexs")
    credential = "yale"

    @override
    def aim(self, about: Mapping[str, Any]) -> None:
        """Replace the addresses, which are constants of its library."""
        import socketio  # type: ignore[import-untyped]
        from yalexs import api_common  # type: ignore[import-untyped]
        from yalexs.const import Brand  # type: ignore[import-untyped]

        here = about["url"]
        api_common.BASE_URLS[Brand.YALE_GLOBAL] = here
        oauth = importlib.import_module(f"{self.package}.application_credentials")
        for name, path in (
            ("OAUTH2_AUTHORIZE", "authorize"),
            ("OAUTH2_TOKEN", "access_token"),
        ):
            setattr(oauth, name, f"{here}/{path}")
        # It would hand the keys of locks to the Bluetooth integration: not what is compared.
        found = importlib.import_module(f"{self.package}.data")
        setattr(found, "_async_trigger_ble_lock_discovery", lambda *_: None)
        connect = socketio.AsyncClient.connect

        async def connect_here(client: Any, url: str, **options: Any) -> None:
            local = url.replace("https://websocket.aaecosystem.com", here)
            assert local != url
            await connect(client, local, **options)

        socketio.AsyncClient.connect = connect_here

    @override
    async def trust(self, hass: HomeAssistant, about: Mapping[str, Any]) -> None:
        """Say that Home Assistant's own cloud, on which it depends, is there."""
        hass.config.components.add("cloud")
        await super().trust(hass, about)

    @override
    def data(self, about: Mapping[str, Any]) -> dict[str, Any]:
        """Return nothing: it brings a key of its own."""
        return {}

    @override
    def connected(self, entry: ConfigEntry) -> bool:
        """Return whether push is connected."""
        data = getattr(entry, "runtime_data", None)
        stream = getattr(data, "activity_stream", None)
        return bool(stream is not None and stream.push_updates_connected)


SYSTEMS: Final[dict[str, System]] = {"ours": Ours(), "core": Core()}


def core_key() -> str:
    """Return the API key that core's library brings."""
    from yalexs.const import BRAND_CONFIG, Brand

    key: str = BRAND_CONFIG[Brand.YALE_GLOBAL].api_key
    return key
