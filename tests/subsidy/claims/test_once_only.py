"""Nobody is paid twice for the same thing, however claims follow one another or race."""

import asyncio
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import text

from services.subsidy.claims.lines import sum_of_eligible
from services.subsidy.claims.tables import Line
from shared import db
from tests.conftest import Start
from tests.subsidy.claims.world import BECAUSE, World, a_person, a_world, codes


def the_same_people(world: World, class_id: str, **changed: object) -> str:
    """Another class of the same people."""
    return world.open_class(
        [person | {"enrolment_id": str(db.new_id())} for person in world.classes[class_id][1]], number="KL-PX-2025-000002", **changed
    )


@pytest.mark.parametrize(
    ("status", "counted"),
    [
        ("draft", False),
        ("submitted", True),
        ("reviewed", True),
        ("in_notice", True),
        ("approved", True),
        ("returned", True),
        ("rejected", False),
        ("withdrawn", False),
    ],
)
async def test_a_claim_counts_from_submitted_until_rejected_or_withdrawn(start: Start, status: str, counted: bool) -> None:
    async with a_world(start) as world:
        class_id = world.open_class([a_person(), a_person()])
        first = await world.bring_to(status, class_id)
        second = await world.draft(the_same_people(world, class_id))
        for line in second["lines"]:
            assert ("already_subsidised" in codes(line)) is counted
            if counted:
                [finding] = [each for each in line["findings"] if each["code"] == "already_subsidised"]
                assert first["number"] in finding["seen"] and finding["passes_from"] == "2026-01-01"
        assert (await world.step("institution", "submit", second))["amount"] == ("0.00" if counted else "360.00")


@pytest.mark.parametrize(
    ("changed", "refused"),
    [
        pytest.param({"trade_name": "蓝莓 种植"}, True, id="the-same-trade-typed-otherwise"),
        pytest.param({"trade_name": "辣椒种植"}, False, id="another-trade"),
        pytest.param({"starts_on": "2026-04-08", "ends_on": "2026-04-10"}, False, id="the-next-year"),
    ],
)
async def test_once_per_trade_and_calendar_year(start: Start, changed: dict[str, object], refused: bool) -> None:
    async with a_world(start) as world:
        class_id = world.open_class([a_person()])
        await world.bring_to("submitted", class_id)
        second = await world.draft(the_same_people(world, class_id, **changed))
        assert ("already_subsidised" in codes(second["lines"][0])) is refused


@pytest.mark.parametrize(
    ("half_days", "worth", "counted"), [pytest.param(1, "0.00", False, id="half-a-day"), pytest.param(2, "60.00", True, id="a-day")]
)
async def test_a_line_worth_nothing_uses_nothing_up(start: Start, half_days: int, worth: str, counted: bool) -> None:
    async with a_world(start) as world:
        class_id = world.open_class([a_person(half_days=[{"on": "2025-04-08", "half_days": half_days}])])
        first = await world.bring_to("submitted", class_id)
        assert (first["lines"][0]["verdict"], first["amount"]) == ("eligible", worth)
        attended = [{"on": f"2025-04-{day:02}", "half_days": 2} for day in (8, 9, 10)]
        second = await world.draft(world.open_class([world.classes[class_id][1][0] | {"half_days": attended}], number="KL-PX-2025-000002"))
        assert ("already_subsidised" in codes(second["lines"][0])) is counted
        assert (await world.step("institution", "submit", second))["amount"] == ("0.00" if counted else "180.00")


@pytest.mark.parametrize(
    ("half_days", "counted"), [pytest.param(1, False, id="accepted-at-nothing"), pytest.param(2, True, id="accepted-at-a-day")]
)
async def test_a_held_line_counts_and_once_accepted_by_what_it_is_worth(start: Start, half_days: int, counted: bool) -> None:
    async with a_world(start) as world:
        attended = [{"on": "2025-04-08", "half_days": half_days}]
        overlap = [{"class_number": "KL-PX-2025-000009", "on": "2025-04-08", "half_day": "am"}]
        person = a_person(half_days=attended, attended_other_class=overlap)
        first = await world.bring_to("submitted", world.open_class([person]))
        first = await world.step("officer", "review", first)
        again = world.open_class([person | {"attended_other_class": []}], number="KL-PX-2025-000002")
        assert "already_subsidised" in codes((await world.draft(again))["lines"][0])
        accepted = {"trainee_id": person["trainee_id"], "outcome": "accept", "reason": "已核对签到原件"}
        await world.step("reviewer", "resolve", first, accepted)
        assert ("already_subsidised" in codes((await world.draft(again))["lines"][0])) is counted


