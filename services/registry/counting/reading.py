"""How each measure is counted in SQL: one statement for all countings of a measure, whatever their number. One person in one class is one person-time.

What classes bring is read from their figures; of the rest a statement reads the rows of the days asked for, by index.
"""

from collections.abc import Callable, Mapping
from datetime import date
from functools import cache
from typing import Any, Final, Literal
from uuid import UUID

from sqlalchemy import (
    ARRAY,
    BindParameter,
    ColumnElement,
    CompoundSelect,
    Date,
    Float,
    FromClause,
    Integer,
    Select,
    Subquery,
    Text,
    all_,
    and_,
    any_,
    bindparam,
    case,
    cast,
    extract,
    func,
    literal_column,
    null,
    or_,
    select,
    true,
    union_all,
)
from sqlalchemy.dialects.postgresql import distinct_on

from services.registry.codes import BrandKind, ClassStatus
from services.registry.counting import conditions, facts
from services.registry.counting.conditions import AS_OF, BROKEN, BROKEN_DAYS, FIRST, FRESH, LAST, WANTED
from services.registry.counting.facts import Terms
from services.registry.counting.schemas import By
from services.registry.counting.tables import KEPT, SUMS, WHOLE, DueRecount, Under, added, alike, month_of
from services.registry.institutions.institutions.conditions import absent
from services.registry.institutions.institutions.tables import Absence, Institution
from services.registry.institutions.yearly_reports.tables import YearlyReport
from services.registry.training.brands.conditions import complete_on
from services.registry.training.brands.tables import Brand
from services.registry.training.classes import conditions as classes
from services.registry.training.classes.tables import TrainingClass
from services.registry.training.enrolments.conditions import window_end

ReadBy = By | Literal["town", "class"]  # of classes, their own; each by itself
SUMMED_BY: Final = ("none", "region", "category", "month", "channel")  # what sums of months are told apart by
_INSTITUTION = (cast(Institution.id, Text).label("institution_id"), Institution.name.label("institution_name"), Institution.region_code)
_NO_YEAR = cast(null(), Integer).label("year")


@cache
def touched(kept: bool) -> Select[UUID] | CompoundSelect[UUID]:
    """The classes of these days whose kept figures do not hold: something was written to them since they were counted, or they were counted by other terms
    than are asked for, and none are `kept`."""
    due = select(DueRecount.class_id)
    return due if kept else due.union(select(KEPT.c.class_id).where(KEPT.c.under == WHOLE, KEPT.c.ends_on.between(FIRST, LAST)))


@cache
def counted(by: ReadBy, kept: bool, anew: Terms | None) -> Select[Any]:
    """key, code, sums: of the completed classes that count, what they brought; `open`, of whom work may still count and who found none; `ordered` and
    `placed` of order classes. Classes are added up by what countings ask of them before countings ask it, however many there are."""
    rows = _rows(by, kept, anew)
    may_find_work = window_end(bindparam("within_months", type_=Integer), rows.c.day) >= AS_OF
    own = conditions.likeness(rows)
    sums = {
        **{name: func.sum(rows.c[name]) for name in added(KEPT.c)},
        "open": func.coalesce(func.sum(rows.c.completed - rows.c.employed).filter(may_find_work), 0),
    }
    brought = (cast(each, Integer).label(name) for name, each in sums.items())
    same = select(*own, rows.c.group, *brought).group_by(*own, rows.c.group).cte("same")
    alike_to_all = [same.c[each.name] for each in own]
    kinds = select(*alike_to_all).distinct().subquery("kinds")
    asked = select(WANTED.c.key, *kinds.c).join(kinds, conditions.count_in(kinds)).subquery("asked")
    totals = {name: func.sum(same.c[name]) for name in sums} | {
        "ordered": func.coalesce(func.sum(same.c.completed).filter(same.c.ordered), 0),
        "attended": func.coalesce(func.sum(same.c.attended).filter(same.c.ordered), 0),
    }
    return (
        select(asked.c.key, cast(same.c.group, Text).label("code"), *(cast(each, Integer).label(name) for name, each in totals.items()))
        .join(same, and_(*(each == asked.c[each.name] for each in alike_to_all)))
        .group_by(asked.c.key, same.c.group)
    )


@cache
def classes_behind(kept: bool, anew: Terms | None) -> Select[Any]:
    """keys, classes: those that are alike, and so count in the same countings."""
    rows = _rows("class", kept, anew)
    own = conditions.likeness(rows)
    same = select(*own, func.array_agg(rows.c.group).label("class_ids")).group_by(*own).cte("same")
    key = WANTED.c.key
    keys = select(key).where(conditions.count_in(same)).order_by(key).correlate(same)
    return select(func.array(keys.scalar_subquery()).label("keys"), same.c.class_ids)


