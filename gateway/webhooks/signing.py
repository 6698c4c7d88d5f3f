"""Signatures of Standard Webhooks (v1): HMAC-SHA-256 over id, time and body, with a secret that looks like `whsec_<base64>`."""

import base64
import hashlib
import hmac
import secrets
from collections.abc import Iterable

PREFIX = "whsec_"
SECRET_BYTES = 32


def new_secret() -> str:
    return PREFIX + base64.b64encode(secrets.token_bytes(SECRET_BYTES)).decode()


def headers(message_id: str, timestamp: int, body: bytes, signed_with: Iterable[str]) -> dict[str, str]:
    """The three headers of a message; one signature for each secret."""
    content = f"{message_id}.{timestamp}.".encode() + body
    signatures = [
        base64.b64encode(hmac.digest(base64.b64decode(each.removeprefix(PREFIX)), content, hashlib.sha256)) for each in signed_with
    ]
    return {
        "webhook-id": message_id,
        "webhook-timestamp": str(timestamp),
        "webhook-signature": " ".join(f"v1,{signature.decode()}" for signature in signatures),
    }
