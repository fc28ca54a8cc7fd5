"""The wire below HTTP."""

import socket
import struct

from aiohttp import web

_LINGER_OFF = struct.pack("ii", 1, 0)


def reset(request: web.BaseRequest) -> None:
    """Reset the TCP connection under a request: the peer sees RST, not FIN."""
    transport = request.transport
    if transport is None:
        return
    raw = transport.get_extra_info("socket")
    if raw is not None:
        raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _LINGER_OFF)
    transport.abort()
