"""What a block would have made of past claims: money, people and classes, worked out by a job."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

from services.subsidy.judging.facts import ClaimFacts, LineFacts, kept
from services.subsidy.terms import job
from shared import db
from shared.strict import digest
from tests.conftest import Service, Start
from tests.subsidy.claims.papers import line, papers
from tests.subsidy.judging.cases import CLAIM, CLASS, LINE, SHORT
from tests.subsidy.office import a_claim, a_fund

PATH = "/v1/schemes/agricultural_short"


def facts_of(class_id: UUID, starts_on: date, *ages: int) -> ClaimFacts:
    """Three days of a class, for people of these ages with everything in order."""
    moved = starts_on - CLASS.starts_on
    made = replace(CLASS, id=str(class_id), number=f"KL-{class_id.hex[:4]}", starts_on=starts_on, ends_on=CLASS.ends_on + moved)

    def person(age: int) -> LineFacts:
        return replace(
            LINE,
            trainee_id=str(db.new_id()),
            bank_account_token=str(db.new_id()),
            born_on=date(starts_on.year - age, 1, 1),
            categories=tuple(replace(each, since_on=date(2024, 1, 1)) for each in LINE.categories),
            attendance=tuple(replace(each, on=each.on + moved) for each in LINE.attendance),
        )

    return replace(CLAIM, claimed_on=made.ends_on + timedelta(days=9), class_facts=made, lines=tuple(map(person, ages)))


async def claimed(subsidy: Service, fund_id: str, starts_on: date, *ages: int, **more: Any) -> None:
    """A claim for a class of its own, as it would be kept."""
    class_id = db.new_id()
    facts = kept(facts_of(class_id, starts_on, *ages))
    days = {"class_id": class_id, "class_starts_on": starts_on, "class_ends_on": starts_on + timedelta(days=2)}
    values = {"terms_hash": SHORT.hash, "facts": facts, "facts_hash": digest(facts), "status": "in_notice"} | days | more
    await a_claim(subsidy, fund_id, ["180.00"] * len(ages), **values)


async def asked(subsidy: Service, block: dict[str, Any], role: str = "officer", **days: str) -> Any:
    """The answer, once the job has run."""
    body = {"block": block, "from_on": "2025-01-01", "to_on": "2025-12-31"} | days
    queued = await subsidy.as_(role).post(f"{PATH}/terms:what-if", json=body)
    assert (queued.status_code, queued.json()["status"]) == (202, "queued"), queued.text
    await job.run_waiting(subsidy.kernel)
    answer = (await subsidy.as_("auditor").get(queued.headers["location"])).json()
    assert answer["progress"]["done"] == answer["progress"]["total"] and answer["finished_at"]
    return answer


async def block_with(subsidy: Service, **changed: Any) -> dict[str, Any]:
    shown = (await subsidy.as_("officer").get(PATH, params={"on": "2025-05-01"})).json()["terms"]["block"]
    return shown | {"in_force_from": "2027-01-01"} | changed


async def test_a_dearer_day_and_a_lower_age_are_worked_out_from_kept_facts(start: Start) -> None:
    async with start("subsidy") as subsidy:
        fund = await a_fund(subsidy, "99999.00")
        await claimed(subsidy, fund, date(2025, 4, 8), 40, 60, 66)  # the last was refused
        await claimed(subsidy, fund, date(2025, 6, 3), 61)
        await claimed(subsidy, fund, date(2025, 6, 3), 30, status="rejected")
        await claimed(subsidy, fund, date(2024, 12, 31), 30)
        answer = await asked(subsidy, await block_with(subsidy, yuan_per_person_day="80.00", age_at_most=60))
        result = answer["result"]
        assert (answer["status"], result["claims"], result["lines"], result["lines_changed"]) == ("done", 2, 4, 3)
        assert (result["people_changed"], result["classes_changed"], result["claims_left_out"]) == (3, 2, 0)
        money = [result[name] for name in ("amount_before", "amount_after", "difference", "held_before", "held_after")]
        assert money == ["540.00", "480.00", "-60.00", "0.00", "0.00"]
        assert (result["more"], result["less"]) == ({"lines": 2, "amount": "120.00"}, {"lines": 1, "amount": "180.00"})
        assert result["verdicts"] == [{"before": "eligible", "after": "refused", "lines": 1}]
        assert result["findings"] == [{"code": "age_above_limit", "before": 1, "after": 2}]
        assert [each["difference"] for each in result["classes"]] == ["-180.00", "120.00"] and result["classes_left_out"] == 0
        changed_nothing = (await asked(subsidy, await block_with(subsidy)))["result"]
        assert (changed_nothing["difference"], changed_nothing["lines_changed"], changed_nothing["classes"]) == ("0.00", 0, [])


async def test_the_classes_first_day_says_whether_a_claim_is_tried(start: Start) -> None:
    days = {
        "its first day": ("2025-04-08", "2025-04-08"),
        "the day after": ("2025-04-09", "2025-04-30"),
        "before": ("2025-04-01", "2025-04-07"),
    }
    async with start("subsidy") as subsidy:
        await claimed(subsidy, await a_fund(subsidy), date(2025, 4, 8), 40)
        block = await block_with(subsidy)
        found = {name: (await asked(subsidy, block, from_on=one, to_on=last))["result"]["claims"] for name, (one, last) in days.items()}
        assert found == {"its first day": 1, "the day after": 0, "before": 0}


async def test_claims_without_a_class_are_tried_by_the_day_they_were_submitted(start: Start) -> None:
    async with papers(start, "certificate_direct") as world:
        trainee_id = world.person()
        await world.submitted(world.claims_for("certificate_direct", line(trainee_id, world.certificate(trainee_id))))
        shown = (await world.as_("officer").get("/v1/schemes/certificate_direct", params={"on": "2025-05-01"})).json()["terms"]["block"]
        cheaper = shown | {"yuan_per_person_by_level": {"junior": "900.00", "intermediate": "1500.00"}}
        for to_on, claims, difference in (("2025-05-06", 1, "-100.00"), ("2025-05-05", 0, "0.00")):
            body = {"block": cheaper, "from_on": "2025-05-01", "to_on": to_on}
            queued = await world.as_("officer").post("/v1/schemes/certificate_direct/terms:what-if", json=body)
            await job.run_waiting(world.subsidy.kernel)
            result = (await world.as_("officer").get(queued.headers["location"])).json()["result"]
            assert (result["claims"], result["difference"]) == (claims, difference)
            assert [each["class_id"] for each in result["classes"]] == [None] * claims


async def test_a_claim_by_terms_that_nobody_has_any_more_is_counted_and_left_out(start: Start) -> None:
    async with start("subsidy") as subsidy:
        await claimed(subsidy, await a_fund(subsidy), date(2025, 4, 8), 40, terms_hash="0" * 64)
        result = (await asked(subsidy, await block_with(subsidy)))["result"]
        assert (result["claims"], result["claims_left_out"], result["amount_before"]) == (0, 1, "0.00")


async def test_who_may_try_and_what_is_refused(start: Start) -> None:
    async with start("subsidy") as subsidy:
        block = await block_with(subsidy)
        body = {"block": block, "from_on": "2025-01-01", "to_on": "2025-12-31"}
        for role, status in (("admin", 202), ("reviewer", 202), ("finance", 202), ("auditor", 202), ("institution", 403), ("person", 403)):
            assert (await subsidy.as_(role).post(f"{PATH}/terms:what-if", json=body)).status_code == status, role
        faulty = body | {"block": block | {"payee": "nobody", "notice_working_days": 0}, "to_on": "2024-12-31"}
        answer = await subsidy.as_("officer").post(f"{PATH}/terms:what-if", json=faulty)
        assert answer.status_code == 422
        assert [fault["pointer"] for fault in answer.json()["errors"]] == ["/to_on", "/block/payee", "/block/notice_working_days"]
        assert (await subsidy.as_("officer").post("/v1/schemes/nothing/terms:what-if", json=body)).status_code == 404
        made = await subsidy.as_("officer").post(f"{PATH}/terms:what-if", json=body)
        for path, role, status in ((made.headers["location"], "town", 403), (f"{PATH}/what-ifs/{db.new_id()}", "officer", 404)):
            assert (await subsidy.as_(role).get(path)).status_code == status


async def test_who_asked_finds_the_questions_again(start: Start) -> None:
    async with start("subsidy") as subsidy:
        body = {"block": await block_with(subsidy), "from_on": "2025-01-01", "to_on": "2025-12-31"}
        for role in ("officer", "finance", "officer"):
            assert (await subsidy.as_(role).post(f"{PATH}/terms:what-if", json=body)).status_code == 202
        await job.run_waiting(subsidy.kernel)
        await subsidy.as_("officer").post(f"{PATH}/terms:what-if", json=body)

        async def listed(role: str = "officer", **by: Any) -> list[Any]:
            answer = await subsidy.as_(role).get(f"{PATH}/what-ifs", params=by)
            assert answer.status_code == 200, answer.text
            return list(answer.json()["items"])

        everyone = await listed("auditor")
        assert [each["asked_by"] for each in everyone] == ["test-officer", "test-officer", "test-finance", "test-officer"]
        assert [len(await listed(asked_by=who)) for who in ("test-officer", "test-finance", "nobody")] == [3, 1, 0]
        assert [len(await listed(status=status)) for status in ("done", "queued")] == [3, 1]
        whole = (await subsidy.as_("officer").get(f"{PATH}/what-ifs/{everyone[-1]['id']}")).json()
        assert {name: whole[name] for name in everyone[-1]} == everyone[-1] and whole["result"]
        for role, path, status in (("institution", PATH, 403), ("officer", "/v1/schemes/nothing", 404)):
            assert (await subsidy.as_(role).get(f"{path}/what-ifs")).status_code == status


async def test_a_process_that_lost_its_lease_answers_nothing(start: Start) -> None:
    async with start("subsidy") as subsidy:
        body = {"block": await block_with(subsidy), "from_on": "2025-01-01", "to_on": "2025-12-31"}
        location = (await subsidy.as_("officer").post(f"{PATH}/terms:what-if", json=body)).headers["location"]
        lost = await job._take(subsidy.kernel)
        assert lost is not None
        assert await job._take(subsidy.kernel) is None, "it is leased"
        async with subsidy.kernel.writing.begin() as session:
            taken = await session.get_one(type(lost), lost.id)
            taken.leased_until = datetime(2025, 1, 1, tzinfo=UTC)
        await job.run_waiting(subsidy.kernel)
        answered = (await subsidy.as_("officer").get(location)).json()
        assert answered["status"] == "done"
        assert not await job._put(subsidy.kernel, lost, status="failed"), "the first attempt is over"
