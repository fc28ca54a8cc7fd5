"""What can be done in the options with additional users: create or find one, share locks, change a role."""

import asyncio
from collections.abc import Iterable, Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import Any, Final

from homeassistant.config_entries import ConfigFlowResult
from homeassistant.data_entry_flow import AbortFlow
from homeassistant.exceptions import HomeAssistantError
import probatio as vol

from custom_components.yale_august.cloud.errors import CloudError
from custom_components.yale_august.cloud.models import LockSummary, Role, SubUser
from custom_components.yale_august.commands.told import told
from custom_components.yale_august.const import (
    CONF_FIRST_NAME,
    CONF_LAST_NAME,
    CONF_LOCK_IDS,
    CONF_PARTNER_USER_ID,
    CONF_ROLE,
)
from custom_components.yale_august.coordinator import LockCoordinator
from custom_components.yale_august.people.logins import refused
from custom_components.yale_august.people.roles import Holdings, async_set_role
from custom_components.yale_august.people.sharing import Sharing, SubUserWish
from custom_components.yale_august.people.sub_users import async_share_locks
from custom_components.yale_august.sentences import (
    async_sentences,
    error_said,
    plain,
    said,
)

from .codes import FormFields, choice
from .forms import lock_labels, role_choice, sub_user_form
from .users import UsersFlow

_WHO: Final = (CONF_PARTNER_USER_ID, CONF_FIRST_NAME, CONF_LAST_NAME)
_NOT_ALLOWED: Final = "sub_users_not_allowed"


