"""What is claimed, entitled, approved, paid and recovered, in every grouping; money beside what it brought; an institution's month."""

from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

import httpx
import pytest

from services.subsidy.statistics.policy import groups, whole
from shared import clock, db
from tests.conftest import AWAY, Start
from tests.subsidy.claims.world import World, a_person, a_world, key
from tests.subsidy.office import a_paid_claim

JUNE = clock.read("2025-06-10T09:00:00+08:00")


async def a_years_claims(world: World) -> dict[str, Any]:
    """One submitted, one rejected, a draft; and one of another town in June, paid, of which a part has come back."""
    absent = a_person(outcome="absent")
    people = [a_person(), absent]
    lines = [{"trainee_id": each["trainee_id"], "expected_amount": "200.00"} for each in people]
    submitted = await world.bring_to("submitted", world.open_class(people), lines=lines)
    await world.bring_to("rejected", world.open_class([a_person()]))
    await world.draft(world.open_class([a_person()]))
    paid = await a_paid_claim(
        world.subsidy,
        world.fund_id,
        ("180.00", "60.00"),
        submitted_at=JUNE,
        institution_id=UUID(world.school_id),
        counted_region_code="522601101",
        counted_department="市农业农村局",
        class_id=db.new_id(),
        class_starts_on=date(2025, 6, 1),
        class_ends_on=date(2025, 6, 3),
    )
    finance = world.as_("finance", at="2025-06-20T09:00:00+08:00", person_id=str(db.new_id()))
    body = {"amount": "60.00", "reason": "多付"}
    opened = await finance.post(f"/v1/claims/{paid.id}:recover", json=body, headers=key() | {"If-Match": f'"{paid.version}"'})
    assert opened.status_code == 200, opened.text
    recovery = opened.json()["recovery"]
    received = {"received_on": "2025-06-20", "voucher_no": "V-1"}
    done = await finance.post(f"/v1/recoveries/{recovery['id']}:confirm", json=received, headers=key() | {"If-Match": "*"})
    assert done.status_code == 200, done.text
    return {"submitted": submitted, "paid": paid}


SUMS = ("claims", "people", "claimed", "entitled", "approved", "paid", "recovered")
MAY = (2, 3, "580.00", "180.00", "0.00", "0.00", "0.00")  # of the rejected one, what was claimed
IN_JUNE = (1, 2, "240.00", "240.00", "240.00", "240.00", "60.00")
BOTH = (3, 5, "820.00", "420.00", "240.00", "240.00", "60.00")


@pytest.mark.parametrize(
    ("by", "found"),
    [
        ("scheme", {"agricultural_short": BOTH}),
        ("fund", {"2025 年就业补助资金": BOTH}),
        ("region", {"三棵树镇": MAY, "舟溪镇": IN_JUNE}),
        ("month", {"2025-05": MAY, "2025-06": IN_JUNE}),
        ("institution", {"示例合作社": BOTH}),
    ],
)
async def test_money_is_counted_in_groups(start: Start, by: str, found: dict[str, Any]) -> None:
    async with a_world(start) as world:
        await a_years_claims(world)
        said = (await world.as_("finance").get("/v1/statistics/claims", params={"by": by})).json()
        called = {"fund": "fund_name", "region": "region_name", "institution": "institution_name"}.get(by, by)
        assert {each[called]: tuple(each[name] for name in SUMS) for each in said["groups"]} == found
        assert tuple(said["total"][name] for name in SUMS) == BOTH and said["by"] == by
        assert (await world.as_("officer").get("/v1/statistics/claims", params={"by": "colour"})).status_code == 400
        only = {"by": by, "from_on": "2025-06-01", "to_on": "2025-06-10"}
        june = (await world.as_("finance").get("/v1/statistics/claims", params=only)).json()
        assert tuple(june["total"][name] for name in SUMS) == IN_JUNE
        stranger = world.as_("institution", institution_id=str(db.new_id()))
        assert (await stranger.get("/v1/statistics/claims", params={"by": by})).json()["groups"] == []


def neighbours(world: World, counts: dict[str, dict[str | None, int]], of_classes: dict[str, int]) -> None:
    """A registry that counts people in groups, and an eastwest that counts by class."""
    names = world.subsidy.kernel.neighbours["registry"].transport

    async def registry(request: httpx.Request) -> httpx.Response:
        if request.url.path != "/internal/v1/counts":
            return await names.handle_async_request(request)
        said = [
            {"key": key, "tallies": [], "groups": [{"code": code, "numerator": number} for code, number in of.items()]}
            for key, of in counts.items()
        ]
        return httpx.Response(200, json={"counts": said, "names": []})

    def eastwest(_: httpx.Request) -> httpx.Response:
        tallies = [{"numerator": number, "class_id": class_id} for class_id, number in of_classes.items()]
        return httpx.Response(200, json={"counts": [{"key": "retained", "tallies": tallies, "groups": []}]})

    world.subsidy.kernel.neighbours["registry"].transport = httpx.MockTransport(registry)
    world.subsidy.kernel.neighbours["eastwest"].transport = httpx.MockTransport(eastwest)


