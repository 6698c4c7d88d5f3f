"""What subsidy does when others announce it: holds for a blacklisting, and claims that follow a merge. Each once."""

import asyncio
from collections.abc import Sequence
from uuid import UUID

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from services.subsidy.following import job, operations
from shared import changes, db
from tests.conftest import Start
from tests.registry import made
from tests.shared.test_following import restore
from tests.subsidy import office
from tests.subsidy.claims.world import a_person, a_world
from tests.subsidy.following.offices import LISTED_AT, an_office
from tests.waiting import until

# --- measures ------------------------------------------------------------------------------------------------------------------------------

STOPPED = {"kind": "support_stopped", "reason": "目标未完成", "document": "会议纪要", "from_on": "2025-05-12"}


async def test_support_that_is_stopped_holds_open_claims_until_that_very_measure_is_voided(start: Start) -> None:
    async with an_office(start) as city:
        school = await made.school(city.registry)
        open_, paid = [await city.claim(status, institution_id=UUID(school)) for status in ("in_notice", "paid")]
        reviewer = city.registry.as_("reviewer", at=LISTED_AT)
        first = await made.posted(reviewer, "/v1/measures", STOPPED | {"institution_id": school, "until_on": "2025-05-31"}, 201)
        await made.posted(reviewer, "/v1/measures", STOPPED | {"institution_id": school, "from_on": "2025-06-01"}, 201)
        await city.catch_up()
        assert (await city.hold(open_), await city.hold(paid)) == ("support_stopped", None)
        await made.posted(reviewer, f"/v1/measures/{first['id']}:void", {"reason": "已整改"}, 200)
        await city.catch_up()
        in_may, in_june = [city.subsidy.as_("auditor", at=f"2025-{month}-15T09:00:00+08:00") for month in ("05", "06")]
        holds = [(await client.get(f"/v1/claims/{open_}")).json()["hold"] for client in (in_may, in_june)]
        assert holds[0] is None and holds[1]["code"] == "support_stopped"


async def test_support_of_a_town_that_is_stopped_holds_claims_for_its_classes_alone(start: Start) -> None:
    async with an_office(start) as city:
        here = {"counted_region_code": "522601100"}
        in_class, elsewhere = {"class_id": db.new_id()}, {"class_id": db.new_id(), "counted_region_code": "522601101"}
        claims = [await city.claim(**more) for more in (here | in_class, elsewhere, here)]  # the last: whose first person lives there
        reviewer = city.registry.as_("reviewer", at=LISTED_AT)
        measure = await made.posted(reviewer, "/v1/measures", STOPPED | {"region_code": "522601100"}, 201)
        await city.catch_up()
        assert [await city.hold(each) for each in claims] == ["support_stopped", None, None]
        async with city.subsidy.kernel.writing.begin() as session:  # as it was once held too
            also = "UPDATE claims SET holds = (SELECT holds FROM claims WHERE id = :held) WHERE id = :also"
            await session.execute(text(also), {"held": claims[0], "also": claims[2]})
        await made.posted(reviewer, f"/v1/measures/{measure['id']}:void", {"reason": "已整改"}, 200)
        await city.catch_up()
        assert [await city.hold(each) for each in claims] == [None, None, None]


# --- blacklists ----------------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("status", "held"),
    [
        ("draft", False),
        ("submitted", True),
        ("reviewed", True),
        ("in_notice", True),
        ("approved", True),
        ("returned", False),
        ("paid", False),
        ("rejected", False),
        ("withdrawn", False),
    ],
)
async def test_a_blacklisting_holds_the_institutions_open_claims_until_it_is_reinstated(start: Start, status: str, held: bool) -> None:
    async with an_office(start) as at:
        school = await made.school(at.registry)
        claim = await at.claim(status, institution_id=UUID(school))
        another = await at.claim(status)
        await at.blacklist(school)
        await at.catch_up()
        assert await at.hold(claim) == ("institution_blacklisted" if held else None)
        assert await at.hold(another) is None
        await at.reinstate(school)
        await at.catch_up()
        shown = await at.shown(claim)
        assert shown["hold"] is None
        done = [each for each in shown["decisions"] if each["action"] in ("hold", "release")]
        assert [(each["action"], each["actor"], each["role"]) for each in done] == (
            [("hold", "subsidy", "service"), ("release", "subsidy", "service")] if held else []
        )
        events = (await at.subsidy.as_("auditor").get("/v1/changes")).json()["items"]
        told = [each["type"] for each in events if each["subject"] == str(claim) and each["type"] in ("claim.held", "claim.released")]
        assert told == (["claim.held", "claim.released"] if held else [])


