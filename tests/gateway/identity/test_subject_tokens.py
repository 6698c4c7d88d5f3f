"""Tokens that are wrong in one single thing, and issuers that are: nothing is opened, guesses are counted, and an issuer that is away is no fault of ours."""

import hashlib
import hmac
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx
import pytest
from joserfc.jwk import ECKey, OctKey
from pydantic import ValidationError

from gateway.identity.exchange import clients, policy
from gateway.identity.exchange import operations as exchange
from gateway.settings import Settings
from shared import errors
from tests.conftest import ISSUER, Service, Start, settings, token
from tests.gateway.identity.issuers import AUDIENCE, OurIssuer, encoded, our_issuer
from tests.registry import made

URL, NOW = "https://login.example.gov", 1_800_000_000.0
CLAIMS: dict[str, Any] = {"iss": URL, "aud": AUDIENCE, "sub": "u-1", "iat": NOW, "exp": NOW + 300}
HOUR, LEEWAY = policy.AGE_SECONDS_AT_MOST, policy.LEEWAY_SECONDS


def read(**changed: Any) -> policy.Subject:
    said = {name: value for name, value in (CLAIMS | changed).items() if value is not None}
    return policy.read(said, URL, AUDIENCE, "id_number", NOW)


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        pytest.param({"iss": "https://elsewhere.example"}, "issuer", id="another-issuer"),
        pytest.param({"iss": f"{URL}/"}, "issuer", id="another-issuer-by-a-slash"),
        pytest.param({"aud": "elsewhere"}, "audience", id="another-audience"),
        pytest.param({"aud": None}, "audience", id="no-audience"),
        pytest.param({"aud": [AUDIENCE, "elsewhere"]}, "audience", id="for-several-and-issued-to-nobody"),
        pytest.param({"azp": "elsewhere"}, "audience", id="issued-to-another"),
        pytest.param({"sub": None}, "no_subject", id="no-subject"),
        pytest.param({"sub": ""}, "no_subject", id="empty-subject"),
        pytest.param({"sub": 7}, "no_subject", id="a-number-for-a-subject"),
        pytest.param({"sub": "u\x001"}, "no_subject", id="nul"),
        pytest.param({"sub": "u" * 256}, "no_subject", id="a-long-subject"),
        pytest.param({"iat": None}, "times", id="never-issued"),
        pytest.param({"exp": None}, "times", id="never-expires"),
        pytest.param({"exp": True}, "times", id="true-is-no-time"),
        pytest.param({"exp": float("inf")}, "times", id="for-ever"),
        pytest.param({"exp": "soon"}, "times", id="soon-is-no-time"),
        pytest.param({"exp": NOW - LEEWAY}, "expired", id="expired"),
        pytest.param({"iat": NOW - HOUR - LEEWAY, "exp": NOW + 9 * HOUR}, "expired", id="issued-long-ago"),
        pytest.param({"iat": NOW + LEEWAY + 1}, "not_yet_valid", id="issued-in-the-future"),
        pytest.param({"nbf": NOW + LEEWAY + 1}, "not_yet_valid", id="not-yet-valid"),
        pytest.param({"events": {"http://schemas.openid.net/event/backchannel-logout": {}}}, "kind", id="a-logout-token"),
    ],
)
def test_a_token_that_is_wrong_in_one_thing_is_not_taken(changed: dict[str, Any], reason: str) -> None:
    with pytest.raises(policy.NotTaken) as refused:
        read(**changed)
    assert refused.value.reason == reason and refused.value.description.isascii()