def _rows(by: ReadBy, kept: bool, anew: Terms | None) -> Subquery:
    """What is to be added up: the sums of whole months, class by class the rest of the days, and what is counted `anew`, by these terms, in place of what is
    kept of it, without what came later than the day. Where nothing is added up by what is asked for, or nothing is `kept`, all of it class by class."""
    under: Under = by if by in ("region", "category") else WHOLE
    parts: list[Any] = [_of_classes(_anew(anew, under), by)] if anew else []
    if not kept:
        return union_all(*parts).subquery("rows")
    there = select(KEPT).where(KEPT.c.under == under, KEPT.c.ends_on.between(FIRST, LAST))
    if by == "town":
        there = there.where(or_(KEPT.c.demonstration, KEPT.c.order_id.is_not(None)))  # none of the others counts itself
    untouched = there.where(KEPT.c.class_id != all_(FRESH)) if anew else there
    if by != "class":
        parts.append(_of_classes(untouched.where(KEPT.c.settled_on > AS_OF).subquery(), by, conditions.without_later))
    if by not in SUMMED_BY:
        parts.append(_of_classes(untouched.subquery(), by))
        return union_all(*parts).subquery("rows")

    def whole(month: ColumnElement[date]) -> ColumnElement[bool]:
        return and_(month.between(month_of(FIRST), LAST), month != all_(BROKEN))

    sums = SUMS.c
    group = {"month": conditions.month_of(sums.month), "channel": sums.channel}.get(by, sums.code)
    told = (
        sums.month.label("day"),
        *(sums[name] for name in conditions.ASKED_OF),
        group.label("group"),
        *(sums[name] for name in added(KEPT.c)),
    )
    parts.append(select(*told).where(sums.under == under, whole(sums.month)))
    parts.append(_of_classes(untouched.where(KEPT.c.ends_on == any_(BROKEN_DAYS)).subquery(), by))
    if anew:
        of_sums = there.where(KEPT.c.class_id == any_(FRESH), whole(month_of(KEPT.c.ends_on)))
        parts.append(_of_classes(of_sums.subquery(), by, conditions.taken_away))
    return union_all(*parts).subquery("rows")


def _anew(terms: Terms, under: Under) -> Subquery:
    of = and_(TrainingClass.id == any_(FRESH), TrainingClass.ends_on.between(FIRST, LAST))
    return facts.figures(of, terms, AS_OF, [under]).subquery("anew")


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


@cache
def placed_by_class(programmes: tuple[bool, ...], kept: bool, anew: Terms | None, at_most: int) -> Select[Any]:
    """key, class, its name, numerator, denominator: of the order classes that ended within the days and that anyone completed, those of which the fewest
    were placed, so many. Of what is kept the index begins each year with them. `programmes`: which of the countings ask for some."""
    undivided = KEPT.c.under == literal_column("''")  # as the index says it
    of: list[tuple[FromClause, Any]] = []
    if kept:
        untouched = and_(undivided, KEPT.c.class_id != all_(FRESH)) if anew else undivided
        of.append((KEPT, and_(untouched, KEPT.c.settled_on <= AS_OF)))
        then = [each for each in KEPT.c if each.name != "placed"] + [(KEPT.c.placed - conditions.grown(KEPT.c, "placed")).label("placed")]
        of.append((select(*then).where(untouched, KEPT.c.settled_on > AS_OF).subquery("then"), true()))
    if anew:
        of.append((_anew(anew, WHOLE), true()))
    each = (least_placed(which, some, rows, those, at_most) for which, some in enumerate(programmes) for rows, those in of)
    found = union_all(*each).subquery("found")
    place = func.row_number().over(partition_by=found.c.key, order_by=(found.c.share, found.c.class_id))
    ranked = select(found, place.label("place")).subquery("ranked")
    return (
        select(
            ranked.c.key,
            cast(ranked.c.class_id, Text).label("class_id"),
            ranked.c.name.label("class_name"),
            ranked.c.placed.label("numerator"),
            ranked.c.completed.label("denominator"),
        )
        .where(ranked.c.place <= at_most)
        .order_by(ranked.c.class_id)
    )


def least_placed(which: int, programmes: bool, of: FromClause, those: ColumnElement[bool], at_most: int) -> Select[Any]:
    """Of one counting, of those classes, the ones of which the fewest were placed."""

    def said(name: str, kind: Any) -> BindParameter[Any]:
        return bindparam(f"{name}_{which}", type_=kind)

    share = cast(of.c.placed, Float) / cast(of.c.completed, Float)
    those = and_(
        those,
        of.c.order_id.is_not(None),
        of.c.completed > literal_column("0"),
        of.c.ends_on.between(said("from_on", Date), said("to_on", Date)),
    )
    if programmes:
        those &= classes.counted(said("programmes", ARRAY(Text)), said("channels", ARRAY(Text)), said("occupations", ARRAY(Text)), of)
    own = [of.c[name] for name in ("class_id", "name", "placed", "completed")]
    first, last = (cast(extract("year", said(name, Date)), Integer) for name in ("from_on", "to_on"))
    years = func.generate_series(first, last).table_valued("year").render_derived(f"years_{which}")
    worst = select(*own, share.label("share")).where(those).order_by(share, of.c.class_id).limit(at_most)
    if of is not KEPT:  # has no index to begin with
        found: FromClause = worst.subquery()
        return select(said("key", Text).label("key"), *found.c)
    found = worst.where(cast(extract("year", of.c.ends_on), Integer) == years.c.year).lateral()
    return select(said("key", Text).label("key"), *found.c).select_from(years).join(found, true())


