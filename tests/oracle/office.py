"""The office at work on many histories at once: every step for all of them before the next, while facts become known in between.

What it does is always the same in the end: who may be paid is claimed for, a claim that new facts stop is returned and submitted again with those who may be
paid now, every claim goes on to the bank, every recovery that is proposed is accepted and comes in, and whoever is due and was not paid is claimed for again.
"""

import asyncio
import hashlib
from collections import Counter
from collections.abc import Awaitable, Iterable, Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import httpx
import orjson
from sqlalchemy import Row, exists, func, or_, select

from services.subsidy.claims import counts, steps
from services.subsidy.claims.tables import Claim, DueReassessment, Line
from services.subsidy.following import operations as following
from services.subsidy.funds.operations import POSTINGS
from services.subsidy.funds.tables import Fund
from services.subsidy.payments.tables import Payment
from services.subsidy.reassessments import job as reassessing
from services.subsidy.reassessments.tables import Reassessment
from services.subsidy.recoveries.tables import Recovery
from services.subsidy.statistics.tables import MONEY
from shared import changes, clock, db, tallies
from tests.conftest import Service
from tests.oracle.histories import SCHOOL, Fact, told
from tests.oracle.judge import kept
from tests.oracle.runs import Run, as_event
from tests.oracle.telling import TOWN, Telling
from tests.oracle.terms import SCHEME, TO_ORGANISER, TO_TRAINEE

FIRST_DAY = date(2026, 3, 2)
DAYS_BETWEEN = 14  # more than a notice lasts
NEXT = {"submitted": ("officer", "review"), "reviewed": ("reviewer", "confirm"), "in_notice": ("finance", "approve")}
RETURNS = {"submitted": "officer", "reviewed": "reviewer", "in_notice": "reviewer", "approved": "finance"}
BECAUSE = {"reason": "事实有变化。"}
PAID = [
    Payment.id,
    Payment.claim_id,
    Payment.payee_id,
    Payment.account,
    Payment.amount_yuan,
    Payment.status,
    Payment.paid_on,
    Payment.voucher_no,
]
Books = tuple[dict[UUID, tuple[Any, ...]], dict[UUID, tuple[Any, ...]]]
AT_ONCE = 4
PAYMENTS_AT_ONCE = 500


