"""What of claims is asked for in SQL, in lists and in what waits."""

from collections.abc import Collection
from datetime import date
from typing import Any, Final
from uuid import UUID

from sqlalchemy import ColumnElement, DateTime, and_, cast, func, select, true
from sqlalchemy.dialects.postgresql import JSONB, JSONPATH

from services.subsidy.claims.policy import OPEN, STANDING
from services.subsidy.claims.tables import Claim, Line
from services.subsidy.codes import Payee
from services.subsidy.metadata import Row
from shared.aliases import Aliases

ALIASES: Final = Aliases(Row.metadata.tables["merged_trainees"], "kept_id")
HELD_SINCE: Final[ColumnElement[Any]] = cast(Claim.holds[0]["since_at"].astext, DateTime(timezone=True))


def on_hold(today: date) -> ColumnElement[bool]:
    """Something holds the claim today."""
    return func.jsonb_path_exists(Claim.holds, cast(STANDING, JSONPATH), cast({"today": today.isoformat()}, JSONB))


# Whom new facts concern: what is judged anew, and what is shown of it beforehand

AGAINST_WHICH_FACTS_WEIGH: Final = Claim.id.in_(select(Line.claim_id).where(Line.before.is_not(None)))


def of_trainees(trainee_ids: Collection[UUID]) -> ColumnElement[bool]:
    return Claim.id.in_(select(Line.claim_id).where(Line.trainee_id.in_(trainee_ids)))


def of_institution(institution_id: UUID, from_on: date | None, until_on: date | None) -> ColumnElement[bool]:
    """Its claims for classes of these days."""
    return and_(Claim.institution_id == institution_id, on_days(from_on, until_on))


def own_money_of(institution_id: UUID) -> ColumnElement[bool]:
    """The claims of which money may still go out to the institution itself."""
    return and_(Claim.institution_id == institution_id, Claim.payee == Payee.ORGANISER, Claim.status.in_(OPEN))


def of_trade_filing(number: str | None) -> ColumnElement[bool]:
    found: ColumnElement[bool] = Claim.facts["class_facts"]["trade_filing_no"].astext == number
    return found


def on_days(from_on: date | None, until_on: date | None) -> ColumnElement[bool]:
    """Claims for classes that were held on one of these days; None: without an end."""
    return and_(Claim.class_ends_on >= from_on if from_on else true(), Claim.class_starts_on <= until_on if until_on else true())
