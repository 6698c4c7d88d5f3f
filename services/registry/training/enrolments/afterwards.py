"""What became of people after a class, as other services told it: a certificate, a place in Foshan. Conditions in SQL, the same for the count and for
the list of those counted. A statement that uses them joins the enrolment with its class."""

from datetime import date
from typing import Annotated, Any

from fastapi import Depends, Query
from sqlalchemy import ARRAY, ColumnElement, Date, Text, and_, any_, exists, func, literal, or_, select
from sqlalchemy.orm import aliased

from services.registry.following.tables import KnownCertificate, KnownPlacement
from services.registry.people.trainees.tables import Trainee
from services.registry.training.classes.tables import TrainingClass
from services.registry.training.enrolments.tables import Enrolment
from shared import errors, wire

KINDS = r"(skill_level|special_skill|qualification|work_permit|completion)"


def person() -> Any:
    """Whom the enrolment's trainee stands for now, as merged."""
    enrolled = aliased(Trainee)
    wanted = select(func.coalesce(enrolled.merged_into, enrolled.id)).where(enrolled.id == Enrolment.trainee_id)
    return wanted.correlate(Enrolment).scalar_subquery()


def certified(kinds: ColumnElement[Any], as_of: date) -> ColumnElement[bool]:
    """Holds a certificate of one of `kinds`, valid on the day: given for this class or, if for none, of its occupation and not before its first day."""
    day, held = literal(as_of, Date), KnownCertificate
    of_its_trade = and_(
        held.class_id.is_(None), held.occupation_code == TrainingClass.occupation_code, held.issued_on >= TrainingClass.starts_on
    )
    return exists().where(
        held.trainee_id == person(),
        held.kind == any_(kinds),
        held.issued_on <= day,
        or_(held.revoked_on.is_(None), held.revoked_on > day),
        or_(held.class_id == Enrolment.class_id, of_its_trade),
    )


def placed(as_of: date) -> ColumnElement[bool]:
    """Began work in Foshan by the day, sent from this order class or on its order."""
    return and_(
        TrainingClass.order_id.is_not(None),
        exists().where(
            KnownPlacement.trainee_id == person(),
            KnownPlacement.started_on <= literal(as_of, Date),
            or_(KnownPlacement.class_id == Enrolment.class_id, KnownPlacement.order_id == TrainingClass.order_id),
        ),
    )


def asked(
    certified_as_of: Annotated[wire.CivilDate | None, Query(description="只列截至这一天持有有效证书的;与下一项一起给")] = None,
    certified_kinds: Annotated[str | None, Query(pattern=f"^{KINDS}(,{KINDS})*$", description="算取证的证书种类,以逗号分隔")] = None,
    placed_as_of: Annotated[wire.CivilDate | None, Query(description="只列订单班中截至这一天已到佛山上岗的")] = None,
) -> list[ColumnElement[bool]]:
    """The list's filters, from their parameters."""
    if (certified_as_of is None) != (certified_kinds is None):
        missing = "certified_as_of" if certified_as_of is None else "certified_kinds"
        raise errors.InvalidParameter(f"certified_as_of、certified_kinds 须一起给。请补上 {missing}。", parameter=missing)
    conditions = []
    if certified_as_of is not None and certified_kinds is not None:
        conditions.append(certified(literal(certified_kinds.split(","), ARRAY(Text)), certified_as_of))
    if placed_as_of is not None:
        conditions.append(placed(placed_as_of))
    return conditions


Asked = Annotated[list[ColumnElement[bool]], Depends(asked)]
