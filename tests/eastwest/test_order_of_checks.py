"""What comes first where several things are wrong: the paper's version, then its state, then the body's shape and its rules together."""

import asyncio
from typing import Any

from shared import db
from tests.conftest import Service
from tests.eastwest.neighbours import Neighbours, evidence, key, order, placed, report, update


def faults(answer: Any) -> set[tuple[str, str]]:
    assert answer.status_code == 422, answer.text
    return {(each["code"], each["pointer"]) for each in answer.json()["errors"]}


async def test_version_before_state_before_what_the_body_says(eastwest: Service) -> None:
    partner = eastwest.as_("partner")
    made = (await partner.post("/v1/orders", json=order())).json()
    path = f"/v1/orders/{made['id']}"
    stale = await partner.patch(path, json={"posts": 0}, headers={"If-Match": '"9"'})
    assert (stale.status_code, stale.json()["code"]) == (412, "stale_version")
    assert (await partner.post(f"{path}:close")).status_code == 200
    for method, where in (("PATCH", path), ("POST", f"{path}:close")):
        closed = await partner.request(method, where, json={"posts": 0})
        assert (closed.status_code, closed.json()["code"]) == (409, "order_closed")


async def test_faults_of_shape_and_of_rule_come_together(eastwest: Service, others: Neighbours) -> None:
    partner = eastwest.as_("partner")
    assert faults(await partner.post("/v1/orders", json=order(posts=0, wage_to="1.00"))) == {
        ("invalid_value", "/posts"),
        ("invalid_range", "/wage_to"),
    }
    nobody = {"order_id": 1, "employer": None}
    assert faults(await partner.post("/v1/placements", json=nobody, headers=key())) == {
        ("invalid_value", "/order_id"),
        ("one_of_two", "/trainee_id"),
    }
    placement = await placed(partner, others.person(1))
    wrong = update("u", "present", evidence=evidence("2025-08-31", "2025-08-01"), effective_on="gestern")
    assert faults(await report(partner, placement["id"], wrong)) == {
        ("invalid_value", "/effective_on"),
        ("invalid_period", "/evidence/0/covers_to_on"),
    }
    unknown = await report(partner, str(db.new_id()), wrong)
    assert unknown.status_code == 404


async def test_other_platforms_numbers_may_be_cleared(eastwest: Service, others: Neighbours) -> None:
    partner = eastwest.as_("partner")
    made = await placed(partner, others.person(1), external_refs=[{"system": "省平台", "number": "1"}])
    cleared = await partner.patch(f"/v1/placements/{made['id']}", json={"external_refs": None}, headers={"If-Match": "*"})
    assert (cleared.status_code, cleared.json()["external_refs"]) == (200, [])


async def test_neighbours_are_asked_while_no_connection_is_held(eastwest: Service, others: Neighbours) -> None:
    partner = eastwest.as_("partner")
    made = await placed(partner, others.person(1), class_id=str(others.training_class()))
    pool, held = eastwest.kernel.engine.pool, list[int]()

    async def watching(request: Any) -> Any:
        for _ in range(50):  # a job may hold one for a moment; the request would hold its own until it is answered
            if pool.checkedout() == 0:  # type: ignore[attr-defined]
                break
            await asyncio.sleep(0.01)
        held.append(pool.checkedout())  # type: ignore[attr-defined]
        return others.answer(request)

    for name in ("registry", "evaluation"):
        eastwest.kernel.neighbours[name].transport.handler = watching  # type: ignore[union-attr]
    assert (await report(partner, made["id"], update("s"))).status_code == 201
    changed = await partner.patch(f"/v1/placements/{made['id']}", json={"class_id": None}, headers={"If-Match": "*"})
    assert changed.status_code == 200, changed.text
    assert (await partner.get(f"/v1/placements/{made['id']}/chain")).status_code == 200
    assert held and max(held) == 0
