"""Subsidy's calls for claims without a class, answered by the real registry, evaluation and eastwest and parsed with subsidy's own models."""

from datetime import date
from uuid import UUID

from services.subsidy import clients
from services.subsidy.following import operations
from shared import access, changes, clock, db, following
from tests.conftest import Start
from tests.eastwest.neighbours import evidence, update
from tests.evaluation import made as evaluated
from tests.registry import made
from tests.registry.following.city import BEGAN, a_city

IN_MAY = "2025-05-06T09:00:00+08:00"
RURAL = [{"code": "rural_transfer_worker", "since_on": "2025-01-01"}]


def call() -> access.Call:
    return access.Call(access.Actor("test", "officer"), clock.read(IN_MAY), request_id="test", server_date=IN_MAY)


async def test_people_and_who_claims_for_them_are_read(start: Start) -> None:
    async with start("registry") as registry, start("subsidy") as subsidy:
        subsidy.knows(registry)
        school, officer, reviewer = await made.school(registry), registry.as_("officer"), registry.as_("reviewer", at=IN_MAY)
        known, strange = [await made.trainee(registry, serial, categories=RURAL) for serial in (1, 2)]
        employed = await made.trainee(registry, 3, employer_id=school, bank_account="6217000010001234567")
        former = await made.trainee(registry, 4, bank_account="6217000010001234567")
        item = {"name": "杨秀英", "id_number": made.citizen(1), "phone": None, "region_code": "522601100"}
        presented = await registry.as_("institution", institution_id=school).post("/v1/trainees", json=item)
        assert presented.json()["existing_id"] == known, presented.text
        record = {"id_number": made.citizen(1), "status": "public_payroll", "from_on": "2025-01-01", "source": "组织部门"}
        await made.posted(officer, "/v1/status-records:batch", {"items": [record]}, 207)
        for first, last in (("2025-01-01", "2025-01-31"), ("2025-02-01", "2025-03-31"), ("2025-05-01", "2025-05-31")):
            days = {"status": "public_payroll", "source": "组织部门", "complete_from_on": first, "complete_to_on": last}
            await made.posted(officer, "/v1/status-lists", days, 201)
        await made.posted(
            reviewer, f"/v1/institutions/{school}:blacklist", {"from_on": "2025-05-06", "reason": "虚报", "decision_no": "1号"}
        )
        stranger = db.new_id()
        ids = [UUID(each) for each in (known, strange, employed, former)]
        read = await clients.people_facts(subsidy.kernel, call(), [*ids, stranger], UUID(school))
        people = {str(each.trainee_id): each for each in read.people}
        assert {each: people[each].known_to_institution for each in people} == {known: True, strange: False, employed: True, former: False}
        assert [each.status for each in people[known].statuses] == ["public_payroll"] and people[strange].statuses == ()
        assert [each.code for each in people[known].categories] == [RURAL[0]["code"]]
        assert people[employed].account_shared_with == (former,) and people[employed].bank_account_key
        days = [(each.from_on, each.until_on) for each in read.lists]
        assert days == [(date(2025, 1, 1), date(2025, 3, 31)), (date(2025, 5, 1), date(2025, 5, 31))]
        assert read.institution and [(each.why, each.from_on, each.until_on) for each in read.institution.barred] == [
            ("blacklisted", date(2025, 5, 6), None)
        ]
        assert (read.unknown_trainee_ids, people[known].enrolment_id) == ([stranger], None)
        await made.posted(officer, f"/v1/trainees/{strange}:merge", {"into": known}, 200)
        [kept] = (await clients.people_facts(subsidy.kernel, call(), [UUID(strange)], None)).people
        assert (kept.trainee_id, kept.former_ids, kept.known_to_institution) == (UUID(known), (UUID(strange),), False)


async def test_certificates_are_read_with_how_many_their_issuer_and_assessor_had_that_month(start: Start) -> None:
    async with evaluated.world(start) as world, start("subsidy") as subsidy:
        subsidy.knows(world.evaluation)
        filing = await world.filing()
        workers = [await world.worker(n) for n in (1, 2, 3)]
        await world.batch(filing["id"], workers[:2], "issued")
        await world.batch(filing["id"], workers[2:], "issued", assessors=["KP-002"])
        outside = await evaluated.done(world.officer().post("/v1/certificates", json=evaluated.certificate(workers[2])))
        read = await clients.certificates(
            subsidy.kernel, call(), trainee_ids=[UUID(each) for each in workers[:1]], certificate_ids=[UUID(outside["id"]), db.new_id()]
        )
        assert [(str(each.trainee_id), each.in_scope, each.issued_that_month, each.assessed_that_month) for each in read] == [
            (workers[0], True, 3, 2),
            (workers[2], None, 1, 0),
        ]
        assert all(each.number_fits for each in read) and read[0].occupation_code == evaluated.ELECTRICIAN


async def test_stays_are_read_as_of_a_day_and_their_events_name_them(start: Start) -> None:
    async with a_city(start) as city, start("subsidy") as subsidy:
        subsidy.knows(city.eastwest)
        [enrolment] = await city.trained(1)
        trainee_id = await city.trainee_of(enrolment)
        await city.certificate(trainee_id)
        stayed = update("p", "present", "2025-08-30", evidence=evidence(BEGAN, "2025-08-30", grade="B", paid_on="2025-08-30"))
        placement_id = await city.placement(await city.order(), trainee_id, update("s"), stayed)
        for as_of, verdict, started in (("2025-05-29", "on_track", None), ("2025-08-29", "unproven", BEGAN), ("2025-08-30", "met", BEGAN)):
            [read] = await clients.placements(subsidy.kernel, call(), [UUID(placement_id), db.new_id()], date.fromisoformat(as_of))
            assert (read.retention, read.started_on and str(read.started_on)) == (verdict, started)
        assert (str(read.trainee_id), read.order_number, read.weakest_grade, read.one_employer) == (trainee_id, "FS-2025-0017", "B", True)
        feed = await following.feed_of(subsidy.kernel.neighbours["eastwest"], subsidy.kernel.own_call)(None, 200, 0)
        about = [each.type for each in changes.Feed.model_validate(feed).items if str(each.subject) == placement_id]
        assert about and set(about) - {"placement.entered"} <= operations.CONCERNED.keys()
