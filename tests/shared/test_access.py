"""A token counts only if the gateway signed it for us and it has not expired; roles and scopes do the rest."""

import asyncio
import time
from collections.abc import Callable
from datetime import datetime
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
        pytest.param(partial(signed, iss=None), id="of-no-issuer"),
        pytest.param(partial(signed, aud="another-system"), id="for-another-system"),
        pytest.param(partial(signed, aud=None), id="for-nobody"),
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
        (access.Actor("a", "service", scopes=frozenset()), None),
    ],
)
def test_role_and_scope_decide(actor: access.Actor, refusal: type[errors.Problem] | None) -> None:
    def ask() -> None:
        access.require(actor, frozenset({"officer", "system", "service"}), "claims.read")

    if refusal:
        with pytest.raises(refusal) as refused:
            ask()
        assert refused.value.status == 403
    else:
        ask()


def test_what_needs_no_scope_is_open_to_whoever_holds_none() -> None:
    access.require(access.Actor("a", "officer", scopes=frozenset()), frozenset({"officer"}), "")


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


def stands(monkeypatch: pytest.MonkeyPatch, wall: float, steady: float) -> None:
    """Both clocks show this, and go no further."""
    monkeypatch.setattr(time, "time", lambda: wall)
    monkeypatch.setattr(time, "monotonic", lambda: steady)


async def test_a_remembered_token_ends_when_it_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    now = float(int(time.time()))
    stands(monkeypatch, now, 100.0)
    made, given = tokens(), signed(exp=int(now) + 60)
    await made.actor(given, internal=False)
    stands(monkeypatch, now + 59, 159.0)
    assert (await made.actor(given, internal=False)).role == "officer"
    stands(monkeypatch, now + 60, 160.0)
    with pytest.raises(errors.Unauthenticated):
        await made.actor(given, internal=False)


@pytest.mark.parametrize(
    ("iat", "exp", "outcome"), [(5, 60, "Actor"), (6, 60, "Unauthenticated"), (0, -4, "Actor"), (0, -5, "Unauthenticated")]
)
async def test_clocks_may_differ_by_five_seconds(monkeypatch: pytest.MonkeyPatch, iat: int, exp: int, outcome: str) -> None:
    now = int(time.time())
    stands(monkeypatch, float(now), 100.0)
    assert await outcomes(tokens(), signed(iat=now + iat, exp=now + exp)) == [outcome]


async def test_only_so_many_tokens_are_remembered(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(access, "REMEMBERED_TOKENS", 2)
    made = tokens()
    for subject in ("a", "b", "c"):
        await made.actor(signed(sub=subject), internal=False)
    assert len(made._known) <= 2


def test_a_services_token_lives_five_minutes_and_is_the_same_for_half_of_them(monkeypatch: pytest.MonkeyPatch) -> None:
    made, now = tokens(), int(time.time())

    def at(seconds: int) -> str:
        stands(monkeypatch, float(now + seconds), 100.0)
        return made.internal_token("subsidy")

    first = at(0)
    claims = jwt.decode(first, OctKey.import_key(b"k" * 32), algorithms=["HS256"]).claims
    assert (claims["iat"], claims["exp"]) == (now, now + 300)
    assert at(149) == first != at(150)
    assert at(149) != first, "one made later than now is made anew"


def test_a_token_says_whose_it_is_before_it_is_verified() -> None:
    said = [access.is_internal(each) for each in (tokens().internal_token("subsidy"), token("officer"), "nonsense")]
    assert said == [True, False, False]


async def test_ready_says_how_fresh_the_knowledge_of_ended_tokens_is(monkeypatch: pytest.MonkeyPatch) -> None:
    async def none() -> list[str]:
        return []

    made = tokens()
    made.fetch_ended = none
    stands(monkeypatch, 0.0, 0.0)
    assert made.knows_ended() == {"status": "unavailable", "needed": True}
    await made.learn_ended()
    stands(monkeypatch, 0.0, 59.9)
    assert made.knows_ended() == {"status": "ok", "needed": False}
    stands(monkeypatch, 0.0, 60.0)
    assert made.knows_ended() == {"status": "unavailable", "needed": False}


async def test_whoever_has_not_been_told_of_ended_tokens_asks_more_often(monkeypatch: pytest.MonkeyPatch) -> None:
    away, waited = True, list[float]()

    async def ended() -> list[str]:
        if away:
            raise errors.Unavailable()
        return ["a"]

    async def wait(seconds: float) -> None:
        nonlocal away
        waited.append(seconds)
        away = False
        if len(waited) == 3:
            raise asyncio.CancelledError

    made = tokens()
    made.fetch_ended = ended
    stands(monkeypatch, 0.0, 0.5)
    monkeypatch.setattr(asyncio, "sleep", wait)
    with pytest.raises(asyncio.CancelledError):
        await made.keep_learning(30.0)
    assert (waited, made.ended) == ([access.ASKED_AGAIN_SECONDS, 30.0, 30.0], frozenset({"a"}))


async def test_keys_are_asked_for_again_after_five_seconds(monkeypatch: pytest.MonkeyPatch) -> None:
    gateway = Gateway(SIGNING_KEY)
    gateway.opened.set()
    made, now = access.Tokens(ISSUER, "kaili-skills", b"k" * 32, KeySet([SIGNING_KEY]), gateway), time.time()
    for steady, asked in ((100.0, 1), (104.9, 1), (105.0, 2)):
        stands(monkeypatch, now, steady)
        await outcomes(made, "nonsense")
        assert gateway.asked == asked


def call(**more: Any) -> access.Call:
    return access.Call(access.ANYONE, datetime(2026, 3, 1, 9), **more)


def test_what_was_learnt_meanwhile_makes_no_other_call_of_it() -> None:
    assert call(told={"trainee": {}}, calendar=object()) == call()


def test_a_call_is_patient_only_where_somebody_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    assert call().patient(5).deadline is None
    patient = call(deadline=access.Deadline(10.0)).patient(5).deadline
    stands(monkeypatch, 0.0, 12.0)
    assert patient and (patient.at, patient.left()) == (15.0, 3.0)


@pytest.mark.parametrize(
    ("if_match", "seen"), [(None, ""), ({"*"}, ""), ({"3"}, ""), ({"2", "3"}, ""), ({"2"}, "2"), ({"4", "2"}, "2、4"), (set(), "弱标签")]
)
def test_a_step_on_another_version_is_refused_and_says_which(if_match: set[str] | None, seen: str) -> None:
    asked = call(if_match=None if if_match is None else frozenset(if_match))
    if not seen:
        asked.match(3)
        return
    with pytest.raises(errors.StaleVersion, match=seen) as refused:
        asked.match(3)
    assert "当前版本是 3" in str(refused.value.detail)