async def test_money_stands_beside_what_it_brought(start: Start) -> None:
    async with a_world(start) as world:
        paid = (await a_years_claims(world))["paid"]
        codes = {"department": "市农业农村局", "scheme": "agricultural_short", "institution": world.school_id}
        for by, code in codes.items():
            counts: dict[str, dict[str | None, int]] = {"person_times": {code: 7, None: 5}, "certified": {code: 3}, "employed": {code: 0}}
            neighbours(world, counts, {str(paid.class_id): 2, str(db.new_id()): 4})
            said = (await world.as_("auditor", at="2025-12-31T09:00:00+08:00").get("/v1/statistics/results", params={"by": by})).json()
            name = "institution_id" if by == "institution" else by
            [own, nobodys] = said["groups"]
            assert (own[name], own["paid"], own["person_times"], own["retained"]) == (code, "240.00", 7, 2)
            assert (own["yuan_per_person_time"], own["yuan_per_certified"], own["yuan_per_employed"], own["yuan_per_retained"]) == (
                "34.29",
                "80.00",
                None,
                "120.00",
            )
            assert (nobodys[name], nobodys["person_times"], nobodys["retained"], nobodys["paid"]) == (None, 5, 4, "0.00")
            assert (said["complete"], said["total"]["person_times"], said["total"]["retained"]) == (True, 12, 6)


async def test_what_a_service_that_is_away_counts_is_unknown_and_never_nothing(start: Start) -> None:
    async with a_world(start) as world:
        await a_years_claims(world)
        for name in ("registry", "eastwest"):
            world.subsidy.kernel.neighbours[name].transport = AWAY
        asked = {"by": "region", "from_on": "2025-06-03", "to_on": "2025-06-03"}
        said = (await world.as_("auditor").get("/v1/statistics/results", params=asked)).json()
        [own] = said["groups"]
        assert (said["complete"], own["region_code"], own["paid"], own["person_times"], own["retained"]) == (
            False,
            "522601101",
            "240.00",
            None,
            None,
        )
        none = (
            await world.as_("auditor").get("/v1/statistics/results", params=asked | {"from_on": "2025-06-04", "to_on": "2025-06-30"})
        ).json()
        assert none["groups"] == [] and none["total"]["paid"] == "0.00"


def test_groups_are_of_whatever_has_money_or_people() -> None:
    counted = {"person_times": {"b": 3}, "certified": None}
    found = groups({"a": Decimal("10.00"), None: Decimal("1.00")}, counted)
    assert [*found] == ["a", "b", None]
    assert found["a"].wire()["yuan_per_person_time"] is None and found["b"].figures == {"person_times": 3, "certified": None}
    assert whole(found.values(), counted).wire() == {
        "paid": Decimal("11.00"),
        "person_times": 3,
        "certified": None,
        "yuan_per_person_time": Decimal("3.67"),
        "yuan_per_certified": None,
    }


async def test_an_institutions_month_is_told_in_the_order_in_which_it_happened(start: Start) -> None:
    async with a_world(start) as world:
        await a_years_claims(world)
        school = world.as_("institution")
        may = (await school.get("/v1/claims/statement", params={"month": "2025-05"})).json()
        assert [(each["on"], each["kind"], each["amount"]) for each in may["entries"]] == [
            ("2025-05-06", "submitted", "180.00"),
            ("2025-05-06", "submitted", "180.00"),
            ("2025-05-06", "rejected", "180.00"),
        ]
        assert (may["institution_name"], may["submitted"], may["paid"], may["due"]) == ("示例合作社", "360.00", "0.00", "0.00")
        june = (
            await world.as_("finance").get("/v1/claims/statement", params={"month": "2025-06", "institution_id": world.school_id})
        ).json()
        assert [(each["kind"], each["amount"], each["number"]) for each in june["entries"]] == [("recovered", "60.00", "V-1")]
        other = str(db.new_id())
        assert (await school.get("/v1/claims/statement", params={"month": "2025-05", "institution_id": other})).status_code == 404
        for wrong in ({"month": "2025-13"}, {"month": "五月"}, {}, {"month": "2025-05", "colour": "1"}):
            assert (await school.get("/v1/claims/statement", params=wrong)).status_code == 400
        assert (await world.as_("finance").get("/v1/claims/statement", params={"month": "2025-05"})).status_code == 400
