"""What an institution may do on which days: designation, blacklist, suspension and exit."""

import asyncio
from typing import Any

import httpx
import pytest

from tests.conftest import Start
from tests.registry.invented import ENTERPRISE, institution, made

AT = "2025-04-08T09:00:00+08:00"
TERM = {"from_on": "2025-01-01", "to_on": "2025-12-31"}
LISTED = {"from_on": "2025-04-08", "reason": "虚报学员", "decision_no": "凯人社决〔2025〕1号", "hearing_on": "2025-03-20"}


async def moved(client: httpx.AsyncClient, paper: dict[str, Any], action: str, body: dict[str, Any] | None = None) -> dict[str, Any]:
    answer = await client.post(f"/v1/institutions/{paper['id']}:{action}", json=body or {})
    assert answer.status_code == 200, answer.text
    told: dict[str, Any] = answer.json()
    return told


@pytest.mark.parametrize(
    ("term", "status"),
    [
        pytest.param({"from_on": "2025-12-31", "to_on": "2026-12-31"}, 409, id="begins-on-the-last-day"),
        pytest.param({"from_on": "2026-01-01", "to_on": "2026-12-31"}, 200, id="begins-the-day-after"),
        pytest.param({"from_on": "2024-01-01", "to_on": "2025-01-01"}, 409, id="ends-on-the-first-day"),
        pytest.param({"from_on": "2024-01-01", "to_on": "2024-12-31"}, 200, id="ends-the-day-before"),
        pytest.param({"from_on": "2024-01-01", "to_on": "2026-12-31"}, 409, id="spans-it"),
        pytest.param({"from_on": "2026-01-02", "to_on": "2026-01-01"}, 422, id="backwards"),
        pytest.param({"from_on": "2026-01-02", "to_on": "2026-01-02"}, 200, id="one-day"),
    ],
)
async def test_designations_never_share_a_day(start: Start, term: dict[str, str], status: int) -> None:
    async with start("registry") as registry:
        officer = registry.as_("officer", at=AT)
        kept = await made(officer, "/v1/institutions", institution())
        assert (await moved(officer, kept, "designate", TERM))["designated"]
        assert (await officer.post(f"/v1/institutions/{kept['id']}:designate", json=term)).status_code == status


async def test_twenty_designations_at_once_make_one(start: Start) -> None:
    async with start("registry") as registry:
        officer = registry.as_("officer", at=AT)
        kept = await made(officer, "/v1/institutions", institution())
        terms = [{"from_on": f"2025-01-{day:02}", "to_on": "2025-12-31"} for day in range(1, 21)]
        answers = await asyncio.gather(*(officer.post(f"/v1/institutions/{kept['id']}:designate", json=term) for term in terms))
        assert sorted(answer.status_code for answer in answers) == [200] + [409] * 19


async def test_an_institution_is_blacklisted_and_reinstated_by_the_reviewer(start: Start) -> None:
    async with start("registry") as registry:
        officer, reviewer = registry.as_("officer", at=AT), registry.as_("reviewer", at=AT)
        kept = await made(officer, "/v1/institutions", institution())
        path = f"/v1/institutions/{kept['id']}"
        assert (await officer.post(f"{path}:blacklist", json=LISTED)).json()["code"] == "wrong_role"
        assert (await reviewer.post(f"{path}:reinstate")).json()["code"] == "invalid_state"
        assert (await moved(reviewer, kept, "blacklist", LISTED))["blacklisted"]
        assert (await reviewer.post(f"{path}:blacklist", json=LISTED | {"from_on": "2025-05-01"})).json()["code"] == "already_blacklisted"
        assert (await officer.get(path, headers={"X-Server-Date": "2025-04-07T09:00:00+08:00"})).json()["blacklisted"] is False
        free = await moved(registry.as_("reviewer", at="2025-06-01T09:00:00+08:00"), kept, "reinstate", {"reason": "已整改"})
        assert (free["blacklisted"], free["blacklistings"][0]["reinstated_on"], free["blacklistings"][0]["reinstated_reason"]) == (
            False,
            "2025-06-01",
            "已整改",
        )
        assert (await officer.get(path, headers={"X-Server-Date": "2025-05-31T09:00:00+08:00"})).json()["blacklisted"] is True
        feed = (await registry.as_("auditor").get("/v1/changes")).json()["items"]
        assert [each["type"] for each in feed] == ["institution.registered", "institution.blacklisted", "institution.reinstated"]
        assert feed[1]["data"]["from_on"] == "2025-04-08"
        assert (
            await reviewer.post(f"{path}:blacklist", json=LISTED | {"from_on": "2025-06-01", "until_on": "2025-05-31"})
        ).status_code == 422


