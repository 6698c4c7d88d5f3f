"""Institutions: registering, who sees them, what changes and what is told of it."""

import asyncio
from typing import Any

import pytest

from services.registry.codes import InstitutionKind
from services.registry.reference import policy as reference
from shared import db
from tests.conftest import Start, version_of
from tests.registry.invented import ENTERPRISE, SCHOOL, institution, made

AT = "2025-04-08T09:00:00+08:00"


def test_the_kinds_on_the_wire_are_those_of_the_reference_lists() -> None:
    assert set(InstitutionKind) == set(reference.lists().institution_kinds)


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
        assert all(fault["allowed"] and fault["fix"] for fault in answer.json()["errors"])  # none tells only that it is wrong
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
            {"field": "scale_periods", "old": [], "new": [{"from_on": "2025-04-10", "until_on": None}]},
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
