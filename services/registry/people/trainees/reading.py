"""Trainees as they are shown: one, many, and what was done about one of them."""

from collections.abc import Collection, Mapping
from dataclasses import replace
from datetime import date
from functools import cache
from typing import Any
from uuid import UUID

from sqlalchemy import LargeBinary, Select, bindparam, func, null, select, true
from sqlalchemy.dialects.postgresql import ARRAY, JSONB, aggregate_order_by
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.sql.elements import ColumnElement

from services.registry.codes import Category
from services.registry.people.trainees import policy, visibility
from services.registry.people.trainees.conditions import ALIASES, IS_THE_ONE, WRITTEN_AS
from services.registry.people.trainees.errors import TraineeMerged
from services.registry.people.trainees.schemas import TraineeOut, TraineePaper
from services.registry.people.trainees.tables import Trainee, TraineeCategory, TraineeSighting
from services.registry.reference import policy as reference
from shared import audit, errors, history, pages, person_names, seeking, wire
from shared.access import Actor, Call
from shared.web import Kernel

HOLDERS_AT_MOST = 11  # of one account: more would say no more
_categories = (
    select(
        func.coalesce(
            func.jsonb_agg(
                aggregate_order_by(
                    func.jsonb_build_object(
                        "code",
                        TraineeCategory.code,
                        "since_on",
                        TraineeCategory.since_on,
                        "until_on",
                        TraineeCategory.until_on,
                        "proof",
                        TraineeCategory.proof,
                    ),
                    TraineeCategory.since_on,
                    TraineeCategory.code,
                ),
                type_=JSONB,
            ),
            func.jsonb_build_array(type_=JSONB),
        )
    )
    .where(TraineeCategory.trainee_id == Trainee.id)
    .correlate(Trainee)
    .scalar_subquery()
)

SHOWN = (
    Trainee.id,
    Trainee.name,
    func.array_remove(func.string_to_array(Trainee.earlier_names, "\n"), "").label("earlier_names"),
    Trainee.id_type,
    Trainee.id_number_masked.label("id_number"),
    Trainee.sex,
    Trainee.birth_on,
    Trainee.phone_masked.label("phone"),
    Trainee.region_code,
    Trainee.village,
    _categories.label("categories"),
    Trainee.education,
    Trainee.employer_id,
    Trainee.employments,
    Trainee.bank_account_masked.label("bank_account"),
    Trainee.retirement_track,
    Trainee.external_refs,
    Trainee.registered_at,
    Trainee.version,
    Trainee.merged_into,
)


@cache
def one(role: str) -> Select[Any]:
    """The statement that reads one trainee: built once a role, since it is the most frequent of all. Its parameters: `of(actor, trainee_id)`."""
    how: ColumnElement[Any] = null()
    if role == "institution":
        sighting = select(TraineeSighting.how).where(
            TraineeSighting.trainee_id == Trainee.id, TraineeSighting.institution_id == bindparam("its_institution")
        )
        how = sighting.correlate(Trainee).scalar_subquery()
    return select(*SHOWN, how.label("how")).where(Trainee.id == bindparam("trainee_id"), visibility.rows_bound(role))


def of(actor: Actor, trainee_id: UUID) -> dict[str, Any]:
    return {"trainee_id": trainee_id, **visibility.bound(actor)}


async def get(call: Call, kernel: Kernel, trainee_id: UUID) -> TraineePaper:
    """One trainee as the caller may see it: the answer asked for most, so it takes the reader's short way."""
    return _paper(call, await kernel.reader.first(one(call.actor.role), of(call.actor, trainee_id)))


async def paper(session: AsyncSession, call: Call, trainee_id: UUID) -> TraineePaper:
    """The same within a transaction, as it stands there."""
    row = (await session.execute(one(call.actor.role), of(call.actor, trainee_id))).first()
    return _paper(call, row and row._mapping)


def _paper(call: Call, row: Mapping[str, Any] | None) -> TraineePaper:
    if row is None:
        raise errors.NotFound()
    if row["merged_into"]:
        raise TraineeMerged(merged_into=str(row["merged_into"]))
    doer = call.actor.doer
    may_change = visibility.may_change(call.actor, row["how"], row["region_code"])
    actions = wire.allowed_actions(policy.allowed_actions(doer, may_change=may_change))
    return TraineePaper.model_validate({**row, "allowed_actions": actions})


async def shown(session: AsyncSession, trainee_id: UUID) -> dict[str, Any]:
    """One trainee as JSON shows it, to be compared with how it was or will be."""
    row = (await session.execute(select(*SHOWN).where(Trainee.id == trainee_id))).one()
    return TraineeOut.model_validate(dict(row._mapping)).model_dump(mode="json")


async def as_of(session: AsyncSession, call: Call, kernel: Kernel, trainee_id: UUID, on: date) -> TraineePaper:
    """The trainee as known at the end of a day; 404 before they were registered."""
    today = await paper(session, call, trainee_id)
    return await history.stood(session, today, on, today.registered_at, await _opened(session, kernel, trainee_id))


async def entries(session: AsyncSession, call: Call, kernel: Kernel, trainee_id: UUID, asked: pages.Asked) -> dict[str, Any]:
    """A page of what was done about a person, under whichever of their ids."""
    await find(session, call, trainee_id)
    about = ALIASES.among(audit.TRAIL.c.subject, [trainee_id])
    return await history.entries(session, about, asked, await _opened(session, kernel, trainee_id))


