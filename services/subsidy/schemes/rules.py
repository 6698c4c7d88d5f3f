"""What a block of terms must satisfy by itself, once each key can be read: no figure that lets nothing through, no two that contradict each other.

Whether anyone can be paid by it is proved with the judge itself (`judging.proof`).
"""

import contextlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from decimal import Decimal
from itertools import chain
from typing import Any

from services.subsidy.codes import Payee
from services.subsidy.schemes.policy import AGES, FIGURES, NAMES, RATES, TABLES, TradeRates
from shared import clock
from shared.strict import Fault as Wrong

TOGETHER = (
    ("yuan_per_person_day", "days_paid_at_most", "half_days_for_a_paid_day"),
    ("yuan_per_person_hour", "hours_paid_at_most"),
    ("living_yuan_per_day", "living_days_at_most"),
    ("one_hand_people_at_least", "one_hand_seconds_at_most"),
)
ONLY_WITH = {  # what says something of a figure, and nothing without it
    "uplift_percent": ("uplift_trades", "uplift_catalogues", "uplift_levels"),
    "years_paid_at_most": ("advance_percent",),
    "living_yuan_per_day": ("living_categories",),
    "trade_fields": ("trade_fields_if_needed",),
}
MAY_BE_ZERO = ("one_hand_seconds_at_most", "headcount_missing_at_most")  # every other figure that ends so lets nothing through at 0
NEVER_ZERO = (
    *RATES,
    "notice_working_days",
    "roster_reuse_percent_at_least",
    "uplift_percent",
    "advance_percent",
    "living_yuan_per_day",
    "attendance_percent_at_least",
    "class_hours_at_least",
    "one_hand_people_at_least",
)
MOST_YUAN, MOST = Decimal("9999999999.99"), 100_000  # what the database keeps; what no count of days, people or papers comes to
MOST_OF = {
    "age_at_least": 120,
    "age_at_most": 120,
    "women_age_at_most": 120,
    "years_paid_at_most": 10,
    "certificate_months_at_most": 1200,
    "filing_days_before_start_at_least": 366,
}
NEVER_EMPTY = (
    *TABLES,
    "categories",
    "certificate_kinds",
    "fund_sources",
    "required_papers",
    "trade_fields",
    "uplift_trades",
    "uplift_catalogues",
    "uplift_levels",
    "living_categories",
)


class Absent(Exception):
    """What a check asks for was not said, or not soundly: that check has nothing to say."""


class Sound:
    """A block whose keys are partly at fault, as checks read it: what is sound by its name, what is not is `Absent`."""

    def __init__(self, known: Mapping[str, Any], faulty: Iterable[str]) -> None:
        self._known, self._faulty = known, frozenset(faulty)

    def __getattr__(self, name: str) -> Any:
        if name in self._faulty:
            raise Absent(name)
        return self._known.get(name)


def contradictions(block: Any) -> list[Wrong]:
    """Everything that makes no sense in `Terms`, or in what is `Sound` of them; each fault begins with its key."""
    found: list[Wrong] = []
    for check in CHECKS:
        with contextlib.suppress(Absent):
            found.extend(check(block))
    return found


Check = Callable[[Any], Iterator[Wrong]]


def _figure(name: str) -> Check:
    """One figure by itself."""

    def check(block: Any) -> Iterator[Wrong]:
        value = getattr(block, name)
        number = type(value) in (int, Decimal)
        if number and value < 0:
            yield Wrong(name, "不能为负数")
        if number and value == 0 and (name in NEVER_ZERO or (name.endswith("_at_most") and name not in MAY_BE_ZERO)):
            yield Wrong(name, "必须大于 0")
        if name in NEVER_EMPTY and value is not None and not value:
            yield Wrong(name, "不能为空;不限的请删去该键")
        most = 100 if "_percent" in name else MOST_OF.get(name, MOST if type(value) is int else MOST_YUAN)
        if number and value > most:
            yield Wrong(name, f"超过 {most}")

    return check


def _source(name: str) -> Check:
    def check(block: Any) -> Iterator[Wrong]:
        if not getattr(block, name).strip():
            yield Wrong(name, "不能为空")

    return check


def _day(block: Any) -> Iterator[Wrong]:
    if not clock.FIRST_YEAR <= block.in_force_from.year <= clock.LAST_YEAR:
        yield Wrong("in_force_from", f"应在 {clock.FIRST_YEAR} 至 {clock.LAST_YEAR} 年之间")