@pytest.mark.parametrize(
    ("from_on", "hearing_on", "faults"),
    [
        pytest.param("2025-04-08", "2025-04-08", [], id="heard-on-the-day"),
        pytest.param("2025-04-07", "2025-04-08", ["invalid_value"], id="heard-a-day-after-it-was-listed"),
        pytest.param("2025-05-01", "2025-04-09", ["in_the_future"], id="not-heard-yet"),
        pytest.param("2025-04-08", "2025-04-09", ["in_the_future", "invalid_value"], id="neither"),
    ],
)
async def test_who_is_listed_was_heard_before(start: Start, from_on: str, hearing_on: str, faults: list[str]) -> None:
    async with start("registry") as registry:
        kept = await made(registry.as_("officer", at=AT), "/v1/institutions", institution())
        reviewer, listed = registry.as_("reviewer", at=AT), LISTED | {"from_on": from_on, "hearing_on": hearing_on}
        answer = await reviewer.post(f"/v1/institutions/{kept['id']}:blacklist", json=listed)
        assert answer.status_code == (422 if faults else 200)
        assert [(each["code"], each["pointer"]) for each in answer.json().get("errors", [])] == [(code, "/hearing_on") for code in faults]


async def test_a_blacklisting_that_has_not_begun_never_begins(start: Start) -> None:
    async with start("registry") as registry:
        kept = await made(registry.as_("officer", at=AT), "/v1/institutions", institution())
        reviewer = registry.as_("reviewer", at=AT)
        await moved(reviewer, kept, "blacklist", LISTED | {"from_on": "2025-05-01"})
        await moved(reviewer, kept, "reinstate")
        later = await reviewer.get(f"/v1/institutions/{kept['id']}", headers={"X-Server-Date": "2025-05-02T09:00:00+08:00"})
        assert later.json()["blacklisted"] is False


async def test_suspension_stops_designation_until_it_is_reinstated(start: Start) -> None:
    async with start("registry") as registry:
        officer, reviewer = registry.as_("officer", at=AT), registry.as_("reviewer", at=AT)
        kept = await made(officer, "/v1/institutions", institution())
        assert (await moved(officer, kept, "suspend", {"reason": "停业整顿"}))["status_reason"] == "停业整顿"
        path = f"/v1/institutions/{kept['id']}"
        assert (await officer.post(f"{path}:suspend", json={"reason": "停业整顿"})).json()["code"] == "invalid_state"
        assert (await officer.post(f"{path}:designate", json=TERM)).json()["code"] == "invalid_state"
        actions = {each["action"]: each["allowed"] for each in (await officer.get(path)).json()["allowed_actions"]}
        assert actions.pop("void-designation") and actions == {
            "change": True,
            "designate": False,
            "suspend": False,
            "exit": True,
            "blacklist": False,
            "reinstate": False,
        }
        assert (await moved(reviewer, kept, "reinstate"))["status"] == "active"
        assert (await officer.post(f"{path}:designate", json=TERM, headers={"If-Match": '"1"'})).status_code == 412


