"""Signing in: the right password, the same answer to every wrong one, lock-out, rotating refresh tokens."""

import asyncio
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest
from joserfc import jwt
from sqlalchemy import text

from gateway.identity.sessions import guesses, passwords
from shared import clock
from tests.conftest import SIGNING_KEY, Service, Start
from tests.gateway.identity.conftest import Settled
from tests.registry.made import school

PASSWORD = "Qiandongnan-2025"
HOME = "192.0.2.1"


async def make_user(gateway: Service, **body: Any) -> dict[str, Any]:
    made = await gateway.as_("admin").post("/v1/users", json={"name": "杨秀英", "role": "officer", "password": PASSWORD} | body)
    assert made.status_code == 201, made.text
    return dict(made.json())


async def sign_in(gateway: Service, name: str = "杨秀英", password: str = PASSWORD, address: str = HOME) -> httpx.Response:
    async with httpx.AsyncClient(
        transport=httpx.ASGITransport(gateway.app, raise_app_exceptions=False, client=(address, 1)), base_url="http://gateway.test"
    ) as http:
        return await http.post("/v1/sessions", json={"name": name, "password": password})


async def refresh(gateway: Service, token: str) -> httpx.Response:
    return await gateway.as_("public").post("/v1/sessions:refresh", json={"refresh_token": token})


async def test_the_right_password_gives_a_token_of_the_user_s_person_and_role(city: Settled) -> None:
    async with city() as both:
        gateway, person, institution = both.gateway, str(uuid4()), await school(both.registry)
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
async def test_after_five_wrong_passwords_the_name_is_locked_for_this_address_for_a_while(start: Start, name: str) -> None:
    async with start("gateway") as gateway:
        await make_user(gateway)
        assert [(await sign_in(gateway, name, "wrong")).status_code for _ in range(6)] == [401] * 5 + [429]
        locked = await sign_in(gateway, name)
        assert (locked.status_code, locked.json()["code"]) == (429, "sign_in_locked")
        assert 0 < int(locked.headers["retry-after"]) <= 900
        await pass_by(gateway)
        assert (await sign_in(gateway, name)).status_code == (201 if name == "杨秀英" else 401)


async def test_a_stranger_s_guesses_lock_nobody_out_but_himself(start: Start) -> None:
    async with start("gateway") as gateway:
        await make_user(gateway)
        stranger = [await sign_in(gateway, password="wrong", address="203.0.113.7") for _ in range(8)]
        assert [answer.status_code for answer in stranger] == [401] * 5 + [429] * 3
        assert (await sign_in(gateway)).status_code == 201


async def test_guesses_at_once_are_no_more_than_guesses_in_a_row(start: Start) -> None:
    async with start("gateway") as gateway:
        await make_user(gateway)
        answers = await asyncio.gather(*(sign_in(gateway, password="wrong") for _ in range(12)))
        assert sorted(answer.status_code for answer in answers) == [401] * 5 + [429] * 7


async def test_forty_names_sprayed_from_one_address_are_twenty(start: Start) -> None:
    async with start("gateway") as gateway:
        await make_user(gateway)
        answers = [await sign_in(gateway, f"某人{number}", "Spring-2025!") for number in range(40)]
        assert [answer.status_code for answer in answers] == [401] * 20 + [429] * 20
        assert {answer.json()["code"] for answer in answers[20:]} == {"too_many_requests"}
        assert all(0 < int(answer.headers["retry-after"]) <= 60 for answer in answers[20:])
        assert (await sign_in(gateway, address="192.0.2.2")).status_code == 201


async def test_signing_in_twenty_times_and_more_is_no_failure(start: Start) -> None:
    async with start("gateway", local_clients=True, run_jobs=True) as gateway:
        while (await gateway.as_("public").get("/readyz")).status_code != 200:
            pass
        answers = [await sign_in(gateway, "local-officer", "local-officer") for _ in range(25)]
        assert {answer.status_code for answer in answers} == {201}


async def test_many_addresses_guess_fifty_times_and_the_owner_comes_in_from_where_he_was_before(start: Start) -> None:
    async with start("gateway") as gateway:
        await make_user(gateway)
        assert (await sign_in(gateway)).status_code == 201
        await fifty_wrong(gateway)
        elsewhere = await sign_in(gateway, address="198.51.100.99")
        assert (elsewhere.status_code, elsewhere.json()["code"]) == (429, "sign_in_locked") and int(elsewhere.headers["retry-after"]) > 0
        assert (await sign_in(gateway, password="wrong")).status_code == 401
        assert (await sign_in(gateway)).status_code == 201
        await pass_by(gateway)
        assert (await sign_in(gateway, address="198.51.100.99")).status_code == 201