@pytest.mark.parametrize(
    "changed",
    [
        pytest.param({}, id="plain"),
        pytest.param({"aud": [AUDIENCE]}, id="a-list-of-one"),
        pytest.param({"aud": [AUDIENCE, "elsewhere"], "azp": AUDIENCE}, id="for-several-and-issued-to-us"),
        pytest.param({"exp": NOW - LEEWAY + 1}, id="expired-by-another-clock"),
        pytest.param({"iat": NOW - HOUR - LEEWAY + 1, "exp": NOW + 9 * HOUR}, id="issued-an-hour-ago"),
        pytest.param({"iat": NOW + LEEWAY}, id="issued-by-another-clock"),
        pytest.param({"sub": "u" * 255}, id="a-long-subject"),
        pytest.param({"sub": "u"}, id="a-short-subject"),
    ],
)
def test_a_token_at_its_limit_is_taken(changed: dict[str, Any]) -> None:
    assert read(**changed).id_number is None


@pytest.mark.parametrize(
    ("said", "number"),
    [
        ({"id_number": "A", "id_number_verified": True}, "A"),
        ({"id_number": "A", "id_number_verified": "true"}, None),
        ({"id_number": "A", "id_number_verified": 1}, None),
        ({"id_number": "A"}, None),
        ({"id_number": 7, "id_number_verified": True}, None),
        ({"id_number": "A" * 41, "id_number_verified": True}, None),
    ],
)
def test_a_number_counts_only_where_the_issuer_verified_it(said: dict[str, Any], number: str | None) -> None:
    assert read(**said).id_number == number


@dataclass(frozen=True)
class Known:
    trainee_id: UUID
    deceased: bool = False


ONE, OTHER, DEAD = Known(UUID(int=1)), Known(UUID(int=2)), Known(UUID(int=3), deceased=True)


@pytest.mark.parametrize(
    ("of_account", "of_number", "bound", "numbered", "said"),
    [
        pytest.param(None, ONE, False, True, ONE, id="by-the-verified-number"),
        pytest.param(ONE, None, True, False, ONE, id="by-the-account"),
        pytest.param(ONE, ONE, True, True, ONE, id="by-both"),
        pytest.param(ONE, OTHER, True, False, ONE, id="a-number-that-nobody-verified-decides-nothing"),
        pytest.param(ONE, OTHER, True, True, "another_trainee", id="the-number-is-anothers"),
        pytest.param(ONE, None, True, True, "another_trainee", id="the-number-is-nobodys"),
        pytest.param(None, None, False, True, "no_trainee", id="nobody"),
        pytest.param(None, ONE, True, True, "no_trainee", id="the-account-leads-to-nobody"),
        pytest.param(None, DEAD, False, True, "deceased", id="deceased"),
    ],
)
def test_account_and_verified_number_lead_to_one_living_person(
    of_account: Known | None, of_number: Known | None, bound: bool, numbered: bool, said: Known | str
) -> None:
    if isinstance(said, Known):
        assert policy.person(of_account, of_number, bound=bound, numbered=numbered) is said
        return
    with pytest.raises(policy.NotTaken) as refused:
        policy.person(of_account, of_number, bound=bound, numbered=numbered)
    assert refused.value.reason == said


async def ask(gateway: Service, subject_token: str, address: str = "192.0.2.1") -> httpx.Response:
    transport = httpx.ASGITransport(gateway.app, raise_app_exceptions=False, client=(address, 1))
    form = {"grant_type": exchange.GRANT, "subject_token_type": exchange.TAKEN[0], "subject_token": subject_token}
    async with httpx.AsyncClient(transport=transport, base_url="http://gateway.test") as http:
        return await http.post("/oauth2/token", data=form)


def trusting(issuer: OurIssuer) -> dict[str, str]:
    return {"oidc_issuer": issuer.url, "oidc_audience": AUDIENCE}


async def bind(gateway: Service, issuer: OurIssuer) -> None:
    body = {"name": "经办人", "role": "officer", "issuer": issuer.url, "subject": "u-1"}
    assert (await gateway.as_("admin").post("/v1/users", json=body)).status_code == 201