async def _opened(session: AsyncSession, kernel: Kernel, trainee_id: UUID) -> history.Open:
    theirs = select(Trainee.id, Trainee.history_key).where(ALIASES.among(Trainee.id, [trainee_id]))
    return history.opened(kernel.vault, {row.id: row.history_key for row in await session.execute(theirs)})


async def holders(session: AsyncSession, accounts: Collection[bytes]) -> dict[bytes, list[UUID]]:
    """Who has each of these accounts (their digests), as many as are worth telling."""
    if not accounts:
        return {}
    asked = func.unnest(bindparam("accounts", sorted(accounts), ARRAY(LargeBinary))).table_valued("account").render_derived()
    person = select(Trainee.id).where(Trainee.bank_account_key == asked.c.account, Trainee.merged_into.is_(None)).order_by(Trainee.id)
    some = person.limit(HOLDERS_AT_MOST).lateral("some")
    found: dict[bytes, list[UUID]] = {}
    for row in await session.execute(select(asked.c.account, some.c.id).join_from(asked, some, true())):
        found.setdefault(row.account, []).append(row.id)
    return found


async def registered_by(session: AsyncSession, keys: Collection[bytes]) -> dict[bytes, UUID]:
    """Who is registered by each of these numbers (their digests), as merged; a number of nobody is left out."""
    people = select(Trainee.id_number_key, func.coalesce(Trainee.merged_into, Trainee.id).label("trainee_id"))
    people = people.where(Trainee.id_number_key == func.any(sorted(keys)), Trainee.holds_number)
    return {row.id_number_key: row.trainee_id for row in await session.execute(people)} if keys else {}


async def find(session: AsyncSession, call: Call, trainee_id: UUID) -> Trainee:
    """The trainee to work on, or 404; 410 when it was merged into another."""
    trainee = await session.scalar(select(Trainee).where(Trainee.id == trainee_id, visibility.rows(call.actor)))
    if trainee is None:
        raise errors.NotFound()
    if trainee.merged_into:
        raise TraineeMerged(merged_into=str(trainee.merged_into))
    return trainee


async def seen(session: AsyncSession, call: Call, trainee_ids: Collection[UUID]) -> dict[UUID, UUID]:
    """Whom these ids mean, of those whom the caller may see."""
    wanted = select(WRITTEN_AS.id, Trainee.id.label("goes_on_as")).join(Trainee, IS_THE_ONE)
    wanted = wanted.where(WRITTEN_AS.id == func.any(list(trainee_ids)), visibility.rows(call.actor))
    return {row.id: row.goes_on_as for row in await session.execute(wanted)}


async def matched(session: AsyncSession, call: Call, trainee_id: UUID) -> Trainee:
    """The same, of the caller's version."""
    trainee = await find(session, call, trainee_id)
    call.match(trainee.version)
    return trainee


async def list_trainees(
    session: AsyncSession,
    call: Call,
    asked: pages.Asked,
    ref: pages.Reference,
    *,
    region_code: list[str] | None,
    category: list[Category] | None,
    institution_id: list[UUID] | None,
    name: list[str] | None,
    village: list[str] | None,
    never_trained: list[bool] | None,
) -> dict[str, Any]:
    pages.known("region_code", region_code, reference.lists().regions)
    wanted = select(*SHOWN).where(Trainee.merged_into.is_(None), visibility.rows(call.actor), ref.among(Trainee.external_refs))
    wanted = pages.where(wanted, {Trainee.region_code: region_code, Trainee.village: village})
    if never_trained is not None and len(set(never_trained)) == 1:
        wanted = wanted.where(Trainee.trained.is_(not never_trained[0]))
    if category:
        held = select(TraineeCategory).where(TraineeCategory.trainee_id == Trainee.id, TraineeCategory.code.in_(category))
        wanted = wanted.where(held.exists())
    if institution_id:
        seen = select(TraineeSighting).where(TraineeSighting.trainee_id == Trainee.id, TraineeSighting.institution_id.in_(institution_id))
        wanted = wanted.where(seen.exists())
    if name:
        wanted = wanted.where(seeking.as_written(Trainee.known_as, [person_names.sought(each) for each in name]))
    if asked.sought is not None:
        asked = replace(asked, sought=person_names.sought(asked.sought))
    school = call.actor.institution_id if call.actor.role == "institution" else None
    filters = (region_code, category, institution_id, name, village, never_trained, asked.sought, *ref.systems, *ref.numbers)
    counted = _seen_by(school) if school and not any(each is not None for each in filters) else None
    return await pages.page(session, wanted, Trainee.id, asked, lambda row: TraineeOut.model_validate(dict(row._mapping)), counted)


def _seen_by(institution_id: UUID) -> Select[Any]:
    """As many rows as the people that an institution sees, of an index: they are far more than those who were merged."""
    merged = select(Trainee.id).where(Trainee.merged_into.is_not(None), Trainee.id == TraineeSighting.trainee_id)
    return select(TraineeSighting.trainee_id).where(TraineeSighting.institution_id == institution_id, ~merged.exists())