class ChangeUserFlow(UsersFlow):
    """Creates additional users, and gives them locks and roles."""

    _told_lines: list[str]

    async def async_step_users_add(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Ask who it is, and for the locks that it is to have."""
        errors: dict[str, str] = {}
        reason: dict[str, str] = {}
        typed: dict[str, Any] = {}
        if user_input is not None:
            typed = {
                name: value.strip() if isinstance(value, str) else value
                for name, value in user_input.items()
            }
            errors = {name: "blank" for name in _WHO if not typed[name]}
            if not errors:
                try:
                    return await self._share(
                        SubUser(
                            partner_user_id=typed[CONF_PARTNER_USER_ID],
                            first_name=typed[CONF_FIRST_NAME],
                            last_name=typed[CONF_LAST_NAME],
                        ),
                        typed,
                    )
                except HomeAssistantError as err:
                    errors, reason = await self._not_shared(err)
        return self.async_show_form(
            step_id="users_add",
            data_schema=sub_user_form(typed, [*self._shareable().values()]),
            errors=errors,
            description_placeholders=reason,
        )

    async def async_step_user_share(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Ask for locks to share with the user, and the role."""
        errors: dict[str, str] = {}
        reason: dict[str, str] = {}
        if user_input is not None:
            if not user_input[CONF_LOCK_IDS]:
                errors = {CONF_LOCK_IDS: "locks_missing"}
            else:
                try:
                    return await self._share(self._user, user_input)
                except HomeAssistantError as err:
                    errors, reason = await self._not_shared(err)
        return await self._ask(
            "user_share", self._shareable(), user_input, errors, reason
        )

    async def async_step_user_role(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Ask for locks that the user has, and the role that it is to have there."""
        errors: dict[str, str] = {}
        if user_input is not None:
            if user_input[CONF_LOCK_IDS]:
                return await self._change(user_input)
            errors = {CONF_LOCK_IDS: "locks_missing"}
        return await self._ask("user_role", self._changeable(), user_input, errors)

    async def async_step_user_told(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Say what became of it, lock by lock."""
        if user_input is not None:
            return await self.async_step_user()
        return self.async_show_form(
            step_id="user_told",
            data_schema=vol.Schema({}),
            description_placeholders={
                **self._told_user(),
                "told": "\n".join(self._told_lines),
            },
        )

    # How

    async def _not_shared(
        self, err: HomeAssistantError
    ) -> tuple[dict[str, str], dict[str, str]]:
        """Return the error of a form, and its placeholders; where no form could work, end the flow."""
        if err.translation_key == _NOT_ALLOWED:
            raise AbortFlow("failed", {"reason": await self._reason(err)}) from err
        return await self._refused(err)

    async def _ask(
        self,
        step_id: str,
        lock_ids: Iterable[str],
        typed: dict[str, Any] | None,
        errors: dict[str, str],
        reason: Mapping[str, str] = MappingProxyType({}),
    ) -> ConfigFlowResult:
        """Ask for locks and a role."""
        labels = await self._lock_labels(self._lock_names(), lock_ids)
        fields: FormFields = {
            vol.Required(CONF_LOCK_IDS, default=[]): choice(labels, multiple=True),
            vol.Required(CONF_ROLE, default=Role.USER.value): role_choice(),
        }
        return self.async_show_form(
            step_id=step_id,
            data_schema=self.add_suggested_values_to_schema(
                vol.Schema(fields), typed or {}
            ),
            errors=errors,
            description_placeholders={**self._told_user(), **reason},
        )

    async def _share(self, user: SubUser, typed: Mapping[str, Any]) -> ConfigFlowResult:
        """Create or find the user and share locks; raises HomeAssistantError without a user."""
        locks, names = self._shareable(), self._lock_names()
        wish = SubUserWish(
            partner_user_id=user.partner_user_id or "",
            first_name=user.first_name or user.partner_user_id or "",
            last_name=user.last_name or "",
            locks=tuple(
                locks[lock_id] for lock_id in typed[CONF_LOCK_IDS] if lock_id in locks
            ),
            role=Role(typed[CONF_ROLE]),
        )
        sharing = await async_share_locks(self._login, wish)
        self._user = replace(
            user,
            user_id=sharing.user_id,
            first_name=sharing.first_name or user.first_name,
            last_name=sharing.last_name or user.last_name,
        )
        self._held = Holdings(roles={lock.lock_id: lock.role for lock in sharing.seen})
        self._other_names = lock_labels(sharing.seen)
        self._told_lines = await self._shared_lines(wish.locks, sharing, names)
        return await self.async_step_user_told()

    async def _shared_lines(
        self, locks: Iterable[LockSummary], sharing: Sharing, names: Mapping[str, str]
    ) -> list[str]:
        sentences = await async_sentences(self.hass)
        who = "sub_user_created" if sharing.created else "sub_user_found"
        lines = [sentences[who], ""]
        for lock in locks:
            name = names.get(lock.lock_id, "")
            if (key := sharing.problems.get(lock.lock_id)) is None:
                said_so = said(sentences, "lock_shared", {"lock": name})
                lines.append(f"- {plain(said_so)}")
            else:
                lines.append(f"- **{plain(name)}**: {plain(sentences[key])}")
        return lines

    async def _change(self, typed: Mapping[str, Any]) -> ConfigFlowResult:
        """Change the user's role on some locks, each by itself."""
        account, names = self._login, self._lock_names()
        role = Role(typed[CONF_ROLE])
        sentences = await async_sentences(self.hass)

        async def change(lock_id: str) -> str:
            name = names[lock_id]
            try:
                if (lock := account.find(lock_id)) is None:
                    raise refused("lock_gone", lock=name, entry=account.entry.title)
                listed = await self._set_role(lock, role)
            except HomeAssistantError as err:
                return f"- **{plain(name)}**: {plain(error_said(sentences, err))}"
            key = "user_changed" if listed else "user_accepted"
            return f"- {plain(said(sentences, key, {'lock': name}))}"

        locks = [lock_id for lock_id in typed[CONF_LOCK_IDS] if lock_id in names]
        self._told_lines = await asyncio.gather(*map(change, locks))
        return await self.async_step_user_told()

    async def _set_role(self, lock: LockCoordinator, role: Role) -> bool:
        """Change the user's role on one lock; raises HomeAssistantError."""
        try:
            listed = await async_set_role(lock, self._user.user_id or "", role)
        except CloudError as err:
            raise told(lock, err) from err
        if listed:
            roles = {**self._held.roles, lock.lock_id: role}
            self._held = replace(self._held, roles=roles)
        return listed
