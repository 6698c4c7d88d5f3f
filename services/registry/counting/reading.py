"""How each measure is counted in SQL: one statement for all countings of a measure, whatever their number. One person in one class is one person-time.

What classes bring is read from their figures; of the rest a statement reads the rows of the days asked for, by index.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import date, timedelta
from typing import Any, Final, Literal
from uuid import UUID

from sqlalchemy import (
    ARRAY,
    ColumnElement,
    Date,
    Float,
    FromClause,
    Integer,
    Select,
    Subquery,
    Text,
    Uuid,
    all_,
    and_,
    any_,
    case,
    cast,
    extract,
    func,
    literal,
    literal_column,
    null,
    or_,
    select,
    true,
    union,
    union_all,
)
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.ext.asyncio import AsyncSession

from services.registry.codes import BrandKind, ClassStatus
from services.registry.counting import conditions, facts
from services.registry.counting.facts import Terms
from services.registry.counting.schemas import By, CountingIn
from services.registry.counting.tables import KEPT, SUMS, WHOLE, DueRecount, Under, added, alike, month_of
from services.registry.institutions.institutions.conditions import absent
from services.registry.institutions.institutions.tables import Absence, Institution
from services.registry.institutions.yearly_reports.tables import YearlyReport
from services.registry.training.brands.conditions import complete_on
from services.registry.training.brands.tables import Brand
from services.registry.training.classes import conditions as classes
from services.registry.training.classes.tables import TrainingClass
from services.registry.training.enrolments.conditions import window_end
from shared.months import months_after

ReadBy = By | Literal["town", "class"]  # of classes, their own; each by itself
SUMMED_BY: Final = ("none", "region", "category", "month", "channel")  # what sums of months are told apart by
_INSTITUTION = (cast(Institution.id, Text).label("institution_id"), Institution.name.label("institution_name"), Institution.region_code)
_NO_YEAR = cast(null(), Integer).label("year")


async def touched(session: AsyncSession, terms: Terms, from_on: date, to_on: date) -> list[UUID]:
    """The classes of these days whose kept figures do not hold: something was written to them since they were counted, or they were counted by other terms
    than are asked for."""
    stale = [select(DueRecount.class_id)]
    if not _terms_are_kept(terms, from_on, to_on):
        stale.append(select(KEPT.c.class_id).where(KEPT.c.under == WHOLE, KEPT.c.ends_on.between(from_on, to_on)))
    return list(await session.scalars(union(*stale)))


def _terms_are_kept(terms: Terms, from_on: date, to_on: date) -> bool:
    return all(terms == theirs for theirs in facts.terms_between(from_on, to_on))


def counted(countings: Sequence[CountingIn], terms: Terms, by: ReadBy, as_of: date, fresh: Sequence[UUID]) -> Select[Any]:
    """key, group, and what is added up of all classes that ended within the days; `open`, of whom work may still count and who found none; `ordered` and
    `placed` of order classes. Classes are added up by what countings ask of them before countings ask it, however many there are."""
    rows = _rows(countings, terms, by, as_of, fresh)
    wanted = conditions.wanted_of(countings)
    may_find_work = window_end(literal(terms.employed_within_months, Integer), rows.c.day) >= literal(as_of, Date)
    own = conditions.likeness(countings, rows)
    sums = {
        **{name: func.sum(rows.c[name]) for name in added(KEPT.c)},
        "open": func.coalesce(func.sum(rows.c.completed - rows.c.employed).filter(may_find_work), 0),
    }
    kind = func.dense_rank().over(order_by=own).label("kind")
    same = select(*own, kind, rows.c.group, *(each.label(name) for name, each in sums.items())).group_by(*own, rows.c.group).cte("same")
    kinds = select(same.c.kind, *(same.c[each.name] for each in own)).distinct().subquery("kinds")
    asked = select(wanted.c.key, kinds.c.kind).join(kinds, conditions.count_in(countings, wanted, kinds)).subquery("asked")
    totals = {name: func.sum(same.c[name]) for name in sums} | {
        "ordered": func.coalesce(func.sum(same.c.completed).filter(same.c.ordered), 0),
        "attended": func.coalesce(func.sum(same.c.attended).filter(same.c.ordered), 0),
    }
    return (
        select(asked.c.key, same.c.group.label("code"), *(cast(each, Integer).label(name) for name, each in totals.items()))
        .join(same, same.c.kind == asked.c.kind)
        .group_by(asked.c.key, same.c.group)
    )


def classes_behind(countings: Sequence[CountingIn], terms: Terms, as_of: date, fresh: Sequence[UUID]) -> Select[Any]:
    """keys, classes: those that are alike, and so count in the same countings."""
    rows = _rows(countings, terms, "class", as_of, fresh)
    wanted, own = conditions.wanted_of(countings), conditions.likeness(countings, rows)
    same = select(*own, func.array_agg(rows.c.group).label("class_ids")).group_by(*own).cte("same")
    keys = select(wanted.c.key).where(conditions.count_in(countings, wanted, same)).order_by(wanted.c.key).correlate(same)
    return select(func.array(keys.scalar_subquery()).label("keys"), same.c.class_ids)


def _rows(countings: Sequence[CountingIn], terms: Terms, by: ReadBy, as_of: date, fresh: Sequence[UUID]) -> Subquery:
    """What is to be added up: the sums of whole months, class by class the rest of the days, and what is counted afresh in place of what is kept of it,
    without what came later than the day. Where nothing is added up by what is asked for, all of it class by class."""
    under: Under = by if by in ("region", "category") else WHOLE
    first, last = days(countings)
    ids = literal(list(fresh), ARRAY(Uuid))
    if not _terms_are_kept(terms, first, last):
        return _of_classes(_anew(ids, first, last, terms, as_of, under), by).subquery("rows")
    kept = select(KEPT).where(KEPT.c.under == under, KEPT.c.ends_on.between(first, last))
    untouched = kept.where(KEPT.c.class_id != all_(ids)) if fresh else kept
    parts: list[Any] = [_of_classes(_anew(ids, first, last, terms, as_of, under), by)] if fresh else []
    if by != "class":
        parts.append(_of_classes(untouched.where(KEPT.c.settled_on > as_of).subquery(), by, conditions.without_later(as_of)))
    if by not in SUMMED_BY:
        parts.append(_of_classes(untouched.subquery(), by))
        return union_all(*parts).subquery("rows")
    broken = _broken_months(countings, terms, as_of)

    def whole(month: ColumnElement[date]) -> ColumnElement[bool]:
        return and_(month.between(first.replace(day=1), last), month != all_(literal(broken, ARRAY(Date))))

    sums = SUMS.c
    group = {"month": conditions.month_of(sums.month), "channel": sums.channel}.get(by, sums.code)
    told = (
        sums.month.label("day"),
        *(sums[name] for name in conditions.ASKED_OF),
        group.label("group"),
        *(sums[name] for name in added(KEPT.c)),
    )
    parts.append(select(*told).where(sums.under == under, whole(sums.month)))
    if broken:
        rest = untouched.where(or_(*(KEPT.c.ends_on.between(month, conditions.last_day(month)) for month in broken)))
        parts.append(_of_classes(rest.subquery(), by))
    if fresh:
        parts.append(
            _of_classes(kept.where(KEPT.c.class_id == any_(ids), whole(month_of(KEPT.c.ends_on))).subquery(), by, conditions.taken_away)
        )
    return union_all(*parts).subquery("rows")


def days(countings: Sequence[CountingIn]) -> tuple[date, date]:
    return min(each.from_on for each in countings), max(each.to_on for each in countings)


def _broken_months(countings: Sequence[CountingIn], terms: Terms, as_of: date) -> list[date]:
    """The months of which not all classes are alike to these countings: some begin or end within them, and of some the time to find work is over."""
    within = terms.employed_within_months
    over = months_after(as_of.replace(day=1), -within)
    firsts = {over} if months_after(over, within) < as_of <= months_after(conditions.last_day(over), within) else set()
    for each in countings:
        after = each.to_on + timedelta(days=1)
        firsts |= {day.replace(day=1) for day in (each.from_on, after) if day.day != 1}
    return sorted(firsts)


def _anew(ids: Any, first: date, last: date, terms: Terms, as_of: date, under: Under) -> Subquery:
    of = and_(TrainingClass.id == any_(ids), TrainingClass.ends_on.between(first, last))
    return facts.figures(of, terms, as_of, [under]).subquery("anew")


def _of_classes(rows: FromClause, by: ReadBy, brought: Callable[[Any], Mapping[str, ColumnElement[Any]]] = added) -> Select[Any]:
    """Rows like those of the sums, of classes one by one."""
    match by:
        case "region" | "category":
            group: Any = rows.c.code
        case "town":
            group = rows.c.region_code
        case "class":
            group = rows.c.class_id
        case _:
            group = conditions.group_of(rows, by)
    told = (rows.c.ends_on.label("day"), *(each.label(name) for name, each in alike(rows.c).items()), group.label("group"))
    return select(*told, *(each.label(name) for name, each in brought(rows.c).items()))


def placed_by_class(countings: Sequence[CountingIn], terms: Terms, as_of: date, fresh: Sequence[UUID], at_most: int) -> Select[Any]:
    """key, class, its name, numerator, denominator: of the order classes that ended within the days and that anyone completed, those of which the fewest
    were placed, so many. Of what is kept the index begins with them."""
    first, last = days(countings)
    ids = literal(list(fresh), ARRAY(Uuid))
    undivided = KEPT.c.under == literal_column("''")  # as the index says it
    of: list[tuple[FromClause, Any]] = []
    if _terms_are_kept(terms, first, last):
        untouched = and_(undivided, KEPT.c.class_id != all_(ids)) if fresh else undivided
        of.append((KEPT, and_(untouched, KEPT.c.settled_on <= as_of)))
        then = [each for each in KEPT.c if each.name != "placed"] + [
            (KEPT.c.placed - conditions.grown(KEPT.c, "placed", as_of)).label("placed")
        ]
        of.append((select(*then).where(untouched, KEPT.c.settled_on > as_of).subquery("then"), true()))
    if fresh or not of:
        of.append((_anew(ids, first, last, terms, as_of, WHOLE), true()))
    found = union_all(*(least_placed(each, rows, which, at_most) for each in countings for rows, which in of)).subquery("found")
    place = func.row_number().over(partition_by=found.c.key, order_by=(found.c.share, found.c.class_id))
    ranked = select(found, place.label("place")).subquery("ranked")
    return (
        select(
            ranked.c.key,
            cast(ranked.c.class_id, Text).label("class_id"),
            TrainingClass.name.label("class_name"),
            ranked.c.placed.label("numerator"),
            ranked.c.completed.label("denominator"),
        )
        .join(TrainingClass, TrainingClass.id == ranked.c.class_id)
        .where(ranked.c.place <= at_most)
        .order_by(ranked.c.class_id)
    )


def least_placed(counting: CountingIn, of: FromClause, which: ColumnElement[bool], at_most: int) -> Select[Any]:
    """Of one counting, of those classes, the ones of which the fewest were placed."""
    share = cast(of.c.placed, Float) / cast(of.c.completed, Float)
    those = and_(
        which, of.c.order_id.is_not(None), of.c.completed > literal_column("0"), of.c.ends_on.between(counting.from_on, counting.to_on)
    )
    if counting.programmes:
        programmes, channels, occupations = (
            literal(list(codes), ARRAY(Text)) for codes in (counting.programmes, counting.channels, counting.occupations)
        )
        those &= classes.counted(programmes, channels, occupations, of)
    told = select(literal(counting.key, Text).label("key"), of.c.class_id, of.c.placed, of.c.completed, share.label("share"))
    return select(told.where(those).order_by(share, of.c.class_id).limit(at_most).subquery())


def _ended_within(countings: Sequence[CountingIn]) -> ColumnElement[bool]:
    """On any of the days asked for: for the index."""
    return TrainingClass.ends_on.between(*days(countings))


def underway(countings: Sequence[CountingIn], as_of: date) -> Select[Any]:
    """key, people, classes: of the classes that end after the day and by `until_on`, all seats of those that may still be filled."""
    wanted = conditions.wanted_of(countings)
    people = case((TrainingClass.status == ClassStatus.COMPLETED, TrainingClass.completed_people), else_=TrainingClass.seats)
    measured = or_(
        wanted.c.measure == "person_times",
        and_(wanted.c.measure == "demonstration_classes", TrainingClass.demonstration),
        and_(wanted.c.measure == "order_classes", TrainingClass.order_id.is_not(None)),
    )
    held = TrainingClass.status.in_((ClassStatus.APPROVED, ClassStatus.IN_PROGRESS, ClassStatus.COMPLETED))
    later = and_(TrainingClass.ends_on > literal(as_of, Date), TrainingClass.ends_on <= wanted.c.until_on)
    return (
        select(wanted.c.key, cast(func.sum(people), Integer).label("people"), func.count().label("classes"))
        .join(TrainingClass, and_(held, later, measured, conditions.counted_in(wanted)))
        .group_by(wanted.c.key)
    )


def brands(countings: Sequence[CountingIn], by: By) -> Select[Any]:
    """key, group, numerator: a brand or dish counts on the day the last of its four materials was finished."""
    wanted = conditions.wanted_of(countings)
    group = {"department": Brand.department, "month": conditions.month_of(complete_on())}.get(by, cast(null(), Text))
    return (
        select(wanted.c.key, group.label("code"), func.count().label("numerator"))
        .select_from(wanted)
        .join(
            Brand,
            and_(
                Brand.kind == case((wanted.c.measure == "dishes", BrandKind.DISH), else_=BrandKind.BRAND),
                complete_on().between(wanted.c.from_on, wanted.c.to_on),
            ),
        )
        .group_by(wanted.c.key, "code")
    )


def training_share(countings: Sequence[CountingIn]) -> Select[Any]:
    """key, institution, numerator, denominator: for each college the person-times of its classes and the students it reported for the year."""
    wanted = conditions.wanted_of(countings)
    kinds = sorted({kind for each in countings for kind in each.institution_kinds})
    of_kind = and_(Institution.kind.in_(kinds), Institution.kind == any_(wanted.c.institution_kinds))
    colleges = (
        select(wanted.c.key, wanted.c.from_on, wanted.c.to_on, Institution.id, *_INSTITUTION).join(Institution, of_kind).cte("colleges")
    )
    theirs = and_(TrainingClass.institution_id == colleges.c.id, TrainingClass.ends_on.between(colleges.c.from_on, colleges.c.to_on))
    trained = (
        select(colleges.c.key, colleges.c.id, func.sum(TrainingClass.completed_people).label("people"))
        .join(TrainingClass, theirs)
        .where(TrainingClass.status == ClassStatus.COMPLETED, _ended_within(countings))
        .group_by(colleges.c.key, colleges.c.id)
        .cte("trained")
    )
    away = select(wanted.c.key, Absence.institution_id.label("id")).join(Absence, absent(wanted.c.to_on)).distinct().cte("away")
    people = func.coalesce(trained.c.people, 0)
    reported = and_(YearlyReport.institution_id == colleges.c.id, YearlyReport.year == extract("year", colleges.c.from_on))
    told = (colleges.c[name] for name in ("institution_id", "institution_name", "region_code"))
    return (
        select(colleges.c.key, *told, people.label("numerator"), YearlyReport.enrolled_students.label("denominator"), _NO_YEAR)
        .outerjoin(YearlyReport, reported)
        .outerjoin(trained, and_(trained.c.key == colleges.c.key, trained.c.id == colleges.c.id))
        .outerjoin(away, and_(away.c.key == colleges.c.key, away.c.id == colleges.c.id))
        .where(or_(away.c.id.is_(None), YearlyReport.id.is_not(None), people > 0))
        .order_by(colleges.c.key, colleges.c.institution_name)
    )


def frontline_share(countings: Sequence[CountingIn]) -> Select[Any]:
    """key, institution, numerator, denominator, in yuan: of every enterprise that reported its training funds of the year."""
    wanted = conditions.wanted_of(countings)
    return (
        select(
            wanted.c.key,
            *_INSTITUTION,
            YearlyReport.training_funds_frontline.label("numerator"),
            YearlyReport.training_funds.label("denominator"),
            _NO_YEAR,
        )
        .join(
            YearlyReport,
            and_(
                YearlyReport.year == extract("year", wanted.c.from_on),
                YearlyReport.training_funds > 0,
                YearlyReport.training_funds_frontline.is_not(None),
            ),
        )
        .join(Institution, and_(Institution.id == YearlyReport.institution_id, Institution.kind == any_(wanted.c.institution_kinds)))
        .order_by(wanted.c.key, Institution.name)
    )


def partner_enterprises(countings: Sequence[CountingIn]) -> Select[Any]:
    """key, institution, numerator: from the institution's last report that gives the number, none later than the year asked for."""
    wanted = conditions.wanted_of(countings)
    return (
        select(
            wanted.c.key,
            *_INSTITUTION,
            YearlyReport.partner_enterprises.label("numerator"),
            cast(null(), Integer).label("denominator"),
            YearlyReport.year,
        )
        .ext(distinct_on(wanted.c.key))
        .join(Institution, Institution.name == wanted.c.institution_name)
        .join(
            YearlyReport,
            and_(
                YearlyReport.institution_id == Institution.id,
                YearlyReport.partner_enterprises.is_not(None),
                YearlyReport.year <= extract("year", wanted.c.to_on),
            ),
        )
        .order_by(wanted.c.key, YearlyReport.year.desc())
    )