def forgeries(issuer: OurIssuer) -> dict[str, str]:
    true, other = issuer.token(), ECKey.generate_key("P-256")
    head, body, signature = true.split(".")
    weak = f"{encoded(json.dumps({'alg': 'HS256', 'kid': 'first'}).encode())}.{body}"
    by_public = hmac.new(issuer.key.as_pem(private=False), weak.encode(), hashlib.sha256).digest()
    by_jwk = hmac.new(issuer.says["/keys"], weak.encode(), hashlib.sha256).digest()  # type: ignore[arg-type]
    return {
        "another key": issuer.token(key=other),
        "another key that the head brings along": issuer.token(key=other, head={"jwk": other.as_dict(private=False)}),
        "an unknown kid": issuer.token(head={"kid": "second"}),
        "no algorithm": f"{encoded(json.dumps({'alg': 'none'}).encode())}.{body}.",
        "the public key as a secret": f"{weak}.{encoded(by_public)}",
        "the key set as a secret": f"{weak}.{encoded(by_jwk)}",
        "another payload": f"{head}.{encoded(json.dumps(issuer.claims(sub='u-2')).encode())}.{signature}",
        "no signature": f"{head}.{body}.",
        "an access token": issuer.token(head={"typ": "at+jwt"}),
        "a logout token": issuer.token(head={"typ": "logout+jwt"}),
        "an unknown extension": f"{encoded(json.dumps({'alg': 'ES256', 'crit': ['x'], 'x': 1}).encode())}.{body}.{signature}",
        "a token of ours": token("officer"),
        "a list for a payload": f"{head}.{encoded(b'[]')}.{signature}",
        "not a token": "a.b.c",
        "not ascii": "令牌",
        "nothing": "",
    }


async def test_no_forgery_is_exchanged(start: Start) -> None:
    async with our_issuer() as issuer, start("gateway", **trusting(issuer)) as gateway:
        await bind(gateway, issuer)
        for number, (what, forged) in enumerate(forgeries(issuer).items()):
            answer = await ask(gateway, forged, f"192.0.2.{number}")
            assert (answer.status_code, answer.json()["error"]) == (400, "invalid_grant"), what
        huge = await ask(gateway, issuer.token(sub="u" * 20_000))
        assert (huge.status_code, huge.json()["error"]) == (400, "invalid_request")
        named = await ask(gateway, issuer.token(sub=made.citizen(1)))
        assert (named.status_code, named.json()["error"]) == (400, "invalid_grant")  # nobody is kept by such a name
        assert (await ask(gateway, issuer.token())).status_code == 200


async def test_guesses_are_counted_like_any_others(start: Start) -> None:
    async with our_issuer() as issuer, start("gateway", **trusting(issuer)) as gateway:
        await bind(gateway, issuer)
        answers = [await ask(gateway, "a.b.c") for _ in range(21)]
        assert [each.status_code for each in answers] == [400] * 20 + [429] and answers[-1].headers["retry-after"]
        assert (await ask(gateway, issuer.token())).status_code == 429
        assert (await ask(gateway, issuer.token(), "192.0.2.2")).status_code == 200


async def test_keys_are_remembered_and_asked_for_again_only_so_often(start: Start, monkeypatch: pytest.MonkeyPatch) -> None:
    async with our_issuer() as issuer, start("gateway", **trusting(issuer)) as gateway:
        await bind(gateway, issuer)
        for number in range(3):
            await ask(gateway, issuer.token())
            await ask(gateway, issuer.token(head={"kid": "second"}), f"192.0.2.{number}")
            await ask(gateway, "a.b.c", f"192.0.2.{number}")
        assert issuer.asked == 2  # the description and the keys, once
        monkeypatch.setattr("gateway.identity.exchange.clients.ASKED_AGAIN_SECONDS", 0.0)
        issuer.key = ECKey.generate_key("P-256", {"kid": "second"})
        issuer.describe()
        assert (await ask(gateway, issuer.token(head={"kid": "second"}))).status_code == 200
        assert issuer.asked == 4