async def test_a_hold_carries_the_day_of_the_blacklisting(start: Start) -> None:
    async with an_office(start) as at:
        school = await made.school(at.registry)
        claim = await at.claim(institution_id=UUID(school))
        await at.blacklist(school)
        await at.catch_up()
        hold = (await at.shown(claim))["hold"]
        assert hold["since_at"] == "2025-05-12T09:00:00.000+08:00" and "2025-05-12" in hold["reason"]


async def test_what_is_due_to_trainees_is_never_held_for_a_blacklisting(start: Start) -> None:
    async with an_office(start) as at:
        school = await made.school(at.registry)
        paid_to_them = await at.claim(institution_id=UUID(school), payee="trainee")
        their_own = await at.claim(institution_id=None, trainee_id=db.new_id(), payee="trainee")
        await at.blacklist(school)
        await at.catch_up()
        assert [await at.hold(each) for each in (paid_to_them, their_own)] == [None, None]


async def test_reinstatement_leaves_an_officers_hold_that_now_has_both_reasons(start: Start) -> None:
    async with an_office(start) as at:
        school = await made.school(at.registry)
        claim = await at.claim(institution_id=UUID(school))
        await at.act(claim, "hold", "officer", reason="签到表待核")
        await at.blacklist(school)
        await at.catch_up()
        hold = (await at.shown(claim))["hold"]
        assert hold["code"] == "officer_hold" and "签到表待核" in hold["reason"] and "黑名单" in hold["reason"]
        await at.reinstate(school)
        await at.catch_up()
        assert await at.hold(claim) == "officer_hold"
        await at.act(claim, "release")
        assert await at.hold(claim) is None


@pytest.mark.parametrize("deaths", [1, 3])
async def test_a_hold_is_set_once_also_when_the_follower_dies_in_between(start: Start, deaths: int) -> None:
    async with an_office(start) as at:
        school = await made.school(at.registry)
        claim = await at.claim(institution_id=UUID(school))
        await at.blacklist(school)
        take_in = operations.taking_in(at.subsidy.kernel.own_call)

        async def dying(session: AsyncSession, events: Sequence[changes.Event]) -> None:
            await take_in(session, events)
            raise ConnectionError

        for _ in range(deaths):
            with pytest.raises(ConnectionError):
                await at.catch_up(take_in=dying)
            assert await at.hold(claim) is None
        assert await at.catch_up() == 2
        assert await at.catch_up() == 0
        assert [each["action"] for each in (await at.shown(claim))["decisions"]].count("hold") == 1


@pytest.mark.parametrize(("at", "held"), [("2025-05-11", False), ("2025-05-12", True), ("2025-05-31", True), ("2025-06-01", False)])
async def test_a_claim_submitted_during_the_blacklisting_begins_on_hold(start: Start, at: str, held: bool) -> None:
    async with a_world(start) as world:
        listed = changes.Event(
            id=db.new_id(),
            source="/registry",
            type="institution.blacklisted",
            subject=UUID(world.school_id),
            time=office.call().now,
            sequence="1-1",
            data={"from_on": "2025-05-12", "until_on": "2025-05-31"},
        )
        claim = await world.draft(world.open_class([a_person()]))
        async with world.subsidy.kernel.writing.begin() as session:
            await operations.taking_in(world.subsidy.kernel.own_call)(session, [listed])
        submitted = await world.step("institution", "submit", claim, at=f"{at}T09:00:00+08:00")
        assert (submitted["hold"] and submitted["hold"]["code"]) == ("institution_blacklisted" if held else None)
        assert [(each["action"], each["actor"]) for each in submitted["decisions"]][1:] == ([("hold", "subsidy")] if held else [])


async def test_of_placements_that_no_claim_names_nothing_is_asked_one_by_one(start: Start) -> None:
    async with an_office(start) as at:
        kernel = at.subsidy.kernel
        said = {"source": "/eastwest", "type": "placement.updated", "time": office.call().now, "sequence": "1-1", "data": {}}
        told = [changes.Event.model_validate(said | {"id": db.new_id(), "subject": db.new_id()}) for _ in range(30)]
        with at.subsidy.statements() as statements:
            async with kernel.writing.begin() as session:
                await operations.taking_in(kernel.own_call)(session, told)
        assert len(statements) == 1


async def test_the_job_follows_the_registry_by_itself(start: Start) -> None:
    async with an_office(start) as at:
        school = await made.school(at.registry)
        claim = await at.claim(institution_id=UUID(school))
        at.subsidy.knows(at.registry)
        running = asyncio.create_task(job.registry(at.subsidy.kernel))
        try:
            await at.blacklist(school)
            await until(lambda: at.hold(claim))
        finally:
            running.cancel()
            await asyncio.gather(running, return_exceptions=True)


# --- a registry that was restored ------------------------------------------------------------------------------------------------------------


