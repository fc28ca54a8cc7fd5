"""Setting up: what can go wrong with key and login."""

from homeassistant.core import HomeAssistant
import pytest
from yarl import URL

from tests.home import CREDENTIAL, Home
from tests.simulator.faults import Fail, Kind, Reset
from tests.simulator.simulator import Simulator
from tests.simulator.words import Brand

from .flows import Person, count

pytest_plugins = ("tests.flows.flow_fixtures",)


def pages(cloud: Simulator) -> int:
    """Return how often the sign-in page was opened."""
    return sum(
        request.operation == "authorize" and request.method == "GET"
        for request in cloud.requests
    )


# The login is tried


async def test_wrong_key(cloud: Simulator, person: Person) -> None:
    """The key is corrected without signing in again."""
    cloud.add_lock()
    await person.start(key="nonsense")
    await person.sign_in()
    assert person.step == "user"
    assert person.errors == {"api_key": "api_key_invalid"}
    assert person.told["brand"] == "Yale Home"
    assert person.typed == {"brand": "yale", "api_key": "nonsense", "sign_in": False}
    await person.submit(api_key=cloud.key().value)
    assert person.step == "account"
    assert pages(cloud) == 1


async def test_wrong_brand_of_the_key(
    hass: HomeAssistant, cloud: Simulator, person: Person
) -> None:
    """With another brand comes another sign-in, at its hosts."""
    cloud.add_lock()
    await person.start(Brand.YALE, cloud.key(Brand.AUGUST).value)
    await person.sign_in()
    assert person.errors == {"api_key": "api_key_invalid"}
    await person.get_credential(Brand.AUGUST)
    await person.submit(brand="august")
    await person.submit(implementation=CREDENTIAL[Brand.AUGUST])
    assert URL(person.sign_in_page).path == "/authorization"
    await person.sign_in()
    assert person.step == "account"
    assert person.told["brand"] == "August"
    await person.submit(acting_user="owner")
    assert person.entry.data["brand"] == "august"
    assert person.entry.data["auth_implementation"] == CREDENTIAL[Brand.AUGUST]


async def test_key_without_the_list_of_locks(cloud: Simulator, person: Person) -> None:
    """The missing permission is named; after it was given the same login goes on."""
    cloud.add_lock()
    cloud.key().endpoints.remove("get_locks")
    await person.start()
    await person.sign_in()
    assert person.errors == {"api_key": "lock_list_not_allowed"}
    cloud.key().endpoints.add("get_locks")
    await person.submit()
    assert person.step == "account"


TROUBLE: list[tuple[Kind, str, str]] = [
    (Fail(403, "html"), "firewall_blocked", "1"),
    (Fail(403, {"message": "No"}), "not_allowed", "1"),
    (Fail(403, {"message": "User is not authorized"}), "not_allowed", "1"),
    (Fail(429, "json"), "rate_limited", "1"),
    (Fail(429, "json", {"Retry-After": "150"}), "rate_limited", "3"),
    (Fail(500, "json"), "cloud_unavailable", "1"),
    (Fail(502, "html"), "cloud_unavailable", "1"),
    (Fail(503, "empty"), "cloud_unavailable", "1"),
    (Fail(200, "html"), "unexpected_answer", "1"),
    (Fail(302, "empty"), "unexpected_answer", "1"),
    (Fail(418, "empty"), "unexpected_answer", "1"),
]


@pytest.mark.parametrize(("kind", "error", "minutes"), TROUBLE, ids=str)
async def test_trouble_with_the_cloud(
    cloud: Simulator, person: Person, kind: Kind, error: str, minutes: str
) -> None:
    """Each has its sentence; the login is kept."""
    cloud.add_lock()
    cloud.faults.add("get_locks", kind)
    await person.start()
    await person.sign_in()
    assert person.step == "user"
    assert person.errors == {"base": error}
    assert person.told["minutes"] == minutes
    assert person.typed["api_key"] == cloud.key().value
    await person.submit()
    if error == "rate_limited":
        # The pause that the cloud asked for is kept.
        assert person.errors == {"base": error}
        assert person.told["minutes"] == minutes
        assert count(cloud, "get_locks") == 1
    else:
        assert person.step == "account"
    assert pages(cloud) == 1


async def test_login_is_refused(cloud: Simulator, person: Person) -> None:
    """A login that does not hold is got anew."""
    cloud.add_lock()
    cloud.faults.add("get_locks", Fail(401, "json"))
    await person.start()
    await person.sign_in()
    assert person.errors == {"base": "login_refused"}
    assert person.fields == {"brand", "api_key"}
    await person.submit()
    await person.sign_in()
    assert person.step == "account"


