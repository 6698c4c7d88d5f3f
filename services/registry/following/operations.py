"""Taking in what other services announce: who was certified, who works, which papers name which files. Each event takes effect once, with the feed's
cursor."""

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import delete, func, select
from sqlalchemy.dialects.postgresql import Insert
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.ext.asyncio import AsyncSession

from services.registry.files import operations as files
from services.registry.following import clients
from services.registry.people.known.tables import KnownCertificate, KnownPlacement
from services.registry.people.trainees.tables import Trainee
from shared import db
from shared.access import Call
from shared.changes import Event, Feed
from shared.following import Fetch, LetGo, TakeIn
from shared.http_client import Neighbour


async def take_in_claims(session: AsyncSession, events: Sequence[Event]) -> None:
    await _take_in_files(session, "subsidy", events)


async def _take_in_files(session: AsyncSession, service: str, events: Sequence[Event]) -> None:
    """The last that is told of a paper's files stands."""
    said = [(event, clients.FilesTold.model_validate(event.data).file_ids) for event in events]
    if told := {(event.type.partition(".")[0], event.subject): file_ids for event, file_ids in said if file_ids is not None}:
        await files.name(session, service, told)


CERTIFICATE_EVENTS = frozenset({"certificate.issued", "certificate.registered", "certificate.revoked"})


async def take_in_certificates(session: AsyncSession, events: Sequence[Event]) -> None:
    await _take_in_files(session, "evaluation", events)
    told: dict[UUID, dict[str, Any]] = {}
    for event in events:
        if event.type in CERTIFICATE_EVENTS:
            said = clients.CertificateTold.model_validate(event.data).model_dump()
            before = told.get(event.subject, {})
            told[event.subject] = said | {"revoked_on": said["revoked_on"] or before.get("revoked_on")}
    # A revocation stands, whatever is told again of the certificate before it.
    known = upsert(db.table(KnownCertificate))
    await _keep(session, known, told, revoked_on=func.coalesce(known.excluded.revoked_on, KnownCertificate.revoked_on))


async def _keep(session: AsyncSession, known: Insert, told: Mapping[UUID, Mapping[str, Any]], **instead: Any) -> None:
    """Keeps what is told of each paper, by its id, and of whom, as merged. `instead`: of the columns that are not simply as told."""
    if not told:
        return
    kept = await _as_merged(session, {each["trainee_id"] for each in told.values()})
    rows = [
        {"id": subject, **each, "trainee_id": kept.get(each["trainee_id"], each["trainee_id"]), "told_of": each["trainee_id"]}
        for subject, each in told.items()
    ]
    new = {name: known.excluded[name] for name in rows[0] if name != "id"}
    await db.insert_all(session, known.on_conflict_do_update(index_elements=["id"], set_=new | instead), rows)


def with_placements(fetch: Fetch, eastwest: Neighbour, call: Callable[[], Call]) -> Fetch:
    """The feed of eastwest with the placements its events are about, asked for once a batch, before any transaction."""

    async def fetched(after: str | None, limit: int, wait_seconds: float) -> Mapping[str, Any]:
        batch = Feed.model_validate(await fetch(after, limit, wait_seconds))
        ids = {each.subject for each in batch.items if _of_placement(each)}
        found = {each.placement_id: each for each in await clients.placements(eastwest, call(), ids)} if ids else {}
        for each in batch.items:
            if each.subject in found:
                each.data["placement"] = found[each.subject].model_dump(mode="json")
        return batch.model_dump()

    return fetched


async def take_in_placements(session: AsyncSession, events: Sequence[Event]) -> None:
    """Keeps the placements as they stand; what an event reports is in them already."""
    await _take_in_files(session, "eastwest", events)
    told: dict[UUID, dict[str, Any]] = {}
    for event in events:
        if _of_placement(event) and "placement" in event.data:
            placement = clients.PlacementRead.model_validate(event.data["placement"])
            said = placement.model_dump(exclude={"placement_id", "written_as"})
            told[event.subject] = said | {"trainee_id": placement.written_as, "learnt_at": event.time}
    await _keep(session, upsert(db.table(KnownPlacement)), told)


def letting_go(service: str, take_in: TakeIn, known: type[KnownCertificate | KnownPlacement] | None = None) -> LetGo:
    """What a restored service no longer tells of a paper is forgotten with all else of it; what it told before is taken in anew."""

    async def let_go(session: AsyncSession, lost: Sequence[Event], earlier: Sequence[Event]) -> None:
        subjects = {each.subject for each in lost}
        await files.name_no_more(session, service, subjects)
        if known:
            await session.execute(delete(known).where(known.id.in_(subjects)))
        await take_in(session, earlier)

    return let_go


def _of_placement(event: Event) -> bool:
    return event.type.startswith("placement.")


async def _as_merged(session: AsyncSession, ids: Collection[UUID]) -> dict[UUID, UUID]:
    """Whom the ids stand for now. The locks let a merge come before or after this, not in between."""
    wanted = select(Trainee.id, func.coalesce(Trainee.merged_into, Trainee.id)).where(Trainee.id == func.any(list(ids)))
    return {row[0]: row[1] for row in await session.execute(wanted.order_by(Trainee.id).with_for_update(read=True))}
