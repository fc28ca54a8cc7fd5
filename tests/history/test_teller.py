"""When what has happened is told."""

from datetime import timedelta

from homeassistant.util import dt as dt_util

from custom_components.yale_august.history.incidents import Kind, Sighting, Source
from custom_components.yale_august.history.journal import Journal
from custom_components.yale_august.history.teller import APART, Teller
from custom_components.yale_august.history.waiting import Patience
from custom_components.yale_august.history.watch import ACCESS, Watch
from tests.home import Home
from tests.simulator import Lock

from .stories import DOOR

GATHER = 0.05


async def test_two_at_once_are_told_apart(home: Home, door: Lock) -> None:
    """The state of the entity is the time: the timer of the first does not tell the second with it."""
    entry = await home.set_up()
    loop, told = home.hass.loop, list[tuple[Kind, float]]()
    patience = Patience(
        gather=timedelta(seconds=GATHER),
        name=timedelta(seconds=1),
        lag=timedelta(seconds=0.1),
    )
    journal = Journal(patience, dt_util.utcnow())
    watch = Watch(
        home.coordinator(entry, DOOR),
        journal,
        {ACCESS: lambda incident: told.append((incident.kind, loop.time()))},
        is_heard=True,
    )
    teller = Teller(home.hass, home.account(entry).people)

    def see(kind: Kind, *, dated: bool) -> None:
        now = dt_util.utcnow()
        seen = Sighting(kind=kind, at=now, source=Source.STATE, dated=dated)
        journal.see_state(seen, now, known=True)
        teller.async_plan(watch)

    see(Kind.DOOR_OPENED, dated=True)
    late = loop.time() + 1.2 * GATHER
    while loop.time() < late:
        # Nobody has a turn: the timer is late, and the next message comes before it.
        pass
    see(Kind.DOOR_CLOSED, dated=False)
    await home.when(lambda: len(told) == 2)
    (first, at), (second, later) = told
    assert (first, second) == (Kind.DOOR_OPENED, Kind.DOOR_CLOSED)
    assert later - at >= 0.9 * APART
