"""Orders: what is refused and why, whose they are, and what may change when."""

from typing import Any

import pytest
from sqlalchemy import text

from shared import db
from tests.conftest import Service, version_of
from tests.eastwest.neighbours import Neighbours, key, order, placed, report, update

OTHERS = ("institution", "person", "town", "department", "finance", "admin")


async def test_an_order_is_entered_read_changed_and_closed(eastwest: Service) -> None:
    partner = eastwest.as_("partner")
    made = await partner.post("/v1/orders", json=order())
    assert made.status_code == 201
    body = made.json()
    assert (body["status"], body["wage_from"], body["employer"]["district_code"], body["standard"]["set_on"]) == (
        "open",
        "4500.00",
        "440606",
        "2025-03-05",
    )
    one = f"/v1/orders/{body['id']}"
    assert version_of(made) == 1
    assert (await partner.patch(one, json={"posts": 50}, headers={"If-Match": '"9"'})).status_code == 412
    changed = await partner.patch(one, json={"posts": 50, "wage_to": None})
    assert (changed.json()["posts"], changed.json()["wage_to"], changed.json()["version"]) == (50, None, 2)
    closed = await partner.post(f"{one}:close", json={"reason": "已招满"})
    assert (closed.json()["status"], closed.json()["close_reason"]) == ("closed", "已招满")
    assert all(not action["allowed"] for action in closed.json()["allowed_actions"])
    for refused in (await partner.patch(one, json={"posts": 60}), await partner.post(f"{one}:close")):
        assert (refused.status_code, refused.json()["code"]) == (409, "order_closed")


@pytest.mark.parametrize(
    ("changed", "pointer", "code"),
    [
        pytest.param(
            {"employer": {"name": "某厂", "uscc": "91110000600037341X", "district_code": "440606"}},
            "/employer/uscc",
            "invalid_uscc",
            id="credit-code",
        ),
        pytest.param(
            {"employer": {"name": "某厂", "uscc": "91110000600037341L", "district_code": "44010"}},
            "/employer/district_code",
            "invalid_value",
            id="no-such-district",
        ),
        pytest.param({"posts": 0}, "/posts", "invalid_value", id="no-posts"),
        pytest.param({"wage_to": "4499.99"}, "/wage_to", "invalid_range", id="wages-upside-down"),
        pytest.param({"until_on": "2025-02-28"}, "/until_on", "invalid_period", id="over-before-it-begins"),
        pytest.param({"wage_from": 4500}, "/wage_from", "invalid_value", id="money-as-a-number"),
        pytest.param({"occupation_code": "6-31-01-99"}, "/occupation_code", "unknown_occupation", id="no-such-occupation"),
        pytest.param(
            {"standard": order()["standard"] | {"occupation_code": "6-31-01-99"}},
            "/standard/occupation_code",
            "unknown_occupation",
            id="no-such-occupation-to-certify",
        ),
        pytest.param(
            {"standard": order()["standard"] | {"occupation_code": "4-10-01-06", "level": "senior_technician"}},
            "/standard/level",
            "level_not_in_occupation",
            id="a-level-of-no-standard",
        ),
        pytest.param({"amount": "1.00"}, "/amount", "unknown_field", id="unknown-field"),
    ],
)
async def test_a_faulty_order_is_told_where(eastwest: Service, changed: dict[str, Any], pointer: str, code: str) -> None:
    answer = await eastwest.as_("partner").post("/v1/orders", json=order(**changed))
    assert answer.status_code == 422
    assert [(fault["pointer"], fault["code"]) for fault in answer.json()["errors"]] == [(pointer, code)]


@pytest.mark.parametrize(("ordered_on", "told"), [("2025-03-01", []), ("2025-03-02", [("/ordered_on", "in_the_future")])])
async def test_an_order_was_placed_by_the_day_it_is_entered(eastwest: Service, ordered_on: str, told: list[tuple[str, str]]) -> None:
    entered = await eastwest.as_("partner", at="2025-03-01T23:59:59+08:00").post("/v1/orders", json=order(ordered_on=ordered_on))
    assert [(fault["pointer"], fault["code"]) for fault in entered.json().get("errors", [])] == told


