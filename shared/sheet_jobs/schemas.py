"""An uploaded sheet on the wire."""

from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import Field
from typing_extensions import TypeAliasType

from shared import wire
from shared.batches import Mode
from shared.sheet_jobs.tables import SheetJob

ImportStatus = TypeAliasType("ImportStatus", Literal["queued", "running", "done", "failed"])  # one type in generated code


class Progress(wire.Out):
    done: int
    total: int


class SheetSummary(wire.Out):
    """Rows of people in the sheet: `created`, something new came of it, also of a person known before; `unchanged`, all was known; `rejected`,
    it was not kept as it stands."""

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


Notes = Annotated[list[str], Field(description="文件中未读取的部分及原因:空表、样表、隐藏的表、没有所需列的表")]


class Listed(wire.Out):
    id: UUID
    mode: Mode
    filename: str
    actor: str
    actor_name: str | None
    status: ImportStatus
    progress: Progress
    summary: SheetSummary | None
    result_url: str | None = Field(description="同一份表,带错误列")
    received_at: wire.Instant
    finished_at: wire.Instant | None
    version: int


def shown(row: SheetJob | Any, listed: type[Listed], path: str) -> dict[str, Any]:
    """A row of the table, or of a list of them, as `listed` shows it; `path` is the list's."""
    return {
        **{name: getattr(row, name) for name in listed.model_fields if hasattr(row, name)},
        "actor": row.caller["actor"]["sub"],
        "actor_name": row.caller["actor"].get("name") or None,
        "progress": {"done": row.rows_done, "total": row.rows_total},
        "result_url": f"{path}/{row.id}/result.xlsx" if row.status == "done" else None,
    }
