"""Dated facts about people from other offices (养老、参保、财政供养 …), and for which days an office's list is complete.

A person is known by the digest of the number alone, so that facts about people who are not registered yet are kept without naming them.
"""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, DateTime, Index, LargeBinary, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from services.registry.codes import PersonalStatus
from services.registry.metadata import Row
from shared import db, keeping


class StatusRecord(Row):
    """From `from_on` to `until_on`, both days counted in; None: still. `id_number_key` is the same digest as a trainee's."""

    __tablename__ = "status_records"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=db.new_id)
    id_number_key: Mapped[bytes] = mapped_column(LargeBinary)
    status: Mapped[str] = mapped_column(Text)
    from_on: Mapped[date]
    until_on: Mapped[date | None]
    source: Mapped[str] = mapped_column(Text)
    received_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))

    __table_args__ = (
        UniqueConstraint("id_number_key", "status", "source", "from_on", name="status_records_from_on_key"),
        db.one_of("status", PersonalStatus),
        CheckConstraint("until_on >= from_on", name="until_on"),
        Index("status_records_status_idx", "status", "id"),
        Index("status_records_from_on_idx", "from_on", "id"),
        Index("status_records_received_at_idx", "received_at", "id"),
        {"info": keeping.only("until_on", "received_at")},
    )


class StatusList(Row):
    """The days, both counted in, for which a source has named everyone who has a status: who is not named does not have it."""

    __tablename__ = "status_lists"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=db.new_id)
    status: Mapped[str] = mapped_column(Text)
    source: Mapped[str] = mapped_column(Text)
    complete_from_on: Mapped[date]
    complete_to_on: Mapped[date]
    received_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))

    __table_args__ = (
        UniqueConstraint("status", "source", "complete_from_on", "complete_to_on", name="status_lists_days_key"),
        db.one_of("status", PersonalStatus),
        CheckConstraint("complete_to_on >= complete_from_on", name="complete_to_on"),
        Index("status_lists_complete_to_on_idx", "complete_to_on", "id"),
        Index("status_lists_received_at_idx", "received_at", "id"),
        {"info": keeping.APPEND_ONLY},
    )
