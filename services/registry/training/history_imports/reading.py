"""Imports of past years as they are shown, and what stands against taking one back."""

from collections.abc import Mapping
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, exists, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from services.registry.codes import ClassStatus
from services.registry.people.known.tables import KnownCertificate, KnownPlacement
from services.registry.training.classes.tables import TrainingClass
from services.registry.training.enrolments.tables import Employment, Enrolment
from services.registry.training.history_imports.errors import HistoryBuiltOn
from services.registry.training.history_imports.schemas import HistoryAlike, HistoryClassOut, HistoryImportOut, HistoryImportPaper
from services.registry.training.history_imports.tables import HistoryClass, HistoryImport
from shared import access, errors, history, pages, wire
from shared.access import Call
from shared.batches import Result
from shared.steps import Refusal, wrong_role

SENDS = frozenset({"officer"})
SEES = access.OFFICES | {"system"}
VOIDED = Refusal("invalid_state", "这次导入已作废。如须计入,请重新导入。")
ALIKE = "班级编号 {here} 与{other}同一机构、渠道、工种和起止日期,可能是同一个班,人次会重复计算。请核对;确为同一个班的,请作废其中一份。"
NOT_HELD = (ClassStatus.REJECTED, ClassStatus.CANCELLED)
BUILT_ON = Refusal(HistoryBuiltOn.code, "所导入的班级已有证书、上岗或就业记录。请先撤销这些记录,再作废。")
_kept = ("id", "document", "classes", "people", "completed", "imported_at", "voided_at", "void_reason", "version")
SHOWN: Select[Any] = select(
    *(getattr(HistoryImport, name) for name in _kept), func.cardinality(HistoryImport.payment_ids).label("payments")
)


async def alike(session: AsyncSession, results: Mapping[int, Result]) -> list[HistoryAlike]:
    """Of the classes that were made just now, those that may be another that stands, told under another number: it would be counted twice."""
    made = {each.id: index for index, each in results.items() if each.outcome == "created" and each.id}
    other, told = aliased(TrainingClass), aliased(HistoryClass)
    same = [getattr(other, name) == getattr(TrainingClass, name) for name in ("institution_id", "channel", "starts_on", "ends_on")]
    trade = [func.coalesce(each.occupation_code, each.trade_name) for each in (other, TrainingClass)]
    wanted = (
        select(TrainingClass.id.label("new"), HistoryClass.number_there, other.id, other.number, told.number_there.label("there"))
        .join(HistoryClass, HistoryClass.class_id == TrainingClass.id)
        .join(other, and_(*same, trade[0] == trade[1], other.id != TrainingClass.id, other.status.not_in(NOT_HELD)))
        .outerjoin(told, told.class_id == other.id)
        .where(TrainingClass.id == func.any(list(made)))
        .order_by(TrainingClass.serial, other.serial)
    )
    return [
        HistoryAlike(
            index=made[row.new],
            class_id=None if row.id in made else row.id,
            detail=ALIKE.format(here=row.number_there, other=_called(row, at_once=row.id in made)),
        )
        for row in (await session.execute(wanted) if made else ())
    ]


def _called(row: Any, *, at_once: bool) -> str:
    if at_once:
        return f"同时导入的 {row.there} "
    return f"已在册的 {row.number}" + (f"(原编号 {row.there})" if row.there else " ")


def _class_ids(import_id: UUID) -> Select[UUID]:
    return select(HistoryClass.class_id).where(HistoryClass.import_id == import_id)


def imported(import_id: UUID) -> ColumnElement[bool]:
    """The classes of an import."""
    return TrainingClass.id.in_(_class_ids(import_id))


def enrolled(import_id: UUID) -> ColumnElement[bool]:
    """Those who were in them."""
    return Enrolment.class_id.in_(_class_ids(import_id))


async def _stands_against(session: AsyncSession, row: Any) -> Refusal | None:
    if row.voided_at:
        return VOIDED
    work = exists().where(
        Employment.enrolment_id == Enrolment.id, Enrolment.class_id.in_(_class_ids(row.id)), Employment.voided_at.is_(None)
    )
    certificate = exists().where(KnownCertificate.class_id.in_(_class_ids(row.id)), KnownCertificate.revoked_on.is_(None))
    placement = exists().where(KnownPlacement.class_id.in_(_class_ids(row.id)))
    return BUILT_ON if await session.scalar(select(or_(work, certificate, placement))) else None


async def permit(session: AsyncSession, call: Call, history_import_id: UUID, *, lock: bool = False) -> HistoryImport:
    """The import, of the caller's version, where it can be taken back."""
    wanted = select(HistoryImport).where(HistoryImport.id == history_import_id)
    found = await session.scalar(wanted.with_for_update() if lock else wanted)
    if found is None:
        raise errors.NotFound()
    call.match(found.version)
    if refusal := await _stands_against(session, found):
        raise (HistoryBuiltOn if refusal is BUILT_ON else errors.InvalidState)(refusal.detail)
    return found


async def require(session: AsyncSession, history_import_id: UUID) -> Any:
    row = (await session.execute(SHOWN.where(HistoryImport.id == history_import_id))).first()
    if row is None:
        raise errors.NotFound()
    return row


async def paper(session: AsyncSession, call: Call, history_import_id: UUID, on: date | None = None) -> HistoryImportPaper:
    """`on`: as it stood at the end of that day."""
    row = await require(session, history_import_id)
    refusal = wrong_role(SENDS, call.actor.role) or await _stands_against(session, row)
    kept = HistoryClass
    named = select(kept.class_id, kept.number_there, TrainingClass.name.label("class_name"), TrainingClass.number.label("class_number"))
    named = named.join(TrainingClass, TrainingClass.id == kept.class_id).where(kept.import_id == history_import_id)
    classes = [HistoryClassOut.model_validate(each) for each in await session.execute(named.order_by(kept.class_id))]
    said = {**row._mapping, "of_classes": classes, "allowed_actions": wire.allowed_actions({"void": refusal})}
    shown = HistoryImportPaper.model_validate(said)
    return await history.stood(session, shown, on, shown.imported_at) if on else shown


async def list_imports(session: AsyncSession, asked: pages.Asked) -> dict[str, Any]:
    return await pages.page(session, SHOWN, HistoryImport.id, asked, HistoryImportOut.model_validate)