class Office:
    """`runs` go on together, in one service and one database. The registry's answers are data: each run's world as it is known at that moment."""

    def __init__(self, subsidy: Service, runs: Sequence[Run]) -> None:
        self.subsidy, self.kernel, self.runs, self.day = subsidy, subsidy.kernel, runs, FIRST_DAY
        self.classes = {run.id(title): (run, title) for run in runs for title in run.setting.courses}
        self.people = {run.id(name): (run, name) for run in runs for name in run.world.people}
        self.schools = {run.id(SCHOOL): run for run in runs}
        self.persons = {role: db.new_id() for role in ("institution", "officer", "reviewer", "finance", "auditor", "admin")}
        self.clients: dict[tuple[str, str, date], httpx.AsyncClient] = {}
        self.fund_id, self.vouchers = "", 0
        self.kernel.neighbours["registry"].transport = httpx.MockTransport(self._registry)

    async def open(self) -> None:
        """A fund, and the invented terms published by two administrators."""
        for block in (TO_ORGANISER.block, TO_TRAINEE.block):
            proposed = await self._asked("admin", "POST", f"/v1/schemes/{SCHEME}/terms", block)
            self.persons["admin"] = db.new_id()
            await self._asked("admin", "POST", f"/v1/schemes/{SCHEME}/terms/{proposed['id']}:approve")
        fund = {"source": "employment_subsidy", "year": 2026, "total": "100000000.00"}
        self.fund_id = (await self._asked("finance", "POST", "/v1/funds", fund))["id"]

    # The rounds

    async def work(self, number: int) -> None:
        """A round: facts become known, what they stop or propose is settled, and every claim goes on."""
        for run in self.runs:
            for fact in run.rounds[number]:
                told(run.world, [fact])
            run.telling = Telling(run.name, run.world)
        if number:
            await self._hear(number)
            await self._settle()
        else:
            await self._claim_all()
        await self._go_on()
        for _ in NEXT:
            await self._go_on([UUID(class_id) for class_id, (run, _) in self.classes.items() if run.fast])
        await self._pay()

    async def finish(self) -> None:
        """Everything is known: whoever is due more than was paid is claimed for, and every claim comes to its end."""
        await self._look_for_more()
        await self._claim_all()
        for _ in NEXT:
            await self._go_on()
        await self._pay()

    async def books(self) -> Books:
        """What was posted and paid so far, row by row; the books balance."""
        async with self.kernel.reading() as session:
            posted = {row.id: tuple(row) for row in await session.execute(select(*POSTINGS.c))}
            paid = {row.id: tuple(row) for row in await session.execute(select(*PAID).where(Payment.status == "paid"))}
            fund = (await session.execute(select(Fund.total_yuan, Fund.reserved_yuan, Fund.paid_yuan))).one()
            lines = await session.scalar(select(func.coalesce(func.sum(Line.paid_yuan), 0)))
            received = await session.scalar(select(func.coalesce(func.sum(Recovery.received_yuan), 0)))
        assert fund.paid_yuan == lines - received, "what the fund has paid is what the lines were paid less what came back"
        async with self.kernel.engine.connect() as connection:
            assert await tallies.differing(connection, MONEY.info["tallies"][0]) == [], "what statistics keep is what a recount finds"
            assert await counts.differing(connection) == [], "what claims keep of their lines is what these say"
        return posted, paid

    async def net(self) -> dict[tuple[str, str], int]:
        """What each person has been paid less what was recovered, by class, in fen."""
        wanted = select(Claim.class_id, Line.trainee_id, Line.paid_yuan - Line.asked_back_yuan).join(Claim, Claim.id == Line.claim_id)
        net: Counter[tuple[str, str]] = Counter()
        async with self.kernel.reading() as session:
            for class_id, trainee_id, yuan in await session.execute(wanted):
                net[str(class_id), str(trainee_id)] += int(yuan * 100)
        return net

    async def _hear(self, number: int) -> None:
        """The claims concerned are judged anew, to the last."""
        for run in self.runs:
            for fact in run.rounds[number]:
                if run.told or fact.kind == "merge":
                    await self._event(run, fact)
        concerned = Claim.class_id.in_([UUID(run.id(title)) for run in self.runs if not run.told for title in run.setting.courses])
        async with self.kernel.writing.begin() as session:
            await steps.judge_anew(session, "trainee.changed", db.new_id(), clock.read(self._now), concerned)
        await reassessing.run_due(self.kernel)
        async with self.kernel.reading() as session:
            left = (await session.scalars(select(DueReassessment.subject_id))).all()
        assert not left, "a class could not be judged anew"

    async def _event(self, run: Run, fact: Fact) -> None:
        kind, subject, data = as_event(run, fact)
        event = changes.Event(
            id=db.new_id(), source="/registry", type=kind, subject=subject, time=clock.read(self._now), sequence="1-1", data=data
        )
        async with self.kernel.writing.begin() as session:
            await following.taking_in(self.kernel.own_call)(session, [event])

    async def _claim_all(self) -> None:
        """For everyone who would be paid something, first for the one class and then for the other."""
        for which in ("class 0", "class 1"):
            await _side_by_side(self._claim(run, title) for run, title in self.classes.values() if title == which)

    async def _settle(self) -> None:
        """What new facts stopped or proposed: a claim of which nothing was paid is submitted again, every recovery is accepted."""
        held = exists().where(Line.claim_id == Claim.id, Line.verdict == "held")
        paid = exists().where(Line.claim_id == Claim.id, Line.paid_yuan > 0)
        stopped = Claim.status.in_(RETURNS), or_(Claim.holds != [], held)
        await _side_by_side(self._submit_again(claim) for claim in await self._claims(*stopped, ~paid))
        await self._recover()
        await _side_by_side(self._act(claim, "close", BECAUSE, role="finance") for claim in await self._claims(*stopped, paid))

    async def _go_on(self, class_ids: Sequence[UUID] | None = None) -> None:
        self.day += timedelta(days=DAYS_BETWEEN)
        which = [Claim.status.in_(NEXT)] + ([] if class_ids is None else [Claim.class_id.in_(class_ids)])
        await _side_by_side(self._next_step(claim) for claim in await self._claims(*which))

    async def _pay(self) -> None:
        due = [str(claim.id) for claim in await self._claims(Claim.status == "approved", Claim.amount > 0, Claim.holds == [])]
        for first in range(0, len(due), PAYMENTS_AT_ONCE):
            await self._pay_at_once(due[first : first + PAYMENTS_AT_ONCE])

    # One claim

    async def _claim(self, run: Run, title: str) -> None:
        body = {
            "kind": "training",
            "scheme": run.setting.courses[title].scheme,
            "applicant": {"institution_id": run.id(SCHOOL)},
            "class_id": run.id(title),
            "fund_id": self.fund_id,
        }
        if not (left := await self._not_paid(run, title)):
            return
        quoted = await self._asked("institution", "POST", "/v1/claims:quote", body | {"lines": left}, of=run)
        if lines := _payable(quoted["lines"]):
            drafted = await self._asked("institution", "POST", "/v1/claims", body | {"lines": lines}, of=run)
            await self._step(run, drafted, "submit")

    async def _not_paid(self, run: Run, title: str) -> list[dict[str, str]]:
        """Who completed the class and has no money for it."""
        paid = select(Line.trainee_id).join(Claim, Claim.id == Line.claim_id)
        async with self.kernel.reading() as session:
            of_class = paid.where(Claim.class_id == UUID(run.id(title)), Line.paid_yuan > Line.asked_back_yuan)
            already = {str(each) for each in await session.scalars(of_class)}
        completed = [row["trainee_id"] for row in run.telling.rows(title) if row["outcome"] == "completed"]
        return [{"trainee_id": each} for each in completed if each not in already]

    async def _submit_again(self, claim: Row[Any]) -> None:
        """With those whom no new fact stands against; of an approved claim that is only known when it is judged again."""
        run, _ = self.classes[str(claim.class_id)]
        changed = await self._act(claim, "return", BECAUSE, role=RETURNS[claim.status])
        if claim.status == "approved" or not claim.holds:
            everyone = [{"trainee_id": each} for each in dict.fromkeys(line["trainee_id"] for line in changed["lines"])]
            changed = await self._step(run, changed, None, {"lines": everyone})
        if not (lines := _payable(changed["lines"])):
            await self._step(run, changed, "withdraw")
            return
        await self._step(run, await self._step(run, changed, None, {"lines": lines}), "submit")

    async def _next_step(self, claim: Row[Any]) -> None:
        version = claim.version
        if claim.holds:  # what it follows from was looked at when the lines were
            version = (await self._act(claim, "release", role="reviewer"))["version"]
        role, action = NEXT[claim.status]
        await self._asked(role, "POST", f"/v1/claims/{claim.id}:{action}", version=version)

    async def _recover(self) -> None:
        async with self.kernel.reading() as session:
            proposed = (await session.scalars(select(Recovery.id).where(Recovery.status == "proposed"))).all()
        await _side_by_side(self._accept(recovery_id) for recovery_id in proposed)

    async def _look_for_more(self) -> None:
        """Nothing is ever added to a line by itself: what is due beyond is claimed on a supplement, or all is taken back and claimed for anew."""
        asked = or_(exists().where(Reassessment.claim_id == Claim.id), exists().where(Recovery.claim_id == Claim.id))
        await _side_by_side(self._more(claim) for claim in await self._claims(asked, Claim.status.in_([*RETURNS, "paid", "recovered"])))

    async def _more(self, claim: Row[Any]) -> None:
        replayed = await self._asked("auditor", "GET", f"/v1/claims/{claim.id}:replay?facts=current")
        left = [(line, money(line["then"]["paid_amount"]) - money(line["then"]["asked_back_amount"])) for line in replayed["lines"]]
        worth = [(line, paid, money(line["now"]["amount"])) for line, paid in left if line["now"]["verdict"] == "eligible"]
        if claim.status in ("paid", "recovered"):
            run, _ = self.classes[str(claim.class_id)]
            persons = [{"trainee_id": line["trainee_id"], "amount": str(paid)} for line, paid, now in worth if now > paid > 0]
            if persons and run.supplements:
                await self._asked("institution", "POST", f"/v1/claims/{claim.id}:supplement", of=run, version=claim.version)
            elif persons:
                recovering = await self._act(claim, "recover", BECAUSE | {"persons": persons}, role="finance")
                await self._receive(recovering["recovery"]["id"])
        elif not any(paid for _, paid in left) and any(now > money(line["then"]["amount"]) for line, _, now in worth):
            await self._submit_again(claim)

    async def _accept(self, recovery_id: UUID) -> None:
        await self._asked("finance", "POST", f"/v1/recoveries/{recovery_id}:accept")
        await self._receive(str(recovery_id))

    async def _receive(self, recovery_id: str) -> None:
        self.vouchers += 1
        received = {"received_on": str(self.day), "voucher_no": f"{self.vouchers:012}"}
        await self._asked("finance", "POST", f"/v1/recoveries/{recovery_id}:confirm", received)

    async def _pay_at_once(self, claim_ids: Sequence[str]) -> None:
        batch = await self._asked("finance", "POST", "/v1/payment-batches", {"fund_id": self.fund_id, "claim_ids": list(claim_ids)})
        if not batch:
            return
        path = f"/v1/payment-batches/{batch['id']}"
        exported = await self._asked("finance", "POST", f"{path}:export?format=csv", version=batch["version"])
        results = [{"payment_id": each["id"], "result": "paid"} for each in exported["payments"] if each["status"] == "exported"]
        await self._asked("finance", "POST", f"{path}:confirm", {"results": results}, version=exported["version"])

    # How it is asked

    @property
    def _now(self) -> str:
        return f"{self.day}T09:00:00+08:00"

    async def _claims(self, *which: Any) -> Sequence[Row[Any]]:
        async with self.kernel.reading() as session:
            return (
                await session.execute(
                    select(Claim.id, Claim.status, Claim.version, Claim.class_id, Claim.holds).where(*which).order_by(Claim.id)
                )
            ).all()

    async def _act(self, claim: Row[Any], action: str, body: Any = None, *, role: str) -> dict[str, Any]:
        return await self._asked(role, "POST", f"/v1/claims/{claim.id}:{action}", body, version=claim.version)

    async def _step(
        self, run: Run, claim: dict[str, Any], action: str | None, body: Any = None, *, role: str = "institution"
    ) -> dict[str, Any]:
        """A step on the claim, or without an action a change of it."""
        path = f"/v1/claims/{claim['id']}" + (f":{action}" if action else "")
        return await self._asked(role, "POST" if action else "PATCH", path, body, of=run, version=claim["version"])

    async def _asked(
        self, role: str, method: str, path: str, body: Any = None, *, of: Run | None = None, version: int | None = None
    ) -> dict[str, Any]:
        """Nothing where nobody who is to be paid has an account: all wait for one."""
        bound: dict[str, Any] = {"institution_id": of.id(SCHOOL)} if of and role == "institution" else {}
        key = role, str(bound or self.persons[role]), self.day
        if key not in self.clients:
            self.clients[key] = self.subsidy.as_(role, at=self._now, person_id=self.persons[role], **bound)
        headers = {"Idempotency-Key": str(db.new_id())} | ({} if version is None else {"If-Match": f'"{version}"'})
        answer = await self.clients[key].request(method, path, json=body, headers=headers)
        if answer.status_code == 409 and orjson.loads(answer.content)["code"] == "payee_account_missing":
            return {}
        assert answer.is_success, (method, path, answer.text)
        return dict(orjson.loads(answer.content))

    def _registry(self, request: httpx.Request) -> httpx.Response:
        asked = orjson.loads(request.content)
        if request.url.path == "/internal/v1/claim-facts":
            run, title = self.classes[asked["class_id"]]
            wanted = asked["trainee_ids"]
            answer: Any = run.telling.claim_facts(title, None if wanted is None else set(wanted))
        elif request.url.path == "/internal/v1/payees":
            answer = {kind: [self._payee(each) for each in asked[f"{kind[:-1]}_ids"]] for kind in ("institutions", "trainees")}
        else:
            person = {"name": "杨秀英", "id_number_masked": "5226**********0017", "region_code": TOWN}
            answer = {
                "trainees": dict.fromkeys(asked.get("trainee_ids", ()), person),
                "institutions": {each: {"name": "示例机构"} for each in asked.get("institution_ids", ())},
                "classes": {each: {"name": "示例班", "number": "KL-PX-2026-000001"} for each in asked.get("class_ids", ())},
            }
        return httpx.Response(200, content=orjson.dumps(answer), headers={"Content-Type": "application/json"})

    def _payee(self, payee_id: str) -> dict[str, Any]:
        whose = None
        if payee_id in self.schools:
            run = self.schools[payee_id]
            account = run.world.institutions[SCHOOL].account
        else:
            run, name = self.people[payee_id]
            account = run.world.people[kept(run.world, name)].account
            whose = next(("示例机构" for each in run.world.institutions.values() if account and each.account == account), None)
        number = account and f"6217{int(hashlib.sha256((run.name + account).encode()).hexdigest(), 16) % 10**15:015}"
        return {"id": payee_id, "name": "示例", "bank_account": number, "account_of": whose}


def money(amount: str) -> Decimal:
    return Decimal(amount)


def _payable(lines: Iterable[dict[str, Any]]) -> list[dict[str, str]]:
    """Each person once, who would be paid something."""
    wanted = (line["trainee_id"] for line in lines if line["verdict"] == "eligible" and money(line["amount"]))
    return [{"trainee_id": each} for each in dict.fromkeys(wanted)]


async def _side_by_side(deeds: Iterable[Awaitable[Any]]) -> list[Any]:
    some = asyncio.Semaphore(AT_ONCE)

    async def one(deed: Awaitable[Any]) -> Any:
        async with some:
            return await deed

    return await asyncio.gather(*(one(deed) for deed in deeds))
