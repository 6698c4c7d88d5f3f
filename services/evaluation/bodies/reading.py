"""What assessment bodies did in the months up to a given one: a fixed number of statements, however many bodies are asked for.

Each batch says itself how many sat it and passed, since it was locked, so that no candidate is counted here. Read by their tables: batches and
supervision stand above this room.
"""

from collections.abc import Collection, Mapping
from dataclasses import replace
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import ARRAY, Date, Uuid, bindparam, text
from sqlalchemy.ext.asyncio import AsyncSession

from services.evaluation import rules
from services.evaluation.bodies.policy import Seats, Work
from shared.months import months_after

Asked = tuple[UUID, date]  # a body, and the first day of the last month
_MONTHS = text("""
    SELECT month, institution_id, count(*) AS held, sum(sat) AS sat, sum(passed) AS passed,
        count(*) FILTER (WHERE EXISTS (SELECT FROM assessment_supervision WHERE assessment_id = assessments.id)) AS supervised
    FROM unnest(:months) AS month
    JOIN assessments ON held_on >= month - make_interval(months => :before) AND held_on < month + interval '1 month' AND held_on < :today
    WHERE status <> 'cancelled'
    GROUP BY month, institution_id
""").bindparams(bindparam("months", type_=ARRAY(Date)))
_DAYS = text("""
    SELECT DISTINCT ON (month, institution_id) month, institution_id, issued_on, sum(passed) AS certificates
    FROM unnest(:months) AS month
    JOIN assessments ON issued_on >= month - make_interval(months => :before) AND issued_on < month + interval '1 month'
    WHERE institution_id = ANY(:institution_ids)
    GROUP BY month, institution_id, issued_on
    ORDER BY month, institution_id, certificates DESC, issued_on
""").bindparams(bindparam("months", type_=ARRAY(Date)), bindparam("institution_ids", type_=ARRAY(Uuid)))


async def work(session: AsyncSession, asked: Collection[Asked], today: date) -> dict[Asked, Work]:
    """Of each body in the months up to each; an exam of today is not over."""
    found = await every(session, {month for _, month in asked}, today, {each for each, _ in asked})
    return {each: found.get(each, Work()) for each in asked}


async def every(
    session: AsyncSession, months: Collection[date], today: date, institution_ids: Collection[UUID] | None = None
) -> dict[Asked, Work]:
    """Of these bodies, or of all that held an exam."""
    if not months:
        return {}
    span = {"months": sorted(months), "before": rules.here().quality.months - 1}
    rows = (await session.execute(_MONTHS, span | {"today": today})).all()
    whose = {row.institution_id for row in rows} if institution_ids is None else set(institution_ids)
    busiest = await session.execute(_DAYS, span | {"institution_ids": sorted(whose)})
    most = {(row.institution_id, row.month): row for row in busiest}
    whole: dict[date, Seats] = {}
    for row in rows:
        before = whole.get(row.month, Seats(0, 0))
        whole[row.month] = Seats(before.sat + (row.sat or 0), before.passed + (row.passed or 0))
    return {
        (row.institution_id, row.month): _with_most(_work(row, whole[row.month]), most.get((row.institution_id, row.month)))
        for row in rows
        if row.institution_id in whose
    }


def _work(row: Any, whole: Seats) -> Work:
    own = Seats(row.sat or 0, row.passed or 0)
    return Work(own, Seats(whole.sat - own.sat, whole.passed - own.passed), row.held, row.supervised)


def _with_most(found: Work, busiest: Any) -> Work:
    return replace(found, most_in_a_day=busiest.certificates or 0, most_on=busiest.issued_on) if busiest else found


def month_of(day: date) -> date:
    return day.replace(day=1)


def span(month: date) -> Mapping[str, date]:
    """The first and the last day of the months up to this one."""
    return {"from_on": months_after(month, 1 - rules.here().quality.months), "to_on": months_after(month, 1) - timedelta(days=1)}
