"""Users, sub-users, roles, houses, factory reset (reference 5, 10, 11, 17, 18)."""

from uuid import uuid4

from tests.simulator import Role, Simulator

from .caller import Caller

NAMES = {"firstName": "Gina", "lastName": "Guest"}


async def sub_user(owner: Caller, partner_user_id: str = "guest-1") -> dict[str, str]:
    """Create a sub-user; returns the answer."""
    body = {"partnerUserID": partner_user_id, **NAMES}
    reply = await owner("POST", "/partners/sub-user", body)
    assert reply.status == 200
    answer: dict[str, str] = reply.json
    return answer


async def test_sub_user_acts(server: Simulator, owner: Caller) -> None:
    """A sub-user sees what is shared, under its role, by its own token."""
    lock = server.add_lock("keypad")
    server.add_lock()
    first = await sub_user(owner)
    again = await sub_user(owner)
    assert first["userCreated"]
    assert not again["userCreated"]
    assert first["userID"] == again["userID"]
    assert first["access_token"] != again["access_token"]
    added = await owner(
        "PUT",
        f"/locks/adduser/{lock.lock_id}/{first['userID']}/manager",
        {"Name": None, "options": {"isUpdatingPermissions": True}},
    )
    assert added.json == {"message": "success"}
    guest = Caller(server)
    guest.headers["x-access-token"] = first["access_token"]
    async with guest:
        listed = (await guest("GET", "/users/locks/mine")).json
        assert {key: entry["UserType"] for key, entry in listed.items()} == {
            lock.lock_id: "manager"
        }
        detail = (await guest("GET", f"/locks/{lock.lock_id}")).json
        assert "OfflineKeys" not in detail
        path = f"/remoteoperate/{lock.lock_id}/unlock"
        assert (await guest("PUT", path)).status == 200
        assert (await guest("POST", "/partners/sub-user", NAMES)).status == 403


async def test_sub_user_of_somebody_else(server: Simulator, owner: Caller) -> None:
    """An id that belongs to another owner's sub-user is refused."""
    await sub_user(owner)
    other = server.world.add_user("Oscar", "Other", email="oscar@example.com")
    async with Caller(server, other) as caller:
        body = {"partnerUserID": "guest-1", **NAMES}
        assert (await caller("POST", "/partners/sub-user", body)).status == 409
        assert (await caller("GET", "/partners/sub-user")).json["totalRecords"] == 0


async def test_sub_user_permission(server: Simulator, owner: Caller) -> None:
    """A key without the permission may not make sub-users."""
    server.key().permissions.clear()
    body = {"partnerUserID": "guest-1", **NAMES}
    reply = await owner("POST", "/partners/sub-user", body)
    assert (reply.status, reply.json["code"]) == (403, "NotAuthorized")


async def test_sub_user_pages(owner: Caller) -> None:
    """The list comes in pages; asking beyond the last is an error."""
    for number in range(3):
        await sub_user(owner, f"guest-{number}")
    path = "/partners/sub-user"
    page = (await owner("GET", path, page="2", pageSize="2")).json
    assert [user["partnerUserID"] for user in page.pop("subUsers")] == ["guest-2"]
    assert page == {
        "totalRecords": 3,
        "currentPage": 2,
        "pageRecordStart": 3,
        "pageRecordEnd": 3,
        "totalPages": 2,
    }
    assert (await owner("GET", path, page="3", pageSize="2")).status == 400
    assert (await owner("GET", path, pageSize="1001")).status == 400


