"""yalexs, an independent reader, sees the same loaded codes as are reported."""

import aiohttp
import pytest
from yalexs.api_async import ApiAsync  # type: ignore[import-untyped]
from yalexs.api_common import BASE_URLS  # type: ignore[import-untyped]
from yalexs.const import BRAND_CONFIG, Brand as YalexsBrand  # type: ignore[import-untyped]

from custom_components.yale_august.codes.records import CodeState, Goal
from custom_components.yale_august.codes.schedule import ALWAYS
from tests.home import Home
from tests.simulator import ApiKey, Brand
from tests.simulator.lock import Lock

from .code_home import GUEST, CodeHome
from .code_pins import put

BRAND = YalexsBrand.YALE_GLOBAL

type Codes = set[tuple[str, str]]
"""Names and digits."""


class Reader:
    """yalexs, pointed at the simulated cloud with the key and the login of its own."""

    def __init__(self, codes: CodeHome, session: aiohttp.ClientSession) -> None:
        """Sign in."""
        self._codes = codes
        self._api = ApiAsync(session, brand=BRAND)
        self._token = str(codes.cloud.authorize()["access_token"])

    async def agrees(self, lock: Lock) -> Codes:
        """Make sure that both report the same of a lock, and return it."""
        seen = {
            (f"{pin.first_name} {pin.last_name}".strip(), pin.pin)
            for pin in await self._api.async_get_pins(self._token, lock.lock_id)
            if pin.state == "loaded"
        }
        shown = await self._codes.codes.async_read(lock.lock_id)
        digits = await self._codes.codes.async_reveal_all(lock.lock_id)
        reported = {
            (code.name, digits[code.code_id])
            for code in shown
            if (code.state, code.goal) == (CodeState.CONFIRMED, Goal.OPEN)
        }
        assert reported == seen
        return seen


async def test_same_codes(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    """Ours and those of the app, on two locks, from the first wish to the end."""
    codes = CodeHome(home)
    monkeypatch.setitem(BASE_URLS, BRAND, home.cloud.url)
    value = BRAND_CONFIG[BRAND].api_key
    home.cloud.keys[value] = ApiKey(value=value, brand=Brand.YALE)
    put(home, codes.front, "Zoe", "482913")
    await codes.set_up()
    async with aiohttp.ClientSession() as session:
        reader = Reader(codes, session)
        assert await reader.agrees(codes.front) == {("Zoe", "482913")}
        assert await reader.agrees(codes.back) == set()

        codes.cloud.locksmith.hold(codes.back)
        await codes.add(codes.front, digits="615204")
        await codes.codes.async_add(
            "Late",
            [codes.back.lock_id],
            ALWAYS,
            digits="730619",
            wait=0,
        )
        await home.when(lambda: codes.writes(codes.back) == ["load"])
        ours = {("Zoe", "482913"), (GUEST, "615204")}
        assert await reader.agrees(codes.front) == ours
        # Taken by the cloud, not by the lock.
        assert await reader.agrees(codes.back) == set()
        codes.cloud.locksmith.release(codes.back)
        await home.when(lambda: codes.shown(codes.back, "Late").settled)
        assert await reader.agrees(codes.back) == {("Late", "730619")}

        await codes.codes.async_suspend(GUEST, wait=5)
        assert await reader.agrees(codes.front) == {("Zoe", "482913")}
        await codes.codes.async_resume(GUEST, wait=5)
        assert await reader.agrees(codes.front) == ours
        await codes.codes.async_end(GUEST, wait=5)
        assert await reader.agrees(codes.front) == {("Zoe", "482913")}
