"""The one table of operations: method, path, safety, what is proven.

Addresses come from reference 4.1 and 4.2. The vendor's page lost its methods and
paths; the operations with `verified=False` stand at an address that no source names.
To correct one, change its line here; the tests then name the sentences that call it
not proven.
"""

from dataclasses import dataclass
from enum import Enum
from typing import Final

DEFAULT_VERSION: Final = "0.0.1"


class Safety(Enum):
    """What repeating a request may do."""

    READ = "read"
    """Changes nothing: may be repeated."""
    WRITE = "write"
    """Changes data: once on the wire."""
    COMMAND = "command"
    """Moves or restarts hardware: once on the wire, before anything else."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """One operation and where it is."""

    operation: str
    """Short name for logs, errors and diagnostics."""
    method: str
    path: str
    """Template such as `/locks/{lock_id}`."""
    safety: Safety
    number: int | None = None
    """Number on the vendor's page; None: documented elsewhere (reference 4.2)."""
    verified: bool = True
    """False: the operation is the vendor's, its address is our default (4.1)."""
    documented: bool = True
    """False: no source says what it answers (12.8)."""
    accept_version: str | None = DEFAULT_VERSION
    """Version of the answer that we read, sent as `Accept-Version`."""
    reaches_device: bool = False
    """The answer's status may be a device's own error (reference 13)."""

    @property
    def proven(self) -> bool:
        """Whether a source names address and answer; else people are told wherever they meet it."""
        return self.verified and self.documented


_READ: Final = Safety.READ
_WRITE: Final = Safety.WRITE
_COMMAND: Final = Safety.COMMAND

# fmt: off
GET_LOCK: Final = Route(number=1, operation="get_lock", method="GET", path="/locks/{lock_id}", safety=_READ)
DELETE_LOCK: Final = Route(number=2, operation="delete_lock", method="DELETE", path="/locks/{lock_id}", safety=_WRITE)
TRANSFER_PIN: Final = Route(number=3, operation="transfer_pin", method="PUT", path="/locks/{lock_id}/pins/transfer", safety=_WRITE, verified=False, reaches_device=True)
ADD_USER: Final = Route(number=4, operation="add_user", method="PUT", path="/locks/adduser/{lock_id}/{other_user_id}/{role}", safety=_WRITE)
SET_USER_TYPE: Final = Route(number=5, operation="set_user_type", method="PUT", path="/locks/{lock_id}/{other_user_id}/{role}", safety=_WRITE, verified=False)
GET_PINS: Final = Route(number=6, operation="get_pins", method="GET", path="/locks/{lock_id}/pins", safety=_READ)
WRITE_PINS: Final = Route(number=7, operation="write_pins", method="POST", path="/locks/{lock_id}/pins", safety=_WRITE, reaches_device=True)
# Reserving takes a code out of the pool: a GET that is no plain read (reference 14.8).
RESERVE_PIN: Final = Route(number=8, operation="reserve_pin", method="GET", path="/locks/{lock_id}/pin", safety=_WRITE)
GET_MASTER_PIN: Final = Route(number=9, operation="get_master_pin", method="GET", path="/locks/{lock_id}/masterpin", safety=_READ, verified=False)
SET_MASTER_PIN: Final = Route(number=10, operation="set_master_pin", method="POST", path="/locks/{lock_id}/masterpin", safety=_WRITE, verified=False, reaches_device=True)
REMOTE_OPERATE: Final = Route(number=11, operation="remote_operate", method="PUT", path="/remoteoperate/{lock_id}/{command}", safety=_COMMAND, reaches_device=True)
REMOTE_OPERATE_V2: Final = Route(number=12, operation="remote_operate_v2", method="PUT", path="/remoteoperate/{lock_id}/{command}", safety=_COMMAND, accept_version="2.0.0", documented=False, reaches_device=True)
GET_CAPABILITIES: Final = Route(number=13, operation="get_capabilities", method="GET", path="/devices/capabilities", safety=_READ)
GET_HOUSES: Final = Route(number=14, operation="get_houses", method="GET", path="/users/houses/mine", safety=_READ)
LOG_OUT: Final = Route(number=15, operation="log_out", method="POST", path="/users/logout", safety=_WRITE, verified=False)
CREATE_SUB_USER: Final = Route(number=16, operation="create_sub_user", method="POST", path="/partners/sub-user", safety=_WRITE)
GET_HOUSE: Final = Route(number=17, operation="get_house", method="GET", path="/houses/{house_id}", safety=_READ)
CREATE_SUBSCRIBER: Final = Route(number=18, operation="create_subscriber", method="POST", path="/websocket/subscribers", safety=_WRITE)
GET_SUBSCRIBER: Final = Route(number=19, operation="get_subscriber", method="GET", path="/websocket/subscribers/{subscriber_id}", safety=_READ)
DELETE_SUBSCRIBER: Final = Route(number=20, operation="delete_subscriber", method="DELETE", path="/websocket/subscribers/{subscriber_id}", safety=_WRITE)

GET_LOCKS: Final = Route(operation="get_locks", method="GET", path="/users/locks/mine", safety=_READ)
GET_LOCK_STATUS: Final = Route(operation="get_lock_status", method="GET", path="/locks/{lock_id}/status", safety=_READ, reaches_device=True)
GET_SUB_USERS: Final = Route(operation="get_sub_users", method="GET", path="/partners/sub-user", safety=_READ)
GET_GUESTS: Final = Route(operation="get_guests", method="GET", path="/houses/{house_id}/guestlist", safety=_READ)
GET_ACTIVITIES: Final = Route(operation="get_activities", method="GET", path="/houses/{house_id}/activities", safety=_READ, accept_version="4.0.0")
REGISTER_LOCK_WEBHOOK: Final = Route(operation="register_lock_webhook", method="POST", path="/webhook/{lock_id}", safety=_WRITE)
REGISTER_USER_WEBHOOK: Final = Route(operation="register_user_webhook", method="POST", path="/webhook/user", safety=_WRITE)
DELETE_LOCK_WEBHOOK: Final = Route(operation="delete_lock_webhook", method="DELETE", path="/webhook/{lock_id}/{client_id}", safety=_WRITE)
DELETE_USER_WEBHOOK: Final = Route(operation="delete_user_webhook", method="DELETE", path="/webhook/user/{client_id}", safety=_WRITE)
# fmt: on

ROUTES: Final = (
    GET_LOCK,
    DELETE_LOCK,
    TRANSFER_PIN,
    ADD_USER,
    SET_USER_TYPE,
    GET_PINS,
    WRITE_PINS,
    RESERVE_PIN,
    GET_MASTER_PIN,
    SET_MASTER_PIN,
    REMOTE_OPERATE,
    REMOTE_OPERATE_V2,
    GET_CAPABILITIES,
    GET_HOUSES,
    LOG_OUT,
    CREATE_SUB_USER,
    GET_HOUSE,
    CREATE_SUBSCRIBER,
    GET_SUBSCRIBER,
    DELETE_SUBSCRIBER,
    GET_LOCKS,
    GET_LOCK_STATUS,
    GET_SUB_USERS,
    GET_GUESTS,
    GET_ACTIVITIES,
    REGISTER_LOCK_WEBHOOK,
    REGISTER_USER_WEBHOOK,
    DELETE_LOCK_WEBHOOK,
    DELETE_USER_WEBHOOK,
)
