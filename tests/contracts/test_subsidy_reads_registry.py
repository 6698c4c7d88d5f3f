"""Subsidy's calls to registry, answered by the real registry in process and parsed with subsidy's own models."""

import contextlib
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

import httpx

from services.subsidy import clients
from services.subsidy.audit_lists.clients import numbered
from services.subsidy.claims.clients import files, unknown_files
from services.subsidy.statistics import clients as statistics
from shared import access, clock, db
from tests.conftest import Service, Start
from tests.registry import made

IN_MAY = "2025-05-06T09:00:00+08:00"
RURAL = [{"code": "rural_transfer_worker", "since_on": "2025-01-01"}]
ACCOUNT = "6217000010001234567"


@dataclass
class Course:
    registry: Service
    subsidy: Service
    school_id: str
    class_id: str
    people: list[str]  # three days; one day and a half; 66 years old

    def call(self) -> access.Call:
        return access.Call(access.Actor("test", "officer"), clock.read(IN_MAY), request_id="test", server_date=IN_MAY)


@contextlib.asynccontextmanager
async def a_course(start: Start) -> AsyncIterator[Course]:
    """A completed short course of three people, told to registry over its real routes."""
    async with start("registry") as registry, start("subsidy") as subsidy:
        subsidy.knows(registry)
        registry.knows(subsidy)
        school_id = await made.school(registry, bank_account=ACCOUNT)
        people = [await made.trainee(registry, serial, categories=RURAL, bank_account=f"621700001000{serial:07d}") for serial in (1, 2)]
        people.append(await made.trainee(registry, 3, id_number=made.citizen(3, "19590408"), categories=RURAL))
        class_id = await made.proposed(registry, school_id, "in_progress")
        officer = registry.as_("officer", at=made.LAST)
        await made.posted(officer, f"/v1/classes/{class_id}/enrolments:batch", {"items": [{"trainee_id": each} for each in people]}, 207)
        signed = [(people[0], day, half) for day in (8, 9, 10) for half in ("am", "pm")]
        signed += [(people[1], 8, "am"), (people[1], 8, "pm"), (people[1], 9, "am"), (people[2], 8, "am")]
        marks = [{"trainee_id": who, "on": f"2025-04-{day:02}", "half_day": half, "source": "签到表"} for who, day, half in signed]
        await made.posted(officer, f"/v1/classes/{class_id}/attendance:batch", {"items": marks}, 207)
        await made.posted(registry.as_("officer", at=made.AFTER), f"/v1/classes/{class_id}:complete", status=200)
        yield Course(registry, subsidy, school_id, class_id, people)


async def test_the_facts_of_a_class_are_read(start: Start) -> None:
    async with a_course(start) as course:
        stranger = db.new_id()
        everyone = await clients.claim_facts(course.subsidy.kernel, course.call(), UUID(course.class_id), None)
        assert everyone is not None and everyone.class_.status == "completed" and everyone.class_.institution.id == UUID(course.school_id)
        assert {str(each.trainee_id): sum(day.half_days for day in each.half_days) for each in everyone.enrolments} == dict(
            zip(course.people, (6, 3, 1), strict=True)
        )
        assert {each.outcome for each in everyone.enrolments} == {"completed"}
        assert [each.code for each in everyone.enrolments[0].categories] == ["rural_transfer_worker"]
        assert everyone.enrolments[0].bank_account_key and everyone.enrolments[2].bank_account_key is None
        named = await clients.claim_facts(course.subsidy.kernel, course.call(), UUID(course.class_id), [UUID(course.people[1]), stranger])
        assert named is not None and [str(each.trainee_id) for each in named.enrolments] == course.people[1:2]
        assert named.unknown_trainee_ids == [stranger]


async def test_an_unknown_class_is_none(start: Start) -> None:
    async with a_course(start) as course:
        assert await clients.claim_facts(course.subsidy.kernel, course.call(), db.new_id(), None) is None


async def test_names_and_payees_are_read(start: Start) -> None:
    async with a_course(start) as course:
        kernel, call = course.subsidy.kernel, course.call()
        people, school_id, class_id = [UUID(each) for each in course.people], UUID(course.school_id), UUID(course.class_id)
        names = await clients.names(kernel, call, trainee_ids=[*people, db.new_id()], institution_ids=[school_id], class_ids=[class_id])
        assert set(names.trainees) == set(people) and names.classes[class_id].name == "稻田养鱼班"
        assert names.institutions[school_id].name and "*" in names.trainees[people[0]].id_number_masked
        payees = await clients.payees(kernel, call, institution_ids=[school_id], trainee_ids=people)
        assert [each.bank_account for each in payees.institutions] == [ACCOUNT]
        assert {each.id: each.bank_account is None for each in payees.trainees} == dict(zip(people, (False, False, True), strict=True))


