"""A bureau, a registry and a bank that do anything in any order with the money of approved claims, and what must hold after every step.

The bank is the witness: it keeps what the files told it to pay and what it paid, apart from the service's books.
"""

import asyncio
import contextlib
import csv
import io
from collections import Counter
from collections.abc import Coroutine
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, TypeAlias, TypeVar
from uuid import UUID

import httpx
from fastapi import FastAPI
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule
from sqlalchemy import select, text

from services.subsidy.claims.policy import on_hold
from services.subsidy.claims.tables import Claim
from services.subsidy.following import operations as following
from services.subsidy.funds.errors import FundExhausted
from services.subsidy.payments.tables import Payment
from shared import clock, db
from tests.conftest import Service
from tests.subsidy.office import PERSONS, a_claim, a_fund, call, finance, key

Answer = TypeVar("Answer")
TODAY = "2025-04-20T09:00:00+08:00"
REFUSED = {409, 412, 422}
NOTHING = Decimal("0.00")
numbers = st.integers(0, 11)
some = st.sets(numbers, min_size=1, max_size=3)
claims = st.tuples(
    st.lists(st.sampled_from(["180.00", "60.00", "0.01", "0.00"]), min_size=1, max_size=4),
    st.sampled_from(["trainee", "trainee", "organiser"]),
    numbers,
    st.sampled_from([None, "agricultural_short", "certificate_direct", "placement_stability"]),
)
Approved: TypeAlias = tuple[list[str], str, int, str | None]
OF: dict[str, dict[str, Any]] = {
    "agricultural_short": {},
    "certificate_direct": {"kind": "certificate", "scheme": "certificate_direct"},
    "placement_stability": {"kind": "placement", "scheme": "placement_stability"},
}
results = st.lists(st.sampled_from(["paid", "paid", "paid", "failed", "bounced"]), min_size=1, max_size=4)


BOOKS = text("""
    WITH fund AS (SELECT * FROM funds WHERE id = :fund_id),
    posted AS (SELECT * FROM fund_postings WHERE fund_id = :fund_id),
    lines AS (SELECT l.*, c.status AS stands FROM claim_lines l JOIN claims c ON c.id = l.claim_id WHERE c.fund_id = :fund_id),
    sent AS (
        SELECT pl.claim_id, pl.position, sum(pl.amount_yuan) AS yuan
        FROM payment_lines pl JOIN payments p ON p.id = pl.payment_id JOIN payment_batches b ON b.id = p.batch_id
        WHERE b.fund_id = :fund_id AND p.status IN ('pending', 'exported', 'paid') GROUP BY pl.claim_id, pl.position)
    SELECT total_yuan AS total, available_yuan AS available, reserved_yuan AS reserved, paid_yuan AS paid,
        (SELECT coalesce(sum(amount_yuan) FILTER (WHERE to_account = 'available'), 0) - coalesce(sum(amount_yuan) FILTER (WHERE from_account = 'available'), 0)
         FROM posted) AS available_posted,
        (SELECT coalesce(sum(amount_yuan) FILTER (WHERE to_account = 'reserved'), 0) - coalesce(sum(amount_yuan) FILTER (WHERE from_account = 'reserved'), 0)
         FROM posted) AS reserved_posted,
        (SELECT coalesce(sum(amount_yuan) FILTER (WHERE to_account = 'paid'), 0) - coalesce(sum(amount_yuan) FILTER (WHERE from_account = 'paid'), 0)
         FROM posted) AS paid_posted,
        (SELECT coalesce(sum(amount - paid_yuan - given_up_yuan), 0) FROM lines WHERE stands = 'approved') AS owed,
        (SELECT coalesce(sum(paid_yuan), 0) FROM lines) AS paid_to_lines,
        (SELECT coalesce(sum(x.amount_yuan), 0) FROM recovery_receipts x JOIN recoveries r ON r.id = x.recovery_id WHERE r.fund_id = :fund_id) AS received,
        (SELECT count(*) FROM lines l JOIN sent s ON s.claim_id = l.claim_id AND s.position = l.position WHERE s.yuan > l.amount) AS twice
    FROM fund""")


