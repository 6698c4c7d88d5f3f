"""Receipts: what a service vouches for, signed so that whoever holds one can show it later and whoever sees it can check it (Ed25519 over canonical JSON)."""

import base64
import hashlib
from functools import cache
from typing import Any, Literal

import orjson
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from shared import wire


class PublicKey(wire.Out):
    """`x`: the raw key, base64url (RFC 8037)."""

    kty: Literal["OKP"] = "OKP"
    crv: Literal["Ed25519"] = "Ed25519"
    use: Literal["sig"] = "sig"
    kid: str
    x: str


def canonical(value: dict[str, Any]) -> bytes:
    """Members sorted by name, no white space, UTF-8."""
    return orjson.dumps(value, option=orjson.OPT_SORT_KEYS)


def signed(key: bytes, told: dict[str, Any]) -> dict[str, Any]:
    """What is told, with the key's name and the signature over all of it. `key`: the 32 bytes of the service's own."""
    whole = told | {"key_id": public_key(key).kid}
    return whole | {"signature": base64.b64encode(_private(key).sign(canonical(whole))).decode()}


@cache
def _private(key: bytes) -> Ed25519PrivateKey:
    return Ed25519PrivateKey.from_private_bytes(key)


@cache
def public_key(key: bytes) -> PublicKey:
    raw = _private(key).public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
    return PublicKey(kid=hashlib.sha256(raw).hexdigest()[:16], x=base64.urlsafe_b64encode(raw).decode().rstrip("="))
