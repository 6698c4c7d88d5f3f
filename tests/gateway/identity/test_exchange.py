"""Signing in at a real issuer: its token is exchanged for ours, by who is bound to it, or whose identity number it verified."""

import asyncio
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from joserfc import jwt

from gateway.identity.exchange import operations as exchange
from tests.conftest import ISSUER, SIGNING_KEY, Service, Start
from tests.gateway.identity.conftest import Settled
from tests.gateway.identity.issuers import AUDIENCE, CALLBACK, CHALLENGE, VERIFIER, RealIssuer, a_real_issuer, our_issuer
from tests.registry import made

NUMBER, CHANGED = made.citizen(1), made.citizen(2)
FORM = {"grant_type": exchange.GRANT, "subject_token_type": exchange.TAKEN[0]}


@pytest.fixture(scope="module")
def issuer(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RealIssuer]:
    with a_real_issuer(tmp_path_factory.mktemp("issuer") / "log") as running:
        yield running


@pytest.fixture
def trusting(issuer: RealIssuer) -> dict[str, str]:
    return {"oidc_issuer": issuer.url, "oidc_audience": AUDIENCE}


async def ask(gateway: Service, token: str, **more: Any) -> httpx.Response:
    return await gateway.as_("public").post("/oauth2/token", data=FORM | {"subject_token": token} | more)


def claims(answer: httpx.Response) -> dict[str, Any]:
    assert answer.status_code == 200, answer.text
    return dict(jwt.decode(answer.json()["access_token"], SIGNING_KEY, algorithms=["ES256"]).claims)


def refused(answer: httpx.Response) -> tuple[int, str]:
    assert NUMBER not in answer.text
    return answer.status_code, answer.json()["error"]


def bearer(answer: httpx.Response) -> dict[str, str]:
    return {"Authorization": f"Bearer {answer.json()['access_token']}"}


async def reasons(gateway: Service) -> list[str]:
    """Why exchanges were refused, as the trail has it, the newest first."""
    found = (await gateway.as_("auditor").get("/v1/audit?action=session.refused")).json()["items"]
    assert all(entry["outcome"] == "refused" and entry["details"]["issuer"] for entry in found)
    return [entry["details"]["reason"] for entry in found]


async def staff(gateway: Service, issuer: RealIssuer, subject: str, **said: Any) -> dict[str, Any]:
    body = {"name": "龙经办", "login": subject, "role": "officer", "issuer": issuer.url, "subject": subject} | said
    answer = await gateway.as_("admin").post("/v1/users", json=body)
    assert answer.status_code == 201, answer.text
    return dict(answer.json())


async def test_who_is_bound_to_the_subject_gets_a_token_in_the_standard_s_form(
    city: Settled, issuer: RealIssuer, trusting: dict[str, str]
) -> None:
    async with city(**trusting) as both:
        user = await staff(both.gateway, issuer, "officer-1")
        answer = await ask(both.gateway, await issuer.sign_in("officer-1"), client_id=AUDIENCE, audience="kaili-skills", resource=ISSUER)
        said, found = answer.json(), claims(answer)
        assert (said["issued_token_type"], said["token_type"], said["expires_in"]) == (exchange.GIVEN[0], "Bearer", 900)
        assert answer.headers["cache-control"] == "no-store" and "refresh_token" not in said
        assert (found["sub"], found["role"], found["person_id"]) == (user["id"], "officer", user["person_id"])
        assert (await both.gateway.as_("public").get("/v1/me", headers=bearer(answer))).json()["role"] == "officer"
        trail = (await both.gateway.as_("auditor").get("/v1/audit", params={"subject": user["id"]})).json()["items"]
        assert (trail[0]["action"], trail[0]["actor"], trail[0]["details"]["issuer"]) == ("session.opened", user["id"], issuer.url)
        narrow = await ask(both.gateway, await issuer.sign_in("officer-1"), scope="claims.read")
        assert (narrow.json()["scope"], claims(narrow)["scopes"]) == ("claims.read", ["claims.read"])


async def test_what_cannot_be_asked_is_refused(start: Start, issuer: RealIssuer, trusting: dict[str, str]) -> None:
    async with start("gateway", **trusting) as gateway:
        await staff(gateway, issuer, "officer-1")
        token = await issuer.sign_in("officer-1")
        for said, error in (
            ({"subject_token_type": f"{exchange.KINDS}access_token"}, "invalid_request"),  # which does not say who someone is
            ({"requested_token_type": f"{exchange.KINDS}refresh_token"}, "invalid_request"),
            ({"actor_token": "x"}, "invalid_request"),
            ({"client_secret": "x"}, "invalid_request"),
            ({"audience": "elsewhere"}, "invalid_target"),
            ({"resource": "https://elsewhere.example"}, "invalid_target"),
            ({"scope": "nothing.read"}, "invalid_scope"),
        ):
            assert refused(await ask(gateway, token, **said)) == (400, error), said


