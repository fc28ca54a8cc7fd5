"""The menu of access codes with many codes, strange names, two locks, and two people at once."""

from typing import Any

from custom_components.yale_august.codes.records import Goal
from tests.home import Home
from tests.simulator.pinbook import PinState

from .code_home import BACK, FRONT, GUEST, CodeHome
from .code_menu import OptionsMenu
from .code_pins import loaded, pins, put


async def of_front(codes: CodeHome, menu: OptionsMenu) -> OptionsMenu:
    """Go to the codes of the front door."""
    await menu.open("codes_lock")
    return await menu.submit(lock=codes.front.lock_id)


async def test_many_codes(codes: CodeHome, menu: OptionsMenu, home: Home) -> None:
    """Fifteen are listed, those with something to come first of all; all can be chosen, and searched."""
    link = "# [free](http://evil.example) *Bob*"
    names = [f"Room {number}" for number in range(1, 18)] + ["Étienne", link]
    for number, name in enumerate(names):
        put(home, codes.front, name, f"48{number:02}15")
    codes.front.pins.pins[16].state = PinState.DISABLING
    odd = {"access_type": "recurring", "access_recurrence": "FREQ=MONTHLY"}
    put(home, codes.front, "Fred", "480099", access_times="STARTSEC=1;ENDSEC=2", **odd)
    put(home, codes.front, "Room 1", "480098")
    await of_front(codes, menu)
    lines = menu.told["codes"].splitlines()
    assert [line.partition(" ·")[0] for line in lines] == [
        "- Room 17",
        f"- {link}",
        "- Étienne",
        "- Fred",
        "- Room 1",
        *(f"- Room {number}" for number in range(1, 11)),
        "- … + 6",
    ]
    # Descriptions are Markdown: what a household user has typed is no link there.
    assert (
        "\\# \\[free\\]\\(http\\:" in menu.screen["description_placeholders"]["codes"]
    )

    await menu.choose("codes_pick")
    labels = menu.choices("code")
    # A field that can be searched shows the value of what was chosen.
    assert [*labels] == [*labels.values()]
    assert menu.fields["code"]["selector"]["select"]["custom_value"]
    fred = "Fred · times that Home Assistant cannot read · confirmed by the lock"
    assert [*labels][1:3] == ["Étienne · Always · confirmed by the lock", fred]
    assert len(labels) == 21
    await menu.submit(code="Nobody")
    assert menu.error == "Choose one of the codes in the list."
    for word in (fred, " fred"):
        await menu.submit(code=word)
        assert menu.told["times"] == "STARTSEC=1;ENDSEC=2 FREQ=MONTHLY"
        await menu.choose("codes_read")
        await menu.choose("codes_pick")
    twins = [label for label in labels if label.startswith("Room 1 ·")]
    assert len(twins) == 2
    await menu.submit(code="room 1")
    assert menu.step == "codes_pick"
    await menu.submit(code=twins[1])
    assert menu.told["guest"] == "Room 1"


async def test_names(codes: CodeHome, menu: OptionsMenu, home: Home) -> None:
    """Who cannot be a new guest is told so at once, before times and digits are asked."""
    await codes.add(codes.front)
    put(home, codes.front, "Zoë", "482913")
    await of_front(codes, menu)
    await menu.choose("codes_add")
    for name, words in (
        (GUEST.upper(), f"has a code on {FRONT} already"),
        ("x" * 101, "at most 100 characters"),
    ):
        await menu.submit(name=name)
        assert menu.step == "codes_add"
        assert menu.error is not None and words in menu.error
    await of_front(codes, menu)
    await menu.pick_code("Zoë")
    await menu.choose("code_adopt")
    await menu.submit(name=" ")
    assert menu.error is not None and "Give the guest a name" in menu.error


