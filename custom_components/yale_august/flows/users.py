"""The additional users of a login in the options: who they are, and what they may do with which lock."""

from collections.abc import Iterable, Mapping
from typing import Any, Final

from homeassistant.config_entries import ConfigFlowResult
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers.translation import async_get_translations
import probatio as vol

from custom_components.yale_august.cloud.models import LockSummary, Role, SubUser
from custom_components.yale_august.const import DOMAIN
from custom_components.yale_august.people.register import Register
from custom_components.yale_august.people.roles import (
    ROLE_WORDS,
    Holdings,
    async_holdings,
    full_name,
)
from custom_components.yale_august.people.sub_users import async_register
from custom_components.yale_august.sentences import async_sentences, plain, said

from .codes import by_name, choice, chosen
from .forms import listed, lock_labels
from .loaded import LoadedFlow

CONF_USER: Final = "user"
ROLE_NAME: Final = "role_name"
"""The choice whose words roles are called by."""

_ROLES: Final = f"component.{DOMAIN}.selector.{ROLE_NAME}.options."
_NO_USERS: Final = "no_users"
_NO_LOCKS: Final = "no_locks"
_UNKNOWN: Final = "unknown"
_SHOWN: Final = 15
"""How many users or locks a sentence lists; with more the menu below it would be out of sight."""


class UsersFlow(LoadedFlow):
    """Where the steps about additional users begin and come back to."""

    _register: Register
    _user: SubUser
    _held: Holdings
    _other_names: Mapping[str, str] = {}
    """Locks that the user sees and the entry does not have, by id."""

    async def async_step_users(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Read who there is, and show them."""
        try:
            self._register = await async_register(self._login)
        except HomeAssistantError as err:
            return await self._show_failure(err)
        users = self._register.sub_users
        options = ["users_pick", "users_add", "users", "done"]
        if not users:
            options.remove("users_pick")
        words = await self._words()
        return self.async_show_menu(
            step_id="users",
            menu_options=options,
            description_placeholders={
                "users": _lines(map(_label, users), more=self._register.more)
                or words[_NO_USERS]
            },
        )

    async def async_step_users_pick(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Ask for one of them."""
        users = {one.user_id or "": one for one in self._register.sub_users}
        labels = {user_id: _label(one) for user_id, one in users.items()}
        errors = {}
        if user_input is not None:
            word = user_input[CONF_USER]
            ids = {user_id: one.partner_user_id or "" for user_id, one in users.items()}
            if (found := chosen(word, labels) or chosen(word, ids)) is not None:
                self._user = users[found]
                return await self.async_step_user_read()
            errors[CONF_USER] = "no_such_user"
        in_order = sorted(labels.items(), key=lambda label: by_name(label[1]))
        return self.async_show_form(
            step_id="users_pick",
            data_schema=vol.Schema({vol.Required(CONF_USER): choice(dict(in_order))}),
            errors=errors,
        )

    async def async_step_user_read(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Read what the user may do."""
        self._other_names = {}
        self._held = await async_holdings(self._login, self._user.user_id or "")
        return await self.async_step_user()

    async def async_step_user(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Show the user, and what can be done."""
        names = {**self._other_names, **self._lock_names()}
        options = ["user_share", "user_role", "user_read", "users", "done"]
        if not self._shareable():
            options.remove("user_share")
        if not self._changeable():
            options.remove("user_role")
        labels = await self._lock_labels(names, self._held.roles)
        held = [_lines(labels.values())] if labels else []
        if unread := sorted(names[one] for one in self._held.unread & names.keys()):
            sentences = await async_sentences(self.hass)
            told = {"locks": plain(listed(unread))}
            held.append(said(sentences, "people_unread", told))
        return self.async_show_menu(
            step_id="user",
            menu_options=options,
            description_placeholders={
                **{name: plain(text) for name, text in self._told_user().items()},
                "locks": "\n\n".join(held) or (await self._words())[_NO_LOCKS],
            },
        )

    # What all steps need

    def _told_user(self) -> dict[str, str]:
        """Return who the user is; of the token that acts as it nothing is known here."""
        user = self._user
        return {
            "user": full_name(user.first_name, user.last_name)
            or user.partner_user_id
            or "",
            "partner_user_id": user.partner_user_id or "",
            "user_id": user.user_id or "",
        }

    def _lock_names(self) -> dict[str, str]:
        """Return the names of the login's locks, by id."""
        return lock_labels(
            lock.data.summary for lock in self._login.locks.values() if lock.present
        )

    async def _lock_labels(
        self, names: Mapping[str, str], lock_ids: Iterable[str]
    ) -> dict[str, str]:
        """Return the names of locks by id, with the role that the user has there."""
        words, roles = await self._words(), self._held.roles
        return {
            lock_id: f"{names[lock_id]} · {words[_role_word(roles[lock_id])]}"
            if lock_id in roles
            else names[lock_id]
            for lock_id in lock_ids
            if lock_id in names
        }

    def _shareable(self) -> dict[str, LockSummary]:
        """Return the locks that the login may share (reference 17.1), by id."""
        return {
            lock.lock_id: lock.data.summary
            for lock in self._login.locks.values()
            if lock.present and lock.data.summary.role is not Role.USER
        }

    def _changeable(self) -> list[str]:
        """Return the locks on which the login may change the user's role (reference 17.2)."""
        return [
            lock.lock_id
            for lock in self._login.locks.values()
            if lock.present
            and lock.lock_id in self._held.roles
            and lock.data.summary.role in (Role.SUPERUSER, None)
        ]

    async def _words(self) -> Mapping[str, str]:
        """Return what roles are called, and what stands where there is nothing."""
        texts = await async_get_translations(
            self.hass, self.hass.config.language, "selector", [DOMAIN]
        )
        return {
            name.removeprefix(_ROLES): text
            for name, text in texts.items()
            if name.startswith(_ROLES)
        }


def _role_word(role: Role | None) -> str:
    return _UNKNOWN if role is None else ROLE_WORDS[role]


def _label(user: SubUser) -> str:
    """Return name and ID of a user, as no other of the login is called."""
    name = full_name(user.first_name, user.last_name)
    return " · ".join(filter(None, (name, user.partner_user_id)))


def _lines(found: Iterable[str], *, more: int = 0) -> str:
    lines = sorted(found, key=by_name)
    more += max(0, len(lines) - _SHOWN)
    shown = [f"- {plain(line)}" for line in lines[:_SHOWN]]
    return "\n".join([*shown, f"- … + {more}"] if more else shown)
