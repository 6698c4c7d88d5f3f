"""The rules on what the trainee was given before."""

from datetime import date

from services.subsidy.codes import Effect, FindingCode, PaidOncePer, rank
from services.subsidy.judging import trades
from services.subsidy.judging.facts import Case, Prior, priors_counted, trade_of
from services.subsidy.judging.findings import REMOVE, Finding, found
from shared.codes import label


def already_subsidised(case: Case) -> Finding | None:
    """Once per occupation and level in all subsidies together; without a level once per trade in a calendar year. A trade of nearly the same name is
    held: a person must say whether it is the same."""
    line, terms, day = case.line, case.terms, case.day
    if not line.priors:
        return None
    trade, level = trade_of(case.claim, line)
    priors = priors_counted(line)
    if terms.paid_once_per == PaidOncePer.PLACEMENT:
        same_placement = [prior for prior in priors if line.placement and prior.placement_id == line.placement.placement_id]
        certain, allowed = [prior for prior in same_placement if prior.scheme == case.claim.scheme], "同一次就业同一补贴只发一次"
        perhaps: list[Prior] = []
    else:
        allowed = "同一职业(工种)同一等级只补贴一次" if level else "同一工种同一自然年度只补贴一次"
        rivals = [prior for prior in priors if (prior.level == level if level else prior.on.year == day.year)]
        certain = [prior for prior in rivals if trade and prior.trade_key and trades.same(prior.trade_key, trade)]
        perhaps = [prior for prior in rivals if trade and prior.trade_key and trades.near(prior.trade_key, trade)]
    if not certain and not perhaps:
        return None
    by_year = terms.paid_once_per == PaidOncePer.OCCUPATION_LEVEL and not level
    fix = REMOVE if certain else "请核实两次培训是否同一工种:同一工种的不予补贴,不同的可以认可。"
    return found(
        terms,
        FindingCode.ALREADY_SUBSIDISED,
        Effect.REFUSE if certain else Effect.HOLD,
        "paid_once_per",
        seen="已在" + "、".join(f"{_paper(prior)}({prior.on})" for prior in certain)
        if certain
        else "工种名称相近:" + "、".join(f"{_paper(prior)}({prior.on},{trades.title(prior.trade_key or '')})" for prior in perhaps),
        allowed=allowed,
        fix=fix + (f"{day.year + 1} 年起可再次参加该工种培训。" if by_year and certain else ""),
        passes_from=date(day.year + 1, 1, 1) if by_year else None,
    )


def _paper(prior: Prior) -> str:
    return f"本系统以外({prior.claim_number})" if prior.outside else f"申领单 {prior.claim_number}"


def lower_level_after_higher(case: Case) -> Finding | None:
    if not case.line.priors or case.terms.paid_once_per != PaidOncePer.OCCUPATION_LEVEL:
        return None
    trade, level = trade_of(case.claim, case.line)
    if not level:
        return None
    same_trade = [prior for prior in priors_counted(case.line) if trade and prior.trade_key and trades.same(prior.trade_key, trade)]
    higher = [prior for prior in same_trade if prior.level and rank(prior.level) > rank(level)]
    if not higher:
        return None
    paid = "、".join(f"{_paper(prior)}的{label('level', prior.level)}" for prior in higher if prior.level)
    seen, allowed = f"本次为{label('level', level)},已有{paid}", "已享受较高等级补贴的,不再补贴较低等级"
    return found(case.terms, FindingCode.LOWER_LEVEL_AFTER_HIGHER, Effect.REFUSE, seen=seen, allowed=allowed, fix=REMOVE)


def yearly_limit_reached(case: Case) -> Finding | None:
    """Only notes while the limit is not set. Placement allowances are not trainings and do not count."""
    if not case.line.priors or case.terms.paid_once_per == PaidOncePer.PLACEMENT:
        return None
    year, most = case.day.year, case.terms.times_a_year_at_most
    times = sum(prior.on.year == year and prior.trade_key is not None for prior in priors_counted(case.line))
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
