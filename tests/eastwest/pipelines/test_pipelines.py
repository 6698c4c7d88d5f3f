"""How far an order has come, and who could still be placed on it."""

from typing import Any
from uuid import UUID

from tests.conftest import Service
from tests.eastwest.neighbours import Neighbours, evidence, order, placed, report, update

THEN = "2025-09-10T09:00:00+08:00"


def trained(others: Neighbours, order_id: str, people: list[UUID], ends_on: str = "2025-04-18") -> UUID:
    class_id = others.training_class()
    others.order_people += [
        {"order_id": order_id, "trainee_id": str(each), "class_id": str(class_id), "ends_on": ends_on} for each in people
    ]
    return class_id


async def test_the_pipeline_counts_people_once_at_each_step(eastwest: Service, others: Neighbours) -> None:
    partner = eastwest.as_("partner", at=THEN)
    order_id = (await partner.post("/v1/orders", json=order(posts=4))).json()["id"]
    people = [others.person(n, certified=n != 3) for n in range(6)]
    first, second = trained(others, order_id, people[:4]), trained(others, order_id, people[3:5], "2025-05-10")
    for n, began in ((0, True), (1, True), (2, False), (5, True)):
        made = await placed(partner, people[n])
        if began:
            await report(partner, made["id"], update(f"s{n}", evidence=evidence("2025-05-30", "2025-08-29") if n == 0 else None))
        if n == 1:
            await report(partner, made["id"], update("l", "left", "2025-07-01"))
    found = (await partner.get(f"/v1/orders/{order_id}/pipeline")).json()
    counts = {name: found[name] for name in ("posts", "trained", "certified", "offered", "started", "working", "retained", "fill_rate")}
    assert counts == {"posts": 4, "trained": 5, "certified": 4, "offered": 4, "started": 3, "working": 2, "retained": 1, "fill_rate": 0.5}
    of_class = {each["class_id"]: (each["trained"], each["started"], each["placed_share"]) for each in found["classes"]}
    assert of_class == {str(first): (4, 2, 0.5), str(second): (2, 0, 0.0)}
    before = (await partner.get(f"/v1/orders/{order_id}/pipeline?as_of=2025-05-01")).json()
    assert (before["trained"], before["started"], before["retained"]) == (4, 0, 0)


async def test_a_class_is_held_against_what_the_plan_asks_of_it(eastwest: Service, others: Neighbours) -> None:
    """At least 40 people, one in ten of them placed; of a day that no plan holds nothing is asked."""
    partner = eastwest.as_("partner", at=THEN)
    order_id = (await partner.post("/v1/orders", json=order())).json()["id"]
    people = [others.person(n) for n in range(79)]
    large, small = trained(others, order_id, people[:40]), trained(others, order_id, people[40:], "2025-05-10")
    for n in (0, 1, 2, 3, 40, 41, 42):
        await report(partner, (await placed(partner, people[n]))["id"], update(f"s{n}"))

    async def shown(as_of: str) -> dict[str, tuple[Any, ...]]:
        found = (await partner.get(f"/v1/orders/{order_id}/pipeline?as_of={as_of}")).json()["classes"]
        names = ("people_at_least", "enough_people", "placed_share_at_least", "enough_placed")
        return {each["class_id"]: tuple(each[name] for name in names) for each in found}

    assert await shown("2025-09-10") == {str(large): (40, True, 0.1, True), str(small): (40, False, 0.1, False)}
    assert set((await shown("2099-01-01")).values()) == {(None, None, None, None)}


async def test_candidates_are_trained_certified_and_not_placed_and_masked(eastwest: Service, others: Neighbours) -> None:
    partner = eastwest.as_("partner", at=THEN)
    order_id = (await partner.post("/v1/orders", json=order())).json()["id"]
    people = [others.person(n, certified=n != 2) for n in range(4)]
    trained(others, order_id, people[:3])
    late = trained(others, order_id, [people[3]], "2025-05-10")
    await placed(partner, people[0])

    async def listed(query: str = "") -> list[dict[str, Any]]:
        answer = await partner.get(f"/v1/orders/{order_id}/candidates{query}")
        assert answer.status_code == 200, answer.text
        return list(answer.json()["items"])

    found = await listed()
    assert [each["trainee_id"] for each in found] == [str(people[1]), str(people[3])]
    assert (found[1]["class_id"], found[1]["completed_on"]) == (str(late), "2025-05-10")
    for each in found:
        name = others.people[each["trainee_id"]]["name"]
        assert each["trainee_name"] == name[0] + "*" * (len(name) - 1) and "*" in each["id_number_masked"]
    assert [each["trainee_id"] for each in await listed("?sort=-completed_on&limit=1")] == [str(people[3])]
    await placed(partner, people[1])
    assert [each["trainee_id"] for each in await listed()] == [str(people[3])]
    stranger = eastwest.as_("partner", at=THEN, subject="someone-else")
    for what in ("candidates", "pipeline"):
        assert (await stranger.get(f"/v1/orders/{order_id}/{what}")).status_code == 404