async def test_one_of_two_locks(codes: CodeHome, menu: OptionsMenu, home: Home) -> None:
    """All locks of a guest are those on which it can be done, and only that is offered which is not refused."""
    await codes.add()
    await of_front(codes, menu)
    await menu.pick_code(GUEST)
    await menu.choose("code_suspend")
    assert menu.told["locks"] == f"{FRONT}, {BACK}"
    await menu.submit(everywhere=False)
    await home.when(lambda: codes.pin(codes.front).state is PinState.DISABLED)
    await home.until(lambda: codes.shown(codes.front).settled)
    assert codes.pin(codes.back).state is PinState.LOADED

    await of_front(codes, menu)
    await menu.pick_code(GUEST)
    assert "code_resume" in menu.screen["menu_options"]
    assert not {"code_when", "code_digits", "code_again"} & {
        *menu.screen["menu_options"]
    }
    await menu.choose("code_resume")
    assert not menu.fields
    await menu.submit()
    await home.when(lambda: loaded(codes.front, GUEST.partition(" ")[0]))
    await home.until(lambda: codes.shown(codes.front).settled)

    # Both are suspended, and one is resumed by somebody else while the form is open.
    await codes.codes.async_suspend(GUEST, wait=5)
    await of_front(codes, menu)
    await menu.pick_code(GUEST)
    await menu.choose("code_resume")
    assert set(menu.fields) == {"everywhere"}
    await codes.codes.async_resume(GUEST, lock_ids=[codes.back.lock_id], wait=5)
    await menu.submit()
    assert menu.step == "code", menu.error
    await home.until(lambda: codes.shown(codes.front).settled)

    # One is being taken off a lock that cannot be reached: the other is the only one left.
    await home.cloud.hands.set_bridge(codes.back, online=False)
    await codes.codes.async_end(GUEST, lock_ids=[codes.back.lock_id])
    assert codes.shown(codes.back).goal is Goal.GONE
    await of_front(codes, menu)
    await menu.pick_code(GUEST)
    await menu.choose("code_digits")
    assert set(menu.fields) == {"code"}

    # The lock has lost it: that is no suspension, and is tried again.
    codes.front.pins.clear()
    await codes.codes.async_read(codes.front.lock_id)
    await of_front(codes, menu)
    await menu.pick_code(GUEST)
    assert "code_resume" not in menu.screen["menu_options"]
    await menu.choose("code_again")
    await menu.submit()
    assert menu.told["state"].startswith("needs a new code"), menu.screen


async def test_trying_again_resumes_nothing(
    codes: CodeHome, menu: OptionsMenu, home: Home
) -> None:
    """Where one lock has lost a code, trying that again leaves it suspended on the other."""
    await codes.add()
    await codes.codes.async_suspend(GUEST, lock_ids=[codes.back.lock_id], wait=5)
    codes.front.pins.clear()
    await codes.codes.async_read(codes.front.lock_id)
    await of_front(codes, menu)
    await menu.pick_code(GUEST)
    await menu.choose("code_again")
    assert not menu.fields
    await menu.submit()
    await home.when(lambda: loaded(codes.front, GUEST.partition(" ")[0]))
    await home.until(lambda: codes.shown(codes.front).settled)
    assert codes.pin(codes.back).state is PinState.DISABLED


async def test_two_tabs(
    codes: CodeHome, menu: OptionsMenu, home: Home, hass_client: Any
) -> None:
    """What one has ended the other is told of, wherever they are."""
    await codes.add(codes.front)
    other = OptionsMenu(await hass_client(), codes.entry)
    third = OptionsMenu(await hass_client(), codes.entry)
    for tab in (menu, other, third):
        await of_front(codes, tab)
    await other.pick_code(GUEST)
    await other.choose("code_suspend")
    await third.choose("codes_pick")
    code_id = next(iter(third.choices("code")))

    await menu.pick_code(GUEST)
    await menu.choose("code_end")
    await menu.submit()
    await home.when(lambda: not pins(codes.front))
    await home.until(lambda: not codes.codes.shown(codes.front.lock_id))
    for tab, typed in ((other, {}), (third, {"code": code_id})):
        await tab.submit(**typed)
        assert tab.step == "codes"
        assert "not there any more" in tab.told["codes"]
        await tab.choose("codes_read")
        assert tab.told["codes"] == "No codes"
