"""The operations that the simulator serves (reference 4).

One table: for each operation its address and every query parameter and body
field that the reference lists. What is not listed here is refused.
"""

from dataclasses import dataclass
from functools import cached_property
import re

_PATTERNS = {
    "lock_id": r"[\dA-F]{32}",
    "house_id": r"[\da-fA-F]{8}(?:-[\da-fA-F]{4}){3}-[\da-fA-F]{12}",
    "role": r"user|manager|superuser",
}
"""How path parameters must look; of the others anything goes."""


@dataclass(frozen=True, kw_only=True)
class Operation:
    """One operation and everything a client may send with it."""

    name: str
    method: str
    path: str
    query: frozenset[str] = frozenset()
    body: frozenset[str] = frozenset()
    versions: frozenset[str] = frozenset({"0.0.1"})
    verified: bool = True

    @cached_property
    def pattern(self) -> re.Pattern[str]:
        """The path as a pattern that takes any parameter."""
        return re.compile(re.sub(r"{(\w+)}", r"(?P<\1>[^/]+)", self.path))

    def wrong_parameter(self, parameters: dict[str, str]) -> str | None:
        """Return the name of the first path parameter of a wrong form."""
        for name, value in parameters.items():
            if name in _PATTERNS and not re.fullmatch(_PATTERNS[name], value):
                return name
        return None


def _operation(
    name: str,
    address: str,
    *,
    query: str = "",
    body: str = "",
    versions: str = "0.0.1",
    verified: bool = True,
) -> Operation:
    method, path = address.split()
    return Operation(
        name=name,
        method=method,
        path=path,
        query=frozenset(query.split()),
        body=frozenset(body.split()),
        versions=frozenset(versions.split()),
        verified=verified,
    )


# Where two paths fit, the first one serves.
OPERATIONS = (
    # The twenty of the vendor's page (reference 4.1).
    _operation("get_lock", "GET /locks/{lock_id}", versions="0.0.1 2.0.0"),
    _operation("delete_lock", "DELETE /locks/{lock_id}", query="soft"),
    _operation(
        "transfer_pin",
        "PUT /locks/{lock_id}/pins/transfer",
        body="oldUserID newUserID",
        verified=False,
    ),
    _operation(
        "add_user",
        "PUT /locks/adduser/{lock_id}/{other_user_id}/{role}",
        body="Name options returnInvited",
    ),
    _operation(
        "set_user_type",
        "PUT /locks/{lock_id}/{other_user_id}/{role}",
        verified=False,
    ),
    _operation("get_pins", "GET /locks/{lock_id}/pins"),
    _operation("write_pins", "POST /locks/{lock_id}/pins", body="commands webhook"),
    _operation("reserve_pin", "GET /locks/{lock_id}/pin"),
    _operation("get_master_pin", "GET /locks/{lock_id}/masterpin", verified=False),
    _operation(
        "set_master_pin",
        "POST /locks/{lock_id}/masterpin",
        body="pin webhook",
        verified=False,
    ),
    _operation(
        "remote_operate",
        "PUT /remoteoperate/{lock_id}/{command}",
        query="type retryLimit notificationType connection intent v",
        body="extendedfunction webhook",
        versions="0.0.1 2.0.0",
    ),
    _operation(
        "get_capabilities",
        "GET /devices/capabilities",
        query="udID hID hhID topLevelHost deviceType deviceID serialNumber "
        "productID productTypeID checkForSetup",
    ),
    _operation(
        "get_houses",
        "GET /users/houses/mine",
        query="houseID hideIntegrationMode clientSerial",
    ),
    _operation(
        "log_out",
        "POST /users/logout",
        body="apnsDeviceID installID",
        verified=False,
    ),
    _operation(
        "create_sub_user",
        "POST /partners/sub-user",
        body="partnerUserID firstName lastName",
    ),
    _operation("get_house", "GET /houses/{house_id}"),
    _operation("create_subscriber", "POST /websocket/subscribers", body="scopes"),
    _operation("get_subscriber", "GET /websocket/subscribers/{subscriber_id}"),
    _operation("delete_subscriber", "DELETE /websocket/subscribers/{subscriber_id}"),
    # Absent from that page (reference 4.2, 4.3).
    _operation("get_locks", "GET /users/locks/mine"),
    _operation("get_lock_status", "GET /locks/{lock_id}/status"),
    _operation("get_sub_users", "GET /partners/sub-user", query="page pageSize"),
    _operation(
        "get_guests", "GET /houses/{house_id}/guestlist", query="mergeDuplicates"
    ),
    _operation(
        "register_user_webhook",
        "POST /webhook/user",
        body="url method clientID header token notificationTypes",
    ),
    _operation(
        "register_lock_webhook",
        "POST /webhook/{lock_id}",
        body="url method clientID header token notificationTypes",
    ),
    _operation("delete_user_webhook", "DELETE /webhook/user/{client_id}"),
    _operation("delete_lock_webhook", "DELETE /webhook/{lock_id}/{client_id}"),
    _operation(
        "get_activities",
        "GET /houses/{house_id}/activities",
        query="limit",
        versions="0.0.1 4.0.0",
    ),
    _operation("get_user", "GET /users/me"),
    _operation("get_doorbells", "GET /users/doorbells/mine"),
)


def find(method: str, path: str) -> tuple[Operation | None, dict[str, str], bool]:
    """Return operation and path parameters, and whether the path is known at all."""
    known = False
    for operation in OPERATIONS:
        match = operation.pattern.fullmatch(path)
        if not match:
            continue
        known = True
        if operation.method == method:
            return operation, match.groupdict(), True
    return None, {}, known
