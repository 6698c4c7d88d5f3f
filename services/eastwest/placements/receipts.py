"""Receipts for reported facts: what was received, as which number, signed so that either side can show it later (`shared.receipts`)."""

import hashlib
from typing import Any

from services.eastwest.placements.schemas import Receipt
from services.eastwest.settings import Settings
from shared import clock
from shared.receipts import canonical, signed
from shared.web import Kernel


def digest(content: dict[str, Any]) -> bytes:
    """SHA-256 over the fact's content: equal content, equal digest, whatever the order of its members."""
    return hashlib.sha256(canonical(content)).digest()


def receipt(key: bytes, row: Any) -> Receipt:
    """The receipt of a kept fact. The same fact has the same receipt whenever it is asked for."""
    told = {
        "office": row["office"],
        "sequence": row["sequence"],
        "placement_id": str(row["placement_id"]),
        "external_ref": row["external_ref"],
        "hash": row["digest"].hex(),
        "verdict": "accepted",
        "received_at": row["received_at"].astimezone(clock.SHANGHAI).isoformat(timespec="milliseconds"),
    }
    return Receipt.model_construct(**signed(key, told) | {"placement_id": row["placement_id"], "received_at": row["received_at"]})


def key_of(kernel: Kernel) -> bytes:
    """The key that this service's receipts are signed with."""
    assert isinstance(kernel.settings, Settings)
    return kernel.settings.receipt_key
