"""Anyone may object while a notice runs, which holds approval until it is dismissed; an accepted objection stops the clock as well."""

from typing import Any
from uuid import UUID

import httpx
import pytest
from sqlalchemy import text

from services.subsidy.claims.tables import Claim
from services.subsidy.notices import operations as notices
from shared import db
from tests.conftest import Service, Start, both_ciphers
from tests.subsidy.office import a_fund, a_notice, call

RUNNING, LAST_DAY = "2024-09-27T09:00:00+08:00", "2024-10-09T23:59:59+08:00"


async def test_anyone_objects_and_learns_only_that_it_was_received(start: Start) -> None:
    async with start("subsidy") as subsidy:
        claim, notice_id = await a_notice(subsidy, await a_fund(subsidy))
        answer = await _object(subsidy, notice_id, name="杨某", contact="13800001234", reason="522601199003070017 没有参加培训")
        received = answer.json()
        assert (
            answer.status_code == 201
            and set(received) == {"id", "notice_id", "notice_number", "status", "received_at"}
            and received["status"] == "received"
        )
        read = (await subsidy.as_("officer").get(f"/v1/objections/{received['id']}")).json()
        assert read["name"] == "杨*" and read["contact"] == "138****1234" and read["claim_id"] == str(claim.id)
        assert read["reason"] == "5226**********0017 没有参加培训"
        async with subsidy.kernel.engine.connect() as connection:
            kept = str((await connection.execute(text("SELECT * FROM objections"))).one())
        assert "13800001234" not in kept and "杨某" not in kept and "522601199003070017" not in kept


@both_ciphers
async def test_revealing_the_objector_is_recorded(start: Start, cipher: str) -> None:
    async with start("subsidy", cipher=cipher) as subsidy:
        _, notice_id = await a_notice(subsidy, await a_fund(subsidy))
        objection = (await _object(subsidy, notice_id, name="杨某", contact="13800001234")).json()
        shown = await subsidy.as_("officer").post(f"/v1/objections/{objection['id']}:reveal", json={"reason": "回访"})
        assert shown.json() == {"id": objection["id"], "name": "杨某", "contact": "13800001234"}
        trail = (await subsidy.as_("auditor").get(f"/v1/audit?subject={objection['id']}&action=objection.revealed")).json()["items"]
        assert [entry["details"] for entry in trail] == [{"reason": "回访"}]


@pytest.mark.parametrize(
    ("at", "status"),
    [
        pytest.param("2024-09-26T16:00:00+08:00", 201, id="the-day-of-posting"),
        pytest.param("2024-10-09T23:59:59+08:00", 201, id="the-last-day"),
        pytest.param("2024-10-10T00:00:00+08:00", 409, id="the-day-after"),
    ],
)
async def test_objections_are_taken_until_the_last_day(start: Start, at: str, status: int) -> None:
    async with start("subsidy") as subsidy:
        _, notice_id = await a_notice(subsidy, await a_fund(subsidy))
        answer = await _object(subsidy, notice_id, at=at)
        assert answer.status_code == status and (status == 201 or answer.json()["code"] == "notice_over")


@pytest.mark.parametrize("body", [pytest.param({}, id="no-reason"), pytest.param({"reason": "x", "phone": "1"}, id="unknown-field")])
async def test_a_faulty_objection_is_refused(start: Start, body: dict[str, Any]) -> None:
    async with start("subsidy") as subsidy:
        _, notice_id = await a_notice(subsidy, await a_fund(subsidy))
        assert (await subsidy.as_("public", at=RUNNING).post(f"/v1/notices/{notice_id}/objections", json=body)).status_code == 422
        assert (await subsidy.as_("public").post(f"/v1/notices/{db.new_id()}/objections", json={"reason": "x"})).status_code == 404


@pytest.mark.parametrize("at", [RUNNING, LAST_DAY])
async def test_an_objection_raised_in_time_holds_approval_until_it_is_dismissed_accepted_or_not(start: Start, at: str) -> None:
    async with start("subsidy") as subsidy:
        claim, notice_id = await a_notice(subsidy, await a_fund(subsidy))
        objection_id = (await _object(subsidy, notice_id, at=at)).json()["id"]
        assert await _why_not(subsidy, claim.id, at) == "notice_not_over"
        assert await _why_not(subsidy, claim.id, "2024-10-10T09:00:00+08:00") == "objection_open"
        dismissed = await _decide(subsidy, objection_id, "dismiss", at="2024-10-10T09:00:00+08:00")
        assert dismissed["status"] == "dismissed" and dismissed["in_time"]
        assert await _why_not(subsidy, claim.id, "2024-10-10T09:00:00+08:00") is None


