"""Invented people for whom everything is in order, made from terms to prove these by (`proof`); and how one of them is told to an officer."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta, timezone
from typing import Any

from services.subsidy.codes import (
    CatalogueKind,
    Category,
    CertificateKind,
    ClaimKind,
    ClassStatus,
    EnrolmentOutcome,
    EvidenceGrade,
    FundSource,
    Level,
    LineVerdict,
    PersonalStatus,
    RetentionVerdict,
    SchemeCode,
    Sex,
)
from services.subsidy.judging import trades
from services.subsidy.judging.facts import AttendedDay, ClaimFacts, ClassFacts, HeldCategory, LineFacts
from services.subsidy.judging.papers import CertificateFacts, PlacementFacts
from services.subsidy.judging.verdict import Verdict
from services.subsidy.schemes.policy import Terms
from shared.codes import label
from shared.months import age_on, months_after

AGE, HOURS_A_DAY, DAYS_AT_MOST = 35, 8, 400
NOON = timezone(timedelta(hours=8))


@dataclass(frozen=True, slots=True)
class Asked:
    """Who and what is tried: a person of this category, in a class (or with a certificate, or at work) of this trade and level, from this day on."""

    day: date
    trade: str
    level: Level | None
    category: Category | None


@dataclass(frozen=True, slots=True)
class Ground:
    """What is proved."""

    scheme: SchemeCode
    kind: ClaimKind
    terms: Terms


def claim(of: Ground, asked: Asked, categories: Sequence[Category | None] | None = None, **more: Any) -> ClaimFacts:
    """A claim of one line, or of one for each of `categories`. `more`: `days`, `hours`, `age`, and members of the class, the line, the certificate, the
    placement or the claim that are not in order."""
    terms, day = of.terms, asked.day
    class_facts = _class(of, asked, more) if of.kind == ClaimKind.TRAINING else None
    line = _line(of, asked, class_facts, more)
    people = tuple(_person(line, index, each, day) for index, each in enumerate(categories or (asked.category,)))
    ends_on = class_facts.ends_on if class_facts else months_after(day, 4) if of.kind == ClaimKind.PLACEMENT else day
    source = FundSource.EMPLOYMENT_SUBSIDY if terms.fund_sources is None else min(terms.paid_from or terms.fund_sources)
    made = ClaimFacts(of.scheme, of.kind, ends_on + timedelta(days=1), source, class_facts, people)
    return _with(made, more)


def long_enough(terms: Terms) -> int:
    """Days of a class in which everything that the terms pay for finds room, as far as they let it be so long."""
    a_day = hours_a_day(terms)
    hours = max(terms.class_hours_at_least or 0, terms.hours_paid_at_most or 0)
    wanted = max(1, -(-hours // a_day), terms.days_paid_at_most or 0, terms.living_days_at_most or 0)
    return min(wanted, terms.class_days_at_most or wanted, DAYS_AT_MOST)


def hours_a_day(terms: Terms) -> int:
    half_day = terms.hours_a_half_day_at_most
    return min((hours for hours in (terms.class_hours_a_day_at_most, half_day and 2 * half_day) if hours), default=HOURS_A_DAY)


def told(of: ClaimFacts, line: LineFacts) -> str:
    """The person, as an officer would describe them."""
    day = of.class_facts.starts_on if of.class_facts else line.certificate.issued_on if line.certificate else _started(line)
    held = "、".join(label("category", each.code) for each in line.categories) or "无身份类别"
    held += "".join(f",{label('personal_status', each.status)}" for each in line.statuses)
    said = [f"{label('sex', line.sex)},{age_on(line.born_on, day)} 周岁,{held}"]
    if class_facts := of.class_facts:
        level = label("level", class_facts.level) if class_facts.level else ""
        length = f"{class_facts.starts_on} 至 {class_facts.ends_on},{class_facts.hours} 课时"
        said.append(f"{class_facts.trade_name}{level}班,{length},实到 {len(line.attendance)} 天")
    if certificate := line.certificate:
        level = label("level", certificate.level) if certificate.level else ""
        said.append(f"{trades.title(certificate.occupation_code or '')}{level}证书,{certificate.issued_on} 发证")
    if line.placement:
        said.append(f"{line.placement.started_on} 上岗")
    if line.priors:
        said.append(f"本年已补 {len(line.priors)} 次,共 {sum(prior.amount_yuan or 0 for prior in line.priors)} 元")
    return "设想:" + ";".join([*said, f"{of.claimed_on} 申领"])


def outcome(verdict: Verdict) -> str:
    if verdict.decision is LineVerdict.ELIGIBLE:
        return f"可补,{verdict.calculation}"
    said = "、".join(f"{label('finding', each.code)}({each.seen})" for each in verdict.findings if each.effect != "note")
    return f"{label('line_verdict', verdict.decision)}:{said}"


def _class(of: Ground, asked: Asked, more: dict[str, Any]) -> ClassFacts:
    terms, day = of.terms, asked.day
    days = more.pop("days", None) or long_enough(terms)
    years = more.pop("years", None) or terms.years_paid_at_most
    ends_on = months_after(day, 12 * years) - timedelta(days=1) if years else day + timedelta(days=days - 1)
    by_code = trades.OCCUPATION.fullmatch(asked.trade) is not None
    made = ClassFacts(
        id="设想的班级",
        number="设想的班级",
        status=ClassStatus.COMPLETED,
        starts_on=day,
        ends_on=ends_on,
        hours=more.pop("hours", days * hours_a_day(terms)),
        institution_name="设想的机构",
        needs_designation=True,
        designated=True,
        occupation_code=asked.trade if by_code else None,
        trade_name=trades.title(asked.trade),
        trade_filing_no=None if by_code else "设想的备案",
        trade_filed=None if by_code else True,
        level=asked.level,
        half_days_planned=2 * days,
        half_days_held=2 * days,
        catalogues=_listing(terms),
        need_reason="确有需要",
        filed_at=datetime.combine(day - timedelta(days=400), datetime.min.time(), NOON),
    )
    return _with(made, more)


def _line(of: Ground, asked: Asked, class_facts: ClassFacts | None, more: dict[str, Any]) -> LineFacts:
    terms, day = of.terms, asked.day
    days = class_facts.half_days_planned // 2 if class_facts and class_facts.half_days_planned else 0
    certificate = placement = None
    if of.kind == ClaimKind.CERTIFICATE or terms.certificate_required:
        kind = CertificateKind(min(terms.certificate_kinds)) if terms.certificate_kinds else CertificateKind.SKILL_LEVEL
        issued_on = class_facts.ends_on if class_facts else day
        made = CertificateFacts("设想的证书", "设想的证书", "", kind, asked.trade, asked.level, issued_on, "设想的机构", within_filing=True)
        certificate = _with(made, more)
    if of.kind == ClaimKind.PLACEMENT:
        made_placement = PlacementFacts(
            "设想的就业", "设想的订单", day, RetentionVerdict.MET, months_after(day, 3), weakest_grade=EvidenceGrade.A
        )
        placement = _with(made_placement, more)
    age = more.pop("age", None)
    age = max(terms.age_at_least, min(AGE, terms.age_at_most or AGE)) if age is None else age
    line = LineFacts(
        trainee_id="",
        born_on=date(day.year - age, 1, 1),
        sex=Sex.MALE,
        outcome=EnrolmentOutcome.COMPLETED if class_facts else None,
        complete_lists=frozenset(PersonalStatus),
        attendance=tuple(AttendedDay(day + timedelta(days=each), 2) for each in range(days)),
        certificate=certificate,
        placement=placement,
        catalogues=_listing(terms),
    )
    return _with(line, more)


def _listing(terms: Terms) -> tuple[CatalogueKind, ...]:
    """In every catalogue that is paid more for, unless trades are named as well: then these are what is tried."""
    return () if terms.uplift_trades else tuple(sorted(terms.uplift_catalogues or ()))


def _person(line: LineFacts, index: int, category: Category | None, day: date) -> LineFacts:
    held = (HeldCategory(category, date(day.year - 1, 1, 1)),) if category else ()
    certificate = line.certificate and replace(line.certificate, holder_id=f"设想-{index}", certificate_id=f"设想-{index}")
    return replace(line, trainee_id=f"设想-{index}", bank_account_token=f"设想-{index}", categories=held, certificate=certificate)


def _with(made: Any, more: dict[str, Any]) -> Any:
    """What of `more` is a member of this, is this one's."""
    return replace(made, **{name: more.pop(name) for name in _members(made) if name in more})


def _members(made: Any) -> Iterable[str]:
    return list(made.__dataclass_fields__)


def _started(line: LineFacts) -> date:
    return (line.placement and line.placement.started_on) or line.born_on
