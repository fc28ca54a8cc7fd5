"""Ports on this machine."""

import socket

from .trouble import Trouble

HOST = "127.0.0.1"


def free_port() -> int:
    """Return a port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        port: int = probe.getsockname()[1]
    return port


def claim(port: int, what: str, option: str) -> int:
    """Return the port if it can be listened on; 0 stands for any free one.

    Raises Trouble when it is taken.
    """
    if port == 0:
        return free_port()
    with socket.socket() as probe:
        # As servers do: a connection that lingers does not hold the port.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError as err:
            raise Trouble(
                f"Port {port} for {what} is taken ({err.strerror}): "
                f"choose another with {option}."
            ) from err
    return port
