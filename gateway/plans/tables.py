"""What offices set beside a plan: the shares of towns, zones and departments in its targets; and the boards that were frozen as reports."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, DateTime, Index, Numeric, Text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from gateway.metadata import Row
from shared import db, keeping

OF_SUBTARGET = ("plan", "line", "town", "zone", "department", "period")


class Subtarget(db.Versioned, Row):
    """What one town, zone or department is to bring to a line in a period; only the figure changes."""

    __tablename__ = "subtargets"

    plan: Mapped[str] = mapped_column(Text)
    line: Mapped[str] = mapped_column(Text)
    town: Mapped[str | None] = mapped_column(Text)
    zone: Mapped[str | None] = mapped_column(Text)
    department: Mapped[str | None] = mapped_column(Text)
    period: Mapped[str] = mapped_column(Text)
    value: Mapped[Decimal] = mapped_column(Numeric(12, 4))
    reason: Mapped[str | None] = mapped_column(Text)
    set_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    changed_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))

    __table_args__ = (
        CheckConstraint("num_nonnulls(town, zone, department) = 1", name="of_one"),
        CheckConstraint("value >= 0", name="value"),
        Index("subtargets_line_key", *OF_SUBTARGET, unique=True, postgresql_nulls_not_distinct=True),
        Index("subtargets_plan_idx", "plan", "id"),
        Index("subtargets_town_idx", "town", "id"),
        Index("subtargets_zone_idx", "zone", "id"),
        Index("subtargets_department_idx", "department", "id"),
        Index("subtargets_set_at_idx", "set_at", "id"),
        {"info": keeping.only("value", "reason", "changed_at", "version")},
    )


class PlanReport(Row):
    """A board as it stood, for good: its lines as they were answered, and which rows each of them counted, by line and period."""

    __tablename__ = "plan_reports"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=db.new_id)
    plan: Mapped[str] = mapped_column(Text)
    as_of: Mapped[date]
    title: Mapped[str | None] = mapped_column(Text)
    lines: Mapped[list[dict[str, Any]]] = mapped_column(JSONB)
    counted: Mapped[dict[str, dict[str, str]]] = mapped_column(JSONB)
    made_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    made_by: Mapped[str] = mapped_column(Text)

    __table_args__ = (
        Index("plan_reports_plan_idx", "plan", "id"),
        Index("plan_reports_as_of_idx", "as_of", "id"),
        {"info": keeping.APPEND_ONLY},
    )