async def test_a_person_is_known_by_the_number_that_the_issuer_verified(
    city: Settled, issuer: RealIssuer, trusting: dict[str, str]
) -> None:
    async with city(**trusting) as both:
        gateway, verified = both.gateway, {"id_number": NUMBER, "id_number_verified": True}
        assert refused(await ask(gateway, await issuer.sign_in("p-1", **verified))) == (400, "invalid_grant")  # no trainee yet
        trainee = await made.trainee(both.registry, 1)
        for unverified in ({"id_number": NUMBER}, verified | {"id_number_verified": "true"}, verified | {"id_number_verified": False}, {}):
            assert refused(await ask(gateway, await issuer.sign_in("p-1", **unverified))) == (400, "invalid_grant")
        assert await reasons(gateway) == ["unbound"] * 4 + ["no_trainee"]
        tokens = [await issuer.sign_in("p-1", **verified) for _ in range(3)]
        answers = await asyncio.gather(*(ask(gateway, token) for token in tokens))  # at once: one account
        assert {(each["role"], each["trainee_id"]) for each in map(claims, answers)} == {("person", trainee)}
        listed = (await gateway.as_("admin").get("/v1/users")).json()["items"]
        assert [(each["subject"], each["issuer"], each["trainee_name"]) for each in listed] == [("p-1", issuer.url, "杨秀英")]
        me = (await gateway.as_("public").get("/v1/me", headers=bearer(answers[0]))).json()
        assert (me["trainee_id"], me["trainee_name"], me["name"]) == (trainee, "杨秀英", "杨秀英")
        assert claims(await ask(gateway, await issuer.sign_in("p-1")))["trainee_id"] == trainee  # the account stands without the number too


async def test_a_merged_person_goes_on_as_the_kept_one(city: Settled, issuer: RealIssuer, trusting: dict[str, str]) -> None:
    async with city(**trusting) as both:
        gateway, verified = both.gateway, {"id_number": NUMBER, "id_number_verified": True}
        old, kept = await made.trainee(both.registry, 1), await made.trainee(both.registry, 2)
        assert claims(await ask(gateway, await issuer.sign_in("p-2", **verified)))["trainee_id"] == old
        assert (await both.registry.as_("officer").post(f"/v1/trainees/{old}:merge", json={"into": kept})).status_code == 200
        for number in (NUMBER, CHANGED):
            answer = await ask(gateway, await issuer.sign_in("p-2", **verified | {"id_number": number}))
            assert claims(answer)["trainee_id"] == kept
        first_time = await ask(gateway, await issuer.sign_in("p-3", **verified))  # by the old number
        assert claims(first_time)["trainee_id"] == kept


async def test_a_subject_that_is_another_persons_now_opens_nothing(city: Settled, issuer: RealIssuer, trusting: dict[str, str]) -> None:
    async with city(**trusting) as both:
        gateway, verified = both.gateway, {"id_number": NUMBER, "id_number_verified": True}
        await made.trainee(both.registry, 1)
        claims(await ask(gateway, await issuer.sign_in("p-4", **verified)))
        for number in (CHANGED, made.citizen(3)):  # not registered; then another trainee's
            answer = await ask(gateway, await issuer.sign_in("p-4", **verified | {"id_number": number}))
            assert refused(answer) == (400, "invalid_grant")
            await made.trainee(both.registry, 3) if number == CHANGED else None
        assert await reasons(gateway) == ["another_trainee"] * 2


async def test_nobody_signs_in_as_one_who_died(city: Settled, issuer: RealIssuer, trusting: dict[str, str]) -> None:
    async with city(**trusting) as both:
        verified = {"id_number": NUMBER, "id_number_verified": True}
        await made.trainee(both.registry, 1)
        record = {"id_number": NUMBER, "status": "deceased", "from_on": "2025-01-01", "source": "民政局"}
        answer = await both.registry.as_("officer").post("/v1/status-records:batch", json={"mode": "commit", "items": [record]})
        assert answer.json()["summary"]["created"] == 1, answer.text
        assert refused(await ask(both.gateway, await issuer.sign_in("p-5", **verified))) == (400, "invalid_grant")
        assert await reasons(both.gateway) == ["deceased"]


