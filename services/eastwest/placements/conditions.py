"""What lists, counts and facts of placements share: the rows with what their orders say, and their state on a day as a condition."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final, NamedTuple

from sqlalchemy import ColumnElement, Date, Select, case, cast, func, or_, select

from services.eastwest.codes import PlacementStatus as Status
from services.eastwest.codes import RetentionVerdict as Verdict
from services.eastwest.known.conditions import ALIASES
from services.eastwest.orders.tables import Order
from services.eastwest.placements import rules
from services.eastwest.placements.tables import Placement
from shared.months import months_after

_OF_ORDER: Final = (
    Order.number,
    Order.occupation_code,
    Order.posts,
    Order.conditions,
    Order.until_on,
    Order.employer_name,
    Order.employer_uscc,
    Order.employer_district_code,
    Order.ordered_on,
    Order.certificate_kind,
    Order.certificate_occupation_code,
    Order.certificate_level,
    Order.standard_set_on,
)


def with_order() -> Select[Any]:
    """Placements, each with what its order says, of whom the person is now (`written_as`: under which id they were placed)."""
    own = [each for each in Placement.__table__.c if each.name != "trainee_id"]
    who = (ALIASES.kept(Placement.trainee_id).label("trainee_id"), Placement.trainee_id.label("written_as"))
    columns = [column.label(f"order_{column.key}") for column in _OF_ORDER]
    return select(*own, *who, *columns).join(Order, Order.id == Placement.order_id)


def due_within(today: date, days: int) -> ColumnElement[bool]:
    """At work, and a month ends within so many days, today counted in, up to whose end something is not proved. The first bound is for the index."""
    last_on, terms = today + timedelta(days=days), rules.here()
    at_work = (Placement.started_on <= today) & or_(Placement.left_on.is_(None), Placement.left_on > today)
    not_over = Placement.started_on >= months_after(today, -terms.months) - timedelta(days=3)
    ends = (cast(Placement.started_on + func.make_interval(0, month), Date) - 1 for month in range(1, terms.months + 1))
    ending = or_(*(end.between(today, last_on) & (end >= Placement.proof_due_on) for end in ends))
    return at_work & not_over & Placement.retained_on.is_(None) & (Placement.proof_due_on <= last_on) & ending


class Proved(NamedTuple):
    """What the facts prove as of a day, as far as lists and counts ask."""

    verdict: Verdict
    started_on: date | None
    left_on: date | None
    met_on: date | None


@dataclass(frozen=True, slots=True)
class Kept:
    """What is proved as of a day, by the columns that are kept. `to_judge`: where they do not say, for there are later facts of what was more than one unbroken
    stay, or an earlier stay was met."""

    to_judge: ColumnElement[bool]
    verdict: ColumnElement[str]
    started_on: ColumnElement[date | None]
    left_on: ColumnElement[date | None]
    met_on: ColumnElement[date | None]


def proved(as_of: date) -> Kept:
    """The same as `policy.retention`. All months are proved where none is wanting: then they are met once they are over."""
    months = range(1, rules.here().months + 1)
    over_on = [cast(Placement.started_on + func.make_interval(0, month), Date) for month in months]
    due_on = over_on[-1]
    proved_later = or_(*((over <= as_of) & (Placement.proved_on[month] > as_of) for month, over in zip(months, over_on, strict=True)))
    whole = Placement.started_on.is_not(None) & Placement.proof_due_on.is_(None) & (func.coalesce(Placement.left_on, due_on) >= due_on)
    met_on = func.coalesce(Placement.retained_on, case((whole, due_on)))
    started_on, left_on = (case((day <= as_of, day)) for day in (Placement.started_on, Placement.left_on))
    verdict = case(
        (met_on <= as_of, Verdict.MET.value),
        (left_on < due_on, Verdict.BROKEN.value),
        ((Placement.proof_due_on < as_of) | proved_later, Verdict.UNPROVEN.value),
        else_=Verdict.ON_TRACK.value,
    )
    of_another = (Placement.retained_on != due_on) & Placement.weakest_grade.is_(None)
    later = (Placement.last_fact_on > as_of) & (func.coalesce(func.cardinality(Placement.proved_on), 0) == 0)
    return Kept(later.is_(True) | of_another.is_(True), verdict, started_on, left_on, case((met_on <= as_of, met_on)))


def with_proof(wanted: Select[Any], as_of: date) -> Select[Any]:
    """Placements, each with what its columns say is proved as of a day, and whether that is all there is to say."""
    kept = proved(as_of)
    wanted = wanted.add_columns(kept.to_judge.label("to_judge"), kept.verdict.label("verdict"), kept.met_on.label("met_on"))
    return wanted.add_columns(kept.started_on.label("begun_on"), kept.left_on.label("gone_on"))


def in_partner_city() -> ColumnElement[bool]:
    """On an order of the partner city; to be used with `with_order`. What is placed elsewhere counts in none of its lines."""
    return Order.employer_district_code.in_(sorted(rules.here().districts))


def trained_before(completed_on: Any, started_on: Any) -> ColumnElement[bool]:
    """Whether an order class was completed before the first day at work: 培训后输送."""
    return func.coalesce(completed_on < started_on, False)


def has_status(statuses: list[Status], on: date) -> ColumnElement[bool]:
    """The same as `policy.status_on`."""
    each: dict[Status, ColumnElement[bool]] = {
        Status.ARRANGED: or_(Placement.started_on.is_(None), Placement.started_on > on),
        Status.WORKING: (Placement.started_on <= on) & or_(Placement.left_on.is_(None), Placement.left_on > on),
        Status.LEFT: (Placement.started_on <= on) & (Placement.left_on <= on),
    }
    return or_(*(each[status] for status in statuses))
