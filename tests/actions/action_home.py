"""Calls of the integration's actions."""

from typing import Any

from homeassistant.auth.models import User
from homeassistant.core import Context
from homeassistant.exceptions import HomeAssistantError
import pytest

from custom_components.yale_august.const import DOMAIN
from tests.home import Home


async def ask(
    home: Home,
    action: str,
    *locks: str,
    user: User | None = None,
    response: bool = True,
    **data: object,
) -> Any:
    """Call an action for some locks, named as in the app, and return its answer."""
    if locks:
        data["entity_id"] = [home.entity_id("lock", lock, "lock") for lock in locks]
    return await home.hass.services.async_call(
        DOMAIN,
        action,
        data,
        blocking=True,
        context=Context(user_id=None if user is None else user.id),
        return_response=response,
    )


async def ask_one(home: Home, action: str, lock: str, **data: Any) -> Any:
    """Call an action for one lock and return the answer for it."""
    answer = await ask(home, action, lock, **data)
    assert set(answer) == {home.entity_id("lock", lock, "lock")}
    return next(iter(answer.values()))


async def refusal(home: Home, action: str, *locks: str, **data: Any) -> str:
    """Call an action that must fail, and return the key of the sentence."""
    with pytest.raises(HomeAssistantError) as caught:
        await ask(home, action, *locks, **data)
    assert caught.value.translation_domain == DOMAIN
    assert caught.value.translation_key
    assert caught.value.translation_key not in str(caught.value), "has no sentence"
    return caught.value.translation_key
