"""Houses, their guests and their activities (reference 10, 21)."""

from . import errors
from .accounts import House
from .activities import MOST
from .desk import Answer, Call, serves
from .words import JsonObject, Role


def _house(call: Call) -> tuple[House, Role]:
    house = call.cloud.world.houses.get(call.parameters["house_id"])
    if house is None:
        raise errors.not_found("House")
    role = house.members.get(call.user.user_id)
    if role is None:
        raise errors.not_authorized()
    return house, role


@serves("get_houses")
async def get_houses(call: Call) -> Answer:
    """Answer `GET /users/houses/mine` in the shape that is set (10.1)."""
    call.flag("hideIntegrationMode")
    houses: list[JsonObject] = [
        {
            "HouseID": house.house_id,
            "HouseName": house.name,
            "type": house.members[call.user.user_id].value,
            "imageInfo": {},
        }
        for house in call.cloud.world.houses_of(call.user.user_id)
        if call.query.get("houseID") in (None, house.house_id)
    ]
    match call.cloud.options.houses_shape:
        case "object":
            return Answer({"houses": houses})
        case "single":
            return Answer(houses[0] if houses else {})
        case "list":
            return Answer(houses)


@serves("get_house")
async def get_house(call: Call) -> Answer:
    """Answer `GET /houses/:houseID` in the shape that is set (10.2)."""
    house, _ = _house(call)
    members = {user_id: role.value for user_id, role in house.members.items()}
    as_list = call.cloud.options.house_shape == "list"
    return Answer(
        {
            "HouseName": house.name,
            "users": list(members) if as_list else members,
            "locks": [lock.lock_id for lock in call.cloud.world.locks_in(house)],
        }
    )


@serves("get_guests")
async def get_guests(call: Call) -> Answer:
    """Answer `GET /houses/:houseID/guestlist` (10.4); not for guests."""
    house, role = _house(call)
    call.flag("mergeDuplicates")
    if role is Role.USER:
        raise errors.not_authorized()
    world = call.cloud.world
    owners: dict[str, JsonObject] = {}
    guests: dict[str, JsonObject] = {}
    pin_only: dict[str, JsonObject] = {}
    invitations: dict[str, JsonObject] = {}
    for lock in world.locks_in(house):
        for user_id, held in lock.users.items():
            group = owners if held is Role.SUPERUSER else guests
            entry = group.setdefault(user_id, world.users[user_id].person())
            entry["UserType"] = held.value
        for user_id, held in lock.invited.items():
            invitations[user_id] = {"UserID": user_id, "UserType": held.value}
        for pin in lock.pins.pins:
            if pin.user_id not in lock.users:
                pin_only[pin.user_id] = world.users[pin.user_id].person()
    return Answer(
        {
            "owners": list(owners.values()),
            "guests": [
                entry for user_id, entry in guests.items() if user_id not in owners
            ],
            "pinOnly": list(pin_only.values()),
            "rfidOnly": [],
            "fingerOnly": [],
            "invitations": list(invitations.values()),
        }
    )


@serves("get_activities")
async def get_activities(call: Call) -> Answer:
    """Answer `GET /houses/:houseID/activities`; guests see their own (21)."""
    house, role = _house(call)
    limit = call.integer("limit", MOST, least=1)
    only = call.user.user_id if role is Role.USER else None
    entries = call.cloud.feed.read(house.house_id, limit, only)
    if call.version == "4.0.0":
        return Answer({"events": [entry.body_v4() for entry in entries]})
    return Answer([entry.body_v1() for entry in entries])