async def test_where_the_owner_was_a_month_ago_is_an_address_like_any_other(start: Start) -> None:
    async with start("gateway") as gateway:
        await make_user(gateway)
        assert (await sign_in(gateway)).status_code == 201
        async with gateway.kernel.engine.begin() as connection:
            await connection.execute(text("UPDATE sign_in_attempts SET succeeded_at = succeeded_at - interval '30 days'"))
        await fifty_wrong(gateway)
        assert (await sign_in(gateway)).status_code == 429


async def fifty_wrong(gateway: Service) -> None:
    """As many wrong passwords from as many addresses: what they leave behind."""
    async with gateway.kernel.engine.begin() as connection:
        kept = {"whom": guesses._name(gateway.kernel, "杨秀英"), "tries": guesses.OF_A_NAME_AT_MOST - 1}
        counted = "INSERT INTO sign_in_attempts (whom, tries, counted_from) VALUES (:whom, :tries, now())"
        await connection.execute(text(f"{counted} ON CONFLICT (whom) DO UPDATE SET tries = :tries, counted_from = now()"), kept)
    assert (await sign_in(gateway, password="wrong", address="198.51.100.1")).status_code == 401


async def pass_by(gateway: Service) -> None:
    """A quarter of an hour."""
    async with gateway.kernel.engine.begin() as connection:
        await connection.execute(text("UPDATE sign_in_attempts SET counted_from = counted_from - interval '15 minutes'"))


async def test_signing_in_forgets_the_wrong_tries_before(start: Start) -> None:
    async with start("gateway") as gateway:
        await make_user(gateway)
        for _ in range(2):
            assert [(await sign_in(gateway, password="wrong")).status_code for _ in range(4)] == [401] * 4
            assert (await sign_in(gateway)).status_code == 201


async def test_of_many_at_once_as_many_are_turned_away_at_once_as_would_wait_for_long(start: Start) -> None:
    async with start("gateway") as gateway:
        await make_user(gateway)
        answers = await asyncio.gather(*(sign_in(gateway, address=f"192.0.2.{number}") for number in range(60)))
        busy = [answer for answer in answers if answer.status_code == 503]
        assert {answer.status_code for answer in answers} == {201, 503}
        assert len(busy) >= 20 and all(int(answer.headers["retry-after"]) > 0 for answer in busy)


async def test_a_user_disabled_while_the_password_is_looked_at_gets_no_session(start: Start, monkeypatch: pytest.MonkeyPatch) -> None:
    async with start("gateway") as gateway:
        user, looked_at = await make_user(gateway), passwords.fits

        async def meanwhile(kept: str | None, password: str) -> bool:
            await gateway.as_("admin").post(f"/v1/users/{user['id']}:disable")
            return await looked_at(kept, password)

        monkeypatch.setattr(passwords, "fits", meanwhile)
        assert (await sign_in(gateway)).json()["code"] == "sign_in_refused"


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