async def test_a_person_is_bound_by_an_officer_too(city: Settled, issuer: RealIssuer, trusting: dict[str, str]) -> None:
    async with city(**trusting) as both:
        trainee = await made.trainee(both.registry, 1)
        body = {"name": "杨秀英", "role": "person", "trainee_id": trainee, "issuer": issuer.url, "subject": "p-6"}
        assert (await both.gateway.as_("officer").post("/v1/users", json=body)).status_code == 201
        assert claims(await ask(both.gateway, await issuer.sign_in("p-6")))["trainee_id"] == trainee


@pytest.mark.parametrize("role", ["officer", "person"])
async def test_a_disabled_account_stays_closed_to_its_subject(
    city: Settled, issuer: RealIssuer, trusting: dict[str, str], role: str
) -> None:
    async with city(**trusting) as both:
        gateway, admin = both.gateway, both.gateway.as_("admin")
        trainee = await made.trainee(both.registry, 1)
        user = await staff(both.gateway, issuer, "gone", role=role, trainee_id=trainee if role == "person" else None)
        verified = {"id_number": NUMBER, "id_number_verified": True}
        answer = await ask(gateway, await issuer.sign_in("gone", **verified))
        await admin.post(f"/v1/users/{user['id']}:disable")
        await gateway.kernel.tokens.learn_ended()
        assert (await gateway.as_("public").get("/v1/me", headers=bearer(answer))).status_code == 401
        assert refused(await ask(gateway, await issuer.sign_in("gone", **verified))) == (400, "invalid_grant")
        assert await reasons(gateway) == ["disabled"]
        again = await staff(both.gateway, issuer, "gone", login="gone-2", role=role, trainee_id=trainee if role == "person" else None)
        assert claims(await ask(gateway, await issuer.sign_in("gone", **verified)))["sub"] == again["id"]


async def test_an_account_that_waits_is_not_opened_by_the_issuer(start: Start, issuer: RealIssuer, trusting: dict[str, str]) -> None:
    async with start("gateway", confirm_accounts=True, **trusting) as gateway:
        await staff(gateway, issuer, "waiting")
        assert refused(await ask(gateway, await issuer.sign_in("waiting"))) == (400, "invalid_grant")
        assert await reasons(gateway) == ["pending"]


async def test_who_signs_out_ends_the_issuer_s_token_here_for_good(start: Start, issuer: RealIssuer, trusting: dict[str, str]) -> None:
    async with start("gateway", **trusting) as gateway:
        public = gateway.as_("public")
        await staff(gateway, issuer, "officer-2")
        token = await issuer.sign_in("officer-2")
        first, second = await ask(gateway, token), await ask(gateway, token)
        assert claims(first)["sid"] == claims(second)["sid"]
        assert (await public.delete("/v1/sessions/current", headers=bearer(second))).status_code == 204
        await gateway.kernel.tokens.learn_ended()
        for answer in (first, second):
            assert (await public.get("/v1/me", headers=bearer(answer))).status_code == 401
        assert refused(await ask(gateway, token)) == (400, "invalid_grant")
        assert await reasons(gateway) == ["ended"]
        assert claims(await ask(gateway, await issuer.sign_in("officer-2", again="yes")))["sub"]
        refresh = f"{claims(first)['sid']}.guessed"
        assert (await public.post("/v1/sessions:refresh", json={"refresh_token": refresh})).json()["code"] == "session_ended"


async def test_without_the_registry_people_wait_and_staff_come_in(city: Settled, issuer: RealIssuer, trusting: dict[str, str]) -> None:
    async with city(**trusting) as both:
        await staff(both.gateway, issuer, "officer-3")
        await made.trainee(both.registry, 1)
        both.gateway.kernel.neighbours["registry"].transport = None
        both.gateway.kernel.neighbours["registry"].url = "http://127.0.0.1:9"
        answer = await ask(both.gateway, await issuer.sign_in("p-7", id_number=NUMBER, id_number_verified=True))
        assert (answer.status_code, answer.json()["error"], "retry-after" in answer.headers) == (503, "temporarily_unavailable", True)
        assert claims(await ask(both.gateway, await issuer.sign_in("officer-3")))["role"] == "officer"


