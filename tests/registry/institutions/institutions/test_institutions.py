"""Institutions: registering, who sees them, designation, blacklist, suspension and exit."""

import asyncio
from typing import Any

import httpx
import pytest

from services.registry.codes import InstitutionKind
from services.registry.reference import policy as reference
from shared import db
from tests.conftest import Start, version_of
from tests.registry.invented import ENTERPRISE, SCHOOL, institution, made

AT = "2025-04-08T09:00:00+08:00"
TERM = {"from_on": "2025-01-01", "to_on": "2025-12-31"}
LISTED = {"from_on": "2025-04-08", "reason": "虚报学员", "decision_no": "凯人社决〔2025〕1号", "hearing_on": "2025-03-20"}


def test_the_kinds_on_the_wire_are_those_of_the_reference_lists() -> None:
    assert set(InstitutionKind) == set(reference.lists().institution_kinds)


async def moved(client: httpx.AsyncClient, paper: dict[str, Any], action: str, body: dict[str, Any] | None = None) -> dict[str, Any]:
    answer = await client.post(f"/v1/institutions/{paper['id']}:{action}", json=body or {})
    assert answer.status_code == 200, answer.text
    told: dict[str, Any] = answer.json()
    return told


async def test_an_institution_is_registered_with_its_account_masked(start: Start) -> None:
    async with start("registry") as registry:
        officer = registry.as_("officer", at=AT)
        answer = await officer.post("/v1/institutions", json=institution(phone="0855-8230000", bank_account="6217 0012 3456 7894 321"))
        kept = answer.json()
        assert (answer.status_code, version_of(answer), kept["bank_account"]) == (201, 1, "6217***********4321")
        assert (kept["status"], kept["designated"], kept["blacklisted"], kept["phone"]) == ("active", False, False, "0855-8230000")
        assert (await officer.get(f"/v1/institutions/{kept['id']}")).json() == kept


@pytest.mark.parametrize("uscc", ["91110000600037341L", "91350100M000100Y43", "91350100m000100y43", "９１３５０１００Ｍ０００１００Ｙ４３"])
async def test_a_valid_credit_code_is_taken(start: Start, uscc: str) -> None:
    async with start("registry") as registry:
        assert (await made(registry.as_("officer"), "/v1/institutions", institution(uscc)))["uscc"] in (SCHOOL, ENTERPRISE)


async def test_every_fault_of_an_institution_comes_at_once(start: Start) -> None:
    async with start("registry") as registry:
        faulty = institution("91110000600037341M", region_code="1", phone="1", bank_account="12a")
        answer = await registry.as_("officer").post("/v1/institutions", json=faulty)
        assert {(fault["code"], fault["pointer"]) for fault in answer.json()["errors"]} == {
            ("invalid_uscc", "/uscc"),
            ("unknown_region", "/region_code"),
            ("invalid_phone", "/phone"),
            ("invalid_bank_account", "/bank_account"),
        }
        assert (await registry.as_("officer").post("/v1/institutions", json=institution(kind="bank"))).status_code == 422


async def test_the_same_credit_code_twice_is_a_conflict_also_at_once(start: Start) -> None:
    async with start("registry") as registry:
        officer = registry.as_("officer")
        answers = await asyncio.gather(*(officer.post("/v1/institutions", json=institution()) for _ in range(10)))
        assert sorted(answer.status_code for answer in answers) == [201] + [409] * 9
        [kept] = [answer.json()["id"] for answer in answers if answer.status_code == 201]
        assert {(answer.json()["code"], answer.json()["existing_id"]) for answer in answers if answer.status_code == 409} == {
            ("duplicate_institution", kept)
        }


@pytest.mark.parametrize(
    ("role", "bound", "status"),
    [
        *(pytest.param(role, {}, 200, id=role) for role in ("officer", "reviewer", "auditor", "department")),
        pytest.param("town", {"region_code": "522601001"}, 200, id="its-town"),
        pytest.param("town", {"region_code": "522601100"}, 404, id="another-town"),
        pytest.param("institution", {"institution_id": db.new_id()}, 404, id="another-institution"),
        pytest.param("finance", {}, 403, id="finance"),
        pytest.param("partner", {}, 403, id="partner"),
        pytest.param("person", {}, 403, id="person"),
    ],
)
async def test_each_role_sees_its_own_institutions(start: Start, role: str, bound: dict[str, Any], status: int) -> None:
    async with start("registry") as registry:
        kept = await made(registry.as_("officer"), "/v1/institutions", institution())
        client = registry.as_(role, **bound)
        assert (await client.get(f"/v1/institutions/{kept['id']}")).status_code == status
        if status != 403:
            assert len((await client.get("/v1/institutions")).json()["items"]) == (status == 200)
        own = registry.as_("institution", institution_id=kept["id"])
        assert (await own.get(f"/v1/institutions/{kept['id']}")).status_code == 200
        assert (await own.post("/v1/institutions", json=institution(ENTERPRISE))).status_code == 403