async def test_attachments_are_known_by_name_and_hash_in_the_order_asked_for(start: Start) -> None:
    async with start("registry") as registry, start("subsidy") as subsidy:
        subsidy.knows(registry)
        sent = [
            await registry.as_("officer").post("/v1/files", files={"file": (f"{name}.pdf", b"%PDF-1.7 " + name.encode())}) for name in "ab"
        ]
        ids = [UUID(each.json()["id"]) for each in reversed(sent)]
        call = access.Call(access.Actor("test", "officer"), clock.read(IN_MAY), request_id="test")
        found = await files(subsidy.kernel, call, [*ids, db.new_id()])
        assert [(each.id, each.name, each.sha256) for each in found] == [
            (UUID(each.json()["id"]), each.json()["name"], each.json()["sha256"]) for each in reversed(sent)
        ]


async def test_a_claim_names_what_its_maker_or_their_house_uploaded_and_the_office_anything(start: Start) -> None:
    async with start("registry") as registry, start("subsidy") as subsidy:
        subsidy.knows(registry)
        school = db.new_id()

        async def sent(role: str, **bound: Any) -> UUID:
            answer = await registry.as_(role, **bound).post("/v1/files", files={"file": ("材料.pdf", b"%PDF-1.7")})
            return UUID(answer.json()["id"])

        ours, theirs = await sent("institution", institution_id=school), await sent("institution", institution_id=db.new_id())
        town, never = await sent("town", region_code="522601104"), db.new_id()

        async def refused(actor: access.Actor) -> frozenset[UUID]:
            call = access.Call(actor, clock.read(IN_MAY), request_id="test")
            return await unknown_files(subsidy.kernel, call, [ours, theirs, town, never])

        assert await refused(access.Actor("colleague", "institution", institution_id=school)) == {theirs, town, never}
        assert await refused(access.Actor("clerk", "town", region_code="522601104")) == {ours, theirs, never}
        assert await refused(access.Actor("me", "person", trainee_id=db.new_id())) == {ours, theirs, town, never}
        assert await refused(access.Actor("bureau", "officer")) == {never}


async def test_who_is_behind_a_number_is_told_in_the_order_asked_for(start: Start) -> None:
    async with start("registry") as registry, start("subsidy") as subsidy:
        subsidy.knows(registry)
        trainee_id = await made.trainee(registry, 1)
        call = access.Call(access.Actor("test", "auditor"), clock.read(IN_MAY), request_id="test")
        asked = [made.citizen(2), made.citizen(1), made.citizen(1).lower()]
        assert await numbered(subsidy.kernel, call, asked) == (None, UUID(trainee_id), UUID(trainee_id))


async def test_results_are_counted_by_scheme_and_retention_by_class(start: Start) -> None:
    async with a_course(start) as course, start("eastwest") as eastwest:
        course.subsidy.knows(eastwest)
        eastwest.knows(course.registry)
        kernel, call, days = course.subsidy.kernel, course.call(), (date(2025, 4, 1), date(2025, 4, 30))
        assert await statistics.trained(kernel, call, "channel", *days) == {
            "person_times": {"agricultural_short": 3},
            "certified": {"agricultural_short": 0},
            "employed": {"agricultural_short": 0},
        }
        assert (await statistics.trained(kernel, call, "institution", *days))["person_times"] == {course.school_id: 3}
        [retained] = await statistics.retained(kernel, call, "class", *days)
        assert (retained.key, retained.tallies, retained.groups) == ("retained", (), ())