async def test_an_accepted_objection_stops_the_notice_as_well(start: Start) -> None:
    async with start("subsidy") as subsidy:
        claim, notice_id = await a_notice(subsidy, await a_fund(subsidy))
        objection_id = (await _object(subsidy, notice_id)).json()["id"]
        accepted = await _decide(subsidy, objection_id, "accept", at="2024-09-29T09:00:00+08:00")
        assert accepted["status"] == "accepted" and accepted["due_on"] == "2024-10-09"
        assert await _why_not(subsidy, claim.id, "2024-11-10T09:00:00+08:00") == "objection_open"


async def test_an_objection_that_came_too_late_holds_nothing(start: Start) -> None:
    async with start("subsidy") as subsidy:
        claim, _, late_id = await _late(subsidy)
        late = await _decide(subsidy, late_id, "accept", at="2024-10-11T09:00:00+08:00")
        assert late["in_time"] is False
        assert await _why_not(subsidy, claim.id, "2024-10-11T09:00:00+08:00") is None


async def test_a_dismissed_objection_makes_the_notice_longer_by_the_days_it_stood_still(start: Start) -> None:
    async with start("subsidy") as subsidy:
        claim, notice_id = await a_notice(subsidy, await a_fund(subsidy))
        objection_id = (await _object(subsidy, notice_id)).json()["id"]
        await _decide(subsidy, objection_id, "accept", at="2024-09-29T09:00:00+08:00")
        stopped = (await subsidy.as_("public", at="2024-10-20T09:00:00+08:00").get("/v1/notices")).json()["items"]
        assert [notice["stopped_on"] for notice in stopped] == ["2024-09-29"]
        await _decide(subsidy, objection_id, "dismiss", at="2024-10-08T09:00:00+08:00")  # still on 29 and 30 September
        notice = (await subsidy.as_("public").get(f"/v1/notices/{notice_id}")).json()
        assert notice["until_on"] == "2024-10-11" and notice["stopped_on"] is None
        assert await _why_not(subsidy, claim.id, "2024-10-11T09:00:00+08:00") == "notice_not_over"
        assert await _why_not(subsidy, claim.id, "2024-10-12T09:00:00+08:00") is None


async def test_the_clock_stands_still_until_the_last_of_two_objections_is_dismissed(start: Start) -> None:
    async with start("subsidy") as subsidy:
        claim, notice_id = await a_notice(subsidy, await a_fund(subsidy))
        first, second = [(await _object(subsidy, notice_id)).json()["id"] for _ in range(2)]
        await _decide(subsidy, first, "accept", at="2024-09-27T10:00:00+08:00")
        await _decide(subsidy, second, "accept", at="2024-09-29T10:00:00+08:00")
        await _decide(subsidy, first, "dismiss", at="2024-09-30T10:00:00+08:00")
        assert await _why_not(subsidy, claim.id, "2024-11-10T09:00:00+08:00") == "objection_open"
        await _decide(subsidy, second, "dismiss", at="2024-10-08T10:00:00+08:00")  # still from 27 September on: three working days
        assert (await subsidy.as_("public").get(f"/v1/notices/{notice_id}")).json()["until_on"] == "2024-10-12"


async def test_an_upheld_objection_holds_the_claim_until_it_leaves_the_notice(start: Start) -> None:
    async with start("subsidy") as subsidy:
        claim, notice_id = await a_notice(subsidy, await a_fund(subsidy))
        objection_id = (await _object(subsidy, notice_id)).json()["id"]
        await _decide(subsidy, objection_id, "accept", at=RUNNING)
        assert (await _decide(subsidy, objection_id, "uphold", role="reviewer", at=RUNNING))["status"] == "upheld"
        assert await _why_not(subsidy, claim.id, "2024-11-10T09:00:00+08:00") == "objection_open"


