"""New facts find old claims for certificates and placements: each claim is looked at by itself, with what its own neighbours know now."""

from typing import Any
from uuid import UUID

import httpx
import pytest
from sqlalchemy import func, select

from services.subsidy.claims.tables import DueReassessment
from services.subsidy.following import operations as following
from services.subsidy.reassessments.job import run_due
from shared import changes, clock, db
from tests.conftest import Start
from tests.subsidy.claims.papers import Papers, line, papers
from tests.subsidy.claims.world import AFTER_NOTICE, codes, key

PENSION = {"status": "public_payroll", "from_on": "2024-01-01", "until_on": None, "source": "组织部门"}


async def hears(world: Papers, kind: str, subject: str, **told: Any) -> None:
    item = changes.Event(
        id=db.new_id(), source="/", type=kind, subject=UUID(subject), time=clock.read(AFTER_NOTICE), sequence="1-1", data=told
    )
    async with world.subsidy.kernel.writing.begin() as session:
        await following.taking_in(world.subsidy.kernel.own_call)(session, [item])
    await run_due(world.subsidy.kernel)


async def paid(world: Papers, claim: dict[str, Any]) -> None:
    finance = world.as_("finance", AFTER_NOTICE)
    batch = {"fund_id": world.fund_id, "claim_ids": [claim["id"]]}
    made = (await finance.post("/v1/payment-batches", json=batch, headers=key())).json()
    path = f"/v1/payment-batches/{made['id']}"
    made = (await finance.post(f"{path}:export", headers=key() | {"If-Match": f'"{made["version"]}"'})).json()
    results = [{"payment_id": each["id"], "result": "paid", "paid_on": "2025-05-20"} for each in made["payments"]]
    answer = await finance.post(f"{path}:confirm", json={"results": results}, headers=key() | {"If-Match": f'"{made["version"]}"'})
    assert answer.status_code == 200, answer.text


async def seen(world: Papers, claim: dict[str, Any]) -> dict[str, Any]:
    return dict((await world.as_("auditor", AFTER_NOTICE).get(f"/v1/claims/{claim['id']}")).json())


async def recoveries(world: Papers) -> list[tuple[str, str]]:
    found = (await world.as_("finance", AFTER_NOTICE).get("/v1/recoveries", params={"status": "proposed"})).json()["items"]
    return [(each["claim_id"], each["amount"]) for each in found]


@pytest.mark.parametrize("how", ["broken", "taken-back", "unproven"])
async def test_a_stay_that_is_told_otherwise_holds_what_is_open_and_asks_back_what_was_paid(start: Start, how: str) -> None:
    changed: dict[str, dict[str, Any]] = {
        "broken": {"retention": "broken"},
        "taken-back": {"started_on": None, "retention": "on_track"},
        "unproven": {"retention": "unproven"},
    }
    async with papers(start, "placement_stability") as world:
        stays = [(who, world.placement(who)) for who in (world.person(bank_account_key="a"), world.person(bank_account_key="b"))]
        opened, money = [await world.approved(world.claims_for("placement_stability", line(who, placement_id=stay))) for who, stay in stays]
        await paid(world, money)
        before = {stay: dict(world.placements[stay]) for _, stay in stays}
        for _, stay in stays:
            world.placements[stay] |= changed[how]
            await hears(world, "placement.updated", stay)
        held = await seen(world, opened)
        assert held["hold"] and "retention_not_met" in codes(held["lines"][0])
        assert await recoveries(world) == [(money["id"], "2000.00")]
        world.placements |= before
        for _, stay in stays:
            await hears(world, "placement.updated", stay)
        assert ((await seen(world, opened))["hold"], await recoveries(world)) == (None, [])


async def test_an_insurance_office_that_names_another_employer_is_heard_where_the_money_is_for_one(start: Start) -> None:
    async with papers(start, "placement_stability", same_employer=True) as world:
        stays = [(who, world.placement(who)) for who in (world.person(bank_account_key="a"), world.person(bank_account_key="b"))]
        opened, money = [await world.approved(world.claims_for("placement_stability", line(who, placement_id=stay))) for who, stay in stays]
        await paid(world, money)
        for said, hold, asked_back in ((["2025-03"], True, [(money["id"], "2000.00")]), ([], False, [])):
            for _, stay in stays:
                world.placements[stay] |= {"insured_elsewhere": said, "warnings": ["insured_elsewhere"] if said else []}
                await hears(world, "placement.insurance_told", stay)
            told = await seen(world, opened)
            assert (bool(told["hold"]), await recoveries(world)) == (hold, asked_back)
            found = [each["seen"] for each in told["lines"][0]["findings"] if each["code"] == "placement_doubtful"]
            assert found == ["2025-03 由其他单位参保"] * hold


