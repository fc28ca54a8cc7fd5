"""Setting up: brand and key, sign-in, whom to act as."""

from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType
from homeassistant.exceptions import ImplementationUnavailableError
import pytest
from pytest_homeassistant_custom_component.typing import WebSocketGenerator
from yarl import URL

from custom_components.yale_august.const import DOMAIN, ENV_CLOUD
from tests.home import CREDENTIAL, Home
from tests.simulator.simulator import Simulator
from tests.simulator.words import Brand, Role

from .flows import Person, placeholders, texts

pytest_plugins = ("tests.flows.flow_fixtures",)

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
        "custom_components.yale_august.flows.login.async_get_implementations", fail
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
