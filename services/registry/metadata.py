"""The tables of this service's database: the kernel's and each noun's own."""

from typing import Any

from sqlalchemy import text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from shared import audit, changes, db, idempotency, indexing


class Row(DeclarativeBase):
    metadata = db.metadata(audit.tables, changes.tables, idempotency.table, indexing.table)


class Referenced:
    """A paper that other platforms may have given numbers of their own: `[{system, number}]`."""

    external_refs: Mapped[list[dict[str, Any]]] = mapped_column(JSONB, default=list, server_default=text("'[]'"))
