"""Papers about trades as they are shown and found, and as the days of a class find the trades that stood in them."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from datetime import date
from typing import Any, TypeVar
from uuid import UUID

from sqlalchemy import ColumnElement, Select, Text, and_, bindparam, cast, func, or_, select
from sqlalchemy.dialects.postgresql import ARRAY, array
from sqlalchemy.ext.asyncio import AsyncSession

from services.registry.codes import TradePaperNoun
from services.registry.reference import policy as reference
from services.registry.training.trade_papers import policy, rules, visibility
from services.registry.training.trade_papers.schemas import PaperOut
from services.registry.training.trade_papers.tables import ListedTrade, TradePaper
from shared import errors, history, pages, wire
from shared.access import Call

Out = TypeVar("Out", bound=PaperOut)
REFUSALS: dict[str, type[errors.Problem]] = {each.code: each for each in (errors.InvalidState, errors.Forbidden)}


async def find(session: AsyncSession, call: Call, noun: str, paper_id: UUID, *, lock: bool = False) -> TradePaper:
    wanted = select(TradePaper).where(TradePaper.id == paper_id, TradePaper.noun == noun, visibility.rows(call.actor))
    paper = await session.scalar(wanted.with_for_update() if lock else wanted)
    if paper is None:
        raise errors.NotFound()
    return paper


async def permit(session: AsyncSession, call: Call, paper_id: UUID, *, noun: str, action: str, lock: bool = False) -> TradePaper:
    """The paper, of the caller's version, where the step may be taken now."""
    paper = await find(session, call, noun, paper_id, lock=lock)
    call.match(paper.version)
    if refusal := policy.why_not(action, noun, paper.status, call.actor.doer, own=visibility.own(call.actor, paper)):
        raise REFUSALS[refusal.code](refusal.detail)
    return paper


async def get(session: AsyncSession, call: Call, shape: type[Out], noun: str, paper_id: UUID, on: date | None) -> Out:
    """As it is today, or as it stood at the end of a day."""
    shown = await show(session, call, shape, await find(session, call, noun, paper_id))
    return shown if on is None else await history.stood(session, shown, on, shown.registered_at)


async def show(session: AsyncSession, call: Call, shape: type[Out], paper: TradePaper) -> Out:
    trades = (await _trades(session, [paper.id]))[paper.id]
    actions = wire.allowed_actions(policy.every_action(paper.noun, paper.status, call.actor.doer, own=visibility.own(call.actor, paper)))
    return shape.model_validate({**_of(paper, trades), "allowed_actions": actions})


async def listed(
    session: AsyncSession, call: Call, shape: type[Out], noun: str, asked: pages.Asked, *conditions: ColumnElement[bool], **filters: Any
) -> dict[str, Any]:
    """A page. `filters`: columns of the paper, each with the values any of which it may have."""
    wanted = select(TradePaper).where(TradePaper.noun == noun, visibility.rows(call.actor), *conditions)
    wanted = pages.where(wanted, {getattr(TradePaper, name): values for name, values in filters.items()})
    found = await pages.page(session, wanted, TradePaper.id, asked, lambda row: row[0])
    trades = await _trades(session, [each.id for each in found["items"]])
    return found | {"items": [shape.model_validate(_of(each, trades[each.id])) for each in found["items"]]}


KEYS, LEVEL = bindparam("trade_keys", type_=ARRAY(Text)), bindparam("level", type_=Text)


def catalogues_listing(beside: Select[Any], on: Any) -> Select[Any]:
    """The kinds of catalogues in which on a day one of `KEYS`, or the key that `beside` selects, stands for `LEVEL`."""
    trade = ListedTrade
    among = or_(trade.key == func.any(KEYS), trade.key.in_(beside))
    at_level = or_(func.cardinality(trade.levels) == 0, trade.levels.contains(cast(array([LEVEL]), ARRAY(Text))))
    found = select(TradePaper.kind).distinct().join(trade, trade.paper_id == TradePaper.id)
    return found.where(TradePaper.noun == TradePaperNoun.CATALOGUE, among, at_level, trade.days.contains(on)).order_by(TradePaper.kind)


def in_catalogues(asked: Any) -> Select[Any]:
    """Every occupation that stands or stood in a catalogue, with the days, both counted in; nothing unless it is `asked`."""
    trade, paper = ListedTrade, TradePaper
    found: Any = select(paper.kind, trade.occupation_code, trade.levels, paper.from_on, paper.until_on).join(
        trade, trade.paper_id == paper.id
    )
    listed: Select[Any] = found.where(
        paper.noun == TradePaperNoun.CATALOGUE, trade.days.is_not(None), trade.occupation_code.is_not(None), asked
    )
    return listed.order_by(paper.id, trade.position)


def naming(occupation_code: list[str] | None, trade_name: Iterable[str] | None) -> list[ColumnElement[bool]]:
    """Those that name one of these occupations, and one of these trades; 400 for an occupation that there is not."""
    pages.known("occupation_code", occupation_code, reference.lists().occupations)
    asked = [[rules.key(code, None) for code in occupation_code or ()], [rules.key(None, name) for name in trade_name or ()]]
    return [TradePaper.id.in_(select(ListedTrade.paper_id).where(ListedTrade.key.in_(keys))) for keys in asked if keys]


def standing(days: Iterable[date] | None) -> list[ColumnElement[bool]]:
    """Those that are in force, or there as a base, on one of these days."""
    until = TradePaper.until_on
    on = [and_(TradePaper.from_on <= day, or_(until.is_(None), until >= day)) for day in days or ()]
    return [or_(*on)] if on else []


async def _trades(session: AsyncSession, paper_ids: Collection[UUID]) -> dict[UUID, list[ListedTrade]]:
    wanted = select(ListedTrade).where(ListedTrade.paper_id.in_(paper_ids)).order_by(ListedTrade.paper_id, ListedTrade.position)
    found: dict[UUID, list[ListedTrade]] = defaultdict(list)
    for each in await session.scalars(wanted) if paper_ids else ():
        found[each.paper_id].append(each)
    return found


def _of(paper: TradePaper, trades: list[ListedTrade]) -> dict[str, Any]:
    one = trades[0]
    only = {"occupation_code": one.occupation_code, "trade_name": one.trade_name, "levels": one.levels}  # where the paper is of one trade
    return {
        **only,
        **{column.key: getattr(paper, column.key) for column in TradePaper.__mapper__.columns if column.key != "parts"},
        "entries": trades,
    }
