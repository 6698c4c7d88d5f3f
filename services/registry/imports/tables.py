"""Imports (表格导入): the uploaded sheet, encrypted, and what became of each of its rows."""

from uuid import UUID

from sqlalchemy import ForeignKey, Index, Text
from sqlalchemy.orm import Mapped, mapped_column

from services.registry.codes import SheetKind
from services.registry.metadata import Row
from shared import db, tallies
from shared.sheet_jobs import tables


class Import(tables.SheetJob, Row):
    """`owner_institution_id` and `owner_region_code`: whose upload it is; `institution_id`: whose teachers the sheet lists."""

    __tablename__ = "imports"

    kind: Mapped[str] = mapped_column(Text)
    class_id: Mapped[UUID | None] = mapped_column(ForeignKey("classes.id"))
    institution_id: Mapped[UUID | None] = mapped_column(ForeignKey("institutions.id"))
    list_status: Mapped[str | None] = mapped_column(Text)
    list_source: Mapped[str | None] = mapped_column(Text)
    owner_institution_id: Mapped[UUID | None]
    owner_region_code: Mapped[str | None] = mapped_column(Text)

    __table_args__ = (
        *tables.rules("imports"),
        db.one_of("kind", SheetKind),
        Index("imports_kind_idx", "kind", "id"),
        Index("imports_class_id_idx", "class_id", "id"),
        Index("imports_owner_institution_id_idx", "owner_institution_id", "id"),
        Index("imports_owner_region_code_idx", "owner_region_code", "id"),
        Index("imports_received_at_idx", "received_at", "id"),
        Index("imports_institution_id_idx", "institution_id", "id"),
    )


tallies.tally(Import, "kind", "status")
