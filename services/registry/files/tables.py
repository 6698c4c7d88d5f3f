"""Uploaded files (证明材料). The content is encrypted and bound to its row: scans of identity cards are among them."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, DateTime, ForeignKey, Index, LargeBinary, Text
from sqlalchemy.orm import Mapped, mapped_column

from services.registry.metadata import Row
from shared import db, keeping


class File(Row):
    """`uploaded_by` is the account; `institution_id` and `region_code` its binding, whose other accounts may read the file too."""

    __tablename__ = "files"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=db.new_id)
    name: Mapped[str] = mapped_column(Text)
    media_type: Mapped[str] = mapped_column(Text)
    size_bytes: Mapped[int]
    sha256: Mapped[str] = mapped_column(Text)
    content: Mapped[bytes] = mapped_column(LargeBinary)
    uploaded_by: Mapped[str] = mapped_column(Text)
    uploaded_by_name: Mapped[str | None] = mapped_column(Text, comment="the account's name at the time, from the token")
    institution_id: Mapped[UUID | None]
    region_code: Mapped[str | None] = mapped_column(Text)
    uploaded_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))

    __table_args__ = (CheckConstraint("size_bytes > 0", name="size_bytes"), {"info": keeping.APPEND_ONLY})


class Naming(Row):
    """A paper of another service that names a file, as its latest event says. `paper`: what kind it is, the first word of its events."""

    __tablename__ = "file_namings"

    service: Mapped[str] = mapped_column(Text, primary_key=True)
    paper: Mapped[str] = mapped_column(Text, primary_key=True)
    paper_id: Mapped[UUID] = mapped_column(primary_key=True)
    file_id: Mapped[UUID] = mapped_column(ForeignKey("files.id"), primary_key=True)

    __table_args__ = (Index("file_namings_file_id_idx", "file_id"), {"info": keeping.DELETABLE})
