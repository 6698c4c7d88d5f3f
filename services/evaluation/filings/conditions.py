"""Whether a filing is in force on a day, in SQL."""

from datetime import date

from sqlalchemy import Boolean, ColumnElement, and_, func, literal, literal_column, or_, select
from sqlalchemy.dialects.postgresql import JSONPATH
from sqlalchemy.orm import aliased

from services.evaluation.filings.policy import DECIDED
from services.evaluation.filings.tables import Filing

_STOPPED = literal("$[*] ? (@.from_on <= $on && (@.reinstated_on == null || @.reinstated_on > $on))", JSONPATH)


def in_force(on: date) -> ColumnElement[bool]:
    """As `policy.not_in_force`, of a row. What an index does not hold is looked at of the few that were ever stopped."""
    ever, day = aliased(Filing, name="ever_stopped"), func.jsonb_build_object("on", str(on))
    stopped = select(ever.id).where(
        ever.suspensions != literal_column("'[]'::jsonb"), func.jsonb_path_exists(ever.suspensions, _STOPPED, day, type_=Boolean)
    )
    return and_(
        Filing.status.in_(sorted(DECIDED)),
        Filing.valid_from_on <= on,
        Filing.valid_until_on >= on,
        or_(Filing.revoked_on.is_(None), Filing.revoked_on > on),
        Filing.id.not_in(stopped),
    )
