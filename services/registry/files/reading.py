"""Who may read a file: whoever sees a paper that names it, in whatever service. The rule of each paper stands with it, so the service that has the paper is
asked; the registry's own are looked up where they name it."""

import asyncio
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Annotated, Any, Final
from uuid import UUID

from fastapi import Depends, Request
from sqlalchemy import Select, Text, literal, select, union_all
from sqlalchemy.ext.asyncio import AsyncSession

from services.registry.files import visibility
from services.registry.files.tables import File, Naming
from shared import db, feed, http_client, web
from shared.access import Call
from shared.changes import file_id
from shared.errors import Fault
from shared.web import events

OWN: Final = "registry"
PAPERS_AT_MOST = events.EVENTS_AT_MOST  # asked about, of those that name one file
Names = Mapping[str, Select[Any]]
FILE_ID: Final = "file_id"
_named_by: dict[str, Select[Any]] = {}


def named_by(names: Names) -> None:
    """Who keeps the registry's own papers says which of them name the file `file_id`, by kind (`app`)."""
    _named_by.update(names)


Said = Mapping[str, UUID | str | None]  # by where it stands: a file's id, or a text that may be one


async def unknown(session: AsyncSession, call: Call, named: Said, kept: Collection[UUID | str | None] = ()) -> list[Fault]:
    """The faults of naming files that the caller may not read: whoever sees the paper may read what it names. `kept`: what the paper names already."""
    return (await unknown_of_each(session, call, [named], kept))[0]


async def unknown_of_each(
    session: AsyncSession, call: Call, named: Sequence[Said], kept: Collection[UUID | str | None] = ()
) -> list[list[Fault]]:
    """The same of many papers."""
    told = [{at: file_id(said) for at, said in each.items()} for each in named]
    asked = {each for by_place in told for each in by_place.values() if each} - set(map(file_id, kept))
    may = set(await session.scalars(select(File.id).where(File.id.in_(asked), visibility.rows(call.actor)))) if asked else set()
    fix = "请先上传文件,填写其编号。"
    return [
        [Fault("unknown_file", at, seen=str(each), fix=fix) for at, each in by_place.items() if each in asked - may] for by_place in told
    ]


@dataclass(frozen=True, slots=True)
class Named:
    """A paper that names the file, as the feed's rules take it."""

    type: str
    subject: UUID
    id: UUID = field(default_factory=db.new_id)


async def _opened(file_id: UUID, request: Request, call: web.Caller, kernel: web.KernelOf) -> bool:
    """Whether a paper opens the file to the caller. Nobody is asked where the file is theirs to read, or nobody's paper is theirs to see (`admin`)."""
    async with kernel.reading() as session:
        own = await session.scalar(select(visibility.rows(call.actor)).where(File.id == file_id))
        if own is not False or call.actor.role == "admin":
            return False
        named = await _papers(session, file_id)
        if here := named.pop(OWN, None):
            [seen] = await feed.seen(session, request.app.state.papers, [call.actor], here, files=True)
            if seen:
                return True
    answers = await asyncio.gather(*(_seen(kernel, call, *each) for each in named.items()), return_exceptions=True)
    failed = next((each for each in answers if isinstance(each, BaseException)), None)
    if failed and True not in answers:
        raise failed
    return True in answers


async def _papers(session: AsyncSession, file_id: UUID) -> dict[str, list[Named]]:
    """The papers that name a file, by service."""
    own = [
        ids.add_columns(literal(OWN, Text).label("service"), literal(kind, Text).label("paper")).subquery()
        for kind, ids in _named_by.items()
    ]
    told = select(Naming.service, Naming.paper, Naming.paper_id).where(Naming.file_id == file_id)
    every = union_all(told, *(select(each.c.service, each.c.paper, each.c.id) for each in own)).limit(PAPERS_AT_MOST)
    found: dict[str, list[Named]] = {}
    for service, paper, paper_id in await session.execute(every, {FILE_ID: str(file_id)}):
        found.setdefault(service, []).append(Named(f"{paper}.named", paper_id))
    return found


async def _seen(kernel: web.Kernel, call: Call, service: str, named: list[Named]) -> bool:
    asked = {
        "viewers": [call.actor.wire()],
        "events": [{"id": str(each.id), "type": each.type, "subject": str(each.subject)} for each in named],
        "files": True,
    }
    said = await kernel.neighbours[service].post(events.SEEN, call, asked)
    return any(http_client.read(events.SeenOut, said, service).seen)


Opened = Annotated[bool, Depends(_opened)]