async def test_no_locks(cloud: Simulator, person: Person) -> None:
    """Perhaps it is the wrong account: the person may sign in as another."""
    neighbour = cloud.world.add_user("Nora", "Next", email="nora@example.com")
    cloud.add_lock(owner=neighbour)
    await person.start()
    await person.sign_in()
    assert person.errors == {"base": "no_locks"}
    await person.submit()
    assert person.errors == {"base": "no_locks"}
    await person.submit(sign_in=True)
    await person.sign_in(neighbour)
    await person.submit(acting_user="owner")
    assert person.entry.unique_id == neighbour.user_id


# The sign-in


async def test_sign_in_is_cancelled(cloud: Simulator, person: Person) -> None:
    """Nothing that was typed is lost."""
    cloud.add_lock()
    await person.start()
    await person.sign_in(allow=False)
    assert person.step == "user"
    assert person.errors == {"base": "sign_in_cancelled"}
    assert person.typed == {"brand": "yale", "api_key": cloud.key().value}
    await person.submit()
    await person.sign_in()
    assert person.step == "account"


async def test_sign_in_page_has_a_problem(cloud: Simulator, person: Person) -> None:
    """The page may come back with any error; its text is not repeated."""
    await person.start()
    state = URL(person.sign_in_page).query["state"]
    callback = URL("https://example.com/auth/external/callback")
    await person.come_back(
        str(callback.with_query({"state": state, "error": "server_error <b>"}))
    )
    assert person.errors == {"base": "sign_in_failed"}
    assert "<b>" not in str(person.told)
    await person.submit()
    assert person.step == "auth"


@pytest.mark.parametrize(
    ("kind", "error"),
    [
        (Fail(400, {"error": "invalid_grant"}), "sign_in_refused"),
        (Fail(401, {"error": "invalid_client"}), "credentials_refused"),
        (Fail(400, {"error": "unauthorized_client"}), "credentials_refused"),
        (Fail(403, "html"), "sign_in_unanswered"),
        (Fail(429, "json"), "rate_limited"),
        (Fail(503, "html"), "sign_in_unanswered"),
        (Fail(200, '{"access_token": "x"}'), "sign_in_unanswered"),
        (Reset(acts=True), "sign_in_unanswered"),
    ],
    ids=str,
)
async def test_code_is_not_exchanged(
    cloud: Simulator,
    person: Person,
    caplog: pytest.LogCaptureFixture,
    kind: Kind,
    error: str,
) -> None:
    """Nothing that was typed is lost, nothing secret is logged."""
    cloud.add_lock()
    cloud.faults.add("token", kind)
    await person.start()
    await person.sign_in()
    assert person.step == "user"
    assert person.errors == {"base": error}
    assert person.typed == {"brand": "yale", "api_key": cloud.key().value}
    assert "access_token" not in caplog.text
    await person.submit()
    await person.sign_in()
    assert person.step == "account"


@pytest.mark.parametrize("token", ["opaque", "a.b.c", "e30.e30.e30"])
async def test_nobody_says_whose_login_it_is(
    cloud: Simulator, person: Person, token: str
) -> None:
    """Without a user id there is no entry, and none is guessed."""
    cloud.add_lock()
    cloud.faults.add(
        "token",
        Fail(200, {"access_token": token, "refresh_token": "r", "expires_in": 99}),
    )
    await person.start()
    await person.sign_in()
    assert person.errors == {"base": "no_user_id"}
    await person.submit()
    await person.sign_in()
    assert person.step == "account"


async def test_login_is_set_up_already(
    hass: HomeAssistant, home: Home, cloud: Simulator, person: Person
) -> None:
    """The other entry is named; its login is left alone."""
    cloud.add_lock()
    entry = await home.add_entry(title="Holiday house")
    before = dict(entry.data)
    await person.start(key="another-key")
    await person.sign_in()
    assert person.aborted == "already_configured"
    assert person.told["name"] == "Holiday house"
    assert dict(entry.data) == before
    assert count(cloud, "get_locks") == 0


async def test_login_is_being_set_up(
    hass: HomeAssistant, cloud: Simulator, person: Person
) -> None:
    """Two flows for one login end in one entry."""
    cloud.add_lock()
    other = Person(hass, cloud, person.browser)
    for one in (person, other):
        await one.start()
        await one.sign_in()
    assert person.step == "account"
    assert other.aborted == "already_in_progress"