@dataclass
class Registry:
    """Who has which account now, and who goes on as whom."""

    accounts: dict[UUID, str | None] = field(default_factory=dict)
    merged: dict[UUID, UUID] = field(default_factory=dict)
    institutions: dict[UUID, str] = field(default_factory=dict)

    def now(self, person: UUID) -> UUID:
        while person in self.merged:
            person = self.merged[person]
        return person

    def account(self, payee: UUID) -> str | None:
        return self.institutions.get(payee) or self.accounts.get(self.now(payee))

    def alone(self, person: UUID) -> bool:
        """Whether nobody else has this person's account."""
        account, me = self.account(person), self.now(person)
        others = {each for each in self.accounts if self.now(each) != me}
        return account not in {*(self.account(each) for each in others), *self.institutions.values()}

    def served(self) -> httpx.ASGITransport:
        app = FastAPI()

        @app.post("/internal/v1/payees")
        async def payees(asked: dict[str, list[str]]) -> dict[str, Any]:
            def trainee(payee: str) -> dict[str, Any]:
                account = self.account(UUID(payee))
                whose = next((str(each) for each, own in self.institutions.items() if own == account), None)
                others = {self.account(each) for each in self.accounts if self.now(each) != self.now(UUID(payee))}
                merged = str(self.now(UUID(payee))) if UUID(payee) in self.merged else None
                return {
                    "id": payee,
                    "name": payee,
                    "bank_account": account,
                    "account_of": whose,
                    "account_shared": account in others,
                    "merged_into": merged,
                }

            institutions = [{"id": each, "name": each, "bank_account": self.institutions[UUID(each)]} for each in asked["institution_ids"]]
            return {"institutions": institutions, "trainees": [trainee(each) for each in asked["trainee_ids"]]}

        return httpx.ASGITransport(app)


@dataclass
class Told:
    """One line of a bank file."""

    payment_id: str
    account: str
    amount: Decimal


