"""The rules on what the trainee was given before."""

from collections.abc import Callable
from datetime import date

from services.subsidy.codes import Effect, FindingCode, PaidOncePer, rank
from services.subsidy.judging import rates, trades
from services.subsidy.judging.cases import Case, priors_counted
from services.subsidy.judging.facts import Prior
from services.subsidy.judging.findings import REMOVE, Finding, found
from shared.codes import label


def already_subsidised(case: Case) -> Finding | None:
    """Once per occupation and level in all subsidies together; once per trade in a calendar year where either training has no level, whichever came
    first. A trade of nearly the same name is held: a person must say whether it is the same."""
    line, terms = case.line, case.terms
    if not line.priors:
        return None
    if any(prior.amount_yuan is None for prior in rates.of_earlier_instalments(case)):
        fix = "请先处理该班此前的申领单。"
        seen, allowed = "该班此前申领的金额尚未核定", "按此前各期核定的金额结算"
        return found(terms, FindingCode.ALREADY_SUBSIDISED, Effect.HOLD, "years_paid_at_most", seen=seen, allowed=allowed, fix=fix)
    if terms.paid_once_per == PaidOncePer.PLACEMENT:
        allowed, again_from = "同一次就业同一补贴只发一次", None
        same = _of_this_placement(case)
        near = [] if same else _of_the_same_months(case)
    else:
        same = _of_this_trade(case, trades.same)
        near = [] if same else _of_this_trade(case, trades.near)
        for_ever = any(case.level and prior.level for prior in same or near)
        allowed = "同一职业(工种)同一等级只补贴一次" if for_ever else "同一工种有一次不分等级的,同一自然年度只补贴一次"
        again_from = None if for_ever else date(case.day.year + 1, 1, 1)
    if not same and not near:
        return None
    if same:
        effect, seen, fix = Effect.REFUSE, "已在", REMOVE + (f"{again_from.year} 年起可再次参加该工种培训。" if again_from else "")
    elif terms.paid_once_per == PaidOncePer.PLACEMENT:
        effect, seen, fix = (
            Effect.HOLD,
            "同期另一次上岗已在",
            "请核实两次上岗:同一段时间只能在一处稳岗,不属实的一次不予补贴,并请更正就业记录。",
        )
    else:
        effect, seen, fix = Effect.HOLD, "工种名称相近:", "请核实两次培训是否同一工种:同一工种的不予补贴,不同的可以认可。"
    seen += "、".join(
        f"{_paper(prior)}({prior.on}{',' + trades.title(prior.trade_key) if near and prior.trade_key else ''})" for prior in same or near
    )
    code, figure = FindingCode.ALREADY_SUBSIDISED, "paid_once_per"
    return found(terms, code, effect, figure, seen=seen, allowed=allowed, fix=fix, passes_from=again_from)


def came_back(case: Case) -> Finding | None:
    """What was paid for the same and came back whole uses nothing up; whoever decides on it again is told."""
    if not case.line.came_back:
        return None
    seen = "、".join(f"申领单 {each.claim_number} 曾付 {each.yuan} 元,已全部追回" for each in case.line.came_back)
    fix = "请查看原单的追回原因;原因已消除的方可再次补贴。"
    allowed, code = "追回后再次申领的,按现有事实重新核定", FindingCode.ALREADY_SUBSIDISED
    return found(case.terms, code, Effect.NOTE, "paid_once_per", seen=seen, allowed=allowed, fix=fix)


def _of_this_placement(case: Case) -> list[Prior]:
    placement, scheme = case.line.placement, case.claim.scheme
    same = [prior for prior in _used(case) if prior.scheme == scheme]
    return [prior for prior in same if placement and prior.placement_id == placement.placement_id]


def _of_the_same_months(case: Case) -> list[Prior]:
    """Stays elsewhere of which months are asked for as well: nobody is retained in two places at once."""
    placement, scheme = case.line.placement, case.claim.scheme
    if not (case.terms.retention_required and placement and placement.started_on and placement.due_on):
        return []
    months = placement.due_on - placement.started_on
    return [
        prior for prior in _used(case) if prior.scheme == scheme and prior.placement_id and abs(prior.on - placement.started_on) < months
    ]


