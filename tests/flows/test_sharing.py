"""When not every lock can be shared with the sub-user."""

from homeassistant.core import HomeAssistant
import pytest

from tests.simulator.faults import Fail, Kind, Reset
from tests.simulator.lock import Lock
from tests.simulator.simulator import Simulator

from .flows import WHO, Person, count, ids, shared

pytest_plugins = ("tests.flows.flow_fixtures",)


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
    await person.choose_sub_user()
    await person.submit(**WHO, lock_ids=ids(*locks))
    if "too many" in sentence:
        # The pause holds up all that comes after it.
        assert person.step == "sharing"
        assert person.options == ["share_again", "sub_user"]
        told = person.told["problems"].splitlines()
        assert [sentence in line for line in told] == [False, True, False]
        assert ["did not say" in line for line in told] == [True, False, True]
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
    await person.choose_sub_user()
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
    await person.choose_sub_user()
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
    await person.choose_sub_user()
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
    await person.choose_sub_user()
    await person.submit(**WHO, lock_ids=ids(locks[0]), role="manager")
    assert person.step == "sharing"
    assert "in another role" in person.told["problems"]


async def test_done_and_not_said(
    hass: HomeAssistant, cloud: Simulator, person: Person, locks: list[Lock]
) -> None:
    """A lost answer is no failure when the sub-user sees the lock."""
    cloud.faults.add("add_user", Reset(acts=True), lock=locks[0])
    await person.choose_sub_user()
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
    await person.choose_sub_user()
    await person.submit(**WHO, lock_ids=ids(locks[0]))
    assert "was not found" in person.told["problems"]
