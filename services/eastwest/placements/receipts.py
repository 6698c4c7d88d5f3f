"""Receipts for reported facts: what was received, as which number, signed so that either side can show it later (Ed25519 over canonical JSON)."""

import base64
import hashlib
from functools import cache
from typing import Any

import orjson
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from services.eastwest.placements.schemas import PublicKey, Receipt
from services.eastwest.settings import Settings
from shared import clock
from shared.web import Kernel


def digest(content: dict[str, Any]) -> bytes:
    """SHA-256 over the fact's content: equal content, equal digest, whatever the order of its members."""
    return hashlib.sha256(canonical(content)).digest()


def canonical(value: dict[str, Any]) -> bytes:
    """Members sorted by name, no white space, UTF-8."""
    return orjson.dumps(value, option=orjson.OPT_SORT_KEYS)


def receipt(key: Ed25519PrivateKey, row: Any) -> Receipt:
    """The receipt of a kept fact. The same fact has the same receipt whenever it is asked for."""
    told = {
        "office": row["office"],
        "sequence": row["sequence"],
        "placement_id": str(row["placement_id"]),
        "external_ref": row["external_ref"],
        "hash": row["digest"].hex(),
        "verdict": "accepted",
        "received_at": row["received_at"].astimezone(clock.SHANGHAI).isoformat(timespec="milliseconds"),
        "key_id": public_key(key).kid,
    }
    signature = base64.b64encode(key.sign(canonical(told))).decode()
    return Receipt.model_construct(
        **told | {"placement_id": row["placement_id"], "received_at": row["received_at"], "signature": signature}
    )


def key_of(kernel: Kernel) -> Ed25519PrivateKey:
    """The key that this service's receipts are signed with."""
    assert isinstance(kernel.settings, Settings)
    return _private(kernel.settings.receipt_key)


@cache
def _private(raw: bytes) -> Ed25519PrivateKey:
    return Ed25519PrivateKey.from_private_bytes(raw)


@cache
def public_key(key: Ed25519PrivateKey) -> PublicKey:
    raw = key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
    return PublicKey(kid=hashlib.sha256(raw).hexdigest()[:16], x=base64.urlsafe_b64encode(raw).decode().rstrip("="))
