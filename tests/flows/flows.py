"""A person who walks through the config flow, and reads what it says."""

from collections.abc import Mapping
import json
from pathlib import Path
from string import Formatter
from typing import Any, Self

from aiohttp.test_utils import TestClient
from homeassistant import components
from homeassistant.components.application_credentials import (
    ClientCredential,
    async_import_client_credential,
)
from homeassistant.config_entries import SOURCE_USER, ConfigEntry, ConfigFlowResult
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType
from homeassistant.helpers import config_validation as cv
import probatio as vol
from yarl import URL

from custom_components import yale_august
from custom_components.yale_august.const import DOMAIN
from tests.home import CREDENTIAL
from tests.simulator.accounts import User
from tests.simulator.lock import Lock
from tests.simulator.simulator import Simulator
from tests.simulator.words import Brand

TRANSLATIONS = Path(yale_august.__file__).parent / "translations" / "en.json"
CORE = Path(components.__file__).parent / "homeassistant" / "translations" / "en.json"


def texts(path: Path = TRANSLATIONS) -> dict[str, Any]:
    """Return the English texts."""
    found = json.loads(path.read_text())
    assert isinstance(found, dict)
    return found


def placeholders(text: str) -> set[str]:
    """Return what a text wants to be told."""
    return {name for _, name, _, _ in Formatter().parse(text) if name}


class Person:
    """Walks through one flow; every screen is checked against the translations."""

    def __init__(
        self, hass: HomeAssistant, cloud: Simulator, browser: TestClient[Any, Any]
    ) -> None:
        """Sit down."""
        self.hass = hass
        self.cloud = cloud
        self.browser = browser
        self.result: ConfigFlowResult

    # What the person does

    async def add(self) -> Self:
        """Choose "add integration"."""
        return self._see(
            await self.hass.config_entries.flow.async_init(
                DOMAIN, context={"source": SOURCE_USER}
            )
        )

    async def open(self, flow_id: str) -> Self:
        """Open a flow that waits for somebody."""
        return self._see(await self.hass.config_entries.flow.async_configure(flow_id))

    async def reconfigure(self, entry: ConfigEntry) -> Self:
        """Choose "reconfigure" of an entry."""
        return self._see(
            await self.hass.config_entries.flow.async_init(
                DOMAIN,
                context={"source": "reconfigure", "entry_id": entry.entry_id},
            )
        )

    async def submit(self, **typed: Any) -> Self:
        """Submit a form; what is not typed is left as suggested, None clears a field."""
        schema = self.result.get("data_schema")
        values = {**(suggestions(schema) if schema is not None else {}), **typed}
        return await self._go_on(
            {name: value for name, value in values.items() if value is not None}
        )

    async def choose(self, option: str) -> Self:
        """Choose from a menu."""
        assert option in self.options
        return await self._go_on({"next_step_id": option})

    async def refresh(self) -> Self:
        """Reload the page: the same screen comes back."""
        step = self.step
        await self._go_on(None)
        assert self.step == step
        return self

    async def sign_in(self, user: User | None = None, *, allow: bool = True) -> Self:
        """Walk the brand's sign-in page and come back."""
        return await self.come_back(
            await self.cloud.sign_in(self.sign_in_page, user, allow=allow)
        )

    async def come_back(self, location: str) -> Self:
        """Let the browser follow the sign-in page's redirect; go on with the flow."""
        url = URL(location)
        assert str(url.origin()) == "https://example.com"
        answer = await self.browser.get(url.path_qs)
        assert answer.status == 200
        return await self._go_on(None)

    async def get_credential(self, brand: Brand) -> None:
        """Give Home Assistant the client id and secret of a brand."""
        client = self.cloud.client(brand)
        await async_import_client_credential(
            self.hass,
            DOMAIN,
            ClientCredential(client.client_id, client.secret, f"Partner of {brand}"),
            CREDENTIAL[brand],
        )

    async def start(self, brand: Brand = Brand.YALE, key: str | None = None) -> Self:
        """Add the integration and go to the sign-in page of a brand."""
        await self.get_credential(brand)
        await self.add()
        await self.submit(brand=brand.value, api_key=key or self.cloud.key(brand).value)
        if self.step == "pick_implementation":
            await self.submit(implementation=CREDENTIAL[brand])
        return self

    async def choose_sub_user(self, brand: Brand = Brand.YALE) -> Self:
        """Go on to the form for the sub-user."""
        await self.start(brand)
        await self.sign_in()
        await self.submit(acting_user="sub_user")
        assert self.step == "sub_user"
        return self

    # What the person sees

    @property
    def step(self) -> str | None:
        """The step that is shown."""
        return self.result.get("step_id")

    @property
    def errors(self) -> dict[str, str]:
        """The errors that are shown."""
        return self.result.get("errors") or {}

    @property
    def told(self) -> Mapping[str, str]:
        """What the sentences name."""
        return self.result.get("description_placeholders") or {}

    @property
    def fields(self) -> set[str]:
        """The fields of the form."""
        schema = self.result.get("data_schema")
        return {str(name) for name in schema.schema} if schema is not None else set()

    @property
    def options(self) -> list[str]:
        """The choices of the menu."""
        return options_of(self.result)

    @property
    def typed(self) -> dict[str, Any]:
        """What stands in the fields already."""
        schema = self.result.get("data_schema")
        assert schema is not None
        return suggestions(schema)

    @property
    def sign_in_page(self) -> str:
        """The address of the sign-in page that opens."""
        assert self.result["type"] is FlowResultType.EXTERNAL_STEP, self.result
        return self.result["url"]

    @property
    def aborted(self) -> str | None:
        """Why the flow has ended."""
        return self.result.get("reason")

    @property
    def entry(self) -> ConfigEntry:
        """The entry that was created."""
        assert self.result["type"] is FlowResultType.CREATE_ENTRY, self.result
        return self.result["result"]

    # How

    async def _go_on(self, values: dict[str, Any] | None) -> Self:
        return self._see(
            await self.hass.config_entries.flow.async_configure(
                self.result["flow_id"], values
            )
        )

    def _see(self, result: ConfigFlowResult) -> Self:
        self.result = result
        check(result)
        return self


