"""Supervision tasks (督办) given to a town, a department or an institution."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, DateTime, ForeignKey, Index, Text, Uuid, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from services.registry.codes import SupervisionTaskStatus
from services.registry.metadata import Row
from shared import db, keeping

CHANGING = ("status", "due_on", "answer", "file_ids", "answered_at", "answered_by_name", "comment", "changed_at", "version")


class SupervisionTask(db.Versioned, Row):
    """What one body is to do, and until when. `line`: the line of a plan it is for; None: of none. `answer` and what goes with it: the last one, which stays
    when the task is sent back. `comment`: what was said with the last step of the office that asked. `changed_at`: since when it is in its status."""

    __tablename__ = "supervision_tasks"

    institution_id: Mapped[UUID | None] = mapped_column(ForeignKey("institutions.id"))
    region_code: Mapped[str | None] = mapped_column(Text)
    department: Mapped[str | None] = mapped_column(Text)
    line: Mapped[str | None] = mapped_column(Text)
    title: Mapped[str] = mapped_column(Text)
    what: Mapped[str | None] = mapped_column(Text)
    reason: Mapped[str | None] = mapped_column(Text)
    document: Mapped[str | None] = mapped_column(Text)
    due_on: Mapped[date]
    status: Mapped[str] = mapped_column(Text)
    asked_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    asked_by_name: Mapped[str | None] = mapped_column(Text)
    answer: Mapped[str | None] = mapped_column(Text)
    file_ids: Mapped[list[UUID]] = mapped_column(ARRAY(Uuid), server_default=text("'{}'"), comment="that the answer names")
    answered_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    answered_by_name: Mapped[str | None] = mapped_column(Text)
    comment: Mapped[str | None] = mapped_column(Text)
    changed_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))

    __table_args__ = (
        db.one_of("status", SupervisionTaskStatus),
        CheckConstraint("num_nonnulls(institution_id, region_code, department) = 1", name="body"),
        CheckConstraint("num_nonnulls(reason, document) >= 1", name="ground"),
        CheckConstraint("num_nulls(answer, answered_at) IN (0, 2)", name="answer"),
        CheckConstraint("status NOT IN ('answered', 'closed') OR answer IS NOT NULL", name="answered"),
        CheckConstraint("cardinality(file_ids) = 0 OR answer IS NOT NULL", name="file_ids"),
        Index("supervision_tasks_institution_id_idx", "institution_id", "id"),
        Index("supervision_tasks_region_code_idx", "region_code", "id"),
        Index("supervision_tasks_department_idx", "department", "id"),
        Index("supervision_tasks_line_idx", "line", "id"),
        Index("supervision_tasks_status_idx", "status", "id"),
        Index("supervision_tasks_due_on_idx", "due_on", "id"),
        Index("supervision_tasks_asked_at_idx", "asked_at", "id"),
        Index("supervision_tasks_open_idx", "due_on", "id", postgresql_where=text("status = 'open'")),
        Index("supervision_tasks_file_ids_idx", "file_ids", postgresql_using="gin"),
        {"info": keeping.only(*CHANGING, until="old.status = 'cancelled'")},
    )
