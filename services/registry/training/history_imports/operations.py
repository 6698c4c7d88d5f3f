"""Takes in classes of past years with their people and what was paid for them, each class wholly or not at all; and takes an import back."""

from collections.abc import Collection, Mapping, Sequence
from functools import partial
from typing import Any
from uuid import UUID

from sqlalchemy import func, insert, select, text, update
from sqlalchemy.ext.asyncio import AsyncSession

from services.registry.codes import ClassKind, ClassStatus, EnrolmentOutcome
from services.registry.institutions.institutions.tables import Institution
from services.registry.people.outside_payments import operations as payments
from services.registry.people.trainees import operations as trainees
from services.registry.people.trainees import policy as people_policy
from services.registry.people.trainees.rules import Person
from services.registry.training.classes import policy as class_policy
from services.registry.training.classes.tables import TrainingClass
from services.registry.training.enrolments.steps import BECOME
from services.registry.training.enrolments.tables import Enrolment
from services.registry.training.history_imports import reading, rules, schemas
from services.registry.training.history_imports.errors import HistoryClassDiffers
from services.registry.training.history_imports.schemas import PastClassIn
from services.registry.training.history_imports.tables import HistoryClass, HistoryImport
from shared import batches, county, db, deeds, errors, history, wire
from shared.access import Call
from shared.batches import Result, rejected
from shared.errors import Fault
from shared.privacy import Vault

SAID = "history_class"  # what the digest of an item is for
ONE_AT_A_TIME = text("SELECT pg_advisory_xact_lock(hashtextextended('history_imports', 0))")  # two would not see what each other says
NOBODY: Mapping[str, Any] = {"from_on": None, "reason": None, "proof": None}


async def take_batch(session: AsyncSession, call: Call, vault: Vault, asked: schemas.HistoryImportIn) -> schemas.HistoryImportAnswer:
    import_id, warnings = db.new_id(), list[schemas.HistoryAlike]()

    async def kept(items: Mapping[int, PastClassIn]) -> Mapping[int, Result]:
        if sum(len(item.people) for item in items.values()) > schemas.PEOPLE_AT_MOST:
            fix, allowed = "请分成几次导入。", f"一次至多 {schemas.PEOPLE_AT_MOST} 名学员"
            raise errors.Invalid(faults=[Fault("invalid_value", "/items", allowed=allowed, fix=fix)])
        results = await _keep(session, call, vault, import_id, asked.document, items)
        warnings.extend(await reading.alike(session, results))
        return results

    answer = await batches.run(session, asked, kept, HistoryClassDiffers, rules=partial(wire.faults, rules.WHOLE, today=call.today))
    made = asked.mode == "commit" and answer.summary.created
    return schemas.HistoryImportAnswer(**dict(answer), id=import_id if made else None, warnings=warnings)


async def keep(
    session: AsyncSession, call: Call, vault: Vault, document: str | None, items: Mapping[int, PastClassIn]
) -> Mapping[int, Result]:
    """The classes of a sheet, as one import."""
    return await _keep(session, call, vault, db.new_id(), document, items) if items else {}


async def _keep(
    session: AsyncSession, call: Call, vault: Vault, import_id: UUID, document: str | None, items: Mapping[int, PastClassIn]
) -> dict[int, Result]:
    """A result for each item."""
    await session.execute(ONE_AT_A_TIME)
    known = set(await session.scalars(select(Institution.id).where(Institution.id.in_({item.institution_id for item in items.values()}))))
    results, people = dict[int, Result](), dict[int, list[Person]]()
    for index, item in items.items():
        read = rules.read(item, call.today)
        faults = [] if item.institution_id in known else [_unknown_institution(item)]
        if isinstance(read, tuple) or faults:
            results[index] = rejected(*faults, *(read if isinstance(read, tuple) else ()))
        else:
            people[index] = read
    keys = {index: vault.blind(items[index].model_dump_json(exclude_defaults=True), SAID) for index in people}
    results |= await _told_before(session, items, keys)
    new = {index: people[index] for index in people if index not in results}
    while new:  # twice at most: what cannot be kept for what is known already is left out, and with it all that it brought
        async with session.begin_nested() as savepoint:
            made, refused = await _make(session, call, vault, import_id, document, items, new, keys)
            if refused:
                await savepoint.rollback()
        results |= refused or made
        new = {index: each for index, each in new.items() if index not in results}
    return results


def _unknown_institution(item: PastClassIn) -> Fault:
    seen, fix = str(item.institution_id), "请先登记该机构,或更正编号;已停办的机构也可以登记。"
    return Fault("unknown_institution", "/institution_id", seen=seen, allowed="已登记的机构", fix=fix)


