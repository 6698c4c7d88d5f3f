"""What tests of money need beside the service: claims already judged, and a registry that knows the payees' accounts."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

import httpx
from fastapi import FastAPI
from sqlalchemy import select, update

from services.subsidy.claims.tables import Claim, Decision, Line
from services.subsidy.funds import operations as funds
from services.subsidy.notices import operations as notices
from shared import access, clock, db
from tests.conftest import Service

PERSONS = {part: db.new_id() for part in ("submit", "review", "confirm", "approve")}
FINANCE = PERSONS["approve"]
ACCOUNT = "6217000010001234321"


def call(at: str = "2025-04-10T09:00:00+08:00", role: str = "finance", person_id: UUID | None = None) -> access.Call:
    return access.Call(access.Actor(f"test-{role}", role, person_id=person_id or FINANCE), clock.read(at), request_id="test")


def finance(service: Service, at: str = "2025-04-20T09:00:00+08:00", person_id: UUID = FINANCE) -> httpx.AsyncClient:
    return service.as_("finance", person_id=person_id, at=at)


def key(version: int | None = None) -> dict[str, str]:
    return {"Idempotency-Key": str(db.new_id())} | ({"If-Match": f'"{version}"'} if version is not None else {})


async def a_fund(service: Service, total: str = "1000.00") -> str:
    answer = await finance(service).post("/v1/funds", json={"source": "employment_subsidy", "year": 2025, "total": total}, headers=key())
    assert answer.status_code == 201, answer.text
    return str(answer.json()["id"])


async def a_claim(
    service: Service,
    fund_id: str,
    amounts: Sequence[str] = ("180.00",),
    status: str = "approved",
    people: Sequence[UUID] | None = None,
    **more: Any,
) -> Claim:
    """A claim as review has left it: submitted, reviewed, confirmed and (from `approved` on) approved by four persons, its money reserved. `people`: one an
    amount, strangers if not named."""
    amount = sum((Decimal(each) for each in amounts), Decimal("0.00"))
    values: dict[str, Any] = {
        "year": 2025,
        "status": status,
        "kind": "training",
        "scheme": "agricultural_short",
        "institution_id": db.new_id(),
        "on_behalf": False,
        "fund_id": UUID(fund_id),
        "everyone": True,
        "attachments": [],
        "external_refs": [],
        "amount": amount,
        "payee": "organiser",
        "notice_working_days": 5,
        "terms_in_force_from": date(2024, 9, 23),
        "terms_document": "凯府发〔2024〕9号",
        "terms_hash": "0" * 64,
        "facts_hash": "0" * 64,
        "facts": {},
        "created_at": call().now,
    } | more
    done = {"submit": "submitted", "review": "reviewed", "confirm": "in_notice"} | (
        {"approve": "approved"} if status != "in_notice" else {}
    )
    async with service.kernel.writing.begin() as session:
        if status != "in_notice":
            claim_id = values.setdefault("id", db.new_id())
            await funds.reserve(session, call(), UUID(fund_id), claim_id, amount)
        claim = Claim(**values)
        session.add(claim)
        await session.flush()
        session.add_all(
            Line(
                claim_id=claim.id,
                position=position,
                trainee_id=people[position] if people else db.new_id(),
                verdict="eligible",
                amount=Decimal(each),
                calculation="",
                findings=[],
            )
            for position, each in enumerate(amounts)
        )
        session.add_all(
            Decision(claim_id=claim.id, action=action, to_status=to, actor="test", role="officer", person_id=PERSONS[action], at=call().now)
            for action, to in done.items()
        )
    return claim


async def a_paid_claim(service: Service, fund_id: str, amounts: Sequence[str] = ("180.00",), **more: Any) -> Claim:
    """A claim that the bank has paid in whole."""
    claim = await a_claim(service, fund_id, amounts, status="paid", **more)
    async with service.kernel.writing.begin() as session:
        await funds.pay(session, call(), claim.fund_id, [funds.Moved(claim.id, claim.amount)])
        await session.execute(update(Line).where(Line.claim_id == claim.id).values(paid_yuan=Line.amount))
    return claim


async def lines_of(service: Service, claim_id: UUID | str) -> list[Line]:
    async with service.kernel.reading() as session:
        return list((await session.scalars(select(Line).where(Line.claim_id == claim_id).order_by(Line.position))).all())


async def a_notice(service: Service, fund_id: str, at: str = "2024-09-26T15:00:00+08:00", working_days: int = 5) -> tuple[Claim, UUID]:
    """A claim on public notice since that moment."""
    claim = await a_claim(service, fund_id, status="in_notice")
    persons = [notices.Person("杨秀英", Decimal("180.00"), "eligible"), notices.Person("张三", Decimal("0.00"), "refused")]
    announced = notices.Announced(claim.id, claim.scheme, "凯里市示范职业培训学校", "蔬菜种植班", claim.amount, persons)
    async with service.kernel.writing.begin() as session:
        notice = await notices.post(session, call(at, "reviewer", PERSONS["confirm"]), service.kernel, announced, working_days)
    return claim, notice.id


async def balances(service: Service, fund_id: str) -> dict[str, str]:
    """The accounts as the fund shows them, once the ledger has been found to say the same and nothing to be lost."""
    reader = service.as_("auditor")
    fund = (await reader.get(f"/v1/funds/{fund_id}")).json()
    postings, cursor = [], None
    while True:
        page = (await reader.get(f"/v1/funds/{fund_id}/ledger", params={"limit": 200} | ({"cursor": cursor} if cursor else {}))).json()
        postings += page["items"]
        if not (cursor := page["next_cursor"]):
            break
    for account in ("available", "reserved", "paid"):
        entered = sum((Decimal(each["amount"]) for each in postings if each["to_account"] == account), Decimal(0))
        left = sum((Decimal(each["amount"]) for each in postings if each["from_account"] == account), Decimal(0))
        assert entered - left == Decimal(fund[account]), account
    assert sum(Decimal(fund[account]) for account in ("available", "reserved", "paid")) == Decimal(fund["total"])
    return {account: fund[account] for account in ("available", "reserved", "paid")}


def account_of(payee_id: str) -> str:
    """Each person's own."""
    return f"62170000{UUID(payee_id).int % 10**11:011}"


def registry(without_account: set[str] | None = None, **known: str) -> httpx.ASGITransport:
    """A registry that knows every payee asked for: an institution with `ACCOUNT`, each trainee with an account of their own. `known`: what it says instead."""
    app = FastAPI()

    @app.post("/internal/v1/payees")
    async def payees(asked: dict[str, list[str]]) -> dict[str, Any]:
        def one(payee_id: str, name: str, account: str) -> dict[str, Any]:
            account = known.get(payee_id) or account
            of = "凯里市示范职业培训学校" if account == ACCOUNT and name.startswith("=") else None
            return {
                "id": payee_id,
                "name": name,
                "bank_account": None if payee_id in (without_account or ()) else account,
                "account_of": of,
            }

        return {
            "institutions": [one(each, "凯里市示范职业培训学校", ACCOUNT) for each in asked["institution_ids"]],
            "trainees": [one(each, "=杨秀英", account_of(each)) for each in asked["trainee_ids"]],
        }

    return httpx.ASGITransport(app)
