"""Users of locks, sub-users, factory reset (reference 11, 17, 18.1)."""

from uuid import uuid4

from . import errors
from .credentials import CREATE_SUB_USER, LOCK_MANAGEMENT
from .desk import NOTHING, SUCCESS, Answer, Call, serves
from .words import JsonObject, Role


@serves("add_user")
async def add_user(call: Call) -> Answer:
    """Answer `PUT /locks/adduser/:lockID/:otherUserID/:type` (17.1).

    A manager may not make owners; the reference does not say.
    """
    lock = call.lock(Role.SUPERUSER, Role.MANAGER)
    name = call.body.get("Name")
    options = call.body.get("options", {})
    invited = call.body.get("returnInvited", False)
    if not (name is None or isinstance(name, str)):
        raise errors.invalid("Name must be a text or null")
    if not isinstance(options, dict) or not isinstance(invited, bool):
        raise errors.invalid("options or returnInvited is malformed")
    if options.keys() - {"isUpdatingPermissions"}:
        unlisted = sorted(options.keys() - {"isUpdatingPermissions"})
        call.violate([f"body options.{name}" for name in unlisted])
        raise errors.invalid(f"Not listed: options.{', '.join(unlisted)}")
    if not isinstance(options.get("isUpdatingPermissions", False), bool):
        raise errors.invalid("isUpdatingPermissions must be true or false")
    role = Role(call.parameters["role"])
    if role is Role.SUPERUSER and lock.users[call.user.user_id] is not Role.SUPERUSER:
        raise errors.not_authorized()
    world = call.cloud.world
    user = world.users.get(call.parameters["other_user_id"])
    if user is None:
        raise errors.invalid("User is not known")
    if user.verified and call.cloud.options.invites and user.user_id not in lock.users:
        lock.invited[user.user_id] = role
    else:
        world.share(lock, user, role)
        call.cloud.courier.membership(lock, "added", user)
    body: JsonObject = {"message": "success"}
    if invited:
        body["invitedUserID"] = user.user_id
    return Answer(body)


@serves("set_user_type")
async def set_user_type(call: Call) -> Answer:
    """Answer `PUT /locks/:lockID/:otherUserID/:type` (17.2), without a body."""
    lock = call.own_lock()
    user_id = call.parameters["other_user_id"]
    role = Role(call.parameters["role"])
    if user_id in lock.users:
        lock.users[user_id] = role
    elif user_id in lock.invited:
        lock.invited[user_id] = role
    else:
        raise errors.not_found("User")
    return Answer(NOTHING)


@serves("delete_lock")
async def delete_lock(call: Call) -> Answer:
    """Answer `DELETE /locks/:lockID?soft=0|1`: the factory reset (18.1)."""
    lock = call.own_lock()
    if LOCK_MANAGEMENT not in call.key.permissions:
        raise errors.missing_permission(LOCK_MANAGEMENT)
    soft = call.integer("soft", 0, least=0, most=1)
    cloud = call.cloud
    cloud.locksmith.forget(lock)
    lock.pins.clear()
    others = [user_id for user_id in lock.users if user_id != call.user.user_id]
    for user_id in others:
        del lock.users[user_id]
        cloud.courier.membership(lock, "removed", cloud.world.users[user_id])
    lock.invited.clear()
    if not soft:
        cloud.world.remove_lock(lock)
        cloud.courier.forget(lock)
    return SUCCESS


@serves("create_sub_user")
async def create_sub_user(call: Call) -> Answer:
    """Answer `POST /partners/sub-user`: create or find, and a token (11.1)."""
    if CREATE_SUB_USER not in call.key.permissions:
        raise errors.missing_permission(CREATE_SUB_USER)
    if not call.user.verified:
        raise errors.not_authorized()
    partner_user_id = call.text("partnerUserID")
    names = [call.body.get(name) for name in ("firstName", "lastName")]
    first_name, last_name = (name if isinstance(name, str) else None for name in names)
    if first_name is None or last_name is None:
        raise errors.invalid("firstName and lastName are required")
    world = call.cloud.world
    user = world.partner_user(call.user, partner_user_id)
    created = user is None
    if user is None:
        if world.partner_user(None, partner_user_id):
            raise errors.conflict("partnerUserID belongs to another user")
        user = world.add_user(
            first_name, last_name, owner=call.user, partner_user_id=partner_user_id
        )
    token = call.cloud.tokens.mint(user, call.client, str(uuid4()), caller=call.user)
    return Answer(
        {
            "access_token": token,
            "firstName": user.first_name,
            "lastName": user.last_name,
            "userID": user.user_id,
            "userCreated": created,
        }
    )


@serves("get_sub_users")
async def get_sub_users(call: Call) -> Answer:
    """Answer `GET /partners/sub-user`: one page of them (11.2)."""
    page = call.integer("page", 1, least=1)
    size = call.integer("pageSize", 100, least=1, most=1000)
    found = [
        user
        for user in call.cloud.world.users.values()
        if user.owner_id == call.user.user_id and user.partner_user_id
    ]
    pages = max(1, -(-len(found) // size))
    if page > pages:
        raise errors.invalid("page is beyond the last one")
    start = (page - 1) * size
    shown = found[start : start + size]
    return Answer(
        {
            "totalRecords": len(found),
            "currentPage": page,
            "pageRecordStart": start + 1 if shown else 0,
            "pageRecordEnd": start + len(shown),
            "totalPages": pages,
            "subUsers": [
                {
                    "userID": user.user_id,
                    "firstName": user.first_name,
                    "lastName": user.last_name,
                    "userOwnerID": user.owner_id,
                    "partnerUserID": user.partner_user_id,
                }
                for user in shown
            ],
        }
    )
