"""Receipts of invented claims, without a database: what the system would vouch for, of worlds as the oracle's histories make them."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from decimal import Decimal
from random import Random
from typing import Any
from uuid import UUID

import orjson

from services.subsidy import clients
from services.subsidy.claims.facts import History, Wanted, claim_facts
from services.subsidy.codes import ClaimKind, Effect, FundSource, LineVerdict, SchemeCode
from services.subsidy.judging.facts import ClaimFacts, Prior, trade_of
from services.subsidy.judging.verdict import judge_claim
from services.subsidy.receipts.policy import judged
from services.subsidy.schemes.policy import Terms
from tests.oracle.histories import a_world
from tests.oracle.judge import Verdict, World, kept
from tests.oracle.telling import Telling, id_of
from tests.oracle.terms import TERMS

CLAIMED_ON = date(2026, 6, 1)


def claims_of(world: World) -> Iterator[tuple[str, ClaimFacts, Terms]]:
    """Every claim of a world by its name, on what the registry tells, each knowing what was taken before it."""
    registry = Telling("", world)
    taken: dict[UUID, list[Prior]] = defaultdict(list)
    for who, trade, level, on, fen in world.outside:
        paid = Prior("外地", None, on, trade, level, outside=True, amount_yuan=Decimal(fen) / 100)
        taken[id_of("", kept(world, who))].append(paid)
    for claim, title, names in world.claims:
        wanted = [Wanted(id_of("", kept(world, name))) for name in names]
        read = clients.read_claim_facts(registry.claim_facts(title, {str(each.trainee_id) for each in wanted}))
        past = History({who: tuple(priors) for who, priors in taken.items()})
        scheme = SchemeCode(read.class_.channel)
        facts = claim_facts(
            read, wanted, past, scheme=scheme, kind=ClaimKind.TRAINING, claimed_on=CLAIMED_ON, fund_source=FundSource.EMPLOYMENT_SUBSIDY
        )
        terms = TERMS.terms_on(scheme, read.class_.starts_on)
        assert isinstance(terms, Terms)
        yield claim, facts, terms
        for line, verdict in zip(facts.lines, judge_claim(facts, terms).lines, strict=True):
            if verdict.decision != LineVerdict.REFUSED:
                trade_key, held = trade_of(facts, line)
                prior = Prior(claim, scheme, read.class_.starts_on, trade_key, held, amount_yuan=verdict.amount)
                taken[UUID(line.trainee_id)].append(prior)


def said_by_the_system(world: World) -> dict[tuple[str, int], Verdict]:
    """What the system's judge says of every line of every claim, as the oracle says it."""
    found: dict[tuple[str, int], Verdict] = {}
    for claim, facts, terms in claims_of(world):
        for place, verdict in enumerate(judge_claim(facts, terms).lines):
            codes = {effect: frozenset(str(each.code) for each in verdict.findings if each.effect == effect) for effect in Effect}
            found[claim, place] = Verdict(str(verdict.decision), int(verdict.amount * 100), codes[Effect.REFUSE], codes[Effect.HOLD])
    return found


def receipts(seed: str, wild: float = 1.0) -> Iterator[dict[str, Any]]:
    """Of every claim of one invented world. Some expect another amount than is due, or ask for money of another source."""
    random = Random(seed)
    for _, facts, terms in claims_of(a_world(random, wild)):
        yield as_sent(judged(_asked_otherwise(facts, random) if random.random() < 0.2 else facts, terms))


def _asked_otherwise(facts: ClaimFacts, random: Random) -> ClaimFacts:
    expecting = (replace(line, expected_amount=Decimal(random.choice(["180.00", "60.00", "1000.00"]))) for line in facts.lines)
    return replace(facts, lines=tuple(expecting), fund_source=FundSource.EAST_WEST)


def as_sent(receipt: dict[str, Any]) -> dict[str, Any]:
    """As whoever receives it reads it."""
    read: dict[str, Any] = orjson.loads(orjson.dumps(receipt))
    return read
