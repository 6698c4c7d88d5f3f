"""Each kind of fraud that audits found, planted in claims as honest institutions make them: at the level of facts, from a seed.

`python -m tests.subsidy.judging.frauds [seed]` prints how many of each kind are found, and how many honest people are stopped. What is made up here knows
the documents and what people do, not the limits of the rules: whoever signs takes some seconds, whoever renames a trade does so in some way.
"""

import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from functools import partial
from random import Random
from typing import Any

from services.subsidy.judging.facts import (
    AttendedDay,
    ClaimedRoster,
    ClassFacts,
    Headcount,
    HeldStatus,
    Impossible,
    LineFacts,
    Overlap,
    Posts,
    Prior,
    Signing,
    Stop,
)
from services.subsidy.judging.verdict import judge_claim
from tests.subsidy.judging.honest import ELECTRICIAN, LEVELS, TEA, TO_TRAINEE, Case, at, honest, project, short_course

CLAIMS_A_KIND, HONEST_CLAIMS = 40, 400
WELDER = "6-18-02-04"
Plant = Callable[[Random, Case], Case]


def of_each(change: Callable[[Random, ClassFacts, LineFacts], dict[str, Any]]) -> Plant:
    """Every line is changed in this respect."""

    def plant(random: Random, case: Case) -> Case:
        claim, terms = case
        assert claim.class_facts is not None
        lines = tuple(replace(line, **change(random, claim.class_facts, line)) for line in claim.lines)
        return replace(claim, lines=lines), terms

    return plant


def of_class(change: Callable[[Random, ClassFacts], dict[str, Any]]) -> Plant:
    def plant(random: Random, case: Case) -> Case:
        claim, terms = case
        assert claim.class_facts is not None
        attended = tuple(
            line if line.attendance else replace(line, attendance=(AttendedDay(claim.class_facts.starts_on, 2),)) for line in claim.lines
        )
        return replace(claim, class_facts=replace(claim.class_facts, **change(random, claim.class_facts)), lines=attended), terms

    return plant


def status(name: str) -> Plant:
    return of_each(
        lambda random, training, _: {
            "statuses": (HeldStatus(name, training.starts_on - timedelta(days=random.randint(0, 3000)), None, "名单"),)
        }
    )


def dated_after(random: Random, training: ClassFacts, line: LineFacts) -> dict[str, Any]:
    [held] = line.categories
    return {"categories": (replace(held, since_on=training.starts_on + timedelta(days=random.randint(1, 90))),)}


def died(random: Random, training: ClassFacts, _: LineFacts) -> dict[str, Any]:
    on = training.starts_on - timedelta(days=random.randint(1, 900))
    return {"statuses": (HeldStatus("deceased", on, None, "民政"),)}


def unborn(random: Random, training: ClassFacts, _: LineFacts) -> dict[str, Any]:
    return {"born_on": training.starts_on - timedelta(days=random.randint(3000, 15 * 365))}


def too_old(random: Random, training: ClassFacts, _: LineFacts) -> dict[str, Any]:
    return {"born_on": training.starts_on - timedelta(days=random.randint(67 * 366, 85 * 365))}


def a_prior(random: Random, training: ClassFacts, line: LineFacts, trade: str | None, **more: Any) -> Prior:
    on = date(training.starts_on.year, random.randint(1, 12), random.randint(1, 28))
    trade = trade or training.occupation_code or training.trade_name
    level = line.certificate.level if line.certificate else None
    return Prior("KL-SQ-2025-000002", "certificate_direct", on, trade, more.pop("level", level), **more)


def paid_twice(random: Random, training: ClassFacts, line: LineFacts) -> dict[str, Any]:
    outside = random.random() < 0.3
    return {"priors": (a_prior(random, training, line, None, outside=outside, amount_yuan=Decimal("60.00")),)}


def higher_before(random: Random, training: ClassFacts, line: LineFacts) -> dict[str, Any]:
    assert line.certificate is not None and line.certificate.level is not None
    higher = LEVELS[LEVELS.index(line.certificate.level) + 1 :]
    return {"priors": (a_prior(random, training, line, None, level=random.choice(higher)),)}


