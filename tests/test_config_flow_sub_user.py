"""Acting as a partner sub-user: created or found, given locks, read back."""

from homeassistant.core import HomeAssistant
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.yale_august.cloud.models import LockSummary
from custom_components.yale_august.flow_forms import lock_labels

from .flows import Person
from .home import Home
from .simulator.accounts import User
from .simulator.credentials import CREATE_SUB_USER
from .simulator.faults import Fail, Kind, Reset, Truncate
from .simulator.lock import Lock
from .simulator.simulator import Simulator
from .simulator.words import Brand, Role

pytest_plugins = ("tests.flow_fixtures",)

BRANDS = pytest.mark.parametrize("brand", list(Brand))
WHO = {
    "partner_user_id": "home-assistant",
    "first_name": "Home",
    "last_name": "Assistant",
}


@pytest.fixture
def locks(cloud: Simulator) -> list[Lock]:
    """Return three locks of the owner, in one house."""
    return [cloud.add_lock(name=name) for name in ("Front", "Back", "Garage")]


async def choose(person: Person, brand: Brand = Brand.YALE) -> Person:
    """Go to the form for the sub-user."""
    await person.start(brand)
    await person.sign_in()
    await person.submit(acting_user="sub_user")
    assert person.step == "sub_user"
    return person


def partner(cloud: Simulator) -> User:
    """Return the one sub-user that there is."""
    (user,) = (user for user in cloud.world.users.values() if user.partner_user_id)
    return user


def ids(*locks: Lock) -> list[str]:
    """Return the ids of locks."""
    return [lock.lock_id for lock in locks]


def count(cloud: Simulator, operation: str) -> int:
    """Return how often an operation was asked for."""
    return sum(request.operation == operation for request in cloud.requests)


def shared(cloud: Simulator, locks: list[Lock]) -> dict[str, str]:
    """Return what the sub-user may do with which lock."""
    user_id = partner(cloud).user_id
    return {
        lock.name: lock.users[user_id].value for lock in locks if user_id in lock.users
    }


# The whole way


@BRANDS
async def test_new_sub_user(
    hass: HomeAssistant,
    cloud: Simulator,
    person: Person,
    locks: list[Lock],
    brand: Brand,
) -> None:
    """It is created, gets the chosen locks, and the entry acts as it."""
    await choose(person, brand)
    assert person.typed == {"lock_ids": [], "role": "user"}
    await person.submit(**WHO, lock_ids=ids(*locks[:2]))
    await hass.async_block_till_done()
    entry = person.entry
    assert entry.state.name == "LOADED"
    assert entry.title == "Home (Home Assistant)"
    assert entry.unique_id == cloud.owner.user_id
    data = {name: value for name, value in entry.data.items() if name in WHO}
    assert data == WHO
    assert entry.data["acting_user"] == "sub_user"
    assert not {"lock_ids", "role"} & set(entry.data)
    assert partner(cloud).owner_id == cloud.owner.user_id
    assert shared(cloud, locks) == {"Front": "user", "Back": "user"}
    assert {request.brand for request in cloud.requests} - {None} == {brand}


@pytest.mark.parametrize("role", list(Role))
async def test_role(
    hass: HomeAssistant, cloud: Simulator, person: Person, locks: list[Lock], role: Role
) -> None:
    """The locks are shared in the chosen role."""
    await choose(person)
    await person.submit(**WHO, lock_ids=ids(locks[2]), role=role.value)
    await hass.async_block_till_done()
    assert person.entry.title.endswith("(Home Assistant)")
    assert shared(cloud, locks) == {"Garage": role.value}


async def test_sub_user_is_found(
    hass: HomeAssistant, cloud: Simulator, person: Person, locks: list[Lock]
) -> None:
    """The same id is the same user; what it sees already is not shared again."""
    known = cloud.world.add_user(
        "Home", "Assistant", owner=cloud.owner, partner_user_id="home-assistant"
    )
    cloud.share(locks[0], known)
    await choose(person)
    await person.submit(**WHO, lock_ids=ids(*locks[:2]))
    assert person.entry.unique_id == cloud.owner.user_id
    assert partner(cloud) is known
    assert shared(cloud, locks) == {"Front": "user", "Back": "user"}
    assert count(cloud, "add_user") == 1
    await hass.async_block_till_done()


