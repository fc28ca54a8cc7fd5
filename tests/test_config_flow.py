"""Setting up: brand and key, sign-in, whom to act as."""

from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType
from homeassistant.exceptions import ImplementationUnavailableError
import pytest
from pytest_homeassistant_custom_component.typing import WebSocketGenerator
from yarl import URL

from custom_components.yale_august.const import DOMAIN, ENV_CLOUD

from .flows import Person, placeholders, texts
from .home import CREDENTIAL, Home
from .simulator.faults import Fail, Kind, Reset
from .simulator.simulator import Simulator
from .simulator.words import Brand, Role

pytest_plugins = ("tests.flow_fixtures",)

BRANDS = pytest.mark.parametrize("brand", list(Brand))
TITLES = {Brand.YALE: "Yale Home", Brand.AUGUST: "August"}


# Before anything is typed


async def test_credentials_come_first(
    hass: HomeAssistant, cloud: Simulator, home: Home, stranger: Person
) -> None:
    """Without credentials the frontend starts over, so nothing may be typed before."""
    await stranger.add()
    assert stranger.result["type"] is FlowResultType.ABORT
    assert stranger.aborted == "missing_credentials"
    assert not len(cloud.requests)


async def test_credentials_cannot_be_told(
    hass: HomeAssistant, person: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever provides them may be unavailable."""

    async def fail(*_: object) -> None:
        raise ImplementationUnavailableError

    monkeypatch.setattr(
        "custom_components.yale_august.flow_login.async_get_implementations", fail
    )
    await person.add()
    assert person.aborted == "oauth_implementation_unavailable"


async def test_cloud_elsewhere_is_refused(
    hass: HomeAssistant, person: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The development address must be on this machine."""
    monkeypatch.setenv(ENV_CLOUD, "http://10.0.0.1")
    await person.add()
    assert person.aborted == "cloud_address_refused"
    assert person.told == {"variable": ENV_CLOUD}


@pytest.mark.parametrize(
    ("country", "brand"),
    [
        (None, Brand.YALE),
        ("DE", Brand.YALE),
        ("US", Brand.AUGUST),
        ("CA", Brand.AUGUST),
    ],
)
async def test_brand_is_suggested_by_country(
    hass: HomeAssistant, person: Person, country: str | None, brand: Brand
) -> None:
    """The brands split the world between them."""
    hass.config.country = country
    await person.add()
    assert person.step == "user"
    assert person.typed == {"brand": brand.value}
    assert person.fields == {"brand", "api_key"}


# The whole way


@BRANDS
async def test_as_the_owner(
    hass: HomeAssistant, cloud: Simulator, person: Person, brand: Brand
) -> None:
    """Key, sign-in, owner: an entry that works."""
    cloud.add_lock(name="Front Door", house="Home")
    await person.start(brand)
    page = URL(person.sign_in_page)
    assert (
        page.path == {Brand.YALE: "/authorize", Brand.AUGUST: "/authorization"}[brand]
    )
    assert set(page.query) == {"response_type", "client_id", "redirect_uri", "state"}
    await person.sign_in()
    assert person.step == "account"
    assert person.told["locks"] == "Front Door"
    await person.submit(acting_user="owner")
    await hass.async_block_till_done()
    entry = person.entry
    assert entry.state.name == "LOADED"
    assert entry.title == "Home"
    assert entry.unique_id == cloud.owner.user_id
    token = entry.data["token"]
    assert entry.data == {
        "auth_implementation": CREDENTIAL[brand],
        "brand": brand.value,
        "api_key": cloud.key(brand).value,
        "acting_user": "owner",
        "token": token,
    }
    assert set(token) == {"access_token", "refresh_token", "expires_in", "expires_at"}
    brands = {request.brand for request in cloud.requests} - {None}
    assert brands == {brand}


async def test_credential_is_asked_for(
    hass: HomeAssistant, cloud: Simulator, person: Person
) -> None:
    """Where there is one for each brand."""
    cloud.add_lock()
    await person.get_credential(Brand.AUGUST)
    await person.add()
    await person.submit(brand="august", api_key=cloud.key(Brand.AUGUST).value)
    assert person.step == "pick_implementation"
    await person.submit(implementation=CREDENTIAL[Brand.AUGUST])
    await person.sign_in()
    assert person.step == "account"


async def test_key_is_cleaned(cloud: Simulator, person: Person) -> None:
    """Copying often takes a space or a line break along."""
    cloud.add_lock()
    await person.start(key=f" {cloud.key().value}\n")
    await person.sign_in()
    await person.submit(acting_user="owner")
    assert person.entry.data["api_key"] == cloud.key().value


@pytest.mark.parametrize("key", ["", "  ", "two words", "two\nlines", "schlüssel"])
async def test_not_a_key(cloud: Simulator, person: Person, key: str) -> None:
    """What cannot stand in a header is told before anybody signs in."""
    await person.add()
    await person.submit(brand="yale", api_key=key)
    assert person.errors == {"api_key": "api_key_malformed"}
    assert not len(cloud.requests)
    await person.submit(api_key=cloud.key().value)
    assert person.step == "auth"


async def test_page_is_reloaded(
    hass: HomeAssistant, cloud: Simulator, person: Person
) -> None:
    """The same screen comes back, with the brand that was chosen."""
    hass.config.country = "US"
    cloud.add_lock()
    await person.start(key="wrong")
    page = person.sign_in_page
    await person.refresh()
    assert URL(person.sign_in_page).path == URL(page).path
    await person.sign_in()
    await person.refresh()
    assert person.typed == {"brand": "yale", "api_key": "wrong", "sign_in": False}
    await person.submit(api_key=cloud.key().value)
    await person.refresh()
    assert person.step == "account"


async def test_dialog_for_credentials(
    hass: HomeAssistant, person: Person, hass_ws_client: WebSocketGenerator
) -> None:
    """It names the redirect address, and its text nothing that it is not told."""
    client = await hass_ws_client(hass)
    await client.send_json_auto_id({"type": "application_credentials/config"})
    answer = await client.receive_json()
    told = answer["result"]["integrations"][DOMAIN]["description_placeholders"]
    assert told == {"redirect_url": "https://my.home-assistant.io/redirect/oauth"}
    assert placeholders(texts()["application_credentials"]["description"]) == set(told)


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


# What the entry is called


@pytest.mark.parametrize(
    ("houses", "title"),
    [
        (["Home"], "Home"),
        (["Home", "Cabin"], "Cabin & Home"),
        (["Home", "Cabin", "Barn"], "Yale Home"),
        ([""], "Yale Home"),
    ],
)
async def test_title(
    cloud: Simulator, person: Person, houses: list[str], title: str
) -> None:
    """By its houses, if they are few."""
    for name in houses:
        house = cloud.world.add_house(name)
        for _ in range(2):
            cloud.add_lock(house=house)
    await person.start()
    await person.sign_in()
    await person.submit(acting_user="owner")
    assert person.entry.title == title


async def test_many_locks_are_counted(cloud: Simulator, person: Person) -> None:
    """A list of hundreds helps nobody."""
    for number in range(15):
        cloud.add_lock(name=f"Door {number:02}")
    await person.start()
    await person.sign_in()
    assert person.told["count"] == "15"
    assert person.told["locks"].endswith("Door 11 + 3")


async def test_guest_of_all_locks(cloud: Simulator, person: Person) -> None:
    """Who owns nothing can share nothing, but can act as what they are."""
    guest = cloud.world.add_user("Gus", "Guest", email="gus@example.com")
    cloud.share(cloud.add_lock(), guest, Role.USER)
    await person.start()
    await person.sign_in(guest)
    await person.submit(acting_user="sub_user")
    assert person.step == "account"
    assert person.errors == {"base": "nothing_to_share"}
    await person.submit(acting_user="owner")
    assert person.entry.unique_id == guest.user_id


def pages(cloud: Simulator) -> int:
    """Return how often the sign-in page was opened."""
    return sum(
        request.operation == "authorize" and request.method == "GET"
        for request in cloud.requests
    )


def count(cloud: Simulator, operation: str) -> int:
    """Return how often an operation was asked for."""
    return sum(request.operation == operation for request in cloud.requests)
