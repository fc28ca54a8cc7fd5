"""What must not be found in a log, and keys and tokens nowhere but in their storage."""

from collections.abc import Iterable, Iterator
from pathlib import Path
import re
from typing import Final

from tests.simulator.simulator import Simulator

_TOKEN: Final = re.compile(r"eyJ[\w-]{10,}\.[\w-]+\.[\w-]+")
_KEPT: Final = frozenset({"core.config_entries", "application_credentials"})
"""The files of Home Assistant's storage in which keys and tokens belong."""


def in_log(cloud: Simulator, log: str) -> list[str]:
    """Return what was found in a log, by kind; never the secret itself."""
    text = log.lower()
    found = {kind for kind, value in _secrets(cloud) if value.lower() in text}
    found |= {kind for kind, value in _identities(cloud) if value.lower() in text}
    if _TOKEN.search(log):
        found.add("a token")
    return sorted(found)


def in_files(cloud: Simulator, folder: Path) -> list[str]:
    """Return where keys or tokens lie that do not belong there."""
    values = [(kind, value.encode()) for kind, value in _secrets(cloud)]
    token = re.compile(_TOKEN.pattern.encode())
    # Home Assistant's own logins are tokens of the same making.
    found = []
    for path in _files(folder):
        content = path.read_bytes()
        kinds = {kind for kind, value in values if value in content}
        if path.name not in _KEPT | {"auth"} and token.search(content):
            kinds.add("a token")
        if kinds and path.name not in _KEPT:
            found.append(f"{', '.join(sorted(kinds))} in {path.relative_to(folder)}")
    return found


def codes_in_files(digits: Iterable[str], folder: Path) -> list[str]:
    """Return where access codes lie; they belong nowhere.

    Within a time, a number or an id are any digits, and no code.
    """
    any_code = "|".join(sorted(digits)).encode()
    code = re.compile(rb"(?<![\da-fA-F.\-])(?:" + any_code + rb")(?![\da-fA-F\-])")
    return [
        f"a code in {path.relative_to(folder)}"
        for path in _files(folder)
        if code.search(path.read_bytes())
    ]


def _files(folder: Path) -> Iterable[Path]:
    return (
        path
        for path in sorted(folder.rglob("*"))
        if path.is_file() and not path.is_symlink()
    )


def _secrets(cloud: Simulator) -> Iterator[tuple[str, str]]:
    for key in cloud.keys:
        yield "an API key", key
    for client in cloud.clients.values():
        yield "a client secret", client.secret
    for seen in cloud.requests:
        for name, value in seen.headers.items():
            if name.lower().endswith("access-token"):
                yield "an access token", value
        if code := seen.query.get("code"):
            yield "an authorisation code", code


def _identities(cloud: Simulator) -> Iterator[tuple[str, str]]:
    for seen in cloud.requests:
        if subscriber := seen.query.get("subscriberID"):
            yield "a subscriber id", subscriber
    for user in cloud.world.users.values():
        yield "a user id", user.user_id
        for identifier in (user.email, user.phone):
            if identifier:
                yield "a person's address", identifier
    for house_id in cloud.world.houses:
        yield "a house id", house_id
    for lock in cloud.locks:
        yield "a lock id", lock.lock_id
        yield "a serial number", lock.serial
        if lock.mac:
            yield "a Bluetooth address", lock.mac
        if lock.bridge:
            yield "a bridge id", lock.bridge.bridge_id
            yield "a serial number", lock.bridge.serial
        if lock.keypad:
            yield "a keypad id", lock.keypad.keypad_id
            yield "a serial number", lock.keypad.serial
