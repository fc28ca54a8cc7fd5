"""All handlers; importing this module registers them."""

from . import (
    serve_houses,
    serve_locks,
    serve_operate,
    serve_people,
    serve_pins,
    serve_stream,
    serve_webhooks,
)
from .desk import HANDLERS
from .operations import OPERATIONS

__all__ = [
    "serve_houses",
    "serve_locks",
    "serve_operate",
    "serve_people",
    "serve_pins",
    "serve_stream",
    "serve_webhooks",
]

COMPLETE = HANDLERS.keys() == {operation.name for operation in OPERATIONS}
"""Whether every operation of the table has its handler."""
