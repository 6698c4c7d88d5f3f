"""Tokens as an attacker would make them, and those of a stack's own making: a true one is signed with the stack's key, for any role and binding."""

import base64
import hashlib
import hmac
import json
import time
from collections.abc import Mapping
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec
from joserfc import jwt
from joserfc.jwk import ECKey, OctKey

from deploy.stack import Stack
from gateway.identity.tokens.signing import derive
from shared import db

HOUR = 3_600


class Forge:
    """Makes tokens for one stack. It holds the stack's secrets, so that each forgery differs from a true token in one thing alone."""

    def __init__(self, stack: Stack) -> None:
        secrets = json.loads((stack.var / "secrets.json").read_text())
        self.key = derive(base64.b64decode(secrets["token_signing_key"]))
        self.internal_key = base64.b64decode(secrets["internal_key"])
        self.issuer = stack.gateway_url

    def claims(self, role: str, **bound: Any) -> dict[str, Any]:
        now = int(time.time())
        said = {"iss": self.issuer, "aud": "kaili-skills", "sub": f"attack-{role}", "role": role, "iat": now, "exp": now + 900}
        return said | {"jti": str(db.new_id()), "person_id": str(db.new_id())} | bound

    def true(self, role: str, **bound: Any) -> str:
        return self.signed(self.claims(role, **bound))

    def signed(self, claims: Mapping[str, Any], key: ECKey | None = None) -> str:
        header = {"alg": "ES256", "kid": self.key.thumbprint(), "typ": "at+jwt"}
        return jwt.encode(header, dict(claims), key or self.key)

    def internal(self, **changed: Any) -> str:
        now = int(time.time())
        claims = {"iss": "registry", "aud": "internal", "sub": "registry", "role": "service", "iat": now, "exp": now + 300} | changed
        return jwt.encode({"alg": "HS256"}, claims, OctKey.import_key(self.internal_key))

    def forgeries(self, role: str) -> dict[str, str | None]:
        """The whole `Authorization` header of each, by what is wrong with it. `role` is one that the operation allows."""
        claims, token = self.claims(role), self.true(role)
        head, body, signature = token.split(".")
        other_key = ECKey.import_key(ec.derive_private_key(11, ec.SECP256R1()))
        tokens = {
            "truncated": token[:-20],
            "another's payload": ".".join((head, _encoded(claims | {"role": "admin", "sub": "mallory"}), signature)),
            "no algorithm": ".".join((_encoded({"alg": "none", "typ": "at+jwt"}), body, "")),
            "signed with the public key": _with_the_public_key(self.key.as_pem(private=False), claims),
            "signed by another key": self.signed(claims, other_key),
            "expired": self.signed(claims | {"iat": claims["iat"] - HOUR, "exp": claims["exp"] - HOUR}),
            "never expires": self.signed({name: value for name, value in claims.items() if name != "exp"}),
            "another issuer": self.signed(claims | {"iss": "https://elsewhere.example"}),
            "another audience": self.signed(claims | {"aud": "another-system"}),
            "a service by the gateway's key": self.signed(claims | {"role": "service"}),
            "a service by a guessed key": jwt.encode(
                {"alg": "HS256"}, claims | {"aud": "internal", "role": "service"}, OctKey.import_key(b"k" * 32)
            ),
            "a person by the services' key": self.internal(role=role, aud="kaili-skills"),
            "garbage": "a.b.c",
        }
        others = {"nothing": None, "a password": "Basic bG9jYWwtYWRtaW46bG9jYWwtYWRtaW4=", "an empty token": "Bearer "}
        return others | {what: f"Bearer {forged}" for what, forged in tokens.items()}


def _with_the_public_key(public: bytes, claims: Mapping[str, Any]) -> str:
    """By hand: no library lends itself to it any more."""
    signed = f"{_encoded({'alg': 'HS256', 'typ': 'at+jwt'})}.{_encoded(claims)}"
    return f"{signed}.{_in_base64(hmac.new(public, signed.encode(), hashlib.sha256).digest())}"


def _encoded(value: Mapping[str, Any]) -> str:
    return _in_base64(json.dumps(value).encode())


def _in_base64(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).decode().rstrip("=")
