"""Endpoints: whose they are, what may be changed, and that secrets are shown once."""

import asyncio
from typing import Any

import pytest
from sqlalchemy import text

from gateway.webhooks import policy
from tests.conftest import Start, both_ciphers

URL = "http://127.0.0.1:9/hook"
PATH = "/v1/webhook-endpoints"


async def test_an_endpoint_is_made_read_changed_and_removed(start: Start) -> None:
    async with start("gateway") as gateway:
        admin = gateway.as_("admin")
        made = (await admin.post(PATH, json={"url": URL, "types": ["claim.*"], "description": "州平台"})).json()
        one = f"{PATH}/{made['id']}"
        assert made["secret"].startswith("whsec_") and made["enabled"] is True
        shown = {name: value for name, value in made.items() if name != "secret"}
        assert (await admin.get(one)).json() == shown
        actions = shown.pop("allowed_actions")
        assert [each["action"] for each in actions if each["allowed"]] == ["change", "delete", "replay", "rotate-secret"]
        assert (await admin.get(PATH)).json()["items"] == [shown]
        changed = await admin.patch(one, json={"enabled": False, "types": None}, headers={"If-Match": '"1"'})
        assert {name: changed.json()[name] for name in ("types", "enabled", "disabled_reason", "version", "url")} == {
            "types": None,
            "enabled": False,
            "disabled_reason": "owner",
            "version": 2,
            "url": URL,
        }
        assert (await admin.patch(one, json={"enabled": True}, headers={"If-Match": '"1"'})).status_code == 412
        assert (await admin.patch(one, json={"enabled": True})).json()["disabled_reason"] is None
        removed = await admin.delete(one)
        assert (removed.status_code, removed.content, removed.headers.get("content-type")) == (204, b"", None)
        assert (await admin.get(one)).status_code == 404


@both_ciphers
async def test_a_secret_is_kept_encrypted_and_a_repeat_does_not_show_it(start: Start, cipher: str) -> None:
    async with start("gateway", cipher=cipher) as gateway:
        admin = gateway.as_("admin")
        key = {"Idempotency-Key": "one"}
        made = (await admin.post(PATH, json={"url": URL}, headers=key)).json()
        again = await admin.post(PATH, json={"url": URL}, headers=key)
        assert (again.status_code, again.json()["id"], "secret" in again.json()) == (201, made["id"], False)
        rotated = (await admin.post(f"{PATH}/{made['id']}:rotate-secret")).json()
        assert rotated["secret"] not in ("", made["secret"]) and rotated["previous_secret_until"]
        async with gateway.kernel.engine.connect() as connection:
            kept = str(
                (
                    await connection.execute(
                        text("SELECT w::text FROM webhook_endpoints w UNION ALL SELECT k::text FROM idempotency_keys k")
                    )
                ).all()
            )
        for secret in (made["secret"], rotated["secret"]):
            assert secret.encode().hex() not in kept and secret not in kept


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({"url": "ftp://127.0.0.1/"}, "/url"),
        ({}, "/url"),
        ({"url": URL, "types": []}, "/types"),
        ({"url": URL, "types": ["claims"]}, "/types/0"),
        ({"url": URL, "types": ["claim.submitted", "claim.sold"]}, "/types/1"),
        ({"url": URL, "types": ["claim.*", "clam.*"]}, "/types/1"),
        ({"url": URL, "secret": "whsec_mine"}, "/secret"),
    ],
)
async def test_a_faulty_endpoint_is_refused(start: Start, body: dict[str, Any], pointer: str) -> None:
    async with start("gateway") as gateway:
        answer = await gateway.as_("admin").post(PATH, json=body)
        assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, pointer)


async def test_in_production_loopback_is_refused(start: Start) -> None:
    async with start("gateway", environment="production", allow_clock_override=False) as gateway:
        answer = await gateway.as_("admin").post(PATH, json={"url": "https://127.0.0.1/hook"})
        assert (answer.status_code, answer.json()["errors"][0]["code"]) == (422, "url_not_allowed")


async def test_an_endpoint_is_its_owners_alone(start: Start) -> None:
    async with start("gateway") as gateway:
        made = (await gateway.as_("system", subject="bureau", scopes={"claims.read"}).post(PATH, json={"url": URL})).json()
        one = f"{PATH}/{made['id']}"
        for other in (gateway.as_("system", subject="other", scopes={"claims.read"}), gateway.as_("admin", subject="bureau")):
            assert (await other.get(PATH)).json()["items"] == []
            for method, path, body in (
                ("GET", one, None),
                ("GET", f"{one}/deliveries", None),
                ("PATCH", one, {"enabled": False}),
                ("DELETE", one, None),
                ("POST", f"{one}:replay", {}),
                ("POST", f"{one}:rotate-secret", {}),
            ):
                assert (await other.request(method, path, json=body)).status_code == 404, (method, path)


@pytest.mark.parametrize("role", ["officer", "auditor", "town", "person"])
async def test_others_have_no_endpoints(start: Start, role: str) -> None:
    async with start("gateway") as gateway:
        assert (await gateway.as_(role).get(PATH)).status_code == 403


async def test_an_account_has_ten_endpoints_also_when_it_makes_more_at_once(start: Start) -> None:
    async with start("gateway") as gateway:
        partner, another = gateway.as_("partner"), gateway.as_("partner", subject="another")
        made = await asyncio.gather(*(partner.post(PATH, json={"url": URL}) for _ in range(policy.ENDPOINTS_AT_MOST + 2)))
        assert sorted(each.status_code for each in made) == [201] * policy.ENDPOINTS_AT_MOST + [409] * 2
        assert {each.json()["code"] for each in made if each.status_code == 409} == {"too_many_endpoints"}
        assert (await another.post(PATH, json={"url": URL})).status_code == 201
        first = next(each.json()["id"] for each in made if each.status_code == 201)
        await partner.delete(f"{PATH}/{first}")
        assert (await partner.post(PATH, json={"url": URL})).status_code == 201
