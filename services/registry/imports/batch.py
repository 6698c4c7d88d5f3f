"""What the rows of a sheet do: rosters register and enrol people, sign-in sheets record attendance; teachers and other offices' facts go where the same
things go when they come by request.

Set-based, a hundred people at a time, so that a roster of thousands takes seconds, other callers get their turn between and progress can be seen.
"""

import asyncio
from collections import defaultdict
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import asdict
from datetime import date, timedelta
from typing import Any, Final
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from services.registry import fields
from services.registry.codes import EvidenceGrade, PersonalStatus, SheetKind
from services.registry.imports import facts, lists, sign_in
from services.registry.imports import reading as sheets
from services.registry.imports.sign_in import OnRoster, SignInRow
from services.registry.imports.tables import Import
from services.registry.institutions.teachers import operations as teachers
from services.registry.institutions.teachers.schemas import TeacherIn
from services.registry.people.outside_payments import operations as outside_payments
from services.registry.people.outside_payments.schemas import OutsidePaymentIn
from services.registry.people.status_records import operations as status_records
from services.registry.people.status_records.schemas import StatusRecordIn
from services.registry.people.trainees import batch as trainee_batch
from services.registry.people.trainees import operations as trainees
from services.registry.people.trainees import visibility
from services.registry.people.trainees.batch import BY_CORRECTION, bring_up_to_date, correction_needed
from services.registry.people.trainees.errors import CorrectionNeeded
from services.registry.people.trainees.rules import Category, Person, id_type_of
from services.registry.people.trainees.schemas import TraineeIn
from services.registry.reference import policy as reference
from services.registry.training.attendance import operations as attendance
from services.registry.training.classes import policy
from services.registry.training.classes import reading as classes
from services.registry.training.classes.operations import require_not_over, require_state
from services.registry.training.classes.tables import TrainingClass
from services.registry.training.enrolments import operations as enrolments
from services.registry.training.enrolments.batch import Work, keep_work
from services.registry.training.enrolments.errors import ClassFull
from services.registry.training.enrolments.schemas import EmploymentIn
from services.registry.training.training_wishes import operations as training_wishes
from services.registry.training.training_wishes.schemas import TrainingWishIn
from shared import errors, privacy
from shared.access import Call
from shared.batches import Result, rejected, shaped
from shared.sheet_jobs import uploads
from shared.sheet_jobs.running import Kept, Progress
from shared.sheets import Reading, RowFault
from shared.web import Kernel

PEOPLE_AT_A_TIME: Final = 500
OF_A_CLASS: Final = (SheetKind.ROSTER, SheetKind.SIGN_IN)
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
}
NOT_ENROLLED: Final = "不在您可见的班级花名册上;请核对证件号码和班级编号,或先把该人加入花名册"

NOT_REGISTERED: Final = "此人尚未登记为学员;请先登记,再导入本行"


async def read(kernel: Kernel, call: Call, row: Import) -> Reading[Any]:
    """Reads the sheet in a thread of its own, against what it must be held against. Raises SheetError."""
    training, roster = None, []
    async with kernel.reading() as session:
        if row.class_id is not None:
            training = await classes.find(session, call, row.class_id)
        if training is not None and row.kind == SheetKind.SIGN_IN:
            roster = await facts.roster(session, training.id)
    return await asyncio.to_thread(_read, kernel.vault, call.today, row, training, roster)


