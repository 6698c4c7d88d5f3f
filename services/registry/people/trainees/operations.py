"""What can be done with a trainee: register, one or hundreds, change, reveal, look up."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import Row as ResultRow
from sqlalchemy import delete, func, select, text
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm.attributes import flag_modified

from services.registry import fields
from services.registry.files import reading as files
from services.registry.institutions.institutions import operations as institutions
from services.registry.institutions.institutions.tables import Institution
from services.registry.people.harvests import operations as harvests
from services.registry.people.trainees import facts, policy, reading, rules, visibility
from services.registry.people.trainees.conditions import IS_THE_ONE, WRITTEN_AS
from services.registry.people.trainees.errors import CorrectionNeeded, DuplicateTrainee
from services.registry.people.trainees.rules import Category, Person
from services.registry.people.trainees.schemas import (
    LookedUp,
    LookupIn,
    LookupOut,
    Revealed,
    TraineeChange,
    TraineeIn,
    TraineeOut,
    TraineePaper,
)
from services.registry.people.trainees.tables import Trainee, TraineeCategory, TraineeSighting
from shared import db, deeds, errors, history, limits
from shared.access import Actor, Call
from shared.errors import Fault
from shared.national_numbers import compact
from shared.privacy import Vault
from shared.redaction import quoted
from shared.web import Kernel

OTHER_NAME = "该证件号码已登记在另一姓名之下。请对照身份证核对号码和姓名;都无误的,请经办核实。"
PLAIN = ("name", "id_type", "sex", "birth_on", "region_code", "village", "education", "employer_id", "retirement_track")


async def create(session: AsyncSession, call: Call, kernel: Kernel, body: TraineeIn) -> TraineeOut:
    in_its_town(call.actor, body.region_code)
    person = rules.person(body, call.today)
    named = (await named_faults(session, call, [body]))[0]
    if isinstance(person, tuple) or named:
        raise errors.Invalid(faults=[*(person if isinstance(person, tuple) else ()), *named])
    [registered] = await register(session, call, kernel.vault, [person])
    if not registered.created:
        raise _known_already(call, registered)
    return TraineeOut.model_validate(dict((await session.execute(reading.one("service"), {"trainee_id": registered.id})).one()._mapping))


def _known_already(call: Call, known: "Registered") -> DuplicateTrainee:
    """Who presents the full number gets the id, an institution only with the name: it sees the person from now on, although this request keeps nothing
    else."""
    existing_id = known.id
    if known.name_differs and call.actor.institution_id:
        return DuplicateTrainee(OTHER_NAME)
    problem = DuplicateTrainee(existing_id=str(existing_id))
    if call.actor.institution_id:
        problem.keeping(
            visibility.presented(call, existing_id, call.actor.institution_id), deeds.quiet(call, "trainee.presented", existing_id)
        )
    return problem


async def change(session: AsyncSession, call: Call, kernel: Kernel, trainee_id: UUID, body: TraineeChange) -> TraineePaper:
    trainee = await reading.matched(session, call, trainee_id)
    how = await session.scalar(
        select(TraineeSighting.how).where(
            TraineeSighting.trainee_id == trainee_id, TraineeSighting.institution_id == call.actor.institution_id
        )
    )
    if not visibility.may_change(call.actor, how, trainee.region_code):
        raise errors.Forbidden(policy.NOT_YOURS.detail)
    if "id_number" in body.model_fields_set and call.actor.role != "officer":
        raise errors.Forbidden("证件号码只能由经办更正。请用 corrections 提出更正申请。")
    if "region_code" in body.model_fields_set:
        in_its_town(call.actor, body.region_code)
    if body.model_fields_set:
        await apply(session, call, kernel, trainee, body)
    return await reading.paper(session, call, trainee_id)


async def apply(
    session: AsyncSession, call: Call, kernel: Kernel, trainee: Trainee, body: TraineeChange, *, correction: Mapping[str, Any] | None = None
) -> None:
    """Makes the stated changes, or refuses them with every fault. `correction`: what an accepted correction says of itself; without one, what a class
    that has begun was held on stays."""
    values = rules.changes(body, call.today, trainee.birth_on)
    before = await reading.shown(session, trainee.id)
    named = (await named_faults(session, call, [body], kept=[each["proof"] for each in before["categories"]]))[0]
    if isinstance(values, tuple) or named:
        raise errors.Invalid(faults=[*(values if isinstance(values, tuple) else ()), *named])
    from_on = policy.relied_on_from(before, values, _is_account(kernel, trainee))
    if correction is None and from_on and await facts.correction_needed(session, call, {trainee.id: from_on}):
        raise CorrectionNeeded()
    if "id_number" in values:
        await _take_number(session, kernel, trainee, values["id_number"])
    if "name" in values:
        trainee.earlier_names = policy.earlier_names(trainee.earlier_names, trainee.name, values["name"])
    trainee.employments = policy.employed(trainee.employments, trainee.employer_id, values, call.today, call.actor.name)
    for name in PLAIN:
        if name in values:
            setattr(trainee, name, values[name])
    if "external_refs" in values:
        trainee.external_refs = list(values["external_refs"])
    accounts = {trainee.bank_account_key}
    for name, value in _sealed(kernel.vault, trainee, values).items():
        setattr(trainee, name, value)
    accounts ^= {trainee.bank_account_key}
    trainee.changed_at, trainee.history_key = call.now, trainee.history_key or fields.new_history_key()
    flag_modified(trainee, "changed_at")  # a change of the categories alone raises the version too
    await session.flush()
    said: dict[str, Any] = {"fields": sorted(body.model_fields_set)}
    if "categories" in values:
        await session.execute(delete(TraineeCategory).where(TraineeCategory.trainee_id == trainee.id))
        await state_categories(session, [(trainee.id, values["categories"])])
        from_on = policy.categories_differ_from(before["categories"], values["categories"])
        said |= {"from_on": from_on} if from_on else {}
    changes = history.changes(before, await reading.shown(session, trainee.id))
    told = {**(correction or {}), "changes": history.sealed(kernel.vault, trainee.id, trainee.history_key, changes)}
    await deeds.record(session, call, "trainee.changed", trainee.id, details=told, version=trainee.version, **said)
    await tell_sharers(session, call, {trainee.id: accounts})
    if {"name", "id_number", "phone", "birth_on"} & values.keys():
        await facts.compared(session, call, [trainee.id])


def _sealed(vault: Vault, trainee: Trainee, values: Mapping[str, Any]) -> dict[str, Any]:
    """The columns that keep a new phone and account, and what one like this person is found by."""
    sealed: dict[str, Any] = {}
    if "phone" in values:
        sealed |= fields.sealed_phone(vault, "trainees", trainee.id, values["phone"])
    if "bank_account" in values:
        sealed |= fields.sealed_account(vault, "trainees", trainee.id, values["bank_account"])
    if {"id_number", "phone"} & values.keys():
        number, phone = (
            values[name] if name in values else fields.opened(vault, "trainees", trainee.id, name, getattr(trainee, name))
            for name in ("id_number", "phone")
        )
        sealed |= fields.likeness(vault, str(number), phone)
    return sealed


def _is_account(kernel: Kernel, trainee: Trainee) -> Callable[[str | None], bool]:
    """Whether an account is the one that the trainee has."""
    return lambda account: (kernel.vault.blind(account, fields.BANK_ACCOUNT) if account else None) == trainee.bank_account_key


@institutions.tells
async def tell_sharers(session: AsyncSession, call: Call, changed: Mapping[UUID, Collection[bytes | None]]) -> None:
    """Announces those who have an account that somebody (`changed`: whose, by id) took or gave up: it is shared now, or no longer."""
    holders = await reading.holders(session, {account for accounts in changed.values() for account in accounts if account})
    others = {
        other for who, accounts in changed.items() for account in accounts if account for other in holders.get(account, ()) if other != who
    }
    await deeds.record_all(session, [deeds.deed(call, "trainee.account_shared", each) for each in sorted(others)])


async def _take_number(session: AsyncSession, kernel: Kernel, trainee: Trainee, number: str) -> None:
    key = kernel.vault.blind(number, fields.ID_NUMBER)
    holder = await session.scalar(select(Trainee).where(Trainee.id_number_key == key, Trainee.holds_number).with_for_update())
    if holder and (holder.merged_into or holder.id) != trainee.id:
        raise DuplicateTrainee(existing_id=str(holder.merged_into or holder.id))
    if holder and holder is not trainee:  # who was merged into this one hands the number over
        holder.holds_number = False
        await session.flush()
    for name, value in fields.sealed_number(kernel.vault, "trainees", trainee.id, number).items():
        setattr(trainee, name, value)


def in_its_town(actor: Actor, region_code: str) -> None:
    if actor.role == "town" and region_code != actor.region_code:
        raise errors.Forbidden(f"镇(街道)只能登记本镇(街道)的学员,区划代码应为 {actor.region_code}。")


async def reveal(session: AsyncSession, call: Call, kernel: Kernel, trainee_id: UUID, reason: str) -> Revealed:
    trainee = await reading.matched(session, call, trainee_id)
    await harvests.count(session, call, kernel, limits.REVEALS, call.actor.person_id, 1, revealed=1)
    await deeds.record(session, call, "trainee.revealed", trainee.id, details={"reason": reason}, event=False)
    opened = {
        column: fields.opened(kernel.vault, "trainees", trainee.id, column, getattr(trainee, column))
        for column in ("id_number", "phone", "bank_account")
    }
    return Revealed.model_validate({"id": trainee.id, "name": trainee.name, **opened})


async def lookup(session: AsyncSession, call: Call, kernel: Kernel, body: LookupIn) -> LookupOut:
    """The ids behind full numbers, and behind the names beside them. Presenting both is what entitles an institution to see the person."""
    if fault := rules.names_missing(call.actor.role, body.id_numbers, body.names):
        raise errors.Invalid(faults=[fault])
    keys = [kernel.vault.blind(compact(number), fields.ID_NUMBER) for number in body.id_numbers]
    numbered = select(WRITTEN_AS.id_number_key, Trainee.id, Trainee.known_as).join(Trainee, IS_THE_ONE)
    known = await session.execute(numbered.where(WRITTEN_AS.id_number_key.in_(set(keys)), WRITTEN_AS.holds_number))
    people = {row.id_number_key: row for row in known}
    names: Sequence[str | None] = body.names if body.names is not None else [None] * len(keys)
    found = [
        person.id if (person := people.get(key)) and (name is None or policy.is_known_as(person.known_as.splitlines(), name)) else None
        for key, name in zip(keys, names, strict=True)
    ]
    told = {each for each in found if each}
    await harvests.looked_up(session, call, kernel, len(set(keys)), sorted(told))
    await visibility.note_sightings(session, call, told, "presented")
    return LookupOut(items=[LookedUp(index=index, id=each) for index, each in enumerate(found)])


# --- registering many ------------------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Registered:
    """`before` is the row of a person who was known already, as it was found; None: made now. `how` the caller's institution knew them. `name_differs`:
    the number is this person's, the name that came with it is not and never was: whoever named them so is shown nobody."""

    id: UUID
    before: ResultRow[Any] | None = None
    how: str | None = None
    name_differs: bool = False

    @property
    def created(self) -> bool:
        return self.before is None