async def _told_before(session: AsyncSession, items: Mapping[int, PastClassIn], keys: Mapping[int, bytes]) -> dict[int, Result]:
    """Of the classes that are imported already, or named twice here: unchanged where the same is said, else refused."""
    by_number = {(items[index].institution_id, items[index].number_there) for index in keys}
    kept = HistoryClass
    standing = select(kept.institution_id, kept.number_there, kept.class_id, kept.said_key).where(
        ~kept.voided, kept.institution_id.in_({each[0] for each in by_number}), kept.number_there.in_({each[1] for each in by_number})
    )
    known = {(row.institution_id, row.number_there): row for row in await session.execute(standing)}
    results, first_with = dict[int, Result](), dict[tuple[UUID, str], int]()
    for index, key in keys.items():
        number = (items[index].institution_id, items[index].number_there)
        if row := known.get(number):
            more = {"existing_id": str(row.class_id)}
            differs = Fault(HistoryClassDiffers.code, "/number_there", fix="前次有误的先作废那次导入,再重新导入。", more=more)
            same = bytes(row.said_key) == key
            results[index] = Result("unchanged", row.class_id) if same else rejected(differs, conflict=True)
        elif (first := first_with.setdefault(number, index)) != index:
            results[index] = rejected(
                Fault("duplicate_item", "/number_there", fix=f"与第 {first} 项是同一个班,请删去本项。"), conflict=True
            )
    return results


async def _make(
    session: AsyncSession,
    call: Call,
    vault: Vault,
    import_id: UUID,
    document: str | None,
    items: Mapping[int, PastClassIn],
    people: Mapping[int, Sequence[Person]],
    keys: Mapping[int, bytes],
) -> tuple[dict[int, Result], dict[int, Result]]:
    """What was made of the items, or those that are refused for what is known of their people and payments."""
    refused: dict[int, list[Fault]] = {}
    each_once: dict[str, Person] = {}
    for person in (each for persons in people.values() for each in persons):
        each_once.setdefault(person.id_number, person)
    registered = dict(zip(each_once, await trainees.register(session, call, vault, list(each_once.values())), strict=True))
    for index, persons in people.items():
        ids = [registered[person.id_number].id for person in persons]
        for place, person in enumerate(persons):
            before = registered[person.id_number].before
            names = [before.name, *before.earlier_names] if before else [each_once[person.id_number].name]
            if not people_policy.is_known_as(names, person.name):
                refused.setdefault(index, []).append(trainees.name_differs(f"/people/{place}/name", person.name))
            if ids.index(ids[place]) != place:  # of whom two numbers are known
                refused.setdefault(index, []).append(rules.twice(place))
    paid = [(index, place, each) for index in people for place, each in enumerate(items[index].payments)]
    told = await payments.keep(session, call, vault, {number: each for number, (_, _, each) in enumerate(paid)}, alone=False)
    for number, (index, place, _) in enumerate(paid):
        if told[number].faults:
            refused.setdefault(index, []).extend(rules.under(f"/payments/{place}", fault) for fault in told[number].faults)
    if refused:
        return {}, {index: rejected(*faults, conflict=True) for index, faults in refused.items()}
    classes = await _classes(session, call, {index: items[index] for index in people})
    towns = {number: each.before.region_code if each.before else each_once[number].region_code for number, each in registered.items()}
    enrolments = [
        _enrolment(call, classes[index], registered[person.id_number].id, said, towns[person.id_number])
        for index, persons in people.items()
        for person, said in zip(persons, items[index].people, strict=True)
    ]
    await db.insert_all(session, insert(db.table(Enrolment)), enrolments)
    made = HistoryImport(
        id=import_id,
        document=document,
        classes=len(classes),
        people=len(enrolments),
        completed=sum(row["outcome"] == EnrolmentOutcome.COMPLETED for row in enrolments),
        payment_ids=[each.id for each in told.values() if each.id],
        imported_at=call.now,
    )
    session.add(made)
    await session.flush()
    rows = [
        {
            "class_id": training.id,
            "import_id": import_id,
            "institution_id": training.institution_id,
            "number_there": items[index].number_there,
            "said_key": keys[index],
        }
        for index, training in classes.items()
    ]
    await db.insert_all(session, insert(db.table(HistoryClass)), rows)
    await _announce(session, call, made, [*classes.values()], enrolments)
    return {index: Result("created", training.id) for index, training in classes.items()}, {}


async def _classes(session: AsyncSession, call: Call, items: Mapping[int, PastClassIn]) -> dict[int, TrainingClass]:
    """Completed, with the numbers that classes have here."""
    next_serial = func.nextval(func.pg_get_serial_sequence("classes", "serial"))
    serials = await session.scalars(select(next_serial).select_from(func.generate_series(1, len(items))))
    made = {}
    for (index, item), serial in zip(items.items(), serials, strict=True):
        made[index] = TrainingClass(
            id=db.new_id(),
            serial=serial,
            number=class_policy.number(county.here().series("PX"), item.starts_on.year, serial),
            seats=len(item.people),
            kind=ClassKind.ORDINARY,
            posts=[],
            teacher_ids=[],
            external_refs=[],
            imported=True,
            status=ClassStatus.COMPLETED,
            completed_people=sum(each.outcome == EnrolmentOutcome.COMPLETED for each in item.people),
            proposed_by=call.actor.doer.person,
            proposed_at=call.now,
            changed_at=call.now,
            **item.model_dump(exclude={"number_there", "people", "payments"}),
        )
    session.add_all(made.values())
    await session.flush()
    return made


