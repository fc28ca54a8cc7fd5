"""A dashboard that shows the doors at once."""

from collections.abc import Sequence
from typing import Any, Final

from .api import Api
from .inventory import Shown, shown_locks

PATH: Final = "demo-doors"
"""The address of the dashboard."""

_HOUSES: Final = 2
"""How many of them the first view shows."""
_GRAPHS: Final = 5


async def build(api: Api, order: Sequence[str]) -> None:
    """Give each house an area, put its locks there, and open on a view of them.

    `order` is that of the lockIDs.
    """
    places = {lock_id: place for place, lock_id in enumerate(order)}
    locks = sorted(
        await shown_locks(api), key=lambda lock: places.get(lock.lock_id, len(places))
    )
    await _put_into_areas(api, locks)
    dashboards = await api.command("lovelace/dashboards/list")
    if any(dashboard["url_path"] == PATH for dashboard in dashboards):
        return
    await api.command(
        "lovelace/dashboards/create",
        url_path=PATH,
        title="Doors",
        icon="mdi:door-closed-lock",
        mode="storage",
        show_in_sidebar=True,
        require_admin=False,
    )
    await api.command("lovelace/config/save", url_path=PATH, config=_views(locks))
    await api.command(
        "frontend/set_system_data", key="core", value={"default_panel": PATH}
    )


async def _put_into_areas(api: Api, locks: list[Shown]) -> None:
    areas = {
        area["name"]: area["area_id"]
        for area in await api.command("config/area_registry/list")
    }
    houses = list(dict.fromkeys(lock.house for lock in locks))
    if not set(houses) - set(areas):
        return
    # Rooms that a new Home Assistant invents.
    for area_id in areas.values():
        await api.command("config/area_registry/delete", area_id=area_id)
    for house in houses:
        area = await api.command(
            "config/area_registry/create", name=house, icon="mdi:home-lock"
        )
        for lock in locks:
            if lock.house == house:
                await api.command(
                    "config/device_registry/update",
                    device_id=lock.device_id,
                    area_id=area["area_id"],
                )


def _views(locks: list[Shown]) -> dict[str, Any]:
    houses = list(dict.fromkeys(lock.house for lock in locks))
    sections = [
        _house(house, [lock for lock in locks if lock.house == house])
        for house in houses
    ]
    views = [_view("Doors", [*sections[:_HOUSES], _past(locks)])]
    if more := sections[_HOUSES:]:
        views.append(_view("More doors", more))
    return {"views": views}


def _view(title: str, sections: list[dict[str, Any]]) -> dict[str, Any]:
    return {
        "title": title,
        "path": title.lower().replace(" ", "-"),
        "type": "sections",
        "max_columns": _HOUSES + 1,
        "sections": sections,
    }


def _house(house: str, locks: list[Shown]) -> dict[str, Any]:
    cards: list[dict[str, Any]] = [_heading(house, "title", icon="mdi:home-lock")]
    for lock in locks:
        cards += _door(lock)
    return {"type": "grid", "cards": cards}


def _door(lock: Shown) -> list[dict[str, Any]]:
    heading = _heading(lock.name, "subtitle") | {
        "badges": [
            {"type": "entity", "entity": lock.entities[key], "color": "state"}
            for key in ("door", "battery")
            if key in lock.entities
        ]
    }
    if connectivity := lock.entities.get("connectivity"):
        offline = {"condition": "state", "entity": connectivity, "state": "off"}
        heading["badges"].append(
            {"type": "entity", "entity": connectivity, "visibility": [offline]}
        )
    if "lock" not in lock.entities:
        note = "The cloud has no way to this lock: there is nothing to operate."
        return [heading, {"type": "markdown", "content": note}]
    features = [{"type": "lock-commands"}]
    if lock.opens:
        features.append({"type": "lock-open-door"})
    tile = {
        "type": "tile",
        "entity": lock.entities["lock"],
        # The heading says it already.
        "name": " ",
        "features": features,
        "features_position": "inline",
        "grid_options": {"columns": "full"},
    }
    return [heading, tile]


def _past(locks: list[Shown]) -> dict[str, Any]:
    bolts = [lock.entities["lock"] for lock in locks if "lock" in lock.entities]
    return {
        "type": "grid",
        "cards": [
            _heading("What happened", "title", icon="mdi:history"),
            {
                "type": "history-graph",
                "entities": [{"entity": bolt} for bolt in bolts[:_GRAPHS]],
                "hours_to_show": 0.25,
            },
            {
                "type": "logbook",
                "target": {"entity_id": bolts},
                "hours_to_show": 24,
                "grid_options": {"columns": "full", "rows": 8},
            },
        ],
    }


def _heading(text: str, style: str, *, icon: str | None = None) -> dict[str, Any]:
    heading = {"type": "heading", "heading": text, "heading_style": style}
    return heading | ({"icon": icon} if icon else {})