def _read(vault: privacy.Vault, today: date, row: Import, training: TrainingClass | None, roster: Sequence[Any]) -> Reading[Any]:
    book = uploads.book(vault, row)
    if row.kind == SheetKind.TEACHERS:
        return sheets.read_teachers(book, today=today)
    if row.kind == SheetKind.STATUS_RECORDS:
        return sheets.read_status_records(book, status=PersonalStatus(row.list_status or ""), source=row.list_source or "", today=today)
    known: dict[str, Any] = {
        "regions": reference.region_aliases(),
        "categories": reference.category_words(),
        "unclear": reference.category_questions(),
    }
    if row.kind == SheetKind.TRAINEES:
        return lists.read_trainees(book, today=today, **known)
    if row.kind == SheetKind.EMPLOYMENT:
        return lists.read_employment(book, today=today)
    if row.kind == SheetKind.OUTSIDE_PAYMENTS:
        return lists.read_outside_payments(book, source=row.list_source, today=today, reference=reference.lists())
    if row.kind == SheetKind.TRAINING_WISHES:
        return lists.read_wishes(book, today=today, regions=known["regions"], reference=reference.lists())
    if training is None:
        raise ValueError("a roster or sign-in sheet belongs to a class")
    if row.kind == SheetKind.ROSTER:
        return sheets.read_roster(book, class_starts_on=training.starts_on, today=today, **known)
    names: dict[UUID, list[str]] = defaultdict(list)
    for each in roster:
        names[each.who] += each.known_as.splitlines()
    enrolled = [
        OnRoster(
            str(each.who), each.name, fields.opened(vault, "trainees", each.id, "id_number", each.id_number) or "", tuple(names[each.who])
        )
        for each in roster
    ]
    return sign_in.read_sign_in(book, dates=list(policy.days(training.starts_on, training.ends_on)), roster=enrolled, today=today)


async def keep(session: AsyncSession, call: Call, kernel: Kernel, row: Import, reading: Reading[Any], progress: Progress) -> Kept:
    """Keeps the good rows, in the job's transaction."""
    if row.kind not in OF_A_CLASS or row.class_id is None:
        return await _keep_lists(session, call, kernel.vault, row, reading.rows, progress)
    training = await classes.find(session, call, row.class_id, lock=True)
    roster = row.kind == SheetKind.ROSTER
    if row.mode == "commit":
        require_state(call, training, policy.ENROL if roster else policy.ATTEND)
        if roster:
            require_not_over(call, training)
    if roster:
        return await _keep_roster(session, call, kernel, training, reading.rows, progress)
    return await _keep_sign_in(session, call, training, row.id, reading.rows)


# --- rosters -------------------------------------------------------------------------------------------------------------------------------


async def _keep_roster(
    session: AsyncSession, call: Call, kernel: Kernel, training: TrainingClass, rows: Sequence[sheets.RosterRow], progress: Progress
) -> Kept:
    kept = Kept()
    for start in range(0, len(rows), PEOPLE_AT_A_TIME):
        some = rows[start : start + PEOPLE_AT_A_TIME]
        registered = await trainees.register(session, call, kernel.vault, [_person(each) for each in some])
        kept.faults += [_other_name(row) for known, row in zip(registered, some, strict=True) if known.name_differs]
        named = [(known, row) for known, row in zip(registered, some, strict=True) if not known.name_differs]
        news = {known.id: (known.before, new) for known, row in named if known.before is not None and (new := _news(call, known, row))}
        settled = await correction_needed(session, call, list(news.values()))
        kept.faults += [
            row.fault("category", CorrectionNeeded.code, row.name, BY_CORRECTION) for known, row in named if known.id in settled
        ]
        named = [(known, row) for known, row in named if known.id not in settled]
        told = [each for known_id, each in news.items() if known_id not in settled]
        await bring_up_to_date(session, call, kernel.vault, told, source=f"花名册 {training.number}")
        added = await enrolments.add(session, call, training, [known.id for known, _ in named])
        for (_, row), each in zip(named, added, strict=True):
            if each.outcome == "full":
                fix = f"班级上限 {training.seats} 人,已满;请改报其他班级,或有人退出后再导入本行"
                kept.faults.append(row.fault("name", ClassFull.code, row.name, fix))
            else:
                kept.counts["created" if each.outcome == "created" else "updated" if each.trainee_id in news else "unchanged"] += 1
        await progress(start + len(some))
    return kept


def _other_name(row: sheets.RosterRow) -> RowFault:
    fault = trainees.name_differs("", row.name)
    return row.fault("name", fault.code, fault.seen, fault.fix)


