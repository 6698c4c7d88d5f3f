"""What the other services are told of certificates: facts on a day, for rules."""

import pytest

from tests.conftest import Start
from tests.evaluation import made
from tests.evaluation.made import done, world


async def test_facts_for_rules_tell_scope_exam_and_revocation(start: Start) -> None:
    async with world(start) as w:
        certificate = await w.issued()
        outside = await done(w.officer().post("/v1/certificates", json=made.certificate(await w.worker(2))))
        await done(w.reviewer("2025-08-01").post(f"/v1/certificates/{certificate['id']}:revoke", json={"reason": "弄虚作假"}))
        asked = {"trainee_ids": [certificate["trainee_id"]], "certificate_ids": [outside["id"], made.some_id()]}
        client = w.evaluation.internal()
        client.headers["X-Server-Date"] = made.at("2025-09-01")
        facts = {each["id"]: each for each in (await done(client.post("/internal/v1/certificate-facts", json=asked)))["certificates"]}
        assert facts.keys() == {certificate["id"], outside["id"]}
        minted = facts[certificate["id"]]
        assert (minted["in_scope"], minted["outside"], minted["exam_held_on"], minted["status"]) == (True, False, made.HELD, "revoked")
        assert minted["revoked_on"] == "2025-08-01" and minted["issued_that_month"] == 1 and minted["number_fits"] is True
        assert (minted["valid"], minted["months_since_issue"], minted["earlier_levels"]) == (False, 2, [])
        assert (facts[outside["id"]]["in_scope"], facts[outside["id"]]["outside"]) == (None, True)
        assert facts[outside["id"]]["body_flags"] == []


@pytest.mark.parametrize(
    ("on", "valid", "months"), [("2024-11-04", False, 0), ("2024-11-05", True, 0), ("2025-02-04", True, 2), ("2025-02-05", True, 3)]
)
async def test_facts_tell_validity_and_months_on_the_day_asked_about(start: Start, on: str, valid: bool, months: int) -> None:
    async with world(start) as w:
        kept = await done(w.officer().post("/v1/certificates", json=made.certificate(await w.worker(1))))
        asked = {"certificate_ids": [kept["id"]], "on": on}
        [fact] = (await done(w.evaluation.internal().post("/internal/v1/certificate-facts", json=asked)))["certificates"]
        assert (fact["valid"], fact["months_since_issue"]) == (valid, months)


async def test_facts_tell_the_levels_that_a_holder_had_before(start: Start) -> None:
    """Of the same occupation, from an earlier day, not revoked by then; also where only the later certificate is asked for."""
    async with world(start) as w:
        worker = await w.worker(1)
        papers = [
            made.certificate(worker, number=f"S000052000009{year}{digit}{serial:06}", level=level, issued_on=f"20{year}-01-05", **more)
            for serial, (year, digit, level, more) in enumerate(
                [
                    (22, 5, "junior", {}),
                    (23, 4, "intermediate", {}),
                    (23, 4, "intermediate", {"occupation_code": made.WELDER}),
                    (24, 3, "senior", {}),
                    (24, 5, "junior", {}),
                ]
            )
        ]
        kept = [await done(w.officer().post("/v1/certificates", json=each)) for each in papers]
        await done(w.reviewer("2023-12-31").post(f"/v1/certificates/{kept[1]['id']}:revoke", json={"reason": "弄虚作假"}))
        client, asked = w.evaluation.internal(), {"certificate_ids": [each["id"] for each in (kept[1], kept[2], kept[3])]}
        found = (await done(client.post("/internal/v1/certificate-facts", json=asked)))["certificates"]
        assert {each["id"]: each["earlier_levels"] for each in found} == {
            kept[1]["id"]: ["junior"],
            kept[2]["id"]: [],
            kept[3]["id"]: ["junior"],
        }


async def test_a_burst_is_found_in_any_month_whatever_the_calendar_calls_it(start: Start) -> None:
    async with world(start) as w:
        worker = await w.worker(1)
        for n, day in enumerate(("2025-04-20", "2025-04-30", "2025-04-30", "2025-05-30", "2025-05-31")):
            body = made.certificate(worker, kind="completion", level=None, number=f"凯培字〔2025〕第{n + 1}号", issued_on=day)
            await done(w.officer().post("/v1/certificates", json=body))
        read = await done(w.evaluation.internal().post("/internal/v1/certificate-facts", json={"trainee_ids": [worker]}))
        found = {each["issued_on"]: (each["issued_that_month"], each["issued_that_day"]) for each in read["certificates"]}
        assert found == {"2025-04-20": (3, 1), "2025-04-30": (3, 2), "2025-05-30": (3, 1), "2025-05-31": (2, 1)}
