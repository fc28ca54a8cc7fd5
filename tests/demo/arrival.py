"""Moving in: what a person does in the frontend until the locks are there."""

from dataclasses import dataclass
from typing import Any, Final

from tests.simulator.simulator import Simulator
from tests.simulator.words import Brand

from .api import Api
from .trouble import Trouble

DOMAIN: Final = "yale_august"

_FLOW: Final = "/api/config/config_entries/flow"


@dataclass(frozen=True, slots=True, kw_only=True)
class Papers:
    """What the lock maker hands to a partner."""

    client_id: str
    client_secret: str
    api_key: str
    email: str
    password: str

    @classmethod
    def of(cls, cloud: Simulator) -> Papers:
        """Return those of the simulated cloud's brand with a push stream."""
        client, owner = cloud.client(Brand.YALE), cloud.owner
        return cls(
            client_id=client.client_id,
            client_secret=client.secret,
            api_key=cloud.key(Brand.YALE).value,
            email=owner.email or "",
            password=owner.password or "",
        )


async def set_up(api: Api, cloud: Simulator) -> None:
    """Add the integration through its own config flow.

    Raises Trouble where the flow does not go on as it should.
    """
    papers = Papers.of(cloud)
    await add_credentials(api, papers)
    step = await api.post(_FLOW, {"handler": DOMAIN, "show_advanced_options": False})
    flow = f"{_FLOW}/{step['flow_id']}"
    _expect(step, "form", "user")
    step = await api.post(flow, {"brand": Brand.YALE.value, "api_key": papers.api_key})
    _expect(step, "external", "auth")
    # As the browser does: to the sign-in page, through it, back to Home Assistant.
    await api.get(await cloud.sign_in(step["url"]))
    step = await api.get(flow)
    _expect(step, "form", "account")
    step = await api.post(flow, {"acting_user": "owner"})
    _expect(step, "create_entry")
    if (state := step["result"]["state"]) != "loaded":
        raise Trouble(f"The integration was set up but is {state}.")


async def add_credentials(api: Api, papers: Papers) -> None:
    """Store the partner's client id and secret, unless they are there."""
    known = await api.command("application_credentials/list")
    if any(held["client_id"] == papers.client_id for held in known):
        return
    await api.command(
        "application_credentials/create",
        domain=DOMAIN,
        client_id=papers.client_id,
        client_secret=papers.client_secret,
        name="Partner",
    )


async def entry_of(api: Api) -> str | None:
    """Return the id of the entry if one has been set up and shows its locks."""
    for entry in await api.command("config_entries/get", domain=DOMAIN):
        if entry["state"] == "loaded":
            entry_id: str = entry["entry_id"]
            return entry_id
    return None


def _expect(step: dict[str, Any], kind: str, step_id: str | None = None) -> None:
    if step["type"] == kind and step_id in (None, step.get("step_id")):
        return
    wanted = f"the {kind} {step_id or ''}".strip()
    found = {
        name: step[name]
        for name in ("type", "step_id", "errors", "reason")
        if name in step
    }
    raise Trouble(f"The config flow was to come to {wanted} and came to {found}.")
