"""What is known of one lock, and what may be shown of it."""

from dataclasses import dataclass, field
from datetime import datetime

from custom_components.yale_august.cloud.models import (
    BoltState,
    DoorState,
    KeypadCapabilities,
    LockCapabilities,
    LockDetail,
    LockSummary,
)

from .readings import Reading
from .trouble import Trouble

LATCH_TYPE = 17
"""The lock type that can pull its latch, where capabilities do not say (reference 6.3)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Signal:
    """How well radio reached the lock during its last answer; None: not measured."""

    rssi: float | None = None
    """Bluetooth between bridge and lock, dBm."""
    wlan_rssi: float | None = None
    """Wi-Fi, dBm."""
    wlan_snr: float | None = None
    """Wi-Fi above the noise, dB."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LockData:
    """All that is known of one lock; replaced, never changed."""

    summary: LockSummary
    detail: LockDetail | None = None
    capabilities: LockCapabilities | None = None
    """What it can do; None until the cloud has been asked once."""
    keypad: KeypadCapabilities | None = None
    """What its keypad can do."""
    bolt: Reading[BoltState] | None = None
    door: Reading[DoorState] | None = None
    online: Reading[bool] | None = None
    commanded: BoltState | None = None
    """The movement that a command of ours has asked for and nothing has ended yet."""
    doubted_at: datetime | None = None
    """When a command was sent whose end nobody has told: what is older proves nothing."""
    secure_seen: bool = False
    """Whether the lock was ever in secure mode, whatever its capabilities say."""
    cut_off_at: datetime | None = None
    """Since when the cloud does not reach the lock."""
    complaint: Trouble | None = None
    """What the lock said last when it could not do something; see `trouble`."""
    signal: Signal = Signal()
    actor: str | None = field(default=None, repr=False)
    """Who moved the bolt last: a user id, or the cloud's word for nobody."""
    actor_at: datetime | None = None
    """When a message last said who acted."""

    @property
    def name(self) -> str:
        """The lock's name in the vendor's app."""
        return (
            (self.detail and self.detail.name)
            or self.summary.name
            or self.summary.lock_id[-6:]
        )

    @property
    def operable(self) -> bool:
        """Whether the cloud has a way to the lock; a role that may not see the detail has one."""
        return self.detail is None or self.detail.remote_path

    @property
    def has_latch(self) -> bool:
        """Whether the lock can pull its latch."""
        if self.capabilities is not None and self.capabilities.unlatch is not None:
            return self.capabilities.unlatch
        return self.detail is not None and self.detail.type == LATCH_TYPE

    @property
    def has_secure_mode(self) -> bool:
        """Whether the lock is known to have a mode in which the knob inside does not unlock."""
        can = self.capabilities
        return self.secure_seen or (
            can is not None
            and True in (can.secure_mode, can.secure_mode_mobile_control)
        )

    @property
    def can_be_secured(self) -> bool:
        """Whether the lock says that it can be put into this mode from afar."""
        can = self.capabilities
        if can is None:
            return False
        if can.secure_mode_mobile_control is None:
            return can.secure_mode is True
        return can.secure_mode_mobile_control

    @property
    def may_have_latch(self) -> bool:
        """Whether the lock can pull its latch, or nobody has told yet that it cannot."""
        return self.has_latch or self.capabilities is None

    @property
    def reachable(self) -> bool | None:
        """Whether the cloud reaches the lock; None when it does not say."""
        return None if self.online is None else self.online.value

    @property
    def persistent(self) -> bool:
        """Whether the bridge can keep the connection open (reference 12.1)."""
        detail = self.detail
        return detail is not None and detail.bridge is not None and detail.bridge.hyper

    @property
    def trouble(self) -> Trouble | None:
        """What is wrong with the lock, as far as it has said."""
        if self.reachable is False:
            return Trouble.BRIDGE_OFFLINE
        if self.bolt is not None and self.bolt.value is BoltState.JAMMED:
            return self.complaint or Trouble.JAMMED
        return self.complaint
