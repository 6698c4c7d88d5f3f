"""What people wish to be trained in (培训意愿)."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, DateTime, ForeignKey, Index, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from services.registry.codes import TrainingWishStatus
from services.registry.metadata import Row
from shared import db, keeping

SAME_WISH = ("trainee_id", "occupation_code", "trade_name")
SETTLED = ("status", "answer", "class_id", "settled_at", "version")


class TrainingWish(db.Versioned, Row):
    """In which occupation or trade, in which town, from which day to which; None: whenever. `class_id`: the class that was named in the answer. A wish is
    no paper that anybody counts on: it goes with the person who is erased."""

    __tablename__ = "training_wishes"

    trainee_id: Mapped[UUID] = mapped_column(ForeignKey("trainees.id"))
    occupation_code: Mapped[str | None] = mapped_column(Text)
    trade_name: Mapped[str | None] = mapped_column(Text)
    region_code: Mapped[str] = mapped_column(Text)
    from_on: Mapped[date | None]
    until_on: Mapped[date | None]
    note: Mapped[str | None] = mapped_column(Text)
    status: Mapped[str] = mapped_column(Text, default=TrainingWishStatus.OPEN)
    asked_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    answer: Mapped[str | None] = mapped_column(Text)
    class_id: Mapped[UUID | None] = mapped_column(ForeignKey("classes.id"))
    settled_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))

    __table_args__ = (
        Index(
            "training_wishes_open_key",
            *SAME_WISH,
            unique=True,
            postgresql_nulls_not_distinct=True,
            postgresql_where=text("status = 'open'"),
        ),
        db.one_of("status", TrainingWishStatus),
        CheckConstraint("num_nonnulls(occupation_code, trade_name) >= 1", name="trade"),
        CheckConstraint("until_on >= from_on", name="until_on"),
        CheckConstraint("(status = 'open') = (settled_at IS NULL)", name="settled_at"),
        CheckConstraint("status <> 'answered' OR answer IS NOT NULL", name="answer"),
        Index("training_wishes_trainee_id_idx", "trainee_id", "id"),
        Index("training_wishes_status_idx", "status", "region_code", "id"),
        Index("training_wishes_region_code_idx", "region_code", "id"),
        Index("training_wishes_occupation_code_idx", "occupation_code", "id"),
        Index("training_wishes_asked_at_idx", "asked_at", "id"),
        {"info": {"rows": keeping.Rows(SETTLED, deleted=True, settled=("old.status <> 'open'", SETTLED))}},
    )