async def test_nothing_chosen(
    hass: HomeAssistant, cloud: Simulator, person: Person, locks: list[Lock]
) -> None:
    """A user without locks is no use; one that has locks needs no more."""
    await choose(person)
    await person.submit(**WHO)
    assert person.step == "sub_user"
    assert person.errors == {"lock_ids": "sub_user_without_locks"}
    cloud.share(locks[1], partner(cloud))
    await person.submit()
    assert person.entry.data["partner_user_id"] == "home-assistant"
    assert count(cloud, "add_user") == 0
    await hass.async_block_till_done()


async def test_role_of_a_shared_lock_is_changed(
    hass: HomeAssistant, cloud: Simulator, person: Person, locks: list[Lock]
) -> None:
    """A chosen lock gets the chosen role, whatever it had."""
    known = cloud.world.add_user(
        "Home", "Assistant", owner=cloud.owner, partner_user_id="home-assistant"
    )
    for lock in locks:
        cloud.share(lock, known)
    await choose(person)
    await person.submit(**WHO, lock_ids=ids(locks[0]), role="manager")
    assert shared(cloud, locks) == {
        "Front": "manager",
        "Back": "user",
        "Garage": "user",
    }
    assert person.entry.state.name
    await hass.async_block_till_done()


async def test_role_cannot_be_changed(
    hass: HomeAssistant, cloud: Simulator, person: Person, locks: list[Lock]
) -> None:
    """The address for that is not sure (reference 4.1): say so, and go on."""
    cloud.options.unverified_routes = 404
    known = cloud.world.add_user(
        "Home", "Assistant", owner=cloud.owner, partner_user_id="home-assistant"
    )
    cloud.share(locks[0], known)
    await choose(person)
    await person.submit(**WHO, lock_ids=ids(*locks[:2]), role="manager")
    assert person.step == "sharing"
    assert person.told["problems"].startswith("- **Front**: it was shared before")
    assert person.told["count"] == "2"
    await person.choose("finish")
    assert shared(cloud, locks) == {"Front": "user", "Back": "manager"}
    assert person.entry.data["acting_user"] == "sub_user"
    await hass.async_block_till_done()


# What is typed


@pytest.mark.parametrize("name", list(WHO))
async def test_blank(
    cloud: Simulator, person: Person, locks: list[Lock], name: str
) -> None:
    """Each field has to be filled."""
    await choose(person)
    await person.submit(**{**WHO, name: "  "}, lock_ids=ids(locks[0]))
    assert person.errors == {name: "blank"}
    assert person.typed["lock_ids"] == ids(locks[0])
    assert count(cloud, "create_sub_user") == 0
    await person.submit(**{name: " some-thing "})
    assert person.entry.data[name] == "some-thing"
    await person.hass.async_block_till_done()


async def test_only_what_may_be_shared(cloud: Simulator, person: Person) -> None:
    """Who is only a guest of a lock cannot share it."""
    friend = cloud.world.add_user("Finn", "Friend", email="finn@example.com")
    theirs = [cloud.add_lock(name=name, owner=friend) for name in ("One", "Two")]
    cloud.share(theirs[0], cloud.owner, Role.USER)
    cloud.share(theirs[1], cloud.owner, Role.MANAGER)
    mine = cloud.add_lock(name="Mine")
    await choose(person)
    schema = person.result["data_schema"]
    assert schema is not None
    options = schema.schema["lock_ids"].config["options"]
    assert {option["value"]: option["label"] for option in options} == {
        theirs[1].lock_id: "Two",
        mine.lock_id: "Mine",
    }


@pytest.mark.parametrize(
    ("locks", "labels"),
    [
        ([("Front", "Home"), ("Back", "Home")], ["Front", "Back"]),
        ([("Front", "Home"), ("Front", "Cabin")], ["Front (Home)", "Front (Cabin)"]),
        ([("Front", "Home"), ("Front", "Home")], ["Front (…0000)", "Front (…0001)"]),
        ([(None, "Home"), ("", "Cabin")], ["Lock (Home)", "Lock (Cabin)"]),
        ([("A", "Home"), ("B", "Cabin"), ("C", None)], ["A (Home)", "B (Cabin)", "C"]),
    ],
)
def test_labels(locks: list[tuple[str | None, str | None]], labels: list[str]) -> None:
    """No two locks look the same."""
    found = lock_labels(
        LockSummary(lock_id=f"{number:032}", name=name, house_name=house)
        for number, (name, house) in enumerate(locks)
    )
    assert list(found.values()) == labels