async def test_after_approval_no_objection_is_accepted(start: Start) -> None:
    async with start("subsidy") as subsidy:
        claim, _, objection_id = await _late(subsidy)
        async with subsidy.kernel.writing.begin() as session:
            await notices.conclude(session, call("2024-10-11T09:00:00+08:00"), claim.id)
        late = await subsidy.as_("officer", at="2024-10-11T10:00:00+08:00").post(f"/v1/objections/{objection_id}:accept")
        assert late.status_code == 409 and late.json()["code"] == "invalid_state"


@pytest.mark.parametrize(
    ("before", "action", "role", "code"),
    [
        ("received", "accept", "officer", None),
        ("received", "dismiss", "officer", None),
        ("received", "uphold", "officer", "invalid_state"),
        ("accepted", "accept", "officer", "invalid_state"),
        ("accepted", "dismiss", "reviewer", None),
        ("accepted", "uphold", "reviewer", None),
        ("dismissed", "accept", "officer", "invalid_state"),
        ("dismissed", "dismiss", "officer", "invalid_state"),
        ("dismissed", "uphold", "officer", "invalid_state"),
        ("upheld", "accept", "officer", "invalid_state"),
        ("upheld", "dismiss", "officer", "invalid_state"),
        ("upheld", "uphold", "officer", "invalid_state"),
        ("received", "accept", "reviewer", "wrong_role"),
        ("received", "accept", "finance", "wrong_role"),
        ("received", "dismiss", "finance", "wrong_role"),
        ("accepted", "uphold", "auditor", "wrong_role"),
    ],
)
async def test_state_action_and_role(start: Start, before: str, action: str, role: str, code: str | None) -> None:
    async with start("subsidy") as subsidy:
        _, notice_id = await a_notice(subsidy, await a_fund(subsidy))
        objection_id = (await _object(subsidy, notice_id)).json()["id"]
        for step in {"received": (), "accepted": ("accept",), "dismissed": ("accept", "dismiss"), "upheld": ("accept", "uphold")}[before]:
            await _decide(subsidy, objection_id, step, at=RUNNING)
        body = {} if action == "accept" else {"reason": "核查完毕"}
        answer = await subsidy.as_(role, at=RUNNING).post(f"/v1/objections/{objection_id}:{action}", json=body)
        assert (answer.status_code, answer.json().get("code")) == ({None: 200, "wrong_role": 403}.get(code, 409), code), answer.text


@pytest.mark.parametrize("action", ["dismiss", "uphold"])
@pytest.mark.parametrize(
    ("body", "reason"),
    [
        pytest.param({"reason": "核查完毕"}, "核查完毕", id="as-a-reason"),
        pytest.param({"comment": "核查完毕"}, "核查完毕", id="as-a-comment"),
        pytest.param({}, None, id="not-said"),
    ],
)
async def test_why_it_was_decided_may_be_said(start: Start, action: str, body: dict[str, str], reason: str | None) -> None:
    async with start("subsidy") as subsidy:
        _, notice_id = await a_notice(subsidy, await a_fund(subsidy))
        objection_id = (await _object(subsidy, notice_id)).json()["id"]
        await _decide(subsidy, objection_id, "accept", at=RUNNING)
        answer = await subsidy.as_("officer", at=RUNNING).post(f"/v1/objections/{objection_id}:{action}", json=body)
        assert answer.status_code == 200 and answer.json()["decision_reason"] == reason


async def test_officers_list_objections_by_status_and_the_public_does_not(start: Start) -> None:
    async with start("subsidy") as subsidy:
        claim, notice_id = await a_notice(subsidy, await a_fund(subsidy))
        first, second = [(await _object(subsidy, notice_id)).json()["id"] for _ in range(2)]
        await _decide(subsidy, first, "accept", at=RUNNING)
        officer = subsidy.as_("officer")
        assert [each["id"] for each in (await officer.get("/v1/objections?status=received")).json()["items"]] == [second]
        assert [each["id"] for each in (await officer.get(f"/v1/objections?claim_id={claim.id}")).json()["items"]] == [second, first]
        assert (await subsidy.as_("public").get("/v1/objections")).status_code == 401
        assert (await subsidy.as_("institution", institution_id=db.new_id()).get("/v1/objections")).status_code == 403


