"""The registry, evaluation and eastwest in process, knowing each other; a class, its people, their certificates and placements."""

import contextlib
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import date
from itertools import count
from typing import Any
from uuid import UUID

from sqlalchemy import select

from services.registry.training.enrolments.tables import Enrolment
from shared import db
from tests.conftest import Service, Start
from tests.eastwest import neighbours
from tests.registry.counting import registered
from tests.registry.following.feeds import catch_up

CLASS_ENDS, ISSUED, BEGAN = date(2025, 4, 30), "2025-05-10", "2025-05-30"
WELDER = "6-18-02-04"
ELECTRICIAN = "6-31-01-03"
LATER = "2026-06-01T09:00:00+08:00"
_serials = count(1)


@dataclass
class City:
    registry: Service
    evaluation: Service
    eastwest: Service

    async def trainee_of(self, enrolment_id: UUID) -> str:
        async with self.registry.kernel.reading() as session:
            return str(await session.scalar(select(Enrolment.trainee_id).where(Enrolment.id == enrolment_id)))

    async def trained(self, how_many: int, *programmes: str, **fields: Any) -> list[UUID]:
        """The enrolments of a completed class of electricians."""
        school = await registered.institution(self.registry, "甲校")
        days = {"on": CLASS_ENDS, "starts_on": date(2025, 4, 1)}
        return await registered.completed(self.registry, school, how_many, *programmes, **days | fields)

    async def certificate(self, trainee_id: str, **changed: Any) -> str:
        """Another issuer's, told to evaluation."""
        serial = next(_serials)
        body = {
            "kind": "skill_level",
            "number": f"S000052000009255{serial:06}",
            "trainee_id": trainee_id,
            "occupation_code": ELECTRICIAN,
            "level": "junior",
            "issued_on": ISSUED,
            "issuer": "黔东南州技能评价中心",
            "proof": "证书原件扫描件",
        } | changed
        return str((await _made(self.evaluation, "/v1/certificates", body))["id"])

    async def revoke(self, certificate_id: str, at: str) -> None:
        path = f"/v1/certificates/{certificate_id}:revoke"
        answer = await self.evaluation.as_("reviewer", at=at).post(path, json={"reason": "考场作弊"})
        assert answer.status_code == 200, answer.text

    async def order(self, number: str = "FS-2025-0017") -> str:
        return str((await _made(self.eastwest, "/v1/orders", neighbours.order(number), role="partner"))["id"])

    async def placement(self, order_id: str, trainee_id: str, *facts: dict[str, Any], **fields: Any) -> str:
        """Arranged by the partner; starts on 30 May 2025 unless other facts are given. The person must hold a certificate."""
        placement_id = await self.arranged(order_id, trainee_id, **fields)
        for fact in facts or (neighbours.update("s"),):
            await self.report(placement_id, fact)
        return placement_id

    async def arranged(self, order_id: str, trainee_id: str, **fields: Any) -> str:
        body = {"order_id": order_id, "trainee_id": trainee_id} | fields
        return str((await _made(self.eastwest, "/v1/placements", body, role="partner"))["id"])

    async def report(self, placement_id: str, fact: dict[str, Any]) -> None:
        fact = fact | {"external_ref": f"{placement_id}-{fact['external_ref']}"}
        await _made(self.eastwest, f"/v1/placements/{placement_id}/updates", fact, role="partner")

    async def catch_up(self) -> int:
        return await catch_up(self.registry, self.evaluation, self.eastwest)


@contextlib.asynccontextmanager
async def a_city(start: Start) -> AsyncIterator[City]:
    async with start("registry") as registry, start("evaluation") as evaluation, start("eastwest") as eastwest:
        evaluation.knows(registry)
        eastwest.knows(registry)
        eastwest.knows(evaluation)
        yield City(registry, evaluation, eastwest)


async def _made(service: Service, path: str, body: dict[str, Any], role: str = "officer") -> dict[str, Any]:
    answer = await service.as_(role, at=LATER).post(path, json=body, headers={"Idempotency-Key": str(db.new_id())})
    assert answer.is_success, (path, answer.status_code, answer.text)
    return dict(answer.json())