async def register(session: AsyncSession, call: Call, vault: Vault, people: Sequence[Person]) -> list[Registered]:
    """Each person's trainee, made or found by the number, in order. No number twice among `people`; of who was merged either number finds the same one.

    The unique index decides who is new, so two callers at once make one trainee. An institution sees the people it names here from now on.
    Those found are locked and left as they were.
    """
    if not people:
        return []
    rows = [_row(call, vault, person) for person in people]
    # In the order of the key, so that two batches with the same people wait for one another instead of locking each other out.
    insert = upsert(db.table(Trainee)).on_conflict_do_nothing(index_elements=[Trainee.id_number_key], index_where=text("holds_number"))
    made = await db.insert_all(session, insert.returning(insert.table.c.id), sorted(rows, key=lambda row: bytes(row["id_number_key"])))
    new = set(made.scalars())
    keys = [row["id_number_key"] for row in rows if row["id"] not in new]
    found = await _found(session, call, keys) if keys else {}
    registered = [Registered(row["id"]) if row["id"] in new else _known(found[row["id_number_key"]], row["name"]) for row in rows]
    await state_categories(session, [(each.id, person.categories) for each, person in zip(registered, people, strict=True) if each.created])
    await visibility.note_sightings(session, call, [each.id for each in registered if each.created], "registered")
    await visibility.note_sightings(session, call, [each.id for each in registered if not (each.created or each.name_differs)], "presented")
    await deeds.record_all(session, [deeds.deed(call, "trainee.registered", each.id, version=1) for each in registered if each.created])
    await tell_sharers(session, call, {row["id"]: {row["bank_account_key"]} for row in rows if row["id"] in new})
    await facts.compared(session, call, new)
    return registered