async def test_the_issuer_s_new_key_is_found_and_the_old_one_forgotten(
    start: Start, trusting: dict[str, str], issuer: RealIssuer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("gateway.identity.exchange.clients.ASKED_AGAIN_SECONDS", 0.0)
    async with start("gateway", **trusting) as gateway:
        await staff(gateway, issuer, "officer-4")
        before = await issuer.sign_in("officer-4")
        claims(await ask(gateway, before))
        issuer.stop()
        issuer.start()
        claims(await ask(gateway, await issuer.sign_in("officer-4")))
        assert refused(await ask(gateway, before)) == (400, "invalid_grant")


async def test_without_a_trusted_issuer_nothing_is_exchanged(start: Start, trusting: dict[str, str], issuer: RealIssuer) -> None:
    async with start("gateway") as alone:
        assert refused(await ask(alone, await issuer.sign_in("officer-5"))) == (400, "unsupported_grant_type")
        described = (await alone.as_("public").get("/.well-known/oauth-authorization-server")).json()
        assert described["grant_types_supported"] == ["client_credentials"]
    async with start("gateway", **trusting) as gateway:
        described = (await gateway.as_("public").get("/.well-known/oauth-authorization-server")).json()
        assert described["grant_types_supported"] == ["client_credentials", exchange.GRANT, exchange.CODE]


async def test_a_browser_is_sent_to_the_issuer_and_its_code_is_exchanged_here(
    city: Settled, issuer: RealIssuer, trusting: dict[str, str]
) -> None:
    async with city(**trusting, oidc_client_secret="of-the-front-end") as both:
        await staff(both.gateway, issuer, "officer-6")
        public = both.gateway.as_("public")
        said = (await public.get("/.well-known/oauth-authorization-server")).json()
        assert (said["authorization_endpoint"], said["response_types_supported"]) == (f"{ISSUER}/oauth2/authorize", ["code"])
        way = {"state": "s-1", "code_challenge": CHALLENGE, "redirect_uri": CALLBACK}
        sent = await public.get("/oauth2/authorize", params=way | {"client_id": "another", "scope": "all"})
        at = httpx.URL(sent.headers["location"])
        assert (sent.status_code, at.host, at.path) == (302, "127.0.0.1", "/oauth2/authorize")
        assert dict(at.params) == way | {"response_type": "code", "client_id": AUDIENCE, "scope": "openid", "code_challenge_method": "S256"}
        code = await issuer.code("officer-6")
        form = {"grant_type": exchange.CODE, "code": code, "code_verifier": VERIFIER, "redirect_uri": CALLBACK}
        incomplete = await public.post("/oauth2/token", data={"grant_type": exchange.CODE, "code": code})
        assert refused(incomplete) == (400, "invalid_request") and "code_verifier, redirect_uri" in incomplete.text
        given = await public.post("/oauth2/token", data=form)
        assert claims(given)["role"] == "officer" and "refresh_token" not in given.json() and "id_token" not in given.text
        assert refused(await public.post("/oauth2/token", data=form)) == (400, "invalid_grant"), "a code is one sign-in"


async def test_without_a_trusted_issuer_no_browser_is_sent_anywhere(start: Start) -> None:
    async with start("gateway") as gateway:
        assert (await gateway.as_("public").get("/oauth2/authorize")).status_code == 404
        said = (await gateway.as_("public").get("/.well-known/oauth-authorization-server")).json()
        assert "authorization_endpoint" not in said and said["response_types_supported"] == []


async def test_the_issuer_is_asked_for_a_code_s_token_at_a_safe_address_alone_and_may_be_away(start: Start) -> None:
    form = {"grant_type": exchange.CODE, "code": "c", "code_verifier": VERIFIER, "redirect_uri": CALLBACK}
    async with our_issuer() as issuer, start("gateway", oidc_issuer=issuer.url, oidc_audience=AUDIENCE) as gateway:
        public = gateway.as_("public")
        assert refused(await public.post("/oauth2/token", data=form)) == (503, "temporarily_unavailable"), "it names no address"
        assert (await public.get("/oauth2/authorize")).status_code == 503
    async with our_issuer() as issuer, start("gateway", oidc_issuer=issuer.url, oidc_audience=AUDIENCE) as gateway:
        issuer.describe(token_endpoint="http://10.0.0.7/token", authorization_endpoint="http://example.org/a")
        public = gateway.as_("public")
        assert refused(await public.post("/oauth2/token", data=form)) == (503, "temporarily_unavailable")
        assert (await public.get("/oauth2/authorize")).status_code == 503
    for said, answer in ((400, (400, "invalid_grant")), (500, (503, "temporarily_unavailable")), (b"{}", (503, "temporarily_unavailable"))):
        async with our_issuer() as issuer, start("gateway", oidc_issuer=issuer.url, oidc_audience=AUDIENCE) as gateway:
            issuer.describe(token_endpoint=f"{issuer.url}/token")
            issuer.says["/token"] = said
            assert refused(await gateway.as_("public").post("/oauth2/token", data=form)) == answer