def _enrolment(call: Call, training: TrainingClass, trainee_id: UUID, said: schemas.PastPersonIn, town: str) -> dict[str, Any]:
    completed = said.outcome == EnrolmentOutcome.COMPLETED
    return {
        "id": db.new_id(),
        "version": 1,
        "class_id": training.id,
        "trainee_id": trainee_id,
        "outcome": said.outcome,
        "counted_on": training.ends_on if completed else None,
        "counted_region_code": said.region_code or town if completed else None,
        "enrolled_at": call.now,
        "changed_at": call.now,
        "external_refs": [{"system": "证书编号", "number": said.certificate_no}] if said.certificate_no else [],
        **NOBODY,
    }


async def _announce(
    session: AsyncSession, call: Call, made: HistoryImport, classes: Sequence[TrainingClass], enrolments: Sequence[Mapping[str, Any]]
) -> None:
    of_import = {"import_id": made.id}
    told = [deeds.deed(call, "history_import.imported", made.id, version=made.version)]
    told += [
        deeds.deed(
            call,
            "class.imported",
            each.id,
            details=of_import | {"number": each.number},
            status=each.status,
            version=each.version,
            institution_id=each.institution_id,
        )
        for each in classes
    ]
    told += [
        deeds.deed(
            call,
            "enrolment.imported",
            row["id"],
            details=of_import,
            status=row["outcome"],
            version=1,
            class_id=row["class_id"],
            trainee_id=row["trainee_id"],
        )
        for row in enrolments
    ]
    await deeds.record_all(session, told)


async def void(session: AsyncSession, call: Call, import_id: UUID, reason: str) -> schemas.HistoryImportPaper:
    """Takes back a whole import on which nothing was built: its classes are cancelled, nobody of them counts, and what was paid counts no longer, unless it was told
    otherwise as well."""
    await session.execute(ONE_AT_A_TIME)
    found = await reading.permit(session, call, import_id, lock=True)
    await session.execute(update(HistoryClass).where(HistoryClass.import_id == import_id).values(voided=True))
    before = select(Enrolment.id, *(getattr(Enrolment, name) for name in BECOME)).where(reading.enrolled(import_id))
    was = before.where(Enrolment.outcome != EnrolmentOutcome.WITHDRAWN).with_for_update().cte("was")
    become: dict[str, Any] = {"outcome": EnrolmentOutcome.WITHDRAWN, "counted_on": None, "counted_region_code": None}
    withdrawn = (
        update(Enrolment)
        .where(Enrolment.id == was.c.id)
        .values(become)
        .values(version=Enrolment.version + 1, changed_at=call.now)
        .returning(
            Enrolment.id,
            Enrolment.trainee_id,
            Enrolment.class_id,
            Enrolment.version,
            *(was.c[name].label(f"was_{name}") for name in BECOME),
        )
        .execution_options(synchronize_session=False)
    )
    told = [
        deeds.deed(
            call,
            "enrolment.withdrawn",
            row.id,
            details={"reason": reason, "changes": history.changes({name: getattr(row, f"was_{name}") for name in BECOME}, become)},
            status=EnrolmentOutcome.WITHDRAWN,
            version=row.version,
            class_id=row.class_id,
            trainee_id=row.trainee_id,
        )
        for row in await session.execute(withdrawn)
    ]
    classes = list(await session.scalars(select(TrainingClass).where(reading.imported(import_id)).with_for_update()))
    changes = {}
    for each in classes:
        each.status, each.completed_people, each.status_reason, each.changed_at = ClassStatus.CANCELLED, None, reason, call.now
        changes[each.id] = {"reason": reason, "changes": history.unsaved(each, ("status", "completed_people", "status_reason"))}
    found.voided_at, found.void_reason = call.now, reason
    taken_back = {"reason": reason, "changes": history.unsaved(found, ("voided_at", "void_reason"))}
    await session.flush()
    told += [
        deeds.deed(
            call,
            "class.cancelled",
            each.id,
            details=changes[each.id],
            status=each.status,
            version=each.version,
            institution_id=each.institution_id,
        )
        for each in classes
    ]
    told.append(deeds.deed(call, "history_import.voided", found.id, details=taken_back, version=found.version))
    await deeds.record_all(session, told)
    await payments.void_all(session, call, await _told_here_alone(session, found.payment_ids), reason)
    return await reading.paper(session, call, import_id)


async def _told_here_alone(session: AsyncSession, payment_ids: Sequence[UUID]) -> Collection[UUID]:
    """Of these, what no import that stands says as well."""
    also = select(func.unnest(HistoryImport.payment_ids)).where(
        HistoryImport.voided_at.is_(None), HistoryImport.payment_ids.overlap(payment_ids)
    )
    return set(payment_ids) - set(await session.scalars(also))
