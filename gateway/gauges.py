"""What `/metrics` tells of webhooks: how many deliveries wait, for how long the first that is due has, and what has failed for good."""

from sqlalchemy import Float, cast, func, select, text

from gateway.webhooks.tables import Delivery, Endpoint
from shared.gauges import Gauge

_PENDING = Delivery.status == "pending"
_OVERDUE = cast(func.extract("epoch", func.greatest(func.now() - func.min(Delivery.next_at), text("interval '0'"))), Float)

GAUGES = (
    Gauge("webhook_deliveries_waiting", "Deliveries that are still to be made", select(func.count()).where(_PENDING)),
    Gauge("webhook_delivery_overdue_seconds", "For how long the delivery that is due first has been due", select(_OVERDUE).where(_PENDING)),
    Gauge("webhook_deliveries_failed", "Deliveries that were given up", select(func.count()).where(Delivery.status == "failed")),
    Gauge(
        "webhook_endpoints_disabled",
        "Endpoints that are told nothing any more because they answered nothing",
        select(func.count()).where(~Endpoint.enabled, Endpoint.disabled_reason.is_not(None)),
    ),
)
