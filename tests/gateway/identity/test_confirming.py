"""An account that decides waits, new or with a secret that someone else was shown, until another administrator has confirmed it."""

from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from gateway.settings import Settings
from tests.conftest import Service, Start, settings
from tests.gateway.identity.conftest import Settled
from tests.registry import made as registered

ONE, OTHER = str(uuid4()), str(uuid4())
SECRETS = {"clients": "rotate-secret", "users": "reset-password"}


def admin(gateway: Service, person: str = ONE, account: str = "boss") -> httpx.AsyncClient:
    return gateway.as_("admin", person_id=person, subject=account)


async def make(gateway: Service, noun: str, role: str = "officer", **body: Any) -> dict[str, Any]:
    made = await admin(gateway).post(f"/v1/{noun}", json={"name": "某人", "role": role} | body)
    assert made.status_code == 201, made.text
    return dict(made.json())


async def comes_in(gateway: Service, account: dict[str, Any]) -> int:
    """The status with which it gets a token: of a user a session, of a client a token."""
    public, name, secret = gateway.as_("public"), account["client_id"], account["client_secret"]
    if "login" in account:
        return (await public.post("/v1/sessions", json={"name": name, "password": secret})).status_code
    return (await public.post("/oauth2/token", data={"grant_type": "client_credentials"}, auth=(name, secret))).status_code


@pytest.mark.parametrize("noun", ["clients", "users"])
async def test_an_account_that_decides_waits_for_another_person(start: Start, noun: str) -> None:
    async with start("gateway", confirm_accounts=True) as gateway:
        account = await make(gateway, noun)
        path = f"/v1/{noun}/{account['id']}"
        assert (account["status"], account["made_by"], account["confirmed_by"]) == ("pending", ONE, None)
        assert await comes_in(gateway, account) == 401
        same = await admin(gateway, account="another-account").post(f"{path}:confirm")
        assert (same.status_code, same.json()["code"]) == (409, "same_person")
        assert (await gateway.as_("officer").post(f"{path}:confirm")).json()["code"] == "wrong_role"
        assert [each["id"] for each in (await admin(gateway).get(f"/v1/{noun}?status=pending")).json()["items"]] == [account["id"]]
        confirmed = await admin(gateway, OTHER, "second").post(f"{path}:confirm")
        assert (confirmed.status_code, confirmed.json()["status"], confirmed.json()["confirmed_by"]) == (200, "active", OTHER)
        assert await comes_in(gateway, account) in (200, 201)
        again = await admin(gateway, OTHER, "second").post(f"{path}:confirm")
        assert (again.status_code, again.json()["code"]) == (409, "invalid_state")
        trail = (await gateway.as_("auditor").get("/v1/audit", params={"subject": account["id"]})).json()["items"]
        assert [(entry["action"], entry["person_id"], entry["outcome"]) for entry in trail if entry["action"].startswith(noun[:-1])][
            ::-1
        ] == [(f"{noun[:-1]}.created", ONE, "done"), (f"{noun[:-1]}.confirmed", OTHER, "done")]


@pytest.mark.parametrize("noun", ["clients", "users"])
async def test_a_secret_that_another_was_shown_is_confirmed_anew_and_one_s_own_is_not(start: Start, noun: str) -> None:
    async with start("gateway", confirm_accounts=True) as gateway:
        account = await make(gateway, noun, person_id=OTHER)
        path = f"/v1/{noun}/{account['id']}"
        await admin(gateway, OTHER, "second").post(f"{path}:confirm")
        shown = (await admin(gateway).post(f"{path}:{SECRETS[noun]}")).json()
        assert (shown["status"], await comes_in(gateway, shown)) == ("pending", 401)
        assert (await admin(gateway, OTHER, "second").post(f"{path}:confirm")).status_code == 200
        own = (await admin(gateway, OTHER, "second").post(f"{path}:{SECRETS[noun]}")).json()
        assert own["status"] == "active" and await comes_in(gateway, own) in (200, 201)


@pytest.mark.parametrize("noun", ["clients", "users"])
async def test_what_waits_is_changed_by_its_maker_alone_who_would_else_confirm_it(start: Start, noun: str) -> None:
    async with start("gateway", confirm_accounts=True) as gateway:
        account = await make(gateway, noun)
        path, second = f"/v1/{noun}/{account['id']}", admin(gateway, OTHER, "second")
        allowed = {each["action"]: each["allowed"] for each in (await second.get(path)).json()["allowed_actions"]}
        assert (allowed["change"], allowed["confirm"]) == (False, True)
        assert (await second.patch(path, json={"name": "某某人"})).json()["code"] == "forbidden"
        assert (await admin(gateway).patch(path, json={"name": "某某人"})).json()["status"] == "pending"
        assert (await admin(gateway).post(f"{path}:confirm")).json()["code"] == "same_person"


