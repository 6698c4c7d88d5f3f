"""A registry and the subsidy service that follows it, with claims as a test needs them."""

import contextlib
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import select, update

from services.subsidy.claims.tables import Claim, Entitlement, Line
from services.subsidy.following import operations
from shared import aliases, db, following
from tests.conftest import Service, Start
from tests.registry import made
from tests.subsidy import office

LISTED_AT, FREED_AT = "2025-05-12T09:00:00+08:00", "2025-06-02T09:00:00+08:00"
LISTED = {"from_on": "2025-05-12", "reason": "虚报学员", "decision_no": "凯人社决〔2025〕1号"}


@dataclass
class Office:
    registry: Service
    subsidy: Service
    fund_id: str

    async def claim(self, status: str = "in_notice", amounts: tuple[str, ...] = ("180.00",), **more: Any) -> UUID:
        async with self.subsidy.kernel.writing() as session:
            claim = await office.a_claim(self.subsidy, self.fund_id, amounts, "approved" if status == "approved" else "in_notice", **more)
            await session.execute(update(Claim).where(Claim.id == claim.id).values(status=status))
            await session.commit()
        return claim.id

    async def line(self, claim_id: UUID, key: str | None = None, **changed: Any) -> None:
        """Changes the claim's first line; with `key`, it has been given that once."""
        async with self.subsidy.kernel.writing.begin() as session:
            await session.execute(update(Line).where(Line.claim_id == claim_id, Line.position == 0).values(**changed))
            if key:
                person = changed["trainee_id"]
                session.add(
                    Entitlement(claim_id=claim_id, position=0, trainee_id=person, entitlement_key=key, judged_on=office.call().today)
                )

    async def people(self, claim_id: UUID) -> tuple[set[UUID], set[UUID]]:
        """Those on the claim's lines, and those who hold something once by it."""
        async with self.subsidy.kernel.reading() as session:
            lines = await session.scalars(select(Line.trainee_id).where(Line.claim_id == claim_id))
            held = await session.scalars(select(Entitlement.trainee_id).where(Entitlement.claim_id == claim_id))
            return set(lines), set(held)

    async def hold(self, claim_id: UUID) -> str | None:
        shown = await self.shown(claim_id)
        return shown["hold"] and str(shown["hold"]["code"])

    async def shown(self, claim_id: UUID) -> dict[str, Any]:
        answer = await self.subsidy.as_("auditor").get(f"/v1/claims/{claim_id}")
        assert answer.status_code == 200, answer.text
        return dict(answer.json())

    async def act(self, claim_id: UUID, action: str, role: str = "reviewer", **body: str) -> None:
        version = (await self.shown(claim_id))["version"]
        client = self.subsidy.as_(role, person_id=db.new_id())
        answer = await client.post(f"/v1/claims/{claim_id}:{action}", json=body, headers=office.key(version))
        assert answer.status_code == 200, answer.text

    async def blacklist(self, school_id: str) -> None:
        await made.posted(self.registry.as_("reviewer", at=LISTED_AT), f"/v1/institutions/{school_id}:blacklist", LISTED, 200)

    async def reinstate(self, school_id: str) -> None:
        await made.posted(self.registry.as_("reviewer", at=FREED_AT), f"/v1/institutions/{school_id}:reinstate", {"reason": "已整改"}, 200)

    async def merged(self) -> tuple[UUID, UUID]:
        """Two trainees of the registry, the first merged into the second."""
        old, into = [await made.trainee(self.registry, serial) for serial in (1, 2)]
        await made.posted(self.registry.as_("officer"), f"/v1/trainees/{old}:merge", {"into": into}, 200)
        return UUID(old), UUID(into)

    async def catch_up(self, other: Service | None = None, take_in: following.TakeIn | None = None) -> int:
        kernel, other = self.subsidy.kernel, other or self.registry
        self.subsidy.knows(other)
        name = other.kernel.service
        fetch = following.feed_of(kernel.neighbours[name], kernel.own_call)
        return await following.follow_once(
            kernel.engine,
            name,
            fetch,
            take_in or operations.taking_in(kernel.own_call),
            operations.letting_go(kernel.own_call),
            aliases.joining("trainee"),
        )


@contextlib.asynccontextmanager
async def an_office(start: Start) -> AsyncIterator[Office]:
    async with start("registry") as registry, start("subsidy") as subsidy:
        yield Office(registry, subsidy, await office.a_fund(subsidy, "5000.00"))
