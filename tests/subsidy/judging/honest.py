"""Honest classes and people as facts: what frauds are planted among."""

from dataclasses import replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from random import Random

from services.subsidy.judging.facts import (
    AttendedDay,
    CertificateFacts,
    ClaimFacts,
    ClassFacts,
    Headcount,
    HeldCategory,
    HeldStatus,
    LineFacts,
    Prior,
    Signing,
)
from services.subsidy.schemes.policy import Terms
from tests.subsidy.judging.cases import CLAIM, CLASS, LINE, PROJECT, SHORT, terms_with

TEA, ELECTRICIAN = "6-02-06-10", "6-31-01-03"
Case = tuple[ClaimFacts, Terms]
TRADES = [
    "蓝莓种植",
    "草莓种植",
    "葡萄种植",
    "水稻种植",
    "辣椒种植",
    "食用菌种植",
    "中药材种植",
    "太子参种植",
    "茶叶种植",
    "油菜种植",
    "蔬菜种植",
    "果树嫁接",
    "水稻病虫害防治",
    "农机驾驶",
    "肉牛养殖",
    "生猪养殖",
    "养鸡",
    "养鸭",
    "养蜂",
    "稻田养鱼",
    "小龙虾养殖",
    "山羊养殖",
    "桑蚕养殖",
    "花卉栽培",
    "腊肉加工",
    "酸汤加工",
    "米酒酿造",
    "豆制品加工",
]
FARMERS = ("rural_worker", "rural_transfer_worker", "cooperative_member", "out_of_poverty_worker", "rural_woman", "returning_migrant")
LEVELS = ("junior", "intermediate", "senior", "technician", "senior_technician")
TO_TRAINEE = terms_with(payee="trainee")
# The form of a project's terms once its table is known: what is not known today is only what it pays.
BY_LEVEL = replace(
    PROJECT,
    basis_status="confirmed",
    yuan_per_person_by_level={level: Decimal(1000 + 500 * rank) for rank, level in enumerate(LEVELS)},
    certificate_required=True,
    certificates_a_month_at_most=300,
)


def a_day(random: Random) -> date:
    return date(2025, 1, 6) + timedelta(days=random.randrange(340))


def at(day: date, random: Random, hour: int) -> datetime:
    return datetime.fromisoformat(f"{day}T{hour:02}:{random.randrange(60):02}:{random.randrange(60):02}+08:00")


# ---- what honest people do ----


def honest(random: Random) -> Case:
    """A short course, or a project class that ends in a certificate, with everyone in it."""
    return short_course(random) if random.random() < 0.7 else project(random)


def short_course(random: Random) -> Case:
    first, days, size = a_day(random), random.choice((1, 2, 3, 3, 3)), random.randint(5, 30)
    trade, filed_at = random.choice(TRADES), at(first - timedelta(days=random.randint(0, 15)), random, random.randint(8, 20))
    class_facts = replace(a_class(random, first, days, size), trade_name=trade, trade_filing_no="州备-2025-01", filed_at=filed_at)
    lines = tuple(a_person(random, class_facts, index, random.choice(FARMERS), oldest=65) for index in range(size))
    lines = tuple(replace(line, priors=earlier_courses(random, trade, first)) if random.random() < 0.2 else line for line in lines)
    claim = replace(CLAIM, class_facts=class_facts, lines=lines, claimed_on=class_facts.ends_on + timedelta(days=random.randint(3, 60)))
    return claim, random.choice((SHORT, TO_TRAINEE))


def project(random: Random) -> Case:
    first, days, size, level = a_day(random), random.randint(10, 30), random.randint(10, 40), random.choice(LEVELS[:3])
    class_facts = replace(
        a_class(random, first, days, size), occupation_code=ELECTRICIAN, trade_name=None, trade_filing_no=None, level=level
    )
    lines = [a_person(random, class_facts, index, "registered_unemployed", oldest=49) for index in range(size)]
    issued_on = class_facts.ends_on + timedelta(days=random.randint(1, 20))
    certified = tuple(replace(line, certificate=a_certificate(random, line, issued_on, level)) for line in lines)
    claimed_on = issued_on + timedelta(days=random.randint(1, 90))
    return replace(CLAIM, scheme="project", class_facts=class_facts, lines=certified, claimed_on=claimed_on), BY_LEVEL