@pytest.mark.parametrize("noun", ["clients", "users"])
async def test_an_account_that_was_changed_is_confirmed_anew_also_one_s_own(start: Start, noun: str) -> None:
    async with start("gateway", confirm_accounts=True) as gateway:
        account = await make(gateway, noun, role="admin", person_id=ONE, scopes=["identity.read"])
        path = f"/v1/{noun}/{account['id']}"
        await admin(gateway, OTHER, "second").post(f"{path}:confirm")
        changed = (await admin(gateway).patch(path, json={"scopes": None})).json()
        assert (changed["status"], changed["confirmed_by"], await comes_in(gateway, account)) == ("pending", None, 401)
        assert (await admin(gateway).post(f"{path}:confirm")).json()["code"] == "same_person"


async def test_an_administrator_s_own_person_is_no_way_around(start: Start) -> None:
    async with start("gateway", confirm_accounts=True) as gateway:
        account = await make(gateway, "clients", role="finance", person_id=ONE)
        path = f"/v1/clients/{account['client_id']}"
        rotated = (await admin(gateway).post(f"{path}:rotate-secret")).json()
        assert (account["status"], rotated["status"], await comes_in(gateway, rotated)) == ("pending", "pending", 401)
        assert (await admin(gateway).post(f"{path}:disable")).json()["status"] == "disabled"
        assert (await admin(gateway, OTHER, "second").post(f"{path}:confirm")).json()["code"] == "invalid_state"


DECIDE = {"officer", "reviewer", "finance", "auditor", "admin"}
OTHERS: dict[str, dict[str, Any]] = {
    "institution": {"institution_id": str(UUID(int=7))},
    "person": {"trainee_id": str(UUID(int=7))},
    "town": {"region_code": "522601100"},
    "department": {"department": "市农业农村局"},
    "partner": {},
    "system": {"scopes": ["claims.read"]},
}


async def test_the_other_roles_need_no_confirmation(city: Settled) -> None:
    async with city(confirm_accounts=True) as both:
        gateway = both.gateway
        known = {"institution_id": await registered.school(both.registry), "trainee_id": await registered.trainee(both.registry, 1)}
        bindings = {role: bound | {name: known[name] for name in bound.keys() & known.keys()} for role, bound in OTHERS.items()}
        made = [await make(gateway, "clients", role, **bound) for role, bound in bindings.items()]
        assert {account["status"] for account in made} == {"active"}
        assert {(await make(gateway, "clients", role))["status"] for role in DECIDE} == {"pending"}


async def test_without_the_setting_no_account_waits(start: Start) -> None:
    async with start("gateway") as gateway:
        for noun in ("clients", "users"):
            account = await make(gateway, noun)
            assert account["status"] == "active" and await comes_in(gateway, account) in (200, 201)


@pytest.mark.parametrize(
    ("said", "waits"),
    [
        pytest.param({"environment": "production", "allow_clock_override": False}, True, id="production"),
        pytest.param({"environment": "production", "allow_clock_override": False, "confirm_accounts": False}, False, id="said-otherwise"),
        pytest.param({}, False, id="local"),
        pytest.param({"confirm_accounts": True}, True, id="local-said-so"),
    ],
)
def test_in_production_accounts_wait_unless_it_is_said_otherwise(said: dict[str, Any], waits: bool, tmp_path: Any) -> None:
    made = settings("postgresql+asyncpg://nobody/nothing", tmp_path, Settings, **said)
    assert isinstance(made, Settings) and made.confirms is waits


@pytest.mark.parametrize("table", ["clients", "users"])
async def test_the_database_keeps_no_account_that_its_maker_confirmed(start: Start, table: str) -> None:
    async with start("gateway", confirm_accounts=True) as gateway:
        await make(gateway, table)
        with pytest.raises(IntegrityError, match=f"{table}_four_eyes_check"):
            async with gateway.kernel.engine.begin() as connection:
                await connection.execute(text(f"UPDATE {table} SET status = 'active', confirmed_by = made_by"))
