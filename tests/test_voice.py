"""What Home Assistant's own conversation agent answers about the locks, and what it does."""

from homeassistant.components import conversation
from homeassistant.components.homeassistant.exposed_entities import async_expose_entity
from homeassistant.core import Context
from homeassistant.helpers.intent import IntentResponseType
from homeassistant.setup import async_setup_component
import pytest

from .home import Home

DOOR, BACK = "Front Door", "Back Door"
DONE = IntentResponseType.ACTION_DONE
ANSWER = IntentResponseType.QUERY_ANSWER
ERROR = IntentResponseType.ERROR


@pytest.fixture(autouse=True)
async def assist(home: Home) -> None:
    """Let Home Assistant listen, in a home with two locks."""
    for part in ("homeassistant", "conversation"):
        assert await async_setup_component(home.hass, part, {})
    for name in (DOOR, BACK):
        home.cloud.add_lock(name=name)
    await home.set_up()


async def say(home: Home, text: str) -> tuple[IntentResponseType, str]:
    """Say something; return what kind of answer comes, and its words."""
    result = await conversation.async_converse(
        home.hass, text, None, Context(), language="en"
    )
    speech = result.response.speech["plain"]["speech"]
    assert isinstance(speech, str)
    return IntentResponseType(result.response.response_type), speech


def expose(home: Home, *locks: str) -> None:
    """Do what a person does under "Expose"."""
    for lock in locks:
        entity_id = home.entity_id("lock", lock, "lock")
        assert entity_id is not None
        async_expose_entity(
            home.hass, conversation.DOMAIN, entity_id, should_expose=True
        )


async def test_asked_and_told(home: Home) -> None:
    """It locks, and says how one door and all doors are, also after a hand at the door."""
    expose(home, DOOR, BACK)
    assert await say(home, "is the front door locked") == (ANSWER, "Yes")
    assert await say(home, "are all doors locked") == (ANSWER, "Yes")

    await home.cloud.hands.unlock(home.cloud.lock(DOOR))
    await home.shows("lock", DOOR, "lock", "unlocked")
    assert await say(home, "is the front door locked") == (ANSWER, "No, unlocked")
    assert await say(home, "is the back door locked") == (ANSWER, "Yes")
    kind, words = await say(home, "are all doors locked")
    assert kind is ANSWER
    assert words.startswith("No")
    assert DOOR in words
    assert home.commands() == []

    assert (await say(home, "lock the front door"))[0] is DONE
    assert home.commands(DOOR) == ["lock"]
    assert home.commands(BACK) == []
    await home.shows("lock", DOOR, "lock", "locked")
    assert await say(home, "is the front door locked") == (ANSWER, "Yes")
    assert await say(home, "are all doors locked") == (ANSWER, "Yes")


async def test_unlocks_only_what_is_exposed(home: Home) -> None:
    """A lock that nobody exposed is neither moved nor told about."""
    for text in ("unlock the front door", "lock the front door", "open the front door"):
        assert (await say(home, text))[0] is ERROR
    assert (await say(home, "is the front door locked"))[0] is ERROR
    assert home.commands() == []
    expose(home, DOOR)
    assert (await say(home, "unlock the back door"))[0] is ERROR
    assert home.commands() == []
    assert (await say(home, "unlock the front door"))[0] is DONE
    assert home.commands(DOOR) == ["unlock"]
    assert home.commands(BACK) == []
    await home.shows("lock", DOOR, "lock", "unlocked")


async def test_doubt_is_no_yes(home: Home) -> None:
    """A lock of which it is not sure that it is locked is never called locked."""
    expose(home, DOOR, BACK)
    await home.say(DOOR, status="unknown")
    await home.shows("lock", DOOR, "lock", "unknown")
    for text in ("is the front door locked", "are all doors locked"):
        kind, words = await say(home, text)
        assert kind is ANSWER
        assert words.startswith("No"), words
    assert home.state("lock", DOOR, "lock") == "unknown"
