"""Access and refresh tokens (reference 3.2 to 3.4)."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

import jwt

from .accounts import User
from .clock import Clock, iso
from .credentials import Client
from .words import Brand, JsonObject

_ALGORITHM = "HS256"


@dataclass(frozen=True, slots=True, kw_only=True)
class Access:
    """What an access token stands for."""

    user_id: str
    install_id: str
    client_id: str
    brand: Brand


@dataclass(frozen=True, slots=True, kw_only=True)
class _Code:
    user: User
    client: Client
    redirect_uri: str
    until: datetime


class TokenBook:
    """Hands out codes and tokens and knows which still count."""

    def __init__(self, clock: Clock, secret: str) -> None:
        """Start with no token revoked."""
        self._clock = clock
        self._secret = secret
        self._codes: dict[str, _Code] = {}
        self._spent: set[str] = set()
        self._dead: set[str] = set()
        self._alive: dict[str, Access] = {}
        self._dead_installs: set[str] = set()
        self._claims: dict[str, dict[str, Any]] = {}
        self.lifetime = timedelta(days=120)
        self.code_lifetime = timedelta(minutes=5)

    def new_code(self, user: User, client: Client, redirect_uri: str) -> str:
        """Return an authorisation code for somebody who just agreed."""
        code = uuid4().hex
        until = self._clock.now() + self.code_lifetime
        self._codes[code] = _Code(
            user=user, client=client, redirect_uri=redirect_uri, until=until
        )
        return code

    def exchange(
        self, code: str, client: Client, redirect_uri: str | None
    ) -> JsonObject | None:
        """Turn a code into tokens, once; None when it is not good (any more)."""
        held = self._codes.pop(code, None)
        if (
            held is None
            or held.client is not client
            or held.until < self._clock.now()
            or redirect_uri not in (None, held.redirect_uri)
        ):
            return None
        return self.issue(held.user, client)

    def issue(
        self, user: User, client: Client, install_id: str | None = None
    ) -> JsonObject:
        """Return the answer of the token endpoint for a user."""
        install_id = install_id or str(uuid4())
        refresh = jwt.encode(
            {
                "refresh": user.user_id,
                "installId": install_id,
                "client": client.client_id,
                "jti": uuid4().hex,
            },
            self._secret,
            algorithm=_ALGORITHM,
        )
        return {
            "access_token": self.mint(user, client, install_id),
            "refresh_token": refresh,
            "expires_in": int(self.lifetime.total_seconds()) - 1,
        }

    def refresh(
        self, refresh_token: str, client: Client, users: dict[str, User]
    ) -> JsonObject | None:
        """Turn a refresh token into new tokens, once (reference 3.3)."""
        claims = self._read(refresh_token)
        user = users.get(str(claims.get("refresh")))
        install_id = str(claims.get("installId"))
        if (
            user is None
            or claims.get("client") != client.client_id
            or refresh_token in self._spent
            or install_id in self._dead_installs
        ):
            return None
        self._spent.add(refresh_token)
        return self.issue(user, client, install_id)

    def spend(self, refresh_token: str) -> None:
        """Use up a refresh token, as another holder of it would."""
        self._spent.add(refresh_token)

    def mint(
        self,
        user: User,
        client: Client,
        install_id: str,
        *,
        caller: User | None = None,
    ) -> str:
        """Return an access token; with `caller`, of that user's sub-user."""
        now = self._clock.now()
        expires = now + self.lifetime
        claims: JsonObject = {
            "installId": install_id,
            "region": "simulated",
            "applicationId": "",
            "userId": user.user_id,
            "vInstallId": False,
            "vPassword": True,
            "vEmail": user.email is not None,
            "vPhone": user.phone is not None,
            "hasInstallId": False,
            "hasPassword": user.password is not None,
            "hasEmail": user.email is not None,
            "hasPhone": user.phone is not None,
            "isLockedOut": False,
            "captcha": "",
            "email": [f"email:{user.email}"] if user.email else [],
            "phone": [f"phone:{user.phone}"] if user.phone else [],
            "expiresAt": iso(expires),
            "iat": int(now.timestamp()),
            "exp": int(now.timestamp() + self.lifetime.total_seconds()),
            "jti": uuid4().hex,
            "oauth": {
                "app_name": client.name,
                "client_id": client.client_id,
                "redirect_uri": "",
                "partner_id": client.client_id,
            },
        }
        if caller:
            claims["callingUserId"] = caller.user_id
            claims["partnerUserID"] = user.partner_user_id
        token = jwt.encode(claims, self._secret, algorithm=_ALGORITHM)
        self._alive[token] = Access(
            user_id=user.user_id,
            install_id=install_id,
            client_id=client.client_id,
            brand=client.brand,
        )
        return token

    def access(self, token: str, clients: dict[str, Client]) -> Access | None:
        """Return what a token stands for, None when it does not count.

        A token that an earlier simulator with the same secret made counts.
        """
        claims = self._read(token)
        access = self._alive.get(token)
        if access is None and isinstance(claims.get("oauth"), dict):
            client = clients.get(str(claims["oauth"].get("client_id")))
            if client:
                access = Access(
                    user_id=str(claims.get("userId")),
                    install_id=str(claims.get("installId")),
                    client_id=client.client_id,
                    brand=client.brand,
                )
                self._alive[token] = access
        if (
            access is None
            or token in self._dead
            or access.install_id in self._dead_installs
            or float(claims.get("exp", 0)) <= self._clock.now().timestamp()
        ):
            return None
        return access

    def end(self, user: User | None = None) -> None:
        """End the access tokens of one user, or all of them; refreshing still works."""
        self._dead |= {
            token
            for token, access in self._alive.items()
            if user is None or access.user_id == user.user_id
        }

    def revoke(self, user: User | None = None) -> None:
        """End access and refresh tokens of one user, or of everybody."""
        for access in tuple(self._alive.values()):
            if user is None or access.user_id == user.user_id:
                self._dead_installs.add(access.install_id)

    def end_install(self, install_id: str) -> None:
        """End every token of an install, as logging out does (reference 18.2)."""
        self._dead_installs.add(install_id)

    def _read(self, token: str) -> dict[str, Any]:
        if (known := self._claims.get(token)) is not None:
            return known
        try:
            claims = self._claims[token] = jwt.decode(
                token,
                self._secret,
                algorithms=[_ALGORITHM],
                # Judged by the cloud's own clock, which may be set wrong.
                options={"verify_exp": False, "verify_iat": False},
            )
        except jwt.InvalidTokenError:
            return {}
        return claims