async def test_all_faults_come_at_once(eastwest: Service) -> None:
    bad = order(employer={"name": "某厂", "uscc": "1", "district_code": "440606"}, wage_to="1.00")
    answer = await eastwest.as_("partner").post("/v1/orders", json=bad)
    assert {fault["code"] for fault in answer.json()["errors"]} == {"invalid_uscc", "invalid_range"}


async def test_the_same_number_twice_is_a_conflict_within_a_partner_alone(eastwest: Service) -> None:
    partner, other = eastwest.as_("partner", subject="foshan-a"), eastwest.as_("partner", subject="foshan-b")
    first = await partner.post("/v1/orders", json=order())
    again = await partner.post("/v1/orders", json=order())
    assert (again.status_code, again.json()["code"], again.json()["existing_id"]) == (409, "duplicate_order", first.json()["id"])
    assert (await other.post("/v1/orders", json=order())).status_code == 201
    officer = eastwest.as_("officer")
    assert (await officer.post("/v1/orders", json=order())).status_code == 201
    assert (await officer.post("/v1/orders", json=order())).json()["code"] == "duplicate_order"


async def test_a_partner_sees_its_own_orders_and_those_of_the_office_as_a_whole(eastwest: Service) -> None:
    partner, other, officer = (
        eastwest.as_("partner", subject="foshan-a"),
        eastwest.as_("partner", subject="foshan-b"),
        eastwest.as_("officer"),
    )
    own = (await partner.post("/v1/orders", json=order("A"))).json()["id"]
    shared = (await officer.post("/v1/orders", json=order("B"))).json()["id"]
    theirs = (await officer.post("/v1/orders", json=order("C", partner="foshan-b"))).json()["id"]
    seen = {
        name: {each["id"] for each in (await client.get("/v1/orders")).json()["items"]}
        for name, client in (("a", partner), ("b", other), ("officer", officer))
    }
    assert seen == {"a": {own, shared}, "b": {shared, theirs}, "officer": {own, shared, theirs}}
    for method, path in (("GET", ""), ("PATCH", ""), ("POST", ":close")):
        answer = await partner.request(method, f"/v1/orders/{theirs}{path}", json={} if method != "GET" else None)
        assert answer.status_code == 404
    assert (await partner.post("/v1/orders", json=order("D", partner="foshan-b"))).status_code == 403


async def test_accounts_of_one_office_share_its_rows(eastwest: Service) -> None:
    one, two = (eastwest.as_("partner", subject=name, department="驻黔东南工作组") for name in ("u1", "u2"))
    made = (await one.post("/v1/orders", json=order())).json()["id"]
    assert (await two.get(f"/v1/orders/{made}")).status_code == 200


@pytest.mark.parametrize("role", OTHERS)
async def test_other_roles_have_no_business_with_orders(eastwest: Service, role: str) -> None:
    client = eastwest.as_(role, institution_id=db.new_id())
    assert (await client.get("/v1/orders")).status_code == 403
    assert (await client.post("/v1/orders", json=order())).status_code == 403


@pytest.mark.parametrize("role", ["reviewer", "auditor", "system"])
async def test_readers_read_and_change_nothing(eastwest: Service, role: str) -> None:
    made = (await eastwest.as_("partner").post("/v1/orders", json=order())).json()["id"]
    reader = eastwest.as_(role)
    answer = await reader.get(f"/v1/orders/{made}")
    assert not any(action["allowed"] for action in answer.json()["allowed_actions"])
    assert (await reader.post(f"/v1/orders/{made}:close")).status_code == 403


async def test_a_system_without_the_scope_is_refused(eastwest: Service) -> None:
    answer = await eastwest.as_("system", scopes={"placements.read"}).get("/v1/orders")
    assert (answer.status_code, answer.json()["code"]) == (403, "missing_scope")


