"""What the institution does with its filing: draw it up, change it, hand it in; and how filings are listed and counted."""

from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.evaluation import clients
from services.evaluation.filings import policy, sight
from services.evaluation.filings.errors import REFUSALS
from services.evaluation.filings.schemas import CoverageOut, CoveredEnterprise, FilingChange, FilingIn, FilingPaper, Scope, Staff
from services.evaluation.filings.tables import Filing
from shared import audit, changes, errors
from shared.access import Call
from shared.web import Kernel


async def create(session: AsyncSession, call: Call, kernel: Kernel, body: FilingIn) -> FilingPaper:
    """A draft. Who may file, and with which first letter, follows from the kind of institution."""
    institution_id = body.institution_id or call.actor.institution_id
    if institution_id is None or institution_id != call.actor.institution_id:
        raise errors.Forbidden("备案由评价机构为本单位办理。请去掉 institution_id,或填本单位的编号。")
    institution = (await clients.names(kernel, call, institution_ids=[institution_id])).institutions.get(institution_id)
    kind = institution.kind if institution else ""
    _refuse(_faults(kind, body.scope, body.staff, body.number_prefix))
    assert institution is not None  # an unknown one has no kind that may file
    filing = Filing(
        year=call.today.year, institution_id=institution_id, institution_name=institution.name, institution_kind=kind, status="draft",
        created_at=call.now, changed_at=call.now, **body.model_dump(mode="json", exclude={"institution_id"}),
    )  # fmt: skip
    session.add(filing)
    await session.flush()
    await announce(session, call, filing, "created")
    return sight.paper(call, filing)


async def change(session: AsyncSession, call: Call, filing_id: UUID, body: FilingChange) -> FilingPaper:
    filing = await begin(session, call, filing_id, "edit")
    given = {name for name in body.model_fields_set if name == "number_prefix" or getattr(body, name) is not None}
    changed = body.model_dump(mode="json", include=given)
    _refuse(_faults(filing.institution_kind, body.scope or [], body.staff, body.number_prefix))
    for name, value in changed.items():
        setattr(filing, name, value)
    return await finish(session, call, filing, "changed", fields=sorted(changed))


async def submit(session: AsyncSession, call: Call, filing_id: UUID, comment: str | None) -> FilingPaper:
    filing = await begin(session, call, filing_id, "submit")
    filing.submitted_by, filing.status, filing.status_reason = sight.person(call), "submitted", None
    return await finish(session, call, filing, "submitted", comment=comment)


async def begin(session: AsyncSession, call: Call, filing_id: UUID, action: policy.Action) -> Filing:
    """The filing, locked, at the version the caller knows, where this person may take this step now."""
    filing = await sight.find(session, call, filing_id, lock=True)
    call.match(filing.version)
    status = policy.status_on(filing.status, filing.valid_until_on, call.today)
    if refusal := policy.refusal(action, status, sight.person(call), sight.done_by(filing), filing.valid_until_on, call.today):
        raise REFUSALS[refusal.code](refusal.detail)
    return filing


async def finish(session: AsyncSession, call: Call, filing: Filing, done: str, **details: Any) -> FilingPaper:
    filing.changed_at = call.now
    await session.flush()
    await announce(session, call, filing, done, **details)
    return sight.paper(call, filing)


async def announce(session: AsyncSession, call: Call, filing: Filing, done: str, **details: Any) -> None:
    told = {name: value for name, value in details.items() if value is not None}
    await audit.record(session, call, f"filing.{done}", "filing", filing.id, told | {"status": filing.status, "version": filing.version})
    await changes.publish(
        session, call, f"filing.{done}", filing.id, institution_id=filing.institution_id, status=filing.status, version=filing.version
    )


def listed(call: Call, status: str | None, institution_id: UUID | None, external_number: str | None) -> Select[Any]:
    wanted = select(*Filing.__table__.c).where(sight.condition(call.actor))
    if status is not None:
        wanted = wanted.where(sight.status_on(call.today) == status)
    if institution_id is not None:
        wanted = wanted.where(Filing.institution_id == institution_id)
    if external_number is not None:
        wanted = wanted.where(Filing.external_refs.contains([{"number": external_number}]))
    return wanted


async def covering(session: AsyncSession, call: Call, kernel: Kernel, on: date) -> ColumnElement[bool]:
    """The filings that the coverage of the day counts: one an enterprise."""
    counted = await coverage(session, call, kernel, on)
    return Filing.id.in_([each.filing_id for each in counted.enterprises if each.filing_id is not None])


async def coverage(session: AsyncSession, call: Call, kernel: Kernel, on: date) -> CoverageOut:
    """How many of the above-scale enterprises have a filing in force on the day."""
    enterprises = await clients.above_scale_enterprises(kernel, call)
    dated = select(Filing).where(
        Filing.institution_id.in_([each.id for each in enterprises]), Filing.valid_from_on <= on, Filing.valid_until_on >= on
    )
    found = await session.scalars(dated.order_by(Filing.id))
    filed = {each.institution_id: each.id for each in found if policy.not_in_force(sight.coverage(each), on) is None}
    rows = [
        CoveredEnterprise(institution_id=each.id, name=each.name, region_code=each.region_code, filing_id=filed.get(each.id))
        for each in enterprises
    ]
    return CoverageOut(on=on, filed=len(filed), eligible=len(rows), rate=len(filed) / len(rows) if rows else None, enterprises=rows)


def _faults(kind: str, scope: Scope, staff: Staff | None, number_prefix: str | None) -> list[errors.Fault]:
    letter = policy.BODY_LETTERS.get(kind)
    if letter is None:
        allowed = "enterprise 企业、assessment_organisation 社会培训评价组织"
        return [
            errors.Fault("kind_cannot_file", "/institution_id", seen=kind or "没有登记的机构", allowed=allowed, fix="请由上述机构申报。")
        ]
    found = []
    if number_prefix is not None and number_prefix[0] != letter:
        found.append(
            errors.Fault("number_prefix_letter", "/number_prefix", seen=number_prefix[0], allowed=letter, fix="请核对机构编码,或留空。")
        )
    entries = [
        (index, place, entry.occupation_code, level) for index, entry in enumerate(scope) for place, level in enumerate(entry.levels)
    ]
    for position in policy.repeated((code, level) for _, _, code, level in entries):
        index, place, code, level = entries[position]
        found.append(errors.Fault("repeated_entry", f"/scope/{index}/levels/{place}", seen=f"{code} {level}", fix="请删除重复的一项。"))
    for team, members in (staff.model_dump() if staff else {}).items():
        for position in policy.repeated((each["card"], "") for each in members):
            found.append(errors.Fault("repeated_entry", f"/staff/{team}/{position}/card", fix="同一证卡在一个队伍中只能列一次。"))
    return found


def _refuse(faults: list[errors.Fault]) -> None:
    if faults:
        raise errors.Invalid(faults=faults)
