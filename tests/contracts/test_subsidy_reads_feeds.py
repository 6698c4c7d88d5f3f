"""The events that subsidy acts on, announced by the real registry and evaluation and read with subsidy's own model."""

from datetime import date
from typing import Any
from uuid import UUID

from services.subsidy.following import operations
from shared import changes, following
from tests.conftest import Service, Start
from tests.evaluation.made import World, certificate, done
from tests.registry import made

IN_MAY = "2025-05-12T09:00:00+08:00"


async def told(subsidy: Service, other: Service, type: str) -> tuple[UUID, Any]:
    subsidy.knows(other)
    kernel = subsidy.kernel
    feed = await following.feed_of(kernel.neighbours[other.kernel.service], kernel.own_call)(None, 200, 0)
    [event] = [each for each in changes.Feed.model_validate(feed).items if each.type == type]
    return event.subject, operations.Told.model_validate(event.data)


async def test_blacklisting_and_reinstatement_name_the_institution(start: Start) -> None:
    async with start("registry") as registry, start("subsidy") as subsidy:
        school, reviewer = await made.school(registry), registry.as_("reviewer", at=IN_MAY)
        listed = {"from_on": "2025-05-12", "reason": "虚报学员", "decision_no": "凯人社决〔2025〕1号"}
        await made.posted(reviewer, f"/v1/institutions/{school}:blacklist", listed, 200)
        await made.posted(reviewer, f"/v1/institutions/{school}:reinstate", {"reason": "已整改"}, 200)
        subject, said = await told(subsidy, registry, "institution.blacklisted")
        assert (subject, said.from_on) == (UUID(school), date(2025, 5, 12))
        assert (await told(subsidy, registry, "institution.reinstated"))[0] == UUID(school)


async def test_a_merge_names_both_ids(start: Start) -> None:
    async with start("registry") as registry, start("subsidy") as subsidy:
        old, into = [await made.trainee(registry, serial) for serial in (1, 2)]
        await made.posted(registry.as_("officer"), f"/v1/trainees/{old}:merge", {"into": into}, 200)
        subject, said = await told(subsidy, registry, "trainee.merged")
        assert (subject, said.merged_into) == (UUID(old), UUID(into))


async def test_a_revocation_names_the_certificate(start: Start) -> None:
    async with start("registry") as registry, start("evaluation") as evaluation, start("subsidy") as subsidy:
        evaluation.knows(registry)
        world = World(registry, evaluation)
        paper = await done(world.officer().post("/v1/certificates", json=certificate(await made.trainee(registry, 1))))
        await done(world.reviewer("2025-09-01").post(f"/v1/certificates/{paper['id']}:revoke", json={"reason": "考场作弊"}))
        subject, _ = await told(subsidy, evaluation, "certificate.revoked")
        assert subject == UUID(paper["id"]) and "certificate.revoked" in operations.CONCERNED
