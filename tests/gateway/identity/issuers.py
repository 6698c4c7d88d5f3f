"""Issuers of OpenID Connect tokens: a real one, a process of its own in which people sign in by the authorization-code flow; and one whose key we hold,
to sign with it what a real one never would."""

import base64
import contextlib
import hashlib
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
from joserfc import jwt
from joserfc.jwk import ECKey
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from deploy.processes import end, spawn
from tests.gateway.routing.upstream import free_port, serving

AUDIENCE = "kaili-front-end"
CALLBACK = "http://127.0.0.1:9/signed-in"
VERIFIER = "a-word-of-the-browser-that-only-it-knows-until-it-comes-back"
CHALLENGE = base64.urlsafe_b64encode(hashlib.sha256(VERIFIER.encode()).digest()).decode().rstrip("=")


class RealIssuer:
    """`oidc-provider-mock`, which is an OpenID provider but for asking no password. Each start has a new key."""

    def __init__(self, log: Path) -> None:
        self.port, self.log = free_port(), log
        self.url = f"http://127.0.0.1:{self.port}"
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        command = [sys.executable, "-m", "oidc_provider_mock", "--port", str(self.port)]
        self.process = spawn(command, log=self.log, ends_by=signal.SIGKILL, cwd=self.log.parent, env=dict(os.environ))
        until = time.monotonic() + 60
        while self.process.poll() is None and time.monotonic() < until:
            with contextlib.suppress(httpx.TransportError):
                httpx.get(f"{self.url}/jwks", trust_env=False, timeout=30).raise_for_status()
                return
            time.sleep(0.05)
        raise AssertionError(self.log.read_text())

    def stop(self) -> None:
        if self.process:
            end(self.process, signal.SIGTERM, 5)

    async def code(self, subject: str, **claims: Any) -> str:
        """What a browser comes back with that signed in as someone of whom the issuer knows `claims`."""
        async with httpx.AsyncClient(base_url=self.url, trust_env=False, timeout=30) as http:
            assert (await http.put(f"/users/{subject}", json=claims)).status_code == 204
            asked = {"response_type": "code", "client_id": AUDIENCE, "redirect_uri": CALLBACK, "scope": "openid", "nonce": str(uuid4())}
            back = await http.post("/oauth2/authorize", params=asked, data={"sub": subject})
            return str(httpx.URL(back.headers["location"]).params["code"])

    async def sign_in(self, subject: str, **claims: Any) -> str:
        """The id_token that a front end gets for someone of whom the issuer knows `claims`."""
        async with httpx.AsyncClient(base_url=self.url, trust_env=False, timeout=30) as http:
            form = {"grant_type": "authorization_code", "redirect_uri": CALLBACK, "code": await self.code(subject, **claims)}
            return str((await http.post("/oauth2/token", data=form, auth=(AUDIENCE, "of-the-front-end"))).json()["id_token"])


@contextlib.contextmanager
def a_real_issuer(log: Path) -> Iterator[RealIssuer]:
    issuer = RealIssuer(log)
    issuer.start()
    try:
        yield issuer
    finally:
        issuer.stop()


class OurIssuer:
    """Real sockets; `says` is what it answers by path, and `asked` how often it was."""

    def __init__(self) -> None:
        self.port = free_port()
        self.url, self.key = f"http://127.0.0.1:{self.port}", ECKey.generate_key("P-256", {"kid": "first"})
        self.asked = 0
        self.says: dict[str, bytes | int] = {}
        self.describe()

    def describe(self, **changed: Any) -> None:
        described = {"issuer": self.url, "jwks_uri": f"{self.url}/keys"} | changed
        self.says["/.well-known/openid-configuration"] = json.dumps(described).encode()
        self.says["/keys"] = json.dumps({"keys": [self.key.as_dict(private=False)]}).encode()

    def claims(self, **changed: Any) -> dict[str, Any]:
        now = int(time.time())
        said = {"iss": self.url, "aud": AUDIENCE, "sub": "u-1", "iat": now, "exp": now + 300} | changed
        return {name: value for name, value in said.items() if value is not None}

    def token(self, *, key: ECKey | None = None, head: dict[str, Any] | None = None, **changed: Any) -> str:
        return jwt.encode({"alg": "ES256", "kid": "first"} | (head or {}), self.claims(**changed), key or self.key)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        self.asked += 1
        said = self.says.get(Request(scope).url.path, 404)
        answer = Response(said) if isinstance(said, bytes) else Response(status_code=said, headers={"location": f"{self.url}/keys"})
        await answer(scope, receive, send)

    def up(self) -> contextlib.AbstractAsyncContextManager[str]:
        return serving(self, self.port)


@contextlib.asynccontextmanager
async def our_issuer() -> AsyncIterator[OurIssuer]:
    issuer = OurIssuer()
    async with issuer.up():
        yield issuer


def encoded(value: bytes) -> str:
    return base64.urlsafe_b64encode(value).decode().rstrip("=")
