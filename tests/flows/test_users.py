"""Additional users in the options: a person lists, creates, finds them, shares locks and changes roles."""

from typing import Any

from homeassistant.config_entries import ConfigEntry
from homeassistant.setup import async_setup_component
import pytest

from custom_components.yale_august.people import register, roles
from tests.access_codes.code_menu import OptionsMenu
from tests.home import Home
from tests.simulator import Fail
from tests.simulator.lock import Lock
from tests.simulator.words import Role

from .flows import WHO, ids, partner, shared
from .user_menu import add_users, description, label, lines, pick

pytest_plugins = ("tests.flows.flow_fixtures", "tests.flows.user_fixtures")

NOT_YOURS = {"code": 403, "message": "User is not authorized"}
UNPROVEN = "is not proven"


# Who there is


async def test_all_pages(
    home: Home, menu: OptionsMenu, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The pages are read to the last, and what is more than is read is counted."""
    await menu.open("users")
    assert menu.told["users"] == "There are none yet."
    assert "users_pick" not in menu.screen["menu_options"]
    users = add_users(home, 15)
    monkeypatch.setattr(register, "PAGE_SIZE", 5)
    await menu.choose("users")
    pages = home.cloud.requests.of("get_sub_users")[-3:]
    assert [(seen.query["page"], seen.query["pageSize"]) for seen in pages] == [
        ("1", "5"),
        ("2", "5"),
        ("3", "5"),
    ]
    assert menu.told["users"] == lines(
        *(f"Guest {n:02} · guest-{n:02}" for n in range(15))
    )
    await menu.choose("users_pick")
    assert list(menu.choices("user")) == [label(user) for user in users]
    await menu.submit(user="guest-99")
    assert menu.error == "No user of the list has this ID."
    await menu.submit(user=" Guest-04 ")
    assert menu.told["user"] == "Guest 04"
    monkeypatch.setattr(register, "MOST_PAGES", 2)
    await menu.open("users")
    assert menu.told["users"].splitlines()[9:] == ["- Guest 09 · guest-09", "- … + 5"]


@pytest.mark.parametrize("pages", [None, 9])
async def test_list_that_shrinks(
    home: Home, menu: OptionsMenu, monkeypatch: pytest.MonkeyPatch, pages: int | None
) -> None:
    """A page that is there no more is the end of the list; nobody is in it twice."""
    monkeypatch.setattr(register, "PAGE_SIZE", 2)
    add_users(home, 2)
    one = {"userID": "a", "partnerUserID": "anna", "firstName": "Anna"}
    nobody = {"firstName": "No", "lastName": "Id"}
    found: dict[str, Any] = {"currentPage": 1, "subUsers": [one, one, nobody]}
    if pages is not None:
        found["totalPages"] = pages
    home.cloud.faults.add("get_sub_users", Fail(200, found), times=1)
    home.cloud.faults.add("get_sub_users", Fail(400), skip=1)
    await menu.open("users")
    assert menu.told["users"] == lines("Anna · anna")
    assert home.cloud.requests.count("get_sub_users") == 2


# Creating and finding


async def test_create_and_find(
    home: Home, locks: list[Lock], entry: ConfigEntry, menu: OptionsMenu
) -> None:
    """It is created with two locks; the same ID finds it, and no lock is shared twice."""
    await menu.open("users", "users_add")
    await menu.submit(**{**WHO, "first_name": " "})
    assert menu.screen["errors"] == {"first_name": "blank"}
    await menu.submit(**WHO, lock_ids=ids(*locks[:2]))
    assert menu.step == "user_told", menu.screen
    assert "has been created" in menu.told["told"]
    assert menu.told["told"].endswith(lines("Front is shared.", "Back is shared."))
    assert shared(home.cloud, locks) == {"Front": "user", "Back": "user"}
    await menu.submit()
    assert menu.told == {
        "user": "Home Assistant",
        "partner_user_id": "home-assistant",
        "user_id": partner(home.cloud).user_id,
        "locks": lines("Back · Guest", "Front · Guest"),
    }
    await menu.open("users", "users_add")
    await menu.submit(
        **{**WHO, "last_name": "Else"}, lock_ids=ids(locks[0], locks[2]), role="user"
    )
    assert "with this ID already" in menu.told["told"]
    assert menu.told["user"] == "Home Assistant"
    assert home.cloud.requests.count("add_user") == 3
    assert home.cloud.requests.count("set_user_type") == 0
    assert shared(home.cloud, locks) == dict.fromkeys(
        ("Front", "Back", "Garage"), "user"
    )
    assert entry.options == {}


async def test_user_of_the_list(
    home: Home, locks: list[Lock], menu: OptionsMenu
) -> None:
    """A user from the list gets a lock in a role, and keeps what it has."""
    (user,) = add_users(home, 1)
    user.last_name = "[00](http://x) *"
    home.cloud.share(locks[0], user, Role.MANAGER)
    await pick(menu, user)
    assert "\\[00\\]\\(http" in menu.screen["description_placeholders"]["user"]
    assert menu.told["locks"] == lines("Front · Manager")
    await menu.choose("user_share")
    assert UNPROVEN in description("user_share")
    assert menu.choices("lock_ids") == {
        locks[0].lock_id: "Front · Manager",
        locks[1].lock_id: "Back",
        locks[2].lock_id: "Garage",
    }
    await menu.submit(lock_ids=[])
    assert menu.error == "Choose a lock."
    await menu.submit(lock_ids=ids(locks[2]), role="superuser")
    assert menu.told["told"].endswith(lines("Garage is shared."))
    assert menu.told["user"] == "Guest [00](http://x) *"
    await menu.submit()
    assert menu.told["locks"] == lines("Front · Manager", "Garage · Owner")
    await menu.choose("user_read")
    assert menu.told["locks"] == lines("Front · Manager", "Garage · Owner")
    assert shared(home.cloud, locks) == {"Front": "manager", "Garage": "superuser"}


async def test_one_of_three_is_refused(
    home: Home, locks: list[Lock], menu: OptionsMenu
) -> None:
    """It says why, the others are shared."""
    home.cloud.faults.add("add_user", Fail(403, NOT_YOURS), lock=locks[1])
    await menu.open("users", "users_add")
    await menu.submit(**WHO, lock_ids=ids(*locks))
    assert menu.told["told"].splitlines()[2:] == [
        "- Front is shared.",
        "- **Back**: your account may not share this lock in this role. Ask its owner.",
        "- Garage is shared.",
    ]
    assert shared(home.cloud, locks) == {"Front": "user", "Garage": "user"}
    await menu.submit()
    assert menu.told["locks"] == lines("Front · Guest", "Garage · Guest")


# Roles


async def test_change_role(home: Home, locks: list[Lock], menu: OptionsMenu) -> None:
    """On the chosen locks only; a lock that the user does not have is not offered."""
    (user,) = add_users(home, 1)
    for lock in locks[:2]:
        home.cloud.share(lock, user)
    await pick(menu, user)
    await menu.choose("user_role")
    assert UNPROVEN in description("user_role")
    assert set(menu.choices("lock_ids")) == set(ids(*locks[:2]))
    await menu.submit(lock_ids=[])
    assert menu.error == "Choose a lock."
    await menu.submit(lock_ids=ids(locks[0]), role="manager")
    assert menu.told["told"] == ("- Front lists the person in this role.")
    await menu.submit()
    assert menu.told["locks"] == lines("Back · Guest", "Front · Manager")
    assert shared(home.cloud, locks) == {"Front": "manager", "Back": "user"}
    assert home.cloud.requests.count("create_sub_user") == 0


@pytest.mark.parametrize("way", ["user_role", "user_share"])
async def test_role_at_an_address_that_is_not_there(
    home: Home, locks: list[Lock], menu: OptionsMenu, way: str
) -> None:
    """It says so, and the role stays as it is."""
    home.cloud.options.unverified_routes = 404
    (user,) = add_users(home, 1)
    home.cloud.share(locks[0], user)
    await pick(menu, user)
    await menu.choose(way)
    await menu.submit(lock_ids=ids(locks[0]), role="manager")
    assert "proven" in menu.told["told"]
    await menu.submit()
    assert menu.told["locks"] == lines("Front · Guest")
    assert shared(home.cloud, locks) == {"Front": "user"}


async def test_role_that_is_taken_and_not_listed(
    home: Home, locks: list[Lock], menu: OptionsMenu
) -> None:
    """What the cloud does not list is not called changed."""
    (user,) = add_users(home, 1)
    home.cloud.share(locks[0], user)
    await pick(menu, user)
    await menu.choose("user_role")
    home.cloud.faults.add("set_user_type", Fail(200, "empty"))
    await menu.submit(lock_ids=ids(locks[0]), role="manager")
    assert "does not list it for Front yet" in menu.told["told"]
    await menu.submit()
    assert menu.told["locks"] == lines("Front · Guest")


async def test_what_the_login_may_not(
    home: Home, locks: list[Lock], hass_client: Any
) -> None:
    """Locks of which it is a guest are not offered, and their people not known for sure."""
    await async_setup_component(home.hass, "config", {})
    anna = home.cloud.world.add_user("Anna", "Other", email="anna@example.com")
    user = home.cloud.world.add_user(
        "Guest", "House", owner=anna, partner_user_id="guest-house"
    )
    home.cloud.share(locks[0], anna)
    home.cloud.share(locks[1], anna, Role.MANAGER)
    home.cloud.share(locks[1], user)
    menu = OptionsMenu(await hass_client(), await home.set_up(anna))
    await pick(menu, user)
    assert menu.told["locks"] == (
        "- Back · Guest\n\nOf these locks the lock maker's cloud does not tell all "
        "people: Front."
    )
    assert "user_role" not in menu.screen["menu_options"]
    await menu.choose("user_share")
    assert set(menu.choices("lock_ids")) == {locks[1].lock_id}


async def test_many_locks_are_not_read_anew(
    home: Home, locks: list[Lock], menu: OptionsMenu, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each look would cost a request for each lock: what was read last is told."""
    (user,) = add_users(home, 1)
    home.cloud.share(locks[0], user)
    monkeypatch.setattr(roles, "MOST_READ_ANEW", 2)
    await home.keeps_still()
    before = len(home.cloud.requests)
    await pick(menu, user)
    assert home.cloud.requests.count("get_lock", since=before) == 0
    monkeypatch.setattr(roles, "MOST_READ_ANEW", 3)
    home.cloud.faults.add("get_lock", Fail(503), lock=locks[1])
    await menu.choose("user_read")
    assert home.cloud.requests.count("get_lock", since=before) == 3
    assert menu.told["locks"] == lines("Front · Guest")
