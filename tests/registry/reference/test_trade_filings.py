"""Trade filings: trades outside the dictionary, by the number that a class names."""

from typing import Any

from tests.conftest import Start
from tests.registry import made

FILED = {"number": "州备〔2025〕7号", "trade_name": "苗银锻制", "from_on": "2025-01-01", "document": "州人社局备案通知"}


async def test_a_filing_is_entered_found_and_withdrawn_once(start: Start) -> None:
    async with start("registry") as registry:
        officer, school = registry.as_("officer", at=made.FIRST), registry.as_("institution", institution_id=await made.school(registry))
        kept = await made.posted(officer, "/v1/trade-filings", FILED | {"beside_occupation_code": "6-31-01-03"}, 201)
        assert (kept["beside_occupation_name"], kept["until_on"], kept["withdrawn_on"]) == ("电工", None, None)
        again = await officer.post("/v1/trade-filings", json=FILED)
        assert (again.status_code, again.json()["code"]) == (409, "duplicate_trade_filing")
        path = f"/v1/trade-filings/{kept['id']}"

        async def found(**asked: str) -> list[str]:
            return [each["id"] for each in (await school.get("/v1/trade-filings", params=asked)).json()["items"]]

        assert [await found(q=part) for part in ("2025〕7", "苗银", "刺绣")] == [[kept["id"]], [kept["id"]], []]
        assert [await found(beside_occupation_code=code) for code in ("6-31-01-03", "6-18-02-04")] == [[kept["id"]], []]
        assert (await school.get(path)).json()["allowed_actions"][0]["why_not"]["code"] == "wrong_role"
        assert (await school.post("/v1/trade-filings", json=FILED)).status_code == 403
        early = await officer.post(f"{path}:withdraw", json={"on": "2024-12-31", "reason": "文号有误"})
        assert (early.status_code, early.json()["errors"][0]["pointer"]) == (422, "/on")
        gone = await made.posted(officer, f"{path}:withdraw", {"reason": "州里撤销"}, 200)
        assert (gone["withdrawn_on"], gone["allowed_actions"][0]["why_not"]["code"]) == ("2025-04-08", "invalid_state")
        twice = await officer.post(f"{path}:withdraw", json={"reason": "州里撤销"})
        assert (twice.status_code, twice.json()["code"]) == (409, "invalid_state")
        anew = await made.posted(officer, "/v1/trade-filings", FILED | {"from_on": "2025-06-01"}, 201)
        events = [each for each in (await school.get("/v1/changes")).json()["items"] if each["type"].startswith("trade_filing.")]
        assert [(each["type"], each["subject"], each["data"]["from_on"]) for each in events] == [
            ("trade_filing.registered", kept["id"], "2025-01-01"),
            ("trade_filing.withdrawn", kept["id"], "2025-04-08"),
            ("trade_filing.registered", anew["id"], "2025-06-01"),
        ]


async def test_all_faults_of_a_filing_come_at_once(start: Start) -> None:
    async with start("registry") as registry:
        faulty: dict[str, Any] = FILED | {"number": "", "beside_occupation_code": "9-99", "until_on": "2024-12-31"}
        answer = await registry.as_("officer").post("/v1/trade-filings", json=faulty)
        assert answer.status_code == 422
        assert sorted(each["pointer"] for each in answer.json()["errors"]) == ["/beside_occupation_code", "/number", "/until_on"]