async def test_many_locks_are_a_list_to_search(
    cloud: Simulator, person: Person
) -> None:
    """Hundreds of boxes to tick help nobody."""
    for _ in range(13):
        cloud.add_lock()
    await choose(person)
    schema = person.result["data_schema"]
    assert schema is not None
    assert schema.schema["lock_ids"].config["mode"] == "dropdown"


# There is no sub-user


async def test_key_without_the_permission(
    hass: HomeAssistant, cloud: Simulator, person: Person, locks: list[Lock]
) -> None:
    """The permission is named; acting as the owner is a way on, and so is getting it."""
    cloud.key().permissions.remove(CREATE_SUB_USER)
    await choose(person)
    await person.submit(**WHO, lock_ids=ids(locks[0]))
    assert person.step == "account"
    assert person.errors == {"base": "sub_user_not_allowed"}
    assert person.typed == {"acting_user": "sub_user"}
    cloud.key().permissions.add(CREATE_SUB_USER)
    await person.submit()
    assert person.typed == {**WHO, "lock_ids": ids(locks[0]), "role": "user"}
    await person.submit()
    assert person.entry.data["acting_user"] == "sub_user"
    await hass.async_block_till_done()


async def test_key_without_the_operation(
    hass: HomeAssistant, cloud: Simulator, person: Person, locks: list[Lock]
) -> None:
    """The same, when the key lacks the whole operation."""
    cloud.key().endpoints.remove("create_sub_user")
    await choose(person)
    await person.submit(**WHO, lock_ids=ids(locks[0]))
    assert person.errors == {"base": "sub_user_not_allowed"}
    await person.submit(acting_user="owner")
    assert not set(WHO) & set(person.entry.data)
    await hass.async_block_till_done()


async def test_id_of_somebody_else(
    hass: HomeAssistant, cloud: Simulator, person: Person, locks: list[Lock]
) -> None:
    """Another id is asked for."""
    friend = cloud.world.add_user("Finn", "Friend", email="finn@example.com")
    cloud.world.add_user("H", "A", owner=friend, partner_user_id="home-assistant")
    await choose(person)
    await person.submit(**WHO, lock_ids=ids(locks[0]))
    assert person.step == "sub_user"
    assert person.errors == {"partner_user_id": "sub_user_taken"}
    await person.submit(partner_user_id="another")
    assert person.entry.data["partner_user_id"] == "another"
    await hass.async_block_till_done()


TROUBLE: list[tuple[Kind, str, str]] = [
    (Fail(400, "json"), "base", "sub_user_invalid"),
    (
        Fail(403, {"message": "User is not authorized"}),
        "partner_user_id",
        "sub_user_refused",
    ),
    (Fail(403, {"message": "No"}), "partner_user_id", "sub_user_refused"),
    (Fail(403, "html"), "base", "firewall_blocked"),
    (Fail(429, "json"), "base", "rate_limited"),
    (Fail(502, "html"), "base", "outcome_unknown"),
    (Fail(200, "html"), "base", "unexpected_answer"),
    (Fail(200, "{}"), "base", "unexpected_answer"),
    (Fail(200, '{"access_token": "x"}'), "base", "unexpected_answer"),
    (Reset(acts=True), "base", "outcome_unknown"),
    (Truncate(), "base", "outcome_unknown"),
]


@pytest.mark.parametrize(("kind", "where", "error"), TROUBLE, ids=str)
async def test_sub_user_cannot_be_had(
    hass: HomeAssistant,
    cloud: Simulator,
    person: Person,
    locks: list[Lock],
    kind: Kind,
    where: str,
    error: str,
) -> None:
    """Each reason has its sentence; trying again finds what was created."""
    cloud.faults.add("create_sub_user", kind)
    await choose(person)
    await person.submit(**WHO, lock_ids=ids(locks[0]), role="manager")
    assert person.step == "sub_user"
    assert person.errors == {where: error}
    assert person.typed == {**WHO, "lock_ids": ids(locks[0]), "role": "manager"}
    if error == "rate_limited":
        return
    await person.submit()
    assert person.entry.data["acting_user"] == "sub_user"
    assert shared(cloud, locks) == {"Front": "manager"}
    await hass.async_block_till_done()