async def test_what_a_restored_registry_no_longer_tells_holds_nothing_and_what_it_tells_again_holds(start: Start) -> None:
    async with an_office(start) as at:
        school, other = [UUID(await made.school(at.registry)) for _ in range(2)]
        claim, others = await at.claim(institution_id=school), await at.claim(institution_id=other)
        await at.blacklist(str(school))
        await at.catch_up()
        async with at.registry.kernel.reading() as session:
            events = len((await session.execute(changes.CHANGES.select())).all())
        await at.reinstate(str(school))
        await at.blacklist(str(other))
        old, into = await at.merged()
        own = await at.claim("approved", institution_id=None, trainee_id=old, payee="trainee")
        await at.line(own, "level:6-31-01-03:junior", trainee_id=old)
        await at.catch_up()
        assert [await at.hold(claim), await at.hold(others), (await at.people(own))[0]] == [None, "institution_blacklisted", {into}]
        await restore(at.registry, events)
        assert await at.catch_up() == 0
        assert [await at.hold(claim), await at.hold(others), (await at.people(own))[0]] == ["institution_blacklisted", None, {old}]


# --- merges --------------------------------------------------------------------------------------------------------------------------------


async def test_claims_and_what_was_given_once_follow_a_merge(start: Start) -> None:
    async with an_office(start) as at:
        old, into = await at.merged()
        in_class, own = await at.claim(), await at.claim("approved", institution_id=None, trainee_id=old, payee="trainee")
        await at.line(in_class, "trade:稻田养鱼:2025", trainee_id=old)
        await at.line(own, "level:6-31-01-03:junior", trainee_id=old)
        before = (await at.shown(in_class))["version"]
        await at.catch_up()
        assert [await at.people(each) for each in (in_class, own)] == [({into}, {into})] * 2
        assert (await at.shown(own))["applicant"]["trainee_id"] == str(into)
        shown = await at.shown(in_class)
        assert (shown["hold"], shown["version"]) == (None, before + 1)
        trail = (await at.subsidy.as_("auditor").get("/v1/audit", params={"subject": str(in_class)})).json()["items"]
        assert [(each["action"], each["actor"]) for each in trail if each["role"] == "service"] == [("claim.trainee_merged", "subsidy")]
        assert await at.catch_up() == 0


@pytest.mark.parametrize(
    ("first", "second"),
    [
        pytest.param("in_notice", "submitted", id="both-open"),
        pytest.param("paid", "submitted", id="the-other-paid"),
        pytest.param("submitted", "paid", id="its-own-paid"),
        pytest.param("paid", "paid", id="both-paid"),
    ],
)
async def test_the_same_thing_given_to_both_holds_what_is_still_open(start: Start, first: str, second: str) -> None:
    async with an_office(start) as at:
        old, into = await at.merged()
        kept, moved = await at.claim(first), await at.claim(second)
        await at.line(kept, "trade:稻田养鱼:2025", trainee_id=into)
        await at.line(moved, "trade:稻田养鱼:2025", trainee_id=old)
        await at.catch_up()
        for claim, status in ((kept, first), (moved, second)):
            assert await at.hold(claim) == (None if status == "paid" else "already_subsidised")
        assert await at.people(moved) == ({into}, {old})
        trail = (await at.subsidy.as_("auditor").get("/v1/audit", params={"subject": str(into)})).json()["items"]
        assert [each["action"] for each in trail] == ["trainee.subsidised_twice"]


async def test_a_merge_that_is_taken_back_gives_each_what_was_theirs(start: Start) -> None:
    """Of a chain too: what was the first one's goes back to whom that one had been merged into."""
    async with an_office(start) as at:
        at.registry.knows(at.subsidy)
        officer = at.registry.as_("officer")
        first, second, third = [UUID(await made.trainee(at.registry, serial)) for serial in (1, 2, 3)]
        claims = [await at.claim() for _ in range(3)]
        for claim, person in zip(claims, (first, second, third), strict=True):
            await at.line(claim, f"trade:{person}:2025", trainee_id=person)
        own = await at.claim("approved", institution_id=None, trainee_id=first, payee="trainee")
        for old, into in ((first, second), (second, third)):
            await made.posted(officer, f"/v1/trainees/{old}:merge", {"into": str(into)}, 200)
        await at.catch_up()
        assert [await at.people(each) for each in claims] == [({third}, {third})] * 3
        before = (await at.shown(claims[0]))["version"]
        await made.posted(officer, f"/v1/trainees/{second}:unmerge", {"reason": "经核对是两个人"}, 200)
        await at.catch_up()
        assert [await at.people(each) for each in claims] == [({second}, {second})] * 2 + [({third}, {third})]
        assert (await at.shown(own))["applicant"]["trainee_id"] == str(second)
        assert (await at.shown(claims[0]))["version"] == before + 1
        await made.posted(officer, f"/v1/trainees/{first}:unmerge", {"reason": "经核对是两个人"}, 200)
        await at.catch_up()
        assert [await at.people(each) for each in claims] == [({each}, {each}) for each in (first, second, third)]