def _person(row: sheets.RosterRow) -> Person:
    return Person(
        name=row.name,
        id_number=row.citizen.number,
        id_type=id_type_of(row.citizen.number),
        sex=row.citizen.sex,
        birth_on=row.citizen.birth_on,
        region_code=row.region_code,
        phone=row.phone,
        village=row.village,
        education=row.education,
        bank_account=row.bank_account,
        categories=tuple(Category(code, row.categories_since_on) for code in row.categories),
    )


def _news(call: Call, known: trainees.Registered, row: sheets.RosterRow) -> dict[str, Any]:
    """What a roster adds to a person known before: categories not yet known for the class's first day; what was blank, from whoever may change it."""
    before: Any = known.before
    news: dict[str, Any] = {}
    if categories := [added for code in row.categories if (added := _category(before.categories, code, row.categories_since_on))]:
        news["categories"] = categories
    if visibility.may_change(call.actor, known.how, before.region_code):
        news |= {
            name: value
            for name in ("phone", "village", "bank_account", "education")
            if (value := getattr(row, name)) and getattr(before, name) is None
        }
    return news


def _category(known: Sequence[dict[str, Any]], code: str, on: date) -> Category | None:
    """The category as on that day, unless a period known already holds it; it ends where the next one begins."""
    periods = [(date.fromisoformat(each["since_on"]), each["until_on"]) for each in known if each["code"] == code]
    if any(since <= on and (until is None or date.fromisoformat(until) >= on) for since, until in periods):
        return None
    later = min((since for since, _ in periods if since > on), default=None)
    return Category(code, on, later - timedelta(days=1) if later else None)


# --- sign-in sheets ------------------------------------------------------------------------------------------------------------------------


async def _keep_sign_in(session: AsyncSession, call: Call, training: TrainingClass, import_id: UUID, rows: Sequence[SignInRow]) -> Kept:
    """A row with a half-day that the person spent in another class is refused as a whole; the conflicting half-days are kept as such."""
    source = f"签到表导入 {import_id}"
    marks = [
        (index, attendance.Mark(UUID(row.key), mark.on, mark.half_day, source))
        for index, row in enumerate(rows)
        for mark in row.marks
        if mark.present
    ]
    judged = await attendance.judge(session, call, training, [mark for _, mark in marks])
    refused = [(index, each) for (index, _), each in zip(marks, judged, strict=True) if each.fault]
    refused_rows = {index for index, _ in refused}
    good = [(index, each) for (index, _), each in zip(marks, judged, strict=True) if index not in refused_rows]
    kept_marks = await attendance.keep(session, call, training, [each for _, each in good])
    await attendance.keep_conflicts(session, call, training.id, [*kept_marks, *(each for _, each in refused)])
    outcomes = [*refused, *((index, each) for (index, _), each in zip(good, kept_marks, strict=True))]
    kept = Kept()
    kept.faults += [rows[index].fault("name", each.fault.code, each.fault.seen, each.fault.fix) for index, each in outcomes if each.fault]
    faulty = {index for index, each in outcomes if each.fault}
    new = {index for index, each in outcomes if each.outcome == "created"}
    for index in range(len(rows)):
        if index not in faulty:
            kept.counts["created" if index in new else "unchanged"] += 1
    return kept


# --- lists whose rows are what requests would say --------------------------------------------------------------------------------------------


