"""Ids that stand for another: of what was entered twice and is one. Rows keep the id they were written with; whoever reads them asks here whom it means.

The service that owns the ids has the column that says so; one that is told of it keeps a table of its own and fills it by `learn` and `part`. A chain is
stored as its end, so one step always leads to the id that is kept.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import BindParameter, ColumnElement, Table, Uuid, delete, func, literal, select, update
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.ext.asyncio import AsyncSession

from shared.changes import Event
from shared.following import LetGo, TakeIn, one_by_one


@dataclass(frozen=True, slots=True)
class Aliases:
    """`table` has an `id` and, in the column `leads_to`, the id it stands for (null, or no row: itself). The column has an index."""

    table: Table
    leads_to: str

    def kept(self, id_: Any) -> ColumnElement[Any]:
        """The id that this one stands for."""
        known = self.table.alias()
        leads_to = select(known.c[self.leads_to]).where(known.c.id == id_).correlate_except(known)
        return func.coalesce(leads_to.scalar_subquery(), id_)

    def among(self, column: Any, ids: Collection[UUID] | BindParameter[Any]) -> ColumnElement[bool]:
        """The rows of those whom `ids` mean, under whichever of their ids each was written. The ids are looked up once a statement."""
        given = ids if isinstance(ids, BindParameter) else literal(list(ids), ARRAY(Uuid))
        asked = select(func.unnest(given).label("id")).subquery()
        kept = select(self.kept(asked.c.id).label("id")).cte()
        known = self.table.alias()
        all_of_them = select(kept.c.id).union(select(known.c.id).join(kept, known.c[self.leads_to] == kept.c.id))
        return column == func.any(func.array(all_of_them.scalar_subquery()))

    async def resolved(self, session: AsyncSession, ids: Collection[UUID]) -> dict[UUID, UUID]:
        """Each id with the one it stands for."""
        wanted = select(self.table.c.id, self.table.c[self.leads_to]).where(self.table.c.id == func.any(list(ids)))
        known = {row[0]: row[1] or row[0] for row in await session.execute(wanted)} if ids else {}
        return {each: known.get(each, each) for each in ids}

    async def all_of(self, session: AsyncSession, id_: UUID) -> frozenset[UUID]:
        """Every id that stands for the same as this one, itself among them."""
        kept = (await self.resolved(session, [id_]))[id_]
        former = await session.scalars(select(self.table.c.id).where(self.table.c[self.leads_to] == kept))
        return frozenset({id_, kept, *former})


async def learn(session: AsyncSession, aliases: Aliases, id_: UUID, into: UUID) -> None:
    """Keeps that the id stands for another from now on, and with it whatever had led to it."""
    table, leads_to = aliases.table, aliases.leads_to
    await session.execute(update(table).where(table.c[leads_to] == id_).values({leads_to: into}))
    said = upsert(table).values({"id": id_, leads_to: into})
    await session.execute(said.on_conflict_do_update(index_elements=["id"], set_={leads_to: into}))


async def part(session: AsyncSession, aliases: Aliases, id_: UUID, theirs: Collection[UUID]) -> None:
    """The id stands for itself again, and `theirs` for it."""
    table = aliases.table
    await session.execute(delete(table).where(table.c.id == id_))
    await session.execute(update(table).where(table.c.id.in_(theirs)).values({aliases.leads_to: id_}))


def taking_in(aliases: Aliases, noun: str) -> TakeIn:
    """Follows the feed of the service that owns the ids."""

    async def take_in(session: AsyncSession, event: Event) -> None:
        if event.type == f"{noun}.merged":
            await learn(session, aliases, event.subject, UUID(event.data["merged_into"]))
        elif event.type == f"{noun}.unmerged":
            await part(session, aliases, event.subject, [UUID(each) for each in event.data[f"{noun}_ids"]])

    return one_by_one(take_in)


def letting_go(aliases: Aliases, noun: str) -> LetGo:
    """A feed that was restored tells anew who stands for whom: there are few, and each depends on those before it."""
    take_in = taking_in(aliases, noun)

    async def let_go(session: AsyncSession, _lost: Sequence[Event], earlier: Sequence[Event]) -> None:
        await session.execute(delete(aliases.table))
        await take_in(session, earlier)

    return let_go


def joining(noun: str) -> tuple[str, str]:
    """The events by which ids of this noun become one and part."""
    return f"{noun}.merged", f"{noun}.unmerged"


def led_to(events: Sequence[Event], noun: str, id_: UUID) -> frozenset[UUID]:
    """After these events, the ids that stood for this one, itself among them."""
    known = dict[UUID, UUID]()
    for event in events:
        if event.type == f"{noun}.merged":
            into = UUID(event.data["merged_into"])
            known = {each: into if end == event.subject else end for each, end in known.items()} | {event.subject: into}
        elif event.type == f"{noun}.unmerged":
            known.pop(event.subject, None)
            known |= {UUID(each): event.subject for each in event.data[f"{noun}_ids"] if UUID(each) in known}
    return frozenset({id_, *(each for each, end in known.items() if end == id_)})
