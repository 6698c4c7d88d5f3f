"""Which tokens are refused. Every service makes this check itself, by the same code."""

import base64
import json
import time
from itertools import pairwise
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from joserfc import jwt
from joserfc.jwk import ECKey, KeySet, OctKey

from gateway.identity import policy
from gateway.identity.tokens import signing
from gateway.settings import Settings
from shared.access import Actor
from tests.conftest import ISSUER, SIGNING_KEY, Start, settings, token

OTHER_KEY = ECKey.import_key(ec.derive_private_key(9, ec.SECP256R1()))
NOW = int(time.time())
CLAIMS = {"iss": ISSUER, "aud": "kaili-skills", "sub": "x", "role": "officer", "iat": NOW, "exp": NOW + 900}


def signed(claims: dict[str, Any], key: Any = SIGNING_KEY, **header: str) -> str:
    return jwt.encode({"alg": "ES256", "kid": SIGNING_KEY.thumbprint()} | header, claims, key)


def unsigned(algorithm: str) -> str:
    parts = ({"alg": algorithm, "typ": "JWT"}, CLAIMS)
    return ".".join(base64.urlsafe_b64encode(json.dumps(part).encode()).decode().rstrip("=") for part in parts) + "."


REFUSED = {
    "other-audience": signed(CLAIMS | {"aud": "elsewhere"}),
    "no-audience": signed({name: value for name, value in CLAIMS.items() if name != "aud"}),
    "other-issuer": signed(CLAIMS | {"iss": "http://elsewhere.test"}),
    "expired": signed(CLAIMS | {"iat": NOW - 1000, "exp": NOW - 60}),
    "never-expires": signed({name: value for name, value in CLAIMS.items() if name != "exp"}),
    "other-key-same-name": signed(CLAIMS, OTHER_KEY),
    "other-key": signed(CLAIMS, OTHER_KEY, kid=OTHER_KEY.thumbprint()),
    "unsigned": unsigned("none"),
    "unsigned-in-capitals": unsigned("NONE"),
    "symmetric": jwt.encode({"alg": "HS256"}, CLAIMS, OctKey.import_key(b"x" * 32)),
    "no-role": signed({name: value for name, value in CLAIMS.items() if name != "role"}),
    "a-service-s-role": signed(CLAIMS | {"role": "service"}),
    "person-is-no-id": signed(CLAIMS | {"person_id": "zhang"}),
    "cut-off": signed(CLAIMS)[:-4],
    "not-a-token": "abc",
    "empty": "",
}


@pytest.mark.parametrize("name", REFUSED)
@pytest.mark.parametrize("service", ["gateway", "evaluation"])
async def test_a_token_that_does_not_fit_is_a_401(start: Start, service: str, name: str) -> None:
    async with start(service) as running:
        answer = await running.as_("public").get("/v1/audit", headers={"Authorization": f"Bearer {REFUSED[name]}"})
        assert (answer.status_code, answer.json()["code"], answer.headers["www-authenticate"]) == (401, "unauthenticated", "Bearer")


async def test_the_internal_key_signs_for_no_role_of_people(start: Start) -> None:
    async with start("evaluation") as running:
        claims = {"iss": "x", "aud": "internal", "sub": "x", "role": "auditor", "iat": NOW, "exp": NOW + 900}
        forged = jwt.encode({"alg": "HS256"}, claims, OctKey.import_key(running.kernel.tokens.internal_key))
        answer = await running.as_("public").get("/v1/audit", headers={"Authorization": f"Bearer {forged}"})
        assert answer.status_code == 401


async def test_a_service_s_token_opens_nothing_at_the_gateway(start: Start) -> None:
    async with start("gateway") as gateway:
        assert (await gateway.internal("registry").get("/v1/audit")).status_code == 401


async def test_the_person_in_a_token_is_the_one_operations_see(start: Start) -> None:
    async with start("gateway") as gateway:
        person = "01932f6e-7c1a-7000-8000-000000000001"
        headers = {"Authorization": f"Bearer {token('finance', person_id=person)}"}
        assert (await gateway.as_("public").get("/v1/me", headers=headers)).json()["person_id"] == person


def test_the_same_seed_gives_the_same_key(tmp_path: Any) -> None:
    made = settings("postgresql+asyncpg://x", tmp_path, Settings)
    assert signing.build(made).key.thumbprint() == signing.build(made).key.thumbprint() == SIGNING_KEY.thumbprint()
    other = settings("postgresql+asyncpg://x", tmp_path, Settings, token_signing_key=base64.b64encode(b"\xff" * 32).decode())
    assert signing.build(other).key.thumbprint() != SIGNING_KEY.thumbprint()


def test_while_a_key_takes_over_every_gateway_believes_what_every_other_signs(tmp_path: Any) -> None:
    first, then = (base64.b64encode(bytes([number]) * 32).decode() for number in (1, 2))
    steps = [
        {"token_signing_key": first},
        {"token_signing_key": first, "next_token_signing_key": then},
        {"token_signing_key": then, "former_token_signing_key": first},
        {"token_signing_key": then},
    ]
    signers = [signing.build(settings("postgresql+asyncpg://x", tmp_path, Settings, **step)) for step in steps]
    for one, other in pairwise(signers):
        for signer, believer in ((one, other), (other, one)):
            made = signer.token(Actor("x", "officer"))
            assert jwt.decode(made, KeySet.import_key_set(believer.public_keys()), algorithms=["ES256"]).claims["sub"] == "x"
    assert [len(signer.public_keys()["keys"]) for signer in signers] == [1, 2, 2, 1]


def test_local_clients_are_refused_in_production(tmp_path: Any) -> None:
    with pytest.raises(ValueError, match="LOCAL_CLIENTS"):
        settings("postgresql+asyncpg://x", tmp_path, Settings, environment="production", allow_clock_override=False, local_clients=True)


@pytest.mark.parametrize(
    ("role", "bound", "missing", "misplaced"),
    [
        pytest.param("institution", {"institution_id": "1"}, [], [], id="institution-bound"),
        pytest.param("institution", {}, ["institution_id"], [], id="institution-unbound"),
        pytest.param("institution", {"institution_id": "1", "trainee_id": "1"}, [], ["trainee_id"], id="institution-and-trainee"),
        pytest.param("officer", {"department": "人社局", "region_code": "522601"}, [], [], id="officer-with-an-address"),
        pytest.param("officer", {"institution_id": "1"}, [], ["institution_id"], id="officer-of-a-school"),
        pytest.param("system", {"scopes": ["a.read"]}, [], [], id="system-with-scopes"),
        pytest.param("system", {"scopes": []}, ["scopes"], [], id="system-without-scopes"),
    ],
)
def test_each_role_is_bound_to_what_it_needs(role: str, bound: dict[str, Any], missing: list[str], misplaced: list[str]) -> None:
    assert (policy.missing(role, bound), policy.misplaced(role, bound)) == (missing, misplaced)
