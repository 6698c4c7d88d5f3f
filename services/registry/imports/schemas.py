"""Imports on the wire."""

from typing import Any
from uuid import UUID

from fastapi import UploadFile
from pydantic import ConfigDict, Field

from services.registry.codes import PersonalStatus, SheetKind
from shared import batches, names, wire
from shared.sheet_jobs import schemas


class ImportIn(wire.In):
    """The form of an upload: `class_id` for a roster or sign-in sheet, and for a list of work where all of it was after one class; `status` and `source` for
    another office's list."""

    model_config = ConfigDict(extra="forbid", arbitrary_types_allowed=True)

    kind: SheetKind
    file: UploadFile
    mode: batches.Mode = Field(default="commit", description="方式:validate 只检查,不保存")
    class_id: UUID | None = None
    institution_id: UUID | None = Field(default=None, description="教师名册:经办代办时填机构编号")
    status: PersonalStatus | None = Field(default=None, description="名单是什么状态")
    source: wire.Word | None = Field(default=None, description="名单从哪里来", examples=["州社保局"])


class ImportListed(schemas.Listed):
    kind: SheetKind
    class_id: UUID | None
    class_name: names.ClassName = None
    class_number: names.ClassNumber = None
    institution_id: UUID | None
    institution_name: names.InstitutionName = None


class ImportOut(ImportListed):
    errors: list[schemas.RowError]
    notes: schemas.Notes


def shown(row: Any) -> dict[str, Any]:
    """The row as it is shown in a list."""
    return schemas.shown(row, ImportListed, "/v1/imports")
