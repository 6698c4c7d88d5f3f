"""What was disabled, signed out or given a new secret ends before its tokens expire: at the gateway, and at every service that has asked it since."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from typing import Any

import httpx
import pytest

from shared import access
from tests.conftest import AWAY, Service, Start

OFTEN = {"ended_tokens_every_seconds": 0.05}
SECONDS_AT_MOST = 30.0  # on a machine that does other work as well


@dataclass
class City:
    """A gateway and a service that asks it what has ended."""

    gateway: Service
    evaluation: Service

    async def client(self) -> dict[str, Any]:
        made = await self.gateway.as_("admin").post("/v1/clients", json={"name": "某单位", "role": "officer"})
        return dict(made.json())

    async def token(self, client: dict[str, Any], secret: str | None = None) -> str:
        pair = (client["client_id"], secret or client["client_secret"])
        answer = await self.gateway.as_("public").post("/oauth2/token", data={"grant_type": "client_credentials"}, auth=pair)
        return str(answer.json()["access_token"])

    async def user(self) -> dict[str, Any]:
        return dict((await self.gateway.as_("admin").post("/v1/users", json={"name": "杨秀英", "role": "officer"})).json())

    async def sign_in(self, user: dict[str, Any]) -> dict[str, Any]:
        body = {"name": user["login"], "password": user["client_secret"]}
        return dict((await self.gateway.as_("public").post("/v1/sessions", json=body)).json())

    async def refresh(self, token: str) -> httpx.Response:
        return await self.gateway.as_("public").post("/v1/sessions:refresh", json={"refresh_token": token})

    async def answers(self, token: str) -> list[int]:
        said = {"Authorization": f"Bearer {token}"}
        asked = ((self.gateway, "/v1/me"), (self.evaluation, "/v1/certificates"))
        return [(await service.as_("public").get(path, headers=said)).status_code for service, path in asked]

    async def ends(self, token: str) -> bool:
        """Whether both come to refuse it."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(SECONDS_AT_MOST):
                while await self.answers(token) != [401, 401]:  # noqa: ASYNC110 (it says nothing when it has asked)
                    await asyncio.sleep(0.02)
                return True
        return False

    async def know(self) -> None:
        """Whatever was ended until now is known to both."""
        for service in (self.gateway, self.evaluation):
            await service.kernel.tokens.learn_ended()


@pytest.fixture
async def city(start: Start) -> AsyncIterator[City]:
    async with start("gateway", **OFTEN) as gateway, start("evaluation", **OFTEN) as evaluation:
        evaluation.knows(gateway)
        yield City(gateway, evaluation)


Ending = Callable[[City, dict[str, Any]], Awaitable[Any]]


async def _disable_client(city: City, client: dict[str, Any]) -> None:
    await city.gateway.as_("admin").post(f"/v1/clients/{client['client_id']}:disable")


async def _rotate(city: City, client: dict[str, Any]) -> None:
    await city.gateway.as_("admin").post(f"/v1/clients/{client['client_id']}:rotate-secret")


async def _disable_user(city: City, user: dict[str, Any]) -> None:
    await city.gateway.as_("admin").post(f"/v1/users/{user['id']}:disable")


async def _reset(city: City, user: dict[str, Any]) -> None:
    await city.gateway.as_("admin").post(f"/v1/users/{user['id']}:reset-password")


@pytest.mark.parametrize("ending", [_disable_client, _rotate])
async def test_a_client_s_tokens_end(city: City, ending: Ending) -> None:
    client, other = await city.client(), await city.client()
    token, theirs = await city.token(client), await city.token(other)
    assert await city.answers(token) == [200, 200]  # both have verified it, and remember that
    await ending(city, client)
    assert await city.ends(token)
    assert await city.answers(theirs) == [200, 200]


@pytest.mark.parametrize("ending", [_disable_user, _reset])
async def test_a_user_s_tokens_end(city: City, ending: Ending) -> None:
    user = await city.user()
    sessions = [await city.sign_in(user) for _ in range(2)]
    await ending(city, user)
    for session in sessions:
        assert await city.ends(session["access_token"])


async def test_a_changed_account_s_tokens_end_and_the_next_ones_say_what_it_is_now(city: City) -> None:
    client, user = await city.client(), await city.user()
    token, session = await city.token(client), await city.sign_in(user)
    admin, body = city.gateway.as_("admin"), {"scopes": ["certificates.read"]}
    for path in (f"/v1/clients/{client['client_id']}", f"/v1/users/{user['id']}"):
        same = await admin.patch(path, json={"name": (await admin.get(path)).json()["name"], "scopes": None})
        assert (same.status_code, same.json()["version"]) == (200, 1)
    await city.know()
    assert await city.answers(token) == await city.answers(session["access_token"]) == [200, 200]  # nothing was new
    for path in (f"/v1/clients/{client['client_id']}", f"/v1/users/{user['id']}"):
        assert (await admin.patch(path, json=body)).json()["scopes"] == body["scopes"]
    for each in (token, session["access_token"]):
        assert await city.ends(each)
    for each in (await city.token(client), (await city.sign_in(user))["access_token"]):
        me = await city.gateway.as_("public").get("/v1/me", headers={"Authorization": f"Bearer {each}"})
        assert me.json()["scopes"] == body["scopes"]


