"""What the sources say of incidents, and a journal that takes it, for the tests of several files."""

from datetime import UTC, datetime, timedelta

from custom_components.yale_august.history.incidents import (
    Incident,
    Kind,
    Method,
    Sighting,
    Source,
)
from custom_components.yale_august.history.journal import Journal
from custom_components.yale_august.history.waiting import Patience

START = datetime(2026, 3, 1, 12, tzinfo=UTC)
PATIENCE = Patience(
    gather=timedelta(seconds=1), name=timedelta(seconds=12), lag=timedelta(seconds=3)
)
ANNA = "5f1e1a7c-0000-4000-8000-00000000000a"
BEN = "5f1e1a7c-0000-4000-8000-00000000000b"
US = "5f1e1a7c-0000-4000-8000-00000000000c"


def after(seconds: float) -> datetime:
    """Return a time of the test."""
    return START + timedelta(seconds=seconds)


def state(kind: Kind, at: float, actor: str | None = None, **more: object) -> Sighting:
    """Return what a message of the stream says."""
    told = {
        "dated": False,
        "actor": actor,
        "says_who": actor is not None,
        **more,
    }
    return Sighting(kind=kind, at=after(at), source=Source.STATE, **told)  # type: ignore[arg-type]


def post(kind: Kind, at: float, actor: str | None = ANNA) -> Sighting:
    """Return what a post says."""
    return Sighting(
        kind=kind,
        at=after(at),
        source=Source.OPERATION,
        actor=actor,
        says_who=actor is not None,
        stamp=after(at + 100),
    )


def entry(
    kind: Kind, at: float, actor: str | None = None, method: Method = Method.UNKNOWN
) -> Sighting:
    """Return what the feed says; the cloud's clock is another."""
    return Sighting(
        kind=kind,
        at=after(at),
        source=Source.FEED,
        actor=actor,
        method=method,
        says_who=True,
        stamp=after(at + 100),
    )


def journal(*, feed: bool = False, memory: object = None, at: float = 0) -> Journal:
    """Return a journal that knows the bolt to be out and the door to be closed."""
    made = Journal(PATIENCE, after(at), memory)  # type: ignore[arg-type]
    made.wants_names = feed
    made.rest(Kind.LOCKED, after(-999), after(at))
    made.rest(Kind.DOOR_CLOSED, after(-999), after(at))
    return made


def told(made: Journal, at: float) -> list[Incident]:
    """Return what is told by then."""
    return list(iter(lambda: made.tell(after(at)), None))


def kinds(made: Journal, at: float = 9999) -> list[Kind]:
    """Return the same in short."""
    return [incident.kind for incident in told(made, at)]
