"""What was negotiated beside the wage: who may be taken on, and that nobody else is placed."""

from typing import Any

import pytest

from tests.conftest import Service
from tests.eastwest.neighbours import Neighbours, key, order, placed, report, update

THEN = "2025-09-10T09:00:00+08:00"
BASIS = "《女职工劳动保护特别规定》附录"
WOMEN = {"posts": 20, "sex": "female", "age_from": 18, "age_to": 45, "legal_basis": BASIS}


def with_groups(*groups: dict[str, Any], **more: Any) -> dict[str, Any]:
    return order(posts=40, conditions={"groups": list(groups)}, **more)


async def test_conditions_are_kept_shown_and_changed(eastwest: Service) -> None:
    partner = eastwest.as_("partner", at=THEN)
    said = {
        "groups": [WOMEN],
        "lodging": {"provided": True, "yuan_a_month": "200.00", "text": "四人间"},
        "meals": {"provided": False, "yuan_a_month": None, "text": None},
        "shift": "two_shifts",
        "contract_form": "employment",
    }
    made = (await partner.post("/v1/orders", json=order(conditions=said))).json()
    assert made["conditions"] == said | {"groups": [WOMEN | {"wage_from": None, "wage_to": None}]} and made["warnings"] == []
    changed = await partner.patch(f"/v1/orders/{made['id']}", json={"conditions": {"shift": "day"}})
    assert changed.status_code == 200 and changed.json()["conditions"]["shift"] == "day" and changed.json()["conditions"]["groups"] == []
    assert (await partner.post("/v1/orders", json=order("FS-2025-0018"))).json()["conditions"] is None


@pytest.mark.parametrize(
    ("groups", "faults"),
    [
        ([{"posts": 40}], []),
        ([WOMEN, {"posts": 20}], []),
        ([WOMEN, {"posts": 21}], [("too_many_posts", "/conditions/groups")]),
        ([{"posts": 1, "sex": "male"}], [("legal_basis_missing", "/conditions/groups/0/legal_basis")]),
        ([{"posts": 1, "age_to": 35}], [("legal_basis_missing", "/conditions/groups/0/legal_basis")]),
        ([WOMEN | {"age_to": 18}], []),
        ([WOMEN | {"age_to": 17}], [("invalid_range", "/conditions/groups/0/age_to")]),
        ([WOMEN | {"wage_from": "4000.00", "wage_to": "4000.00"}], []),
        ([WOMEN | {"wage_from": "4000.01", "wage_to": "4000.00"}], [("invalid_range", "/conditions/groups/0/wage_to")]),
    ],
)
async def test_posts_are_unequal_only_by_law_and_no_more_than_there_are(
    eastwest: Service, groups: list[dict[str, Any]], faults: list[tuple[str, str]]
) -> None:
    answer = await eastwest.as_("partner", at=THEN).post("/v1/orders", json=with_groups(*groups))
    assert answer.status_code == (422 if faults else 201), answer.text
    assert [(each["code"], each["pointer"]) for each in answer.json().get("errors", [])] == faults


OTHERS = {"posts": 20, "sex": "male", "legal_basis": BASIS}
USUAL = {"wage_from": "4500.00", "wage_to": "6000.00"}  # the order's own


@pytest.mark.parametrize(
    ("groups", "told"),
    [
        ([WOMEN | USUAL, OTHERS], []),
        ([WOMEN, OTHERS], []),
        ([{"posts": 20, "wage_from": "5000.00"}], []),  # other posts, for everybody too
        ([WOMEN | {"wage_from": "4000.00", "wage_to": "4500.00"}, OTHERS], ["妇女权益保障法"]),
        ([WOMEN | {"wage_to": "4500.00"}], ["妇女权益保障法"]),  # against the posts that are for everybody
        ([OTHERS | {"age_to": 30, "wage_from": "5000.00"}, OTHERS | {"age_from": 31}], ["劳动法"]),
    ],
)
async def test_another_wage_for_the_same_work_by_sex_or_age_warns(eastwest: Service, groups: list[dict[str, Any]], told: list[str]) -> None:
    partner = eastwest.as_("partner", at=THEN)
    made = (await partner.post("/v1/orders", json=with_groups(*groups, **USUAL))).json()
    for paper in (made, (await partner.get(f"/v1/orders/{made['id']}")).json()):
        assert [each["code"] for each in paper["warnings"]] == ["unequal_pay"] * len(told), paper
        assert all(law in each["detail"] for law, each in zip(told, paper["warnings"], strict=True))


@pytest.mark.parametrize(
    ("groups", "sex", "birth_on", "code"),
    [
        ([WOMEN, OTHERS], "female", "1979-09-11", None),  # 45 until tomorrow
        ([WOMEN, OTHERS], "female", "1979-09-10", "outside_conditions"),
        ([WOMEN, OTHERS], "male", "1979-09-10", None),
        ([WOMEN], "male", "1979-09-10", None),  # twenty posts are for everybody
        ([WOMEN | {"posts": 40}], "male", "1979-09-10", "outside_conditions"),
        ([], "male", "2009-09-10", None),
        ([], "male", "2009-09-11", "under_working_age"),
    ],
)
async def test_nobody_is_placed_whom_no_post_is_for(
    eastwest: Service, others: Neighbours, groups: list[dict[str, Any]], sex: str, birth_on: str, code: str | None
) -> None:
    partner, who = eastwest.as_("partner", at=THEN), others.person(1)
    others.born[str(who)] = {"sex": sex, "birth_on": birth_on}
    made = (await partner.post("/v1/orders", json=with_groups(*groups))).json()
    answer = await partner.post("/v1/placements", json={"order_id": made["id"], "trainee_id": str(who)}, headers=key())
    assert answer.status_code == (422 if code else 201), answer.text
    assert [each["code"] for each in answer.json().get("errors", [])] == ([code] if code else [])


async def test_conditions_that_came_later_warn_and_candidates_say_whether_they_fit(eastwest: Service, others: Neighbours) -> None:
    partner, who, other = eastwest.as_("partner", at=THEN), others.person(1), others.person(2)
    others.born |= {str(who): {"sex": "male", "birth_on": "1990-01-01"}, str(other): {"sex": "male", "birth_on": "1990-01-01"}}
    made = await placed(partner, who)
    await report(partner, made["id"], update("a"))
    order_id = made["order_id"]
    others.order_people.append(
        {"order_id": order_id, "trainee_id": str(other), "class_id": str(others.training_class()), "ends_on": "2025-04-18"}
    )

    async def seen() -> tuple[list[str], list[Any]]:
        paper = (await partner.get(f"/v1/placements/{made['id']}")).json()
        candidates = (await partner.get(f"/v1/orders/{order_id}/candidates")).json()["items"]
        return [each["code"] for each in paper["warnings"]], [each["fits_conditions"] for each in candidates]

    assert await seen() == ([], [True])
    changed = await partner.patch(f"/v1/orders/{order_id}", json={"conditions": {"groups": [WOMEN | {"posts": 40}]}})
    assert changed.status_code == 200 and await seen() == (["outside_conditions"], [False])