def mistyped(random: Random, name: str) -> str:
    where = random.randrange(len(name))
    return name[:where] + random.choice("蘭茵淑稿岭缘") + name[where + 1 :] if len(name) > 4 else name + "(班)"


RENAMED: tuple[Callable[[Random, str], str], ...] = (
    lambda random, name: name + random.choice(("技术", "培训", "培训班", "实用技术", "技能培训")),
    lambda random, name: name[:2] + random.choice((" ", "・", " ")) + name[2:],
    lambda _, name: f"《{name}》",
    lambda random, name: random.choice(("高效", "绿色", "生态", "优质", "现代", "林下")) + name,
    lambda random, name: name[:-2] + random.choice(("生态", "高效", "标准化", "规模")) + name[-2:] if len(name) > 3 else name + "技术",
    lambda _, name: name[-2:] + name[:-2] if len(name) > 3 else name + "班",
    lambda _, name: name.translate(str.maketrans("种养鸡鸭鱼虾猪蚕叶药农", "種養雞鴨魚蝦豬蠶葉藥農")),
    lambda _, name: next((name.replace(word, of) for word, of in SAME_WORDS if word in name), name + "管理"),
    lambda random, name: name + random.choice(("管理", "与管护", "与营销", "操作", "初级")),
    mistyped,
)
SAME_WORDS = (("种植", "栽培"), ("养殖", "饲养"), ("加工", "制作"), ("栽培", "种植"))


def renamed(random: Random, case: Case) -> Case:
    """The trade that was paid before, under another name and an invented filing number."""
    claim, terms = case
    training = claim.class_facts
    assert training is not None and training.trade_name is not None
    before = training.trade_name
    if random.random() < 0.2:
        before, name = TEA, random.choice(("茶叶加工", "茶叶加工技术培训", "茶叶初加工", "绿茶叶加工", "茶叶 加工工", "茶葉加工"))
    else:
        name = random.choice(RENAMED)(random, before)
    lines = tuple(replace(line, priors=(a_prior(random, training, line, before),)) for line in claim.lines)
    return replace(claim, class_facts=replace(training, trade_name=name, trade_filing_no="州备-9999"), lines=lines), terms


def barred_trade(random: Random, training: ClassFacts) -> dict[str, Any]:
    names = [
        "电焊",
        "焊工",
        "农村电焊",
        "电焊工培训",
        "家政服务",
        "母婴家政服务员",
        "乡村导游",
        "电工",
        "农村电工",
        "保洁",
        "养老护理",
        "叉车",
        "中式烹调",
        "农产品营销",
        "农村电商",
        "直播带货",
        "银饰锻造",
        "苗族刺绣",
        "蜡染",
    ]
    codes = (WELDER, ELECTRICIAN, "4-10-01-06", "4-07-04-01", "6-09-03-11")
    return {"occupation_code": random.choice(codes)} if random.random() < 0.3 else {"trade_name": random.choice(names)}


def one_card(random: Random, case: Case) -> Case:
    claim, _ = case
    token = f"card-{random.randrange(1000)}"
    return replace(claim, lines=tuple(replace(line, bank_account_token=token) for line in claim.lines)), TO_TRAINEE


def another_list(random: Random, case: Case) -> Case:
    """The list of a class that runs at the same time, with a few exchanged."""
    claim, terms = case
    assert claim.class_facts is not None
    people = [line.trainee_id for line in claim.lines]
    exchanged = len(people) // random.choice((8, 10, 12))
    ids = {*people[exchanged:], *(f"other-{index}" for index in range(exchanged))}
    first = claim.class_facts.starts_on + timedelta(days=random.randint(1 - claim.class_facts.calendar_days, 0))
    roster = ClaimedRoster("KL-SQ-2025-000003", first, first + timedelta(days=claim.class_facts.calendar_days - 1), frozenset(ids))
    kept = tuple(line for line in claim.lines if line.trainee_id in ids)
    return replace(claim, lines=kept if len(kept) > 1 else claim.lines, other_rosters=(roster,)), terms