async def test_lists_filter(eastwest: Service) -> None:
    partner = eastwest.as_("partner")
    first = (await partner.post("/v1/orders", json=order("A"))).json()["id"]
    second = (await partner.post("/v1/orders", json=order("B", occupation_code="4-10-01-06"))).json()["id"]
    await partner.post(f"/v1/orders/{first}:close")
    for query, expected in (
        ("status=open", [second]),
        ("number=A", [first]),
        ("occupation_code=4-10-01-06", [second]),
        ("district_code=440604", []),
        ("status=open&status=closed&sort=number", [first, second]),
        ("sort=-number", [second, first]),
        ("q=顺德区", [second, first]),
        ("q=b", [second]),
    ):
        found = await partner.get(f"/v1/orders?{query}")
        assert [each["id"] for each in found.json()["items"]] == expected, (query, found.text)
    for query in ("statuss=open", "status=gone", "district_code=440106", "occupation_code=zz", "sort=posts"):
        assert (await partner.get(f"/v1/orders?{query}")).status_code == 400, query


async def test_numbers_of_other_platforms_are_kept_and_found(eastwest: Service, others: Neighbours) -> None:
    partner = eastwest.as_("partner")
    refs = [{"system": "省就业平台", "number": "DD-17"}, {"system": "协作平台", "number": "17"}]
    made = (await partner.post("/v1/orders", json=order("A", external_refs=refs))).json()
    await partner.post("/v1/orders", json=order("B", external_refs=None))
    placement = await placed(partner, others.person(1), "A", external_refs=[refs[1]])
    assert made["external_refs"] == refs and placement["external_refs"] == [refs[1]]
    for noun, paper in (("orders", made), ("placements", placement)):
        found = [
            [each["id"] for each in (await partner.get(f"/v1/{noun}", params=asked)).json()["items"]]
            for asked in ({"external_number": "17"}, {"external_system": "协作平台", "external_number": "17"}, {"external_system": "他处"})
        ]
        assert found == [[paper["id"]], [paper["id"]], []], noun
    changed = await partner.patch(f"/v1/orders/{made['id']}", json={"external_refs": refs[:1]})
    assert changed.json()["external_refs"] == refs[:1]


async def test_dates_judged_by_the_gates_stand_once_someone_has_started(eastwest: Service, others: Neighbours) -> None:
    partner = eastwest.as_("partner")
    placement = await placed(partner, others.person(1))
    one = f"/v1/orders/{placement['order_id']}"
    assert (await partner.patch(one, json={"ordered_on": "2025-02-28"})).status_code == 200
    assert (await report(partner, placement["id"], update("a"))).status_code == 201
    answer = await partner.patch(one, json={"ordered_on": "2025-02-27"})
    assert (answer.status_code, answer.json()["code"]) == (409, "order_in_use")
    assert (await partner.patch(one, json={"posts": 41})).status_code == 200


async def test_nobody_is_placed_on_a_closed_order(eastwest: Service, others: Neighbours) -> None:
    partner = eastwest.as_("partner")
    made = (await partner.post("/v1/orders", json=order())).json()["id"]
    await partner.post(f"/v1/orders/{made}:close")
    answer = await partner.post("/v1/placements", json={"order_id": made, "trainee_id": str(others.person(1))}, headers=key())
    assert (answer.status_code, answer.json()["code"]) == (409, "order_closed")


async def test_an_order_whose_occupation_has_left_the_list_is_still_changed_in_all_else(eastwest: Service) -> None:
    officer = eastwest.as_("officer")
    made = (await officer.post("/v1/orders", json=order())).json()
    gone = "6-31-01-99"
    async with eastwest.kernel.writing.begin() as session:
        changing = text("UPDATE orders SET occupation_code = :gone, certificate_occupation_code = :gone WHERE id = :id")
        await session.execute(changing, {"gone": gone, "id": made["id"]})
    standard = order()["standard"] | {"occupation_code": gone}
    for said in ({"posts": 41}, {"posts": 42, "occupation_code": gone, "standard": standard}):  # what is said again and stands is not anew
        changed = await officer.patch(f"/v1/orders/{made['id']}", json=said)
        assert changed.status_code == 200, changed.text
    anew = {"occupation_code": "6-31-01-98", "standard": standard | {"level": "senior"}}
    refused = await officer.patch(f"/v1/orders/{made['id']}", json=anew)
    assert [(each["code"], each["pointer"]) for each in refused.json()["errors"]] == [
        ("unknown_occupation", "/occupation_code"),
        ("unknown_occupation", "/standard/occupation_code"),
    ]
