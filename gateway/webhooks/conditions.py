"""Which endpoints somebody has to look after: their receiver took nothing of something for three days, or is gone."""

from typing import Any, Final

from sqlalchemy import ColumnElement, exists, func, or_, select

from gateway.webhooks.tables import Delivery, Endpoint

OFF_BY_ITSELF: Final = ("gone", "failing")

_FAILED = (Delivery.endpoint_id == Endpoint.id, Delivery.status == "failed")


def failed() -> ColumnElement[bool]:
    return or_(Endpoint.disabled_reason.in_(OFF_BY_ITSELF), exists().where(*_FAILED))


def since() -> Any:
    first = select(func.min(Delivery.occurred_at)).where(*_FAILED).correlate(Endpoint).scalar_subquery()
    return func.coalesce(Endpoint.failing_since, first)
