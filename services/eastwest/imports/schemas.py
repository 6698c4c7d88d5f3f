"""Imports on the wire."""

from typing import Any

from fastapi import UploadFile
from pydantic import ConfigDict, Field

from shared import batches, wire
from shared.sheet_jobs import schemas


class PlacementImportIn(wire.In):
    """The form of an upload. `reported_on`: the day on which the sheet says how things are."""

    model_config = ConfigDict(extra="forbid", arbitrary_types_allowed=True)

    file: UploadFile
    reported_on: wire.CivilDate = Field(description="表中情况截至哪一天", examples=["2025-10-31"])
    mode: batches.Mode = Field(default="commit", description="方式:validate 只检查,不保存")


class PlacementImportListed(schemas.Listed):
    reported_on: wire.CivilDate
    office: str


class PlacementImportOut(PlacementImportListed):
    errors: list[schemas.RowError]
    notes: schemas.Notes


def shown(row: Any) -> dict[str, Any]:
    """The row as it is shown in a list."""
    return schemas.shown(row, PlacementImportListed, "/v1/placement-imports")
