"""What the rows of rosters and sign-in sheets do: rosters register and enrol people, sign-in sheets record attendance.

Set-based, a hundred people at a time, so that a roster of thousands takes seconds, other callers get their turn between and progress can be seen.
"""

import asyncio
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from datetime import date, timedelta
from typing import Any, Final
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from services.registry import fields
from services.registry.codes import PersonalStatus, SheetKind
from services.registry.imports import facts, lists, past_classes, sign_in
from services.registry.imports import reading as sheets
from services.registry.imports.sign_in import OnRoster, SignInRow
from services.registry.imports.tables import Import
from services.registry.people.trainees import operations as trainees
from services.registry.people.trainees import visibility
from services.registry.people.trainees.batch import BY_CORRECTION, bring_up_to_date, correction_needed
from services.registry.people.trainees.errors import CorrectionNeeded
from services.registry.people.trainees.rules import Category, Person, id_type_of
from services.registry.reference import policy as reference
from services.registry.training.attendance import operations as attendance
from services.registry.training.classes import policy
from services.registry.training.classes import reading as classes
from services.registry.training.classes.operations import require_not_over, require_state
from services.registry.training.classes.tables import TrainingClass
from services.registry.training.enrolments import operations as enrolments
from services.registry.training.enrolments.errors import ClassFull
from shared import privacy
from shared.access import Call
from shared.sheet_jobs import uploads
from shared.sheet_jobs.running import Kept, Progress
from shared.sheets import Reading, RowFault
from shared.web import Kernel

PEOPLE_AT_A_TIME: Final = 500
OF_A_CLASS: Final = (SheetKind.ROSTER, SheetKind.SIGN_IN)


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
    regions, said, words = known["regions"], row.list_source, reference.lists()
    of_lists: Mapping[str, Callable[[], Reading[Any]]] = {
        SheetKind.TRAINEES: lambda: lists.read_trainees(book, today=today, **known),
        SheetKind.EMPLOYMENT: lambda: lists.read_employment(book, today=today),
        SheetKind.OUTSIDE_PAYMENTS: lambda: lists.read_outside_payments(book, source=said, today=today, reference=words),
        SheetKind.TRAINING_WISHES: lambda: lists.read_wishes(book, today=today, regions=regions, reference=words),
        SheetKind.JOB_OFFERS: lambda: lists.read_job_offers(book, today=today, reference=words),
        SheetKind.INSTITUTIONS: lambda: lists.read_institutions(book, regions=regions),
        SheetKind.ENTERPRISE_SURVEYS: lambda: lists.read_surveys(book, reference=words),
        SheetKind.PAST_CLASSES: lambda: past_classes.read_past_classes(book, source=said, today=today, regions=regions, reference=words),
    }
    if row.kind in of_lists:
        return of_lists[row.kind]()
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
    """Keeps the good rows of a class's sheet, in the job's transaction."""
    if row.class_id is None:
        raise ValueError("a roster or sign-in sheet belongs to a class")
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
    if categories := [added for code in row.categories if (added := added_category(before.categories, code, row.categories_since_on))]:
        news["categories"] = categories
    if visibility.may_change(call.actor, known.how, before.region_code):
        news |= {
            name: value
            for name in ("phone", "village", "bank_account", "education")
            if (value := getattr(row, name)) and getattr(before, name) is None
        }
    return news


def added_category(known: Sequence[dict[str, Any]], code: str, on: date) -> Category | None:
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
