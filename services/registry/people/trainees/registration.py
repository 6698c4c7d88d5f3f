"""Registers people, one or hundreds, in a constant number of statements. Single posts, batches and roster imports all come through here."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import Row as ResultRow
from sqlalchemy import select, text
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.ext.asyncio import AsyncSession

from services.registry import sealing
from services.registry.institutions.institutions.tables import Institution
from services.registry.people.trainees import visibility
from services.registry.people.trainees.reading import Category, Person
from services.registry.people.trainees.tables import Trainee, TraineeCategory, TraineeSighting
from shared import audit, changes, db
from shared.access import Call
from shared.errors import Fault
from shared.privacy import Vault


@dataclass(frozen=True, slots=True)
class Registered:
    """`before` is the row of a person who was known already, as it was found; None: made now. `how` the caller's institution knew them."""

    id: UUID
    before: ResultRow[Any] | None = None
    how: str | None = None

    @property
    def created(self) -> bool:
        return self.before is None


async def register(session: AsyncSession, call: Call, vault: Vault, people: Sequence[Person]) -> list[Registered]:
    """Each person's trainee, made or found by the number, in order. Nobody twice among `people`.

    The unique index decides who is new, so two callers at once make one trainee. An institution sees the people it names here from now on.
    Those found are locked and left as they were.
    """
    if not people:
        return []
    rows = [_row(call, vault, person) for person in people]
    # In the order of the key, so that two batches with the same people wait for one another instead of locking each other out.
    insert = upsert(Trainee).on_conflict_do_nothing(index_elements=[Trainee.id_number_key], index_where=text("merged_into IS NULL"))
    made = await session.execute(insert.returning(Trainee.id), sorted(rows, key=lambda row: bytes(row["id_number_key"])))
    new = set(made.scalars())
    keys = [row["id_number_key"] for row in rows if row["id"] not in new]
    found = await _found(session, call, keys) if keys else {}
    registered = [
        Registered(row["id"])
        if row["id"] in new
        else Registered(found[row["id_number_key"]].id, found[row["id_number_key"]], found[row["id_number_key"]].how)
        for row in rows
    ]
    await state_categories(session, [(each.id, person.categories) for each, person in zip(registered, people, strict=True) if each.created])
    await visibility.note_sightings(session, call, [each.id for each in registered if each.created], "registered")
    await visibility.note_sightings(session, call, [each.id for each in registered if not each.created], "presented")
    await audit.record_all(
        session, [audit.entry(call, "trainee.registered", "trainee", each.id, {"version": 1}) for each in registered if each.created]
    )
    await changes.publish_all(
        session, [changes.event(call, "trainee.registered", each.id, version=1) for each in registered if each.created]
    )
    return registered


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
        insert = upsert(TraineeCategory)
        word = {"until_on": insert.excluded.until_on, "proof": insert.excluded.proof}
        await session.execute(insert.on_conflict_do_update(constraint="trainee_categories_since_key", set_=word), rows)


async def employer_faults(session: AsyncSession, employer_ids: Sequence[UUID | None]) -> list[Fault | None]:
    """For each, the fault of naming an employer that is not registered."""
    wanted = {each for each in employer_ids if each}
    known = set(await session.scalars(select(Institution.id).where(Institution.id.in_(wanted)))) if wanted else set()
    fault = Fault("unknown_employer", pointer="/employer_id", fix="请先登记该单位,或改正编号。")
    return [fault if each and each not in known else None for each in employer_ids]


def _row(call: Call, vault: Vault, person: Person) -> dict[str, Any]:
    made = db.new_id()
    return {
        "id": made, "version": 1, "name": person.name, "id_type": person.id_type, "sex": person.sex, "birth_on": person.birth_on,
        "region_code": person.region_code, "education": person.education, "employer_id": person.employer_id,
        "retirement_track": person.retirement_track, "external_refs": list(person.external_refs), "registered_at": call.now, "changed_at": call.now,
        **sealing.id_number(vault, "trainees", made, person.id_number),
        **sealing.phone(vault, "trainees", made, person.phone),
        **sealing.bank_account(vault, "trainees", made, person.bank_account),
    }  # fmt: skip


async def _found(session: AsyncSession, call: Call, keys: Sequence[bytes]) -> dict[bytes, ResultRow[Any]]:
    how = (
        select(TraineeSighting.how)
        .where(TraineeSighting.trainee_id == Trainee.id, TraineeSighting.institution_id == call.actor.institution_id)
        .correlate(Trainee)
        .scalar_subquery()
    )
    sealed = (
        Trainee.id_number_key,
        Trainee.phone.label("phone_sealed"),
        Trainee.bank_account.label("bank_account_sealed"),
        Trainee.bank_account_key,
    )
    known = select(*visibility.SHOWN, *sealed, how.label("how")).where(Trainee.id_number_key.in_(keys), Trainee.merged_into.is_(None))
    return {row.id_number_key: row for row in await session.execute(known.order_by(Trainee.id).with_for_update(of=Trainee))}