async def test_exit_ends_the_designation_that_day_and_a_new_one_brings_it_back(start: Start) -> None:
    async with start("registry") as registry:
        officer = registry.as_("officer", at=AT)
        kept = await made(officer, "/v1/institutions", institution())
        await moved(officer, kept, "designate", TERM)
        await moved(officer, kept, "designate", {"from_on": "2026-01-01", "to_on": "2026-12-31"})
        gone = await moved(officer, kept, "exit", {"reason": "停办"})
        assert (gone["status"], gone["designations"]) == (
            "exited",
            [{**TERM, "to_on": "2025-04-08", "reason": None, "decision_no": None, "tender_no": None}],
        )
        assert (await officer.post(f"/v1/institutions/{kept['id']}:exit", json={"reason": "停办"})).json()["code"] == "invalid_state"
        back = await moved(officer, kept, "designate", {"from_on": "2025-04-09", "to_on": "2025-12-31"})
        assert back["status"] == "active"


async def test_suspension_and_exit_hold_from_their_day_to_their_last(start: Start) -> None:
    async with start("registry") as registry:
        officer, reviewer = registry.as_("officer", at=AT), registry.as_("reviewer", at=AT)
        kept = await made(officer, "/v1/institutions", institution())

        async def on(*days: str) -> list[str]:
            path = f"/v1/institutions/{kept['id']}"
            return [(await registry.as_("officer", at=f"{day}T09:00:00+08:00").get(path)).json()["status"] for day in days]

        backwards = {"from_on": "2025-05-02", "until_on": "2025-05-01", "reason": "停业整顿"}
        refused = await officer.post(f"/v1/institutions/{kept['id']}:suspend", json=backwards)
        assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (422, "/until_on")
        ahead = await moved(officer, kept, "suspend", {"from_on": "2025-05-01", "until_on": "2025-05-31", "reason": "停业整顿"})
        assert ahead["status"] == "active" and [each["kind"] for each in ahead["absences"]] == ["suspended"]
        assert await on("2025-04-30", "2025-05-01", "2025-05-31", "2025-06-01") == ["active", "suspended", "suspended", "active"]
        await moved(officer, kept, "exit", {"on": "2025-05-20", "reason": "停办"})
        assert await on("2025-05-19", "2025-05-20", "2025-06-01") == ["suspended", "exited", "exited"]
        listed = (await registry.as_("officer", at="2025-05-20T09:00:00+08:00").get("/v1/institutions?status=exited")).json()["items"]
        assert [(each["id"], each["status"], each["status_reason"]) for each in listed] == [(kept["id"], "exited", "停办")]
        assert (await officer.get("/v1/institutions?status=exited")).json()["items"] == []
        for day in ("2025-04-30", "2025-05-01", "2025-05-20"):  # as each is shown, whichever are asked for
            asks, [is_now] = registry.as_("officer", at=f"{day}T09:00:00+08:00"), await on(day)
            for asked in ("active", "suspended", "exited", "suspended&status=exited"):
                seen = (await asks.get(f"/v1/institutions?status={asked}")).json()["items"]
                assert [each["status"] for each in seen] == [is_now] * (is_now in asked), (day, asked)
        await moved(reviewer, kept, "reinstate")  # a suspension that has not begun never begins; an exit stands
        assert await on("2025-05-01", "2025-05-19", "2025-05-20") == ["active", "active", "exited"]
        await moved(officer, kept, "designate", {"from_on": "2025-07-01", "to_on": "2025-12-31"})
        assert await on("2025-06-30", "2025-07-01") == ["exited", "active"]


async def test_what_suspends_or_ends_is_announced_with_its_days(start: Start) -> None:
    async with start("registry") as registry:
        officer = registry.as_("officer", at=AT)
        kept = await made(officer, "/v1/institutions", institution())
        await moved(officer, kept, "suspend", {"from_on": "2025-05-01", "until_on": "2025-05-31", "reason": "停业整顿"})
        await moved(registry.as_("reviewer", at=AT), kept, "reinstate")
        await moved(officer, kept, "exit", {"on": "2025-03-01", "reason": "停办"})
        changed = {"bank_account": "6217001234567894321"}
        await officer.patch(f"/v1/institutions/{kept['id']}", json=changed, headers={"If-Match": "*"})
        events = (await registry.as_("auditor").get("/v1/changes")).json()["items"]
        told = {each["type"].partition(".")[2]: each["data"] for each in events if each["subject"] == kept["id"]}
        assert (told["suspended"]["from_on"], told["suspended"]["until_on"]) == ("2025-05-01", "2025-05-31")
        assert (told["reinstated"]["from_on"], told["exited"]["from_on"], told["exited"]["exited_on"]) == (
            "2025-04-08",
            *["2025-03-01"] * 2,
        )
        assert (told["exited"]["status"], told["changed"]["fields"]) == ("exited", ["bank_account"])


