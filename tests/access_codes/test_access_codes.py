"""The life of a guest's code on two locks, in a real Home Assistant against the simulated cloud."""

from collections import Counter
import json
from typing import Any

import pytest

from custom_components.yale_august.access_codes.desk import NEW
from custom_components.yale_august.cloud.client import Client
from custom_components.yale_august.cloud.models import PinCommand, PinReceipt
from custom_components.yale_august.codes.records import CodeState, Goal
from custom_components.yale_august.codes.schedule import ALWAYS
from custom_components.yale_august.codes.view import CodeEventKind
from custom_components.yale_august.const import DOMAIN
from tests.simulator.lock import Lock
from tests.simulator.pinbook import PinState

from .code_home import GUEST, CodeHome, soon


async def test_whole_life(codes: CodeHome) -> None:
    """Added, suspended, resumed, changed, moved in time, ended: each on both locks."""
    made = await codes.add()
    assert {outcome.state for outcome in made.values()} == {CodeState.CONFIRMED}
    (digits,) = {outcome.digits for outcome in made.values()}
    for lock in (codes.front, codes.back):
        pin = codes.pin(lock)
        assert (pin.pin, pin.state) == (digits, PinState.LOADED)
        assert (pin.first_name, pin.last_name) == ("Gina", "Guest")
        assert await codes.cloud.hands.type_pin(lock, pin.pin)

    await codes.codes.async_suspend(GUEST, wait=5)
    for lock in (codes.front, codes.back):
        assert codes.is_at(lock, CodeState.CONFIRMED)
        assert codes.shown(lock).goal is Goal.SUSPENDED
        assert not await codes.cloud.hands.type_pin(lock, codes.pin(lock).pin)

    await codes.codes.async_resume(GUEST, wait=5)
    for lock in (codes.front, codes.back):
        assert codes.shown(lock).goal is Goal.OPEN
        assert await codes.cloud.hands.type_pin(lock, codes.pin(lock).pin)

    changed = await codes.codes.async_change(GUEST, digits=NEW, wait=5)
    (other,) = {outcome.digits for outcome in changed.values()}
    assert other != digits
    for lock in (codes.front, codes.back):
        assert codes.pin(lock).pin == other
        assert codes.is_at(lock, CodeState.CONFIRMED)

    window = soon()
    await codes.codes.async_change(GUEST, schedule=window, wait=5)
    for lock in (codes.front, codes.back):
        assert codes.pin(lock).pin == other
        assert codes.pin(lock).access_type == "temporary"
        assert codes.shown(lock).schedule == window

    await codes.codes.async_end(GUEST, wait=5)
    for lock in (codes.front, codes.back):
        assert lock.pins.pins == []
        assert codes.codes.shown(lock.lock_id) == ()
        assert codes.writes(lock) == [
            "load",
            "disable",
            "enable",
            "delete",
            "load",
            "delete",
            "load",
            "delete",
        ]
    assert codes.codes.guests == {}
    kinds = [
        event.kind for event in codes.events if event.lock_id == codes.front.lock_id
    ]
    assert kinds == [
        CodeEventKind.CONFIRMED,
        CodeEventKind.SUSPENDED,
        CodeEventKind.CONFIRMED,
        CodeEventKind.CONFIRMED,
        CodeEventKind.CONFIRMED,
        CodeEventKind.ENDED,
    ]


async def test_listener_that_fails(
    codes: CodeHome, caplog: pytest.LogCaptureFixture
) -> None:
    """What somebody cannot show keeps no code from its lock, nor on it."""

    def fail(*_: object) -> None:
        raise ValueError("cannot be shown")

    desk, lock = codes.codes, codes.front
    desk.async_add_listener(lock.lock_id, fail)
    desk.async_on_event(lock.lock_id, fail)
    await codes.add(lock)
    assert codes.is_at(lock, CodeState.CONFIRMED)
    await desk.async_end(GUEST, wait=5)
    assert lock.pins.pins == []
    assert "What has become of an access code cannot be shown" in caplog.text


async def test_one_at_a_time(codes: CodeHome) -> None:
    """A lock is asked for one thing at a time, in the order of the wishes; locks do not wait for each other."""
    names, locksmith = ["Anna", "Ben", "Cleo"], codes.cloud.locksmith

    async def until_sent(lock: Lock, count: int) -> None:
        await codes.home.when(lambda: len(lock.pins.pins) == count)
        # The answer is still on its way.
        shown = codes.codes.shown
        await codes.home.when(
            lambda: CodeState.SENT in {code.state for code in shown(lock.lock_id)}
        )

    for lock in (codes.front, codes.back):
        locksmith.hold(lock)
    for name in names:
        await codes.codes.async_add(name, codes.ids, ALWAYS)
    for number in range(len(names)):
        for lock in (codes.front, codes.back):
            await until_sent(lock, number + 1)
        for lock in (codes.front, codes.back):
            states = Counter(code.state for code in codes.codes.shown(lock.lock_id))
            assert states[CodeState.SENT] == 1
            assert states[CodeState.CONFIRMED] == number
            assert states[CodeState.WISHED] == len(names) - 1 - number
            assert [pin.first_name for pin in lock.pins.pins] == names[: number + 1]
            assert locksmith.waiting(lock) == 1
        await codes.home.keeps_still(seconds=0.15)
        for lock in (codes.front, codes.back):
            locksmith.release_one(lock)
    await codes.home.when(
        lambda: locksmith.waiting(codes.front) == locksmith.waiting(codes.back) == 0
    )


async def test_journal(
    codes: CodeHome, hass_storage: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each write is on the disk before it is sent, without the digits."""
    journaled: list[tuple[str, str]] = []
    write, key = Client.write_pins, f"{DOMAIN}.{codes.entry.entry_id}.codes"

    async def watched(
        client: Client,
        lock_id: str,
        commands: list[PinCommand],
        *,
        webhook: str | None = None,
    ) -> PinReceipt:
        (command,), data = commands, hass_storage[key]["data"]
        (code,) = data["codes"]
        journaled.append((command.action.value, code["step"]["action"]))
        assert code["step"]["accepted"] is None
        assert command.pin is not None
        assert command.pin not in json.dumps(data)
        return await write(client, lock_id, commands, webhook=webhook)

    monkeypatch.setattr(Client, "write_pins", watched)
    await codes.add(codes.front)
    await codes.codes.async_suspend(GUEST, wait=5)
    await codes.codes.async_resume(GUEST, wait=5)
    await codes.codes.async_change(GUEST, digits=NEW, wait=5)
    await codes.codes.async_end(GUEST, wait=5)
    actions = ["load", "disable", "enable", "delete", "load", "delete"]
    assert journaled == [(action, action) for action in actions]
