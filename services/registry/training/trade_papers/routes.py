"""What every paper about trades answers at its own path: itself, its history, and the steps that all of them or all filed ones take."""

from functools import partial
from typing import Annotated, Any
from uuid import UUID

from fastapi import Query

from services.registry.training.trade_papers import operations, reading, rules, schemas
from services.registry.training.trade_papers.errors import TradeListedTwice
from services.registry.training.trade_papers.policy import MACHINES
from services.registry.training.trade_papers.tables import TradePaper
from services.registry.training.trade_papers.visibility import SEES
from shared import errors, history, pages, web, wire

Listed = Annotated[pages.Asked, pages.asking(q=[TradePaper.name, TradePaper.document], from_on=TradePaper.from_on)]
On = Annotated[pages.AnyOf[wire.CivilDate], Query(description="这一天有效的")]


def serve_paper(router: web.Router, noun: str, shape: type[schemas.PaperOut], one: str) -> None:
    """Gives the noun's router what all of the papers answer."""
    title = MACHINES[noun].paper

    @router.operation("GET", one, may=SEES, summary=f"一份{title}", response_model=shape)
    async def get(paper_id: UUID, session: web.Session, call: web.Caller, as_of: history.AsOf = None) -> Any:
        return await reading.get(session, call, shape, noun, paper_id, as_of)

    @router.operation("GET", f"{one}/history", may=SEES, summary=f"一份{title}的办理经过,新的在前", errors=[errors.InvalidCursor])
    async def list_history(
        paper_id: UUID, session: web.Session, call: web.Caller, asked: history.Listed
    ) -> wire.Page[history.HistoryEntry]:
        await reading.find(session, call, noun, paper_id)
        return wire.Page[history.HistoryEntry].model_validate(await history.entries(session, paper_id, asked))

    @router.operation("POST", f"{one}:withdraw", summary=f"撤回{title}", response_model=shape, **_step(noun, "withdraw"))
    async def withdraw(paper_id: UUID, body: wire.Reasoned, session: web.Session, call: web.Caller) -> Any:
        return await operations.give_up(session, call, shape, noun, paper_id, body.reason, "withdraw")


def serve_filed(router: web.Router, noun: str, shape: type[schemas.PaperOut], one: str) -> None:
    """Gives it the steps of papers that are filed with authorities and are in force from a day."""
    title = MACHINES[noun].paper

    @router.operation(
        "POST", f"{one}:file", summary=f"登记{title}的备案", response_model=shape, rules=rules.OF_FILINGS, **_step(noun, "file")
    )
    async def file(paper_id: UUID, body: schemas.Filed, session: web.Session, call: web.Caller) -> Any:
        return await operations.file(session, call, shape, noun, paper_id, body)

    @router.operation(
        "POST", f"{one}:put-in-force", summary=f"实施{title}", response_model=shape, **_step(noun, "put-in-force", TradeListedTwice)
    )
    async def put_in_force(paper_id: UUID, body: schemas.PutInForce, session: web.Session, call: web.Caller) -> Any:
        return await operations.put_in_force(session, call, shape, noun, paper_id, body)

    @router.operation("POST", f"{one}:end", summary=f"停止实施{title}", response_model=shape, **_step(noun, "end"))
    async def end(paper_id: UUID, body: schemas.Ended, session: web.Session, call: web.Caller) -> Any:
        return await operations.end(session, call, shape, noun, paper_id, body)


def serve_base(router: web.Router, noun: str, shape: type[schemas.PaperOut], one: str) -> None:
    """Gives it the steps of what is approved and built."""
    title = MACHINES[noun].paper

    @router.operation("POST", f"{one}:approve", summary=f"批准{title}", response_model=shape, **_step(noun, "approve"))
    async def approve(paper_id: UUID, body: schemas.Approved, session: web.Session, call: web.Caller) -> Any:
        return await operations.approve(session, call, shape, paper_id, body)

    @router.operation("POST", f"{one}:reject", summary=f"不予批准{title}", response_model=shape, **_step(noun, "reject"))
    async def reject(paper_id: UUID, body: wire.Reasoned, session: web.Session, call: web.Caller) -> Any:
        return await operations.give_up(session, call, shape, noun, paper_id, body.reason, "reject")

    @router.operation("POST", f"{one}:build", summary=f"登记{title}建成", response_model=shape, **_step(noun, "build"))
    async def build(paper_id: UUID, body: schemas.Built, session: web.Session, call: web.Caller) -> Any:
        return await operations.build(session, call, shape, paper_id, body)

    @router.operation("POST", f"{one}:close", summary=f"关闭{title}", response_model=shape, **_step(noun, "close"))
    async def close(paper_id: UUID, body: schemas.Ended, session: web.Session, call: web.Caller) -> Any:
        return await operations.end(session, call, shape, noun, paper_id, body, "close")


def _step(noun: str, action: str, *problems: type[errors.Problem]) -> dict[str, Any]:
    """Who may take it, and what stands against it before what the body says."""
    may = frozenset(MACHINES[noun].step(action).roles)
    return {"may": may, "errors": [errors.InvalidState, *problems], "paper": partial(reading.permit, noun=noun, action=action)}