async def test_the_same_list_twice_at_once_is_held(start: Start) -> None:
    async with a_world(start) as world:
        class_id = world.open_class([a_person() for _ in range(5)])
        await world.bring_to("submitted", class_id)
        second = await world.draft(the_same_people(world, class_id, trade_name="辣椒种植"))
        assert {line["verdict"] for line in second["lines"]} == {"held"} and "roster_reused" in codes(second["lines"][0])


async def test_two_submits_of_the_same_people_at_once_pay_each_person_once(start: Start) -> None:
    async with a_world(start) as world:
        class_id = world.open_class([a_person() for _ in range(20)])
        claims = [await world.draft(class_id) for _ in range(6)]
        answers = await asyncio.gather(*(world.act("institution", "submit", claim) for claim in claims))
        assert [answer.status_code for answer in answers] == [200] * 6
        assert sorted(answer.json()["amount"] for answer in answers) == ["0.00"] * 5 + ["3600.00"]
        winner = next(answer.json()["number"] for answer in answers if answer.json()["amount"] != "0.00")
        for answer in answers:
            if answer.json()["number"] != winner:
                findings = [each for line in answer.json()["lines"] for each in line["findings"] if each["code"] == "already_subsidised"]
                assert len(findings) == 20 and all(winner in each["seen"] for each in findings)
        async with world.subsidy.kernel.reading() as session:
            assert (await session.execute(text("SELECT count(*), count(DISTINCT trainee_id) FROM entitlements"))).one() == (20, 20)


async def test_two_submits_of_one_claim_at_once_take_effect_once(start: Start) -> None:
    async with a_world(start) as world:
        claim = await world.draft(world.open_class([a_person()]))
        answers = await asyncio.gather(*(world.act("institution", "submit", claim) for _ in range(4)))
        assert sorted(answer.status_code for answer in answers)[0] == 200
        assert {answer.status_code for answer in answers[1:] if answer.status_code != 200} <= {409, 412}
        assert len([answer for answer in answers if answer.status_code == 200]) == 1
        shown = (await world.as_("officer").get(f"/v1/claims/{claim['id']}")).json()
        assert (shown["version"], [step["action"] for step in shown["decisions"]]) == (2, ["submit"])


async def test_a_returned_claim_can_be_submitted_again_with_fewer_people(start: Start) -> None:
    async with a_world(start) as world:
        one, two = a_person(), a_person()
        class_id = world.open_class([one, two])
        claim = await world.step("officer", "return", await world.bring_to("submitted", class_id), BECAUSE)
        headers = {"If-Match": f'"{claim["version"]}"'}
        changed = await world.as_("institution").patch(
            f"/v1/claims/{claim['id']}", json={"lines": [{"trainee_id": one["trainee_id"]}]}, headers=headers
        )
        await world.step("institution", "submit", changed.json())
        other = await world.draft(class_id)
        assert {line["trainee_id"]: line["verdict"] for line in other["lines"]} == {
            one["trainee_id"]: "refused",
            two["trainee_id"]: "eligible",
        }


@given(st.lists(st.tuples(st.sampled_from(["eligible", "refused", "held"]), st.decimals("0", "8000", places=2))))
def test_a_claim_is_the_sum_of_its_eligible_lines(lines: list[tuple[str, Decimal]]) -> None:
    rows = [Line(verdict=verdict, amount=amount) for verdict, amount in lines]
    assert sum_of_eligible(rows) == sum((amount for verdict, amount in lines if verdict == "eligible"), Decimal(0))