def _known(found: ResultRow[Any], name: str) -> Registered:
    return Registered(found.id, found, found.how, name_differs=not policy.is_known_as([found.name, *found.earlier_names], name))


def name_differs(pointer: str, name: str) -> Fault:
    """The fault of a number of one person with the name of another."""
    return Fault("name_differs", pointer, seen=quoted(name), fix=OTHER_NAME)


async def state_categories(session: AsyncSession, stated: Sequence[tuple[UUID, Sequence[Category]]]) -> None:
    """Adds what was said about categories; of the same category from the same day, the later word on its end and proof stands."""
    rows = [
        {
            "id": db.new_id(),
            "trainee_id": trainee_id,
            "code": each.code,
            "since_on": each.since_on,
            "until_on": each.until_on,
            "proof": each.proof,
        }
        for trainee_id, categories in stated
        for each in categories
    ]
    if rows:
        insert = upsert(db.table(TraineeCategory))
        word = {"until_on": insert.excluded.until_on, "proof": insert.excluded.proof, "merged_from": None}
        await db.insert_all(session, insert.on_conflict_do_update(constraint="trainee_categories_since_key", set_=word), rows)


async def named_faults(
    session: AsyncSession, call: Call, bodies: Sequence[TraineeIn | TraineeChange], kept: Collection[str | None] = ()
) -> list[list[Fault]]:
    """For each, the faults of naming employers that are not registered, and files that are not the caller's to name."""
    proofs = [{f"/categories/{index}/proof": each.proof for index, each in enumerate(body.categories)} for body in bodies]
    named = [
        {"/employer_id": body.employer_id}
        | {f"/employments/{index}/employer_id": each.employer_id for index, each in enumerate(body.employments)}
        for body in bodies
    ]
    wanted = {each for employers in named for each in employers.values() if each}
    known = {None, *(await session.scalars(select(Institution.id).where(Institution.id.in_(wanted))) if wanted else ())}
    fix = "请先登记该单位,或改正编号。"
    return [
        [Fault("unknown_employer", at, fix=fix) for at, each in employers.items() if each not in known] + unknown
        for employers, unknown in zip(named, await files.unknown_of_each(session, call, proofs, kept), strict=True)
    ]


