"""What of claims is asked for in SQL, in lists and in what waits."""

from collections.abc import Collection
from datetime import date
from typing import Any, Final
from uuid import UUID

from sqlalchemy import ColumnElement, DateTime, and_, cast, func, select, true
from sqlalchemy.dialects.postgresql import JSONB, JSONPATH

from services.subsidy.claims.policy import STANDING
from services.subsidy.claims.tables import Claim, Line

HELD_SINCE: Final[ColumnElement[Any]] = cast(Claim.holds[0]["since_at"].astext, DateTime(timezone=True))


def on_hold(today: date) -> ColumnElement[bool]:
    """Something holds the claim today."""
    return func.jsonb_path_exists(Claim.holds, cast(STANDING, JSONPATH), cast({"today": today.isoformat()}, JSONB))


# Whom new facts concern: what is judged anew, and what is shown of it beforehand

AGAINST_WHICH_FACTS_WEIGH: Final = Claim.id.in_(select(Line.claim_id).where(Line.before.is_not(None)))


def of_trainees(trainee_ids: Collection[UUID]) -> ColumnElement[bool]:
    return Claim.id.in_(select(Line.claim_id).where(Line.trainee_id.in_(trainee_ids)))


def of_trade_filing(number: str | None) -> ColumnElement[bool]:
    found: ColumnElement[bool] = Claim.facts["class_facts"]["trade_filing_no"].astext == number
    return found


def on_days(from_on: date | None, until_on: date | None) -> ColumnElement[bool]:
    """Claims for classes that were held on one of these days; None: without an end."""
    return and_(Claim.class_ends_on >= from_on if from_on else true(), Claim.class_starts_on <= until_on if until_on else true())
