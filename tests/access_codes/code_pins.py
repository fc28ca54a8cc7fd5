"""Access codes on simulated locks, as the app and Home Assistant put them there."""

from typing import Any

from homeassistant.config_entries import ConfigEntry

from custom_components.yale_august.codes.schedule import ALWAYS
from tests.home import Home
from tests.simulator.lock import Lock
from tests.simulator.pinbook import Pin, PinState


def pins(lock: Lock) -> dict[str, Pin]:
    """Return the codes of a lock by the first name of their users."""
    return {pin.first_name: pin for pin in lock.pins.pins}


def loaded(lock: Lock, name: str) -> bool:
    """Return whether a lock has the code of somebody."""
    found = pins(lock).get(name)
    return found is not None and found.state is PinState.LOADED


def put(home: Home, lock: Lock, name: str, digits: str, **more: Any) -> Pin:
    """Put a code on a lock as the app does."""
    now = home.cloud.clock.now()
    lock.pins.made += 1
    pin = Pin(
        **{
            "pin_id": f"{lock.pins.made:024x}",
            "user_id": home.cloud.world.add_user(
                name, "", owner=home.cloud.owner
            ).user_id,
            "pin": digits,
            "slot": 100 + lock.pins.made,
            "state": PinState.LOADED,
            "access_type": "always",
            "first_name": name,
            "last_name": "",
            "unverified": True,
            "calling_user_id": home.cloud.owner.user_id,
            "api_key": "hidden-api-key",
            "created_at": now,
            "updated_at": now,
            "loaded_at": now,
            **more,
        }
    )
    lock.pins.pins.append(pin)
    return pin


async def give(
    home: Home, entry: ConfigEntry, lock: Lock, name: str, *, digits: str = "482915"
) -> str:
    """Give a guest a code and wait until the lock has it; return its id."""
    codes = home.account(entry).codes
    outcomes = await codes.async_add(name, [lock.lock_id], ALWAYS, digits=digits)
    await home.when(lambda: loaded(lock, name))
    code_id = outcomes[lock.lock_id].code_id
    await settled(home, entry, lock, code_id)
    return code_id


async def settled(home: Home, entry: ConfigEntry, lock: Lock, code_id: str) -> None:
    """Wait until nothing is open for a code."""

    def rests() -> bool:
        shown = home.account(entry).codes.shown(lock.lock_id)
        return all(code.settled for code in shown if code.code_id == code_id)

    await home.until(rests)
