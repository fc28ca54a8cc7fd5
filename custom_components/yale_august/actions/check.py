"""The action that tells what works with a login and its API key."""

from collections.abc import Mapping
from typing import Final

from homeassistant.core import HomeAssistant, ServiceCall, ServiceResponse
from homeassistant.util import dt as dt_util
from homeassistant.util.json import JsonObjectType, JsonValueType

from custom_components.yale_august.account import Account
from custom_components.yale_august.cloud import routes
from custom_components.yale_august.cloud.checkup import (
    Finding,
    Samples,
    Verdict,
    async_check,
)
from custom_components.yale_august.cloud.errors import CloudError
from custom_components.yale_august.cloud.models import LockCapabilities, Role
from custom_components.yale_august.const import (
    ACTING_OWNER,
    CONF_ACTING_USER,
    CONF_BRAND,
)
from custom_components.yale_august.coordinator import LockCoordinator
from custom_components.yale_august.devices import BRIDGE_MODELS
from custom_components.yale_august.people.logins import told_of_account
from custom_components.yale_august.people.roles import RANK, ROLE_WORDS
from custom_components.yale_august.sentences import async_sentences
from custom_components.yale_august.veil import Veil
from custom_components.yale_august.webhooks.address import has_address
from custom_components.yale_august.webhooks.papers import Papers

from .accounts import account_of, lock_key
from .action import Handlers

_SAID: Final = {
    Verdict.WORKS: "check_works",
    Verdict.IN_USE: "check_in_use",
    Verdict.NOT_FOR_KEY: "check_not_for_key",
    Verdict.NOT_FOR_ROLE: "check_not_for_role",
    Verdict.NOT_THERE: "check_not_there",
    Verdict.REFUSED: "check_refused",
    Verdict.NO_ANSWER: "check_no_answer",
    Verdict.NOT_TRIED: "check_not_tried",
    Verdict.NOTHING_TO_TRY: "check_nothing_to_try",
}
_PUSH: Final = {
    "connected": "check_push_connected",
    "lost": "check_push_lost",
    "not_for_key": "check_push_not_for_key",
    "not_there": "check_push_not_there",
}
_ADDRESS: Final = {
    "there": "check_address_there",
    "none": "check_address_none",
    "in_use": "check_address_in_use",
}
_ONLINE: Final = {True: "online", False: "offline", None: "unknown"}


async def _async_check_account(call: ServiceCall) -> ServiceResponse:
    """Try what can be read, look at the rest, and say so in words."""
    account = account_of(call)
    try:
        checkup = await async_check(account.client, _samples(account), dt_util.utcnow())
    except CloudError as err:
        raise told_of_account(account, err) from err
    account.checkup = checkup
    if checkup.works(routes.GET_ACTIVITIES):
        account.witness.async_try_again()
    sentences = await async_sentences(call.hass)
    push, address = _push(account), _address(call.hass, account)
    veil = Veil()
    return {
        "entry": account.entry.title,
        "brand": account.entry.data[CONF_BRAND],
        "acting_user": account.entry.data[CONF_ACTING_USER],
        "operations": {
            finding.route.operation: _told(finding, sentences)
            for finding in checkup.findings
        },
        "push": {"verdict": push, "message": sentences[_PUSH[push]]},
        "webhook_address": {
            "verdict": address,
            "message": sentences[_ADDRESS[address]],
        },
        "bridges": _bridges(call.hass, account, veil),
        "locks": {
            lock_key(call.hass, lock_id) or veil.hide("lock_id", lock_id) or "": _lock(
                lock
            )
            for lock_id, lock in sorted(account.locks.items())
        },
    }


def _told(finding: Finding, sentences: Mapping[str, str]) -> dict[str, JsonValueType]:
    told: dict[str, JsonValueType] = {
        "verdict": finding.verdict.value,
        "message": sentences[_SAID[finding.verdict]],
    }
    if not finding.route.proven:
        told["not_proven"] = sentences["check_not_proven"]
    if finding.route.safety is routes.Safety.COMMAND:
        told["choices_not_proven"] = sentences["check_choices_not_proven"]
    if finding.route.number is not None:
        told["number"] = finding.route.number
    if finding.status is not None:
        told["status"] = finding.status
    return told


