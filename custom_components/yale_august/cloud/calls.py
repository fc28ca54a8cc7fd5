"""What all operations share: sending within the budget, reading the answer."""

from collections.abc import Callable
from datetime import timedelta
from functools import partial
import logging
from typing import Final

from . import validate
from .answers import Answer, Body
from .budget import Budget
from .errors import Acted, InvalidParameter, UnexpectedAnswer
from .models import JsonValue, Problems
from .models.json import Model
from .routes import Route, Safety
from .transport import Transport
from .validate import ABSENT, Absent

_LOGGER: Final = logging.getLogger(__name__)


class Calls:
    """Sends through a transport, as fast as a budget lets it."""

    def __init__(self, transport: Transport, budget: Budget) -> None:
        """Share the budget with everything else that uses the account."""
        self.transport = transport
        self.budget = budget

    @property
    def clock_offset(self) -> timedelta | None:
        """The cloud's clock minus ours; None while not known."""
        return self.transport.clock_offset

    @property
    def clock_doubted(self) -> bool:
        """Whether the latest answer tells another time, and no second one yet."""
        return self.transport.clock.doubted

    async def send(
        self,
        route: Route,
        *,
        path: dict[str, str] | None = None,
        query: dict[str, str] | None = None,
        body: JsonValue | Absent = ABSENT,
        timeout: float | None = None,
        leaving: Callable[[bool], None] = lambda _: None,
        errand: bool = False,
    ) -> Answer:
        """Send a request whose parameters are valid.

        `leaving` is called with true when it goes on the wire: before that it waits for its
        turn. With false when it came back, refused for its token, and nothing was done.
        A command waits for an `errand`, which therefore waits for no other read.
        """
        if not isinstance(body, Absent):
            validate.jsonable("body", body)
        return await self.transport.send(
            route,
            path=path or {},
            query=query or {},
            body=body,
            timeout=timeout,
            gate=partial(self.budget.admit, errand=errand, leaving=leaving),
        )

    async def get[M: Model](
        self, model: type[M], route: Route, *, errand: bool = False, **path: str
    ) -> M:
        """Return the object that a route answers with."""
        answer = await self.send(route, path=path, errand=errand)
        return self.read(route, answer, model.from_json)

    def read[R](
        self,
        route: Route,
        answer: Answer,
        reader: Callable[[object, Problems], R],
        *,
        optional: bool = False,
    ) -> R:
        """Read an answer, whose fields may be as they like.

        What cannot be read is named in one debug line, without values. Raises
        UnexpectedAnswer when the whole is something else, unless it is `optional`: an
        answer that is no list must not pass for an empty list.
        """
        problems = Problems()
        found = reader(answer.json, problems)
        if problems.whole and not optional:
            raise unexpected(route, answer.status)
        if problems and answer.kind is not Body.EMPTY:
            _LOGGER.debug("%s: could not read %s", route.operation, problems)
        return found


def unexpected(route: Route, status: int | None = None) -> UnexpectedAnswer:
    """Return the error for a success whose body is not what it must be."""
    return UnexpectedAnswer(
        operation=route.operation,
        status=status,
        detail="the body is not what it must be",
        acted=Acted.NO if route.safety is Safety.READ else Acted.MAYBE,
    )


def query_of(**values: str | bool | int | None) -> dict[str, str]:
    """Return the query parameters that are given; truth in lower case."""
    return {
        name: _query_text(name, value)
        for name, value in values.items()
        if value is not None
    }


def _query_text(name: str, value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value)
    if isinstance(value, str) and value:
        return value
    raise InvalidParameter(name, "must be a text, a whole number, true or false")
