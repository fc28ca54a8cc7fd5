"""One name however it is spelled: the accents of a name are characters of their own on some keyboards."""

from unicodedata import normalize

from homeassistant.exceptions import ServiceValidationError
import pytest

from custom_components.yale_august.codes.names import same_name
from custom_components.yale_august.codes.schedule import ALWAYS
from tests.actions.action_home import ask_one
from tests.home import Home

from .code_home import CodeHome
from .code_pins import put

NAME, SPLIT = (normalize(form, "José Núñez") for form in ("NFC", "NFD"))


def test_same_name() -> None:
    """Case, blanks and composition do not count; all else does."""
    spellings = (NAME, SPLIT, NAME.upper(), SPLIT.upper(), f"  {SPLIT}\u00a0".lower())
    assert {same_name(one) for one in spellings} == {same_name(NAME)}
    assert len({*map(same_name, ("Jose Nunez", "Room 2", "Room ²", NAME))}) == 4


async def test_code_is_found_by_either(home: Home) -> None:
    """Nobody gets a second code, and nobody is told that a code is not there, by a spelling."""
    codes = CodeHome(home)
    await codes.set_up()
    front = codes.front.lock_id
    await codes.codes.async_add(SPLIT, [front], ALWAYS, wait=5)
    with pytest.raises(ServiceValidationError) as refusal:
        await codes.codes.async_add(NAME, [front], ALWAYS)
    assert refusal.value.translation_key == "code_guest_has_code"
    put(home, codes.back, SPLIT, "840261")
    for lock in (codes.front, codes.back):
        assert len(lock.pins.pins) == 1
        answer = await ask_one(home, "delete_code", lock.name, name=NAME.upper())
        assert answer["result"] == "ended"
        assert lock.pins.pins == []