async def test_an_expired_session_is_not_refreshed_and_the_gateways_own_clock_ends_none(
    start: Start, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with start("gateway") as gateway:
        await make_user(gateway)
        token, right = (await sign_in(gateway)).json()["refresh_token"], clock.now
        with monkeypatch.context() as wrong:
            wrong.setattr(clock, "now", lambda: right() + timedelta(days=1))
            token = (await refresh(gateway, token)).json()["refresh_token"]
        async with gateway.kernel.engine.begin() as connection:
            await connection.execute(text("UPDATE sessions SET expires_at = now()"))
        assert (await refresh(gateway, token)).status_code == 401


@pytest.mark.parametrize("password", ["short", "x" * 9, "x" * 201])
async def test_a_password_of_the_wrong_length_is_refused_and_not_echoed(start: Start, password: str) -> None:
    async with start("gateway") as gateway:
        answer = await gateway.as_("admin").post("/v1/users", json={"name": "杨秀英", "role": "officer", "password": password})
        assert answer.status_code == 422 and password not in answer.text


WEAK = ["password123", "1234567890", "qwertyuiop123", "yangxiuying90", "Kaili-2025", "aaaaaaaaaaaaaaaa", "abcdefghij" * 20]


async def test_a_password_that_is_easily_guessed_is_refused_and_not_echoed(start: Start) -> None:
    async with start("gateway") as gateway:
        for password in WEAK:
            body = {"name": "杨秀英", "login": "yangxiuying", "role": "town", "password": password}
            answer = await gateway.as_("admin").post("/v1/users", json=body)
            assert answer.status_code == 422 and password not in answer.text
            assert [(fault["code"], fault["pointer"]) for fault in answer.json()["errors"]] == [
                ("missing_field", "/region_code"),
                ("weak_password", "/password"),
            ]
            assert "密码" in answer.json()["errors"][1]["fix"]


async def change(gateway: Service, token: str, current: str, new: str, key: str | None = None) -> httpx.Response:
    headers = {"Authorization": f"Bearer {token}"} | ({"Idempotency-Key": key} if key else {})
    body = {"current_password": current, "new_password": new}
    return await gateway.as_("public").post("/v1/me:change-password", json=body, headers=headers)


async def test_another_password_holds_at_once_and_ends_every_other_session(start: Start) -> None:
    async with start("gateway") as gateway:
        user, new = await make_user(gateway), "Maple-over-river-31"
        here, there = (await sign_in(gateway)).json(), (await sign_in(gateway)).json()
        for _ in range(2):  # the second time it is the same request once more
            assert (await change(gateway, here["access_token"], PASSWORD, new, "once")).status_code == 204
        assert (await sign_in(gateway)).status_code == 401
        assert (await sign_in(gateway, password=new)).status_code == 201
        await gateway.kernel.tokens.learn_ended()
        said = [{"Authorization": f"Bearer {session['access_token']}"} for session in (here, there)]
        assert [(await gateway.as_("public").get("/v1/me", headers=each)).status_code for each in said] == [200, 401]
        assert (await refresh(gateway, here["refresh_token"])).status_code == 200
        assert (await refresh(gateway, there["refresh_token"])).status_code == 401
        trail = (await gateway.as_("auditor").get("/v1/audit", params={"action": "user.password_changed"})).json()["items"]
        assert [(entry["subject"], entry["actor"]) for entry in trail] == [(user["id"], user["id"])]


async def test_a_wrong_present_password_is_a_guess_like_any_other(start: Start) -> None:
    async with start("gateway") as gateway:
        await make_user(gateway)
        token = (await sign_in(gateway)).json()["access_token"]
        answers = [await change(gateway, token, "wrong", "password123") for _ in range(6)]
        assert [answer.status_code for answer in answers] == [422] * 5 + [429]
        assert [(fault["code"], fault["pointer"]) for fault in answers[0].json()["errors"]] == [
            ("wrong_password", "/current_password"),
            ("weak_password", "/new_password"),
        ]
        assert answers[5].json()["code"] == "sign_in_locked"


async def test_a_client_has_no_password_to_change(start: Start) -> None:
    async with start("gateway") as gateway:
        answer = await gateway.as_("officer", subject=str(uuid4())).post(
            "/v1/me:change-password", json={"current_password": "x", "new_password": PASSWORD}
        )
        assert (answer.status_code, answer.json()["code"]) == (409, "no_password")


async def test_the_local_stack_has_a_user_for_each_role_who_is_the_person_of_its_client(start: Start) -> None:
    async with start("gateway", local_clients=True, run_jobs=True) as gateway:
        while (await gateway.as_("public").get("/readyz")).status_code != 200:
            pass
        public = gateway.as_("public")
        for role in ("officer", "reviewer", "finance", "partner", "auditor", "admin", "system"):
            name = f"local-{role}"
            client = (await public.post("/oauth2/token", data={"grant_type": "client_credentials"}, auth=(name, name))).json()
            user = (await sign_in(gateway, name, name)).json()
            shown = [
                (await public.get("/v1/me", headers={"Authorization": f"Bearer {each['access_token']}"})).json() for each in (client, user)
            ]
            assert shown[0]["person_id"] == shown[1]["person_id"] and {each["role"] for each in shown} == {role}
        async with start("gateway", url=gateway.kernel.settings.database_url) as elsewhere:
            assert (await sign_in(elsewhere, name, name)).status_code == 401
