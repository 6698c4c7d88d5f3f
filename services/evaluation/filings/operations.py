"""What the institution does with its filing: draw it up, change it before it is handed in, replace the people of its teams."""

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from services.evaluation import clients, rules
from services.evaluation.codes import BodyClass
from services.evaluation.codes import FilingStatus as Status
from services.evaluation.examiners import facts as examiners
from services.evaluation.examiners.policy import Identity, first_same
from services.evaluation.examiners.rules import occupation_faults
from services.evaluation.filings import policy, reading, steps
from services.evaluation.filings.errors import BARS
from services.evaluation.filings.schemas import FilingChange, FilingIn, FilingPaper, Staff, StaffChange
from services.evaluation.filings.tables import Filing
from shared import changes, errors, web, wire
from shared.access import Call
from shared.steps import Refusal


@dataclass(frozen=True, slots=True)
class Applying:
    """What the registry knows of a filing to come: the institution, and which of the files named are none."""

    institution: clients.InstitutionName | None
    unknown_files: frozenset[UUID]


async def facts_to_create(body: FilingIn, call: web.Caller, kernel: web.KernelOf) -> Applying:
    institution_id = call.actor.institution_id
    if institution_id is None or body.institution_id not in (None, institution_id):
        raise errors.Forbidden("备案由评价机构为本单位办理。请去掉 institution_id,或填本单位的编号。")
    names, files = await asyncio.gather(
        clients.names(kernel, call, institution_ids=[institution_id]), clients.unknown_files(kernel, call, _files(body))
    )
    return Applying(names.institutions.get(institution_id), files)


async def facts_to_change(filing_id: UUID, body: FilingChange, call: web.Caller, kernel: web.KernelOf) -> frozenset[UUID]:
    """Which of the files that are named anew are none."""
    if not _files(body):
        return frozenset()
    async with kernel.reading() as session:
        filing = await reading.find(session, call, filing_id)
    return await clients.unknown_files(kernel, call, _files(body) - {changes.file_id(each["file_id"]) for each in filing.materials})


async def create(session: AsyncSession, call: Call, body: FilingIn, known: Applying, bar: Refusal | None) -> FilingPaper:
    """A draft. Who may file, as which class and with which first letter, follows from the kind of institution."""
    if bar:
        raise BARS[bar.code](bar.detail)
    institution = known.institution
    kind = institution.kind if institution else ""
    body_class = _class_of(kind, body.body_class)
    faults = [*_kind(kind, body_class), *wire.faults(RULES, body, call.today)]
    faults += [*_of_class(body, body_class, body.number_prefix), *_unknown_files(body, known.unknown_files)]
    _refuse(faults + await examiners.faults(session, body.staff or (), call.today))
    assert institution is not None  # an unknown one has no kind that may file
    filing = Filing(
        year=call.today.year,
        institution_id=call.actor.institution_id,
        institution_name=institution.name,
        institution_kind=kind,
        status="draft",
        created_at=call.now,
        changed_at=call.now,
        **body.model_dump(mode="json", exclude={"institution_id"}) | {"body_class": body_class},
    )
    session.add(filing)
    await examiners.learn(session, call, body.staff or ())
    return await steps.finish(session, call, filing, bar, "created")


async def change(
    session: AsyncSession, call: Call, filing_id: UUID, bar: Refusal | None, body: FilingChange, unknown_files: frozenset[UUID]
) -> FilingPaper:
    filing = await steps.begin(session, call, filing_id, "edit")
    given = {name for name in body.model_fields_set if name == "number_prefix" or getattr(body, name) is not None}
    changed = body.model_dump(mode="json", include=given)
    body_class = _class_of(filing.institution_kind, body.body_class or BodyClass(filing.body_class))
    faults = [*_kind(filing.institution_kind, body_class), *wire.faults(RULES, body, call.today)]
    prefix = body.number_prefix if "number_prefix" in given else filing.number_prefix
    faults += [*_of_class(body, body_class, prefix), *_unknown_files(body, unknown_files)]
    _refuse(faults + await examiners.faults(session, body.staff or (), call.today))
    for name, value in changed.items():
        setattr(filing, name, value)
    await examiners.learn(session, call, body.staff or ())
    return await steps.finish(session, call, filing, bar, "changed", fields=sorted(changed))


async def replace_staff(session: AsyncSession, call: Call, filing_id: UUID, bar: Refusal | None, body: StaffChange) -> FilingPaper:
    """Other people in a team from today on. Who was in it before stands in the history, for the exams of those days."""
    filing = await steps.begin(session, call, filing_id, "staff")
    given = body.model_dump(mode="json", include=set(Staff.model_fields), exclude_none=True)
    staff = Staff.model_validate(filing.staff | given)
    replaced = [(team, getattr(body, team)) for team in given]
    _refuse([*_teams(staff, ""), *await examiners.faults(session, replaced, call.today, "")])
    yesterday = str(call.today - timedelta(days=1))
    if filing.status not in (Status.DRAFT, Status.RETURNED) and all(each["until_on"] != yesterday for each in filing.staff_history):
        filing.staff_history = [*filing.staff_history, {"until_on": yesterday, "staff": filing.staff}]
    filing.staff = staff.model_dump(mode="json")
    await examiners.learn(session, call, replaced)
    return await steps.finish(session, call, filing, bar, "staffed", teams=sorted(given), reason=body.reason)