@pytest.mark.parametrize(
    "spoil",
    [
        pytest.param({"described": {"issuer": "https://elsewhere.example"}}, id="calls-itself-otherwise"),
        pytest.param({"described": {"jwks_uri": "http://192.0.2.1/keys"}}, id="keys-without-tls"),
        pytest.param({"described": {"jwks_uri": "file:///etc/passwd"}}, id="keys-in-a-file"),
        pytest.param({"described": {"jwks_uri": 7}}, id="keys-nowhere"),
        pytest.param({"keys": b"<html>"}, id="rubbish"),
        pytest.param({"keys": b"[]"}, id="a-list"),
        pytest.param({"keys": b'{"keys": [1, {"kty": "EC"}, {"kty": "??"}]}'}, id="no-usable-key"),
        pytest.param({"keys": json.dumps({"keys": [OctKey.generate_key(256).as_dict(private=True)]}).encode()}, id="a-secret-for-a-key"),
        pytest.param({"keys": b"[" * 300_000}, id="too-large"),
        pytest.param({"keys": 500}, id="failing"),
        pytest.param({"keys": 302}, id="elsewhere"),
    ],
)
async def test_an_issuer_that_answers_nonsense_is_unavailable(spoil: dict[str, Any]) -> None:
    async with our_issuer() as issuer:
        asked = clients.Issuer(issuer.url, AUDIENCE, "id_number", loopback=True)
        issuer.describe(**spoil.get("described", {}))
        issuer.says["/keys"] = spoil.get("keys", issuer.says["/keys"])
        with pytest.raises(errors.Unavailable):
            await asked.claims(issuer.token())


async def test_an_issuer_that_is_away_is_asked_again_later(start: Start, monkeypatch: pytest.MonkeyPatch) -> None:
    issuer = OurIssuer()
    async with start("gateway", **trusting(issuer)) as gateway:
        await bind(gateway, issuer)
        answer = await ask(gateway, issuer.token())
        assert (answer.status_code, answer.json()["error"], answer.headers["retry-after"]) == (503, "temporarily_unavailable", "10")
        async with issuer.up():
            assert ((await ask(gateway, issuer.token())).status_code, issuer.asked) == (503, 0)
            monkeypatch.setattr("gateway.identity.exchange.clients.ASKED_AGAIN_SECONDS", 0.0)
            assert (await ask(gateway, issuer.token())).status_code == 200


@pytest.mark.parametrize(
    "said",
    [
        pytest.param({"oidc_issuer": URL}, id="no-audience"),
        pytest.param({"oidc_audience": AUDIENCE}, id="no-issuer"),
        pytest.param({"oidc_issuer": "http://login.example.gov", "oidc_audience": AUDIENCE}, id="without-tls"),
        pytest.param({"oidc_issuer": f"{URL}?a=b", "oidc_audience": AUDIENCE}, id="with-a-query"),
        pytest.param({"oidc_issuer": "login", "oidc_audience": AUDIENCE}, id="no-address"),
        pytest.param({"oidc_issuer": ISSUER, "oidc_audience": AUDIENCE}, id="ourselves"),
        pytest.param(
            {"oidc_issuer": "http://127.0.0.1:9", "oidc_audience": AUDIENCE, "environment": "production", "allow_clock_override": False},
            id="this-machine-in-production",
        ),
    ],
)
def test_a_setting_that_trusts_the_wrong_stops_the_start(said: dict[str, Any], tmp_path: Path) -> None:
    with pytest.raises(ValidationError, match="OIDC_ISSUER"):
        settings("postgresql+asyncpg://nobody/nothing", tmp_path, Settings, **said)


def test_no_issuer_is_trusted_unless_it_is_set(tmp_path: Path) -> None:
    unset = settings("postgresql+asyncpg://nobody/nothing", tmp_path, Settings, oidc_issuer="", oidc_audience="")
    assert isinstance(unset, Settings) and unset.oidc_issuer is None
    local = settings("postgresql+asyncpg://nobody/nothing", tmp_path, Settings, oidc_issuer="http://localhost:9", oidc_audience="a")
    assert isinstance(local, Settings) and local.oidc_id_number_claim == "id_number"