async def test_a_new_secret_s_token_is_good_at_once_however_soon_it_follows(city: City) -> None:
    client = await city.client()
    old = await city.token(client)
    rotated = (await city.gateway.as_("admin").post(f"/v1/clients/{client['client_id']}:rotate-secret")).json()
    new = await city.token(client, rotated["client_secret"])
    await city.know()
    assert (await city.answers(new), await city.answers(old)) == ([200, 200], [401, 401])


async def test_signing_out_ends_the_tokens_of_this_session_and_no_other(city: City) -> None:
    user = await city.user()
    here, there = await city.sign_in(user), await city.sign_in(user)
    refreshed = (await city.refresh(here["refresh_token"])).json()
    await city.gateway.as_("public").delete("/v1/sessions/current", headers={"Authorization": f"Bearer {refreshed['access_token']}"})
    for token in (here["access_token"], refreshed["access_token"]):
        assert await city.ends(token)
    assert await city.answers(there["access_token"]) == [200, 200]
    assert await city.answers((await city.sign_in(user))["access_token"]) == [200, 200]


async def test_a_refresh_token_used_twice_ends_the_tokens_of_whoever_used_it(city: City) -> None:
    session = await city.sign_in(await city.user())
    refreshed = (await city.refresh(session["refresh_token"])).json()
    assert (await city.refresh(session["refresh_token"])).status_code == 401
    assert await city.ends(refreshed["access_token"]) and await city.ends(session["access_token"])


async def test_a_client_that_signs_out_keeps_its_token(city: City) -> None:
    token = await city.token(await city.client())
    left = await city.gateway.as_("public").delete("/v1/sessions/current", headers={"Authorization": f"Bearer {token}"})
    await city.know()
    assert (left.status_code, await city.answers(token)) == (204, [200, 200])


async def test_while_the_gateway_is_away_what_has_ended_stays_ended_and_nothing_else_does(city: City) -> None:
    client, other = await city.client(), await city.client()
    token, theirs = await city.token(client), await city.token(other)
    await _disable_client(city, client)
    assert await city.ends(token)
    city.evaluation.kernel.neighbours["gateway"].transport = AWAY
    await asyncio.sleep(0.2)
    assert (await city.answers(token))[1] == 401 and (await city.answers(theirs))[1] == 200
    tokens = city.evaluation.kernel.tokens
    assert (await _ready(city.evaluation))["status"] == "ok"
    tokens.ended_known_at -= access.ENDED_KNOWN_FOR_SECONDS
    assert await _ready(city.evaluation) == {"status": "unavailable", "needed": False}


async def test_a_service_that_was_never_told_is_not_ready(start: Start) -> None:
    async with start("evaluation") as evaluation:
        answer = await evaluation.as_("public").get("/readyz")
        assert (answer.status_code, answer.json()["checks"]["ended_tokens"]) == (503, {"status": "unavailable", "needed": True})


async def test_a_service_that_has_just_started_takes_no_token_before_it_knows_what_ended(city: City, start: Start) -> None:
    client = await city.client()
    token = await city.token(client)
    await _disable_client(city, client)
    async with start("evaluation", ended_tokens_every_seconds=30) as fresh:
        tokens = fresh.kernel.tokens
        tokens.keys = type(tokens.keys)([])  # as in a process of its own: the keys are yet to be fetched
        fresh.knows(city.gateway)
        said = {"Authorization": f"Bearer {token}"}
        assert (await fresh.as_("public").get("/v1/certificates", headers=said)).status_code == 401


@pytest.mark.parametrize("role", ["admin", "auditor", "system"])
async def test_what_has_ended_is_told_to_services_alone(start: Start, role: str) -> None:
    async with start("gateway") as gateway:
        assert (await gateway.as_("public").get(access.ENDED_AT)).status_code == 401
        assert (await gateway.as_(role).get(access.ENDED_AT)).status_code in (401, 403)
        assert (await gateway.internal().get(access.ENDED_AT)).json() == []


async def _ready(service: Service) -> dict[str, Any]:
    return dict((await service.as_("public").get("/readyz")).json()["checks"]["ended_tokens"])