async def test_login_ends_on_the_way(
    hass: HomeAssistant, cloud: Simulator, person: Person, locks: list[Lock]
) -> None:
    """After a new sign-in everything that was typed is there."""
    await choose(person)
    cloud.faults.expire_tokens()
    await person.submit(**WHO, lock_ids=ids(locks[0]))
    assert person.step == "user"
    assert person.errors == {"base": "login_refused"}
    await person.submit()
    await person.sign_in()
    assert person.typed == {"acting_user": "sub_user"}
    await person.submit()
    assert person.typed == {**WHO, "lock_ids": ids(locks[0]), "role": "user"}
    await person.submit()
    assert person.entry.data["acting_user"] == "sub_user"
    await hass.async_block_till_done()


async def test_locks_of_another_account_are_not_suggested(
    cloud: Simulator, person: Person, locks: list[Lock]
) -> None:
    """Who signs in as somebody else chooses among other locks."""
    friend = cloud.world.add_user("Finn", "Friend", email="finn@example.com")
    cloud.add_lock(owner=friend)
    await choose(person)
    cloud.faults.expire_tokens()
    await person.submit(**WHO, lock_ids=ids(locks[0]))
    await person.submit()
    await person.sign_in(friend)
    await person.submit()
    assert person.typed == {**WHO, "lock_ids": [], "role": "user"}


async def test_key_ends_on_the_way(
    cloud: Simulator, person: Person, locks: list[Lock]
) -> None:
    """The key is asked for again, the login is kept."""
    await choose(person)
    key = cloud.keys.pop(cloud.key().value)
    await person.submit(**WHO, lock_ids=ids(locks[0]))
    assert person.step == "user"
    assert person.errors == {"api_key": "api_key_invalid"}
    cloud.keys[key.value] = key
    await person.submit()
    assert person.step == "account"


async def test_fresh_token_is_refused(
    cloud: Simulator, person: Person, locks: list[Lock]
) -> None:
    """That is the cloud's contradiction and not the end of the person's login."""
    await choose(person)
    cloud.faults.add("get_locks", Fail(401, "json"))
    await person.submit(**WHO, lock_ids=ids(locks[0]))
    assert person.step == "sub_user"
    assert person.errors == {"base": "unexpected_answer"}
    await person.submit()
    assert person.entry.data["acting_user"] == "sub_user"
    await person.hass.async_block_till_done()


# Some locks cannot be shared


PROBLEMS: list[tuple[Kind, str]] = [
    (Fail(400, "json"), "refused to share"),
    (Fail(401, "json"), "sign in again"),
    (
        Fail(
            403,
            {"code": "NotAuthorized", "message": "endpoint not allowed for API key"},
        ),
        "API key may not",
    ),
    (Fail(403, {"message": "User is not authorized"}), "may not share this lock"),
    (Fail(403, "html"), "could not be reached"),
    (Fail(404, "json"), "not found"),
    (Fail(409, "json"), "refused to share"),
    (Fail(429, "json"), "too many"),
    (Fail(500, "json"), "did not say"),
    (Reset(), "did not say"),
]


@pytest.mark.parametrize(("kind", "sentence"), PROBLEMS, ids=str)
async def test_one_lock_is_not_shared(
    hass: HomeAssistant,
    cloud: Simulator,
    person: Person,
    locks: list[Lock],
    kind: Kind,
    sentence: str,
) -> None:
    """It is named with the reason, the others are shared, the person goes on."""
    cloud.faults.add("add_user", kind, times=None, lock=locks[1])
    await choose(person)
    await person.submit(**WHO, lock_ids=ids(*locks))
    if "too many" in sentence:
        # The pause holds up all that comes after it.
        assert person.step == "sub_user"
        assert person.errors == {"base": "rate_limited"}
        return
    assert person.step == "sharing"
    assert person.options == ["share_again", "sub_user", "finish"]
    (line,) = person.told["problems"].splitlines()
    assert line.startswith("- **Back**: ")
    assert sentence.casefold() in line.casefold()
    assert person.told["count"] == "2"
    await person.choose("finish")
    assert person.entry.data["acting_user"] == "sub_user"
    assert shared(cloud, locks) == {"Front": "user", "Garage": "user"}
    await hass.async_block_till_done()


