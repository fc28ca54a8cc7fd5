"""What Home Assistant's registries say of the locks."""

import asyncio
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from .api import Api
from .arrival import DOMAIN

_OPEN: Final = 1
"""The feature of a lock entity that can pull its latch."""

_PATIENCE: Final = 10
"""Seconds, and one more for each lock."""
_LOOK: Final = 0.5


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """What Home Assistant shows of one lock.

    `entities` maps the keys of unique ids to entities.
    """

    lock_id: str
    name: str
    house: str
    device_id: str
    entities: Mapping[str, str]
    opens: bool


async def arrived(api: Api, lock_ids: Iterable[str]) -> None:
    """Wait until all these locks are there: the integration reads them at a pace of its own.

    Gives up after a while; what is missing then shows.
    """
    missing, patience = set(lock_ids), 0.0
    limit = _PATIENCE + len(missing)
    while missing and patience < limit:
        await asyncio.sleep(_LOOK)
        patience += _LOOK
        for device in await _devices(api):
            missing -= {identifier for _, identifier, *_ in device["identifiers"]}


async def _devices(api: Api) -> list[Any]:
    return [
        device
        for device in await api.command("config/device_registry/list")
        if any(domain == DOMAIN for domain, *_ in device["identifiers"])
    ]


async def shown_locks(api: Api) -> list[Shown]:
    """Return the locks that the registries know, in their order."""
    devices = {device["id"]: device for device in await _devices(api)}
    entities: dict[str, dict[str, str]] = {}
    for entity in await api.command("config/entity_registry/list"):
        if entity["platform"] == DOMAIN and entity["disabled_by"] is None:
            lock_id, _, key = entity["unique_id"].partition("_")
            entities.setdefault(lock_id, {})[key] = entity["entity_id"]
    opening = {
        state["entity_id"]
        for state in await api.command("get_states")
        if state["attributes"].get("supported_features", 0) & _OPEN
    }
    return [
        Shown(
            lock_id=identifier,
            name=device["name_by_user"] or device["name"],
            house=_house(devices, device),
            device_id=device["id"],
            entities=entities[identifier],
            opens=entities[identifier].get("lock") in opening,
        )
        for device in devices.values()
        for _, identifier, *_ in device["identifiers"]
        if identifier in entities
    ]


def _house(devices: Mapping[str, Any], device: Mapping[str, Any]) -> str:
    """Return the name of the device that everything hangs on."""
    while (parent := device["via_device_id"]) in devices:
        device = devices[parent]
    name: str = device["name"]
    return name