@cache
def underway() -> Select[Any]:
    """key, people, classes: of the classes that end after the day and by `until_on`, all seats of those that may still be filled."""
    people = case((TrainingClass.status == ClassStatus.COMPLETED, TrainingClass.completed_people), else_=TrainingClass.seats)
    measured = or_(
        WANTED.c.measure == "person_times",
        and_(WANTED.c.measure == "demonstration_classes", TrainingClass.demonstration),
        and_(WANTED.c.measure == "order_classes", TrainingClass.order_id.is_not(None)),
    )
    held = TrainingClass.status.in_((ClassStatus.APPROVED, ClassStatus.IN_PROGRESS, ClassStatus.COMPLETED))
    later = and_(TrainingClass.ends_on > AS_OF, TrainingClass.ends_on <= WANTED.c.until_on)
    return (
        select(WANTED.c.key, cast(func.sum(people), Integer).label("people"), func.count().label("classes"))
        .join(TrainingClass, and_(held, later, measured, conditions.counted_in()))
        .group_by(WANTED.c.key)
    )


@cache
def brands(by: By) -> Select[Any]:
    """key, group, numerator: a brand or dish counts on the day the last of its four materials was finished."""
    group = {"department": Brand.department, "month": conditions.month_of(complete_on())}.get(by, cast(null(), Text))
    return (
        select(WANTED.c.key, group.label("code"), func.count().label("numerator"))
        .select_from(WANTED)
        .join(
            Brand,
            and_(
                Brand.kind == case((WANTED.c.measure == "dishes", BrandKind.DISH), else_=BrandKind.BRAND),
                complete_on().between(WANTED.c.from_on, WANTED.c.to_on),
            ),
        )
        .group_by(WANTED.c.key, "code")
    )


@cache
def training_share() -> Select[Any]:
    """key, institution, numerator, denominator: for each college the person-times of its classes and the students it reported for the year."""
    of_kind = and_(Institution.kind == any_(bindparam("kinds", type_=ARRAY(Text))), Institution.kind == any_(WANTED.c.institution_kinds))
    colleges = (
        select(WANTED.c.key, WANTED.c.from_on, WANTED.c.to_on, Institution.id, *_INSTITUTION).join(Institution, of_kind).cte("colleges")
    )
    theirs = and_(TrainingClass.institution_id == colleges.c.id, TrainingClass.ends_on.between(colleges.c.from_on, colleges.c.to_on))
    trained = (
        select(colleges.c.key, colleges.c.id, func.sum(TrainingClass.completed_people).label("people"))
        .join(TrainingClass, theirs)
        .where(TrainingClass.status == ClassStatus.COMPLETED, TrainingClass.ends_on.between(FIRST, LAST))  # for the index
        .group_by(colleges.c.key, colleges.c.id)
        .cte("trained")
    )
    away = select(WANTED.c.key, Absence.institution_id.label("id")).join(Absence, absent(WANTED.c.to_on)).distinct().cte("away")
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


@cache
def frontline_share() -> Select[Any]:
    """key, institution, numerator, denominator, in yuan: of every enterprise that reported its training funds of the year."""
    return (
        select(
            WANTED.c.key,
            *_INSTITUTION,
            YearlyReport.training_funds_frontline.label("numerator"),
            YearlyReport.training_funds.label("denominator"),
            _NO_YEAR,
        )
        .join(
            YearlyReport,
            and_(
                YearlyReport.year == extract("year", WANTED.c.from_on),
                YearlyReport.training_funds > 0,
                YearlyReport.training_funds_frontline.is_not(None),
            ),
        )
        .join(Institution, and_(Institution.id == YearlyReport.institution_id, Institution.kind == any_(WANTED.c.institution_kinds)))
        .order_by(WANTED.c.key, Institution.name)
    )


@cache
def partner_enterprises() -> Select[Any]:
    """key, institution, numerator: from the institution's last report that gives the number, none later than the year asked for."""
    return (
        select(
            WANTED.c.key,
            *_INSTITUTION,
            YearlyReport.partner_enterprises.label("numerator"),
            cast(null(), Integer).label("denominator"),
            YearlyReport.year,
        )
        .ext(distinct_on(WANTED.c.key))
        .join(Institution, Institution.name == WANTED.c.institution_name)
        .join(
            YearlyReport,
            and_(
                YearlyReport.institution_id == Institution.id,
                YearlyReport.partner_enterprises.is_not(None),
                YearlyReport.year <= extract("year", WANTED.c.to_on),
            ),
        )
        .order_by(WANTED.c.key, YearlyReport.year.desc())
    )
