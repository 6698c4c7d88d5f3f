"""Taking in what other services announce: who was certified, who works, which papers name which files. Each event takes effect once, with the feed's
cursor."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import delete, func, select
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.ext.asyncio import AsyncSession

from services.registry.files import operations as files
from services.registry.following import clients
from services.registry.people.known.tables import KnownCertificate, KnownPlacement
from services.registry.people.trainees.tables import Trainee
from shared.access import Call
from shared.changes import Event, Feed
from shared.following import Fetch, LetGo, TakeIn
from shared.http_client import Neighbour


async def take_in_claim(session: AsyncSession, event: Event) -> None:
    await _take_in_files(session, "subsidy", event)


async def _take_in_files(session: AsyncSession, service: str, event: Event) -> None:
    told = clients.FilesTold.model_validate(event.data).file_ids
    if told is not None:
        await files.name(session, service, event.type.partition(".")[0], event.subject, told)


CERTIFICATE_EVENTS = frozenset({"certificate.issued", "certificate.registered", "certificate.revoked"})


async def take_in_certificate(session: AsyncSession, event: Event) -> None:
    await _take_in_files(session, "evaluation", event)
    if event.type not in CERTIFICATE_EVENTS:
        return
    told = clients.CertificateTold.model_validate(event.data).model_dump()
    told |= {"trainee_id": await _as_merged(session, told["trainee_id"]), "told_of": told["trainee_id"]}
    known = upsert(KnownCertificate).values(id=event.subject, **told)
    # A revocation stands, whatever is told again of the certificate before it.
    revoked_on = func.coalesce(known.excluded.revoked_on, KnownCertificate.revoked_on)
    await session.execute(known.on_conflict_do_update(index_elements=["id"], set_=told | {"revoked_on": revoked_on}))


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


async def take_in_placement(session: AsyncSession, event: Event) -> None:
    """Keeps the placement as it stands; what an event reports is in it already."""
    await _take_in_files(session, "eastwest", event)
    if not _of_placement(event) or "placement" not in event.data:
        return
    placement = clients.PlacementRead.model_validate(event.data["placement"])
    told = placement.model_dump(exclude={"placement_id", "written_as"})
    told |= {"trainee_id": await _as_merged(session, placement.written_as), "told_of": placement.written_as, "learnt_at": event.time}
    known = upsert(KnownPlacement).values(id=event.subject, **told)
    await session.execute(known.on_conflict_do_update(index_elements=["id"], set_=told))


def letting_go(service: str, take_in: TakeIn, known: type[KnownCertificate | KnownPlacement] | None = None) -> LetGo:
    """What a restored service no longer tells of a paper is forgotten with all else of it; what it told before is taken in anew."""

    async def let_go(session: AsyncSession, lost: Sequence[Event], earlier: Sequence[Event]) -> None:
        subjects = {each.subject for each in lost}
        await files.name_no_more(session, service, subjects)
        if known:
            await session.execute(delete(known).where(known.id.in_(subjects)))
        for event in earlier:
            await take_in(session, event)

    return let_go


def _of_placement(event: Event) -> bool:
    return event.type.startswith("placement.")


async def _as_merged(session: AsyncSession, trainee_id: UUID) -> UUID:
    """Whom the id stands for now. The lock lets a merge come before or after this, not in between."""
    wanted = select(func.coalesce(Trainee.merged_into, Trainee.id)).where(Trainee.id == trainee_id).with_for_update(read=True)
    return await session.scalar(wanted) or trainee_id
