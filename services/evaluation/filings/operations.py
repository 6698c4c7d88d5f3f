"""What the institution does with its filing before it hands it in: draw it up, change it."""

from collections.abc import Iterable
from datetime import date
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from services.evaluation import clients, rules
from services.evaluation.filings import policy, steps
from services.evaluation.filings.errors import BARS
from services.evaluation.filings.schemas import FilingChange, FilingIn, FilingPaper
from services.evaluation.filings.tables import Filing
from shared import errors, web, wire
from shared.access import Call
from shared.steps import Refusal


async def facts_to_create(body: FilingIn, call: web.Caller, kernel: web.KernelOf) -> clients.InstitutionName | None:
    """What the registry knows of the institution that files."""
    institution_id = call.actor.institution_id
    if institution_id is None or body.institution_id not in (None, institution_id):
        raise errors.Forbidden("备案由评价机构为本单位办理。请去掉 institution_id,或填本单位的编号。")
    return (await clients.names(kernel, call, institution_ids=[institution_id])).institutions.get(institution_id)


async def create(
    session: AsyncSession, call: Call, body: FilingIn, institution: clients.InstitutionName | None, bar: Refusal | None
) -> FilingPaper:
    """A draft. Who may file, and with which first letter, follows from the kind of institution."""
    if bar:
        raise BARS[bar.code](bar.detail)
    kind = institution.kind if institution else ""
    _refuse([*_kind(kind, body.number_prefix), *wire.faults(RULES, body, call.today)])
    assert institution is not None  # an unknown one has no kind that may file
    filing = Filing(
        year=call.today.year,
        institution_id=call.actor.institution_id,
        institution_name=institution.name,
        institution_kind=kind,
        status="draft",
        created_at=call.now,
        changed_at=call.now,
        **body.model_dump(mode="json", exclude={"institution_id"}),
    )
    session.add(filing)
    return await steps.finish(session, call, filing, bar, "created")


async def change(session: AsyncSession, call: Call, filing_id: UUID, bar: Refusal | None, body: FilingChange) -> FilingPaper:
    filing = await steps.begin(session, call, filing_id, "edit")
    given = {name for name in body.model_fields_set if name == "number_prefix" or getattr(body, name) is not None}
    changed = body.model_dump(mode="json", include=given)
    _refuse([*_kind(filing.institution_kind, body.number_prefix), *wire.faults(RULES, body, call.today)])
    for name, value in changed.items():
        setattr(filing, name, value)
    return await steps.finish(session, call, filing, bar, "changed", fields=sorted(changed))


def _scope(body: FilingIn | FilingChange, _: date) -> Iterable[errors.Fault]:
    """Each occupation and level is filed for once."""
    entries = [
        (index, place, entry.occupation_code, level)
        for index, entry in enumerate(body.scope or ())
        for place, level in enumerate(entry.levels)
    ]
    for position in policy.repeated((code, level) for _, _, code, level in entries):
        index, place, code, level = entries[position]
        yield errors.Fault("repeated_entry", f"/scope/{index}/levels/{place}", seen=f"{code} {level}", fix="请删除重复的一项。")


def _staff(body: FilingIn | FilingChange, _: date) -> Iterable[errors.Fault]:
    """Each card stands in a team once."""
    for team, members in (body.staff.model_dump() if body.staff else {}).items():
        for position in policy.repeated((each["card"], "") for each in members):
            yield errors.Fault("repeated_entry", f"/staff/{team}/{position}/card", fix="同一证卡在一个队伍中只能列一次。")


RULES = (_scope, _staff)


def _kind(kind: str, number_prefix: str | None) -> Iterable[errors.Fault]:
    """Whether an institution of this kind may file, and under a prefix of this letter."""
    body = rules.here().body(kind)
    if body is None:
        allowed = "、".join(f"{each.kind} {each.name}" for each in rules.here().bodies)
        yield errors.Fault("kind_cannot_file", "/institution_id", seen=kind or "没有登记的机构", allowed=allowed, fix="请由上述机构申报。")
    elif number_prefix is not None and number_prefix[0] != body.letter:
        yield errors.Fault(
            "number_prefix_letter", "/number_prefix", seen=number_prefix[0], allowed=body.letter, fix="请核对机构编码,或留空。"
        )


def _refuse(faults: list[errors.Fault]) -> None:
    if faults:
        raise errors.Invalid(faults=faults)
