"""What a third office says of people: it proves what the employer only stated, or stands against it; sent again it finds itself; taken back it proves nothing."""

from typing import Any
from uuid import UUID

import httpx
import pytest

from tests import people
from tests.conftest import Service
from tests.eastwest.neighbours import USCC, Neighbours, evidence, key, placed, report, update

THEN = "2025-09-10T09:00:00+08:00"
EMPLOYER = {"name": "佛山市顺德区某电器有限公司", "uscc": USCC}
ELSEWHERE = {"name": "佛山市南海区某五金厂", "district_code": "440605"}
START = "2025-06-01"


def record(n: int, month: str = "2025-06", **changed: Any) -> dict[str, Any]:
    said = {"id_number": people.id_number(n), "month": month, "employer": EMPLOYER, "source": "顺德社保", "external_ref": f"SB-{n}-{month}"}
    return said | {"paid_on": f"{month}-20"} | changed


async def sent(client: httpx.AsyncClient, *items: dict[str, Any], mode: str = "commit") -> list[dict[str, Any]]:
    answer = await client.post("/v1/insurance-records:batch", json={"items": list(items), "mode": mode}, headers=key())
    assert answer.status_code == 207, answer.text
    return list(answer.json()["items"])


async def at_work(eastwest: Service, others: Neighbours, n: int = 1, proof: str = "D") -> tuple[str, UUID]:
    """Somebody at work since June, three months of which the employer states."""
    partner, who = eastwest.as_("partner", at=THEN), others.person(n)
    made = await placed(partner, who)
    await report(partner, made["id"], update(f"s{n}", on=START, evidence=evidence(START, "2025-08-31", proof)))
    return str(made["id"]), who


async def grades(eastwest: Service, placement_id: str) -> tuple[str, list[str]]:
    found = (await eastwest.as_("officer", at=THEN).get(f"/v1/placements/{placement_id}/retention")).json()
    return found["weakest_grade"], [each["weakest_grade"] for each in found["months"]]


async def test_a_record_of_the_same_employer_raises_the_month_and_names_the_word_that_it_confirms(
    eastwest: Service, others: Neighbours
) -> None:
    placement_id, _ = await at_work(eastwest, others)
    office = eastwest.as_("system", at=THEN, scopes={"insurance-records.write"})
    assert await grades(eastwest, placement_id) == ("D", ["D", "D", "D"])
    [tried] = await sent(office, record(1), mode="validate")
    assert (tried["outcome"], tried["verdict"], tried["id"]) == ("created", "confirmed", None)
    assert await grades(eastwest, placement_id) == ("D", ["D", "D", "D"])
    found = await sent(office, record(1), record(1, "2025-07"))
    assert [(each["outcome"], each["verdict"], each["placement_id"]) for each in found] == [("created", "confirmed", placement_id)] * 2
    assert (found[0]["employer_told"], found[0]["facts"]) == (EMPLOYER["name"], ["s1"])
    assert await grades(eastwest, placement_id) == ("D", ["A", "A", "D"])
    again = await sent(office, record(1))
    assert (again[0]["outcome"], again[0]["id"]) == ("unchanged", found[0]["id"])
    [other] = await sent(office, record(1, employer=ELSEWHERE))
    assert [each["code"] for each in other["errors"]] == ["external_ref_reused"]
    facts = (await eastwest.as_("officer", at=THEN).get(f"/v1/placements/{placement_id}/updates")).json()["items"]
    assert sorted(each["office"] for each in facts) == ["insurance:顺德社保"] * 2 + ["test-partner"]

    officer, one = eastwest.as_("officer", at=THEN), f"/v1/insurance-records/{found[0]['id']}"
    shown = await officer.get(one)
    assert (shown.json()["placement_id"], shown.json()["version"]) == (placement_id, 2) and shown.headers["etag"].startswith('"2-')
    assert shown.json()["allowed_actions"] == [{"action": "void", "allowed": True, "why_not": None}]
    assert (await officer.post(f"{one}:void", json={"reason": "报错"}, headers={"If-Match": '"1-0"'})).json()["code"] == "stale_version"
    voided = await officer.post(f"/v1/insurance-records/{found[0]['id']}:void", json={"reason": "报错月份"})
    assert voided.status_code == 200 and voided.json()["void_reason"] == "报错月份"
    assert await grades(eastwest, placement_id) == ("D", ["D", "A", "D"])
    assert (await officer.post(f"/v1/insurance-records/{found[0]['id']}:void", json={"reason": "又"})).json()["code"] == "invalid_state"
    why_not = {each["action"]: each["why_not"]["code"] for each in voided.json()["allowed_actions"]}
    assert why_not == {"void": "invalid_state"} and voided.json()["version"] == 3
    told = [(each["action"], each["reason"]) for each in (await officer.get(f"{one}/history")).json()["items"]]
    assert told == [("insurance_record.voided", "报错月份"), ("insurance_record.proved", None), ("insurance_record.kept", None)]
    [seen] = (await eastwest.as_("auditor", at=THEN).get(one)).json()["allowed_actions"]
    assert seen["why_not"]["code"] == "wrong_role"
    assert [each["code"] for each in (await sent(office, record(1)))[0]["errors"]] == ["external_ref_reused"]
    listed = (await officer.get("/v1/insurance-records?confirmed=true")).json()["items"]
    assert {each["month"] for each in listed} == {"2025-06", "2025-07"} and all("id_number" not in each for each in listed)


