"""Houses and people."""

import pytest

from custom_components.yale_august.cloud.models import (
    PSEUDO_USERS,
    AddedUser,
    GuestList,
    House,
    HouseSummary,
    Person,
    Problems,
    Role,
    SubUser,
    SubUserLogin,
    SubUserPage,
    read_houses,
)

from .payloads import (
    GUESTS,
    HOUSE,
    HOUSE_ID,
    HOUSE_SUMMARY,
    LOCK_ID,
    OTHER_LOCK_ID,
    SUB_USER_LOGIN,
    SUB_USERS,
    USER_ID,
    changed,
)


@pytest.mark.parametrize(
    "data", [[HOUSE_SUMMARY], {"houses": [HOUSE_SUMMARY]}, HOUSE_SUMMARY]
)
def test_houses(data: object) -> None:
    """All three envelopes that are documented are understood."""
    problems = Problems()
    assert read_houses(data, problems) == (
        HouseSummary(house_id=HOUSE_ID, name="hidden house name", role=Role.SUPERUSER),
    )
    assert len(problems) == 0


@pytest.mark.parametrize("data", [[], {"houses": []}])
def test_no_houses(data: object) -> None:
    """An account without houses."""
    problems = Problems()
    assert read_houses(data, problems) == ()
    assert len(problems) == 0


@pytest.mark.parametrize(
    "data", [None, {}, {"houses": {}}, {"houses": None}, "x", 3, {"message": "x"}]
)
def test_malformed_houses(data: object) -> None:
    """What is no list of houses is not an empty list of houses."""
    problems = Problems()
    assert read_houses(data, problems) == ()
    assert problems.whole
    assert read_houses(data) == ()


def test_one_malformed_house() -> None:
    """One bad house does not hurt another."""
    problems = Problems()
    houses = read_houses(
        [None, {}, {"HouseID": 3}, changed(HOUSE_SUMMARY, type="emperor")], problems
    )
    assert houses == (HouseSummary(house_id=HOUSE_ID, name="hidden house name"),)
    assert str(problems) == "houses[], houses[].HouseID, houses[].type"
    assert not problems.whole


def test_house() -> None:
    """A house with roles, as the vendor's guide shows it."""
    problems = Problems()
    assert House.from_json(changed(HOUSE, HouseID=HOUSE_ID), problems) == House(
        house_id=HOUSE_ID,
        name="hidden house name",
        users={USER_ID: Role.SUPERUSER, "hidden-guest-id": Role.USER},
        lock_ids=(LOCK_ID, OTHER_LOCK_ID),
    )
    assert len(problems) == 0


def test_house_as_the_page_has_it() -> None:
    """A house without roles, as the vendor's page shows it."""
    house = House.from_json(changed(HOUSE, users=[USER_ID, "hidden-guest-id"]))
    assert house.house_id is None
    assert house.users == {USER_ID: None, "hidden-guest-id": None}


def test_malformed_house() -> None:
    """What cannot be read of a house is left out; its people are never named."""
    problems = Problems()
    house = House.from_json(
        {
            "HouseName": 5,
            "users": {"hidden": "emperor", "hidden too": 3, "hidden three": None},
            "locks": [LOCK_ID.lower(), "hidden"],
        },
        problems,
    )
    assert house == House(
        users={"hidden": None, "hidden too": None, "hidden three": None},
        lock_ids=(LOCK_ID,),
    )
    assert str(problems) == "HouseName, users[], locks[]"
    assert House.from_json({"users": 3, "locks": {}}) == House()
    assert House.from_json({"locks": [3, LOCK_ID]}) == House(lock_ids=(LOCK_ID,))


def test_roles() -> None:
    """The roles are those of the vendor's page."""
    assert set(Role) == {"superuser", "manager", "user"}


@pytest.mark.parametrize(
    ("data", "user_id"),
    [
        ({"message": "success"}, None),
        ({"message": "success", "invitedUserID": "u-1"}, "u-1"),
        ({"message": "success", "invitedUserId": "u-1"}, "u-1"),
        ({"userID": "u-1"}, "u-1"),
        ({"userId": "u-1"}, "u-1"),
        ({"UserID": "u-1"}, "u-1"),
        (None, None),
        ([], None),
    ],
)
def test_added_user(data: object, user_id: str | None) -> None:
    """The id of an invited user has no documented name."""
    assert AddedUser.from_json(data) == AddedUser(invited_user_id=user_id)


def test_sub_users() -> None:
    """Every field of a page has its place."""
    problems = Problems()
    assert SubUserPage.from_json(SUB_USERS, problems) == SubUserPage(
        sub_users=(
            SubUser(
                user_id=USER_ID,
                first_name="hidden first",
                last_name="hidden last",
                owner_id="hidden-owner",
                partner_user_id="hidden-partner-user",
            ),
        ),
        page=2,
        total_pages=2,
        first_record=101,
        last_record=101,
        total_records=101,
    )
    assert len(problems) == 0
    assert SubUserPage.from_json({"subUsers": [None, {}]}).sub_users == (SubUser(),)


def test_sub_user_login() -> None:
    """Every field of a sub-user's login has its place."""
    assert SubUserLogin.from_json(SUB_USER_LOGIN) == SubUserLogin(
        access_token="hidden-token",
        user_id=USER_ID,
        first_name="hidden first",
        last_name="hidden last",
        created=True,
    )


def test_guests() -> None:
    """Groups may be arrays or tables."""
    problems = Problems()
    assert GuestList.from_json(GUESTS, problems) == GuestList(
        owners=(Person(user_id=USER_ID, first_name="hidden first"),),
        guests=(Person(user_id="hidden-guest-id", first_name="hidden guest"),),
        rfid_only=(Person(user_id="hidden-rfid"),),
        invitations=(Person(user_id="hidden-invited", last_name="hidden last"),),
    )
    assert len(problems) == 0
    filled = GuestList.from_json(
        {"pinOnly": [{"userID": "p"}], "fingerOnly": [{"userID": "f"}]}
    )
    assert filled.pin_only == (Person(user_id="p"),)
    assert filled.finger_only == (Person(user_id="f"),)


def test_malformed_guests() -> None:
    """What is nobody is left out."""
    problems = Problems()
    guests = GuestList.from_json(
        {
            "owners": 3,
            "guests": [None, {}],
            "pinOnly": {"hidden": None},
            "rfidOnly": {"r": {"firstName": 5}},
        },
        problems,
    )
    assert guests == GuestList(guests=(Person(),), rfid_only=(Person(user_id="r"),))
    assert str(problems) == "owners, guests[], rfidOnly[].firstName"


@pytest.mark.parametrize(
    ("user_id", "is_user"),
    [
        (USER_ID, True),
        ("manuallock", False),
        ("manualunlock", False),
        ("manualunlatch", False),
        ("autorelock", False),
        ("automaticrelock", False),
        ("DoorStateChanged", False),
        ("deleted", False),
        (None, False),
    ],
)
def test_pseudo_users(user_id: str | None, is_user: bool) -> None:
    """Not everybody who does something is somebody."""
    assert Person(user_id=user_id).is_user is is_user
    assert all(one == one.lower() for one in PSEUDO_USERS)
