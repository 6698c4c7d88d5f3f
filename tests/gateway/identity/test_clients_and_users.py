"""Making clients and users: bindings, secrets that are shown once, and who may."""

from typing import Any
from uuid import UUID, uuid4

import pytest
from joserfc.jwk import ECKey
from sqlalchemy import text

from tests.conftest import Start


@pytest.mark.parametrize("noun", ["clients", "users"])
@pytest.mark.parametrize(
    ("body", "code", "pointer"),
    [
        pytest.param({"role": "institution"}, "missing_field", "/institution_id", id="institution-unbound"),
        pytest.param({"role": "town"}, "missing_field", "/region_code", id="town-unbound"),
        pytest.param({"role": "department"}, "missing_field", "/department", id="department-unbound"),
        pytest.param({"role": "person"}, "missing_field", "/trainee_id", id="person-unbound"),
        pytest.param({"role": "system"}, "missing_field", "/scopes", id="system-without-scopes"),
        pytest.param({"role": "system", "scopes": []}, "missing_field", "/scopes", id="system-with-no-scope"),
        pytest.param({"role": "system", "scopes": ["trainees.read", "trainees.own"]}, "unknown_scope", "/scopes", id="unknown-scope"),
        pytest.param(
            {"role": "officer", "institution_id": str(uuid4())}, "binding_not_allowed", "/institution_id", id="officer-of-a-school"
        ),
        pytest.param({"role": "king"}, "invalid_value", "/role", id="unknown-role"),
        pytest.param({"role": "service"}, "invalid_value", "/role", id="a-service-is-no-account"),
        pytest.param({"role": "town", "region_code": "凯里"}, "invalid_value", "/region_code", id="no-region-code"),
        pytest.param({"role": "officer", "secret": "x"}, "unknown_field", "/secret", id="unknown-field"),
    ],
)
async def test_a_faulty_account_is_refused(start: Start, noun: str, body: dict[str, Any], code: str, pointer: str) -> None:
    async with start("gateway") as gateway:
        answer = await gateway.as_("admin").post(f"/v1/{noun}", json={"name": "某单位"} | body)
        assert (answer.status_code, [(fault["code"], fault["pointer"]) for fault in answer.json()["errors"]]) == (422, [(code, pointer)])


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        pytest.param(" 艾力.买买提 ", "艾力·买买提", id="dots-and-spaces"),
        pytest.param("王 经办", "王经办", id="a-space-between-characters"),
        pytest.param("officer 20250408090000", "officer 20250408090000", id="digits-are-no-fault-here"),
        pytest.param("杨\u200b英", "invalid_name", id="what-cannot-be-seen"),
        pytest.param("经办522601199003070017", "id_number_in_text", id="a-citizens-number"),
    ],
)
async def test_the_name_of_a_user_is_read_in_the_one_form(start: Start, name: str, kept: str) -> None:
    async with start("gateway") as gateway:
        answer = await gateway.as_("admin").post("/v1/users", json={"name": name, "role": "officer"})
        said = answer.json()
        assert (said["name"] if answer.status_code == 201 else said["errors"][0]["code"]) == kept


async def test_all_faults_of_an_account_come_at_once(start: Start) -> None:
    async with start("gateway") as gateway:
        private = ECKey.generate_key("P-256").as_dict(private=True)
        body = {"name": "某单位", "role": "town", "institution_id": str(uuid4()), "scopes": ["a.read"], "jwks": private}
        answer = await gateway.as_("admin").post("/v1/clients", json=body)
        assert {fault["pointer"] for fault in answer.json()["errors"]} == {"/region_code", "/institution_id", "/scopes", "/jwks"}
        assert private["d"] not in answer.text


@pytest.mark.parametrize(
    "jwks",
    [{}, {"keys": []}, {"keys": "x"}, {"keys": [1]}, {"kty": "oct", "k": "c2VjcmV0"}, {"kty": "EC", "crv": "P-256", "x": "!", "y": "!"}],
)
async def test_what_is_no_public_key_is_refused(start: Start, jwks: dict[str, Any]) -> None:
    async with start("gateway") as gateway:
        answer = await gateway.as_("admin").post("/v1/clients", json={"name": "某单位", "role": "officer", "jwks": jwks})
        assert (answer.status_code, answer.json()["errors"][0]["code"]) == (422, "invalid_public_key")


@pytest.mark.parametrize("role", ["officer", "auditor", "system"])
async def test_only_an_admin_makes_accounts(start: Start, role: str) -> None:
    async with start("gateway") as gateway:
        for noun in ("clients", "users") if role != "officer" else ("clients",):
            refused = await gateway.as_(role).post(f"/v1/{noun}", json={"name": "某单位", "role": "officer"})
            assert (refused.status_code, refused.json()["code"]) == (403, "wrong_role")


@pytest.mark.parametrize("noun", ["clients", "users"])
async def test_a_repeat_answers_without_the_secret_which_is_kept_nowhere(start: Start, noun: str) -> None:
    async with start("gateway") as gateway:
        admin, body, key = gateway.as_("admin", subject="boss"), {"name": "某单位", "role": "officer"}, {"Idempotency-Key": "a"}
        first = await admin.post(f"/v1/{noun}", json=body, headers=key)
        again = await admin.post(f"/v1/{noun}", json=body, headers=key)
        secret = first.json()["client_secret"]
        assert (again.status_code, again.headers["idempotent-replayed"]) == (201, "true")
        assert again.json() == {name: value for name, value in first.json().items() if name != "client_secret"}
        assert again.headers["location"] == first.headers["location"] == f"/v1/{noun}/{first.json()['id']}"
        assert (await admin.get(first.headers["location"])).json()["id"] == first.json()["id"]
        assert len((await admin.get(f"/v1/{noun}")).json()["items"]) == 1
        async with gateway.kernel.engine.connect() as connection:
            for table in ("idempotency_keys", "audit", "changes", "clients", "users"):
                kept = (await connection.execute(text(f"SELECT * FROM {table}"))).all()
                assert secret not in str(kept) and secret not in str(
                    [bytes(value) for row in kept for value in row if isinstance(value, bytes)]
                )


