"""What of placements asks for a second look: warnings, who is due, what is counted apart, and orders of other places."""

from datetime import date

import httpx
import pytest

from services.eastwest.placements import rules
from services.eastwest.placements.policy.retention import last_start
from shared.months import months_after
from tests.conftest import Service
from tests.eastwest.neighbours import Neighbours, evidence, key, order, placed, report, update

THEN = "2025-09-10T09:00:00+08:00"


async def warned(client: httpx.AsyncClient, placement_id: str) -> list[str]:
    return [each["code"] for each in (await client.get(f"/v1/placements/{placement_id}")).json()["warnings"]]


async def test_two_orders_at_once_are_warned_of_and_one_after_the_other_are_not(eastwest: Service, others: Neighbours) -> None:
    partner, trainee_id = eastwest.as_("partner", at=THEN), others.person(1)
    first, second = await placed(partner, trainee_id), await placed(partner, trainee_id, "FS-2025-0018")
    await report(partner, first["id"], update("a", on="2025-06-01"))
    await report(partner, second["id"], update("b", on="2025-07-01"))
    assert (await warned(partner, first["id"]), await warned(partner, second["id"])) == (["two_orders"], ["two_orders"])
    await report(partner, first["id"], update("l", "left", "2025-07-01"))
    assert (await warned(partner, first["id"]), await warned(partner, second["id"])) == ([], [])
    another = eastwest.as_("partner", at=THEN, subject="another")
    third = await placed(another, trainee_id, "FS-2025-0019")
    await report(another, third["id"], update("a", on="2025-07-02"))
    for client, placement_id, named, hidden in ((partner, second["id"], "他方订单", "0019"), (another, third["id"], "他方订单", "0018")):
        [told] = (await client.get(f"/v1/placements/{placement_id}")).json()["warnings"]  # which one it is, is the other office's business
        assert (told["code"], named in told["detail"], hidden in told["detail"]) == ("two_orders", True, False)
    for client in (eastwest.as_("officer", at=THEN), eastwest.as_("person", at=THEN, trainee_id=trainee_id)):  # who sees both
        [told] = (await client.get(f"/v1/placements/{third['id']}")).json()["warnings"]
        assert "FS-2025-0018" in told["detail"]


async def test_more_people_than_posts_and_an_order_that_was_over(eastwest: Service, others: Neighbours) -> None:
    partner = eastwest.as_("partner", at=THEN)
    made = (await partner.post("/v1/orders", json=order(posts=1, until_on="2025-05-31"))).json()
    one = await placed(partner, others.person(1))
    assert await warned(partner, one["id"]) == ["order_expired"]  # arranged on a day after its last
    await report(partner, one["id"], update("a", on="2025-05-31"))
    assert await warned(partner, one["id"]) == []
    other = await placed(partner, others.person(2))
    await report(partner, other["id"], update("b", on="2025-06-01"))
    assert await warned(partner, other["id"]) == ["posts_exceeded", "order_expired"]
    await report(partner, one["id"], update("c", "left", "2025-06-30"))
    assert await warned(partner, other["id"]) == ["order_expired"]
    assert made["id"] == one["order_id"]


@pytest.mark.parametrize(("signed_to_on", "expected"), [("2025-05-31", []), ("2025-06-01", ["in_class"])])
async def test_in_class_while_at_work(eastwest: Service, others: Neighbours, signed_to_on: str, expected: list[str]) -> None:
    partner, trainee_id = eastwest.as_("partner", at=THEN), others.person(1)
    others.attends(trainee_id, "2025-05-20", signed_to_on, occupation_code="4-10-01-06")
    made = await placed(partner, trainee_id)
    await report(partner, made["id"], update("a", on="2025-06-01"))
    assert await warned(partner, made["id"]) == expected
    others.away.add("registry")
    assert await warned(partner, made["id"]) == ["classes_unknown"]


async def test_whose_proof_is_due_within_so_many_days(eastwest: Service, others: Neighbours) -> None:
    partner = eastwest.as_("partner", at="2025-06-20T09:00:00+08:00")
    made, left = await placed(partner, others.person(1)), await placed(partner, others.person(2))
    for each in (made, left):
        await report(partner, each["id"], update(each["id"]))  # the first month ends on 29 June
    await report(partner, left["id"], update("l", "left", "2025-06-19"))

    async def due(days: int, on: str) -> list[str]:
        asking = eastwest.as_("partner", at=f"{on}T09:00:00+08:00")
        return [each["id"] for each in (await asking.get(f"/v1/placements?due_within_days={days}")).json()["items"]]

    assert (await due(8, "2025-06-20"), await due(9, "2025-06-20")) == ([], [made["id"]])
    assert (await due(0, "2025-06-29"), await due(7, "2025-06-30")) == ([made["id"]], [])  # over: no more due, but unproven
    assert (await due(28, "2025-06-30"), await due(29, "2025-06-30")) == ([], [made["id"]])  # until the next month ends, and the last
    assert (await due(0, "2025-08-29"), await due(366, "2025-08-30")) == ([made["id"]], [])
    later = eastwest.as_("partner", at="2025-06-30T09:00:00+08:00")
    await report(later, made["id"], update("p", "present", "2025-06-29", evidence=evidence("2025-05-30", "2025-06-29")))
    assert (await due(28, "2025-06-30"), await due(29, "2025-06-30")) == ([], [made["id"]])