async def test_roles(server: Simulator, owner: Caller) -> None:
    """Managers add users, owners change roles, guests do neither."""
    lock = server.add_lock()
    people = {
        role: server.world.add_user("Some", role, email=f"{role}@example.com")
        for role in (Role.MANAGER, Role.USER)
    }
    for role, user in people.items():
        server.share(lock, user, role)
    new = server.world.add_user("Nina", "New")
    add = f"/locks/adduser/{lock.lock_id}/{new.user_id}"
    change = f"/locks/{lock.lock_id}/{new.user_id}"
    async with Caller(server, people[Role.USER]) as guest:
        assert (await guest("PUT", f"{add}/user")).status == 403
    async with Caller(server, people[Role.MANAGER]) as manager:
        assert (await manager("PUT", f"{add}/superuser")).status == 403
        reply = await manager("PUT", f"{add}/user", {"returnInvited": True})
        assert reply.json["invitedUserID"] == new.user_id
        assert (await manager("PUT", f"{change}/manager")).status == 403
    assert (await owner("PUT", f"{change}/manager")).status == 200
    assert lock.users[new.user_id] is Role.MANAGER
    assert (await owner("PUT", f"{change}/king")).status == 400
    assert (await owner("PUT", f"/locks/{lock.lock_id}/{uuid4()}/user")).status == 404
    assert (
        await owner("PUT", f"/locks/adduser/{lock.lock_id}/nobody/user")
    ).status == 400


async def test_invitation(server: Simulator, owner: Caller) -> None:
    """An account may only be invited; its role can be changed all the same."""
    server.options.invites = True
    lock = server.add_lock()
    user = server.world.add_user("Ina", "Invited", email="ina@example.com")
    await owner("PUT", f"/locks/adduser/{lock.lock_id}/{user.user_id}/user")
    assert user.user_id not in lock.users
    await owner("PUT", f"/locks/{lock.lock_id}/{user.user_id}/manager")
    assert lock.invited == {user.user_id: Role.MANAGER}


async def test_strangers(server: Simulator, owner: Caller) -> None:
    """A lock that one is not on does not exist."""
    other = server.world.add_user("Oscar", "Other", email="oscar@example.com")
    theirs = server.add_lock(owner=other, house="Elsewhere")
    assert (await owner("GET", f"/locks/{theirs.lock_id}")).status == 404
    assert (await owner("PUT", f"/remoteoperate/{theirs.lock_id}/lock")).status == 404
    assert (await owner("GET", f"/houses/{theirs.house.house_id}")).status == 403


async def test_house_shapes(server: Simulator, owner: Caller) -> None:
    """Each documented shape can be had."""
    lock = server.add_lock()
    house = lock.house
    mine, one = "/users/houses/mine", f"/houses/{house.house_id}"
    assert (await owner("GET", mine)).json["houses"][0]["HouseName"] == "Home"
    server.options.houses_shape = "list"
    assert (await owner("GET", mine)).json[0]["type"] == "superuser"
    server.options.houses_shape = "single"
    assert (await owner("GET", mine)).json["HouseID"] == house.house_id
    members = (await owner("GET", one)).json["users"]
    assert members == {server.owner.user_id: "superuser"}
    server.options.house_shape = "list"
    body = (await owner("GET", one)).json
    assert body["users"] == [server.owner.user_id]
    assert body["locks"] == [lock.lock_id]
    guests = (await owner("GET", f"{one}/guestlist", mergeDuplicates="true")).json
    assert [user["FirstName"] for user in guests["owners"]] == ["Olivia"]


async def test_factory_reset(server: Simulator, owner: Caller) -> None:
    """Soft keeps lock and caller, hard keeps nothing."""
    lock = server.add_lock("keypad")
    guest = server.world.add_user("Gina", "Guest")
    server.share(lock, guest)
    path = f"/locks/{lock.lock_id}"
    assert (await owner("DELETE", path, soft="2")).status == 400
    assert (await owner("DELETE", path, soft="1")).json == {"message": "success"}
    assert list(lock.users) == [server.owner.user_id]
    assert (await owner("DELETE", path, soft="0")).status == 200
    assert (await owner("GET", path)).status == 404
    assert (await owner("GET", "/users/locks/mine")).json == {}


async def test_log_out(server: Simulator, owner: Caller) -> None:
    """Logging out ends the tokens of this install and no others."""
    async with Caller(server) as other:
        body = {"apnsDeviceID": str(uuid4()), "installID": str(uuid4())}
        reply = await owner("POST", "/users/logout", body)
        assert (reply.status, reply.text) == (200, "null")
        assert (await owner("GET", "/users/me")).status == 401
        assert (await other("GET", "/users/me")).status == 200
