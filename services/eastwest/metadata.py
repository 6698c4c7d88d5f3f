"""The tables of this service's database: the kernel's and each noun's own."""

from sqlalchemy.orm import DeclarativeBase

from shared import audit, changes, db, idempotency, indexing


class Row(DeclarativeBase):
    metadata = db.metadata(audit.tables, changes.tables, idempotency.table, indexing.table)
