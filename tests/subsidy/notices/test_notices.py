"""A notice runs its working days from the day after posting, is public to everyone, and holds approval until it is over."""

from uuid import UUID

import pytest

from services.subsidy.notices import operations as notices
from services.subsidy.notices.errors import CalendarYearMissing
from shared import errors
from tests.conftest import Service, Start
from tests.subsidy.office import a_fund, a_notice, call

POSTED, LAST_DAY, DAY_AFTER = "2024-09-26T15:00:00+08:00", "2024-10-09T23:59:59+08:00", "2024-10-10T00:00:00+08:00"


async def test_everyone_sees_a_notice_without_a_token(start: Start) -> None:
    async with start("subsidy") as subsidy:
        claim, notice_id = await a_notice(subsidy, await a_fund(subsidy))
        shown = (await subsidy.as_("public", at=POSTED).get(f"/v1/notices/{notice_id}")).json()
        assert shown == {
            "id": str(notice_id),
            "claim_id": str(claim.id),
            "claim_number": claim.number,
            "number": "KL-GS-2024-000001",
            "scheme": "agricultural_short",
            "institution": "凯里市示范职业培训学校",
            "class": "蔬菜种植班",
            "amount": "180.00",
            "lines": [
                {"name": "杨**", "amount": "180.00", "result": "拟补贴", "added_on": None},
                {"name": "张*", "amount": "0.00", "result": "不予补贴", "added_on": None},
            ],
            "posted_on": "2024-09-26",
            "from_on": "2024-09-27",
            "until_on": "2024-10-09",
            "stopped_on": None,
            "earlier": [],
        }


@pytest.mark.parametrize(("working_days", "until_on"), [(1, "2024-09-27"), (2, "2024-09-29"), (5, "2024-10-09"), (7, "2024-10-11")])
async def test_working_days_are_chinese_ones(start: Start, working_days: int, until_on: str) -> None:
    async with start("subsidy") as subsidy:
        _, notice_id = await a_notice(subsidy, await a_fund(subsidy), working_days=working_days)
        assert (await subsidy.as_("public").get(f"/v1/notices/{notice_id}")).json()["until_on"] == until_on


@pytest.mark.parametrize(
    ("at", "listed"),
    [
        pytest.param("2024-09-25T09:00:00+08:00", 0, id="the-day-before-posting"),
        pytest.param(POSTED, 1, id="the-day-of-posting"),
        pytest.param(LAST_DAY, 1, id="the-last-day"),
        pytest.param(DAY_AFTER, 0, id="the-day-after"),
    ],
)
async def test_the_list_shows_what_runs_that_day(start: Start, at: str, listed: int) -> None:
    async with start("subsidy") as subsidy:
        claim, _ = await a_notice(subsidy, await a_fund(subsidy))
        public = subsidy.as_("public", at=at)
        assert len((await public.get("/v1/notices")).json()["items"]) == listed
        assert len((await public.get(f"/v1/notices?on={at[:10]}")).json()["items"]) == listed
        assert len((await public.get(f"/v1/notices?claim_id={claim.id}")).json()["items"]) == 1
        assert (await public.get("/v1/notices?scheme=startup")).json()["items"] == []


@pytest.mark.parametrize(
    ("at", "code"),
    [
        pytest.param(POSTED, "notice_not_over", id="the-day-of-posting"),
        pytest.param(LAST_DAY, "notice_not_over", id="the-last-day"),
        pytest.param(DAY_AFTER, None, id="the-day-after"),
    ],
)
async def test_a_notice_is_over_the_day_after_its_last(start: Start, at: str, code: str | None) -> None:
    async with start("subsidy") as subsidy:
        claim, _ = await a_notice(subsidy, await a_fund(subsidy))
        assert await _conclude(subsidy, claim.id, at) == code


async def test_it_says_from_which_day_approval_is_possible(start: Start) -> None:
    async with start("subsidy") as subsidy:
        claim, _ = await a_notice(subsidy, await a_fund(subsidy))
        async with subsidy.kernel.reading() as session:
            problem = await notices.why_not_over(session, call(LAST_DAY), claim.id)
        assert problem is not None and problem.members["passes_from"] == "2024-10-10" and "2024-10-10 起可以审批" in problem.detail


async def test_a_claim_without_a_notice_cannot_be_concluded(start: Start) -> None:
    async with start("subsidy") as subsidy:
        assert await _conclude(subsidy, call().actor.person_id or UUID(int=0), POSTED) == "invalid_state"


async def test_a_year_the_calendar_lacks_is_named(start: Start) -> None:
    async with start("subsidy") as subsidy:
        with pytest.raises(CalendarYearMissing) as missing:
            await a_notice(subsidy, await a_fund(subsidy), at="2031-12-30T09:00:00+08:00")
        assert missing.value.members == {"year": 2031} and "2031" in missing.value.detail


async def test_terms_of_a_notice_without_a_day_still_post_one_for_a_day(start: Start) -> None:
    async with start("subsidy") as subsidy:
        _, notice_id = await a_notice(subsidy, await a_fund(subsidy), working_days=0)
        assert (await subsidy.as_("public").get(f"/v1/notices/{notice_id}")).json()["until_on"] == "2024-09-27"


async def test_a_closed_notice_is_public_no_longer_and_another_can_be_posted(start: Start) -> None:
    async with start("subsidy") as subsidy:
        claim, notice_id = await a_notice(subsidy, await a_fund(subsidy))
        async with subsidy.kernel.writing.begin() as session:
            await notices.close(session, call(POSTED), claim.id)
        public = subsidy.as_("public", at=POSTED)
        assert (await public.get(f"/v1/notices/{notice_id}")).status_code == 404
        assert (await public.get(f"/v1/notices?claim_id={claim.id}")).json()["items"] == []
        announced = notices.Announced(claim.id, claim.scheme, None, None, claim.amount, [])
        async with subsidy.kernel.writing.begin() as session:
            again = await notices.post(session, call("2024-10-10T09:00:00+08:00"), subsidy.kernel, announced, 5)
        assert again.number == "KL-GS-2024-000002"


async def test_a_claim_has_one_running_notice(start: Start) -> None:
    async with start("subsidy") as subsidy:
        claim, _ = await a_notice(subsidy, await a_fund(subsidy))
        announced = notices.Announced(claim.id, claim.scheme, None, None, claim.amount, [])
        with pytest.raises(Exception, match="notices_claim_id_key"):
            async with subsidy.kernel.writing.begin() as session:
                await notices.post(session, call(POSTED), subsidy.kernel, announced, 5)


async def _conclude(subsidy: Service, claim_id: UUID, at: str) -> str | None:
    try:
        async with subsidy.kernel.writing.begin() as session:
            await notices.conclude(session, call(at), claim_id)
    except errors.Problem as problem:
        return problem.code
    return None
