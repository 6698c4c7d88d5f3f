"""Lists whose rows are what requests would say (`lists`): each row goes where the same thing goes when it comes by request."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import asdict
from typing import Any, Final, NamedTuple

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from services.registry.codes import EvidenceGrade, SheetKind
from services.registry.imports import facts, lists, past_classes
from services.registry.imports import reading as sheets
from services.registry.imports.batch import added_category
from services.registry.imports.tables import Import
from services.registry.institutions.institutions import batch as institutions
from services.registry.institutions.institutions import visibility as institution_rows
from services.registry.institutions.institutions.schemas import InstitutionIn
from services.registry.institutions.institutions.tables import Institution
from services.registry.institutions.teachers import operations as teachers
from services.registry.institutions.teachers.schemas import TeacherIn
from services.registry.people.outside_payments import operations as outside_payments
from services.registry.people.outside_payments.schemas import OutsidePaymentIn
from services.registry.people.status_records import operations as status_records
from services.registry.people.status_records.schemas import StatusRecordIn
from services.registry.people.trainees import batch as trainee_batch
from services.registry.people.trainees import operations as trainees
from services.registry.people.trainees.schemas import TraineeIn
from services.registry.training.enrolments.batch import Work, keep_work
from services.registry.training.enrolments.schemas import EmploymentIn
from services.registry.training.enterprise_surveys import batch as enterprise_surveys
from services.registry.training.enterprise_surveys.schemas import SurveyIn
from services.registry.training.history_imports import operations as history_imports
from services.registry.training.history_imports import reading as past_years
from services.registry.training.job_offers import batch as job_offers
from services.registry.training.job_offers.schemas import JobOfferIn
from services.registry.training.training_wishes import operations as training_wishes
from services.registry.training.training_wishes.schemas import TrainingWishIn
from shared import errors, privacy
from shared.access import Call
from shared.batches import Result, rejected, shaped
from shared.sheet_jobs.running import Kept, Progress

ROWS_AT_A_TIME: Final = 500
WEAKEST: Final = EvidenceGrade.E  # where the sheet does not say how work was proved
# The columns of what a fault points to, where they are called otherwise.
POINTED: Final = {
    "from_on": "from",
    "to_on": "until",
    "until_on": "until",
    "region_code": "region",
    "categories": "category",
    "trainee_id": "id_number",
    "occupation_code": "occupation",
    "institution_id": "uscc",
    "technical_workers": "technical",
    "certified_workers": "certified",
    "surveyed_on": "on",
    "offered_on": "on",
    "wage": "amount",
    "industry_code": "industry",
}
NOT_ENROLLED: Final = "不在您可见的班级花名册上;请核对证件号码和班级编号,或先把该人加入花名册"
NOT_REGISTERED: Final = "此人尚未登记为学员;请先登记,再导入本行"
NO_INSTITUTION: Final = "没有登记这个机构,或不在您的可见范围内;请核对信用代码,或先登记该机构"


class Place(NamedTuple):
    """Where rows are kept, by whom, of which import."""

    session: AsyncSession
    call: Call
    vault: privacy.Vault
    row: Import
    notes: list[str]


async def _teachers(at: Place, some: Mapping[int, sheets.TeacherRow]) -> Mapping[int, Result]:
    items, refused = shaped(
        TeacherIn, {index: _stated(each, "name", "employment", "from_on", "to_on", "qualification") for index, each in some.items()}
    )
    if at.row.institution_id is None:
        raise ValueError("a list of teachers belongs to an institution")
    return refused | await teachers.keep(at.session, at.call, at.vault, at.row.institution_id, items)


async def _statuses(at: Place, some: Mapping[int, sheets.StatusRow]) -> Mapping[int, Result]:
    others = _named_otherwise(some, await facts.registered(at.session, at.vault, {each.number for each in some.values()}))
    said = {index: _stated(each, "status", "source", "from_on", "until_on") for index, each in some.items() if index not in others}
    items, refused = shaped(StatusRecordIn, said)
    return others | refused | dict(await status_records.keep(at.session, at.call, at.vault, items))


async def _trainees(at: Place, some: Mapping[int, lists.StatedRow]) -> Mapping[int, Result]:
    known = await facts.registered(at.session, at.vault, {each.number for each in some.values() if each.undated})
    items, refused = shaped(TraineeIn, {index: {"phone": None, **_dated(at.call, each, known)} for index, each in some.items()})
    for item in items.values():
        if item.phone is None:
            item.model_fields_set.discard("phone")  # a blank cell takes no telephone away
    return refused | dict(await trainee_batch.keep(at.session, at.call, at.vault, items))


async def _enrolments_of(at: Place, some: Mapping[int, lists.StatedRow]) -> tuple[dict[int, Any], dict[int, Result]]:
    """Of each row the enrolment that it is about, or its refusal."""
    known = await facts.registered(at.session, at.vault, {each.number for each in some.values()})
    refused = _named_otherwise(some, known)
    enrolled = await facts.enrolled(at.session, at.call, {each.id for each in known.values()}, at.row.class_id)
    found: dict[int, Any] = {}
    for index, each in some.items():
        theirs = enrolled.get(known[each.number].id, ()) if each.number in known else ()
        if one := next((one for one in theirs if each.class_number in (None, one.class_number)), None):
            found[index] = one
        else:
            masked = privacy.mask_number(each.number)
            refused.setdefault(index, rejected(errors.Fault("not_on_roster", "/id_number", seen=masked, fix=NOT_ENROLLED)))
    return found, refused


async def _employment(at: Place, some: Mapping[int, lists.StatedRow]) -> Mapping[int, Result]:
    found, others = await _enrolments_of(at, some)
    said = {index: {"grade": WEAKEST, **each.stated} for index, each in some.items() if index not in others}
    items, refused = shaped(EmploymentIn, said)
    for index, item in items.items():
        if "grade" not in some[index].stated:
            item.model_fields_set.discard("grade")  # a blank cell takes no better proof away
    works = {index: Work(found[index].id, item) for index, item in items.items()}
    return others | refused | await keep_work(at.session, at.call, works, f"就业去向名单导入 {at.row.id}")


async def _payments(at: Place, some: Mapping[int, lists.StatedRow]) -> Mapping[int, Result]:
    others = _named_otherwise(some, await facts.registered(at.session, at.vault, {each.number for each in some.values()}))
    items, refused = shaped(OutsidePaymentIn, {index: each.stated for index, each in some.items() if index not in others})
    return others | refused | await outside_payments.keep(at.session, at.call, at.vault, items)


async def _wishes(at: Place, some: Mapping[int, lists.StatedRow]) -> Mapping[int, Result]:
    known = await facts.registered(at.session, at.vault, {each.number for each in some.values()})
    others = _named_otherwise(some, known)
    others |= {
        index: rejected(errors.Fault("unknown_trainee", "/id_number", seen=privacy.mask_number(each.number), fix=NOT_REGISTERED))
        for index, each in some.items()
        if each.number not in known
    }
    said = {index: {"trainee_id": known[each.number].id, **each.stated} for index, each in some.items() if index not in others}
    items, refused = shaped(TrainingWishIn, said)
    return others | refused | await training_wishes.keep(at.session, at.call, items)


async def _offers(at: Place, some: Mapping[int, lists.StatedRow]) -> Mapping[int, Result]:
    found, others = await _enrolments_of(at, some)
    items, refused = shaped(JobOfferIn, {index: each.stated for index, each in some.items() if index not in others})
    offers = {
        index: job_offers.Offer(found[index].id, found[index].class_id, found[index].trainee_id, item) for index, item in items.items()
    }
    return others | refused | await job_offers.keep(at.session, at.call, offers)


async def _institutions(at: Place, some: Mapping[int, lists.StatedRow]) -> Mapping[int, Result]:
    items, refused = shaped(InstitutionIn, {index: each.stated for index, each in some.items()})
    return refused | await institutions.keep(at.session, at.call, items)


async def _surveys(at: Place, some: Mapping[int, lists.StatedRow]) -> Mapping[int, Result]:
    codes = {each.number for each in some.values()}
    seen = select(Institution.uscc, Institution.id).where(Institution.uscc.in_(codes), institution_rows.rows(at.call.actor))
    known = {each.uscc: each.id for each in await at.session.execute(seen)}
    unknown = errors.Fault("unknown_institution", "/uscc", fix=NO_INSTITUTION)
    others = {index: rejected(unknown) for index, each in some.items() if each.number not in known}
    said = {index: {"institution_id": known[each.number], **each.stated} for index, each in some.items() if index not in others}
    items, refused = shaped(SurveyIn, said)
    return others | refused | await enterprise_surveys.keep(at.session, at.call, items)


async def _past_classes(at: Place, some: Mapping[int, past_classes.PastRow]) -> Mapping[int, Result]:
    rows = list(some.values())
    seen = select(Institution.uscc, Institution.id).where(Institution.uscc.in_({row.key[0] for row in rows}))
    ledger = past_classes.Ledger(rows, {each.uscc: each.id for each in await at.session.execute(seen)})
    results = await history_imports.keep(at.session, at.call, at.vault, at.row.filename, ledger.items)
    at.notes.extend(each.detail for each in await past_years.alike(at.session, results))
    ledger.settle(results)
    return ledger.results


KEEPERS: Final[Mapping[str, Callable[[Place, Mapping[int, Any]], Awaitable[Mapping[int, Result]]]]] = {
    SheetKind.TEACHERS: _teachers,
    SheetKind.STATUS_RECORDS: _statuses,
    SheetKind.TRAINEES: _trainees,
    SheetKind.EMPLOYMENT: _employment,
    SheetKind.OUTSIDE_PAYMENTS: _payments,
    SheetKind.TRAINING_WISHES: _wishes,
    SheetKind.JOB_OFFERS: _offers,
    SheetKind.INSTITUTIONS: _institutions,
    SheetKind.ENTERPRISE_SURVEYS: _surveys,
    SheetKind.PAST_CLASSES: _past_classes,
}


async def keep_lists(session: AsyncSession, call: Call, vault: privacy.Vault, row: Import, rows: Sequence[Any], progress: Progress) -> Kept:
    kept = Kept()
    at = Place(session, call, vault, row, kept.notes)
    whole = row.kind == SheetKind.PAST_CLASSES  # a class's rows may stand anywhere
    at_a_time, pointed = (max(len(rows), 1), past_classes.POINTED) if whole else (ROWS_AT_A_TIME, POINTED)
    for start in range(0, len(rows), at_a_time):
        some = rows[start : start + at_a_time]
        kept.take(some, await KEEPERS[row.kind](at, dict(enumerate(some))), pointed)
        await progress(start + len(some))
    return kept


def _named_otherwise(rows: Mapping[int, sheets.StatusRow | lists.StatedRow], known: Mapping[str, facts.Known]) -> dict[int, Result]:
    """The refusals of rows with the number of a registered person and another name."""
    return {
        index: rejected(trainees.name_differs("/name", row.name or ""))
        for index, row in rows.items()
        if row.number in known and not known[row.number].is_called(row.name)
    }


def _dated(call: Call, row: lists.StatedRow, known: Mapping[str, facts.Known]) -> dict[str, Any]:
    """What the row states; a category without a day counts from today, unless it is known."""
    before = known[row.number].categories if row.number in known else ()
    since = [added for code in row.undated if (added := added_category(before, code, call.today))]
    return {**row.stated, "categories": [*row.stated.get("categories", ()), *map(asdict, since)]}


def _stated(row: sheets.TeacherRow | sheets.StatusRow, *names: str) -> dict[str, Any]:
    return {"id_number": row.number, **{name: getattr(row, name) for name in names}}