def _samples(account: Account) -> Samples:
    """Return what to try with: locks of the highest role first, those with codes too."""
    locks = sorted(
        account.locks.values(),
        key=lambda lock: -RANK[lock.data.summary.role or Role.USER],
    )
    houses = dict.fromkeys(
        lock.data.summary.house_id for lock in locks if lock.data.summary.house_id
    )
    return Samples(
        locks=[
            (
                lock.lock_id,
                None if lock.data.detail is None else lock.data.detail.serial_number,
            )
            for lock in locks
        ],
        locks_with_codes=[
            lock.lock_id
            for lock in locks
            if lock.data.detail is None
            or lock.data.detail.supports_entry_codes is not False
        ],
        houses=list(houses),
        subscriber_id=account.push.subscriber_id,
        owner=_is_owner(account),
        in_use=_in_use(account),
    )


def _is_owner(account: Account) -> bool:
    return bool(account.entry.data[CONF_ACTING_USER] == ACTING_OWNER)


def _in_use(account: Account) -> frozenset[routes.Route]:
    """Return what is known to work, because something rests on it now."""
    found = set[routes.Route]()
    if account.push_connected:
        found.add(routes.CREATE_SUBSCRIBER)
    if not _is_owner(account):
        found.add(routes.CREATE_SUB_USER)
    papers = Papers.of(account.entry)
    if papers is not None and any(papers.locks.values()):
        found.add(routes.REGISTER_LOCK_WEBHOOK)
    return frozenset(found)


def _push(account: Account) -> str:
    if account.client.transport.endpoints.push is None:
        return "not_there"
    if account.push.refused:
        return "not_for_key"
    return "connected" if account.push_connected else "lost"


def _address(hass: HomeAssistant, account: Account) -> str:
    papers = Papers.of(account.entry)
    if papers is not None and any(papers.locks.values()):
        return "in_use"
    return "there" if has_address(hass) else "none"


def _bridges(hass: HomeAssistant, account: Account, veil: Veil) -> list[JsonValueType]:
    """Return each bridge with the locks behind it; one may carry several."""
    found: dict[str, JsonObjectType] = {}
    for lock_id, lock in sorted(account.locks.items()):
        bridge = lock.data.detail and lock.data.detail.bridge
        if not bridge:
            continue
        name = veil.hide("bridge_id", bridge.bridge_id or lock_id) or ""
        told = found.setdefault(
            name,
            {
                "bridge": name,
                "model": BRIDGE_MODELS.get(bridge.model or "", bridge.model),
                "state": _ONLINE[bridge.online],
                "locks": [],
            },
        )
        behind = told["locks"]
        assert isinstance(behind, list)
        behind.append(lock_key(hass, lock_id))
    return list(found.values())


def _lock(lock: LockCoordinator) -> JsonObjectType:
    """Return what a lock can do, and what the login may do with it."""
    data = lock.data
    role, detail, capabilities = data.summary.role, data.detail, data.capabilities
    can = {
        "remote_operation": data.operable,
        "latch": data.has_latch,
        "door_sensor": capabilities is not None and capabilities.door_sense is True,
        "secure_mode": data.has_secure_mode,
        "access_codes": detail is not None and detail.supports_entry_codes is True,
        "schedules": detail is not None and detail.access_schedules_allowed is True,
    }
    return {
        "name": data.name,
        "role": None if role is None else ROLE_WORDS[role],
        "reachable": _ONLINE[lock.online],
        "capabilities": [name for name, has in can.items() if has],
        "capabilities_told": capabilities not in (None, LockCapabilities()),
    }


HANDLERS: Final[Handlers] = {
    "check_account": _async_check_account,
}
