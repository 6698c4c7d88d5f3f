"""Facts by the batch: good items kept, repeated without effect, at once, and reconciled."""

from typing import Any

from sqlalchemy import text

from shared import db
from tests import people
from tests.conftest import Service
from tests.eastwest.neighbours import START, Neighbours, evidence, key, placed, update


async def post(client: Any, items: list[dict[str, Any]], **more: Any) -> Any:
    return await client.post("/v1/placement-updates:batch", json={"items": items} | more, headers=key())


async def test_a_batch_keeps_the_good_items_and_sent_again_all_are_unchanged(eastwest: Service, others: Neighbours) -> None:
    partner = eastwest.as_("partner")
    made = await placed(partner, others.person(1))
    await placed(partner, others.person(2, certified=False))
    items = [
        update("s1") | {"placement_id": made["id"]},
        update("s2") | {"id_number": people.id_number(2), "number": "FS-2025-0017"},
        update("p1", "present", "2025-06-30", evidence=evidence(START, "2025-06-30"))
        | {"id_number": people.id_number(1), "number": "FS-2025-0017"},
        update("s1") | {"placement_id": made["id"]},
        update("s1", on="2025-06-01") | {"placement_id": made["id"]},
        update("x1") | {"placement_id": str(db.new_id())},
        update("x2") | {"id_number": people.id_number(9), "number": "FS-2025-0017"},
        update("x3") | {"id_number": people.id_number(1), "number": "FS-2025-9999"},
        update("x4"),
        update("x5", "fired") | {"placement_id": made["id"]},
    ]
    outcomes = ["created", "rejected", "created", "unchanged", *["rejected"] * 6]
    codes = [
        None,
        "certificate_missing",
        None,
        None,
        "external_ref_reused",
        "unknown_placement",
        "unknown_placement",
        "unknown_placement",
        "one_of_two",
        "invalid_value",
    ]
    first = await post(partner, items)
    assert first.status_code == 207
    assert [item["outcome"] for item in first.json()["items"]] == outcomes
    assert [item["errors"][0]["code"] if item["errors"] else None for item in first.json()["items"]] == codes
    assert first.json()["items"][1]["errors"][0]["basis"]["document"] == "凯府发〔2024〕9号"
    assert first.json()["items"][9]["errors"][0]["pointer"] == "/items/9/kind"
    assert first.json()["summary"] == {"created": 2, "updated": 0, "unchanged": 1, "rejected": 7}
    assert people.id_number(9) not in first.text
    again = await post(partner, items[:1] + items[2:4])
    assert again.json()["summary"] == {"created": 0, "updated": 0, "unchanged": 3, "rejected": 0}
    assert again.json()["items"][0]["receipt"] == first.json()["items"][0]["receipt"]


async def test_all_or_nothing_keeps_nothing_and_validate_keeps_nothing(eastwest: Service, others: Neighbours) -> None:
    partner = eastwest.as_("partner")
    made = await placed(partner, others.person(1))
    good, twice = update("s") | {"placement_id": made["id"]}, update("s", on="2025-06-01") | {"placement_id": made["id"]}
    conflict = await post(partner, [good, twice], atomic="all")
    assert (conflict.status_code, [(fault["pointer"], fault["code"]) for fault in conflict.json()["errors"]]) == (
        409,
        [("/items/1", "external_ref_reused")],
    )
    bad = await post(partner, [good, update("x")], atomic="all")
    assert (bad.status_code, [fault["pointer"] for fault in bad.json()["errors"]]) == (422, ["/items/1/placement_id"])
    tried = await post(partner, [good], mode="validate")
    assert tried.json()["summary"]["created"] == 1
    assert (tried.json()["items"][0]["id"], tried.json()["items"][0]["receipt"]) == (None, None)
    assert (await partner.get(f"/v1/placements/{made['id']}/updates")).json()["items"] == []
    empty = await post(partner, [])
    assert (empty.status_code, empty.json()) == (207, {"summary": {"created": 0, "updated": 0, "unchanged": 0, "rejected": 0}, "items": []})


async def test_facts_for_another_partners_person_are_unknown(eastwest: Service, others: Neighbours) -> None:
    a, b = eastwest.as_("partner", subject="foshan-a"), eastwest.as_("partner", subject="foshan-b")
    made = await placed(b, others.person(1))
    answer = await post(
        a, [update("s") | {"placement_id": made["id"]}, update("t") | {"id_number": people.id_number(1), "number": "FS-2025-0017"}]
    )
    assert [item["errors"][0]["code"] for item in answer.json()["items"]] == ["unknown_placement", "unknown_placement"]


async def test_a_batch_takes_as_many_statements_and_calls_whatever_its_size(eastwest: Service, others: Neighbours) -> None:
    partner = eastwest.as_("partner")
    placements = [await placed(partner, others.person(n)) for n in range(1, 41)]
    tables = ("placements", "placement_updates", "placement_offices", "INSERT INTO audit (", "INSERT INTO changes")

    def asked() -> list[str]:
        return [each for each in others.asked if not each.endswith("/order-trained")]  # a job asks that of whoever was placed

    async def cost(items: list[dict[str, Any]]) -> tuple[int, int]:
        calls = len(asked())
        with eastwest.statements() as statements:
            assert (await post(partner, items)).json()["summary"]["created"] == len(items)
        return len([each for each in statements if any(table in each for table in tables)]), len(asked()) - calls

    def items(part: list[dict[str, Any]], month: int) -> list[dict[str, Any]]:
        return [update(f"{each['id']}-{month}", "started", f"2025-{month:02d}-01") | {"placement_id": each["id"]} for each in part]

    one = await cost(items(placements[:1], 5))
    many = await cost(items(placements[1:], 5) + items(placements, 6))
    assert one == many == (10, 2)
    monthly = [update(f"{each['id']}-p", "present", "2025-06-30") | {"placement_id": each["id"]} for each in placements]
    assert await cost(monthly) == (9, 0)


async def test_a_batch_repeated_at_once_takes_effect_once(eastwest: Service, others: Neighbours) -> None:
    import asyncio

    partner = eastwest.as_("partner")
    made = await placed(partner, others.person(1))
    items = [update(f"p{n}", "present", f"2025-06-{n:02d}") | {"placement_id": made["id"]} for n in range(1, 11)]
    answers = await asyncio.gather(*(post(partner, items) for _ in range(4)))
    assert sorted(answer.json()["summary"]["created"] for answer in answers) == [0, 0, 0, 10]
    async with eastwest.kernel.reading() as session:
        sequences = (await session.execute(text("SELECT sequence FROM placement_updates ORDER BY sequence"))).scalars().all()
    assert list(sequences) == list(range(1, 11))


async def test_reconciling_names_what_differs_either_way(eastwest: Service, others: Neighbours) -> None:
    partner = eastwest.as_("partner")
    made = await placed(partner, others.person(1))
    await post(partner, [update(ref, "present", "2025-06-01") | {"placement_id": made["id"]} for ref in ("a", "b", "c")])
    answer = await partner.post("/v1/placement-updates:reconcile", json={"refs": ["a", "c", "z"], "through": 2})
    assert answer.json() == {
        "through": 2,
        "last_sequence": 3,
        "missing_here": ["z"],
        "missing_there": [{"external_ref": "b", "sequence": 2}],
        "later": [{"external_ref": "c", "sequence": 3}],
    }
    other = await eastwest.as_("partner", subject="foshan-b").post("/v1/placement-updates:reconcile", json={"refs": ["a"], "through": 2})
    assert (other.json()["missing_here"], other.json()["missing_there"]) == (["a"], [])
