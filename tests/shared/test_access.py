"""A token counts only if the gateway signed it for us and it has not expired; roles and scopes do the rest."""

import time
from typing import Any

import pytest
from joserfc import jwt
from joserfc.jwk import ECKey, KeySet, OctKey

from shared import access, db, errors
from tests.conftest import ISSUER, SIGNING_KEY, token

OTHER = ECKey.generate_key("P-256")


def tokens() -> access.Tokens:
    return access.Tokens(ISSUER, "kaili-skills", "http://127.0.0.1:9/keys", b"k" * 32, KeySet([SIGNING_KEY]), _fetched_at=time.monotonic())


def signed(key: Any = SIGNING_KEY, algorithm: str = "ES256", **changed: Any) -> str:
    claims = {"iss": ISSUER, "aud": "kaili-skills", "sub": "x", "role": "officer", "exp": int(time.time()) + 60} | changed
    return jwt.encode({"alg": algorithm}, {name: value for name, value in claims.items() if value is not None}, key, algorithms=[algorithm])


async def test_a_good_token_names_the_actor() -> None:
    actor = await tokens().actor(token("institution", institution_id="01932f6e-7c1a-7000-8000-000000000001"), internal=False)
    assert (actor.role, str(actor.institution_id)) == ("institution", "01932f6e-7c1a-7000-8000-000000000001")


@pytest.mark.parametrize(
    "bad",
    [
        pytest.param("nonsense", id="not-a-token"),
        pytest.param(signed(OTHER), id="another-key"),
        pytest.param(signed(OctKey.import_key(b"k" * 32), "HS256"), id="the-internal-key-is-no-signing-key"),
        pytest.param(signed(exp=int(time.time()) - 60), id="expired"),
        pytest.param(signed(exp=None), id="never-expires"),
        pytest.param(signed(iss="http://elsewhere"), id="another-issuer"),
        pytest.param(signed(aud="another-system"), id="for-another-system"),
        pytest.param(signed(role=None), id="no-role"),
        pytest.param(signed(role="service"), id="a-person-is-no-service"),
        pytest.param(signed(person_id="not-a-uuid"), id="unreadable-person"),
        pytest.param("eyJhbGciOiJub25lIn0.eyJzdWIiOiJ4Iiwicm9sZSI6ImFkbWluIn0.", id="unsigned"),
    ],
)
async def test_a_bad_token_is_refused(bad: str) -> None:
    with pytest.raises(errors.Unauthenticated):
        await tokens().actor(bad, internal=False)


async def test_a_service_token_opens_internal_paths_only() -> None:
    made = tokens()
    internal = made.internal_token("subsidy")
    assert (await made.actor(internal, internal=True)).role == "service"
    with pytest.raises(errors.Unauthenticated):
        await made.actor(internal, internal=False)
    with pytest.raises(errors.Unauthenticated):
        await made.actor(token("officer"), internal=True)


async def test_no_keys_and_no_gateway_is_unavailable_not_unauthenticated() -> None:
    without_keys = access.Tokens(ISSUER, "kaili-skills", "http://127.0.0.1:9/keys", b"k" * 32)
    with pytest.raises(errors.Unavailable):
        await without_keys.actor(signed(), internal=False)


@pytest.mark.parametrize(
    ("actor", "refusal"),
    [
        (access.Actor("a", "officer"), None),
        (access.Actor("a", "finance"), access.WrongRole),
        (access.Actor("a", "system", scopes=frozenset({"claims.read"})), None),
        (access.Actor("a", "system", scopes=frozenset({"claims.write"})), access.MissingScope),
        (access.Actor("a", "officer", scopes=frozenset()), access.MissingScope),
    ],
)
def test_role_and_scope_decide(actor: access.Actor, refusal: type[Exception] | None) -> None:
    def ask() -> None:
        access.require(actor, frozenset({"officer", "system"}), "claims.read")

    if refusal:
        with pytest.raises(refusal):
            ask()
    else:
        ask()


def test_who_acts_is_the_person_and_not_the_account() -> None:
    person = db.new_id()
    assert access.Actor("one-account", "officer", person).doer == access.Actor("another", "officer", person).doer
    assert access.Actor("one-account", "officer").doer != access.Actor("another", "officer").doer
