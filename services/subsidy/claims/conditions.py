"""What of claims is asked for in SQL, in lists and in what waits."""

from datetime import date
from typing import Any, Final

from sqlalchemy import ColumnElement, DateTime, cast, func
from sqlalchemy.dialects.postgresql import JSONB, JSONPATH

from services.subsidy.claims.policy import STANDING
from services.subsidy.claims.tables import Claim

HELD_SINCE: Final[ColumnElement[Any]] = cast(Claim.holds[0]["since_at"].astext, DateTime(timezone=True))


def on_hold(today: date) -> ColumnElement[bool]:
    """Something holds the claim today."""
    return func.jsonb_path_exists(Claim.holds, cast(STANDING, JSONPATH), cast({"today": today.isoformat()}, JSONB))
