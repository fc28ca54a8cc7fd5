"""The first half of the config flow: sign in, and try key and login by a real call."""

from abc import abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, field
import logging
import time
from typing import Any, Final, cast, override

from homeassistant.config_entries import (
    SOURCE_REAUTH,
    SOURCE_RECONFIGURE,
    ConfigEntry,
    ConfigEntryState,
    ConfigFlowResult,
)
from homeassistant.const import CONF_ACCESS_TOKEN, CONF_TOKEN
from homeassistant.core import DOMAIN as HOMEASSISTANT_DOMAIN
from homeassistant.data_entry_flow import AbortFlow
from homeassistant.exceptions import (
    ImplementationUnavailableError,
    OAuth2TokenRequestBaseError,
)
from homeassistant.helpers.aiohttp_client import async_get_clientsession
from homeassistant.helpers.config_entry_oauth2_flow import (
    AbstractOAuth2FlowHandler,
    async_get_implementations,
)

from custom_components.yale_august.addresses import CloudAddressRefused, brand_endpoints
from custom_components.yale_august.cloud.auth import TokenSource, token_claims
from custom_components.yale_august.cloud.brand import Brand
from custom_components.yale_august.cloud.budget import Budget
from custom_components.yale_august.cloud.client import Client
from custom_components.yale_august.cloud.errors import CloudError, LoginExpired
from custom_components.yale_august.cloud.models import LockSummary
from custom_components.yale_august.cloud.transport import Transport
from custom_components.yale_august.const import (
    BRAND_TITLES,
    CONF_AUTH_IMPLEMENTATION,
    DOMAIN,
    ENV_CLOUD,
)
from custom_components.yale_august.oauth import PartnerImplementation
from custom_components.yale_august.tokens import FlowTokens

from .problems import Problem, login_problem, sign_in_problem

_LOGGER = logging.getLogger(__name__)

_DAY: Final = 86400


@dataclass(frozen=True, slots=True, kw_only=True)
class Login:
    """A login that the flow may use: one of its own, or that of the entry."""

    token: Mapping[str, Any] = field(repr=False)
    implementation: str | None = None
    """The credential it was got with in this flow; None: it is the entry's."""

    @property
    def access_token(self) -> str:
        """The access token."""
        return str(self.token.get(CONF_ACCESS_TOKEN) or "")

    @property
    def ends_soon(self) -> bool:
        """Whether it has to be renewed today."""
        expires_at = self.token.get("expires_at")
        return not isinstance(expires_at, int | float) or (
            expires_at < time.time() + _DAY
        )

    def data(self) -> dict[str, Any]:
        """Return what an entry keeps of a login that is new to it."""
        if self.implementation is None:
            return {}
        return {
            CONF_AUTH_IMPLEMENTATION: self.implementation,
            CONF_TOKEN: dict(self.token),
        }