async def test_an_objection_says_beforehand_what_would_be_answered(start: Start) -> None:
    async with start("subsidy") as subsidy:
        claim, notice_id = await a_notice(subsidy, await a_fund(subsidy))
        objection_id = (await _object(subsidy, notice_id)).json()["id"]
        officer, after = subsidy.as_("officer", at=RUNNING), "2024-10-11T09:00:00+08:00"
        assert await _possible(officer, objection_id) == {"accept": None, "dismiss": None, "uphold": "invalid_state", "reveal": None}
        assert await _possible(subsidy.as_("reviewer", at=RUNNING), objection_id) == {
            "dismiss": None,
            "uphold": "invalid_state",
            "reveal": None,
        }
        assert await _possible(subsidy.as_("auditor", at=RUNNING), objection_id) == {"reveal": None}
        claim, _, objection_id = await _late(subsidy)
        async with subsidy.kernel.writing.begin() as session:
            await notices.conclude(session, call(after), claim.id)
        assert await _possible(officer, objection_id) == {
            "accept": "invalid_state",
            "dismiss": None,
            "uphold": "invalid_state",
            "reveal": None,
        }
        assert (await officer.post(f"/v1/objections/{objection_id}:accept")).json()["code"] == "invalid_state"
        await _decide(subsidy, objection_id, "dismiss", at=after)
        shut = dict.fromkeys(("accept", "dismiss", "uphold"), "invalid_state")
        assert await _possible(officer, objection_id) == {**shut, "reveal": None}


async def test_objections_are_listed_by_either_status_in_the_order_asked_for_and_with_the_numbers_beside_their_ids(start: Start) -> None:
    async with start("subsidy") as subsidy:
        claim, notice_id = await a_notice(subsidy, await a_fund(subsidy))
        first, second = [(await _object(subsidy, notice_id, at=f"2024-09-27T{hour}:00:00+08:00")).json()["id"] for hour in ("09", "10")]
        await _decide(subsidy, first, "accept", at=RUNNING)
        officer = subsidy.as_("officer")
        either = (await officer.get("/v1/objections?status=received&status=accepted&sort=received_at")).json()["items"]
        assert [each["id"] for each in either] == [first, second]
        notice = (await subsidy.as_("public").get(f"/v1/notices/{notice_id}")).json()
        assert {(each["claim_number"], each["notice_number"]) for each in either} == {(claim.number, notice["number"])}
        refused = await officer.get("/v1/objections?status=lost")
        assert (refused.status_code, refused.json()["parameter"]) == (400, "status")


async def _object(subsidy: Service, notice_id: UUID, at: str = RUNNING, **body: Any) -> Any:
    return await subsidy.as_("public", at=at).post(f"/v1/notices/{notice_id}/objections", json={"reason": "名单有误"} | body)


async def _decide(subsidy: Service, objection_id: str, action: str, *, at: str, role: str = "officer") -> dict[str, Any]:
    body = {} if action == "accept" else {"reason": "核查完毕"}
    answer = await subsidy.as_(role, at=at).post(f"/v1/objections/{objection_id}:{action}", json=body)
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


async def _why_not(subsidy: Service, claim_id: UUID, at: str) -> str | None:
    async with subsidy.kernel.reading() as session:
        problem = await notices.why_not_over(session, call(at), claim_id)
    return problem and problem.code


async def _possible(client: httpx.AsyncClient, objection_id: str) -> dict[str, str | None]:
    shown = (await client.get(f"/v1/objections/{objection_id}")).json()["allowed_actions"]
    return {each["action"]: each["why_not"] and each["why_not"]["code"] for each in shown}


async def _late(subsidy: Service) -> tuple[Claim, UUID, str]:
    """A notice on which, after its last day, an objection raised in time was accepted, another raised, and the first dismissed."""
    claim, notice_id = await a_notice(subsidy, await a_fund(subsidy))
    first = (await _object(subsidy, notice_id, at=LAST_DAY)).json()["id"]
    await _decide(subsidy, first, "accept", at="2024-10-10T09:00:00+08:00")
    late = (await _object(subsidy, notice_id, at="2024-10-10T10:00:00+08:00")).json()["id"]
    await _decide(subsidy, first, "dismiss", at="2024-10-10T11:00:00+08:00")
    return claim, notice_id, late
