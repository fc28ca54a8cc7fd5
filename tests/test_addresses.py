"""Where the cloud is, and what may stand in for it."""

from homeassistant.core import HomeAssistant
import pytest

from custom_components.yale_august.addresses import CloudAddressRefused, brand_endpoints
from custom_components.yale_august.cloud.brand import Brand
from custom_components.yale_august.const import ENV_CLOUD


@pytest.mark.parametrize(
    "address",
    [
        "https://example.com",
        "http://192.168.1.5:80",
        "nonsense",
        "http://127.0.0.1.example.com",
    ],
)
async def test_only_this_machine_may_stand_in(
    hass: HomeAssistant, monkeypatch: pytest.MonkeyPatch, address: str
) -> None:
    """Keys and logins are not led anywhere else, whatever the environment says."""
    monkeypatch.setenv(ENV_CLOUD, address)
    with pytest.raises(CloudAddressRefused) as refused:
        brand_endpoints(hass, Brand.YALE)
    assert refused.value.translation_key == "cloud_address_refused"


@pytest.mark.parametrize("address", [None, ""])
async def test_the_cloud_itself(
    hass: HomeAssistant,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    address: str | None,
) -> None:
    """Without the variable it is the lock maker's, and nothing is said."""
    if address is None:
        monkeypatch.delenv(ENV_CLOUD, raising=False)
    else:
        monkeypatch.setenv(ENV_CLOUD, address)
    assert brand_endpoints(hass, Brand.YALE).rest.host == "api.aaecosystem.com"
    assert ENV_CLOUD not in caplog.text


async def test_stand_in_is_said_once(
    hass: HomeAssistant,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """One warning, however often it is used."""
    monkeypatch.setenv(ENV_CLOUD, "http://127.0.0.1:8126")
    for brand in Brand:
        where = brand_endpoints(hass, brand)
        assert (where.rest.host, where.token.port) == ("127.0.0.1", 8126)
    assert caplog.text.count(ENV_CLOUD) == 1