class LoginFlow(AbstractOAuth2FlowHandler):
    """Signs in at the hosts of a brand and tries what it got.

    Whatever goes wrong comes back to a form, with what was typed and, where it still
    holds, with the login.
    """

    DOMAIN = DOMAIN

    def __init__(self) -> None:
        """Begin with nothing known."""
        super().__init__()
        self.brand = Brand.YALE
        self.api_key = ""
        self.login: Login | None = None
        self.locks: tuple[LockSummary, ...] = ()
        self._budget = Budget()

    @property
    @override
    def logger(self) -> logging.Logger:
        """Where the flow logs."""
        return _LOGGER

    @property
    def entry(self) -> ConfigEntry | None:
        """The entry that is being mended or changed; None: a new one."""
        if self.source == SOURCE_REAUTH:
            return self._get_reauth_entry()
        if self.source == SOURCE_RECONFIGURE:
            return self._get_reconfigure_entry()
        return None

    @abstractmethod
    def start_form(self, problem: Problem) -> ConfigFlowResult:
        """Return the form from which key and login can be corrected."""

    @abstractmethod
    async def async_logged_in(self) -> ConfigFlowResult:
        """Go on with a key and a login that work; `locks` are known."""

    def placeholders(self, more: Mapping[str, str] | None = None) -> dict[str, str]:
        """Return what the sentences of every form may name."""
        entry = self.entry
        return {
            "brand": BRAND_TITLES[self.brand],
            "name": entry.title if entry is not None else "",
            "minutes": "1",
            **(more or {}),
        }

    def client(self, tokens: TokenSource) -> Client:
        """Return a client with the key that is being tried; raises CloudAddressRefused."""
        where = brand_endpoints(self.hass, self.brand)
        session = async_get_clientsession(self.hass)
        return Client(Transport(session, where, self.api_key, tokens), self._allowance)

    @property
    def _allowance(self) -> Budget:
        """The budget to draw on: a loaded account's own, so that its pauses hold."""
        if (entry := self.entry) is None or entry.state is not ConfigEntryState.LOADED:
            return self._budget
        budget: Budget = entry.runtime_data.client.budget
        return budget

    def check_address(self) -> None:
        """Stop before anything is typed when the environment names no good cloud."""
        try:
            brand_endpoints(self.hass, self.brand)
        except CloudAddressRefused as err:
            raise AbortFlow("cloud_address_refused", {"variable": ENV_CLOUD}) from err

    async def async_check_credentials(self) -> None:
        """Stop before anything is typed when nobody can sign in.

        The frontend asks for credentials then, and begins a new flow after that.
        """
        try:
            found = await async_get_implementations(self.hass, DOMAIN)
        except ImplementationUnavailableError as err:
            raise AbortFlow(
                "oauth_implementation_unavailable",
                translation_domain=HOMEASSISTANT_DOMAIN,
            ) from err
        if not found:
            raise AbortFlow(
                "missing_credentials", translation_domain=HOMEASSISTANT_DOMAIN
            )

    async def async_sign_in(self) -> ConfigFlowResult:
        """Send the person to the brand's sign-in page, with the entry's credential."""
        self.login = None
        if (entry := self.entry) is None:
            return await self.async_step_pick_implementation()
        return await self.async_step_pick_implementation(
            {"implementation": entry.data[CONF_AUTH_IMPLEMENTATION]}
        )

    @override
    async def async_step_auth(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Use the hosts of the brand; Home Assistant picked a credential only."""
        if user_input is None:
            implementation = cast("PartnerImplementation", self.flow_impl)
            self.flow_impl = implementation.for_brand(self.brand)
        return await super().async_step_auth(user_input)

    @override
    async def async_step_authorize_rejected(
        self, data: None = None
    ) -> ConfigFlowResult:
        """Come back from a sign-in page that gave no permission."""
        cancelled = self.external_data["error"] == "access_denied"
        return self.start_form(
            Problem(key="sign_in_cancelled" if cancelled else "sign_in_failed")
        )

    @override
    async def async_step_creation(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Turn the code of the sign-in page into tokens.

        Home Assistant's own step ends the flow when that fails, and what was typed is
        lost; it also writes a token that lacks its lifetime into the log.
        """
        try:
            token = await self.flow_impl.async_resolve_external_data(self.external_data)
        except OAuth2TokenRequestBaseError as err:
            self.logger.debug("No tokens for the code: %s", type(err).__name__)
            return self.start_form(sign_in_problem(err))
        token["expires_at"] = time.time() + token["expires_in"]
        return await self.async_oauth_create_entry(
            {CONF_AUTH_IMPLEMENTATION: self.flow_impl.domain, CONF_TOKEN: token}
        )

    @override
    async def async_oauth_create_entry(self, data: dict[str, Any]) -> ConfigFlowResult:
        """Find out whose login it is; one entry for each."""
        login = Login(
            token=data[CONF_TOKEN], implementation=data[CONF_AUTH_IMPLEMENTATION]
        )
        user_id = token_claims(login.access_token).user_id
        if user_id is None:
            return self.start_form(Problem(key="no_user_id"))
        if (entry := self.entry) is not None:
            if user_id != entry.unique_id:
                return self.start_form(Problem(key="wrong_account"))
        elif (other := await self.async_set_unique_id(user_id)) is not None:
            return self.async_abort(
                reason="already_configured",
                description_placeholders={"name": other.title},
            )
        self.login = login
        return await self.async_try()

    async def async_try(self) -> ConfigFlowResult:
        """Try key and login by a real call: the list of locks."""
        if self.login is None:
            return await self.async_sign_in()
        try:
            client = self.client(FlowTokens(self.login.access_token))
            self.locks = await client.get_locks()
        except CloudError as err:
            if isinstance(err, LoginExpired):
                self.login = None
            return self.start_form(login_problem(err))
        return await self.async_logged_in()
