"""What is refused leaves no trace, and what a lock, an entry or a clock does while a code is asked for."""

import asyncio
from dataclasses import replace
from datetime import timedelta
from typing import Any

from homeassistant.exceptions import ServiceValidationError
from homeassistant.util import dt as dt_util
import pytest

from custom_components.yale_august.access_codes.desk import NEW
from custom_components.yale_august.cloud.errors import CloudError
from custom_components.yale_august.codes.records import CodeState, Goal, Reason
from custom_components.yale_august.codes.schedule import ALWAYS
from tests.home import Home
from tests.simulator.faults import REMOVED, Fail, Slow
from tests.simulator.pinbook import PinState

from .code_home import FRONT, GUEST, CodeHome, soon

OTHER = "Other Guest"


@pytest.fixture
async def codes(home: Home) -> CodeHome:
    """Return a home with two locks that take codes, set up, and a guest at the front."""
    found = CodeHome(home)
    await found.set_up()
    await found.add(found.front)
    return found


async def refused(wish: Any) -> str | None:
    """Return why a wish is refused."""
    with pytest.raises(ServiceValidationError) as refusal:
        await wish
    return refusal.value.translation_key


async def test_nothing_of_a_refused_wish_is_kept(codes: CodeHome) -> None:
    """A change with a name that is taken is not made later; a code of others stays theirs."""
    desk, lock_id = codes.codes, codes.front.lock_id
    await desk.async_add(OTHER, [lock_id], ALWAYS, wait=5)
    since = len(codes.cloud.requests)
    change = desk.async_change(GUEST, digits=NEW, name=OTHER.upper())
    assert await refused(change) == "code_name_taken"
    change = desk.async_change(GUEST, digits=NEW, name="a" * 101)
    assert await refused(change) == "code_name_too_long"
    assert codes.is_at(codes.front, CodeState.CONFIRMED)
    await desk.async_change(OTHER, digits=NEW, wait=5)
    assert codes.writes(codes.front, since=since) == ["delete", "load"]

    await desk.async_empty(lock_id, dt_util.utcnow())
    await desk.async_read(lock_id)
    assert await refused(desk.async_resume(GUEST, lock_ids=[lock_id])) == (
        "code_not_suspended"
    )
    codes.front.pins.pins[0].state = PinState.DISABLED
    change = desk.async_change(GUEST, lock_ids=[lock_id], digits=NEW, name="New")
    assert await refused(change) == "code_is_suspended"
    assert not any(code.managed for code in desk.shown(lock_id))
    assert desk.guests == {}


async def test_an_id_is_nobody_elses_name(codes: CodeHome) -> None:
    """A guest who is called like the id of another is not ended in their place."""
    lock_id = codes.front.lock_id
    made = await codes.codes.async_add(OTHER, [lock_id], ALWAYS, wait=5)
    other = made[lock_id].code_id
    await codes.codes.async_change(GUEST, name=other)
    target = {"entity_id": codes.home.entity_id("lock", "Front Door", "lock")}
    services = codes.home.hass.services
    delete = services.async_call(
        "yale_august", "delete_code", {"name": other, **target}, blocking=True
    )
    assert await refused(delete) == "code_name_twice"
    await codes.codes.async_end(other, lock_ids=[lock_id], wait=5)
    assert [pin.first_name for pin in codes.front.pins.pins] == ["Gina"]


async def test_reload_meanwhile(codes: CodeHome, hass_storage: dict[str, Any]) -> None:
    """Who asks while the entry is loaded anew is told so, and what is on the disk stays true."""
    back = [codes.back.lock_id]
    codes.cloud.faults.add("get_pins", Slow(0.5))
    since = len(codes.cloud.requests)
    asked = asyncio.create_task(codes.codes.async_add(OTHER, back, ALWAYS, wait=9))
    await codes.home.when(
        lambda: bool(codes.cloud.requests.count("get_pins", since=since))
    )
    next_one = asyncio.create_task(codes.codes.async_add("Next", back, ALWAYS))
    await codes.reload()
    await codes.codes.async_change(GUEST, name="Gina Renamed")
    assert await refused(asked) == await refused(next_one) == "code_lock_went"
    (kept,) = hass_storage[f"yale_august.{codes.entry.entry_id}.codes"]["data"][
        "guests"
    ]
    assert kept["name"] == "Gina Renamed"
    assert codes.back.pins.pins == []

    # Who waits for the lock waits for nobody who has gone.
    await codes.cloud.faults.bridge_offline(codes.back)
    asked = asyncio.create_task(codes.codes.async_add(OTHER, back, ALWAYS, wait=60))
    await codes.home.when(lambda: codes.writes(codes.back, since=since) == ["load"])
    async with asyncio.timeout(5):
        await codes.reload()
        assert not (await asked)[codes.back.lock_id].settled


