"""Whom we tell of changes, and every event that is or was to be told."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, DateTime, ForeignKey, Index, LargeBinary, SmallInteger, Text, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import Mapped, mapped_column

from gateway.metadata import Row
from shared import db, keeping


class Endpoint(db.Versioned, Row):
    """`owner` is the account it belongs to, `scopes` what the token that made it could read (null: everything). It takes nothing `failing_since`; null: it
    does. Secrets are encrypted for this row."""

    __tablename__ = "webhook_endpoints"

    owner: Mapped[str] = mapped_column(Text)
    scopes: Mapped[list[str] | None] = mapped_column(ARRAY(Text))
    url: Mapped[str] = mapped_column(Text)
    types: Mapped[list[str] | None] = mapped_column(ARRAY(Text))
    description: Mapped[str | None] = mapped_column(Text)
    enabled: Mapped[bool]
    disabled_reason: Mapped[str | None] = mapped_column(Text)
    failing_since: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    secret: Mapped[bytes] = mapped_column(LargeBinary)
    previous_secret: Mapped[bytes | None] = mapped_column(LargeBinary)
    previous_secret_until: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    created_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))

    __table_args__ = (
        CheckConstraint("num_nulls(previous_secret, previous_secret_until) IN (0, 2)", name="previous_secret"),
        Index("webhook_endpoints_owner_idx", "owner", "id"),
        Index("webhook_endpoints_enabled_idx", "id", postgresql_where=text("enabled")),
        Index("webhook_endpoints_created_at_idx", "created_at", "id"),
        {"info": keeping.DELETABLE},
    )


class Delivery(Row):
    """One event for one endpoint. Whoever sends it moves `next_at` ahead first: if they die, it is due again.

    `feed`, `transaction_id` and `position` say where the event stands in its service's feed.
    """

    __tablename__ = "webhook_deliveries"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=db.new_id)
    endpoint_id: Mapped[UUID] = mapped_column(ForeignKey("webhook_endpoints.id", ondelete="CASCADE"))
    event_id: Mapped[UUID]
    type: Mapped[str] = mapped_column(Text)
    occurred_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), comment="by the policy clock, as the event says")
    feed: Mapped[str] = mapped_column(Text)
    transaction_id: Mapped[int] = mapped_column(BigInteger)
    position: Mapped[int] = mapped_column(BigInteger)
    event: Mapped[dict[str, Any]] = mapped_column(JSONB)
    status: Mapped[str] = mapped_column(Text)
    attempts: Mapped[int]
    last_status: Mapped[int | None] = mapped_column(SmallInteger, comment="HTTP status of the last answer; null: there was none")
    next_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    delivered_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))

    __table_args__ = (
        UniqueConstraint("endpoint_id", "event_id", name="webhook_deliveries_event_key"),
        CheckConstraint("status IN ('pending', 'delivered', 'failed')", name="status"),
        CheckConstraint("(status = 'pending') = (next_at IS NOT NULL)", name="next_at"),
        CheckConstraint("status <> 'delivered' OR delivered_at IS NOT NULL", name="delivered_at"),
        Index("webhook_deliveries_endpoint_id_idx", "endpoint_id", "id"),
        Index("webhook_deliveries_failed_idx", "endpoint_id", postgresql_where=text("status = 'failed'")),
        Index("webhook_deliveries_due_idx", "endpoint_id", "next_at", postgresql_where=text("status = 'pending'")),
        {"info": keeping.DELETABLE},
    )
