"""What tests of a stream that mends itself have in common."""

import asyncio
from dataclasses import replace

from aiohttp import web

from custom_components.yale_august.cloud.models import BoltState

from .listener import LOCKED, QUICK, Listener
from .switchboard import Switchboard

NEVER = 1000.0
PACE = replace(
    QUICK,
    look=0.02,
    overlap=0.05,
    late=0.02,
    ask=0.02,
    silence=NEVER,
    replace=NEVER,
    rotate=NEVER,
)
OTHER_LOCK = "F" * 32


def now() -> float:
    """Return the loop's time."""
    return asyncio.get_running_loop().time()


def looked_after(board: Switchboard) -> int:
    """Return how often the cloud was asked for a subscriber."""
    return sum(one.startswith("GET ") for one in board.requests)


def refuse_handshakes_of(board: Switchboard, *values: str, status: int = 503) -> None:
    """Refuse sockets with these tokens or subscribers."""
    board.refuse = lambda request: (
        web.Response(status=status)
        if {request.headers["x-access-token"], request.query["subscriberID"]}
        & set(values)
        else None
    )


async def hears(board: Switchboard, listener: Listener) -> None:
    """See that a message arrives, and once."""
    listener.messages.clear()
    await board.say(**LOCKED)
    await board.until(lambda: listener.messages)
    await asyncio.sleep(0.02)
    assert [one.bolt for one in listener.messages] == [BoltState.LOCKED]
