"""Hosts, addresses and header names of the brands."""

import ast
from pathlib import Path

import pytest
from yarl import URL

from custom_components.yale_august import cloud
from custom_components.yale_august.cloud.brand import (
    Brand,
    endpoints,
    parse_cloud_override,
)


def test_yale() -> None:
    """Reference 2.1 and 2.2, first column."""
    found = endpoints(Brand.YALE)
    assert found.rest == URL("https://api.aaecosystem.com")
    assert found.authorize == URL("https://oauth.aaecosystem.com/authorize")
    assert found.token == URL("https://oauth.aaecosystem.com/access_token")
    assert found.push == URL("https://websocket.aaecosystem.com/")
    assert found.account_page == URL("https://account.aaecosystem.com")
    assert (
        found.api_key_header,
        found.access_token_header,
        found.branding_header,
        found.branding,
    ) == ("x-api-key", "x-access-token", "x-branding", "yale")


def test_august() -> None:
    """Reference 2.1 and 2.2, second column: no known socket."""
    found = endpoints(Brand.AUGUST)
    assert found.rest == URL("https://api-production.august.com")
    assert found.authorize == URL("https://auth.august.com/authorization")
    assert found.token == URL("https://auth.august.com/access_token")
    assert found.push is None
    assert found.account_page == URL("https://account.august.com")
    assert (
        found.api_key_header,
        found.access_token_header,
        found.branding_header,
        found.branding,
    ) == (
        "x-august-api-key",
        "x-august-access-token",
        "x-august-branding",
        "august",
    )


@pytest.mark.parametrize("brand", Brand)
def test_another_cloud(brand: Brand) -> None:
    """Host and port are replaced, paths and headers are not."""
    known = endpoints(brand)
    found = endpoints(brand, URL("http://127.0.0.1:8080"))
    assert str(found.rest) == "http://127.0.0.1:8080/"
    assert found.authorize == URL("http://127.0.0.1:8080").with_path(
        known.authorize.path
    )
    assert str(found.token) == "http://127.0.0.1:8080/access_token"
    assert (found.push is None) == (known.push is None)
    assert found.push is None or str(found.push) == "http://127.0.0.1:8080/"
    assert found.api_key_header == known.api_key_header
    assert found.account_page == known.account_page


@pytest.mark.parametrize(
    ("text", "url"),
    [
        ("http://127.0.0.1:8080", "http://127.0.0.1:8080"),
        (" http://localhost ", "http://localhost"),
        ("https://[::1]:8443/", "https://[::1]:8443"),
    ],
)
def test_a_loopback_override(text: str, url: str) -> None:
    """Loopback in its usual spellings."""
    assert parse_cloud_override(text) == URL(url)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "127.0.0.1:8080",
        "http://",
        "http://192.168.1.2",
        "http://0.0.0.0:8080",
        "http://127.0.0.1.evil.example",
        "http://localhost.evil.example",
        "http://localhost@evil.example",
        "http://user@localhost",
        "http://user:secret@localhost",
        "ftp://localhost",
        "ws://localhost",
        "http://localhost/path",
        "http://localhost?x=1",
        "http://localhost#x",
        "http://localhost:99999",
        "http://localhost:x",
        "http://2130706433",
        "http://[::2]",
    ],
)
def test_an_override_that_leads_away(text: str) -> None:
    """Tokens and keys stay on this machine; the text is not repeated."""
    with pytest.raises(ValueError, match="loopback") as caught:
        parse_cloud_override(text)
    assert not text.strip() or text not in str(caught.value)


def test_the_library_stands_alone() -> None:
    """It imports nothing of Home Assistant, and nothing from above."""
    folder = Path(cloud.__file__).parent
    for path in folder.rglob("*.py"):
        depth = len(path.relative_to(folder).parts)
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.ImportFrom):
                assert node.level <= depth, path
                module = node.module or ""
            elif isinstance(node, ast.Import):
                module = " ".join(alias.name for alias in node.names)
            else:
                continue
            assert "homeassistant" not in module, path
            assert "custom_components" not in module, path
