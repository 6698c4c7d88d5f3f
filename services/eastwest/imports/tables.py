"""Imports of the partner office's monthly sheet (表格导入): the upload, encrypted, and what became of each of its rows."""

from datetime import date

from sqlalchemy import Index, Text
from sqlalchemy.orm import Mapped, mapped_column

from services.eastwest.metadata import Row
from shared.sheet_jobs import tables


class PlacementImport(tables.SheetJob, Row):
    """`office`: whose sheet it is; `reported_on`: the day on which it says how things are."""

    __tablename__ = "placement_imports"

    office: Mapped[str] = mapped_column(Text)
    reported_on: Mapped[date]

    __table_args__ = (
        *tables.rules("placement_imports"),
        Index("placement_imports_office_idx", "office", "id"),
        Index("placement_imports_reported_on_idx", "reported_on", "id"),
        Index("placement_imports_received_at_idx", "received_at", "id"),
    )