def suggestions(schema: vol.Schema) -> dict[str, Any]:
    """Return what the frontend puts into the fields of a form."""
    found = {}
    for marker in schema.schema:
        described = marker.description or {}
        if "suggested_value" in described:
            found[str(marker)] = described["suggested_value"]
        elif marker.default is not None and callable(marker.default):
            found[str(marker)] = marker.default()
    return found


def options_of(result: ConfigFlowResult) -> list[str]:
    """Return the choices of a menu."""
    assert result["type"] is FlowResultType.MENU, result
    options = result["menu_options"]
    assert isinstance(options, list)
    return options


def serialized(schema: vol.Schema | None) -> set[str]:
    """Turn a form into what the frontend gets; return the names of its fields."""
    if schema is None:
        return set()
    fields = vol.to_field_list(schema, custom_serializer=cv.custom_serializer)
    assert isinstance(fields, list)
    json.dumps(fields)
    names = {field["name"] for field in fields}
    assert names == {str(name) for name in schema.schema}
    return names


def check(result: ConfigFlowResult) -> None:
    """Make sure that a screen has all its texts, and the texts all they name."""
    told = set(result.get("description_placeholders") or {})
    config = texts()["config"]

    def said(text: str) -> None:
        assert placeholders(text) <= told, text

    match result["type"]:
        case FlowResultType.FORM:
            step = config["step"][result["step_id"]]
            said(step["title"])
            said(step["description"])
            schema = result["data_schema"]
            fields = (
                {str(name) for name in schema.schema} if schema is not None else set()
            )
            assert fields <= set(step.get("data", {}))
            assert fields <= set(step.get("data_description", {}))
            for where, error in (result["errors"] or {}).items():
                assert where in {*fields, "base"}
                said(config["error"][error])
        case FlowResultType.MENU:
            step = config["step"][result["step_id"]]
            said(step["title"])
            said(step["description"])
            assert all(option in step["menu_options"] for option in options_of(result))
        case FlowResultType.ABORT:
            if result.get("translation_domain") == "homeassistant":
                config = texts(CORE)["config"]
            said(config["abort"][result["reason"]])


# Sub-users

WHO = {
    "partner_user_id": "home-assistant",
    "first_name": "Home",
    "last_name": "Assistant",
}


def partner(cloud: Simulator) -> User:
    """Return the one sub-user that there is."""
    (user,) = (user for user in cloud.world.users.values() if user.partner_user_id)
    return user


def ids(*locks: Lock) -> list[str]:
    """Return the ids of locks."""
    return [lock.lock_id for lock in locks]


def shared(cloud: Simulator, locks: list[Lock]) -> dict[str, str]:
    """Return what the sub-user may do with which lock."""
    user_id = partner(cloud).user_id
    return {
        lock.name: lock.users[user_id].value for lock in locks if user_id in lock.users
    }


def count(cloud: Simulator, operation: str) -> int:
    """Return how often an operation was asked for."""
    return sum(request.operation == operation for request in cloud.requests)