async def test_a_real_course_is_claimed_to_the_notice(start: Start) -> None:
    async with a_course(start) as course:
        subsidy = course.subsidy
        fund = {"source": "employment_subsidy", "year": 2025, "total": "1000.00"}
        fund_id = (await subsidy.as_("finance", at=IN_MAY).post("/v1/funds", json=fund, headers={"Idempotency-Key": "f"})).json()["id"]
        body = {
            "kind": "training",
            "scheme": "agricultural_short",
            "applicant": {"institution_id": course.school_id},
            "class_id": course.class_id,
            "fund_id": fund_id,
        }
        school = subsidy.as_("institution", at=IN_MAY, institution_id=course.school_id)
        answer = await school.post("/v1/claims", json=body, headers={"Idempotency-Key": "a"})
        assert answer.status_code == 201, answer.text
        claim: dict[str, Any] = answer.json()
        reopened, officer = f"/v1/classes/{course.class_id}", course.registry.as_("officer", at=IN_MAY)
        assert await reopening(officer, reopened) is None  # a draft stands in nobody's way
        lines = {line["trainee_id"]: (line["verdict"], line["amount"]) for line in claim["lines"]}
        assert lines == dict(zip(course.people, [("eligible", "180.00"), ("eligible", "60.00"), ("refused", "0.00")], strict=True))
        assert claim["amount"] == "240.00"
        steps = [("institution", "submit"), ("officer", "review"), ("reviewer", "confirm")]
        for role, action in steps:
            client = (
                subsidy.as_(role, at=IN_MAY, institution_id=course.school_id) if role == "institution" else subsidy.as_(role, at=IN_MAY)
            )
            headers = {"Idempotency-Key": action, "If-Match": f'"{claim["version"]}"'}
            answer = await client.post(f"/v1/claims/{claim['id']}:{action}", headers=headers)
            assert answer.status_code == 200, answer.text
            claim = answer.json()
        refused = await officer.post(f"{reopened}:reopen", json={"reason": "误办结班"})
        assert (refused.status_code, refused.json()["code"], await reopening(officer, reopened)) == (409, "class_claimed", "class_claimed")
        assert claim["number"] in refused.json()["detail"]
        [notice] = (await subsidy.as_("public", at=IN_MAY).get("/v1/notices")).json()["items"]
        assert (notice["class"], notice["amount"], {line["name"] for line in notice["lines"]}) == ("稻田养鱼班", "240.00", {"杨**"})


async def reopening(client: httpx.AsyncClient, path: str) -> str | None:
    [found] = [each for each in (await client.get(path)).json()["allowed_actions"] if each["action"] == "reopen"]
    return found["why_not"] and str(found["why_not"]["code"])


async def test_registry_asks_who_would_be_eligible_with_its_own_facts(start: Start) -> None:
    async with a_course(start) as course:
        answer = await course.registry.as_("officer", at=IN_MAY).get(
            f"/v1/classes/{course.class_id}/eligibility", params={"scheme": "agricultural_short"}
        )
        assert answer.status_code == 200, answer.text
        verdicts = {line["trainee_id"]: line["verdict"] for line in answer.json()["lines"]}
        assert verdicts == dict(zip(course.people, ("eligible", "eligible", "refused"), strict=True))


async def test_what_else_the_registry_knows_reaches_the_judge(start: Start) -> None:
    async with a_course(start) as course:
        officer, registry = course.registry.as_("officer", at=IN_MAY), course.registry
        path = f"/v1/classes/{course.class_id}/eligibility"

        async def said() -> dict[str, set[str]]:
            lines = (await officer.get(path, params={"scheme": "agricultural_short"})).json()["lines"]
            return {line["trainee_id"]: {each["code"] for each in line["findings"]} for line in lines}

        paid, worth_nothing, _ = course.people
        assert not {"already_subsidised", "institution_suspended", "trainer_on_roster", "headcount_differs"} & set().union(
            *(await said()).values()
        )
        beside = {"number": "州备〔2025〕1号", "trade_name": "稻田 养鱼", "beside_occupation_code": "6-31-01-03"}
        await made.posted(officer, "/v1/trade-filings", beside | {"from_on": "2025-01-01", "document": "州人社局备案通知"}, 201)
        elsewhere = {"occupation_code": "6-31-01-03", "on": "2025-02-01", "source": "州失业保险经办机构"}
        items = [{"id_number": made.citizen(serial), "amount": amount} | elsewhere for serial, amount in ((1, "60.00"), (2, "0.00"))]
        await made.posted(officer, "/v1/outside-payments:batch", {"items": items}, 207)
        suspended = {"from_on": "2025-04-08", "until_on": "2025-04-08", "reason": "停业整顿"}
        await made.posted(officer, f"/v1/institutions/{course.school_id}:suspend", suspended)
        teacher = {"name": "石老师", "id_number": made.citizen(2), "employment": "full_time", "from_on": "2025-04-10"}
        await made.posted(officer, f"/v1/institutions/{course.school_id}/teachers", teacher, 201)
        visit = {"on": "2025-04-08", "half_day": "am", "headcount": 1, "found": "到场一人"}
        await made.posted(registry.as_("officer", at=made.AFTER), f"/v1/classes/{course.class_id}/inspections", visit, 201)
        told = await said()
        assert all({"institution_suspended", "headcount_differs"} <= codes for codes in told.values())
        assert [("already_subsidised" in told[each], "trainer_on_roster" in told[each]) for each in (paid, worth_nothing)] == [
            (True, False),
            (False, True),
        ]