async def test_placements_counted_apart_sum_to_the_whole(eastwest: Service, others: Neighbours) -> None:
    partner = eastwest.as_("partner", at=THEN)
    for n, (number, on) in enumerate((("A", "2025-05-30"), ("A", "2025-06-02"), ("B", "2025-06-03"), ("B", None))):
        made = await placed(partner, others.person(n), number)
        if on:
            await report(partner, made["id"], update(f"s{n}", on=on))
    whole = (await partner.get("/v1/statistics/placements?as_of=2025-09-10&until_on=2025-12-31")).json()
    assert (whole["last_start_on"], whole["already_impossible"], whole["groups"]) == ("2025-09-30", False, [])
    for by, codes in {
        "order": None,
        "class": [None],
        "district": ["440606"],
        "month": [None, "2025-05", "2025-06"],
        "employer": ["佛山市顺德区某电器有限公司"],
    }.items():
        found = (await partner.get(f"/v1/statistics/placements?as_of=2025-09-10&by={by}")).json()
        for name in ("placements", "arranged", "working", "left", "started"):
            assert sum(each[name] for each in found["groups"]) == whole[name]
        assert codes is None or [each["code"] for each in found["groups"]] == codes
        assert by != "order" or [(each["name"], each["placements"]) for each in found["groups"]] == [("A", 2), ("B", 2)]
    late = (await partner.get("/v1/statistics/placements?as_of=2025-10-01&until_on=2025-12-31")).json()
    assert late["already_impossible"] is True
    elsewhere = {"name": "佛山市南海区某五金厂", "district_code": "440605"}
    await report(partner, made["id"], update("s3", on="2025-06-10"))
    await report(partner, made["id"], update("e3", "employer_changed", "2025-07-01", employer=elsewhere))
    for day, codes in (("2025-06-30", {"440606": 4}), ("2025-07-01", {"440605": 1, "440606": 3})):  # where each worked that day
        found = (await partner.get(f"/v1/statistics/placements?as_of={day}&by=district")).json()["groups"]
        assert {each["code"]: each["placements"] for each in found} == codes


@pytest.mark.parametrize("until_on", ["2025-12-31", "2025-02-28", "2024-02-29", "2025-05-30", "2025-05-31", "2025-11-30"])
def test_the_last_first_day_is_the_last_from_which_three_months_are_over(until_on: str) -> None:
    day = date.fromisoformat(until_on)
    last = last_start(day, rules.here())
    assert months_after(last, 3) <= day
    assert months_after(date.fromordinal(last.toordinal() + 1), 3) > day


async def test_an_order_of_another_place_is_taken_and_its_people_are_not_the_partner_citys(eastwest: Service, others: Neighbours) -> None:
    partner = eastwest.as_("partner", at=THEN)
    local = {"name": "某电子公司", "uscc": "91110000600037341L", "district_code": "522601"}
    assert (await partner.post("/v1/orders", json=order("LOCAL", employer=local))).status_code == 201
    counted = []
    for n, number in enumerate(("LOCAL", "FS-2025-0017")):
        made = await placed(partner, others.person(n), number)
        answer = await report(partner, made["id"], update(f"s{n}", evidence=evidence("2025-05-30", "2025-08-29")))
        assert answer.status_code == 201
        counted.append(made["id"])
    found = (await partner.get("/v1/placements?met_from_on=2025-01-01&met_to_on=2025-12-31&retention=met")).json()["items"]
    assert [each["id"] for each in found] == [counted[1]]
    asked = {"as_of": "2025-09-10", "countings": []}
    asked["countings"] = [{"key": "retained", "measure": "retained_people", "from_on": "2025-01-01", "to_on": "2025-12-31"}]
    answer = await eastwest.internal("gateway").post("/internal/v1/counts", json=asked, headers=key())
    assert [each["tallies"][0]["numerator"] for each in answer.json()["counts"]] == [1]
