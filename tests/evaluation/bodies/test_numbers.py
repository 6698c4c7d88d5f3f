"""What a body did is counted from its batches, shown with its filing and beside the others', and told to who judges its certificates."""

import random
from datetime import date
from typing import Any
from uuid import uuid4

import httpx
from sqlalchemy import ARRAY, Date, Uuid, cast, func, null, select

from services.evaluation import rules
from services.evaluation.assessments.tables import Assessment, Supervision
from services.evaluation.bodies import conditions, policy, reading
from services.evaluation.filings.tables import Filing
from shared import clock
from tests.conftest import Start
from tests.evaluation import made
from tests.evaluation.made import done, world


async def test_a_body_is_counted_by_its_batches_and_its_flags_are_told_wherever_it_counts(start: Start) -> None:
    async with world(start) as w:
        filed, workers = await w.filing(), [await w.worker(n) for n in range(4)]
        await w.batch(filed["id"], workers[:3], "issued", passed=[True, True, False])
        open_one = await w.batch(filed["id"], workers[2:3], held_on="2025-06-21")
        await w.batch(filed["id"], workers[3:], "cancelled", held_on="2025-06-21")
        other = w.enterprise_id
        w.enterprise_id = await w.institution()
        theirs = await w.filing(number_prefix="Y000052000777")
        await w.batch(theirs["id"], [await w.worker(9)], "issued", passed=[False])
        another, w.enterprise_id = w.enterprise_id, other

        found = await done(w.officer("2025-06-22").get("/v1/statistics/bodies"))
        assert (found["from_on"], found["to_on"]) == ("2024-07-01", "2025-06-30")
        bodies = {each["institution_id"]: each for each in found["bodies"]}
        assert bodies.keys() == {other, another}
        names = ("held", "supervised", "sat", "passed", "pass_rate", "pass_rate_of_others", "most_in_a_day", "most_on")
        assert [bodies[other][name] for name in names] == [2, 1, 3, 2, 2 / 3, 0.0, 2, made.HELD]
        assert [each["code"] for each in bodies[other]["flags"]] == ["unsupervised"]
        assert [each["institution_id"] for each in (await done(w.enterprise("2025-06-22").get("/v1/statistics/bodies")))["bodies"]] == [
            other
        ]

        shown = await done(w.officer("2025-06-22").get(f"/v1/filings/{filed['id']}"))
        assert [each["code"] for each in shown["warnings"]] == ["unsupervised"]
        today = await done(w.officer("2025-06-21").get(f"/v1/filings/{filed['id']}"))
        assert today["warnings"] == [], "the exam of the day is not over"
        client = w.evaluation.internal()
        client.headers["X-Server-Date"] = made.at("2025-06-22")
        asked = {"trainee_ids": workers[:1]}
        [fact] = (await done(client.post("/internal/v1/certificate-facts", json=asked)))["certificates"]
        assert [each["code"] for each in fact["body_flags"]] == ["unsupervised"] and fact["issued_that_day"] == 2
        await done(w.enterprise("2025-06-22").post(f"/v1/assessments/{open_one['id']}/supervision", json=made.supervision()))
        assert (await done(w.officer("2025-06-22").get(f"/v1/filings/{filed['id']}")))["warnings"] == []


async def test_an_approved_amendment_is_counted_and_a_rejected_one_is_not(start: Start) -> None:
    async with world(start) as w:
        filed, (first, second) = await w.filing(), [await w.worker(n) for n in range(2)]
        batch = await w.batch(filed["id"], [first, second], "locked", passed=[True, False])
        assert (batch["sat"], batch["passed"]) == (2, 1)
        path = f"/v1/assessments/{batch['id']}/results"
        await done(w.enterprise().post(f"{path}/{second}:amend", json={"score": 70, "passed": True, "reason": "漏计一题"}))
        await done(w.officer().post(f"{path}/{second}:reject", json={"reason": "原卷无误"}))
        await done(w.enterprise().post(f"{path}/{first}:amend", json={"absent": True, "passed": False, "reason": "冒名"}))
        amended = await done(w.officer().post(f"{path}/{first}:approve"))
        assert (amended["sat"], amended["passed"]) == (1, 0)