@pytest.mark.parametrize(
    ("registered_on", "from_on", "reason", "status"),
    [
        pytest.param("2025-04-08", "2024-01-01", None, 200, id="registered-today-with-what-it-has"),
        pytest.param("2025-04-07", "2025-04-08", None, 200, id="from-today"),
        pytest.param("2025-04-07", "2025-04-07", None, 422, id="from-yesterday-unexplained"),
        pytest.param("2025-04-07", "2025-04-07", "补录州人社定点批文", 200, id="from-yesterday-with-a-reason"),
    ],
)
async def test_a_designation_of_days_gone_by_has_a_reason(
    start: Start, registered_on: str, from_on: str, reason: str | None, status: int
) -> None:
    async with start("registry") as registry:
        kept = await made(registry.as_("officer", at=f"{registered_on}T09:00:00+08:00"), "/v1/institutions", institution())
        body = {"from_on": from_on, "to_on": "2025-12-31", "reason": reason}
        answer = await registry.as_("officer", at=AT).post(f"/v1/institutions/{kept['id']}:designate", json=body)
        faults = [each["pointer"] for each in answer.json().get("errors", [])]
        assert (answer.status_code, faults) == (status, [] if status == 200 else ["/reason"])
        if reason:
            assert answer.json()["designations"][0]["reason"] == reason


async def test_a_designation_given_by_mistake_is_taken_back_with_a_reason_and_announced(start: Start) -> None:
    async with start("registry") as registry:
        officer = registry.as_("officer", at=AT)
        kept = await made(officer, "/v1/institutions", institution())
        await moved(officer, kept, "designate", TERM)
        path = f"/v1/institutions/{kept['id']}:void-designation"
        assert (await officer.post(path, json={"from_on": TERM["from_on"]})).json()["errors"][0]["pointer"] == "/reason"
        other = await officer.post(path, json={"from_on": "2025-01-02", "reason": "录错机构"})
        assert (other.status_code, other.json()["errors"][0]["pointer"]) == (422, "/from_on")
        taken = await moved(officer, kept, "void-designation", {"from_on": TERM["from_on"], "reason": "录错机构"})
        assert (taken["designated"], taken["designations"]) == (False, [])
        events = (await registry.as_("auditor").get("/v1/changes")).json()["items"]
        told = next(each["data"] for each in events if each["type"] == "institution.designation_voided")
        assert (told["from_on"], told["until_on"]) == (TERM["from_on"], TERM["to_on"])


async def test_institutions_are_found_by_scale_rating_and_a_day_of_designation(start: Start) -> None:
    async with start("registry") as registry:
        officer = registry.as_("officer", at=AT)
        big = await made(officer, "/v1/institutions", institution(ENTERPRISE, kind="enterprise", above_scale=True))
        school = await made(officer, "/v1/institutions", institution())
        await moved(officer, school, "designate", TERM)
        await made(officer, f"/v1/institutions/{school['id']}/ratings", {"year": 2024, "result": "excellent"})

        async def found(**asked: str) -> list[str]:
            answer = await officer.get("/v1/institutions", params=asked)
            assert answer.status_code == 200, answer.text
            return [each["id"] for each in answer.json()["items"]]

        assert (await found(above_scale="true"), await found(above_scale="false")) == ([big["id"]], [school["id"]])
        assert (await found(rating="excellent"), await found(rating="qualified")) == ([school["id"]], [])
        days = ("2024-12-31", "2025-01-01", "2025-12-31", "2026-01-01")
        assert [await found(designated_on=day) for day in days] == [[], [school["id"]], [school["id"]], []]
