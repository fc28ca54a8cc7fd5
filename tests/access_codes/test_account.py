"""Access codes and the account: whose they are, what is kept of them, what is not told."""

import logging
from typing import Any

from homeassistant.core import HomeAssistant
from homeassistant.exceptions import ServiceValidationError
import pytest

from custom_components.yale_august.access_codes.store import CodeStore
from custom_components.yale_august.codes.records import CodeState
from custom_components.yale_august.codes.schedule import ALWAYS
from custom_components.yale_august.const import DOMAIN
from tests.home import Home
from tests.simulator.words import Role

from .code_home import GUEST, CodeHome, soon


@pytest.mark.parametrize("role", Role)
async def test_owners_only(home: Home, role: Role) -> None:
    """Codes are offered to the owner of a lock that takes them, and nothing is asked for others."""
    door = home.cloud.add_lock("keypad", name="Front Door")
    bare = home.cloud.add_lock("connect", name="Shed")
    person = home.cloud.world.add_user("Max", "Manager", email="max@example.com")
    for lock in (door, bare):
        home.cloud.share(lock, person, role)
    entry = await home.set_up(person)
    codes = home.account(entry).codes
    may = role is Role.SUPERUSER
    assert codes.can_codes(home.coordinator(entry, "Front Door")) is may
    assert not codes.can_codes(home.coordinator(entry, "Shed"))
    for lock in (bare,) if may else (door, bare):
        with pytest.raises(ServiceValidationError) as refused:
            await codes.async_add(GUEST, [lock.lock_id], ALWAYS)
        assert refused.value.translation_key == "code_not_offered"
    assert home.cloud.requests.count("get_pins") == 0
    assert home.cloud.requests.count("write_pins") == 0


async def test_two_entries(home: Home, hass_storage: dict[str, Any]) -> None:
    """Each login keeps its own guests, in its own file."""
    other = home.cloud.world.add_user("Otto", "Other", email="otto@example.com")
    locks = [
        home.cloud.add_lock("keypad", name="Front Door"),
        home.cloud.add_lock("keypad", name="Cabin", owner=other),
    ]
    entries = [await home.set_up(), await home.set_up(other, title="Cabin")]
    for entry, lock in zip(entries, locks, strict=True):
        codes = home.account(entry).codes
        made = await codes.async_add(GUEST, [lock.lock_id], ALWAYS, wait=5)
        assert made[lock.lock_id].state is CodeState.CONFIRMED
    await home.hass.config_entries.async_remove(entries[0].entry_id)
    assert f"{DOMAIN}.{entries[0].entry_id}.codes" not in hass_storage
    assert f"{DOMAIN}.{entries[1].entry_id}.codes" in hass_storage
    assert home.account(entries[1]).codes.find_guest(" gina GUEST ") is not None


async def test_log_knows_nobody(home: Home, caplog: pytest.LogCaptureFixture) -> None:
    """No log, at whatever level, has a guest's name, an id or a code."""
    caplog.set_level(logging.DEBUG)
    codes = CodeHome(home)
    await codes.set_up()
    made = await codes.add()
    digits = {outcome.digits for outcome in made.values()}
    guest_id = next(iter(codes.codes.guests))
    assert repr(made).count("digits") == 0
    await codes.codes.async_suspend(GUEST, wait=5)
    await codes.codes.async_resume(GUEST, wait=5)
    await codes.codes.async_change(GUEST, schedule=soon(), wait=5)
    await codes.reload()
    await codes.codes.async_end(GUEST, wait=5)
    ours = "\n".join(
        record.getMessage()
        for record in caplog.records
        if record.name.startswith("custom_components") or "yale_august" in record.name
    )
    for secret in (*digits, GUEST, "Gina", guest_id):
        assert secret is not None
        assert secret not in ours


async def test_damaged_file(hass: HomeAssistant, hass_storage: dict[str, Any]) -> None:
    """What can be read is read; the rest is nobody's code."""
    guest = {
        "guest_id": "ha-1",
        "name": GUEST,
        "first_name": "Gina",
        "last_name": "Guest",
        "same_code": True,
    }
    code = {
        "guest_id": "ha-1",
        "lock_id": "A" * 32,
        "goal": "open",
        "schedule": {"type": "always"},
        "state": "sent",
        "reason": None,
        "settled": False,
        "step": {
            "action": "load",
            "sent_at": "2026-05-01T12:00:00+00:00",
            "deadline": "2026-05-01T12:03:00+00:00",
            "attempt": 1,
            "accepted": None,
            "refusal": None,
            "seen": False,
        },
        "tried": None,
        "trail": {
            "since": "2026-05-01T11:59:30+00:00",
            "until": "2026-05-01T12:00:00+00:00",
            "first_name": "Gina",
            "last_name": "Guest",
            "before": ["pin-1"],
            "mixed": True,
        },
        "change": False,
        "fresh": False,
        "user_id": None,
        "pin_id": None,
        "adopted": False,
        "wished_at": "2026-05-01T11:59:00+00:00",
        "confirmed_at": None,
    }
    damaged = [
        {**code, "goal": "elsewhere"},
        {**code, "schedule": {"type": "lunar"}},
        {**code, "wished_at": "2026-05-01T11:59:00"},
        {**code, "lock_id": 7},
        {**code, "guest_id": "ha-2"},
        {"guest_id": "ha-1"},
        None,
    ]
    hass_storage[f"{DOMAIN}.1.codes"] = {
        "version": 1,
        "data": {"guests": [guest, {"name": 1}, 5], "codes": [*damaged, code]},
    }
    store = CodeStore(hass, "1")
    await store.async_load()
    assert list(store.guests) == ["ha-1"]
    assert [len(codes) for codes in store.codes.values()] == [1]
    await store.async_save()
    assert hass_storage[f"{DOMAIN}.1.codes"]["data"] == {
        "guests": [guest],
        "codes": [code],
    }
    rubbish: tuple[object, ...] = (None, [], {"guests": 5, "codes": {}})
    for nonsense in rubbish:
        hass_storage[f"{DOMAIN}.2.codes"] = {"version": 1, "data": nonsense}
        empty = CodeStore(hass, "2")
        await empty.async_load()
        assert empty.guests == {}
