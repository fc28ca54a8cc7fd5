"""The second half of the config flow: whom the entry acts as, and the locks that a sub-user is to see.

account -> (done) or sub_user -> (done) or sharing -> ...
"""

from abc import abstractmethod
from collections.abc import Mapping
from typing import Any, Final

from homeassistant.config_entries import ConfigFlowResult
import probatio as vol

from custom_components.yale_august.cloud.errors import (
    ApiKeyInvalid,
    CloudError,
    Forbidden,
    LoginExpired,
    NotFound,
)
from custom_components.yale_august.cloud.models import LockSummary, Role
from custom_components.yale_august.const import (
    ACTING_OWNER,
    ACTING_SUB_USER,
    CONF_ACTING_USER,
    CONF_FIRST_NAME,
    CONF_LAST_NAME,
    CONF_LOCK_IDS,
    CONF_PARTNER_USER_ID,
    CONF_ROLE,
)
from custom_components.yale_august.people.register import async_read_register
from custom_components.yale_august.people.sharing import (
    Sharing,
    SubUserWish,
    async_share,
)
from custom_components.yale_august.sentences import async_sentences
from custom_components.yale_august.tokens import FlowTokens

from .forms import account_form, listed, lock_labels, sub_user_form
from .login import LoginFlow
from .problems import ACCOUNT_PROBLEMS, KEY_PROBLEMS, Problem, sub_user_problem

SUB_USER_FIELDS: Final = (CONF_PARTNER_USER_ID, CONF_FIRST_NAME, CONF_LAST_NAME)


class ActingFlow(LoginFlow):
    """Asks whom the entry acts as; creates or finds a sub-user and shares locks with it."""

    def __init__(self) -> None:
        """Begin with nothing typed."""
        super().__init__()
        self._typed: dict[str, Any] = {}
        self._sharing: Sharing | None = None

    @abstractmethod
    def _done(
        self, acting_user: str, locks: tuple[LockSummary, ...]
    ) -> ConfigFlowResult:
        """Create the entry, or change it."""

    async def async_step_account(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Ask whether to act as the owner or as a sub-user."""
        if user_input is None:
            return self._account_form()
        self._typed |= user_input
        return await self._acting(user_input[CONF_ACTING_USER])

    async def _acting(self, acting_user: str) -> ConfigFlowResult:
        if acting_user == ACTING_OWNER:
            return self._done(ACTING_OWNER, self.locks)
        if not self._shareable():
            return self._account_form(Problem(key="nothing_to_share"))
        return await self.async_step_sub_user()

    # Acting as a sub-user

    async def async_step_sub_user(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Ask who the sub-user is and which locks it is to see."""
        if user_input is None:
            return self._sub_user_form()
        typed = {
            name: value.strip() if isinstance(value, str) else value
            for name, value in user_input.items()
        }
        self._typed |= typed
        if blank := [name for name in SUB_USER_FIELDS if not typed[name]]:
            return self._sub_user_form(errors=dict.fromkeys(blank, "blank"))
        if not typed[CONF_LOCK_IDS]:
            try:
                is_known = await self._is_known(typed[CONF_PARTNER_USER_ID])
            except CloudError as err:
                return self._no_sub_user(err)
            if not is_known:
                # Nobody is created who would see nothing.
                return self._sub_user_form(Problem(key="sub_user_without_locks"))
        return await self.async_step_share_again()

    async def _is_known(self, partner_user_id: str) -> bool:
        """Return whether there is such a sub-user; raises CloudError where nobody can be asked."""
        assert self.login is not None
        owner = self.client(FlowTokens(self.login.access_token))
        try:
            register = await async_read_register(owner)
        except ApiKeyInvalid:
            raise
        except Forbidden, NotFound:
            # Who may not ask has to choose a lock, be it one that is shared already.
            acting = {} if self.entry is None else self.entry.data
            return acting.get(CONF_PARTNER_USER_ID) == partner_user_id
        return register.has(partner_user_id)

    async def async_step_share_again(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Create or find the sub-user, share the locks, read them back."""
        assert self.login is not None
        typed = self._typed
        wish = SubUserWish(
            partner_user_id=typed[CONF_PARTNER_USER_ID],
            first_name=typed[CONF_FIRST_NAME],
            last_name=typed[CONF_LAST_NAME],
            locks=tuple(
                lock for lock in self.locks if lock.lock_id in typed[CONF_LOCK_IDS]
            ),
            role=Role(typed[CONF_ROLE]),
        )
        owner = self.client(FlowTokens(self.login.access_token))
        try:
            self._sharing = await async_share(owner, self.client, wish)
        except CloudError as err:
            return self._no_sub_user(err)
        if self._sharing.problems:
            return await self.async_step_sharing()
        if not self._sharing.seen:
            return self._sub_user_form(Problem(key="sub_user_without_locks"))
        return await self.async_step_finish()

    def _no_sub_user(self, err: CloudError) -> ConfigFlowResult:
        problem = sub_user_problem(err)
        if isinstance(err, LoginExpired):
            self.login = None
        if isinstance(err, LoginExpired) or problem.key in KEY_PROBLEMS:
            return self.start_form(problem)
        if problem.key in ACCOUNT_PROBLEMS:
            return self._account_form(problem)
        return self._sub_user_form(problem)

    async def async_step_sharing(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Say which locks could not be shared; try again, change, or go on without."""
        assert self._sharing is not None
        sharing = self._sharing
        names = lock_labels(self.locks)
        sentences = await async_sentences(self.hass)
        options = ["share_again", "sub_user"]
        if sharing.seen:
            options.append("finish")
        return self.async_show_menu(
            step_id="sharing",
            menu_options=options,
            description_placeholders=self.placeholders(
                {
                    "problems": "\n".join(
                        f"- **{names[lock_id]}**: {sentences.get(key, key)}"
                        for lock_id, key in sharing.problems.items()
                    ),
                    "count": str(len(sharing.seen)),
                }
            ),
        )

    async def async_step_finish(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Go on with the locks that the sub-user sees."""
        assert self._sharing is not None
        return self._done(ACTING_SUB_USER, self._sharing.seen)

    # Forms

    def _account_form(self, problem: Problem | None = None) -> ConfigFlowResult:
        if problem is not None and self.entry is not None:
            return self.start_form(problem)
        return self._form(
            "account",
            account_form(self._typed.get(CONF_ACTING_USER, ACTING_OWNER)),
            problem,
            {
                "locks": listed(lock_labels(self.locks).values()),
                "count": str(len(self.locks)),
            },
        )

    def _sub_user_form(
        self,
        problem: Problem | None = None,
        *,
        errors: dict[str, str] | None = None,
    ) -> ConfigFlowResult:
        form = sub_user_form(self._typed, self._shareable())
        return self._form("sub_user", form, problem, errors=errors)

    def _form(
        self,
        step_id: str,
        schema: vol.Schema | None,
        problem: Problem | None,
        placeholders: Mapping[str, str] | None = None,
        *,
        errors: dict[str, str] | None = None,
    ) -> ConfigFlowResult:
        more = {**(placeholders or {}), **(problem.placeholders if problem else {})}
        return self.async_show_form(
            step_id=step_id,
            data_schema=schema,
            errors=problem.errors() if problem else errors,
            description_placeholders=self.placeholders(more),
        )

    def _shareable(self) -> list[LockSummary]:
        """Return the locks that the login may share (reference 17.1)."""
        return [lock for lock in self.locks if lock.role is not Role.USER]
