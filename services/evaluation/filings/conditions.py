"""Whether a filing is in force on a day, in SQL."""

from datetime import date

from sqlalchemy import Boolean, ColumnElement, and_, func, literal, or_
from sqlalchemy.dialects.postgresql import JSONPATH

from services.evaluation.filings.policy import DECIDED
from services.evaluation.filings.tables import Filing

_STOPPED = literal("$[*] ? (@.from_on <= $on && (@.reinstated_on == null || @.reinstated_on > $on))", JSONPATH)


def in_force(on: date) -> ColumnElement[bool]:
    """As `policy.not_in_force`, of a row."""
    return and_(
        Filing.status.in_(sorted(DECIDED)),
        Filing.valid_from_on <= on,
        Filing.valid_until_on >= on,
        or_(Filing.revoked_on.is_(None), Filing.revoked_on > on),
        ~func.jsonb_path_exists(Filing.suspensions, _STOPPED, func.jsonb_build_object("on", str(on)), type_=Boolean),
    )
