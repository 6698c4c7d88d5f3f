"""What is claimed, entitled, approved, paid and recovered, in every grouping; money beside what it brought; an institution's month."""

import asyncio
import itertools
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

import httpx
import pytest
from sqlalchemy import func, select, text

from services.subsidy.statistics import reading
from services.subsidy.statistics.policy import groups, whole
from services.subsidy.statistics.tables import GROUPS, MONEY
from services.subsidy.statistics.tables import SUMS as SUMS_KEPT
from shared import clock, db, tallies
from tests.conftest import AWAY, Start
from tests.subsidy.claims.world import World, a_person, a_world
from tests.subsidy.office import a_claim, a_paid_claim, call, key

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


DAYS = [None, *(date(2025, month, day) for month, day in ((4, 30), (5, 1), (5, 6), (5, 7), (5, 31), (6, 1), (6, 10), (6, 11), (6, 30)))]


async def test_what_is_kept_of_claims_is_what_a_recount_of_them_finds(start: Start) -> None:
    """Whatever became of them, and for whatever days they are asked for."""
    async with a_world(start) as world:
        made = await a_years_claims(world)
        back = await world.step("officer", "return", made["submitted"], {"reason": "补正"})
        one = {"lines": [{"trainee_id": back["lines"][0]["trainee_id"]}]}
        changed = await world.as_("institution").patch(f"/v1/claims/{back['id']}", json=one, headers=key(back["version"]))
        await world.step("institution", "withdraw", await world.step("institution", "submit", changed.json()))
        for at in ("2025-05-31T23:30:00+08:00", "2025-06-01T00:30:00+08:00"):
            await a_claim(world.subsidy, world.fund_id, submitted_at=clock.read(at))
        async with world.subsidy.kernel.engine.begin() as connection:
            for change in ("amount = 7", "counted_region_code = '522601101'", "institution_id = gen_random_uuid()", "submitted_at = now()"):
                await connection.execute(text(f"UPDATE claims SET {change} WHERE status = 'draft'"))
        assert await differing(world) == []
        officer = call(role="officer")
        for by in GROUPS:
            for from_on, to_on in itertools.product(DAYS, DAYS):
                kept = reading._sums(officer, by, from_on, to_on)
                afresh = reading._afresh(officer, by, reading._submitted(from_on, to_on)).subquery()
                assert await summed(world, kept) == await summed(world, afresh), (by, from_on, to_on)
        await tallies.fold(world.subsidy.kernel.engine, MONEY.info["tallies"][0], unfolded_at_most=0)
        assert await differing(world) == []


async def differing(world: World) -> list[dict[str, Any]]:
    async with world.subsidy.kernel.engine.connect() as connection:
        return await tallies.differing(connection, MONEY.info["tallies"][0])


async def summed(world: World, of: Any) -> set[tuple[Any, ...]]:
    by = of.c.code, of.c.month, of.c.status
    async with world.subsidy.kernel.reading() as session:
        rows = await session.execute(
            select(*by, *(func.sum(of.c[name]) for name in SUMS_KEPT)).group_by(*by).having(func.sum(of.c.claims) > 0)
        )
        return {tuple(row) for row in rows}


async def test_a_claim_that_moves_while_its_lines_are_paid_is_counted_once(start: Start) -> None:
    """Either waits for the other: what one changed is counted where the other has put it."""
    async with a_world(start) as world:
        claim = await a_claim(world.subsidy, world.fund_id, ["180.00"])
        paid = text("UPDATE claim_lines SET paid_yuan = 60 WHERE claim_id = :id").bindparams(id=claim.id)
        moves = text("UPDATE claims SET status = 'paid', version = version + 1 WHERE id = :id").bindparams(id=claim.id)
        engine = world.subsidy.kernel.engine
        async with engine.connect() as one, engine.connect() as other:
            await one.execute(moves)
            waiting = asyncio.create_task(other.execute(paid))
            await asyncio.sleep(0.2)
            assert not waiting.done()
            await one.commit()
            await waiting
            await other.commit()
        assert await differing(world) == []


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
            unpaid = {"social": 2, None: 3} if by == "scheme" else {None: 5}  # training without subsidy is no scheme's
            counts: dict[str, dict[str | None, int]] = {"person_times": {code: 7} | unpaid, "certified": {code: 3}, "employed": {code: 0}}
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


async def test_a_sum_of_no_days_is_no_answer_and_a_fault_is_told_once(start: Start) -> None:
    async with start("subsidy") as subsidy:
        asking = subsidy.as_("auditor", at="2025-12-31T09:00:00+08:00")
        for path in ("/v1/statistics/claims?", "/v1/statistics/results?by=region&"):
            backwards = await asking.get(f"{path}from_on=2025-06-02&to_on=2025-06-01")
            [fault] = backwards.json()["errors"]
            assert (backwards.status_code, fault["parameter"], fault["allowed"]) == (400, "to_on", "不早于 2025-06-02")
        tomorrow = await asking.get("/v1/statistics/results?by=region&from_on=2026-01-01")
        [fault] = tomorrow.json()["errors"]
        assert (fault["parameter"], fault["seen"], fault["allowed"]) == ("from_on", "2026-01-01", "不晚于 2025-12-31"), "up to today"
        assert (await asking.get("/v1/statistics/results?by=region&from_on=2025-12-31")).status_code == 200
        assert (await asking.get("/v1/statistics/claims?from_on=2025-06-02&to_on=2025-06-02")).status_code == 200
        missing = await asking.get("/v1/statistics/results")
        assert [(each["code"], each["parameter"]) for each in missing.json()["errors"]] == [("missing_parameter", "by")]


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
