"""The codes of one lock together: one write at a time, in the order of the wishes."""

from collections.abc import Collection, Iterable
from datetime import datetime, timedelta
from typing import Final

from custom_components.yale_august.cloud.models import PinAction

from .engine import due
from .pace import CodePace, Times
from .recognition import UNSEEN, Sights
from .records import Code, CodeState, Goal
from .schedule import Temporary
from .sighting import Listing

_DOUBLINGS: Final = 10


def pick(
    codes: Iterable[Code], sights: Sights, seen: Listing, but: Collection[str] = ()
) -> tuple[Code, PinAction] | None:
    """Return the next write of a lock; None while another is under way, or when there is none.

    `sights` is what is listed of each, `but` are guests whose turn cannot be now.
    """
    codes = list(codes)
    if any(code.in_flight for code in codes):
        return None
    for code in sorted(codes, key=lambda code: code.wished_at):
        if code.guest_id in but:
            continue
        action = due(code, sights.get(code.guest_id, UNSEEN), seen)
        if action is not None:
            return code, action
    return None


def open_codes(codes: Iterable[Code]) -> list[Code]:
    """Return the codes for which there is something to do or to wait for."""
    return [code for code in codes if not code.settled]


def look_after(codes: Iterable[Code], done: int, pace: CodePace) -> timedelta | None:
    """Return how long to wait for the next look after so many in vain; None when nothing is open."""
    states = {code.state for code in open_codes(codes)}
    if not states:
        return None
    if states <= {CodeState.UNCERTAIN}:
        return pace.slow
    if done < len(pace.looks):
        return pace.looks[done]
    if states <= {CodeState.UNCERTAIN, CodeState.WAITING}:
        return pace.slow
    more = min(done - len(pace.looks), _DOUBLINGS)
    return min(pace.slow, pace.looks[-1] * (1 << more))


def next_end(codes: Iterable[Code], now: datetime, times: Times) -> datetime | None:
    """Return when the next window of a code will be over, and it has to go."""
    ends = [
        moment
        for code in codes
        if isinstance(code.schedule, Temporary) and code.goal is not Goal.GONE
        for moment in (code.schedule.end, code.schedule.end + times.after_end)
        if moment > now
    ]
    return min(ends, default=None)