async def test_a_flagged_body_waits_for_the_reviewer_until_somebody_has_looked_and_again_once_it_has_worked_on(start: Start) -> None:
    async def waits(client: httpx.AsyncClient) -> list[tuple[str, str]]:
        items = (await done(client.get("/v1/worklist", params={"kind": "filing_flagged"})))["items"]
        return [(each["subject_id"], each["action"]) for each in items]

    async with world(start) as w:
        filed, workers = await w.filing(), [await w.worker(n) for n in range(3)]
        for n, day in enumerate(("2025-06-20", "2025-06-24")):
            await w.batch(filed["id"], workers[n : n + 1], held_on=day)
        assert [await waits(w.reviewer(day)) for day in ("2025-06-20", "2025-06-21")] == [[], [(filed["id"], "acknowledge")]]
        assert await waits(w.officer("2025-06-21")) == [] == await waits(w.enterprise("2025-06-21"))
        path, match = f"/v1/filings/{filed['id']}:acknowledge", {"If-Match": "*"}
        await made.refused(w.officer("2025-06-22").post(path, json={"reason": "已核"}, headers=match), 403, "wrong_role")
        await made.refused(w.reviewer("2025-06-20").post(path, json={}, headers=match), 409, "invalid_state")  # no exam is over yet
        looked = await done(w.reviewer("2025-06-22").post(path, json={"reason": "督导记录已补"}, headers=match))
        assert looked["looked_into_on"] == "2025-06-22" and [each["code"] for each in looked["warnings"]] == ["unsupervised"]
        assert [await waits(w.reviewer(day)) for day in ("2025-06-24", "2025-06-25")] == [[], [(filed["id"], "acknowledge")]]


def _drawn(by: random.Random) -> list[Any]:
    """Some batches: of which of three bodies, who sat and passed, supervised or not, on which of four days."""
    sat = [by.randrange(81) for _ in range(by.randrange(1, 7))]
    return [(by.randrange(3), (each, by.randint(0, each)), by.random() < 0.8, by.randrange(4)) for each in sat]


async def test_what_waits_is_what_is_flagged(start: Start) -> None:
    """The same of the condition in SQL and of the pure rule, whatever bodies did, on both sides of each limit."""
    today, ids, limits, by = date(2025, 6, 30), [uuid4() for _ in range(3)], rules.here().quality, random.Random(7)
    edge, most, whose = (
        limits.people_at_least,
        limits.certificates_a_day_at_most,
        func.unnest(cast(ids, ARRAY(Uuid)), type_=Uuid).column_valued("whose"),
    )
    rates = [[(0, (edge, edge), True, 0), (1, (edge, edge - share), True, 0)] for share in (edge // 5, edge // 5 + 1)]
    few = [[(0, (edge - 1, edge - 1), True, 0), (1, (100, 0), True, 0)]]
    many = [[(0, (most, most - 1), True, 1), (0, (count, count), True, 1)] for count in (1, 2)]
    now = clock.read(made.at("2025-06-25"))
    filed = {"year": 2025, "institution_id": ids[0], "institution_name": "厂", "institution_kind": "enterprise", "body_class": "Y"}
    filed |= {"scope": [], "staff": {}, "materials": [], "external_refs": [], "status": "draft", "created_at": now, "changed_at": now}
    held = {"year": 2025, "occupation_code": made.ELECTRICIAN, "level": "junior", "method": "process", "assessors": [], "external_refs": []}
    seen = set[bool]()
    async with start("evaluation") as evaluation:
        for work in [*rates, *few, *many, *(_drawn(by) for _ in range(25))]:
            async with evaluation.kernel.writing() as session:
                session.add(filing := Filing(**filed))
                await session.flush()
                for body, (sat, passed), supervised, day in work:
                    on = date(2025, 6, 20 + day)
                    done_ = {
                        "held_on": on,
                        "issued_on": on,
                        "status": "issued",
                        "sat": sat,
                        "passed": passed,
                        "created_at": now,
                        "changed_at": now,
                    }
                    batch = Assessment(filing_id=filing.id, institution_id=ids[body], **held, **done_)
                    session.add(batch)
                    await session.flush()
                    if supervised:
                        session.add(Supervision(assessment_id=batch.id, supervisor="DD-001", mode="online", report="好", recorded_at=now))
                await session.flush()
                found = await reading.every(session, [date(2025, 6, 1)], today)
                flagged = {each for (each, _), did in found.items() if [*policy.flags(did, limits)]}
                waits = select(whose).where(conditions.to_look_into(today, whose, cast(null(), Date)))
                assert set(await session.scalars(waits)) == flagged, work
                seen |= {each in flagged for each in ids}
                await session.rollback()
    assert seen == {True, False}
