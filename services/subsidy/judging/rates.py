"""What a line is worth by the rate that its terms set: yuan, exact to the fen, and the sum spelled out.

Only an uplift and an advance can come to parts of a fen: each is rounded half up, once, where it arises, and the sum says so.
"""

from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from functools import lru_cache
from pathlib import Path
from typing import TypeAlias

from services.subsidy.codes import ClaimKind, ClassStatus
from services.subsidy.judging import trades
from services.subsidy.judging.cases import Case, days_in_class
from services.subsidy.judging.facts import ClassFacts, LineFacts, Prior
from services.subsidy.schemes.policy import Terms
from shared import county
from shared.months import months_after

NOTHING, FEN = Decimal("0.00"), Decimal("0.01")
FULL_DAY = 2  # half-days


Amount: TypeAlias = tuple[Decimal, str]  # yuan, and the sum spelled out
UNKNOWN = NOTHING, "补贴标准未确认,暂计 0.00 元"


def amount(case: Case) -> Amount:
    """Of one line that is not refused; before what one employer may be given in all. A supplement is worth what is due beyond what was found before."""
    whole, had = _whole(case), case.line.makes_up_yuan
    if had is None:
        return whole
    yuan, words = whole
    left = max(yuan - had, NOTHING)
    return left, f"{words},此前已核定 {had} 元,补差 {left} 元"


def _whole(case: Case) -> Amount:
    terms = case.terms
    rate = _rate(case)
    if rate is None:
        return UNKNOWN
    yuan, words, whole = rate
    if terms.rate_is_all:
        return yuan, whole
    if terms.uplift_percent and _uplifted(case):
        yuan, part = _part_of(yuan, 100 + terms.uplift_percent)
        words += f" × {100 + terms.uplift_percent}%{part}"
    if terms.years_paid_at_most is not None:
        return _by_years(case, yuan, words)
    if terms.living_yuan_per_day is not None:
        living, days = _living(case)
        yuan, words = yuan + living, f"{words} + 生活费 {days} 天 × {terms.living_yuan_per_day} 元"
    return _within_the_year(case, (yuan, f"{words} = {yuan} 元"))


def listed(case: Case) -> Decimal | None:
    """What the table of the terms gives for the line's trade and level; None: it lists neither."""
    terms = case.terms
    if terms.yuan_per_person_by_level is not None:
        return terms.yuan_per_person_by_level.get(case.level) if case.level else None
    rows = terms.yuan_per_person_by_trade or ()
    row = next((row for row in rows if _names(row.trades, case.trade)), None) or next((row for row in rows if not row.trades), None)
    return row.yuan(case.level) if row else None


def had_this_year(case: Case) -> list[Prior]:
    """What the person was given by this scheme in the calendar year."""
    return [prior for prior in case.line.priors if prior.scheme == case.claim.scheme and prior.on.year == case.day.year]


def of_earlier_instalments(case: Case) -> list[Prior]:
    return [prior for prior in case.line.priors if prior.same_class] if case.terms.in_instalments else []


def still_running(class_facts: ClassFacts, terms: Terms) -> bool:
    """A class that is paid for year by year, and is held at present."""
    return terms.in_instalments and class_facts.status == ClassStatus.IN_PROGRESS


def _rate(case: Case) -> tuple[Decimal, str, str] | None:
    """The rate times what the sign-in sheet counts, not the plan: yuan, the product, and the product with what it comes to."""
    terms, class_facts = case.terms, case.class_facts
    if terms.yuan_per_person_day is not None:
        least, most = terms.half_days_for_a_paid_day, terms.days_paid_at_most
        assert least is not None and most is not None, "the loader lets no daily rate in without them"
        return _counted(_days(case, least), most, terms.yuan_per_person_day, "天")
    if terms.yuan_per_person_hour is not None:
        assert terms.hours_paid_at_most is not None, "the loader lets no rate by the hour in without it"
        hours = _hours(class_facts, case.line) if class_facts else 0
        return _counted(hours, terms.hours_paid_at_most, terms.yuan_per_person_hour, "课时")
    yuan = terms.yuan_per_person if terms.yuan_per_person is not None else listed(case)
    return None if yuan is None else (yuan, f"1 人 × {yuan} 元", f"1 人 × {yuan} 元 = {yuan} 元")


@lru_cache(1024)
def _counted(there: int, most: int, rate: Decimal, unit: str) -> tuple[Decimal, str, str]:
    paid = min(there, most)
    words = (f"实到 {there} {unit},最多计 {paid} {unit}:" if there > paid else "") + f"{paid} {unit} × {rate} 元"
    return paid * rate, words, f"{words} = {paid * rate} 元"


