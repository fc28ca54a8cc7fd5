"""A partner sub-user, and the locks that are shared with it."""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Final

from custom_components.yale_august.cloud import errors
from custom_components.yale_august.cloud.auth import TokenSource
from custom_components.yale_august.cloud.client import Client
from custom_components.yale_august.cloud.errors import (
    CloudError,
    LoginExpired,
    UnexpectedAnswer,
)
from custom_components.yale_august.cloud.models import LockSummary, Role
from custom_components.yale_august.tokens import FlowTokens

_PROBLEMS: Final[Mapping[type[CloudError], str]] = {
    errors.LoginExpired: "share_login_refused",
    errors.EndpointNotAllowed: "share_not_allowed_for_key",
    errors.Forbidden: "share_role_missing",
    errors.NotFound: "share_not_found",
    errors.OperationNotOffered: "share_role_kept",
    errors.AddressNotProven: "share_role_not_proven",
    errors.RateLimited: "share_rate_limited",
    errors.BudgetExhausted: "share_rate_limited",
    errors.FirewallBlocked: "share_no_answer",
    errors.CloudUnavailable: "share_no_answer",
    errors.OutcomeUnknown: "share_outcome_unknown",
    CloudError: "share_refused",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class SubUserWish:
    """Which sub-user is to see which locks, as what."""

    partner_user_id: str
    first_name: str
    last_name: str
    locks: tuple[LockSummary, ...]
    role: Role


@dataclass(frozen=True, slots=True, kw_only=True)
class Sharing:
    """What came of a wish."""

    seen: tuple[LockSummary, ...]
    """The locks that the sub-user sees, by its own word."""
    problems: Mapping[str, str]
    """The locks that were not shared as wished: lock id -> key of the sentence."""
    user_id: str = field(repr=False)
    """The sub-user, as the cloud knows it."""
    first_name: str | None = field(default=None, repr=False)
    last_name: str | None = field(default=None, repr=False)
    created: bool | None = None
    """Whether it did not exist before."""


async def async_share(
    owner: Client, client_for: Callable[[TokenSource], Client], wish: SubUserWish
) -> Sharing:
    """Create or find the sub-user, share the locks with it, read its list back.

    A lock that it sees already in that role is left alone, so that it may be called
    again. Raises CloudError when there is no sub-user or it cannot be asked before
    anything is shared; the trouble with single locks is in the result.
    """
    made = await owner.create_sub_user(
        partner_user_id=wish.partner_user_id,
        first_name=wish.first_name,
        last_name=wish.last_name,
    )
    if not made.access_token or not made.user_id:
        raise UnexpectedAnswer(operation="create_sub_user")
    user_id = made.user_id
    sub_user = client_for(FlowTokens(made.access_token))
    before = await _seen(sub_user)

    async def share(lock: LockSummary) -> str | None:
        known = before.get(lock.lock_id)
        if known is not None and _is_as_wished(known, wish):
            return None
        try:
            if known is None:
                await owner.add_user(lock.lock_id, user_id, wish.role)
            else:
                await owner.set_user_type(lock.lock_id, user_id, wish.role)
        except CloudError as err:
            return _problem(err)
        return None

    answers = await asyncio.gather(*(share(lock) for lock in wish.locks))
    unseen, kept = "share_not_seen", "share_role_kept"
    try:
        seen = await _seen(sub_user)
    except CloudError:
        # What was shared is shared all the same.
        seen, unseen, kept = before, "share_outcome_unknown", "share_outcome_unknown"
    problems = {}
    for lock, answer in zip(wish.locks, answers, strict=True):
        # What the sub-user sees counts, whatever became of the answer.
        if (known := seen.get(lock.lock_id)) is None:
            problems[lock.lock_id] = answer or unseen
        elif not _is_as_wished(known, wish):
            problems[lock.lock_id] = answer or kept
    return Sharing(
        seen=tuple(seen.values()),
        problems=problems,
        user_id=user_id,
        first_name=made.first_name,
        last_name=made.last_name,
        created=made.created,
    )


def _is_as_wished(lock: LockSummary, wish: SubUserWish) -> bool:
    return lock.role in (wish.role, None)


async def _seen(sub_user: Client) -> dict[str, LockSummary]:
    try:
        return {lock.lock_id: lock for lock in await sub_user.get_locks()}
    except LoginExpired as err:
        # The token is fresh: it is the cloud that contradicts itself, not the person's
        # login that ended.
        raise UnexpectedAnswer(operation=err.operation, status=err.status) from err


def lacks_permission(err: CloudError) -> bool:
    """Return whether it is the key that may have nothing to do with sub-users.

    The cloud has no one answer for that (reference 11.1): the operation may be missing, or
    the permission, with the same code.
    """
    return isinstance(err, errors.EndpointNotAllowed) or (
        isinstance(err, errors.Forbidden)
        and not isinstance(err, errors.ApiKeyInvalid)
        and err.code == "NotAuthorized"
    )


def _problem(err: CloudError) -> str:
    """Return the key of why one lock was not shared."""
    return next(_PROBLEMS[kind] for kind in type(err).__mro__ if kind in _PROBLEMS)
