"""Signing in: the authorise page and the token endpoint (reference 3.2, 3.3)."""

from collections.abc import Mapping
from html.parser import HTMLParser
from typing import TYPE_CHECKING, override
from urllib.parse import urlencode, urljoin, urlsplit, urlunsplit

import aiohttp
from aiohttp import web

from .accounts import User
from .credentials import MY_REDIRECT, Client
from .pages import error_page, sign_in_page
from .words import Brand

if TYPE_CHECKING:
    from .simulator import Simulator

_AUTHORIZE = {"/authorize": Brand.YALE, "/authorization": Brand.AUGUST}
_ASKED = frozenset({"response_type", "client_id", "redirect_uri", "state", "scope"})
_FORM = _ASKED | {"email", "password", "decision"}
_TOKEN = frozenset(
    {
        "client_id",
        "client_secret",
        "grant_type",
        "code",
        "redirect_uri",
        "refresh_token",
    }
)


def attach(app: web.Application, cloud: Simulator) -> None:
    """Serve both authorise pages and the token endpoint."""
    desk = _Desk(cloud)
    for path in _AUTHORIZE:
        app.router.add_get(path, desk.show)
        app.router.add_post(path, desk.decide)
    app.router.add_post("/access_token", desk.token)


class _Bad(Exception):
    """A request that may not be answered by a redirect."""


class _Desk:
    def __init__(self, cloud: Simulator) -> None:
        self._cloud = cloud

    # --------------------------------------------------------------- the page

    def _check(
        self, request: web.Request, asked: Mapping[str, str], listed: frozenset[str]
    ) -> Client:
        unlisted = [f"query {name}" for name in asked if name not in listed]
        if unlisted:
            self._cloud.violate(request, unlisted)
            raise _Bad(f"Not listed: {', '.join(unlisted)}")
        client = self._cloud.clients.get(asked.get("client_id", ""))
        if client is None or client.brand is not _AUTHORIZE[request.path]:
            raise _Bad("This application is not known here.")
        if not client.may_redirect_to(asked.get("redirect_uri", "")):
            raise _Bad("The redirect address is not registered for this application.")
        return client

    async def show(self, request: web.Request) -> web.Response:
        """Show the sign-in page."""
        try:
            client = self._check(request, request.query, _ASKED)
        except _Bad as bad:
            # Without its query string the address does not exist (2.1).
            return error_page(400 if request.query else 404, str(bad))
        if request.query.get("response_type", "code") != "code":
            return self._send_back(
                request.query, {"error": "unsupported_response_type"}
            )
        return sign_in_page(client.name, request.query, self._cloud.world.users)

    async def decide(self, request: web.Request) -> web.Response:
        """Take what the person decided."""
        form = {key: str(value) for key, value in (await request.post()).items()}
        try:
            client = self._check(request, form, _FORM)
        except _Bad as bad:
            return error_page(400, str(bad))
        if form.get("decision") != "allow":
            return self._send_back(
                form,
                {
                    "error": "access_denied",
                    "error_description": "The user cancelled",
                },
            )
        user = self._cloud.world.find_login(
            form.get("email", ""), form.get("password", "")
        )
        if user is None:
            return sign_in_page(
                client.name,
                form,
                self._cloud.world.users,
                problem="E-mail address or password is wrong.",
            )
        code = self._cloud.tokens.new_code(user, client, form["redirect_uri"])
        return self._send_back(form, {"code": code})

    def _send_back(
        self, asked: Mapping[str, str], answer: dict[str, str]
    ) -> web.Response:
        target = asked["redirect_uri"]
        if target == MY_REDIRECT and self._cloud.options.my_redirect:
            target = self._cloud.options.my_redirect
        if "state" in asked:
            answer["state"] = asked["state"]
        parts = urlsplit(target)
        query = "&".join(filter(None, (parts.query, urlencode(answer))))
        location = urlunsplit(parts._replace(query=query))
        return web.Response(status=302, headers={"Location": location})

    # -------------------------------------------------------------- the tokens

    async def token(self, request: web.Request) -> web.Response:
        """Hand out tokens for a code or a refresh token."""
        form = {key: str(value) for key, value in (await request.post()).items()}
        problems = [f"body {name}" for name in form if name not in _TOKEN]
        problems += [f"query {name}" for name in request.query]
        if request.content_type != "application/x-www-form-urlencoded":
            problems.append(f"content type {request.content_type}")
        if "authorization" in request.headers:
            problems.append("header authorization")
        if problems:
            self._cloud.violate(request, problems)
            return _refuse(400, "invalid_request", f"Not listed: {problems}")
        client = self._cloud.clients.get(form.get("client_id", ""))
        if client is None or client.secret != form.get("client_secret"):
            return _refuse(401, "invalid_client", "Client authentication failed")
        self._cloud.requests.update(request["number"], brand=client.brand)
        tokens = None
        match form.get("grant_type"):
            case "authorization_code":
                tokens = self._cloud.tokens.exchange(
                    form.get("code", ""), client, form.get("redirect_uri")
                )
            case "refresh_token":
                tokens = self._cloud.tokens.refresh(
                    form.get("refresh_token", ""), client, self._cloud.world.users
                )
            case _:
                return _refuse(400, "unsupported_grant_type", "Unknown grant type")
        if tokens is None:
            return _refuse(400, "invalid_grant", "The grant is not valid")
        return web.json_response(tokens)


def _refuse(status: int, error: str, description: str) -> web.Response:
    return web.json_response(
        {"error": error, "error_description": description}, status=status
    )


class _Form(HTMLParser):
    """Reads the form of a page: where it goes and its hidden fields."""

    def __init__(self) -> None:
        super().__init__()
        self.action: str | None = None
        self.fields: dict[str, str] = {}

    @override
    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.action = found.get("action")
        elif tag == "input" and found.get("type") == "hidden":
            self.fields[found["name"]] = found.get("value", "")


async def walk(url: str, user: User, *, allow: bool) -> str:
    """Open the page at `url`, fill its form in, return where it redirects to."""
    async with aiohttp.ClientSession() as browser:
        async with browser.get(url, allow_redirects=False) as response:
            if response.status == 302:
                return response.headers["Location"]
            page = await response.text()
            response.raise_for_status()
        form = _Form()
        form.feed(page)
        fields = {
            **form.fields,
            "email": user.email or "",
            "password": user.password or "",
            "decision": "allow" if allow else "cancel",
        }
        async with browser.post(
            urljoin(url, form.action or ""), data=fields, allow_redirects=False
        ) as response:
            response.raise_for_status()
            return response.headers["Location"]
