"""Guests over all locks in the options: one list, one page a guest, and what is done there."""

from custom_components.yale_august.codes.records import CodeState, Goal, Reason
from tests.home import Home
from tests.simulator.pinbook import PinState

from .code_home import BACK, FRONT, GUEST, CodeHome
from .code_menu import OptionsMenu
from .code_pins import give, loaded, pins, put

GINA = GUEST.partition(" ")[0]
STEPS_WHEN_WELL = [
    "code_reveal",
    "code_when",
    "code_digits",
    "code_rename",
    "code_suspend",
    "code_end",
]


async def test_one_list(codes: CodeHome, menu: OptionsMenu, home: Home) -> None:
    """It names each guest once, and the lock that needs somebody first; codes of the app are not in it."""
    await menu.open()
    # Without a guest there is nothing to list.
    assert "guests" not in menu.screen["menu_options"]
    put(home, codes.front, "App", "480071")
    await give(home, codes.entry, codes.front, "Bob", digits="480072")
    await codes.add()
    await codes.cloud.faults.bridge_offline(codes.back)
    await codes.codes.async_suspend(GUEST, lock_ids=[codes.back.lock_id])
    await codes.reaches(codes.back, CodeState.WAITING, Reason.BRIDGE_OFFLINE)
    await menu.open("guests")
    assert [*menu.choices("guest").values()] == [
        f"Bob · {FRONT} · confirmed by the lock",
        f"{GUEST} · {BACK}: being suspended, may still open (Bridge offline) · + 1",
    ]
    # Bob's code is ended by somebody else meanwhile.
    await codes.codes.async_end("Bob", wait=5)
    await home.until(lambda: len(codes.codes.guests) == 1)
    await menu.pick("guest", "Bob")
    assert menu.error == "Choose one of the guests in the list."
    assert len(menu.choices("guest")) == 1
    await menu.pick("guest", GUEST)
    assert menu.told["codes"].splitlines() == [
        f"- {BACK} · Always · being suspended, may still open (Bridge offline)",
        f"- {FRONT} · Always · confirmed by the lock",
    ]
    assert menu.screen["menu_options"][0] == "code_resume"

    # On the page of one lock all is as in its own list.
    await menu.choose("guest_lock")
    assert menu.choices("lock") == {
        codes.back.lock_id: BACK,
        codes.front.lock_id: FRONT,
    }
    await menu.submit(lock=codes.front.lock_id)
    assert (menu.step, menu.told["lock"]) == ("code", FRONT)
    await menu.choose("code_reveal")
    assert menu.told["code"] == pins(codes.front)[GINA].pin
    await menu.submit()
    await menu.choose("codes_read")
    assert menu.step == "codes"


async def test_on_all_locks(codes: CodeHome, menu: OptionsMenu, home: Home) -> None:
    """What is done on the page of a guest is done on all locks, and the page comes back."""
    await codes.add()
    await menu.open("guests")
    await menu.pick("guest", GUEST)
    # There is no lock without a code of this guest.
    assert menu.screen["menu_options"] == [
        *STEPS_WHEN_WELL,
        "guest_lock",
        "guest",
        "guests",
    ]
    for step, state in (
        ("code_suspend", PinState.DISABLED),
        ("code_resume", PinState.LOADED),
    ):
        await menu.choose(step)
        assert menu.told["locks"] == f"{FRONT}, {BACK}"
        await menu.submit()
        assert menu.step == "guest"
        await home.until(
            lambda: codes.shown(codes.front).settled and codes.shown(codes.back).settled
        )
        assert codes.pin(codes.front).state is codes.pin(codes.back).state is state
        await menu.choose("guest")
    await menu.choose("code_rename")
    await menu.submit(name="Gina Guess")
    assert menu.told["guest"] == "Gina Guess"

    # Ended at one lock while the form about it is open: the page says so, once.
    await menu.choose("code_suspend")
    await codes.codes.async_end("Gina Guess", lock_ids=[codes.front.lock_id], wait=5)
    await home.when(lambda: not pins(codes.front))
    await home.until(lambda: len(codes.codes.shown(codes.front.lock_id)) == 0)
    await menu.submit()
    missed, _, listed = menu.told["codes"].partition("\n\n")
    assert "not there any more" in missed
    assert listed == f"- {BACK} · Always · confirmed by the lock"
    await menu.choose("guest")
    assert menu.told["codes"] == listed

    # Ended everywhere: the other guests are left, then nobody, and the lists of the locks.
    await give(home, codes.entry, codes.front, "Bob", digits="480072")
    for name, step in (("Gina Guess", "guests"), ("Bob", "codes_lock")):
        await menu.choose("code_suspend")
        await codes.codes.async_end(name, wait=5)
        await home.until(
            lambda name=name: codes.codes.find_guest(name) is None  # type: ignore[misc]
        )
        await menu.submit()
        assert menu.step == step
        if step == "guests":
            assert menu.error == "Choose one of the guests in the list."
            await menu.pick("guest", "Bob")


async def test_more_locks(codes: CodeHome, menu: OptionsMenu, home: Home) -> None:
    """A guest gets the same code with the same times on another lock; refused is said in words."""
    await give(home, codes.entry, codes.front, "Bob", digits="480072")
    put(home, codes.back, "App", "480072")
    await menu.open("guests")
    await menu.pick("guest", "Bob")
    await menu.choose("guest_more")
    assert menu.told["times"] == "Always"
    assert menu.choices("locks") == {codes.back.lock_id: BACK}
    # Nothing is chosen for the person.
    await menu.submit()
    assert menu.error == "Choose a lock."
    await menu.submit(locks=[codes.back.lock_id])
    assert menu.error is not None
    assert "code" in menu.error and BACK in menu.error
    codes.back.pins.clear()
    await menu.submit(locks=[codes.back.lock_id])
    assert menu.step == "codes_added", menu.error
    assert BACK in menu.told["codes"] and FRONT not in menu.told["codes"]
    await home.when(lambda: loaded(codes.back, "Bob"))
    assert pins(codes.back)["Bob"].pin == "480072"
    await home.until(lambda: codes.shown(codes.back, "Bob").settled)
    await menu.submit()
    assert menu.step == "guest"
    assert menu.told["codes"].splitlines() == [
        f"- {FRONT} · Always · confirmed by the lock",
        f"- {BACK} · Always · confirmed by the lock",
    ]
    assert "guest_more" not in menu.screen["menu_options"]

    # While a code is taken off one lock, the page is about the one that stays.
    await codes.cloud.faults.bridge_offline(codes.front)
    await codes.codes.async_end("Bob", lock_ids=[codes.front.lock_id])
    await menu.choose("guest")
    assert codes.shown(codes.front, "Bob").goal is Goal.GONE
    assert "code_suspend" in menu.screen["menu_options"]
    await menu.choose("code_reveal")
    assert menu.told["lock"] == BACK
