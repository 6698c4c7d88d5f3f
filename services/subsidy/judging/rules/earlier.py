"""The rules on what the trainee was given before."""

from datetime import date

from services.subsidy.codes import Effect, FindingCode, PaidOncePer, rank
from services.subsidy.judging.facts import Case, trade_of
from services.subsidy.judging.findings import REMOVE, Finding, found
from shared.codes import label


def already_subsidised(case: Case) -> Finding | None:
    """Once per occupation and level in all subsidies together; without a level once per trade in a calendar year."""
    line, terms, day = case.line, case.terms, case.day
    if not line.priors:
        return None
    trade, level = trade_of(case.claim, line)
    if terms.paid_once_per == PaidOncePer.PLACEMENT:
        same_placement = [prior for prior in line.priors if line.placement and prior.placement_id == line.placement.placement_id]
        priors, allowed = [prior for prior in same_placement if prior.scheme == case.claim.scheme], "同一次就业同一补贴只发一次"
    elif level:
        priors = [prior for prior in line.priors if prior.trade_key == trade and prior.level == level]
        allowed = "同一职业(工种)同一等级只补贴一次"
    else:
        priors = [prior for prior in line.priors if trade and prior.trade_key == trade and prior.on.year == day.year]
        allowed = "同一工种同一自然年度只补贴一次"
    if not priors:
        return None
    by_year = terms.paid_once_per == PaidOncePer.OCCUPATION_LEVEL and not level
    return found(
        terms,
        FindingCode.ALREADY_SUBSIDISED,
        Effect.REFUSE,
        "paid_once_per",
        seen="已在" + "、".join(f"申领单 {prior.claim_number}({prior.on})" for prior in priors),
        allowed=allowed,
        fix=REMOVE + (f"{day.year + 1} 年起可再次参加该工种培训。" if by_year else ""),
        passes_from=date(day.year + 1, 1, 1) if by_year else None,
    )


def lower_level_after_higher(case: Case) -> Finding | None:
    if not case.line.priors or case.terms.paid_once_per != PaidOncePer.OCCUPATION_LEVEL:
        return None
    trade, level = trade_of(case.claim, case.line)
    if not level:
        return None
    same_trade = [prior for prior in case.line.priors if prior.trade_key == trade]
    higher = [prior for prior in same_trade if prior.level and rank(prior.level) > rank(level)]
    if not higher:
        return None
    paid = "、".join(f"申领单 {prior.claim_number} 的{label('level', prior.level)}" for prior in higher if prior.level)
    seen, allowed = f"本次为{label('level', level)},已有{paid}", "已享受较高等级补贴的,不再补贴较低等级"
    return found(case.terms, FindingCode.LOWER_LEVEL_AFTER_HIGHER, Effect.REFUSE, seen=seen, allowed=allowed, fix=REMOVE)


def yearly_limit_reached(case: Case) -> Finding | None:
    """Only notes while the limit is not set. Placement allowances are not trainings and do not count."""
    if not case.line.priors or case.terms.paid_once_per == PaidOncePer.PLACEMENT:
        return None
    year, most = case.day.year, case.terms.times_a_year_at_most
    times = sum(prior.on.year == year and prior.trade_key is not None for prior in case.line.priors)
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