async def _keep_lists(
    session: AsyncSession, call: Call, vault: privacy.Vault, row: Import, rows: Sequence[Any], progress: Progress
) -> Kept:
    async def keep_teachers(some: Mapping[int, sheets.TeacherRow]) -> Mapping[int, Result]:
        items, refused = shaped(
            TeacherIn, {index: _stated(each, "name", "employment", "from_on", "to_on", "qualification") for index, each in some.items()}
        )
        if row.institution_id is None:
            raise ValueError("a list of teachers belongs to an institution")
        return refused | await teachers.keep(session, call, vault, row.institution_id, items)

    async def keep_statuses(some: Mapping[int, sheets.StatusRow]) -> Mapping[int, Result]:
        others = _named_otherwise(some, await facts.registered(session, vault, {each.number for each in some.values()}))
        said = {index: _stated(each, "status", "source", "from_on", "until_on") for index, each in some.items() if index not in others}
        items, refused = shaped(StatusRecordIn, said)
        return others | refused | dict(await status_records.keep(session, call, vault, items))

    async def keep_trainees(some: Mapping[int, lists.StatedRow]) -> Mapping[int, Result]:
        known = await facts.registered(session, vault, {each.number for each in some.values() if each.undated})
        items, refused = shaped(TraineeIn, {index: {"phone": None, **_dated(call, each, known)} for index, each in some.items()})
        for item in items.values():
            if item.phone is None:
                item.model_fields_set.discard("phone")  # a blank cell takes no telephone away
        return refused | dict(await trainee_batch.keep(session, call, vault, items))

    async def keep_employment(some: Mapping[int, lists.StatedRow]) -> Mapping[int, Result]:
        known = await facts.registered(session, vault, {each.number for each in some.values()})
        others = _named_otherwise(some, known)
        enrolled = await facts.enrolled(session, call, {each.id for each in known.values()}, row.class_id)
        found: dict[int, Any] = {}
        for index, each in some.items():
            theirs = enrolled.get(known[each.number].id, ()) if each.number in known else ()
            found[index] = next((one for one in theirs if each.class_number in (None, one.class_number)), None)
        absent = {
            index: rejected(errors.Fault("not_on_roster", "/id_number", seen=privacy.mask_number(each.number), fix=NOT_ENROLLED))
            for index, each in some.items()
            if found[index] is None
        }
        said = {index: {"grade": WEAKEST, **each.stated} for index, each in some.items() if index not in absent | others}
        items, refused = shaped(EmploymentIn, said)
        for index, item in items.items():
            if "grade" not in some[index].stated:
                item.model_fields_set.discard("grade")  # a blank cell takes no better proof away
        works = {index: Work(found[index].id, item) for index, item in items.items()}
        return others | absent | refused | await keep_work(session, call, works, f"就业去向名单导入 {row.id}")

    async def keep_payments(some: Mapping[int, lists.StatedRow]) -> Mapping[int, Result]:
        others = _named_otherwise(some, await facts.registered(session, vault, {each.number for each in some.values()}))
        items, refused = shaped(OutsidePaymentIn, {index: each.stated for index, each in some.items() if index not in others})
        return others | refused | await outside_payments.keep(session, call, vault, items)

    async def keep_wishes(some: Mapping[int, lists.StatedRow]) -> Mapping[int, Result]:
        known = await facts.registered(session, vault, {each.number for each in some.values()})
        others = _named_otherwise(some, known)
        others |= {
            index: rejected(errors.Fault("unknown_trainee", "/id_number", seen=privacy.mask_number(each.number), fix=NOT_REGISTERED))
            for index, each in some.items()
            if each.number not in known
        }
        said = {index: {"trainee_id": known[each.number].id, **each.stated} for index, each in some.items() if index not in others}
        items, refused = shaped(TrainingWishIn, said)
        return others | refused | await training_wishes.keep(session, call, items)

    keepers: Mapping[str, Callable[[Mapping[int, Any]], Awaitable[Mapping[int, Result]]]] = {
        SheetKind.TEACHERS: keep_teachers,
        SheetKind.STATUS_RECORDS: keep_statuses,
        SheetKind.TRAINEES: keep_trainees,
        SheetKind.EMPLOYMENT: keep_employment,
        SheetKind.OUTSIDE_PAYMENTS: keep_payments,
        SheetKind.TRAINING_WISHES: keep_wishes,
    }
    kept = Kept()
    for start in range(0, len(rows), PEOPLE_AT_A_TIME):
        some = rows[start : start + PEOPLE_AT_A_TIME]
        kept.take(some, await keepers[row.kind](dict(enumerate(some))), POINTED)
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
    since = [added for code in row.undated if (added := _category(before, code, call.today))]
    return {**row.stated, "categories": [*row.stated.get("categories", ()), *map(asdict, since)]}


def _stated(row: sheets.TeacherRow | sheets.StatusRow, *names: str) -> dict[str, Any]:
    return {"id_number": row.number, **{name: getattr(row, name) for name in names}}
