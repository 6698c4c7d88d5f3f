"""Imports on the wire."""

from typing import Any, Literal
from uuid import UUID

from fastapi import UploadFile
from pydantic import ConfigDict, Field

from shared import wire

Status = Literal["queued", "running", "done", "failed"]


class ImportIn(wire.In):
    """The form of an upload. `reported_on`: the day on which the sheet says how things are."""

    model_config = ConfigDict(extra="forbid", arbitrary_types_allowed=True)

    file: UploadFile
    reported_on: wire.CivilDate = Field(description="表中情况截至哪一天", examples=["2025-10-31"])
    mode: Literal["validate", "commit"] = Field(default="commit", description="validate 只检查,不保存")


class Progress(wire.Out):
    done: int
    total: int


class Summary(wire.Out):
    """Rows of people in the sheet: `created`, something new was learnt; `unchanged`, all was known; `rejected`, nothing of it was kept."""

    rows: int
    created: int = 0
    updated: int = 0
    unchanged: int = 0
    rejected: int = 0


class RowError(wire.Out):
    """What is wrong in one row, as the spreadsheet counts; without a row: with the file."""

    sheet: str | None = None
    row: int | None = None
    column: str | None = None
    code: str
    seen: str | None = None
    fix: str


class ImportListed(wire.Out):
    id: UUID
    mode: str
    reported_on: wire.CivilDate
    filename: str
    office: str
    status: Status
    progress: Progress
    summary: Summary | None
    result_url: str | None = Field(description="同一份表,带错误列")
    received_at: wire.Instant
    finished_at: wire.Instant | None
    version: int


class ImportOut(ImportListed):
    errors: list[RowError]


def shown(row: Any) -> dict[str, Any]:
    """The row as it is shown in a list."""
    return {
        **{name: getattr(row, name) for name in ImportListed.model_fields if name not in ("progress", "result_url")},
        "progress": {"done": row.rows_done, "total": row.rows_total},
        "result_url": f"/v1/placement-imports/{row.id}/result.xlsx" if row.status == "done" else None,
    }
