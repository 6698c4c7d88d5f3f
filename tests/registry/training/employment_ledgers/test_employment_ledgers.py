"""The employment ledger of a class, and what was trained of an enterprise's plan: drawn from what is recorded of the same people."""

from shared.sheets import open_book
from tests.conftest import Start
from tests.registry import made


async def test_the_ledger_tells_who_found_what_work_and_the_plan_who_was_trained(start: Start) -> None:
    async with start("registry") as registry:
        factory = await made.school(registry, "enterprise")
        officer, after = registry.as_("officer", at=made.FIRST), registry.as_("officer", at=made.AFTER)
        trade = {"occupation_code": "6-31-01-03", "trade_name": None, "trade_filing_no": None}
        class_id = await made.proposed(registry, factory, "approved", channel="safety", programmes=[], **trade)
        working, seeking, absent = [await made.trainee(registry, serial, village="第一村") for serial in (1, 2, 3)]
        enrolled = {
            each: (await made.posted(officer, f"/v1/classes/{class_id}/enrolments", {"trainee_id": each}, 201))["id"]
            for each in (working, seeking, absent)
        }
        await made.posted(officer, f"/v1/classes/{class_id}:start")
        signed = [{"trainee_id": each, "on": "2025-04-08", "half_day": "am", "source": "签到表"} for each in (working, seeking)]
        await made.posted(officer, f"/v1/classes/{class_id}/attendance:batch", {"items": signed}, 207)
        await made.posted(after, f"/v1/classes/{class_id}:complete")
        work = {"kind": "employer", "employer": "某电器有限公司", "from_on": "2025-04-11", "grade": "A"}
        await made.posted(after, f"/v1/enrolments/{enrolled[working]}/employment", work, 201)
        offer = {"stage": "after", "employer": "某电器有限公司", "offered_on": "2025-04-11"}
        await made.posted(after, f"/v1/enrolments/{enrolled[seeking]}/job-offers", offer, 201)

        path = f"/v1/classes/{class_id}/employment-ledger"
        rows = {each["trainee_id"]: each for each in (await after.get(path)).json()["items"]}
        told = {who: (each["employment"], each["employer"], each["grade"], each["offers"]) for who, each in rows.items()}
        assert told == {working: ("employed", "某电器有限公司", "A", 0), seeking: ("pending", None, None, 1), absent: (None, None, None, 0)}
        assert {each["village"] for each in rows.values()} == {"第一村"}
        missed = registry.as_("officer", at="2025-10-11T09:00:00+08:00")
        assert {each["employment"] for each in (await missed.get(path)).json()["items"]} == {"employed", "missed", None}
        answer = await after.get(f"{path}.xlsx")
        sheet = open_book(answer.content, "a.xlsx").sheets[0]
        assert (sheet.name, len(sheet.rows)) == ("就业台账", 4)
        assert made.citizen(1) not in str([row.values for row in sheet.rows])
        assert (await registry.as_("town", region_code="522601101").get(path)).status_code == 404

        plan = {"year": 2025, "surveyed_on": "2025-04-11", "technical_workers": 3, "certified_workers": 0, "willingness": "undecided"}
        electricians = {"occupation_code": "6-31-01-03"}
        plan |= {"institution_id": factory, "plan": [electricians | {"people": 5}], "needs": [electricians | {"people": 9}]}  # type: ignore[dict-item]
        survey = await made.posted(after, "/v1/enterprise-surveys", plan, 201)
        assert [(each["people"], each["trained"]) for each in (*survey["plan"], *survey["needs"])] == [(5, 2), (9, 2)]
