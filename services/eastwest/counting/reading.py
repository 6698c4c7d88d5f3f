"""Placements counted as of a day, whole and by group: in one statement, with what only the judge can say of the few whose columns do not say it."""

from collections.abc import Sequence
from datetime import date
from typing import Any, Final
from uuid import UUID

from sqlalchemy import ARRAY, ColumnElement, Date, Select, Text, Uuid, bindparam, case, cast, column, func, null, select
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.ext.asyncio import AsyncSession

from services.eastwest.codes import PlacementStatus as Status
from services.eastwest.codes import RetentionVerdict as Verdict
from services.eastwest.codes import StatisticsBy as By
from services.eastwest.known.conditions import ALIASES
from services.eastwest.orders.tables import Order
from services.eastwest.placements import conditions, facts, rules, visibility
from services.eastwest.placements.policy.retention import last_start, retention, standing
from services.eastwest.placements.policy.telling import Fact
from services.eastwest.placements.reading import district_name
from services.eastwest.placements.schemas import PlacementGroup, PlacementStatistics, RetentionCounts
from services.eastwest.placements.tables import Placement
from shared.access import Call

JUDGED_AT_ONCE: Final = 2_000
EMPLOYER: Final = JSONB(none_as_null=True)
_judged = (
    func.unnest(
        bindparam("ids", type_=ARRAY(Uuid)),
        bindparam("verdicts", type_=ARRAY(Text)),
        bindparam("starts", type_=ARRAY(Date)),
        bindparam("ends", type_=ARRAY(Date)),
        bindparam("mets", type_=ARRAY(Date)),
        bindparam("employers", type_=ARRAY(EMPLOYER)),
    )
    .table_valued(
        column("id", Uuid),
        column("verdict", Text),
        column("started_on", Date),
        column("left_on", Date),
        column("met_on", Date),
        column("employer", EMPLOYER),
    )
    .render_derived()
)


async def statistics(session: AsyncSession, call: Call, as_of: date, by: By | None, until_on: date | None) -> PlacementStatistics:
    counted = _counted(call, as_of)
    known = await of_the_judge(session, select(Placement.id).where(visibility.rows(call.actor)), as_of)
    [whole] = (await session.execute(counted, known)).all()
    groups: Sequence[Any] = ()
    if by is not None:
        code, name = _group(by, as_of)
        grouped = counted.add_columns(code.label("code"), func.max(name).label("name")).group_by(code).order_by(code)
        groups = (await session.execute(grouped, known)).all()
    last_start_on = None if until_on is None else last_start(until_on, rules.here())
    return PlacementStatistics(
        as_of=as_of,
        until_on=until_on,
        last_start_on=last_start_on,
        already_impossible=None if last_start_on is None else as_of > last_start_on,
        groups=[_shown(by, each) for each in sorted(groups, key=lambda each: each.code or "")],
        **_counts(whole),
    )


async def of_the_judge(session: AsyncSession, among: Select[Any], as_of: date) -> dict[str, Any]:
    """What the facts prove where the columns do not say it, among the placements that a statement names."""
    ids = list(await session.scalars(among.where(conditions.proved(as_of).to_judge)))
    found = []
    for start in range(0, len(ids), JUDGED_AT_ONCE):
        part = ids[start : start + JUDGED_AT_ONCE]
        told = await facts.of_placements(session, part)
        found += [(each, *_proved(told[each], as_of)) for each in part]
    names = ("ids", "verdicts", "starts", "ends", "mets", "employers")
    return dict(zip(names, map(list, zip(*found, strict=True)), strict=True)) if found else {name: [] for name in names}


def _proved(told: Sequence[Fact], as_of: date) -> tuple[Any, ...]:
    proved, then = retention(told, as_of, rules.here()), standing(told, rules.here(), as_of)
    return proved.verdict.value, then.started_on, then.left_on, proved.met_on, then.employer and then.employer._asdict()


def _counted(call: Call, as_of: date) -> Select[Any]:
    kept = conditions.proved(as_of)
    verdict = func.coalesce(_judged.c.verdict, kept.verdict)
    begun = _started_on(as_of).is_not(None)
    gone = begun & _told(_judged.c.left_on, kept.left_on).is_not(None)

    def number(of: ColumnElement[bool], name: str) -> ColumnElement[int]:
        return func.count().filter(of).label(name)

    counts: list[Any] = [
        func.count().label("placements"),
        number(~begun, Status.ARRANGED),
        number(begun & ~gone, Status.WORKING),
        number(gone, Status.LEFT),
        number(begun, "started"),
        *(number(begun & (verdict == each), each) for each in Verdict if each != Verdict.MET),
        number(begun & (verdict == Verdict.MET), Verdict.MET),
        func.count(ALIASES.kept(Placement.trainee_id).distinct()).filter(verdict == Verdict.MET).label("people_retained"),
    ]
    joined: Select[Any] = (
        select(*counts).join_from(Placement, Order, Order.id == Placement.order_id).outerjoin(_judged, _judged.c.id == Placement.id)
    )
    return joined.where(visibility.rows(call.actor))


def _told(judged: ColumnElement[Any], kept: ColumnElement[Any]) -> ColumnElement[Any]:
    return case((_judged.c.id.is_not(None), judged), else_=kept)


def _started_on(as_of: date) -> ColumnElement[date | None]:
    return _told(_judged.c.started_on, conditions.proved(as_of).started_on)


def _group(by: By, as_of: date) -> tuple[Any, Any]:
    """The code and the name of the group that a placement belongs to."""
    match by:
        case By.ORDER:
            return cast(Placement.order_id, Text), Order.number
        case By.CLASS:
            return cast(Placement.class_id, Text), cast(null(), Text)
        case By.DISTRICT:
            return _works_at(as_of, "district_code", Order.employer_district_code), cast(null(), Text)
        case By.MONTH:
            return func.to_char(_started_on(as_of), "YYYY-MM"), cast(null(), Text)
        case By.EMPLOYER:
            name = _works_at(as_of, "name", Order.employer_name)
            return name, name


def _works_at(as_of: date, what: str, of_the_order: Any) -> ColumnElement[Any]:
    """The same as `placements.reading.employer`, as of the day: where the columns say it there is one employer from the first day on."""
    employer = _told(_judged.c.employer, case((Placement.started_on > as_of, null()), else_=Placement.employer_now))
    return case(
        (employer.is_not(None), employer[what].astext),
        (Placement.employer.is_not(None), Placement.employer[what].astext),
        else_=of_the_order,
    )


def _counts(row: Any) -> dict[str, Any]:
    plain = ("placements", *Status, "started", "people_retained")
    return {name: getattr(row, name) for name in plain} | {"retention": RetentionCounts(**{each: getattr(row, each) for each in Verdict})}


def _shown(by: By | None, row: Any) -> PlacementGroup:
    class_id = UUID(row.code) if by == By.CLASS and row.code else None
    return PlacementGroup(code=row.code, name=district_name(row.code) if by == By.DISTRICT else row.name, class_id=class_id, **_counts(row))
