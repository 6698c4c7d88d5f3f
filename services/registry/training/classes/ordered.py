"""When a class is an order class (订单班) of a size: a condition in SQL, the same for the count and for the list of those counted."""

from typing import Any

from sqlalchemy import ColumnElement, and_, func, select

from services.registry.training.classes.tables import TrainingClass
from services.registry.training.enrolments.tables import Enrolment


def of_order(completed_at_least: Any) -> ColumnElement[bool]:
    """Trained to an order of Foshan, and this many completed it."""
    completed = select(func.count()).where(Enrolment.class_id == TrainingClass.id, Enrolment.outcome == "completed")
    return and_(TrainingClass.order_id.is_not(None), completed.correlate(TrainingClass).scalar_subquery() >= completed_at_least)