def _row(call: Call, vault: Vault, person: Person) -> dict[str, Any]:
    made = db.new_id()
    return {
        "id": made,
        "version": 1,
        "name": person.name,
        "id_type": person.id_type,
        "sex": person.sex,
        "birth_on": person.birth_on,
        "region_code": person.region_code,
        "village": person.village,
        "education": person.education,
        "employer_id": person.employer_id,
        "employments": policy.told_by([], person.employments, call.actor.name),
        "retirement_track": person.retirement_track,
        "external_refs": list(person.external_refs),
        "registered_at": call.now,
        "changed_at": call.now,
        **fields.sealed_number(vault, "trainees", made, person.id_number),
        **fields.sealed_phone(vault, "trainees", made, person.phone),
        **fields.sealed_account(vault, "trainees", made, person.bank_account),
        **fields.likeness(vault, person.id_number, person.phone),
    }


async def _found(session: AsyncSession, call: Call, keys: Sequence[bytes]) -> dict[bytes, ResultRow[Any]]:
    how = (
        select(TraineeSighting.how)
        .where(TraineeSighting.trainee_id == Trainee.id, TraineeSighting.institution_id == call.actor.institution_id)
        .correlate(Trainee)
        .scalar_subquery()
    )
    # Locked by their numbers first: a merge changes every row that leads to whom it takes away, so whom these lead to stays so.
    numbered = select(Trainee.id_number_key, func.coalesce(Trainee.merged_into, Trainee.id).label("goes_on_as"))
    numbered = numbered.where(Trainee.id_number_key.in_(keys), Trainee.holds_number).order_by(Trainee.id).with_for_update()
    by_number = numbered.cte("by_number")
    sealed = (
        by_number.c.id_number_key,
        Trainee.phone.label("phone_sealed"),
        Trainee.bank_account.label("bank_account_sealed"),
        Trainee.bank_account_key,
        Trainee.history_key,
    )
    known = select(*reading.SHOWN, *sealed, how.label("how")).join(by_number, by_number.c.goes_on_as == Trainee.id)
    return {row.id_number_key: row for row in await session.execute(known.order_by(Trainee.id).with_for_update(of=Trainee))}
