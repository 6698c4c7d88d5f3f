"""What a plan's board asks of placements, in SQL: who counts for which of its countings, whatever their number. Each person counts once."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from sqlalchemy import ARRAY, CTE, Boolean, Date, Select, Text, Uuid, and_, bindparam, case, cast, column, func, literal, or_, select, true
from sqlalchemy.dialects.postgresql import JSONB

from services.eastwest.counting.reading import JUDGED, LEFT_ON, STARTED_ON, TOLD
from services.eastwest.counting.schemas import CountingIn
from services.eastwest.known.conditions import ALIASES
from services.eastwest.known.operations import TRAINED, Trained
from services.eastwest.orders.tables import Order
from services.eastwest.placements import conditions, rules
from services.eastwest.placements.tables import Placement

_late = (
    func.unnest(bindparam("asked", type_=ARRAY(Uuid)), bindparam("days", type_=ARRAY(Date)))
    .table_valued(column("id", Uuid), column("completed_on", Date))
    .render_derived("late")
)


def of_the_late(late: Trained) -> dict[str, Any]:
    """Of whom the registry was asked just now: parameters of every statement here."""
    return {"asked": list(late), "days": list(late.values())}


def looked_at(countings: Sequence[CountingIn]) -> Select[Any]:
    """The ids of those at work in the partner city; where nothing but retention is asked for, of those of whom no proof is wanting, unless what is under way
    is asked for too."""
    wanted = select(Placement.id).join(Order, Order.id == Placement.order_id).where(Placement.started_on.is_not(None))
    wanted = wanted.where(conditions.in_partner_city())
    if all(each.measure == "retained_people" and each.until_on is None for each in countings):
        return wanted.where(Placement.proof_due_on.is_(None))
    return wanted


def counted(countings: Sequence[CountingIn], as_of: date) -> CTE:
    """key, who, class, and whether the placement `counts`, and from which day `counted_on`; whether it is an `other` person's, whom no order class had trained
    before; whether it is `underway`. What only the judge can say of the day comes as parameters (`of_the_judge`)."""
    columns: list[Any] = [column("key", Text), column("measure", Text), column("after_order_class", Boolean)]
    columns += [column(name, Date) for name in ("from_on", "to_on", "until_on")]
    said = literal([each.model_dump(mode="json") for each in countings], JSONB)
    wanted = func.jsonb_to_recordset(said).table_valued(*columns).render_derived("wanted", with_types=True)
    merged, trained = ALIASES.table.alias(), TRAINED.alias()
    who = func.coalesce(merged.c[ALIASES.leads_to], Placement.trainee_id)
    known = (
        looked_at(countings)
        .outerjoin(JUDGED, JUDGED.c.id == Placement.id)
        .outerjoin(merged, merged.c.id == Placement.trainee_id)
        .outerjoin(trained, trained.c.trainee_id == who)
        .outerjoin(_late, _late.c.id == who)
        .with_only_columns(
            who.label("who"),
            Placement.class_id,
            STARTED_ON.label("started_on"),
            LEFT_ON.label("left_on"),
            case((TOLD, JUDGED.c.met_on), else_=conditions.proved(as_of).met_on).label("met_on"),
            case((_late.c.id.is_not(None), _late.c.completed_on), else_=trained.c.completed_on).label("trained_on"),
        )
        .cte("known")
    )
    retained = wanted.c.measure == "retained_people"
    on = case((retained, known.c.met_on), else_=known.c.started_on)
    within = and_(on.is_not(None), on.between(wanted.c.from_on, wanted.c.to_on))
    ours = or_(~func.coalesce(wanted.c.after_order_class, False), conditions.trained_before(known.c.trained_on, known.c.started_on))
    due_on = cast(known.c.started_on + func.make_interval(0, rules.here().months), Date)
    underway = and_(
        retained, ours, wanted.c.until_on.is_not(None), known.c.met_on.is_(None), known.c.left_on.is_(None), due_on <= wanted.c.until_on
    )
    flags = (within & ours).label("counts"), (within & ~ours).label("other"), func.coalesce(underway, False).label("underway")
    return (
        select(wanted.c.key, known.c.who, known.c.class_id, on.label("counted_on"), *flags).join_from(wanted, known, true()).cte("counted")
    )


def people(of: CTE) -> CTE:
    """Each person of a counting once: whoever counts is no other, and not under way any more."""
    day = func.min(of.c.counted_on).filter(of.c.counts)
    other, underway = (func.bool_or(of.c[name]) & day.is_(None) for name in ("other", "underway"))
    return (
        select(of.c.key, of.c.who, day.label("counted_on"), other.label("other"), underway.label("underway"))
        .group_by(of.c.key, of.c.who)
        .cte("people")
    )


def totals(of: CTE) -> Select[Any]:
    each = people(of)
    counts = func.count(each.c.counted_on), func.count().filter(each.c.other), func.count().filter(each.c.underway)
    named = (count.label(name) for name, count in zip(("people", "others", "underway"), counts, strict=True))
    return select(each.c.key, *named).group_by(each.c.key)


def by_class(of: CTE) -> Select[Any]:
    return (
        select(of.c.key, of.c.class_id, func.count(of.c.who.distinct()).label("people"))
        .where(of.c.counts)
        .group_by(of.c.key, of.c.class_id)
    )


def by_month(of: CTE) -> Select[Any]:
    each = people(of)
    month = func.to_char(each.c.counted_on, "YYYY-MM")
    return (
        select(each.c.key, month.label("code"), func.count().label("people"))
        .where(each.c.counted_on.is_not(None))
        .group_by(each.c.key, month)
    )


def who(of: CTE) -> Select[Any]:
    return select(of.c.key, of.c.who).where(of.c.counts).distinct()