async def test_try_again(
    hass: HomeAssistant, cloud: Simulator, person: Person, locks: list[Lock]
) -> None:
    """What is shared already is not asked for again."""
    cloud.faults.add("add_user", Fail(503, "html"), lock=locks[1])
    await choose(person)
    await person.submit(**WHO, lock_ids=ids(*locks))
    await person.choose("share_again")
    assert shared(cloud, locks) == {"Front": "user", "Back": "user", "Garage": "user"}
    assert count(cloud, "add_user") == 4
    assert person.entry.data["acting_user"] == "sub_user"
    await hass.async_block_till_done()


async def test_no_lock_is_shared(
    hass: HomeAssistant, cloud: Simulator, person: Person, locks: list[Lock]
) -> None:
    """Then there is nothing to go on with; the choice can be changed."""
    fault = cloud.faults.add("add_user", Fail(404, "json"), times=None)
    await choose(person)
    await person.submit(**WHO, lock_ids=ids(*locks[:2]))
    assert person.options == ["share_again", "sub_user"]
    assert len(person.told["problems"].splitlines()) == 2
    await person.refresh()
    await person.choose("share_again")
    assert person.step == "sharing"
    cloud.faults.remove(fault)
    await person.choose("sub_user")
    assert person.typed == {**WHO, "lock_ids": ids(*locks[:2]), "role": "user"}
    await person.refresh()
    await person.submit(lock_ids=ids(locks[2]))
    assert shared(cloud, locks) == {"Garage": "user"}
    assert person.entry.data["acting_user"] == "sub_user"
    await hass.async_block_till_done()


async def test_said_and_not_done(
    hass: HomeAssistant, cloud: Simulator, person: Person, locks: list[Lock]
) -> None:
    """What counts is what the sub-user sees, not what the cloud said to us."""
    cloud.faults.add("add_user", Fail(200, {"message": "success"}), lock=locks[0])
    await choose(person)
    await person.submit(**WHO, lock_ids=ids(*locks[:2]))
    assert person.step == "sharing"
    assert "does not see it yet" in person.told["problems"]
    assert person.told["count"] == "1"


async def test_role_said_and_not_changed(
    hass: HomeAssistant, cloud: Simulator, person: Person, locks: list[Lock]
) -> None:
    """The same for the role."""
    known = cloud.world.add_user(
        "Home", "Assistant", owner=cloud.owner, partner_user_id="home-assistant"
    )
    cloud.share(locks[0], known)
    cloud.faults.add("set_user_type", Fail(200, "empty"))
    await choose(person)
    await person.submit(**WHO, lock_ids=ids(locks[0]), role="manager")
    assert person.step == "sharing"
    assert "in another role" in person.told["problems"]


async def test_done_and_not_said(
    hass: HomeAssistant, cloud: Simulator, person: Person, locks: list[Lock]
) -> None:
    """A lost answer is no failure when the sub-user sees the lock."""
    cloud.faults.add("add_user", Reset(acts=True), lock=locks[0])
    await choose(person)
    await person.submit(**WHO, lock_ids=ids(*locks[:2]))
    assert person.entry.data["acting_user"] == "sub_user"
    assert count(cloud, "add_user") == 2
    await hass.async_block_till_done()


async def test_language(
    hass: HomeAssistant, cloud: Simulator, person: Person, locks: list[Lock]
) -> None:
    """In a language that we do not speak, English is better than nothing."""
    hass.config.language = "de"
    cloud.faults.add("add_user", Fail(404, "json"))
    await choose(person)
    await person.submit(**WHO, lock_ids=ids(locks[0]))
    assert "was not found" in person.told["problems"]


# Later


