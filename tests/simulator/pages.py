"""The pages that a person sees while signing in."""

from collections.abc import Mapping
from html import escape

from aiohttp import web

from .accounts import User

_STYLE = """
body { margin: 0; min-height: 100vh; display: grid; place-items: center;
  font: 16px/1.5 system-ui, sans-serif; background: #eef1f4; color: #1c2733; }
main { background: #fff; border-radius: 12px; padding: 32px; width: 360px;
  max-width: calc(100vw - 32px); box-sizing: border-box;
  box-shadow: 0 2px 16px #1c273322; }
h1 { font-size: 1.25rem; margin: 0 0 8px; }
label { display: block; margin: 16px 0 0; font-weight: 600; }
input { width: 100%; box-sizing: border-box; font: inherit;
  font-weight: 400; padding: 10px;
  margin-top: 4px; border: 1px solid #9aa8b5; border-radius: 8px; }
button { font: inherit; width: 100%; padding: 12px; margin-top: 16px;
  border-radius: 8px; border: 1px solid #2b5d8a; cursor: pointer; }
.allow { background: #2b5d8a; color: #fff; }
.cancel { background: #fff; color: #2b5d8a; margin-top: 8px; }
.problem { color: #a4262c; font-weight: 600; }
.note { font-size: .85rem; color: #51606e; border-top: 1px solid #d7dee4;
  margin: 24px 0 0; padding-top: 12px; }
"""


def _page(title: str, content: str, status: int) -> web.Response:
    return web.Response(
        status=status,
        content_type="text/html",
        headers={"Cache-Control": "no-store"},
        text=(
            "<!DOCTYPE html><html lang='en'><head><meta charset='utf-8'>"
            "<meta name='viewport' content='width=device-width'>"
            f"<title>{title}</title><style>{_STYLE}</style></head>"
            f"<body><main>{content}</main></body></html>"
        ),
    )


def sign_in_page(
    application: str,
    asked: Mapping[str, str],
    users: Mapping[str, User],
    problem: str | None = None,
) -> web.Response:
    """Return the page that asks who signs in and whether to allow it."""
    hidden = "".join(
        f"<input type='hidden' name='{escape(name)}' value='{escape(value)}'>"
        for name, value in asked.items()
        if name not in ("email", "password", "decision")
    )
    accounts = [user for user in users.values() if user.email]
    options = "".join(
        f"<option value='{escape(user.email or '')}'>" for user in accounts
    )
    known = "<br>".join(
        f"{escape(user.email or '')} &middot; {escape(user.password or '')}"
        for user in accounts
    )
    warning = (
        f"<p class='problem' role='alert'>{escape(problem)}</p>" if problem else ""
    )
    content = (
        "<h1>Sign in to your locks</h1>"
        f"<p><b>{escape(application)}</b> asks to see and operate the locks of your "
        f"account.</p>{warning}"
        f"<form method='post' action=''>{hidden}"
        "<label>E-mail address<input name='email' type='email' list='accounts' "
        f"autocomplete='off' value='{escape(asked.get('email', ''))}'></label>"
        f"<datalist id='accounts'>{options}</datalist>"
        "<label>Password<input name='password' type='password' "
        "autocomplete='off'></label>"
        "<button class='allow' name='decision' value='allow'>Sign in and allow</button>"
        "<button class='cancel' name='decision' value='cancel'>Cancel</button></form>"
        f"<p class='note'>This cloud is simulated. Its accounts:<br>{known}</p>"
    )
    return _page("Sign in", content, 401 if problem else 200)


def error_page(status: int, problem: str) -> web.Response:
    """Return the page that says why there is nothing to sign in to."""
    content = f"<h1>This does not work</h1><p class='problem'>{escape(problem)}</p>"
    return _page("Error", content, status)