def _days(case: Case, half_days_at_least: int) -> int:
    return len([day for day in days_in_class(case.class_facts, case.line) if day.half_days >= half_days_at_least])


def _hours(class_facts: ClassFacts, line: LineFacts) -> int:
    """Whole class hours: of all, the share of the half-days of which the person was there."""
    attended = sum(day.half_days for day in days_in_class(class_facts, line))
    planned = class_facts.half_days_planned or 2 * class_facts.calendar_days
    return min(class_facts.hours, class_facts.hours * attended // planned)


def _uplifted(case: Case) -> bool:
    terms = case.terms
    return uplifted_trade(case) and (terms.uplift_levels is None or case.level in terms.uplift_levels)


def uplifted_trade(case: Case) -> bool:
    """Whether the uplift is for the line's trade: by name, or since a catalogue lists it; where the terms name neither it is for all."""
    by_name, by_catalogue, class_facts = case.terms.uplift_trades, case.terms.uplift_catalogues, case.class_facts
    if by_name is None and by_catalogue is None:
        return True
    of_class = class_facts if case.claim.kind != ClaimKind.CERTIFICATE else None
    listing = of_class.catalogues if of_class else case.line.catalogues
    return _names(by_name or (), case.trade) or not (by_catalogue or frozenset()).isdisjoint(listing)


def _living(case: Case) -> tuple[Decimal, int]:
    terms, to = case.terms, case.terms.living_categories
    assert terms.living_yuan_per_day is not None and terms.living_days_at_most is not None, "the loader lets neither in alone"
    entitled = to is None or any(held.code in to and held.covers(case.day) for held in case.line.categories)
    days = min(_days(case, FULL_DAY), terms.living_days_at_most) if entitled else 0
    return days * terms.living_yuan_per_day, days


def _by_years(case: Case, a_year: Decimal, words: str) -> Amount:
    """All that is due by now, less what was claimed for the class before: each year that is over, and of the year that runs its advance."""
    terms, class_facts = case.terms, case.class_facts
    over, runs = _years(class_facts, case.claim.claimed_on, terms.years_paid_at_most or 0) if class_facts else (0, False)
    due, said = a_year * over, [f"{words} × {over} 年"] if over else []
    if runs and terms.advance_percent:
        advance, part = _part_of(a_year, terms.advance_percent)
        due, said = due + advance, [*said, f"第 {over + 1} 年预付 {words} × {terms.advance_percent}%{part}"]
    had = sum((prior.amount_yuan or NOTHING for prior in of_earlier_instalments(case)), NOTHING)
    total = f"{' + '.join(said) or f'{words} × 0 年'} = {due} 元"
    left = max(due - had, NOTHING)
    return left, f"{total},此前已申领 {had} 元,计 {left} 元" if had else total


def _years(class_facts: ClassFacts, by: date, most: int) -> tuple[int, bool]:
    """How many whole years of training are over by that day, of those that are paid; and whether a further one has begun. What is short of a year is
    none."""
    starts_on, last_on = class_facts.starts_on, class_facts.ends_on
    ends = [months_after(starts_on, 12 * year) for year in range(1, most + 1)]  # each the day after the year's last
    whole = [end for end in ends if (end - last_on).days <= 1]
    known = by + timedelta(days=class_facts.status == ClassStatus.COMPLETED)  # on its last day a completed class is over
    over = len([end for end in whole if end <= known])
    return over, over < len(whole) and starts_on <= by


def _within_the_year(case: Case, whole: Amount) -> Amount:
    most = case.terms.yuan_per_person_year_at_most
    if most is None:
        return whole
    had = sum((prior.amount_yuan or NOTHING for prior in had_this_year(case)), NOTHING)
    left = max(most - had, NOTHING)
    yuan, calculation = whole
    if yuan <= left:
        return whole
    return left, f"{calculation},{case.day.year} 年已补 {had} 元,每人每年至多 {most} 元,计 {left} 元"


def _part_of(yuan: Decimal, percent: int) -> tuple[Decimal, str]:
    exact = yuan * percent / 100
    rounded = exact.quantize(FEN, ROUND_HALF_UP)
    return rounded, "" if rounded == exact else "(四舍五入到分)"


def _names(names: tuple[str, ...], trade: str | None) -> bool:
    """Whether a list of trades names this one, under whatever name."""
    return trade is not None and bool(names) and trade in _keys(county.folder(), names)


@lru_cache(256)
def _keys(_of: Path, names: tuple[str, ...]) -> frozenset[str]:
    return frozenset(map(trades.key, names))
