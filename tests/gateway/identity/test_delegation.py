"""An institution's manager keeps the accounts of its own staff, and of nobody else; an officer says who a trainee is at the issuer."""

from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from tests.conftest import Service
from tests.gateway.identity.conftest import City, Settled
from tests.registry import made

STAFF = {"name": "龙老师", "role": "institution"}
ISSUER = "https://login.example.gov"


async def manager_of(city: City, school: str, **bound: Any) -> httpx.AsyncClient:
    """The manager that the administrator named, with an account of their own."""
    body = {"name": "潘校长", "login": f"manager-{uuid4()}", "role": "institution", "institution_id": school, "manager": True}
    account = await city.gateway.as_("admin").post("/v1/users", json=body)
    assert (account.status_code, account.json()["manager"]) == (201, True), account.text
    return of(city.gateway, account.json(), **bound)


def of(gateway: Service, account: dict[str, Any], **bound: Any) -> httpx.AsyncClient:
    claims = {"subject": account["id"], "person_id": account["person_id"], "institution_id": account["institution_id"]}
    return gateway.as_("institution", **claims, manager=account["manager"], **bound)


async def test_a_manager_keeps_the_accounts_of_the_institutions_staff(city: Settled) -> None:
    async with city() as both:
        school = await made.school(both.registry, name="甲校")
        manager = await manager_of(both, school)
        answer = await manager.post("/v1/users", json=STAFF)
        staff = answer.json()
        assert (answer.status_code, staff["institution_id"], staff["institution_name"], staff["status"]) == (201, school, "甲校", "active")
        signed_in = await both.gateway.as_("public").post(
            "/v1/sessions", json={"name": staff["client_id"], "password": staff["client_secret"]}
        )
        me = {"Authorization": f"Bearer {signed_in.json()['access_token']}"}
        said = (await both.gateway.as_("public").get("/v1/me", headers=me)).json()
        assert (said["institution_id"], said["institution_name"], said["manager"]) == (school, "甲校", False)
        assert (await both.gateway.as_("public").get("/v1/users", headers=me)).json()["code"] == "not_a_manager"
        path = f"/v1/users/{staff['id']}"
        assert (await manager.patch(path, json={"name": "龙老师(实训)"})).json()["name"] == "龙老师(实训)"
        assert (await manager.post(f"{path}:reset-password")).json()["client_secret"] != staff["client_secret"]
        assert (await manager.post(f"{path}:disable")).json()["status"] == "disabled"
        trail = (await both.gateway.as_("auditor").get("/v1/audit", params={"subject": staff["id"]})).json()["items"]
        assert [entry["action"] for entry in trail if entry["role"] == "institution"][-1] == "user.created"


async def test_a_manager_neither_sees_nor_touches_the_accounts_of_others(city: Settled) -> None:
    async with city() as both:
        school, another = await made.school(both.registry), await made.school(both.registry)
        manager, admin = await manager_of(both, school), both.gateway.as_("admin")
        theirs = (await (await manager_of(both, another)).post("/v1/users", json=STAFF)).json()
        officer = (await admin.post("/v1/users", json={"name": "经办人", "role": "officer"})).json()
        for account in (theirs, officer, {"id": str(UUID(int=7))}):
            path = f"/v1/users/{account['id']}"
            answers = [
                await manager.get(path),
                await manager.patch(path, json={"name": "x"}),
                await manager.post(f"{path}:disable"),
                await manager.post(f"{path}:reset-password"),
            ]
            assert {(answer.status_code, answer.json()["code"]) for answer in answers} == {(404, "not_found")}
        listed = (await manager.get("/v1/users?include_total=true")).json()
        assert ({each["institution_id"] for each in listed["items"]}, listed["total"]) == ({school}, 1)
        for path in ("/v1/clients", f"/v1/users/{officer['id']}:confirm"):
            assert (await manager.post(path, json=STAFF)).json()["code"] == "wrong_role"


