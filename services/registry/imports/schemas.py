"""Imports on the wire."""

from typing import Any, Literal
from uuid import UUID

from fastapi import UploadFile
from pydantic import ConfigDict, Field

from services.registry.imports.templates import Kind
from shared import wire

PersonStatus = Literal["employee_pension", "resident_pension", "public_payroll", "insured_employee", "full_time_student", "deceased"]
Status = Literal["queued", "running", "done", "failed"]


class ImportIn(wire.In):
    """The form of an upload: `class_id` for a roster or sign-in sheet; `status` and `source` for another office's list."""

    model_config = ConfigDict(extra="forbid", arbitrary_types_allowed=True)

    kind: Kind
    file: UploadFile
    mode: Literal["validate", "commit"] = Field(default="commit", description="validate 只检查,不保存")
    class_id: UUID | None = None
    institution_id: UUID | None = Field(default=None, description="教师名册:经办代办时填机构编号")
    status: PersonStatus | None = Field(default=None, description="名单是什么状态")
    source: wire.Word | None = Field(default=None, description="名单从哪里来", examples=["州社保局"])


class Progress(wire.Out):
    done: int
    total: int


class Summary(wire.Out):
    """Rows of people in the sheet. For a roster `created` means a new enrolment, also of a person known before."""

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
    kind: Kind
    mode: str
    class_id: UUID | None
    institution_id: UUID | None
    filename: str
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
        "result_url": f"/v1/imports/{row.id}/result.xlsx" if row.status == "done" else None,
    }
