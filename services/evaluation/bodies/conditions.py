"""Which bodies' work asks for a second look, in SQL: those of which `policy.flags` says anything. A test holds the two against each other."""

from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Date, Uuid, and_, bindparam, exists, literal, or_, text

from services.evaluation import rules
from services.evaluation.bodies import reading

_FLAGGED = text("""
    SELECT institution_id, greatest(last_held_on, last_issued_on) AS worked_on
    FROM (
        SELECT institution_id, count(*) AS held, max(held_on) AS last_held_on, coalesce(sum(sat), 0) AS sat, coalesce(sum(passed), 0) AS passed,
            count(*) FILTER (WHERE EXISTS (SELECT FROM assessment_supervision WHERE assessment_id = assessments.id)) AS supervised,
            coalesce(sum(sum(sat)) OVER (), 0) - coalesce(sum(sat), 0) AS others_sat,
            coalesce(sum(sum(passed)) OVER (), 0) - coalesce(sum(passed), 0) AS others_passed
        FROM assessments
        WHERE held_on >= :flagged_from AND held_on <= :flagged_to AND held_on < :flagged_today AND status <> 'cancelled'
        GROUP BY institution_id
    ) AS work
    LEFT JOIN (
        SELECT institution_id, max(issued_on) AS last_issued_on, max(certificates) AS most_in_a_day
        FROM (
            SELECT institution_id, issued_on, sum(passed) AS certificates
            FROM assessments WHERE issued_on >= :flagged_from AND issued_on <= :flagged_to
            GROUP BY institution_id, issued_on
        ) AS days
        GROUP BY institution_id
    ) AS busiest USING (institution_id)
    WHERE supervised < held
        OR most_in_a_day > :flagged_a_day
        OR least(sat, others_sat) >= :flagged_people
            AND 100 * (passed * others_sat - others_passed * sat) > :flagged_points * sat * others_sat
""")


def to_look_into(today: date, institution_id: Any, looked_into_on: Any) -> ColumnElement[bool]:
    """Flagged, and nobody has looked since it last worked; who looks in the evening has seen what the day brought."""
    limits, span = rules.here().quality, reading.span(reading.month_of(today))
    said = {
        "flagged_from": span["from_on"],
        "flagged_to": span["to_on"],
        "flagged_today": today,
        "flagged_a_day": limits.certificates_a_day_at_most,
        "flagged_people": limits.people_at_least,
        "flagged_points": limits.points_above_others_at_most,
    }
    days = (bindparam(name, value, Date) if isinstance(value, date) else bindparam(name, value) for name, value in said.items())
    flagged = _FLAGGED.bindparams(*days).columns(institution_id=Uuid, worked_on=Date).subquery("flagged")
    due = or_(looked_into_on.is_(None), looked_into_on < flagged.c.worked_on)
    return exists(literal(1)).select_from(flagged).where(and_(flagged.c.institution_id == institution_id, due))
