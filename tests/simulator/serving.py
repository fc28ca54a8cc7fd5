"""All handlers; importing this module registers them."""

from . import serve_houses, serve_locks, serve_operate, serve_stream
from .desk import HANDLERS

__all__ = ["HANDLERS", "serve_houses", "serve_locks", "serve_operate", "serve_stream"]
HANDLERS_LOADED = True
