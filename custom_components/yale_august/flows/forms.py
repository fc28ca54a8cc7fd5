"""The forms of the config flow."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from homeassistant.config_entries import ConfigEntry
from homeassistant.const import CONF_API_KEY
from homeassistant.helpers.selector import (
    BooleanSelector,
    SelectOptionDict,
    SelectSelector,
    SelectSelectorConfig,
    SelectSelectorMode,
    TextSelector,
    TextSelectorConfig,
    TextSelectorType,
)
import probatio as vol

from custom_components.yale_august.cloud.brand import Brand
from custom_components.yale_august.cloud.models import LockSummary, Role
from custom_components.yale_august.const import (
    ACTING_OWNER,
    ACTING_SUB_USER,
    BRAND_TITLES,
    CONF_ACTING_USER,
    CONF_BRAND,
    CONF_FIRST_NAME,
    CONF_LAST_NAME,
    CONF_LOCK_IDS,
    CONF_PARTNER_USER_ID,
    CONF_ROLE,
)
from custom_components.yale_august.sentences import plain

CONF_SIGN_IN: Final = "sign_in"

_SHOWN: Final = 12
_API_KEY = TextSelector(TextSelectorConfig(type=TextSelectorType.PASSWORD))
_TEXT = TextSelector(TextSelectorConfig(type=TextSelectorType.TEXT))


def user_form(typed: Mapping[str, Any], brand: Brand, *, signed_in: bool) -> vol.Schema:
    """Return the form for brand and API key.

    Whoever has signed in already may do so again, as somebody else.
    """
    schema: dict[vol.Marker, object] = {
        vol.Required(CONF_BRAND, default=brand.value): _choice(CONF_BRAND, Brand),
        vol.Required(
            vol.Secret(CONF_API_KEY), description=_suggested(typed, CONF_API_KEY)
        ): _API_KEY,
    }
    if signed_in:
        schema[vol.Required(CONF_SIGN_IN, default=False)] = BooleanSelector()
    return vol.Schema(schema)


def key_form() -> vol.Schema:
    """Return the form for another API key."""
    return vol.Schema({vol.Required(vol.Secret(CONF_API_KEY)): _API_KEY})


def reconfigure_form(
    typed: Mapping[str, Any], acting_user: str, *, sign_in: bool
) -> vol.Schema:
    """Return the form for what can be changed later; no key means the present one."""
    return vol.Schema(
        {
            vol.Optional(
                vol.Secret(CONF_API_KEY), description=_suggested(typed, CONF_API_KEY)
            ): _API_KEY,
            vol.Required(CONF_ACTING_USER, default=acting_user): _acting_user(),
            vol.Required(CONF_SIGN_IN, default=sign_in): BooleanSelector(),
        }
    )


def account_form(acting_user: str) -> vol.Schema:
    """Return the form for whom the entry acts as."""
    return vol.Schema(
        {vol.Required(CONF_ACTING_USER, default=acting_user): _acting_user()}
    )


def sub_user_form(typed: Mapping[str, Any], locks: Sequence[LockSummary]) -> vol.Schema:
    """Return the form for the sub-user and the locks to share with it."""
    labels = lock_labels(locks)
    return vol.Schema(
        {
            **{
                vol.Required(name, description=_suggested(typed, name)): _TEXT
                for name in (CONF_PARTNER_USER_ID, CONF_FIRST_NAME, CONF_LAST_NAME)
            },
            vol.Optional(
                CONF_LOCK_IDS,
                default=[id_ for id_ in typed.get(CONF_LOCK_IDS, ()) if id_ in labels],
            ): SelectSelector(
                SelectSelectorConfig(
                    options=[
                        SelectOptionDict(value=lock.lock_id, label=labels[lock.lock_id])
                        for lock in locks
                    ],
                    multiple=True,
                    mode=SelectSelectorMode.LIST
                    if len(locks) <= _SHOWN
                    else SelectSelectorMode.DROPDOWN,
                )
            ),
            vol.Required(
                CONF_ROLE, default=typed.get(CONF_ROLE, Role.USER.value)
            ): role_choice(),
        }
    )


def role_choice() -> SelectSelector:
    """Return the choice of a role, the least first."""
    return _choice(CONF_ROLE, (Role.USER, Role.MANAGER, Role.SUPERUSER))


def lock_labels(locks: Iterable[LockSummary]) -> dict[str, str]:
    """Return a name for each lock that no other of them has."""
    locks = list(locks)
    named = {lock.lock_id: lock.name or "Lock" for lock in locks}
    houses = {lock.lock_id: lock.house_name for lock in locks}
    if len({house for house in houses.values() if house}) > 1:
        named = {
            lock_id: f"{name} ({houses[lock_id]})" if houses[lock_id] else name
            for lock_id, name in named.items()
        }
    often = Counter(named.values())
    return {
        lock_id: name if often[name] == 1 else f"{name} (…{lock_id[-4:]})"
        for lock_id, name in named.items()
    }


def listed(names: Iterable[str], most: int = _SHOWN) -> str:
    """Return names as a line; many are counted."""
    known = list(names)
    more = len(known) - most
    return ", ".join(known[:most]) + (f" + {more}" if more > 0 else "")


def bulleted(lines: Sequence[str], more: int = 0) -> str:
    """Return lines as a list; `more` are only counted."""
    shown = [f"- {plain(line)}" for line in lines]
    if more > 0:
        shown.append(f"- … + {more}")
    return "\n".join(shown)


def entry_title(
    brand: Brand, locks: Iterable[LockSummary], who: str | None = None
) -> str:
    """Return what a new entry is called: by its houses, if they are few."""
    houses = sorted({lock.house_name for lock in locks if lock.house_name})
    title = " & ".join(houses) if 0 < len(houses) < 3 else BRAND_TITLES[brand]
    return f"{title} ({who})" if who else title


def changed_title(entry: ConfigEntry, owned: Iterable[LockSummary], title: str) -> str:
    """Return what an entry is called when it acts as another: as a new one, unless somebody has named it.

    `owned` are the locks of the login, `title` what a new one would be called.
    """
    is_owner = entry.data[CONF_ACTING_USER] == ACTING_OWNER
    who = "" if is_owner else f" ({acting_name(entry.data)})"
    houses = {lock.house_name for lock in owned} | {*BRAND_TITLES.values()}
    is_ours = entry.title.endswith(who) and houses.issuperset(
        entry.title.removesuffix(who).split(" & ")
    )
    return title if is_ours else entry.title


def acting_name(data: Mapping[str, Any]) -> str:
    """Return the name of the sub-user that an entry acts as."""
    return f"{data[CONF_FIRST_NAME]} {data[CONF_LAST_NAME]}"


def _suggested(typed: Mapping[str, Any], name: str) -> dict[str, Any]:
    return {"suggested_value": typed[name]} if typed.get(name) else {}


def _acting_user() -> SelectSelector:
    return _choice(CONF_ACTING_USER, (ACTING_OWNER, ACTING_SUB_USER))


def _choice(name: str, values: Iterable[str]) -> SelectSelector:
    return SelectSelector(
        SelectSelectorConfig(
            options=[str(value) for value in values],
            translation_key=name,
            mode=SelectSelectorMode.LIST,
        )
    )
