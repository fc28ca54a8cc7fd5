"""The simulated cloud as a process of its own: `python -m tests.simulator`.

Prints one line of JSON when it listens: addresses, credentials, and with
`--control-port` the address and the bearer token of the control server.
Ends on SIGINT or SIGTERM.
"""

import argparse
import asyncio
import json
import signal
import sys

from .control import Control
from .credentials import ApiKey
from .simulator import Simulator
from .words import Brand


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.simulator")
    parser.add_argument("--port", type=int, default=0, help="default: a free one")
    parser.add_argument("--locks", type=int, default=24)
    parser.add_argument("--speed", type=float, default=1.0)
    parser.add_argument("--latency-ms", type=float, default=0.0)
    parser.add_argument(
        "--control-port",
        type=int,
        help="serve the control server too; 0: on a free port",
    )
    parser.add_argument(
        "--yale-key",
        action="append",
        default=[],
        help="a further API key of the Yale brand, such as another client's own",
    )
    return parser.parse_args()


async def _run(arguments: argparse.Namespace) -> None:
    ended = asyncio.Event()
    for name in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(name, ended.set)
    cloud = Simulator(
        port=arguments.port,
        locks=arguments.locks,
        speed=arguments.speed,
        latency=arguments.latency_ms / 1000,
    )
    for value in arguments.yale_key:
        cloud.keys[value] = ApiKey(value=value, brand=Brand.YALE)
    async with cloud:
        about: dict[str, object] = {
            "url": cloud.url,
            "email": cloud.owner.email,
            "password": cloud.owner.password,
            **{
                brand: {
                    "client_id": cloud.client(brand).client_id,
                    "client_secret": cloud.client(brand).secret,
                    "api_key": cloud.key(brand).value,
                }
                for brand in Brand
            },
        }
        control = None
        if arguments.control_port is not None:
            control = Control(cloud, arguments.control_port)
            await control.start()
            about |= {"control": control.url, "token": control.token}
        sys.stdout.write(json.dumps(about) + "\n")
        sys.stdout.flush()
        await ended.wait()
        if control:
            await control.stop()


if __name__ == "__main__":
    asyncio.run(_run(_arguments()))
