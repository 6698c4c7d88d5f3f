"""Signing in: the right password, the same answer to every wrong one, lock-out, rotating refresh tokens."""

import asyncio
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest
from joserfc import jwt
from sqlalchemy import text

from tests.conftest import SIGNING_KEY, Service, Start

PASSWORD = "Qiandongnan-2025"


async def make_user(gateway: Service, **body: Any) -> dict[str, Any]:
    made = await gateway.as_("admin").post("/v1/users", json={"name": "杨秀英", "role": "officer", "password": PASSWORD} | body)
    assert made.status_code == 201, made.text
    return dict(made.json())


async def sign_in(gateway: Service, name: str = "杨秀英", password: str = PASSWORD) -> httpx.Response:
    return await gateway.as_("public").post("/v1/sessions", json={"name": name, "password": password})


async def refresh(gateway: Service, token: str) -> httpx.Response:
    return await gateway.as_("public").post("/v1/sessions:refresh", json={"refresh_token": token})


async def test_the_right_password_gives_a_token_of_the_user_s_person_and_role(start: Start) -> None:
    async with start("gateway") as gateway:
        person, institution = str(uuid4()), str(uuid4())
        user = await make_user(gateway, role="institution", institution_id=institution, person_id=person)
        answer = await sign_in(gateway)
        assert (answer.status_code, answer.headers["cache-control"], answer.json()["token_type"]) == (201, "no-store", "Bearer")
        claims = jwt.decode(answer.json()["access_token"], SIGNING_KEY, algorithms=["ES256"]).claims
        assert (claims["sub"], claims["role"], claims["person_id"], claims["institution_id"]) == (
            user["id"],
            "institution",
            person,
            institution,
        )
        me = await gateway.as_("public").get("/v1/me", headers={"Authorization": f"Bearer {answer.json()['access_token']}"})
        assert (me.status_code, me.json()["name"]) == (200, "杨秀英")


async def test_a_password_that_was_made_for_the_user_works(start: Start) -> None:
    async with start("gateway") as gateway:
        user = await make_user(gateway, password=None)
        assert (await sign_in(gateway, user["client_id"], user["client_secret"])).status_code == 201


async def test_unknown_wrong_and_disabled_get_the_same_answer(start: Start) -> None:
    async with start("gateway") as gateway:
        user = await make_user(gateway)
        wrong = await sign_in(gateway, password="wrong")
        unknown = await sign_in(gateway, name="无此人")
        await gateway.as_("admin").post(f"/v1/users/{user['id']}:disable")
        disabled = await sign_in(gateway)
        bodies = [{name: value for name, value in answer.json().items() if name != "request_id"} for answer in (wrong, unknown, disabled)]
        assert [answer.status_code for answer in (wrong, unknown, disabled)] == [401, 401, 401]
        assert bodies[0] == bodies[1] == bodies[2] and bodies[0]["code"] == "sign_in_refused"


@pytest.mark.parametrize("name", ["杨秀英", "无此人"], ids=["known", "unknown"])
async def test_after_five_wrong_passwords_the_name_is_locked_for_a_while(start: Start, name: str) -> None:
    async with start("gateway") as gateway:
        await make_user(gateway)
        assert [(await sign_in(gateway, name, "wrong")).status_code for _ in range(6)] == [401] * 5 + [429]
        locked = await sign_in(gateway, name)
        assert (locked.status_code, locked.json()["code"]) == (429, "sign_in_locked")
        assert 0 < int(locked.headers["retry-after"]) <= 900
        async with gateway.kernel.engine.begin() as connection:
            await connection.execute(text("UPDATE sign_in_attempts SET counted_from = counted_from - interval '15 minutes'"))
        assert (await sign_in(gateway, name)).status_code == (201 if name == "杨秀英" else 401)


async def test_guesses_at_once_are_no_more_than_guesses_in_a_row(start: Start) -> None:
    async with start("gateway") as gateway:
        await make_user(gateway)
        answers = await asyncio.gather(*(sign_in(gateway, password="wrong") for _ in range(12)))
        assert sorted(answer.status_code for answer in answers) == [401] * 5 + [429] * 7


async def test_signing_in_forgets_the_wrong_tries_before(start: Start) -> None:
    async with start("gateway") as gateway:
        await make_user(gateway)
        for _ in range(2):
            assert [(await sign_in(gateway, password="wrong")).status_code for _ in range(4)] == [401] * 4
            assert (await sign_in(gateway)).status_code == 201


async def test_a_refresh_token_is_good_once_and_its_copy_ends_the_session(start: Start) -> None:
    async with start("gateway") as gateway:
        await make_user(gateway)
        first = (await sign_in(gateway)).json()["refresh_token"]
        second = (await refresh(gateway, first)).json()["refresh_token"]
        third = (await refresh(gateway, second)).json()["refresh_token"]
        reused = await refresh(gateway, first)
        assert (reused.status_code, reused.json()["code"]) == (401, "session_ended")
        assert (await refresh(gateway, third)).status_code == 401
        trail = (await gateway.as_("auditor").get("/v1/audit", params={"action": "session.reused"})).json()["items"]
        assert [entry["outcome"] for entry in trail] == ["refused"]


@pytest.mark.parametrize("token", ["x", f"{UUID(int=7)}.x", "\u4e2d", "."])
async def test_what_is_no_refresh_token_is_refused(start: Start, token: str) -> None:
    async with start("gateway") as gateway:
        assert (await refresh(gateway, token)).json()["code"] == "session_ended"


async def test_signing_out_ends_this_session_and_no_other(start: Start) -> None:
    async with start("gateway") as gateway:
        await make_user(gateway)
        here, there = (await sign_in(gateway)).json(), (await sign_in(gateway)).json()
        left = await gateway.as_("public").delete("/v1/sessions/current", headers={"Authorization": f"Bearer {here['access_token']}"})
        assert left.status_code == 204
        assert (await refresh(gateway, here["refresh_token"])).status_code == 401
        assert (await refresh(gateway, there["refresh_token"])).status_code == 200


@pytest.mark.parametrize("deed", ["disable", "reset-password"])
async def test_disabling_or_a_new_password_ends_every_session(start: Start, deed: str) -> None:
    async with start("gateway") as gateway:
        user = await make_user(gateway)
        token = (await sign_in(gateway)).json()["refresh_token"]
        done = await gateway.as_("admin").post(f"/v1/users/{user['id']}:{deed}")
        assert done.status_code == 200
        assert (await refresh(gateway, token)).status_code == 401
        if deed == "reset-password":
            assert (await sign_in(gateway)).status_code == 401
            assert (await sign_in(gateway, password=done.json()["client_secret"])).status_code == 201


async def test_an_expired_session_is_not_refreshed(start: Start) -> None:
    async with start("gateway") as gateway:
        await make_user(gateway)
        token = (await sign_in(gateway)).json()["refresh_token"]
        async with gateway.kernel.engine.begin() as connection:
            await connection.execute(text("UPDATE sessions SET expires_at = now()"))
        assert (await refresh(gateway, token)).status_code == 401


@pytest.mark.parametrize("password", ["short", "x" * 9, "x" * 201])
async def test_a_password_of_the_wrong_length_is_refused_and_not_echoed(start: Start, password: str) -> None:
    async with start("gateway") as gateway:
        answer = await gateway.as_("admin").post("/v1/users", json={"name": "杨秀英", "role": "officer", "password": password})
        assert answer.status_code == 422 and password not in answer.text
