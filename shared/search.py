"""Search (查找): papers by a number or by a part of a name. Each service answers for its own papers, by the same rules as their lists; the gateway puts
the answers together. The text comes in a body: it may be a person's number, and stands in no URL, log line or cursor.

A number finds its one paper by a unique index, one of another platform those that bear it, and they come first; parts are sought in the columns that lists seek in.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import Field, StringConstraints
from sqlalchemy import ColumnElement, Select, Text, Uuid, cast, literal, null, or_, select, union_all
from sqlalchemy.ext.asyncio import AsyncSession

from shared import access, seeking, web, wire
from shared.names import Viewer

PATH = "/internal/v1/search"
SHOWN_AT_MOST = 10
SHORTEST, LONGEST = 2, 100

HitKind = Literal["trainee", "institution", "class", "claim", "filing", "certificate", "order"]
SoughtText = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=SHORTEST, max_length=LONGEST),
    Field(description="编号的全部,或名称、编号的一部分;不少于两个字", examples=["刺绣"]),
]


class Hit(wire.Out):
    """One paper found. `exact`: the text is its number, or one that another platform gave it. `subtitle`: what tells it from others of the same title."""

    kind: HitKind
    id: UUID
    number: str | None
    title: str
    subtitle: str | None = Field(description="与同名的相区别:学员为证件号码(掩码),班级为承办机构。")
    trainee_id: UUID | None = None
    exact: bool = Field(description="所查的文字即其编号,或外部平台给它的编号。")
    link: str = Field(examples=["/v1/classes/0192f3a0-0000-7000-8000-000000000000"])


class Found(wire.Out):
    """At most ten of each kind, those named by number first, then the newest. `more`: the kinds of which there are more."""

    items: list[Hit]
    more: list[HitKind] = Field(description="还有更多结果的种类。")


class Asked(wire.In):
    """What is sought, and for whom."""

    text: SoughtText
    seen_by: Viewer


@dataclass(frozen=True, slots=True)
class Papers:
    """Papers of one kind. `may` and `noun`: who lists them, and by which scope. `numbered(text, kernel)`: the condition that a number is meant, on an
    index; `parts`: the columns that a part is sought in, `spelt` as they are kept; `refs`: the numbers that other platforms gave them."""

    kind: HitKind
    noun: str
    may: frozenset[str]
    rows: Callable[[access.Actor], ColumnElement[bool]]
    id: Any
    title: Any
    numbered: Callable[[str, web.Kernel], ColumnElement[bool]]
    parts: Sequence[Any]
    refs: Any
    number: Any = field(default_factory=null)
    subtitle: Any = field(default_factory=null)
    trainee_id: Any = field(default_factory=null)
    joined: Callable[[Select[Any]], Select[Any]] = lambda wanted: wanted
    spelt: Callable[[str], str] = lambda text: text

    def open_to(self, actor: access.Actor) -> bool:
        return actor.role in self.may and (actor.scopes is None or f"{self.noun}.read" in actor.scopes)

    def conditions(self, text: str, kernel: web.Kernel) -> Iterator[tuple[bool, ColumnElement[bool]]]:
        """What the text can mean, each on an index of its own; and whether it is then a number."""
        yield True, self.numbered(text, kernel)
        yield True, self.refs.contains([{"number": text}])
        yield False, seeking.within(self.parts, self.spelt(text))

    def found(self, actor: access.Actor, condition: ColumnElement[bool], *, exact: bool) -> Select[Any]:
        shown = select(
            literal(self.kind, Text).label("kind"),
            self.id.label("id"),
            cast(self.number, Text).label("number"),
            cast(self.title, Text).label("title"),
            cast(self.subtitle, Text).label("subtitle"),
            cast(self.trainee_id, Uuid).label("trainee_id"),
            literal(exact).label("exact"),
            (literal(f"/v1/{self.noun}/", Text) + cast(self.id, Text)).label("link"),
        )
        return self.joined(shown).where(self.rows(actor), condition).order_by(self.id.desc()).limit(SHOWN_AT_MOST + 1)


def one_of(*columns: Any) -> Callable[[str, web.Kernel], ColumnElement[bool]]:
    """A number in one of these columns, each of which has an index; letters may be of either case where ours are capitals."""
    return lambda text, _: or_(*(column.in_({text, text.upper()}) for column in columns))


async def find(session: AsyncSession, actor: access.Actor, kernel: web.Kernel, kinds: Iterable[Papers], text: str) -> Found:
    """What the caller may see of what the text names, in one statement."""
    wanted = [
        papers.found(actor, condition, exact=exact)
        for papers in kinds
        if papers.open_to(actor)
        for exact, condition in papers.conditions(text, kernel)
    ]
    rows: Sequence[Any] = ()
    if wanted:
        async with seeking.planned(session, union_all(*wanted)):
            rows = (await session.execute(union_all(*wanted))).all()
    items: dict[UUID, Hit] = {}
    for row in sorted(rows, key=lambda row: (not row.exact, -row.id.int)):
        items.setdefault(row.id, Hit.model_validate(row))
    by_kind: dict[str, list[Hit]] = {}
    for hit in items.values():
        by_kind.setdefault(hit.kind, []).append(hit)
    shown = [hit for hits in by_kind.values() for hit in hits[:SHOWN_AT_MOST]]
    return Found(items=shown, more=[hits[0].kind for hits in by_kind.values() if len(hits) > SHOWN_AT_MOST])


def router(*kinds: Papers) -> web.Router:
    """A service's answer to the gateway."""
    made = web.Router("search")

    @made.operation("POST", PATH, may=access.INTERNAL, summary="按名称或编号查找本服务的事项", writes=False)
    async def search(body: Asked, session: web.Session, kernel: web.KernelOf) -> Found:
        return await find(session, access.actor_of(body.seen_by), kernel, kinds, body.text)

    return made