def _together(group: tuple[str, ...]) -> Check:
    def check(block: Any) -> Iterator[Wrong]:
        if len({getattr(block, name) is None for name in group}) > 1:
            yield Wrong(group[0], f"{'、'.join(group)} 必须同时给出")

    return check


def _only_with(figure: str, name: str) -> Check:
    def check(block: Any) -> Iterator[Wrong]:
        if getattr(block, name) is not None and getattr(block, figure) is None:
            yield Wrong(name, f"没有 {figure},该项不起作用")

    return check


def _one_rate(block: Any) -> Iterator[Wrong]:
    rates = [name for name in RATES if getattr(block, name) is not None]
    if len(rates) > 1:
        yield Wrong(rates[0], f"{'、'.join(RATES)} 只能有一个")


def _half_days(block: Any) -> Iterator[Wrong]:
    if block.half_days_for_a_paid_day not in (None, 1, 2):
        yield Wrong("half_days_for_a_paid_day", "只能是 1 或 2")


def _ages(block: Any) -> Iterator[Wrong]:
    if block.age_at_most is not None and block.until_retirement_age:
        yield Wrong("age_at_most", "与 until_retirement_age 只能有一个")
    for name in AGES:
        most = getattr(block, name)
        if most is not None and most < block.age_at_least:
            yield Wrong(name, "小于 age_at_least")
    if block.women_age_at_most is not None and block.age_at_most is None:
        yield Wrong("women_age_at_most", "须同时给出 age_at_most")


def _retirement(block: Any) -> Iterator[Wrong]:
    latest = max(track.years_at_most for track in block.retirement.tracks.values()) if block.retirement else None
    if block.until_retirement_age and latest and block.age_at_least >= latest:
        yield Wrong("age_at_least", "不小于最晚的退休年龄")


def _hours(block: Any) -> Iterator[Wrong]:
    days, half_day, day = block.class_days_at_most, block.hours_a_half_day_at_most, block.class_hours_a_day_at_most
    most = [days * hours for hours in (half_day and 2 * half_day, day) if days and hours]
    if most and block.class_hours_at_least and block.class_hours_at_least > min(most):
        yield Wrong("class_hours_at_least", f"{days} 天最多 {min(most)} 课时")


def _bounds(block: Any) -> Iterator[Wrong]:
    least, most = block.yuan_per_person_at_least, block.yuan_per_person_at_most
    if least is not None and most is not None and least > most:
        yield Wrong("yuan_per_person_at_least", f"大于 yuan_per_person_at_most {most} 元")
        return
    for path, yuan in _rates_a_person(block):
        if not yuan:
            yield Wrong(path, "必须大于 0")
        if "." in path and not 0 <= yuan <= MOST_YUAN:
            yield Wrong(path, f"应在 0 至 {MOST_YUAN} 元之间")
        if least is not None and yuan < least:
            yield Wrong(path, f"{yuan} 元低于下限 {least} 元")
        if most is not None and yuan > most:
            yield Wrong(path, f"{yuan} 元超过上限 {most} 元")
        elif most is not None and block.uplift_percent and yuan * (100 + block.uplift_percent) / 100 > most:
            yield Wrong("uplift_percent", f"{path} {yuan} 元上浮后超过上限 {most} 元")


def _rates_a_person(block: Any) -> Iterator[tuple[str, Decimal]]:
    for level, yuan in (block.yuan_per_person_by_level or {}).items():
        yield f"yuan_per_person_by_level.{level}", yuan
    for path, row in _rows(block):
        yield from ((f"{path}.yuan_by_level.{level}", yuan) for level, yuan in (row.yuan_by_level or {}).items())
        if row.yuan_without_level is not None:
            yield f"{path}.yuan_without_level", row.yuan_without_level
    if block.yuan_per_person:
        yield "yuan_per_person", block.yuan_per_person


def _rows(block: Any) -> Iterator[tuple[str, TradeRates]]:
    yield from ((f"yuan_per_person_by_trade[{index}]", row) for index, row in enumerate(block.yuan_per_person_by_trade or ()))