async def test_owner_becomes_sub_user(
    hass: HomeAssistant, home: Home, cloud: Simulator, person: Person, locks: list[Lock]
) -> None:
    """An entry may change whom it acts as; its login and unique id stay."""
    entry = await home.add_entry()
    token = entry.data["token"]
    await person.reconfigure(entry)
    await person.submit(acting_user="sub_user")
    assert person.step == "sub_user"
    await person.submit(**WHO, lock_ids=ids(locks[0]))
    assert person.aborted == "reconfigure_successful"
    assert {name: entry.data[name] for name in WHO} == WHO
    assert entry.data["acting_user"] == "sub_user"
    assert entry.data["token"] == token
    assert entry.unique_id == cloud.owner.user_id
    await hass.async_block_till_done()
    assert entry.state.name == "LOADED"


async def as_sub_user(home: Home, locks: list[Lock]) -> MockConfigEntry:
    """Add an entry that acts as a sub-user with one lock."""
    known = home.cloud.world.add_user(
        "Home", "Assistant", owner=home.cloud.owner, partner_user_id="home-assistant"
    )
    home.cloud.share(locks[0], known)
    return await home.add_entry(data={"acting_user": "sub_user", **WHO})


async def test_sub_user_becomes_owner(
    hass: HomeAssistant, home: Home, cloud: Simulator, person: Person, locks: list[Lock]
) -> None:
    """And nothing of the sub-user is left in the entry."""
    entry = await as_sub_user(home, locks)
    await person.reconfigure(entry)
    assert person.typed == {"acting_user": "sub_user", "sign_in": False}
    await person.submit(acting_user="owner")
    assert person.aborted == "reconfigure_successful"
    assert entry.data["acting_user"] == "owner"
    assert not set(WHO) & set(entry.data)
    await hass.async_block_till_done()
    assert entry.state.name == "LOADED"


async def test_more_locks_for_the_sub_user(
    hass: HomeAssistant, home: Home, cloud: Simulator, person: Person, locks: list[Lock]
) -> None:
    """Who acts as the sub-user finds its form filled in."""
    entry = await as_sub_user(home, locks)
    before = dict(entry.data)
    await person.reconfigure(entry)
    await person.submit()
    assert person.typed == {**WHO, "lock_ids": [], "role": "user"}
    await person.submit(lock_ids=ids(locks[2]))
    assert person.aborted == "reconfigure_successful"
    assert dict(entry.data) == before
    assert shared(cloud, locks) == {"Front": "user", "Garage": "user"}
    await hass.async_block_till_done()


async def test_reconfigure_without_the_permission(
    hass: HomeAssistant, home: Home, cloud: Simulator, person: Person, locks: list[Lock]
) -> None:
    """The form comes back with the reason; the entry stays as it was."""
    cloud.key().permissions.remove(CREATE_SUB_USER)
    entry = await home.add_entry()
    before = dict(entry.data)
    await person.reconfigure(entry)
    await person.submit(acting_user="sub_user")
    await person.submit(**WHO, lock_ids=ids(locks[0]))
    assert person.step == "reconfigure"
    assert person.errors == {"base": "sub_user_not_allowed"}
    assert person.typed == {"acting_user": "sub_user", "sign_in": False}
    assert dict(entry.data) == before


async def test_reconfigure_with_nothing_to_share(
    home: Home, cloud: Simulator, person: Person
) -> None:
    """An account without locks has nothing for a sub-user."""
    entry = await home.add_entry()
    await person.reconfigure(entry)
    await person.submit(acting_user="sub_user")
    assert person.step == "reconfigure"
    assert person.errors == {"base": "nothing_to_share"}


async def test_login_is_mended_as_the_owner(
    hass: HomeAssistant, home: Home, cloud: Simulator, person: Person, locks: list[Lock]
) -> None:
    """It is the owner who signs in; the sub-user stays what it was."""
    entry = await as_sub_user(home, locks)
    cloud.faults.revoke_logins()
    await hass.config_entries.async_setup(entry.entry_id)
    await hass.async_block_till_done()
    assert entry.state.name == "SETUP_ERROR"
    (flow,) = hass.config_entries.flow.async_progress()
    await person.open(flow["flow_id"])
    await person.submit()
    await person.sign_in()
    assert person.aborted == "reauth_successful"
    assert {name: entry.data[name] for name in WHO} == WHO
    await hass.async_block_till_done()
    assert str(entry.state.name) == "LOADED"