class Money(RuleBasedStateMachine):
    """`service` and `loop` are given by the test: each run has a fund, people and claims of its own in the same service."""

    service: Service
    loop: asyncio.AbstractEventLoop

    def wait(self, doing: Coroutine[Any, Any, Answer]) -> Answer:
        return asyncio.run_coroutine_threadsafe(doing, self.loop).result(120)

    @initialize(total=st.sampled_from(["900.00", "5000.00"]), claims=st.lists(claims, min_size=2, max_size=3))
    def open(self, total: str, claims: list[Approved]) -> None:
        self.registry, self.claims, self.batches = Registry(), list[UUID](), list[str]()
        self.undelivered: list[tuple[UUID, UUID]] = []
        self.files: dict[str, Told] = {}
        self.paid: Counter[str] = Counter()  # by the bank, less what it brought back
        self.people = [db.new_id() for _ in range(4)]
        for number, person in enumerate(self.people):
            self.registry.accounts[person] = f"62170000100012340{number:02}"
        self.service.kernel.neighbours["registry"].transport = self.registry.served()
        self.finance, self.reviewer = finance(self.service, at=TODAY), self.service.as_("reviewer", person_id=PERSONS["confirm"], at=TODAY)
        self.fund_id = self.wait(a_fund(self.service, total))
        for claim in claims:
            self.wait(self._approve(*claim))

    def teardown(self) -> None:
        async def close() -> None:
            for client in (self.finance, self.reviewer):
                await client.aclose()

        if hasattr(self, "finance"):
            self.wait(close())

    async def act(self, client: httpx.AsyncClient, path: str, body: Any = None, **query: Any) -> httpx.Response:
        """The step on the paper as it is now; refused or done, and nothing else."""
        paper, _, action = path.rpartition(":")
        seen = await client.get(paper)
        answer = await client.post(path, json=body, params=query, headers=key(seen.json()["version"]))
        assert answer.status_code == 200 or answer.status_code in REFUSED, f"{action}: {answer.status_code} {answer.text}"
        return answer

    # The registry

    @rule(person=numbers, account=st.none() | numbers)
    def change_an_account(self, person: int, account: int | None) -> None:
        self._give(person, None if account is None else f"62170000100012340{account:02}")

    def _give(self, person: int, account: str | None) -> None:
        self.registry.accounts[self.registry.now(self.people[person % len(self.people)])] = account

    @rule(old=numbers, into=numbers)
    def merge(self, old: int, into: int) -> None:
        self._merge(old, into)

    def _merge(self, old: int, into: int) -> None:
        one, other = (self.registry.now(self.people[each % len(self.people)]) for each in (old, into))
        if one != other:
            self.registry.merged[one] = other
            self.undelivered.append((one, other))

    @precondition(lambda self: self.undelivered)
    @rule()
    def hear_of_a_merge(self) -> None:
        old, into = self.undelivered.pop(0)

        async def hear() -> None:
            async with self.service.kernel.writing.begin() as session:
                await following.trainee_merged(session, call(TODAY, "service"), old, into)

        self.wait(hear())

    # The bureau

    @rule(claim=claims)
    def approve_a_claim(self, claim: Approved) -> None:
        self.wait(self._approve(*claim))

    async def _approve(self, amounts: list[str], payee: str, first: int, scheme: str | None) -> None:
        """Of that scheme; of none: a supplement of a claim before, with people of its own."""
        of = (
            {"supplement_of_id": self.claims[first % len(self.claims)]}
            if scheme is None and self.claims
            else OF[scheme or "agricultural_short"]
        )
        school, people = db.new_id(), [self.people[(first + n) % len(self.people)] for n in range(len(amounts))]
        self.registry.institutions[school] = f"62170000200012340{len(self.registry.institutions):02}"
        with contextlib.suppress(FundExhausted):
            claim = await a_claim(self.service, self.fund_id, amounts, payee=payee, people=people, institution_id=school, **of)
            self.claims.append(claim.id)

    @precondition(lambda self: self.claims)
    @rule(which=numbers, action=st.sampled_from(["hold", "release"]))
    def hold_or_release(self, which: int, action: str) -> None:
        self.wait(self._decide(which, action))

    @precondition(lambda self: self.claims)
    @rule(which=numbers, action=st.sampled_from(["reject", "return", "close"]))
    def leave_approval(self, which: int, action: str) -> None:
        self.wait(self._decide(which, action))

    async def _decide(self, which: int, action: str) -> None:
        client = self.reviewer if action in ("hold", "release") else self.finance
        body = {"comment": "已核实"} if action == "release" else {"reason": "核查"}
        await self.act(client, f"/v1/claims/{self.claims[which % len(self.claims)]}:{action}", body)

    @precondition(lambda self: self.claims)
    @rule(which=some)
    def make_a_batch(self, which: set[int]) -> None:
        self.wait(self._make_a_batch(which))

    @precondition(lambda self: self.batches)
    @rule(which=numbers)
    def export(self, which: int) -> None:
        self.wait(self._export(self.batches[-1 - which % len(self.batches)]))

    @precondition(lambda self: self.claims)
    @rule(which=some, meanwhile=st.sampled_from(["", "account", "school's", "merge", "hold"]), whose=numbers, results=results)
    def pay(self, which: set[int], meanwhile: str, whose: int, results: list[str]) -> None:
        """A batch from its making to the bank's answers, and what happens between its making and its export."""

        async def pay() -> None:
            batch_id = await self._make_a_batch(which)
            if batch_id is None:
                return
            if meanwhile == "hold":
                await self._decide(whose, "hold")
            elif meanwhile == "merge":
                self._merge(whose, whose + 1)
            elif meanwhile:
                schools = [*self.registry.institutions.values()]
                self._give(whose, schools[whose % len(schools)] if meanwhile == "school's" else f"621700003000{whose:07}")
            await self._export(batch_id)
            await self._answer(batch_id, results)

        self.wait(pay())

    async def _make_a_batch(self, which: set[int]) -> str | None:
        ids = sorted({str(self.claims[each % len(self.claims)]) for each in which})
        answer = await self.finance.post("/v1/payment-batches", json={"fund_id": self.fund_id, "claim_ids": ids}, headers=key())
        assert answer.status_code == 201 or answer.status_code in REFUSED, answer.text
        if answer.status_code != 201:
            return None
        self.batches.append(answer.json()["id"])
        return self.batches[-1]

    async def _export(self, batch_id: str) -> None:
        held = await self._held()
        answer = await self.act(self.finance, f"/v1/payment-batches/{batch_id}:export", format="csv")
        if answer.status_code != 200 or answer.json()["status"] != "exported":
            return
        batch = answer.json()
        going = {each["id"]: each for each in batch["payments"] if each["status"] == "exported"}
        assert not held & {UUID(each["claim_id"]) for each in going.values()}, "on hold, and in a bank file"
        rows = list(csv.reader(io.StringIO((await self.finance.get(batch["bank_file_url"])).content.decode("utf-8-sig"))))[1:]
        assert {row[1] for row in rows} == going.keys()
        for _, payment_id, _, account, amount, _ in rows:
            kind, payee = going[payment_id]["payee"]["kind"], UUID(going[payment_id]["payee"]["id"])
            assert account == self.registry.account(payee), "changed since, and in a bank file"
            assert kind == "organiser" or self.registry.alone(payee), "to an account that is another's as well"
            assert payment_id not in self.files, "sent twice"
            self.files[payment_id] = Told(payment_id, account, Decimal(amount))

    @precondition(lambda self: self.batches)
    @rule(which=numbers)
    def cancel(self, which: int) -> None:
        self.wait(self.act(self.finance, f"/v1/payment-batches/{self.batches[-1 - which % len(self.batches)]}:cancel", {"reason": "重建"}))

    # The bank

    @precondition(lambda self: self.files)
    @rule(which=numbers, results=results)
    def answer(self, which: int, results: list[str]) -> None:
        self.wait(self._answer(self.batches[-1 - which % len(self.batches)], results))

    async def _answer(self, batch_id: str, results: list[str]) -> None:
        before = {each["id"]: each["status"] for each in (await self.finance.get(f"/v1/payment-batches/{batch_id}")).json()["payments"]}
        told = [payment_id for payment_id, status in before.items() if status in ("exported", "paid")]
        if said := [{"payment_id": each, "result": result} for each, result in zip(told, results, strict=False)]:
            done = await self.act(self.finance, f"/v1/payment-batches/{batch_id}:confirm", {"results": said})
            if done.status_code == 200:
                for each in said:
                    self.paid[each["payment_id"]] += (each["result"] == "paid") - (before[each["payment_id"]] == "paid")

    @precondition(lambda self: +self.paid)
    @rule(which=numbers)
    def bring_back(self, which: int) -> None:
        async def bring_back() -> None:
            payment_id = sorted((+self.paid).elements())[which % len(+self.paid)]
            async with self.service.kernel.reading() as session:
                batch_id = await session.scalar(select(Payment.batch_id).where(Payment.id == UUID(payment_id)))
            body = {"payment_id": payment_id, "reason": "已销户", "returned_on": TODAY[:10]}
            done = await self.act(self.finance, f"/v1/payment-batches/{batch_id}:report-return", body)
            self.paid[payment_id] -= done.status_code == 200

        self.wait(bring_back())

    # Money that is asked back

    @precondition(lambda self: +self.paid)
    @rule(which=numbers, amount=st.sampled_from([None, "0.01", "60.00", "180.00", "240.00"]))
    def ask_back(self, which: int, amount: str | None) -> None:
        body = {"reason": "审计"} | ({"amount": amount} if amount else {})
        self.wait(self.act(self.finance, f"/v1/claims/{self.claims[which % len(self.claims)]}:recover", body))

    @precondition(lambda self: self.claims)
    @rule(which=numbers, amount=st.sampled_from([None, "0.01", "60.00"]))
    def take_in(self, which: int, amount: str | None) -> None:
        async def take_in() -> None:
            open_ones = (await self.finance.get("/v1/recoveries", params={"fund_id": self.fund_id, "status": "recovering"})).json()["items"]
            if open_ones:
                body = {"received_on": TODAY[:10], "voucher_no": str(db.new_id())} | ({"amount": amount} if amount else {})
                await self.act(self.finance, f"/v1/recoveries/{open_ones[which % len(open_ones)]['id']}:confirm", body)

        self.wait(take_in())

    # What holds

    @invariant()
    def the_books_balance_and_say_what_the_bank_did(self) -> None:
        if hasattr(self, "fund_id"):
            self.wait(self._check())

    async def _held(self) -> set[UUID]:
        async with self.service.kernel.reading() as session:
            claims = await session.execute(select(Claim.id, Claim.holds).where(Claim.fund_id == UUID(self.fund_id)))
            return {claim.id for claim in claims if on_hold(claim.holds, clock.read(TODAY).date())}

    async def _check(self) -> None:
        async with self.service.kernel.reading() as session:
            said = (await session.execute(BOOKS, {"fund_id": self.fund_id})).one()
        for account in ("available", "reserved", "paid"):
            held = getattr(said, account)
            assert held >= 0 and held == getattr(said, f"{account}_posted"), f"{account} is not what its postings say"
        assert said.total == said.available + said.reserved + said.paid
        assert said.twice == 0, "a line is sent or paid twice"
        assert said.reserved == said.owed, "set aside is what approved claims are still owed"
        by_the_bank = sum((self.files[each].amount * times for each, times in self.paid.items()), NOTHING)
        assert said.paid_to_lines == by_the_bank, "the books and the bank differ"
        assert said.paid == by_the_bank - said.received
