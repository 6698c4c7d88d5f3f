"""When a class counts for an order, in SQL: the same for the count and for the list of those counted."""

from typing import Any

from sqlalchemy import ColumnElement, and_

from services.registry.training.classes.tables import TrainingClass


def of_order(completed_at_least: Any) -> ColumnElement[bool]:
    """Trained to an order of the partner city, and this many completed it."""
    return and_(TrainingClass.order_id.is_not(None), TrainingClass.completed_people >= completed_at_least)