def one_hand(random: Random, training: ClassFacts) -> dict[str, Any]:
    """Somebody with the list in hand: a second or so for each name."""
    days = [training.starts_on + timedelta(days=day) for day in range(training.calendar_days)]
    size = random.randint(12, 25)
    firsts = [(on, half, at(on, random, 9)) for on in days for half in ("am", "pm")]
    return {
        "signings": tuple(Signing(on, half, size, first, first + timedelta(seconds=random.randint(0, size))) for on, half, first in firsts)
    }


def afterwards(random: Random, training: ClassFacts) -> dict[str, Any]:
    return {"filed_at": at(training.starts_on + timedelta(days=random.randint(1, 60)), random, 10)}


def a_month_in_a_day(random: Random, training: ClassFacts) -> dict[str, Any]:
    return {"hours": random.randint(80, 240) + 8 * training.calendar_days}


def few_seen(random: Random, training: ClassFacts) -> dict[str, Any]:
    attended = random.randint(8, 40)
    day = training.starts_on
    return {"headcounts": (Headcount(day, random.choice(("am", "pm", None)), random.randint(0, attended - 2), attended),)}


def stopped(random: Random, training: ClassFacts) -> dict[str, Any]:
    """By a measure that stands on the class's first day."""
    first = training.starts_on - timedelta(days=random.randint(0, 30))
    last = random.choice((None, training.starts_on + timedelta(days=random.randint(0, 30))))
    return {"stops": (Stop("support_stopped", "KL-CS-2025-000001", first, last),)}


def complained(random: Random, training: ClassFacts) -> dict[str, Any]:
    return {"stops": (Stop("complaint_open", "KL-TS-2025-000001", training.ends_on),)}


def no_posts(random: Random, case: Case) -> Case:
    """None at all, or agreed to when the class had long been filed."""
    claim, terms = case
    assert claim.class_facts is not None
    filed = claim.class_facts.filed_at or at(claim.class_facts.starts_on - timedelta(days=10), random, 9)
    late = (Posts(ELECTRICIAN, random.randint(5, 40), filed.date() + timedelta(days=random.randint(1, 30))),)
    training = replace(claim.class_facts, posts=random.choice(((), late)), filed_at=filed)
    return replace(claim, class_facts=training), replace(terms, posts_missing_is="hold")


def days_to_come(random: Random, training: ClassFacts, line: LineFacts) -> dict[str, Any]:
    why = random.choice(("recorded_before", "signed_another_day", "outside_hours"))
    return {"impossible": (Impossible(training.ends_on, random.choice(("am", "pm")), why),)}


def two_places(random: Random, training: ClassFacts, line: LineFacts) -> dict[str, Any]:
    return {"overlaps": (Overlap(training.starts_on, random.choice(("am", "pm")), "KL-PX-2025-000777"),)}


def certificate(random: Random, training: ClassFacts, line: LineFacts, **facts: Any) -> dict[str, Any]:
    assert line.certificate is not None
    return {"certificate": replace(line.certificate, **facts)}


def not_their_own(random: Random, training: ClassFacts, line: LineFacts) -> dict[str, Any]:
    return {"certificate": line.certificate and replace(line.certificate, holder_id="somebody-else")}


def burst(random: Random, training: ClassFacts, line: LineFacts) -> dict[str, Any]:
    return certificate(random, training, line, issued_that_month=random.randint(600, 2000))


def given(**facts: Any) -> Plant:
    return of_each(lambda *_: facts)


def to_trainee(plant: Plant) -> Plant:
    return lambda random, case: (plant(random, case)[0], TO_TRAINEE)


def to_school(plant: Plant) -> Plant:
    return lambda random, case: (plant(random, case)[0], replace(case[1], payee="organiser"))