async def test_a_manager_gives_nothing_beyond_the_institution(city: Settled) -> None:
    async with city() as both:
        manager = await manager_of(both, await made.school(both.registry))
        for said, pointer in (
            ({"role": "officer"}, "/role"),
            ({"role": "admin"}, "/role"),
            ({"institution_id": str(uuid4())}, "/institution_id"),
            ({"person_id": str(uuid4())}, "/person_id"),
        ):
            refused = await manager.post("/v1/users", json=STAFF | said)
            assert refused.status_code == 422
            assert ("outside_delegation", pointer) in [(fault["code"], fault["pointer"]) for fault in refused.json()["errors"]]


async def test_a_manager_of_few_scopes_gives_no_more(city: Settled) -> None:
    async with city() as both:
        school = await made.school(both.registry)
        manager = await manager_of(both, school, scopes={"identity.read", "identity.write", "classes.read"})
        for scopes in ({}, {"scopes": ["claims.write"]}):
            refused = await manager.post("/v1/users", json=STAFF | scopes)
            assert [(fault["code"], fault["pointer"]) for fault in refused.json()["errors"]] == [("outside_delegation", "/scopes")]
        staff = (await manager.post("/v1/users", json=STAFF | {"scopes": ["classes.read"]})).json()
        path = f"/v1/users/{staff['id']}"
        assert (await manager.patch(path, json={"scopes": None})).json()["errors"][0]["pointer"] == "/scopes"
        assert (await manager.patch(path, json={"name": "新名"})).status_code == 200


async def test_managers_do_not_change_themselves_so_one_stays(city: Settled) -> None:
    async with city() as both:
        school = await made.school(both.registry)
        first = await manager_of(both, school)
        second = (await first.post("/v1/users", json=STAFF | {"manager": True})).json()
        itself = of(both.gateway, second)
        path = f"/v1/users/{second['id']}"
        for answer in (await itself.post(f"{path}:disable"), await itself.patch(path, json={"manager": False})):
            assert (answer.status_code, answer.json()["code"]) == (403, "forbidden")
        assert (await first.patch(path, json={"manager": False})).json()["manager"] is False


async def test_only_an_institution_has_managers(city: Settled) -> None:
    async with city() as both:
        refused = await both.gateway.as_("admin").post("/v1/users", json={"name": "某人", "role": "officer", "manager": True})
        assert [(fault["code"], fault["pointer"]) for fault in refused.json()["errors"]] == [("binding_not_allowed", "/manager")]
        made_ = await both.gateway.as_("admin").post("/v1/users", json={"name": "某人", "role": "officer"})
        with pytest.raises(IntegrityError, match="users_manager_check"):
            async with both.gateway.kernel.engine.begin() as connection:
                await connection.execute(text("UPDATE users SET manager = true"))
        assert made_.json()["manager"] is False


async def test_an_officer_binds_a_trainee_to_the_issuer_and_another_confirms_it(city: Settled) -> None:
    async with city(oidc_issuer=ISSUER, oidc_audience="kaili", confirm_accounts=True) as both:
        trainee, officer = await made.trainee(both.registry, 1), both.gateway.as_("officer")
        body = {"name": "杨秀英", "role": "person", "trainee_id": trainee, "issuer": ISSUER, "subject": "u-1"}
        answer = await officer.post("/v1/users", json=body)
        assert (answer.status_code, answer.json()["status"], answer.json()["trainee_name"]) == (201, "pending", "杨秀英"), answer.text
        assert "client_secret" not in answer.json()
        for said, pointer in (
            ({"password": "Sun-over-hills-25"}, "/password"),
            ({"issuer": None, "subject": None}, "/subject"),
            ({"role": "officer", "trainee_id": None}, "/role"),
        ):
            refused = await officer.post("/v1/users", json=body | {"login": "b"} | said)
            assert ("outside_delegation", pointer) in [(each["code"], each["pointer"]) for each in refused.json()["errors"]]
        path = f"/v1/users/{answer.json()['id']}"
        assert (await officer.post(f"{path}:reset-password")).json()["code"] == "wrong_role"
        assert (await both.gateway.as_("admin").post(f"{path}:confirm")).json()["status"] == "active"
        assert [each["id"] for each in (await officer.get("/v1/users")).json()["items"]] == [answer.json()["id"]]