def a_class(random: Random, first: date, days: int, size: int) -> ClassFacts:
    last = first + timedelta(days=days - 1)
    signed = random.random() < 0.5
    half_days = [(first + timedelta(days=day), half) for day in range(days) for half in ("am", "pm")]
    visited = [random.choice(half_days)] if random.random() < 0.3 else []
    return replace(
        CLASS,
        starts_on=first,
        ends_on=last,
        hours=days * random.choice((6, 7, 8)),
        half_days_held=2 * days,
        filed_at=at(first - timedelta(days=random.randint(5, 30)), random, random.randint(8, 20)),
        signings=tuple(a_signing(random, on, half, size) for on, half in half_days) if signed else (),
        headcounts=tuple(Headcount(on, random.choice((half, None)), size + random.randrange(2), size) for on, half in visited),
    )


def a_signing(random: Random, on: date, half_day: str, size: int) -> Signing:
    """One after the other, each in the seconds that it takes them."""
    first = at(on, random, 8 if half_day == "am" else 14)
    return Signing(on, half_day, size, first, first + timedelta(seconds=sum(random.randint(3, 20) for _ in range(size - 1))))


def a_person(random: Random, class_facts: ClassFacts, index: int, category: str, *, oldest: int) -> LineFacts:
    first = class_facts.starts_on
    born_on = first - timedelta(days=random.randint(18 * 366, oldest * 365))
    days = [first + timedelta(days=day) for day in range(class_facts.calendar_days)]
    statuses = []
    if random.random() < 0.1:
        statuses.append(HeldStatus("insured_employee", first - timedelta(days=900), None, "社保"))
    if (first - born_on).days > 60 * 366:
        statuses.append(HeldStatus("resident_pension", first - timedelta(days=200), None, "社保"))
    if random.random() < 0.05:
        statuses.append(HeldStatus("full_time_student", first - timedelta(days=2000), first - timedelta(days=300), "教育"))
    if random.random() < 0.03:
        statuses.append(HeldStatus("employee_pension", class_facts.ends_on + timedelta(days=40), None, "社保"))
    return replace(
        LINE,
        trainee_id=f"trainee-{index}",
        outcome="completed",
        born_on=born_on,
        sex=random.choice(("male", "female")),
        retirement_track="female_50",
        categories=(HeldCategory(category, first - timedelta(days=random.randint(0, 1500))),),
        statuses=tuple(statuses),
        attendance=tuple(AttendedDay(day, 1 if random.random() < 0.05 else 2) for day in days if random.random() < 0.97),
        bank_account_token=f"account-{index}" if random.random() < 0.95 else None,
    )


def earlier_courses(random: Random, trade: str, first: date) -> tuple[Prior, ...]:
    """Another trade this year, the same in another, or a day too few to be worth anything."""
    other = random.choice([each for each in TRADES if each != trade])
    this_year = date(first.year, random.randint(1, 12), random.randint(1, 28))
    last_year = this_year.replace(year=first.year - 1)
    kinds = ((other, this_year, "120.00"), (trade, last_year, "180.00"), (trade, this_year, "0.00"))
    key, on, amount = random.choice(kinds)
    return (Prior("KL-SQ-2025-000001", "agricultural_short", on, key, amount_yuan=Decimal(amount)),)


def a_certificate(random: Random, line: LineFacts, issued_on: date, level: str) -> CertificateFacts:
    number, month = f"S{random.randrange(10**20):021}", random.randint(20, 150)
    return CertificateFacts(
        number,
        number,
        line.trainee_id,
        "skill_level",
        ELECTRICIAN,
        level,
        issued_on,
        "示例评价组织",
        within_filing=True,
        issued_that_month=month,
    )