Honest = Callable[[Random], Case]
# kind: how it is planted, in whose claims, and what must be found
KINDS: dict[str, tuple[Plant, Honest, set[str]]] = {
    "pensioner trained as jobless": (status("employee_pension"), honest, {"status_excluded"}),
    "student trained as jobless": (status("full_time_student"), honest, {"status_excluded"}),
    "on the public payroll": (status("public_payroll"), honest, {"status_excluded"}),
    "status dated after the course": (of_each(dated_after), honest, {"category_not_eligible"}),
    "class invented, filed afterwards": (of_class(afterwards), honest, {"class_filed_late"}),
    "a month's course held in days": (of_class(a_month_in_a_day), honest, {"attendance_impossible"}),
    "attendance recorded before it was": (of_each(days_to_come), honest, {"attendance_impossible"}),
    "one hand signs for all": (of_class(one_hand), honest, {"attendance_impossible"}),
    "held while its support is stopped": (to_school(of_class(stopped)), honest, {"support_stopped"}),
    "somebody complains of it": (of_class(complained), honest, {"complaint_open"}),
    "trained for posts that nobody offers": (no_posts, project, {"posts_missing"}),
    "fewer people seen than signed": (of_class(few_seen), honest, {"headcount_differs"}),
    "one list for two classes at once": (another_list, honest, {"roster_reused"}),
    "one person in two classes at once": (of_each(two_places), honest, {"overlapping_class"}),
    "paid before, here or outside": (of_each(paid_twice), honest, {"already_subsidised"}),
    "the same trade under another name": (renamed, short_course, {"already_subsidised"}),
    "a trade that is not taught": (of_class(barred_trade), short_course, {"trade_not_allowed"}),
    "a lower level after a higher one": (of_each(higher_before), project, {"lower_level_after_higher"}),
    "certificate of somebody else": (of_each(not_their_own), project, {"certificate_invalid"}),
    "certificate outside the body's scope": (of_each(partial(certificate, within_filing=False)), project, {"certificate_out_of_scope"}),
    "certificates in bursts": (of_each(burst), project, {"certificate_burst"}),
    "one card for several people": (one_card, honest, {"shared_bank_account"}),
    "an account of people elsewhere": (to_trainee(given(account_shared_with=("elsewhere",))), honest, {"shared_bank_account"}),
    "the school's own account": (to_trainee(given(account_of_institution="示例合作社")), honest, {"shared_bank_account"}),
    "the class's teacher as its pupil": (given(trains_this_class=True), honest, {"trainer_on_roster"}),
    "a teacher that the class does not name": (given(teaches_institution=True), honest, {"trainer_on_roster"}),
    "names of people who left": (given(outcome="withdrawn"), honest, {"class_not_completed"}),
    "names of people who never came": (given(outcome="absent"), honest, {"class_not_completed"}),
    "names of the dead": (of_each(died), honest, {"status_excluded"}),
    "people too young": (of_each(unborn), honest, {"age_below_limit"}),
    "people too old": (of_each(too_old), honest, {"age_above_limit"}),
    "blacklisted school": (to_school(of_class(lambda *_: {"blacklisted": True})), honest, {"institution_blacklisted"}),
    "suspended school": (to_school(of_class(lambda *_: {"suspended": True})), honest, {"institution_suspended"}),
    "school that had exited": (to_school(of_class(lambda *_: {"exited": True})), honest, {"institution_exited"}),
    "undesignated school": (of_class(lambda *_: {"needs_designation": True, "designated": False}), honest, {"institution_not_designated"}),
}


def stopped(case: Case, codes: set[str] | None = None) -> list[bool]:
    """Line by line: whether it is refused or held, by one of these."""
    claim, terms = case
    return [
        any(finding.effect != "note" and (codes is None or finding.code in codes) for finding in line.findings)
        for line in judge_claim(claim, terms).lines
    ]


def found(kind: str, seed: int) -> float:
    """The share of planted lines that are stopped for what they are."""
    plant, of, codes = KINDS[kind]
    random = Random(f"{seed} {kind}")
    lines = [line for _ in range(CLAIMS_A_KIND) for line in stopped(plant(random, of(random)), codes)]
    return sum(lines) / len(lines)


def false(seed: int) -> float:
    """The share of honest lines that are stopped."""
    random = Random(f"{seed} honest")
    lines = [line for _ in range(HONEST_CLAIMS) for line in stopped(honest(random))]
    return sum(lines) / len(lines)


def figures(seed: int) -> Iterator[tuple[str, float]]:
    yield from ((kind, found(kind, seed)) for kind in KINDS)
    yield "honest people stopped", false(seed)


if __name__ == "__main__":
    for what, share in figures(int(sys.argv[1]) if len(sys.argv) > 1 else 1):
        print(f"{share:8.2%}  {what}")