def _table(block: Any) -> Iterator[Wrong]:
    named: dict[str, str] = {}
    for path, row in _rows(block):
        if not row.title.strip():
            yield Wrong(f"{path}.title", "不能为空")
        if not row.yuan_by_level and row.yuan_without_level is None:
            yield Wrong(path, "没有写明金额:yuan_by_level 或 yuan_without_level")
        for trade in row.trades or ("其余工种",):
            if named.setdefault(trade, path) != path:
                yield Wrong(f"{path}.trades", f"{trade} 已在 {named[trade]} 中")


def _unlisted(block: Any) -> Iterator[Wrong]:
    if block.unlisted_is is not None and not any(getattr(block, name) for name in TABLES):
        yield Wrong("unlisted_is", "没有分等级或分工种的标准表,该项不起作用")


def _uplift(block: Any) -> Iterator[Wrong]:
    if block.uplift_percent and all(getattr(block, name) is None for name in RATES):
        yield Wrong("uplift_percent", "没有补贴标准,无从上浮")


def _instalments(block: Any) -> Iterator[Wrong]:
    if block.years_paid_at_most is not None and (block.yuan_per_person_day or block.yuan_per_person_hour):
        yield Wrong("years_paid_at_most", "按日、按课时的标准不能按年分期")
    if block.advance_percent == 100:
        yield Wrong("advance_percent", "应小于 100:全部预付则无余款可结")


def _living(block: Any) -> Iterator[Wrong]:
    if block.living_yuan_per_day is not None and block.payee != Payee.TRAINEE:
        yield Wrong("living_yuan_per_day", "生活费补贴只能发给本人:payee 应为 trainee;培训费补给机构的,请将生活费另立一个项目")
    if block.living_categories and block.categories and not block.living_categories <= block.categories:
        outside = "、".join(sorted(block.living_categories - block.categories))
        yield Wrong("living_categories", f"{outside} 不在 categories 之内")


def _retention(block: Any) -> Iterator[Wrong]:
    if not block.retention_required:
        for name in ("evidence_grade_at_least", "same_employer"):
            if getattr(block, name):
                yield Wrong(name, "retention_required 为 false,该项不起作用")


def _needed(block: Any) -> Iterator[Wrong]:
    if block.trade_fields and block.trade_fields_if_needed and (both := block.trade_fields & block.trade_fields_if_needed):
        yield Wrong("trade_fields_if_needed", f"{'、'.join(sorted(both))} 已在 trade_fields 中")


def _papers(block: Any) -> Iterator[Wrong]:
    codes = [paper.code for paper in block.required_papers or ()]
    for index, paper in enumerate(block.required_papers or ()):
        if codes.index(paper.code) != index:
            yield Wrong(f"required_papers[{index}].code", f"{paper.code} 出现两次")
        if paper.follows_within_days is not None and paper.follows_within_days < 1:
            yield Wrong(f"required_papers[{index}].follows_within_days", "必须大于 0;不能容缺的请删去该键")


def _waivers(block: Any) -> Iterator[Wrong]:
    for status, categories in (block.statuses_waived_for or {}).items():
        if status not in block.excluded_statuses:
            yield Wrong(f"statuses_waived_for.{status}", "不在 excluded_statuses 之内,无须豁免")
        if not categories:
            yield Wrong(f"statuses_waived_for.{status}", "没有写明对谁豁免")
        if block.categories and (outside := sorted(set(categories) - block.categories)):
            yield Wrong(f"statuses_waived_for.{status}", f"{'、'.join(outside)} 不在 categories 之内")


def _other_basis(block: Any) -> Iterator[Wrong]:
    names = [name for other in block.other_basis or () for name in other.applies_to]
    yield from (Wrong("other_basis.applies_to", f"{name} 不是条款项或规则") for name in names if name not in NAMES)
    yield from (Wrong("other_basis.applies_to", f"{name} 出现两次") for name in sorted({name for name in names if names.count(name) > 1}))


CHECKS: tuple[Check, ...] = (
    *map(_source, ("document", "clause")),
    _day,
    *map(_figure, FIGURES),
    *map(_together, TOGETHER),
    *chain.from_iterable((_only_with(figure, name) for name in names) for figure, names in ONLY_WITH.items()),
    _one_rate,
    _half_days,
    _ages,
    _retirement,
    _hours,
    _bounds,
    _table,
    _unlisted,
    _uplift,
    _instalments,
    _living,
    _retention,
    _needed,
    _papers,
    _waivers,
    _other_basis,
)