def _of_this_trade(case: Case, alike: Callable[[str, str], bool]) -> list[Prior]:
    """At this level; in this year where one of the two has none."""
    trade, level, year = case.trade, case.level, case.day.year
    return [
        prior
        for prior in _used(case)
        if (prior.level == level if level and prior.level else prior.on.year == year)
        and trade
        and prior.trade_key
        and alike(prior.trade_key, trade)
    ]


def _paper(prior: Prior) -> str:
    return f"本系统以外({prior.claim_number})" if prior.outside else f"申领单 {prior.claim_number}"


def lower_level_after_higher(case: Case) -> Finding | None:
    if not case.line.priors or case.terms.paid_once_per != PaidOncePer.OCCUPATION_LEVEL:
        return None
    trade, level = case.trade, case.level
    if not level:
        return None
    same_trade = [prior for prior in _used(case) if trade and prior.trade_key and trades.same(prior.trade_key, trade)]
    higher = [prior for prior in same_trade if prior.level and rank(prior.level) > rank(level)]
    if not higher:
        return None
    paid = "、".join(f"{_paper(prior)}的{label('level', prior.level)}" for prior in higher if prior.level)
    seen, allowed = f"本次为{label('level', level)},已有{paid}", "已享受较高等级补贴的,不再补贴较低等级"
    return found(case.terms, FindingCode.LOWER_LEVEL_AFTER_HIGHER, Effect.REFUSE, seen=seen, allowed=allowed, fix=REMOVE)


def yearly_limit_reached(case: Case) -> Finding | None:
    """Only notes while the limit is not set. Placement allowances are not trainings and do not count as times; in yuan they do."""
    if not case.line.priors:
        return None
    if of_money := _yearly_money_reached(case):
        return of_money
    if case.terms.paid_once_per == PaidOncePer.PLACEMENT:
        return None
    year, most = case.day.year, case.terms.times_a_year_at_most
    times = sum(prior.on.year == year and prior.trade_key is not None for prior in _used(case))
    if times < (1 if most is None else most):
        return None
    return found(
        case.terms,
        FindingCode.YEARLY_LIMIT_REACHED,
        Effect.NOTE if most is None else Effect.REFUSE,
        "times_a_year_at_most",
        seen=f"{year} 年已申领 {times} 次",
        allowed="每年次数上限尚未确定" if most is None else f"每年不超过 {most} 次",
        fix="仅作提示,请审核人员留意。" if most is None else REMOVE,
        passes_from=None if most is None else date(year + 1, 1, 1),
    )


def _yearly_money_reached(case: Case) -> Finding | None:
    """What is left of the year's limit is paid (`rates`); where nothing is left the line is refused, and held while it is not known what is left."""
    year, most, had = case.day.year, case.terms.yuan_per_person_year_at_most, rates.had_this_year(case)
    if most is None or not had:
        return None
    unknown, sum_had = any(prior.amount_yuan is None for prior in had), sum(prior.amount_yuan or 0 for prior in had)
    if sum_had < most and not unknown:
        return None
    full = sum_had >= most
    return found(
        case.terms,
        FindingCode.YEARLY_LIMIT_REACHED,
        Effect.REFUSE if full else Effect.HOLD,
        "yuan_per_person_year_at_most",
        seen=f"{year} 年已补 {sum_had} 元" + (",另有申领的金额尚未核定" if unknown else ""),
        allowed=f"每人每年不超过 {most} 元",
        fix=REMOVE if full else "请先处理该学员本年此前的申领单。",
        passes_from=date(year + 1, 1, 1) if full else None,
    )


def _used(case: Case) -> list[Prior]:
    """What was used up before; the earlier instalments of the same class are part of what is claimed now. What a supplement takes was taken by the line that
    it makes up for, and weighed there against other claims."""
    if case.line.makes_up_yuan is not None:
        return [prior for prior in priors_counted(case.line) if prior.outside]
    return [prior for prior in priors_counted(case.line) if not (prior.same_class and case.terms.in_instalments)]