async def test_a_record_of_another_employer_proves_nothing_and_warns(eastwest: Service, others: Neighbours) -> None:
    placement_id, _ = await at_work(eastwest, others)
    officer = eastwest.as_("officer", at=THEN)
    [found] = await sent(officer, record(1, employer=ELSEWHERE))
    assert (found["verdict"], found["employer_told"], found["facts"]) == ("contradicted", EMPLOYER["name"], ["s1"])
    assert await grades(eastwest, placement_id) == ("D", ["D", "D", "D"])

    async def warned() -> list[str]:
        return [each["code"] for each in (await officer.get(f"/v1/placements/{placement_id}")).json()["warnings"]]

    assert await warned() == ["insured_elsewhere"]
    asked = {"placement_ids": [placement_id], "as_of": "2025-09-10"}
    [fact] = (await eastwest.internal().post("/internal/v1/retention-facts", json=asked)).json()["placements"]
    assert (fact["warnings"], fact["insured_elsewhere"]) == (["insured_elsewhere"], ["2025-06"])
    moved = update("c", "employer_changed", "2025-06-10", employer=ELSEWHERE)
    await report(eastwest.as_("partner", at=THEN), placement_id, moved)
    assert await warned() == []
    [again] = await sent(officer, record(1, employer=ELSEWHERE))
    assert (again["outcome"], again["verdict"], again["placement_id"]) == ("unchanged", "confirmed", placement_id)
    assert (await grades(eastwest, placement_id))[1] == ["A", "D", "D"]


async def test_whoever_counts_on_a_placement_hears_of_another_employer_and_of_that_taken_back(
    eastwest: Service, others: Neighbours
) -> None:
    placement_id, who = await at_work(eastwest, others)
    officer = eastwest.as_("officer", at=THEN)
    await sent(officer, record(1), record(1, "2025-07", employer=ELSEWHERE), mode="validate")

    async def heard() -> list[dict[str, Any]]:
        feed = (await officer.get("/v1/changes", params={"limit": 200})).json()["items"]
        return [each["data"] for each in feed if each["type"] == "placement.insurance_told" and each["subject"] == placement_id]

    assert await heard() == []
    found = await sent(officer, record(1), record(1, "2025-07", employer=ELSEWHERE))
    [told] = await heard()
    assert (told["trainee_id"], told["status"]) == (str(who), "working") and told["version"]
    await sent(officer, record(1, "2025-07", employer=ELSEWHERE))
    assert len(await heard()) == 1, "said twice, it is one word"
    for each in found:
        voided = await officer.post(f"/v1/insurance-records/{each['id']}:void", json={"reason": "报错"})
        assert voided.status_code == 200, voided.text
    assert len(await heard()) == 2, "a fact of the placement that is taken back is told as such"


@pytest.mark.parametrize(
    ("month", "counted"), [("2025-05", []), ("2025-06", ["2025-06"]), ("2025-08", ["2025-08"]), ("2025-09", ["2025-09"]), ("2025-10", [])]
)
async def test_of_the_months_insured_elsewhere_those_up_to_the_third_count(
    eastwest: Service, others: Neighbours, month: str, counted: list[str]
) -> None:
    later = "2025-11-10T09:00:00+08:00"
    partner, who = eastwest.as_("partner", at=later), others.person(1)
    made = await placed(partner, who)
    await report(partner, made["id"], update("s1", on="2025-06-02", evidence=evidence("2025-06-02", "2025-10-31", "D")))
    office = eastwest.as_("system", at=later, scopes={"insurance-records.write"})
    await sent(office, record(1, month, employer=ELSEWHERE))
    asked = {"placement_ids": [made["id"]], "as_of": "2025-11-10"}
    [fact] = (await eastwest.internal().post("/internal/v1/retention-facts", json=asked)).json()["placements"]
    assert (fact["due_on"], fact["insured_elsewhere"]) == ("2025-09-02", counted)


@pytest.mark.parametrize(
    ("item", "codes"),
    [
        (record(1, "2025-08"), []),
        (record(1, "2025-09"), ["in_the_future", "in_the_future"]),
        (record(1, "1959-12", paid_on="2025-09-10"), ["invalid_value"]),  # the month before that person was born
        (record(1, "1960-01", paid_on="2025-09-10"), []),
        (record(1, paid_on="2025-09-11"), ["in_the_future"]),
        (record(2), ["unknown_trainee"]),
    ],
)
async def test_a_month_is_over_and_its_person_registered(
    eastwest: Service, others: Neighbours, item: dict[str, Any], codes: list[str]
) -> None:
    others.person(1)
    [found] = await sent(eastwest.as_("officer", at=THEN), item)
    assert [each["code"] for each in found["errors"]] == codes
    assert found["verdict"] == (None if codes else "nobody_placed")


async def test_insurance_paid_after_the_month_is_no_proof_of_it(eastwest: Service, others: Neighbours) -> None:
    placement_id, _ = await at_work(eastwest, others)
    await sent(eastwest.as_("officer", at=THEN), record(1, paid_on="2025-07-01"))
    assert (await grades(eastwest, placement_id))[1] == ["D", "D", "D"]
