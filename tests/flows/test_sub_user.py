"""A partner sub-user: created or found, given locks, read back."""

from homeassistant.core import HomeAssistant
import pytest

from custom_components.yale_august.cloud.models import LockSummary
from custom_components.yale_august.flows.forms import lock_labels
from tests.simulator.credentials import CREATE_SUB_USER
from tests.simulator.faults import Fail, Kind, Reset, Truncate
from tests.simulator.lock import Lock
from tests.simulator.simulator import Simulator
from tests.simulator.words import Brand, Role

from .flows import WHO, Person, count, ids, partner, shared

pytest_plugins = ("tests.flows.flow_fixtures",)

BRANDS = pytest.mark.parametrize("brand", list(Brand))


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
    await person.choose_sub_user(brand)
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
    await person.choose_sub_user()
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
    await person.choose_sub_user()
    await person.submit(**WHO, lock_ids=ids(*locks[:2]))
    assert person.entry.unique_id == cloud.owner.user_id
    assert partner(cloud) is known
    assert shared(cloud, locks) == {"Front": "user", "Back": "user"}
    assert count(cloud, "add_user") == 1
    await hass.async_block_till_done()


@pytest.mark.parametrize("fault", [None, Fail(403), Fail(404)], ids=str)
async def test_nothing_chosen(
    hass: HomeAssistant,
    cloud: Simulator,
    person: Person,
    locks: list[Lock],
    fault: Fail | None,
) -> None:
    """Nobody is created who would see nothing; who sees a lock already needs no more, if that can be asked."""
    if fault is not None:
        cloud.faults.add("get_sub_users", fault, times=None)
    cloud.world.add_user(
        "Some", "Body", owner=cloud.owner, partner_user_id="somebody-else"
    )
    await person.choose_sub_user()
    await person.submit(**WHO)
    assert person.step == "sub_user"
    assert person.errors == {"lock_ids": "sub_user_without_locks"}
    assert count(cloud, "create_sub_user") == 0
    known = cloud.world.add_user(
        "Home", "Assistant", owner=cloud.owner, partner_user_id="home-assistant"
    )
    if fault is None:
        await person.submit()
        assert person.errors == {"lock_ids": "sub_user_without_locks"}
    cloud.share(locks[1], known)
    await person.submit()
    if fault is not None:
        assert person.errors == {"lock_ids": "sub_user_without_locks"}
        await person.submit(lock_ids=ids(locks[1]))
    assert person.entry.data["partner_user_id"] == "home-assistant"
    assert count(cloud, "add_user") == 0
    await hass.async_block_till_done()


@pytest.mark.parametrize(
    ("status", "body", "step", "error"),
    [
        (503, "html", "sub_user", {"base": "cloud_unavailable"}),
        (401, "json", "user", {"base": "login_refused"}),
    ],
)
async def test_nothing_chosen_and_nobody_can_be_asked(
    cloud: Simulator,
    person: Person,
    locks: list[Lock],
    status: int,
    body: str,
    step: str,
    error: dict[str, str],
) -> None:
    """What is wrong is said, and nobody is created."""
    cloud.faults.add("get_sub_users", Fail(status, body), times=None)
    await person.choose_sub_user()
    await person.submit(**WHO)
    assert (person.step, person.errors) == (step, error)
    assert count(cloud, "create_sub_user") == 0


async def test_role_of_a_shared_lock_is_changed(
    hass: HomeAssistant, cloud: Simulator, person: Person, locks: list[Lock]
) -> None:
    """A chosen lock gets the chosen role, whatever it had."""
    known = cloud.world.add_user(
        "Home", "Assistant", owner=cloud.owner, partner_user_id="home-assistant"
    )
    for lock in locks:
        cloud.share(lock, known)
    await person.choose_sub_user()
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
    await person.choose_sub_user()
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
    await person.choose_sub_user()
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
    await person.choose_sub_user()
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
    await person.choose_sub_user()
    schema = person.result["data_schema"]
    assert schema is not None
    assert schema.schema["lock_ids"].config["mode"] == "dropdown"


# There is no sub-user


async def test_key_without_the_permission(
    hass: HomeAssistant, cloud: Simulator, person: Person, locks: list[Lock]
) -> None:
    """The permission is named; acting as the owner is a way on, and so is getting it."""
    cloud.key().permissions.remove(CREATE_SUB_USER)
    await person.choose_sub_user()
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
    await person.choose_sub_user()
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
    await person.choose_sub_user()
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
    await person.choose_sub_user()
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
    await person.choose_sub_user()
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
    await person.choose_sub_user()
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
    await person.choose_sub_user()
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
    await person.choose_sub_user()
    cloud.faults.add("get_locks", Fail(401, "json"))
    await person.submit(**WHO, lock_ids=ids(locks[0]))
    assert person.step == "sub_user"
    assert person.errors == {"base": "unexpected_answer"}
    await person.submit()
    assert person.entry.data["acting_user"] == "sub_user"
    await person.hass.async_block_till_done()
