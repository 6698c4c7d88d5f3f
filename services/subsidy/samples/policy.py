"""How a sample is drawn: from seed, claim and line alone, so that anyone can draw it again."""

import hashlib
import math
from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import TypeVar
from uuid import UUID

T = TypeVar("T")


def drawn(seed: str, share: float, there: Sequence[T], place: Callable[[T], tuple[UUID, int]]) -> Sequence[T]:
    """The share, rounded up, of those whose rank is lowest, in the order of their ranks."""
    ordered = sorted(there, key=lambda each: rank(seed, *place(each)))
    return ordered[: math.ceil(Decimal(str(share)) * len(there))]


def rank(seed: str, claim_id: UUID, position: int) -> str:
    """SHA-256 of seed, claim and the line's place."""
    return hashlib.sha256(f"{seed}:{claim_id}:{position}".encode()).hexdigest()