def _scope(body: FilingIn | FilingChange, _: date) -> Iterable[errors.Fault]:
    """Each occupation is listed by the county, and each of its levels is filed for once."""
    entries = [
        (index, place, entry.occupation_code, level)
        for index, entry in enumerate(body.scope or ())
        for place, level in enumerate(entry.levels)
    ]
    for position in policy.repeated((code, level) for _, _, code, level in entries):
        index, place, code, level = entries[position]
        yield errors.Fault("repeated_entry", f"/scope/{index}/levels/{place}", seen=f"{code} {level}", fix="请删除重复的一项。")
    for index, entry in enumerate(body.scope or ()):
        yield from occupation_faults(entry.occupation_code, None, (f"/scope/{index}/occupation_code", ""))


def _staff(body: FilingIn | FilingChange, _: date) -> Iterable[errors.Fault]:
    if body.staff:
        yield from _teams(body.staff, "/staff")


def _replaced(body: StaffChange, _: date) -> Iterable[errors.Fault]:
    """Of the teams that are named; beside those that stay, the whole staff is looked at."""
    return _teams(((team, getattr(body, team) or []) for team in Staff.model_fields), "")


RULES = (_scope, _staff)
STAFF_RULES = (_replaced,)


def _teams(staff: examiners.Teams, at: str) -> Iterable[errors.Fault]:
    """Each card stands in a team once, and nobody in two teams."""
    before: list[Identity] = []
    for team, members in staff:
        for position in policy.repeated((each.card, "") for each in members):
            yield errors.Fault("repeated_entry", f"{at}/{team}/{position}/card", fix="同一证卡在一个队伍中只能列一次。")
        people = [Identity(each.name, each.card, str(each.trainee_id) if each.trainee_id else None) for each in members]
        for position, person in enumerate(people):
            if first_same([person], before):
                fix = "请改派他人;同名而不同人的,请在两处填写 trainee_id 加以区别。"
                yield errors.Fault(
                    "person_in_two_teams", f"{at}/{team}/{position}", seen=person.name, allowed="三支队伍各为不同的人", fix=fix
                )
        before += people


def _class_of(kind: str, asked: BodyClass | None) -> str | None:
    """The class asked for, else the first that institutions of this kind may file as."""
    body = rules.here().body(kind)
    return asked or (BodyClass(body.classes[0]) if body else None)


def _kind(kind: str, body_class: str | None) -> Iterable[errors.Fault]:
    """Whether an institution of this kind may file, and as this class."""
    body = rules.here().body(kind)
    if body is None:
        allowed = "、".join(f"{each.kind} {each.name}" for each in rules.here().bodies)
        yield errors.Fault("kind_cannot_file", "/institution_id", seen=kind or "没有登记的机构", allowed=allowed, fix="请由上述机构申报。")
    elif body_class not in body.classes:
        yield errors.Fault(
            "body_class_not_of_kind", "/body_class", seen=body_class, allowed="、".join(body.classes), fix="请改选类别,或不填。"
        )


def _of_class(body: FilingIn | FilingChange, body_class: str | None, prefix: str | None) -> Iterable[errors.Fault]:
    """What depends on the class: the first letter of the prefix; levels outside the standard, which are for a body's own posts alone."""
    if body_class and prefix is not None and prefix[0] != body_class:
        yield errors.Fault("number_prefix_letter", "/number_prefix", seen=prefix[0], allowed=body_class, fix="请核对机构编码,或留空。")
    for index, entry in enumerate(body.scope or ()):
        if body_class and not (entry.reason and rules.here().own_workers_only(body_class)):
            for place, level in enumerate(entry.levels):
                at = (f"/scope/{index}/occupation_code", f"/scope/{index}/levels/{place}")
                found = occupation_faults(entry.occupation_code, level, at)
                yield from (each for each in found if each.code == "level_not_in_occupation")


def _files(body: FilingIn | FilingChange) -> set[UUID]:
    return {each.file_id for each in body.materials or () if each.file_id}


def _unknown_files(body: FilingIn | FilingChange, unknown: frozenset[UUID]) -> Iterable[errors.Fault]:
    for index, each in enumerate(body.materials or ()):
        if each.file_id in unknown:
            yield errors.Fault("unknown_file", f"/materials/{index}/file_id", seen=str(each.file_id), fix="请先上传文件。")


def _refuse(faults: list[errors.Fault]) -> None:
    if faults:
        raise errors.Invalid(faults=faults)