async def test_list_that_lacks_all(codes: CodeHome) -> None:
    """A cloud that says once that a lock has no codes makes none gone, and none lost."""
    front = codes.front
    codes.cloud.faults.add("get_pins", Fail(200, {}), lock=front)
    await codes.codes.async_end(GUEST, wait=5)
    assert front.pins.pins == []
    assert codes.writes(front) == ["load", "delete"]

    await codes.add(front)
    codes.cloud.faults.add("get_pins", Fail(200, {}), lock=front)
    room = codes.codes.rooms[front.lock_id]
    await codes.codes.async_read(front.lock_id)
    assert codes.is_at(front, CodeState.CONFIRMED)
    await codes.home.when(lambda: room.listing is not None and room.listing.pins != ())
    assert codes.is_at(front, CodeState.CONFIRMED)
    front.pins.pins.clear()
    # One that cannot be read to its end says nothing, not even once.
    codes.cloud.faults.add("get_pins", Fail(200, {"loaded": 7}), lock=front)
    await codes.codes.async_read(front.lock_id)
    codes.cloud.faults.add("get_pins", Fail(503), lock=front, times=None)
    assert room.listing is not None
    assert not room.listing.complete
    await codes.home.when(lambda: not room.is_at_work)
    assert codes.is_at(front, CodeState.CONFIRMED)
    codes.cloud.faults.clear()
    await codes.codes.async_read(front.lock_id)
    assert codes.is_at(front, CodeState.CONFIRMED)
    await codes.reaches(front, CodeState.LOST, Reason.REMOVED_ELSEWHERE)
    # That is said again for ever, and surprises nobody.
    await codes.home.when(lambda: not room.is_at_work)
    await codes.codes.async_read(front.lock_id)
    assert not room.is_at_work


@pytest.mark.parametrize(
    ("takes", "answer"),
    [
        (True, Fail(404)),
        (None, Fail(409)),
        (False, Fail(503, "html")),
        (False, Fail(200, "html")),
    ],
)
async def test_list_that_is_refused(
    codes: CodeHome, takes: bool | None, answer: Fail
) -> None:
    """It makes no code lost, unless the lock takes none and the cloud says nothing else."""
    front, faults = codes.front, codes.cloud.faults
    if takes is None:
        faults.malform(front, "supportsEntryCodes", REMOVED)
    front.entry_codes = takes is not False
    await codes.home.coordinator(codes.entry, FRONT).async_refresh()
    faults.add("get_pins", answer, lock=front, times=None)
    for _ in range(3):
        with pytest.raises(CloudError):
            await codes.codes.rooms[front.lock_id].async_read()
    assert codes.is_at(front, CodeState.CONFIRMED)


async def test_who_asks_is_stopped(
    codes: CodeHome, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An automation that starts anew takes back no wish that is kept, and leaves none undone."""
    store, saving = codes.codes.store, asyncio.Event()
    save = store.async_save

    async def slow() -> None:
        saving.set()
        await asyncio.sleep(0.1)
        await save()

    monkeypatch.setattr(store, "async_save", slow)
    asking = asyncio.create_task(codes.codes.async_end(GUEST))
    await saving.wait()
    asking.cancel()
    await codes.home.when(lambda: codes.front.pins.pins == [])


async def test_clock_is_put_back(codes: CodeHome) -> None:
    """Codes go on by the new time, and newer lists count although they say to be older."""
    lock_id, hour = codes.front.lock_id, timedelta(hours=1)
    room = codes.codes.rooms[lock_id]
    assert room.listing is not None
    room.listing = replace(room.listing, asked=room.listing.asked + hour)
    (code,) = room.codes.values()
    wish = replace(code, goal=Goal.SUSPENDED, settled=False)
    room.async_wish(replace(wish, wished_at=code.wished_at + hour))
    room.async_wake()
    await codes.home.when(lambda: codes.pin(codes.front).state is PinState.DISABLED)
    await codes.reaches(codes.front, CodeState.CONFIRMED)
    assert codes.writes(codes.front) == ["load", "disable"]


async def test_clock_is_put_forward(
    codes: CodeHome, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No window is over by a clock of ours that nobody has compared with the cloud's since."""
    back, account = codes.back, codes.home.account(codes.entry)
    await codes.codes.async_add(OTHER, [back.lock_id], soon(lasts=3600), wait=5)
    room = codes.codes.rooms[back.lock_id]
    with monkeypatch.context() as forward:
        ahead = property(lambda _: timedelta(hours=2))
        forward.setattr(type(account), "clock_offset", ahead)
        codes.cloud.faults.add("get_pins", Fail(503), lock=back)
        room.async_wake()
        await codes.home.when(lambda: not room.is_at_work)
    await codes.codes.async_read(back.lock_id)
    assert codes.shown(back, OTHER).state is CodeState.CONFIRMED
    assert codes.shown(back, OTHER).goal is Goal.OPEN
    assert codes.writes(back) == ["load"]


async def test_clock_that_is_ahead(codes: CodeHome) -> None:
    """A window is over when it is at the lock: ours may be hours ahead of that."""
    home, back = codes.home, codes.back
    home.cloud.faults.set_clock(timedelta(hours=-3))
    await codes.reload()
    await home.until(
        lambda: home.account(codes.entry).clock_offset < -timedelta(hours=2)
    )
    over = codes.add(back, schedule=soon(-5 * 3600, lasts=3600))
    assert await refused(over) == "code_window_over"
    await codes.add(back, schedule=soon(-3.5 * 3600, lasts=1.5 * 3600))
    assert codes.is_at(back, CodeState.CONFIRMED)
    codes.codes.rooms[back.lock_id].async_wake()
    await home.keeps_still()
    assert codes.writes(back) == ["load"]

    home.cloud.faults.set_clock(timedelta())
    for _ in range(2):
        await home.account(codes.entry).client.get_locks()
    codes.codes.rooms[back.lock_id].async_wake()
    await home.when(lambda: codes.writes(back) == ["load", "delete"])
