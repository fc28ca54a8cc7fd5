"""The folder of the integration is all that has to be installed."""

from collections.abc import AsyncIterator
from pathlib import Path
import shutil

import pytest

from .demo.api import Api
from .demo.arrival import DOMAIN, Papers, add_credentials
from .demo.demo import INTEGRATION, PERSON
from .demo.instance import Instance
from .demo.log import complaints
from .demo.ports import free_port

_FLOW = "/api/config/config_entries/flow"


@pytest.fixture
async def empty_home(socket_enabled: None, tmp_path: Path) -> AsyncIterator[Instance]:
    """Run a real Home Assistant whose configuration holds a copy of the folder."""
    home = Instance(tmp_path, free_port())
    home.prepare()
    shutil.copytree(
        INTEGRATION,
        tmp_path / "custom_components" / DOMAIN,
        ignore=shutil.ignore_patterns("__pycache__"),
    )
    try:
        await home.start()
        yield home
    finally:
        await home.stop()


async def test_installed_by_copying(empty_home: Instance) -> None:
    """It is found, its texts and pictures are, and its config flow can be started."""
    async with Api(empty_home.url) as api:
        await api.enter(PERSON)
        await api.running()
        manifest = await api.command("manifest/get", integration=DOMAIN)
        assert manifest["is_built_in"] is False
        # Credentials come first: what was typed before them would be lost.
        flow = await api.post(_FLOW, {"handler": DOMAIN})
        assert (flow["type"], flow["reason"]) == ("abort", "missing_credentials")
        papers = Papers(
            client_id="partner",
            client_secret="secret",
            api_key="",
            email="",
            password="",
        )
        await add_credentials(api, papers)
        flow = await api.post(_FLOW, {"handler": DOMAIN})
        assert (flow["type"], flow["step_id"]) == ("form", "user")
        assert [field["name"] for field in flow["data_schema"]] == ["brand", "api_key"]

        texts = await api.command(
            "frontend/get_translations",
            language="en",
            category="config",
            integration=[DOMAIN],
            config_flow=True,
        )
        assert f"component.{DOMAIN}.config.step.user.title" in texts["resources"]
        icon = await api.get(f"/api/brands/integration/{DOMAIN}/icon.png")
        assert icon == (INTEGRATION / "brand" / "icon.png").read_bytes()
    await empty_home.stop()
    assert complaints(empty_home.log) == []
