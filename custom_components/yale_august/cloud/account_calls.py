"""The operations on people, houses, the login, subscribers and webhooks."""

from typing import Final
from uuid import UUID

from . import routes, validate
from .calls import Calls, query_of, unexpected
from .models import (
    Activity,
    AddedUser,
    GuestList,
    House,
    HouseSummary,
    JsonValue,
    Role,
    Subscriber,
    SubUserLogin,
    SubUserPage,
    Webhook,
    read_activities,
    read_houses,
)
from .validate import ABSENT, Absent

_SCOPES: Final = ("lock",)


class AccountCalls(Calls):
    """People, houses, the login, subscribers and webhooks."""

    async def add_user(
        self,
        lock_id: str,
        other_user_id: str,
        role: Role,
        *,
        name: str | Absent | None = ABSENT,
        is_updating_permissions: bool | None = None,
        return_invited: bool | None = None,
    ) -> AddedUser:
        """Add a user to a lock (17.1); the caller must be its manager or owner.

        `name` may be null; left out by default.
        """
        path = user_path(lock_id, other_user_id, role)
        body: dict[str, JsonValue] = {}
        if not isinstance(name, Absent):
            body["Name"] = None if name is None else validate.string("name", name)
        if is_updating_permissions is not None:
            body["options"] = {
                "isUpdatingPermissions": validate.boolean(
                    "is_updating_permissions", is_updating_permissions
                )
            }
        if return_invited is not None:
            body["returnInvited"] = validate.boolean("return_invited", return_invited)
        route = routes.ADD_USER
        answer = await self.send(route, path=path, body=body or ABSENT)
        return self.read(route, answer, AddedUser.from_json, optional=True)

    async def set_user_type(self, lock_id: str, other_user_id: str, role: Role) -> None:
        """Change the role of a lock's user (17.2). Unverified address."""
        path = user_path(lock_id, other_user_id, role)
        await self.send(routes.SET_USER_TYPE, path=path)

    async def create_sub_user(
        self, *, partner_user_id: str, first_name: str, last_name: str
    ) -> SubUserLogin:
        """Create or get the sub-user of the caller's own id for it (11.1).

        The answer carries an access token to act as the sub-user.
        """
        body: dict[str, JsonValue] = {
            "partnerUserID": validate.filled("partner_user_id", partner_user_id),
            "firstName": validate.filled("first_name", first_name),
            "lastName": validate.string("last_name", last_name),
        }
        route = routes.CREATE_SUB_USER
        answer = await self.send(route, body=body)
        login = self.read(route, answer, SubUserLogin.from_json)
        if login.access_token is None:
            raise unexpected(route)
        return login

    async def get_sub_users(
        self, *, page: int = 1, page_size: int = 100
    ) -> SubUserPage:
        """Return a page of the caller's sub-users (11.2).

        Pages count from 1 and have 1 to 1000 entries; the cloud takes asking beyond
        the last one for an error.
        """
        query = query_of(
            page=validate.integer("page", page, least=1),
            pageSize=validate.integer("page_size", page_size, least=1, most=1000),
        )
        route = routes.GET_SUB_USERS
        answer = await self.send(route, query=query)
        return self.read(route, answer, SubUserPage.from_json)

    async def get_houses(
        self,
        *,
        house_id: str | UUID | None = None,
        hide_integration_mode: bool | None = None,
        client_serial: str | None = None,
    ) -> tuple[HouseSummary, ...]:
        """Return the caller's houses (10.1)."""
        query = query_of(
            houseID=None if house_id is None else validate.uuid("house_id", house_id),
            hideIntegrationMode=hide_integration_mode,
            clientSerial=client_serial,
        )
        route = routes.GET_HOUSES
        answer = await self.send(route, query=query)
        return self.read(route, answer, read_houses)

    async def get_house(self, house_id: str | UUID) -> House:
        """Return a house with its people and locks (10.2)."""
        house = validate.uuid("house_id", house_id)
        return await self.get(House, routes.GET_HOUSE, house_id=house)

    async def get_guests(
        self, house_id: str | UUID, *, merge_duplicates: bool | None = None
    ) -> GuestList:
        """Return who can open something in a house (10.4)."""
        route = routes.GET_GUESTS
        answer = await self.send(
            route,
            path={"house_id": validate.uuid("house_id", house_id)},
            query=query_of(mergeDuplicates=merge_duplicates),
        )
        return self.read(route, answer, GuestList.from_json)

    async def get_activities(
        self, house_id: str | UUID, *, limit: int = 100
    ) -> tuple[Activity, ...]:
        """Return what happened in a house, in the cloud's order (21).

        The cloud returns at most 100 entries; a guest sees only their own.
        """
        route = routes.GET_ACTIVITIES
        answer = await self.send(
            route,
            path={"house_id": validate.uuid("house_id", house_id)},
            query=query_of(limit=validate.integer("limit", limit, least=1, most=100)),
        )
        return self.read(route, answer, read_activities)

    async def log_out(
        self, *, apns_device_id: str | UUID, install_id: str | UUID
    ) -> None:
        """End all access tokens of an install id (18.2). Unverified address."""
        await self.send(
            routes.LOG_OUT,
            body={
                "apnsDeviceID": validate.uuid("apns_device_id", apns_device_id),
                "installID": validate.uuid("install_id", install_id),
            },
        )

    async def create_subscriber(self) -> Subscriber:
        """Create the right to listen to all locks of the caller (20.1).

        Raises EndpointNotAllowed when the key has no right to push.
        """
        route = routes.CREATE_SUBSCRIBER
        answer = await self.send(route, body={"scopes": validate.scopes(_SCOPES)})
        subscriber = self.read(route, answer, Subscriber.from_json)
        if subscriber.subscriber_id is None:
            raise unexpected(route)
        return subscriber

    async def get_subscriber(self, subscriber_id: str) -> Subscriber:
        """Return a subscriber; raises NotFound when the cloud forgot it (20.1)."""
        known = validate.segment("subscriber_id", subscriber_id)
        return await self.get(Subscriber, routes.GET_SUBSCRIBER, subscriber_id=known)

    async def delete_subscriber(self, subscriber_id: str) -> None:
        """Delete a subscriber (20.1)."""
        known = validate.segment("subscriber_id", subscriber_id)
        await self.send(routes.DELETE_SUBSCRIBER, path={"subscriber_id": known})

    async def register_lock_webhook(self, lock_id: str, webhook: Webhook) -> None:
        """Have events of a lock posted (19.1); replaces an earlier registration."""
        validate.webhook(webhook)
        await self.send(
            routes.REGISTER_LOCK_WEBHOOK,
            path={"lock_id": validate.lock_id(lock_id)},
            body=webhook.to_json(),
        )

    async def register_user_webhook(self, webhook: Webhook) -> None:
        """Have events of the caller posted (19.1); replaces an earlier registration."""
        validate.webhook(webhook)
        await self.send(routes.REGISTER_USER_WEBHOOK, body=webhook.to_json())

    async def delete_lock_webhook(self, lock_id: str, client_id: str) -> None:
        """End the posting of a lock's events to an OAuth client (19.2)."""
        path = {
            "lock_id": validate.lock_id(lock_id),
            "client_id": validate.segment("client_id", client_id),
        }
        await self.send(routes.DELETE_LOCK_WEBHOOK, path=path)

    async def delete_user_webhook(self, client_id: str) -> None:
        """End the posting of the caller's events to an OAuth client (19.2)."""
        path = {"client_id": validate.segment("client_id", client_id)}
        await self.send(routes.DELETE_USER_WEBHOOK, path=path)


def user_path(lock_id: str, other_user_id: str, role: Role) -> dict[str, str]:
    """Return the path of the two calls that name a lock, a user and a role."""
    return {
        "lock_id": validate.lock_id(lock_id),
        "other_user_id": validate.segment("other_user_id", other_user_id),
        "role": validate.word("role", role, Role).value,
    }
