"""A token counts only if the gateway signed it for us and it has not expired; roles and scopes do the rest."""

import asyncio
import time
from collections.abc import Callable
from functools import partial
from typing import Any

import pytest
from joserfc import jwt
from joserfc.jwk import ECKey, KeySet, OctKey

from shared import access, db, errors
from tests.conftest import ISSUER, SIGNING_KEY, token

OTHER = ECKey.generate_key("P-256")


def tokens() -> access.Tokens:
    return access.Tokens(ISSUER, "kaili-skills", b"k" * 32, KeySet([SIGNING_KEY]))


def signed(key: Any = SIGNING_KEY, algorithm: str = "ES256", **changed: Any) -> str:
    header = {"alg": algorithm, "kid": key.thumbprint()}
    claims = {"iss": ISSUER, "aud": "kaili-skills", "sub": "x", "role": "officer", "exp": int(time.time()) + 60} | changed
    return jwt.encode(header, {name: value for name, value in claims.items() if value is not None}, key, algorithms=[algorithm])


async def test_a_good_token_names_the_actor() -> None:
    actor = await tokens().actor(token("institution", institution_id="01932f6e-7c1a-7000-8000-000000000001"), internal=False)
    assert (actor.role, str(actor.institution_id)) == ("institution", "01932f6e-7c1a-7000-8000-000000000001")


@pytest.mark.parametrize(
    "bad",
    [
        pytest.param(lambda: "nonsense", id="not-a-token"),
        pytest.param(partial(signed, OTHER), id="another-key"),
        pytest.param(partial(signed, OctKey.import_key(b"k" * 32), "HS256"), id="the-internal-key-is-no-signing-key"),
        pytest.param(partial(signed, exp=int(time.time()) - 60), id="expired"),
        pytest.param(partial(signed, exp=None), id="never-expires"),
        pytest.param(partial(signed, iss="http://elsewhere"), id="another-issuer"),
        pytest.param(partial(signed, aud="another-system"), id="for-another-system"),
        pytest.param(partial(signed, role=None), id="no-role"),
        pytest.param(partial(signed, role="service"), id="a-person-is-no-service"),
        pytest.param(partial(signed, person_id="not-a-uuid"), id="unreadable-person"),
        pytest.param(lambda: "eyJhbGciOiJub25lIn0.eyJzdWIiOiJ4Iiwicm9sZSI6ImFkbWluIn0.", id="unsigned"),
    ],
)
async def test_a_bad_token_is_refused(bad: Callable[[], str]) -> None:
    """Made when the test runs: one that had long expired would be refused whatever else is wrong with it."""
    with pytest.raises(errors.Unauthenticated):
        await tokens().actor(bad(), internal=False)


async def test_a_service_token_opens_internal_paths_only() -> None:
    made = tokens()
    internal = made.internal_token("subsidy")
    assert (await made.actor(internal, internal=True)).role == "service"
    with pytest.raises(errors.Unauthenticated):
        await made.actor(internal, internal=False)
    with pytest.raises(errors.Unauthenticated):
        await made.actor(token("officer"), internal=True)


class Gateway:
    """Hands out its keys when `opened`; counts how often it was asked."""

    def __init__(self, *keys: ECKey) -> None:
        self.keys, self.asked, self.opened, self.away = keys, 0, asyncio.Event(), False

    async def __call__(self) -> Any:
        self.asked += 1
        await self.opened.wait()
        if self.away:
            raise errors.Unavailable()
        return KeySet(list(self.keys)).as_dict(private=False)


async def outcomes(made: access.Tokens, *given: str) -> list[str]:
    found = await asyncio.gather(*(made.actor(each, internal=False) for each in given), return_exceptions=True)
    return [type(each).__name__ for each in found]


async def test_whoever_waits_for_the_keys_is_judged_by_what_was_fetched() -> None:
    gateway = Gateway(SIGNING_KEY)
    made = access.Tokens(ISSUER, "kaili-skills", b"k" * 32, fetch=gateway)
    asyncio.get_running_loop().call_later(0.05, gateway.opened.set)  # once all of them wait
    assert await outcomes(made, *(token("officer") for _ in range(20)), signed(OTHER)) == ["Actor"] * 20 + ["Unauthenticated"]
    assert gateway.asked == 1


async def test_a_new_key_is_fetched_when_a_token_names_it_and_not_more_than_once_in_five_seconds() -> None:
    gateway = Gateway(SIGNING_KEY, OTHER)
    gateway.opened.set()
    made = access.Tokens(ISSUER, "kaili-skills", b"k" * 32, KeySet([SIGNING_KEY]), gateway)
    assert await outcomes(made, signed(OTHER)) == ["Actor"]
    assert await outcomes(made, *["nonsense"] * 3) == ["Unauthenticated"] * 3
    assert gateway.asked == 1
    made._fetched_at -= access.KEYS_FETCHED_EVERY_SECONDS
    assert await outcomes(made, "nonsense") == ["Unauthenticated"]
    assert gateway.asked == 2


@pytest.mark.parametrize(("known", "outcome"), [([], "Unavailable"), ([SIGNING_KEY], "Unauthenticated")])
async def test_a_gateway_that_is_away_is_asked_once_by_all_who_wait_and_is_no_401_while_no_key_is_known(
    known: list[ECKey], outcome: str
) -> None:
    gateway = Gateway()
    gateway.away = True
    made = access.Tokens(ISSUER, "kaili-skills", b"k" * 32, KeySet(known), gateway)
    asyncio.get_running_loop().call_later(0.05, gateway.opened.set)  # once all of them wait
    assert await outcomes(made, *[signed(OTHER)] * 5) == [outcome] * 5
    assert gateway.asked == 1


async def test_keys_that_came_late_are_used_at_once() -> None:
    gateway = Gateway(SIGNING_KEY)
    gateway.opened.set()
    gateway.away = True
    made = access.Tokens(ISSUER, "kaili-skills", b"k" * 32, fetch=gateway)
    assert await outcomes(made, token("officer")) == ["Unavailable"]
    gateway.away = False
    assert await outcomes(made, token("officer")) == ["Actor"]


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


@pytest.mark.parametrize("manager", [True, False])
def test_an_actor_goes_through_claims_and_comes_out_the_same(manager: bool) -> None:
    whole = access.Actor(
        "a", "institution", db.new_id(), "杨秀英", db.new_id(), "522601", "人社局", db.new_id(), frozenset({"claims.read"}), manager
    )
    for actor in (whole, access.Actor("a", "officer", manager=manager), access.Actor("a", "officer", scopes=frozenset())):
        assert access.actor_of(actor.wire()) == actor
    assert access.Actor("a", "officer").wire() == {"sub": "a", "role": "officer", "name": ""}
