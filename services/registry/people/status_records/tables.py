"""Dated facts about people from other offices (养老、参保、财政供养 …), and for which days an office's list is complete.

What was told wrongly is voided, and told anew. A person is known by the digest of the number alone, so that facts about people who are not registered yet are kept without naming them.
"""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, DateTime, Index, LargeBinary, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from services.registry.codes import PersonalStatus
from services.registry.metadata import Row
from shared import db, indexing, keeping, tallies

SAME_FACT = ("id_number_key", "status", "source", "from_on")
SAME_LIST = ("status", "source", "complete_from_on", "complete_to_on")


class StatusRecord(db.Versioned, Row):
    """From `from_on` to `until_on`, both days counted in; None: still. `id_number_key` is the same digest as a trainee's."""

    __tablename__ = "status_records"

    id_number_key: Mapped[bytes] = mapped_column(LargeBinary, comment=indexing.DIGEST)
    status: Mapped[str] = mapped_column(Text)
    from_on: Mapped[date]
    until_on: Mapped[date | None]
    source: Mapped[str] = mapped_column(Text)
    received_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    voided_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    void_reason: Mapped[str | None] = mapped_column(Text)

    __table_args__ = (
        Index("status_records_from_on_key", *SAME_FACT, unique=True, postgresql_where=text("voided_at IS NULL")),
        Index("status_records_id_number_key_idx", "id_number_key", "id"),
        db.one_of("status", PersonalStatus),
        CheckConstraint("until_on >= from_on", name="until_on"),
        CheckConstraint("num_nulls(voided_at, void_reason) IN (0, 2)", name="voided_whole"),
        Index("status_records_status_idx", "status", "id"),
        Index("status_records_from_on_idx", "from_on", "id"),
        Index("status_records_received_at_idx", "received_at", "id"),
        {"info": keeping.only("until_on", "received_at", "voided_at", "void_reason", "version", until="old.voided_at IS NOT NULL")},
    )


tallies.tally(StatusRecord, "status", "source")


class StatusList(db.Versioned, Row):
    """The days, both counted in, for which a source has named everyone who has a status: who is not named does not have it."""

    __tablename__ = "status_lists"

    status: Mapped[str] = mapped_column(Text)
    source: Mapped[str] = mapped_column(Text)
    complete_from_on: Mapped[date]
    complete_to_on: Mapped[date]
    received_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    voided_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    void_reason: Mapped[str | None] = mapped_column(Text)

    __table_args__ = (
        Index("status_lists_days_key", *SAME_LIST, unique=True, postgresql_where=text("voided_at IS NULL")),
        CheckConstraint("num_nulls(voided_at, void_reason) IN (0, 2)", name="voided_whole"),
        db.one_of("status", PersonalStatus),
        CheckConstraint("complete_to_on >= complete_from_on", name="complete_to_on"),
        Index("status_lists_complete_to_on_idx", "complete_to_on", "id"),
        Index("status_lists_received_at_idx", "received_at", "id"),
        {"info": keeping.only("voided_at", "void_reason", "version", until="old.voided_at IS NOT NULL")},
    )
