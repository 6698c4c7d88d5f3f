"""Taking a sheet in: the upload is kept, encrypted, and a job reads it (`job`); whoever uploaded it asks what became of it."""

import asyncio
from datetime import date
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Select, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.registry.codes import EnrolmentOutcome, SheetKind
from services.registry.imports import job, schemas, templates, visibility
from services.registry.imports.tables import Import
from services.registry.institutions.institutions.tables import Institution
from services.registry.people.trainees.tables import Trainee
from services.registry.training.classes import policy
from services.registry.training.classes import reading as classes
from services.registry.training.classes.operations import require_not_over, require_state
from services.registry.training.enrolments.conditions import person
from services.registry.training.enrolments.tables import Enrolment
from services.registry.training.training_wishes import policy as wishes
from shared import deeds, errors, pages
from shared.access import Call
from shared.sheet_jobs import uploads
from shared.sheet_jobs.schemas import ImportStatus
from shared.web import Kernel

FIELDS: Final = {
    SheetKind.ROSTER: {"class_id"},
    SheetKind.SIGN_IN: {"class_id"},
    SheetKind.TEACHERS: {"institution_id"},
    SheetKind.STATUS_RECORDS: {"status", "source"},
    SheetKind.TRAINEES: set(),
    SheetKind.EMPLOYMENT: {"class_id"},
    SheetKind.OUTSIDE_PAYMENTS: {"source"},
    SheetKind.TRAINING_WISHES: set(),
    SheetKind.JOB_OFFERS: {"class_id"},
    SheetKind.INSTITUTIONS: set(),
    SheetKind.ENTERPRISE_SURVEYS: set(),
    SheetKind.PAST_CLASSES: {"source"},
}
DAYS_ON_A_SHEET: Final = 31
OPTIONAL: Final = {
    SheetKind.TEACHERS: {"institution_id"},
    SheetKind.EMPLOYMENT: {"class_id"},
    SheetKind.JOB_OFFERS: {"class_id"},
    SheetKind.OUTSIDE_PAYMENTS: {"source"},
    SheetKind.PAST_CLASSES: {"source"},
}
STEP_OF: Final = {SheetKind.ROSTER: policy.ENROL, SheetKind.SIGN_IN: policy.ATTEND}


async def receive(session: AsyncSession, call: Call, kernel: Kernel, form: schemas.ImportIn) -> schemas.ImportOut:
    """Keeps the upload and queues its reading."""
    _right_fields(form)
    institution_id = await _may_upload(session, call, form)
    content = await uploads.content_of(form.file)
    made = Import(
        **uploads.queued(call, form.file.filename, form.mode),
        kind=form.kind,
        class_id=form.class_id,
        institution_id=institution_id,
        list_status=form.status,
        list_source=form.source,
        owner_institution_id=call.actor.institution_id,
        owner_region_code=call.actor.region_code,
    )
    details = {"kind": form.kind, "class_id": str(form.class_id) if form.class_id else None}
    await uploads.keep(session, call, kernel, job.IMPORTS, made, content, details)
    return paper(made)


def _right_fields(form: schemas.ImportIn) -> None:
    given = {name for name in ("class_id", "institution_id", "status", "source") if getattr(form, name) is not None}
    missing, odd = FIELDS[form.kind] - OPTIONAL.get(form.kind, set()) - given, given - FIELDS[form.kind]
    faults = [errors.Fault("missing_field", f"/{name}", fix=f"导入 {form.kind} 时请补充该字段。") for name in sorted(missing)]
    faults += [errors.Fault("unknown_field", f"/{name}", fix=f"导入 {form.kind} 时没有该字段,请删除。") for name in sorted(odd)]
    if faults:
        raise errors.Invalid(faults=faults)


async def _may_upload(session: AsyncSession, call: Call, form: schemas.ImportIn) -> UUID | None:
    """Who may bring this kind of sheet for what; answers the institution whose teachers they are."""
    role = call.actor.role
    if form.class_id is not None:
        training = await classes.find(session, call, form.class_id)
        if form.mode == "commit" and form.kind in STEP_OF:
            require_state(call, training, STEP_OF[form.kind])
            if form.kind == SheetKind.ROSTER:
                require_not_over(call, training)
        return None
    if form.kind in (SheetKind.TRAINEES, SheetKind.EMPLOYMENT, SheetKind.JOB_OFFERS, SheetKind.ENTERPRISE_SURVEYS):
        return None
    if form.kind == SheetKind.TRAINING_WISHES:
        if role not in wishes.ANSWERERS:
            raise errors.Forbidden("培训意愿名单由镇街或经办人员导入。")
        return None
    if form.kind in (SheetKind.STATUS_RECORDS, SheetKind.OUTSIDE_PAYMENTS, SheetKind.INSTITUTIONS, SheetKind.PAST_CLASSES):
        if role != "officer":
            raise errors.Forbidden("其他部门的名单、机构名录和往年台账由经办人员导入。")
        return None
    institution_id = form.institution_id or call.actor.institution_id
    if role not in ("institution", "officer") or (role == "institution" and institution_id != call.actor.institution_id):
        raise errors.Forbidden("教师名册由机构为本机构导入,或由经办人员代办。")
    if institution_id is None:
        raise errors.Invalid(faults=[errors.Fault("missing_field", "/institution_id", fix="请补充机构编号。")])
    if await session.get(Institution, institution_id) is None:
        raise errors.NotFound("没有这个机构。请核对编号。")
    return institution_id


async def sign_in_sheet(session: AsyncSession, call: Call, class_id: UUID, from_on: date | None) -> tuple[str, bytes]:
    """The class's number, and its sign-in sheet to be filled in: who is on the roster, and up to 31 of its days. It is on the trail."""
    training = await classes.find(session, call, class_id)
    there = select(person()).where(Enrolment.class_id == class_id, Enrolment.outcome != EnrolmentOutcome.WITHDRAWN)
    people = select(Trainee.name, Trainee.id_number_masked).where(Trainee.id.in_(there)).order_by(Trainee.id)
    rows = [(each.name, each.id_number_masked) for each in await session.execute(people)]
    days = [on for on in policy.days(training.starts_on, training.ends_on) if on >= (from_on or training.starts_on)]
    await deeds.record(session, call, "class.sign_in_exported", class_id, details={"rows": len(rows)}, event=False)
    return training.number, await asyncio.to_thread(templates.sign_in_sheet, days[:DAYS_ON_A_SHEET], rows)


def listed(
    call: Call,
    *,
    kind: list[SheetKind] | None,
    status: list[ImportStatus] | None,
    class_id: list[UUID] | None,
    institution_id: list[UUID] | None,
) -> Select[Any]:
    wanted = uploads.listed(job.IMPORTS).where(visibility.rows(call.actor))
    equal = {Import.kind: kind, Import.status: status, Import.class_id: class_id, Import.institution_id: institution_id}
    return pages.where(wanted, equal)


async def find(session: AsyncSession, call: Call, import_id: UUID) -> Import:
    return await uploads.find(session, job.IMPORTS, import_id, visibility.rows(call.actor))


def paper(row: Import) -> schemas.ImportOut:
    return schemas.ImportOut.model_validate({**schemas.shown(row), "errors": row.errors, "notes": row.notes})
