"""Where one lock is watched, and for whom."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from homeassistant.core import CALLBACK_TYPE

from custom_components.yale_august.coordinator import LockCoordinator

from .incidents import Incident
from .journal import Journal

ACCESS: Final = "access"
RING: Final = "ring"
OPERATOR: Final = "operator"
"""The keys of the entities for whose sake the feed is read."""

type IncidentListener = Callable[[Incident], None]


@dataclass(slots=True, eq=False)
class Watch:
    """Where one lock is watched."""

    lock: LockCoordinator
    journal: Journal
    listeners: dict[str, IncidentListener] = field(default_factory=dict)
    """Who hears what happens, by the entity's key."""
    is_heard: bool = False
    """Whether those are there that must not miss anything: what is told is not told again."""
    blind: bool = True
    """Whether something may have happened that was not heard."""
    hears_since: datetime | None = None
    """The connection that was there when this was last looked at: between two nobody listened."""
    doubted_at: datetime | None = None
    """Since when only the feed can tell what has happened; None: nothing is in doubt."""
    wants_ring: bool = False
    """Whether somebody waits for the bell of it, and the feed may be read."""
    is_homeless: bool = False
    """Whether the house is not known whose feed might tell."""
    cancel_telling: CALLBACK_TYPE | None = None
    telling_at: float = 0.0
    """When, by the loop's clock, somebody wakes up to tell what waits."""
    told_at: float = 0.0
    """When, by the loop's clock, something was told last."""

    @property
    def wants_feed(self) -> bool:
        """Whether the feed is read for its sake."""
        return self.wants_ring or self.journal.wants_names

    @property
    def house_id(self) -> str | None:
        """The house whose feed tells of the lock."""
        data = self.lock.data
        if data.summary.house_id is not None or data.detail is None:
            return data.summary.house_id
        return data.detail.house_id

    @property
    def verified(self) -> datetime | None:
        """When the bolt stood as the cloud's cache tells, by the cloud's clock."""
        detail = self.lock.data.detail
        return None if detail is None or detail.status is None else detail.status.at