@pytest.mark.parametrize(
    ("parameters", "found"),
    [
        pytest.param({"kind": "enterprise"}, [ENTERPRISE], id="kind"),
        pytest.param({"region_code": "522601001"}, [SCHOOL], id="region"),
        pytest.param({"name": "苗岭"}, [SCHOOL], id="name"),
        pytest.param({"name": "%"}, [], id="percent-is-a-character"),
        pytest.param({"uscc": ENTERPRISE.lower()}, [ENTERPRISE], id="credit-code"),
    ],
)
async def test_institutions_are_filtered(start: Start, parameters: dict[str, str], found: list[str]) -> None:
    async with start("registry") as registry:
        officer = registry.as_("officer")
        await made(officer, "/v1/institutions", institution())
        await made(officer, "/v1/institutions", institution(ENTERPRISE, name="某电子厂", kind="enterprise", region_code="522601100"))
        assert [each["uscc"] for each in (await officer.get("/v1/institutions", params=parameters)).json()["items"]] == found
        assert (await officer.get("/v1/institutions?kind=bank")).json()["parameter"] == "kind"


async def test_a_change_honours_the_version_it_is_given(start: Start) -> None:
    async with start("registry") as registry:
        officer = registry.as_("officer", at=AT)
        path = f"/v1/institutions/{(await made(officer, '/v1/institutions', institution()))['id']}"
        assert (await officer.patch(path, json={"phone": None})).json()["version"] == 2
        changed = await officer.patch(path, json={"above_scale": True, "bank_account": "12345678"}, headers={"If-Match": '"2"'})
        assert (changed.json()["version"], changed.json()["above_scale"], changed.json()["bank_account"]) == (3, True, "********")
        assert (await officer.patch(path, json={"name": "新"}, headers={"If-Match": '"1"'})).status_code == 412
        assert (await officer.patch(path, json={"uscc": ENTERPRISE}, headers={"If-Match": '"3"'})).json()["errors"][0][
            "code"
        ] == "unknown_field"


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
        assert (gone["status"], gone["designations"]) == ("exited", [{**TERM, "to_on": "2025-04-08", "reason": None}])
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


async def test_its_history_tells_old_and_new_masked_and_the_paper_as_it_stood(start: Start) -> None:
    async with start("registry") as registry:
        first, later = (registry.as_("officer", at=f"{day}T09:00:00+08:00") for day in ("2025-04-08", "2025-04-10"))
        kept = await made(first, "/v1/institutions", institution(bank_account="6217001234567894321"))
        path = f"/v1/institutions/{kept['id']}"
        await first.post(f"{path}:designate", json={"from_on": "2025-04-10", "to_on": "2025-12-31"})
        changed = {"above_scale": True, "bank_account": "6217001234567890000", "region_code": kept["region_code"]}
        assert (await later.patch(path, json=changed)).status_code == 200
        [told, designated, _] = (await later.get(f"{path}/history")).json()["items"]
        assert sorted(told["changes"], key=lambda each: each["field"]) == [
            {"field": "above_scale", "old": False, "new": True},
            {"field": "bank_account", "old": "6217***********4321", "new": "6217***********0000"},
        ]
        assert (told["role"], told["action"], designated["changes"][0]["new"]) == (
            "officer",
            "institution.changed",
            "2025-04-10 至 2025-12-31",
        )
        stood = (await later.get(path, params={"as_of": "2025-04-09"})).json()
        assert (stood["above_scale"], stood["bank_account"], stood["designated"]) == (False, "6217***********4321", False)
        stands = (await later.get(path, params={"as_of": "2025-04-10"})).json()
        assert (stands["above_scale"], stands["bank_account"], stands["designated"]) == (True, "6217***********0000", True)
        assert (await registry.as_("institution", institution_id=db.new_id()).get(f"{path}/history")).status_code == 404


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


async def test_a_school_changes_its_own_phone_and_nothing_else(start: Start) -> None:
    async with start("registry") as registry:
        kept = await made(registry.as_("officer"), "/v1/institutions", institution())
        school, other = (registry.as_("institution", institution_id=each) for each in (kept["id"], db.new_id()))
        path = f"/v1/institutions/{kept['id']}"
        assert (await school.patch(path, json={"phone": "13885501234"})).json()["phone"] == "13885501234"
        assert (await school.patch(path, json={"phone": None, "name": "别的学校"})).json()["code"] == "forbidden"
        assert (await other.patch(path, json={"phone": "13885501235"})).status_code == 404
        assert (await school.patch(path, json={"phone": "1"})).json()["errors"][0]["code"] == "invalid_phone"
        assert [each["allowed"] for each in (await school.get(path)).json()["allowed_actions"] if each["action"] == "change"] == [True]