async def test_a_claim_is_looked_at_as_of_its_own_day_and_what_would_pay_is_told(start: Start) -> None:
    async with papers(start, "placement_stability") as world:
        who = world.person()
        stay = world.placement(who, retention="on_track", due_on="2025-05-10")
        claim = await world.submitted(world.claims_for("placement_stability", line(who, placement_id=stay)))
        assert claim["lines"][0]["verdict"] == "refused"
        asked = list[dict[str, Any]]()
        answer = world.subsidy.kernel.neighbours["eastwest"].transport

        async def noting(request: httpx.Request) -> httpx.Response:
            asked.append({"path": request.url.path, "body": request.content})
            return await answer.handle_async_request(request)

        world.subsidy.kernel.neighbours["eastwest"].transport = httpx.MockTransport(noting)
        world.placements[stay]["retention"] = "met"
        await hears(world, "placement.retained", stay)
        told = [each["body"] for each in asked if each["path"] == "/internal/v1/retention-facts"]  # the job may have been at it beside us
        assert told and all(b'"as_of":"2025-05-06"' in each for each in told)
        items = (await world.as_("auditor").get(f"/v1/claims/{claim['id']}/reassessments")).json()["items"]
        assert [(each["outcome"], each["lines"][0]["amount"]) for each in items] == [("told", "2000.00")]


async def test_what_registry_learns_of_a_person_finds_the_claims_for_their_papers(start: Start) -> None:
    async with papers(start, "certificate_direct", "placement_stability") as world:
        who = world.person()
        bodies = (
            world.claims_for("certificate_direct", line(who, world.certificate(who))),
            world.claims_for("placement_stability", line(who, placement_id=world.placement(who))),
        )
        claims = [await world.submitted(body) for body in bodies]
        world.people[who]["statuses"] = [PENSION]
        await hears(world, "status_record.received", str(db.new_id()), trainee_id=who)
        for claim in claims:
            found = await seen(world, claim)
            assert found["hold"] and "status_excluded" in codes(found["lines"][0])
        world.people[who]["statuses"] = []
        await hears(world, "status_list.voided", str(db.new_id()), from_on="2025-02-01", until_on="2025-02-01")
        assert [bool((await seen(world, claim))["hold"]) for claim in claims] == [True, False]  # the day of the stay alone


async def test_a_revoked_certificate_stops_what_rests_on_it_and_asks_back_what_was_paid(start: Start) -> None:
    async with papers(start, "certificate_direct") as world:
        held = [(who, world.certificate(who)) for who in (world.person(bank_account_key="a"), world.person(bank_account_key="b"))]
        opened, money = [await world.approved(world.claims_for("certificate_direct", line(who, paper))) for who, paper in held]
        await paid(world, money)
        for _, paper in held:
            world.certificates[paper]["revoked_on"] = "2025-05-20"  # after the day of the claim
            await hears(world, "certificate.revoked", paper, revoked_on="2025-05-20")
        found = await seen(world, opened)
        assert found["hold"]["code"] == "certificate_invalid" and "certificate_invalid" in codes(found["lines"][0])
        assert await recoveries(world) == [(money["id"], "1000.00")]
        released = await world.step("reviewer", "release", found, at=AFTER_NOTICE)
        await hears(world, "trainee.changed", held[0][0])
        assert (await seen(world, opened))["hold"] is None and released["status"] == "approved"  # a person has looked at it


async def test_what_a_revoked_certificate_holds_a_reinstated_school_does_not_let_go(start: Start) -> None:
    async with papers(start, "project") as world:
        who = world.person()
        class_id, paper = world.project([who]), world.certificate(who, issued_on="2025-04-20")
        world.certificates[paper]["class_id"] = class_id
        claim = await world.bring_to("in_notice", class_id, scheme="project")
        await hears(world, "institution.blacklisted", world.school_id, from_on="2025-05-20")
        world.certificates[paper]["revoked_on"] = "2025-05-20"
        await hears(world, "certificate.revoked", paper)
        await hears(world, "institution.reinstated", world.school_id)
        found = await seen(world, claim)
        assert (found["hold"]["code"], found["lines"][0]["verdict"]) == ("certificate_invalid", "held")


async def test_what_cannot_be_asked_now_stays_due(start: Start) -> None:
    async with papers(start, "placement_stability") as world:
        who = world.person()
        stay = world.placement(who)
        await world.submitted(world.claims_for("placement_stability", line(who, placement_id=stay)))

        async def away(_: httpx.Request) -> httpx.Response:
            raise httpx.ConnectError("away")

        world.subsidy.kernel.neighbours["eastwest"].transport = httpx.MockTransport(away)
        await hears(world, "placement.left", stay)
        async with world.subsidy.kernel.reading() as session:
            assert await session.scalar(select(func.count()).select_from(DueReassessment)) == 1
