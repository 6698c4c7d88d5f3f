"""Receipts of invented claims, without a database: what the system would vouch for, of worlds as the oracle's histories make them."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from random import Random
from typing import Any
from uuid import UUID

import orjson

from services.subsidy import clients
from services.subsidy.claims.clients import Wanted, as_told
from services.subsidy.claims.earlier import History
from services.subsidy.claims.facts import claim_facts
from services.subsidy.codes import ClaimKind, Effect, FundSource, Level, LineVerdict, SchemeCode
from services.subsidy.judging.cases import trade_of
from services.subsidy.judging.facts import CameBack, ClaimFacts, EmployerYear, LineFacts, Prior
from services.subsidy.judging.papers import ApplicantFacts, Barred, BodyFlag, CertificateFacts, PlacementFacts
from services.subsidy.judging.verdict import judge_claim
from services.subsidy.receipts.policy import judged
from services.subsidy.schemes.policy import RATES, Terms, TradeRates
from tests.oracle.drawn import a_world
from tests.oracle.judge import Verdict, World, kept
from tests.oracle.telling import Telling, id_of
from tests.oracle.terms import TERMS
from tests.subsidy.judging.cases import POLICY
from tests.subsidy.judging.frauds import KINDS
from tests.subsidy.judging.honest import Case, honest, project, short_course

CLAIMED_ON = date(2026, 6, 1)
DIRECT = POLICY.schemes["certificate_direct"].terms[0]
STABILITY = POLICY.schemes["placement_stability"].terms[0]
TABLE = (
    TradeRates("电工", ("6-31-01-03",), {Level.JUNIOR: Decimal("1000"), Level.SENIOR: Decimal("2000.50")}),
    TradeRates("蓝莓", ("蓝莓种植",), None, Decimal("300")),
)


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
            as_told(read),
            wanted,
            past,
            scheme=scheme,
            kind=ClaimKind.TRAINING,
            claimed_on=CLAIMED_ON,
            fund_source=FundSource.EMPLOYMENT_SUBSIDY,
        )
        terms = TERMS.terms_on(scheme, read.class_.starts_on)
        assert isinstance(terms, Terms)
        yield claim, facts, terms
        for line, verdict in zip(facts.lines, judge_claim(facts, terms).lines, strict=True):
            if verdict.decision != LineVerdict.REFUSED:
                trade_key, held = trade_of(facts, line, terms)
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


def receipts(seed: str) -> Iterator[dict[str, Any]]:
    """Of every claim of one invented world, and of one claim of whatever kind, with a fraud planted or none, paid by a rate of whatever form."""
    random = Random(seed)
    claims = [*((f"world {claim}", facts, terms) for claim, facts, terms in claims_of(a_world(random))), a_claim(random)]
    for name, facts, terms in claims:
        asked = _asked_otherwise(facts, terms, random) if random.random() < 0.2 else (facts, terms)
        yield {"name": f"{name}, {seed}"} | as_sent(judged(*asked))


def a_claim(random: Random) -> tuple[str, ClaimFacts, Terms]:
    kind = random.choice([*sorted(KINDS), *["certificate", "placement"] * 4, *["honest"] * 3])
    if kind == "certificate":
        facts, terms = _on_certificates(random)
    elif kind == "placement":
        facts, terms = _on_placements(random)
    else:
        plant, of, _ = KINDS.get(kind, (lambda _, case: case, honest, set()))
        facts, terms = plant(random, of(random))
        facts = replace(facts, lines=facts.lines[: random.randint(1, 3)])
        facts, terms = _paid_otherwise(facts, terms, random) if random.random() < 0.5 else (facts, terms)
    return kind, facts, terms


def _on_certificates(random: Random) -> Case:
    """In months and numbers about the limits, of holders, kinds and scopes that fit or do not."""
    facts, _ = project(random)
    lines = tuple(
        _unknown(replace(line, certificate=_otherwise(line.certificate, random)), "certificate", random) for line in facts.lines[:3]
    )
    limits: dict[str, Any] = {
        "certificate_months_at_most": random.choice([None, 1, 3, 12]),
        "certificates_a_month_at_most": random.choice([None, 80, 100]),
    }
    limits["certificates_a_month_of_an_assessor_at_most"] = random.choice([None, 40])
    if random.random() < 0.3:
        limits |= {
            "until_retirement_age": False,
            "age_at_most": random.choice([30, 60]),
            "women_age_at_most": random.choice([None, 25, 55]),
        }
    kinds = random.choice([None, frozenset({"skill_level"}), frozenset({"completion"})])
    level = {"yuan_per_person_by_level": {"junior": Decimal("1000"), "intermediate": Decimal("1500.50")}, "basis_status": "confirmed"}
    terms = replace(DIRECT, **limits, certificate_kinds=kinds, **(level if random.random() < 0.7 else {}))
    scheme, kind = SchemeCode.CERTIFICATE_DIRECT, ClaimKind.CERTIFICATE
    facts = replace(facts, scheme=scheme, kind=kind, class_facts=None, lines=lines, fund_source=FundSource.SKILLS_UPGRADE)
    return replace(facts, applicant=_an_applicant(random)), terms


def _unknown(line: LineFacts, paper: str, random: Random) -> LineFacts:
    return replace(line, **{paper: None, f"unknown_{paper}_id": "somebody else's"}) if random.random() < 0.1 else line


def _an_applicant(random: Random) -> ApplicantFacts | None:
    """Barred about the days that lines are judged for."""
    why, first, days = (
        random.choice(["blacklisted", "suspended", "exited"]),
        date(2025, random.randint(1, 12), 1),
        random.choice([None, 40, 300]),
    )
    barred = (Barred(why, first, days and first + timedelta(days=days)),) if random.random() < 0.7 else ()
    return ApplicantFacts("institution-1", "示例企业", barred) if random.random() < 0.4 else None


def _otherwise(certificate: CertificateFacts | None, random: Random) -> CertificateFacts | None:
    changes: list[dict[str, Any] | None] = [
        {},
        None,
        {"holder_id": "somebody else"},
        {"number_fits": False},
        {"within_filing": False},
        {"within_filing": None},
        {"kind": "completion"},
        {"revoked_on": date(2025, 6, 1)},
        {"issued_on": date(2026, 12, 1)},
        {"issued_that_month": random.choice([80, 81, 100, 101])},
        {"assessed_that_month": random.choice([40, 41])},
        {"body_flags": (BodyFlag("unsupervised", "2025-03 的 3 场考核没有督导记录"),), "issued_that_month": random.choice([1, 101])},
    ]
    change = random.choice(changes)
    return None if change is None or certificate is None else replace(certificate, **change)


def _on_placements(random: Random) -> Case:
    facts, _ = short_course(random)
    placed = (replace(line, placement=_a_placement(random), priors=_placed_before(random)) for line in facts.lines[:3])
    lines = tuple(_unknown(line, "placement", random) for line in placed)
    terms = replace(
        STABILITY,
        yuan_per_person=random.choice([None, Decimal("2000")]),
        basis_status=random.choice(["confirmed", "unconfirmed"]),
        other_basis=(),
        evidence_grade_at_least=random.choice([None, "B", "C"]),
        same_employer=random.choice([None, True]),
        times_a_year_at_most=None,
        yuan_per_employer_at_most=random.choice([None, Decimal("3000")]),
        yuan_per_employer_year_at_most=random.choice([None, Decimal("2500.50")]),
    )
    facts = replace(facts, scheme=SchemeCode.PLACEMENT_STABILITY, kind=ClaimKind.PLACEMENT, class_facts=None, lines=lines)
    had, years = random.choice([None, Decimal("500.00")]), _years_of_an_employer(random)
    facts = replace(facts, fund_source=FundSource.EAST_WEST, employer_had_yuan=had, employer_years=years)
    return replace(facts, applicant=_an_applicant(random)), terms


def _years_of_an_employer(random: Random) -> tuple[EmployerYear, ...] | None:
    return random.choice([None, (), (EmployerYear(2024, Decimal("9000.00")), EmployerYear(2025, Decimal("650.25")))])


def _a_placement(random: Random) -> PlacementFacts | None:
    verdict = random.choice(["met", "met", "on_track", "unproven", "broken"])
    order, grade = random.choice(["DD-1", "DD-1", None]), random.choice(["A", "B", "C", "D", None])
    made = PlacementFacts(
        f"placement {random.randrange(3)}", order, date(2025, 2, 1), verdict, date(2025, 5, 1), grade, random.random() < 0.8
    )
    made = replace(
        made,
        warnings=random.choice([None, None, ("two_orders", "order_expired")]),
        insured_elsewhere=("2025-03",) if made.placement_id == "placement 2" else None,
        ordered_on=random.choice([None, date(2025, 2, 1), date(2025, 2, 2)]),
        started_on=random.choice([made.started_on] * 5 + [None]),
    )
    return made if random.random() < 0.9 else None


def _placed_before(random: Random) -> tuple[Prior, ...]:
    on, worth = date(2025, 3, random.randint(1, 28)), random.choice([None, Decimal("0.00"), Decimal("2000.00")])
    scheme = random.choice([SchemeCode.PLACEMENT_STABILITY, SchemeCode.PLACEMENT_SERVICE])
    before = Prior("KL-SQ-2025-000007", scheme, on, placement_id=f"placement {random.randrange(3)}", amount_yuan=worth)
    return (before,) if random.random() < 0.4 else ()


def _paid_otherwise(facts: ClaimFacts, terms: Terms, random: Random) -> Case:
    """By another form of rate, with an uplift, in instalments, within limits: and with what was given before."""
    rates: list[dict[str, Any]] = [
        {"yuan_per_person_hour": Decimal("12.50"), "hours_paid_at_most": random.choice([10, 24, 60])},
        {"yuan_per_person": Decimal("333.33")},
        {"yuan_per_person_by_level": {"junior": Decimal("1000"), "intermediate": Decimal("1500")}},
        {"yuan_per_person_by_trade": TABLE, "unlisted_is": random.choice([None, "hold", "refuse"])},
        {
            "yuan_per_person": Decimal("5000"),
            "years_paid_at_most": 2,
            "advance_percent": random.choice([None, 33, 50]),
            "class_days_at_most": None,
        },
        {},
    ]
    further: dict[str, Any] = {}
    if random.random() < 0.4:
        further |= {"uplift_percent": random.choice([7, 30]), "uplift_trades": random.choice([None, ("6-31-01-03", "蓝莓种植")])}
        further |= {"uplift_levels": random.choice([None, frozenset({"junior"})])}
    if random.random() < 0.3:
        to = random.choice([None, frozenset({"registered_unemployed"})])
        further |= {"living_yuan_per_day": Decimal("15.05"), "living_days_at_most": random.choice([2, 10]), "living_categories": to}
    if random.random() < 0.3:
        further |= {"yuan_per_person_year_at_most": Decimal("1200")}
    if random.random() < 0.3:
        further |= {"yuan_per_employer_at_most": Decimal("700")}
    if random.random() < 0.3:
        further |= {"yuan_per_employer_year_at_most": Decimal("900.40")}
    rate = random.choice(rates)
    terms = replace(terms, **(dict.fromkeys((*RATES, "days_paid_at_most", "half_days_for_a_paid_day")) if rate else {}) | rate | further)
    course = facts.class_facts
    if course and "years_paid_at_most" in rate:
        ends_on = course.starts_on + timedelta(days=random.choice([360, 365, 740]))
        course = replace(course, ends_on=ends_on, status=random.choice(["in_progress", "completed"]))
        facts = replace(facts, claimed_on=course.starts_on + timedelta(days=random.choice([0, 200, 365, 800])))
    worth = random.choice([None, Decimal("0.00"), Decimal("400.00"), Decimal("1200.00")])
    on = course.starts_on if course else facts.claimed_on
    before = Prior("KL-SQ-2025-000003", facts.scheme, on, "养鸡", amount_yuan=worth, same_class=random.random() < 0.5)
    given = tuple(replace(line, priors=(*line.priors, before)) if random.random() < 0.3 else line for line in facts.lines)
    back = (CameBack("KL-SQ-2025-000002", Decimal("180.00")),)
    given = tuple(replace(line, came_back=back) if random.random() < 0.2 else line for line in given)
    made_up = Decimal(random.choice(["60.00", "120.00", "1000.00"]))
    given = tuple(replace(line, makes_up_yuan=made_up) if random.random() < 0.2 else line for line in given)
    had = random.choice([None, Decimal("650.00")])
    return replace(facts, class_facts=course, lines=given, employer_had_yuan=had, employer_years=_years_of_an_employer(random)), terms


def _asked_otherwise(facts: ClaimFacts, terms: Terms, random: Random) -> Case:
    expecting = (replace(line, expected_amount=Decimal(random.choice(["180.00", "60.00", "1000.00"]))) for line in facts.lines)
    sources = random.choice([None, None, frozenset({FundSource.EMPLOYMENT_SUBSIDY}), frozenset({FundSource.EAST_WEST})])
    return replace(facts, lines=tuple(expecting), fund_source=FundSource.EAST_WEST), replace(terms, fund_sources=sources)


def as_sent(receipt: dict[str, Any]) -> dict[str, Any]:
    """As whoever receives it reads it."""
    read: dict[str, Any] = orjson.loads(orjson.dumps(receipt))
    return read
