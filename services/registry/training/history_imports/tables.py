"""Imports of past years (往年数据): which classes and payments each brought, and by what number each class is known where it was kept until then."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import Boolean, CheckConstraint, DateTime, ForeignKey, Index, LargeBinary, Text, Uuid, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from services.registry.metadata import Row
from shared import db, indexing, keeping


class HistoryImport(db.Versioned, Row):
    """`payment_ids`: of the outside payments that came with it and were not known before."""

    __tablename__ = "history_imports"

    document: Mapped[str | None] = mapped_column(Text)
    classes: Mapped[int]
    people: Mapped[int]
    completed: Mapped[int]
    payment_ids: Mapped[list[UUID]] = mapped_column(ARRAY(Uuid))
    imported_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    voided_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    void_reason: Mapped[str | None] = mapped_column(Text)

    __table_args__ = (
        CheckConstraint("num_nulls(voided_at, void_reason) IN (0, 2)", name="voided_whole"),
        Index("history_imports_imported_at_idx", "imported_at", "id"),
        {"info": keeping.only("voided_at", "void_reason", "version", until="old.voided_at IS NOT NULL")},
    )


class HistoryClass(Row):
    """A class that an import brought. `said_key`: a digest of all that was said of it, by which the same said again is known."""

    __tablename__ = "history_classes"

    class_id: Mapped[UUID] = mapped_column(ForeignKey("classes.id"), primary_key=True)
    import_id: Mapped[UUID] = mapped_column(ForeignKey("history_imports.id"))
    institution_id: Mapped[UUID] = mapped_column(ForeignKey("institutions.id"))
    number_there: Mapped[str] = mapped_column(Text)
    said_key: Mapped[bytes] = mapped_column(LargeBinary, comment=indexing.DIGEST)
    voided: Mapped[bool] = mapped_column(Boolean, server_default=text("false"))

    __table_args__ = (
        Index("history_classes_number_key", "institution_id", "number_there", unique=True, postgresql_where=text("NOT voided")),
        Index("history_classes_import_id_idx", "import_id", "class_id"),
        {"info": keeping.only("voided", until="old.voided")},
    )