async def test_a_rotated_secret_replaces_the_old_one_at_once(start: Start) -> None:
    async with start("gateway") as gateway:
        admin, public = gateway.as_("admin"), gateway.as_("public")
        made = (await admin.post("/v1/clients", json={"name": "某单位", "role": "officer"})).json()
        rotated = (await admin.post(f"/v1/clients/{made['client_id']}:rotate-secret")).json()
        form = {"grant_type": "client_credentials"}
        assert (await public.post("/oauth2/token", data=form, auth=(made["client_id"], made["client_secret"]))).status_code == 401
        assert (await public.post("/oauth2/token", data=form, auth=(made["client_id"], rotated["client_secret"]))).status_code == 200
        stale = await admin.post(f"/v1/clients/{made['client_id']}:rotate-secret", headers={"If-Match": '"1"'})
        assert (stale.status_code, stale.json()["code"]) == (412, "stale_version")
        await admin.post(f"/v1/clients/{made['client_id']}:disable")
        assert (await admin.post(f"/v1/clients/{made['client_id']}:rotate-secret")).json()["code"] == "invalid_state"


@pytest.mark.parametrize("noun", ["clients", "users"])
async def test_an_account_is_changed_within_its_role(start: Start, noun: str) -> None:
    async with start("gateway") as gateway:
        admin = gateway.as_("admin")
        made = (await admin.post(f"/v1/{noun}", json={"name": "三棵树镇", "role": "town", "region_code": "522601100"})).json()
        path = f"/v1/{noun}/{made['id']}"
        changed = await admin.patch(path, json={"region_code": "522601101", "name": "舟溪镇"}, headers={"If-Match": '"1"'})
        assert (changed.status_code, changed.json()["region_code"], changed.json()["name"]) == (200, "522601101", "舟溪镇")
        for body, fault in (
            ({"region_code": None}, ("missing_field", "/region_code")),
            ({"scopes": ["a.read"]}, ("unknown_scope", "/scopes")),
            ({"role": "officer"}, ("unknown_field", "/role")),
            ({"name": None}, ("invalid_value", "/name")),
        ):
            refused = await admin.patch(path, json=body)
            assert refused.status_code == 422 and [(each["code"], each["pointer"]) for each in refused.json()["errors"]] == [fault]
        assert (await admin.patch(path, json={"name": "x"}, headers={"If-Match": '"1"'})).status_code == 412
        assert (await gateway.as_("auditor").patch(path, json={"name": "x"})).status_code == 403
        assert (await gateway.as_("officer").patch(path, json={"name": "x"})).status_code == {"clients": 403, "users": 404}[noun]
        await admin.post(f"{path}:disable")
        assert (await admin.patch(path, json={"name": "x"})).json()["code"] == "invalid_state"


async def test_no_scope_is_not_every_scope(start: Start) -> None:
    async with start("gateway") as gateway:
        made = (await gateway.as_("admin").post("/v1/clients", json={"name": "某单位", "role": "officer", "scopes": []})).json()
        assert made["scopes"] == []
        pair = (made["client_id"], made["client_secret"])
        answer = await gateway.as_("public").post("/oauth2/token", data={"grant_type": "client_credentials"}, auth=pair)
        me = {"Authorization": f"Bearer {answer.json()['access_token']}"}
        assert (await gateway.as_("public").get("/v1/me", headers=me)).json()["scopes"] == []


async def test_what_is_done_to_accounts_is_on_the_trail(start: Start) -> None:
    async with start("gateway") as gateway:
        made = (await gateway.as_("admin", subject="boss").post("/v1/clients", json={"name": "某单位", "role": "officer"})).json()
        await gateway.as_("admin", subject="boss").post(f"/v1/clients/{made['id']}:disable")
        trail = (await gateway.as_("auditor").get("/v1/audit", params={"subject": made["id"]})).json()
        assert [(entry["action"], entry["actor"]) for entry in trail["items"]] == [("client.disabled", "boss"), ("client.created", "boss")]


@pytest.mark.parametrize("path", ["/v1/clients/nobody", f"/v1/users/{UUID(int=7)}", "/v1/users/nobody"])
async def test_an_unknown_account_is_a_404(start: Start, path: str) -> None:
    async with start("gateway") as gateway:
        assert (await gateway.as_("admin").get(path)).json()["code"] == "not_found"


async def test_every_scope_is_listed_with_its_labels(start: Start) -> None:
    async with start("gateway") as gateway:
        found = (await gateway.as_("institution").get("/v1/scopes")).json()["items"]
        assert {"scope": "claims.read", "label": "补贴申领:查询", "label_en": "Claims: read"} in found


async def test_two_users_of_one_name_need_two_logins(start: Start) -> None:
    async with start("gateway") as gateway:
        admin, body = gateway.as_("admin"), {"name": "杨秀英", "role": "officer"}
        assert (await admin.post("/v1/users", json=body)).status_code == 201
        taken = await admin.post("/v1/users", json=body)
        assert (taken.status_code, taken.json()["code"]) == (409, "login_taken")
        assert (await admin.post("/v1/users", json=body | {"login": "杨秀英-三棵树"})).status_code == 201
