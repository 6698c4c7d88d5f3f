"""The rules on the trainee, the class and earlier payments: one small function a finding code, and the tables of all rules.

All rules speak; none stops another. A rule says nothing (None) where its figure is not set or its facts do not arise.
"""

from calendar import isleap
from collections.abc import Callable, Iterable
from datetime import date, timedelta

from services.subsidy.judging import paper_rules
from services.subsidy.judging.facts import Case, HeldCategory, HeldStatus, days_in_class, trade_of
from services.subsidy.judging.findings import Finding, found
from services.subsidy.schemes.codes import CATEGORIES, CLASS_STATUSES, DAYS_COUNTED, ENROLMENT_OUTCOMES, LEVEL_RANKS, LEVELS, STATUSES
from services.subsidy.schemes.retirement import has_reached, retirement_age

REMOVE = "请将该学员移出申领名单。"
ASK_SOURCE = "如记录有误,请学员向数据来源部门申请更正后重新提交。"


def covers(held: HeldCategory | HeldStatus, day: date) -> bool:
    since_on = held.since_on if isinstance(held, HeldCategory) else held.from_on
    return since_on <= day and (held.until_on is None or day <= held.until_on)


def labelled(codes: Iterable[str], labels: dict[str, str]) -> str:
    """The Chinese names of the codes, in the order of their table."""
    wanted = set(codes)
    return "、".join(label for code, label in labels.items() if code in wanted)


# The trainee


def age_below_limit(case: Case) -> Finding | None:
    terms, born_on = case.terms, case.line.born_on
    if case.age >= terms.age_at_least:
        return None
    year = born_on.year + terms.age_at_least
    born_on_leap_day = (born_on.month, born_on.day) == (2, 29)
    birthday = date(year, 3, 1) if born_on_leap_day and not isleap(year) else born_on.replace(year=year)
    return found(
        terms,
        "age_below_limit",
        "refuse",
        "age_at_least",
        seen=f"{DAYS_COUNTED[terms.age_counted_on]}({case.day}){case.age} 周岁",
        allowed=f"年满 {terms.age_at_least} 周岁",
        fix=f"{REMOVE}{birthday} 起可参加新开班次。",
        passes_from=birthday,
    )


def age_above_limit(case: Case) -> Finding | None:
    terms = case.terms
    if terms.until_retirement_age:
        return _retirement_age_reached(case)
    if terms.age_at_most is None or case.age <= terms.age_at_most:
        return None
    seen = f"{DAYS_COUNTED[terms.age_counted_on]}({case.day}){case.age} 周岁"
    allowed = f"不超过 {terms.age_at_most} 周岁(含 {terms.age_at_most} 周岁)"
    return found(terms, "age_above_limit", "refuse", "age_at_most", seen=seen, allowed=allowed, fix=REMOVE)


def _retirement_age_reached(case: Case) -> Finding | None:
    """A woman whose track is unknown is held, never refused, while only the earlier of her two limits is reached."""
    line, terms, schedule = case.line, case.terms, case.terms.retirement
    assert schedule is not None, "the loader gives the schedule to every block that asks for it"
    tracks = ("male",) if line.sex == "male" else (line.retirement_track,) if line.retirement_track else ("female_50", "female_55")
    ages = [retirement_age(schedule, line.born_on, track) for track in tracks]
    reached = [age for age in ages if has_reached(line.born_on, age, case.day)]
    if not reached:
        return None
    certain = len(reached) == len(ages)
    limits = "或".join(f"{years} 周岁 {months} 个月" for years, months in ages)
    return found(
        terms,
        "age_above_limit",
        "refuse" if certain else "hold",
        "until_retirement_age",
        seen=f"{DAYS_COUNTED[terms.age_counted_on]}({case.day}){case.age} 周岁" + ("" if certain else ",退休类别未登记"),
        allowed=f"未达到法定退休年龄({limits})",
        fix=REMOVE if certain else "请在学员档案补录退休类别(原五十或五十五周岁退休)后重新判定。",
    )


def category_not_eligible(case: Case) -> Finding | None:
    eligible, day = case.terms.categories, case.day
    if eligible is None:
        return None
    for held in case.line.categories:
        if held.code in eligible and covers(held, day):
            return None
    later = [held.since_on for held in case.line.categories if held.code in eligible and held.since_on > day]
    seen = labelled((held.code for held in case.line.categories if covers(held, day)), CATEGORIES) or "无身份类别"
    return found(
        case.terms,
        "category_not_eligible",
        "refuse",
        "categories",
        seen=f"{DAYS_COUNTED[case.terms.age_counted_on]}({day}):{seen}" + (f";符合的类别自 {min(later)} 起" if later else ""),
        allowed=f"当日属于{labelled(eligible, CATEGORIES)}之一",
        fix="如当日确有该身份,请补录类别起止日期及证明材料后重新提交;否则请移出申领名单。",
        passes_from=min(later, default=None),
    )


def waived_statuses(case: Case) -> set[str]:
    """Statuses that do not bar this person, because of a category held on the day."""
    waivers = case.terms.statuses_waived_for or {}
    held = {held.code for held in case.line.categories if covers(held, case.day)} if waivers else set()
    return {status for status, categories in waivers.items() if held.intersection(categories)}


def status_excluded(case: Case) -> Finding | None:
    if not case.line.statuses:
        return None
    barred = case.terms.excluded_statuses - waived_statuses(case)
    records = [held for held in case.line.statuses if held.status in barred and covers(held, case.day)]
    if not records:
        return None
    ends = [held.until_on for held in records if held.until_on]
    seen = ";".join(f"{STATUSES[held.status]}(自 {held.from_on} 起,来源:{held.source})" for held in records)
    return found(
        case.terms,
        "status_excluded",
        "refuse",
        "excluded_statuses",
        seen=f"{DAYS_COUNTED[case.terms.age_counted_on]}({case.day}):{seen}",
        allowed=f"当日不属于:{labelled(barred, STATUSES)}",
        fix=ASK_SOURCE,
        passes_from=max(ends) + timedelta(days=1) if len(ends) == len(records) else None,
    )


def status_unverified(case: Case) -> Finding | None:
    """No record is not a clean record where no complete list covers the day."""
    unverified = case.terms.excluded_statuses - case.line.complete_lists
    if not unverified:
        return None
    recorded = {held.status for held in case.line.statuses if covers(held, case.day)}
    unverified = unverified - recorded - waived_statuses(case)
    if not unverified:
        return None
    return found(
        case.terms,
        "status_unverified",
        case.terms.unverified_status_is,
        "unverified_status_is",
        seen=f"{case.day} 没有完整名单可核对:{labelled(unverified, STATUSES)}",
        allowed="以覆盖当日的完整名单核对",
        fix="请向数据来源部门取得覆盖当日的名单并导入。",
    )


def trainer_on_roster(case: Case) -> Finding | None:
    if not case.line.trains_this_class:
        return None
    allowed = "授课教师不得作为本班学员申领补贴"
    return found(case.terms, "trainer_on_roster", "refuse", seen="该学员是本班授课教师", allowed=allowed, fix=REMOVE)


def class_not_completed(case: Case) -> Finding | None:
    """Neither a class that is not over nor a trainee who did not complete it is paid for."""
    class_facts, outcome = case.class_facts, case.line.outcome
    if class_facts is None:
        return None
    if class_facts.status != "completed":
        will_end = class_facts.status in ("submitted", "approved", "in_progress")
        seen, allowed, fix = (
            f"班级 {class_facts.number} 状态为{CLASS_STATUSES[class_facts.status]}",
            "班级已结业",
            "请在班级结束并办理结业后申领。",
        )
        ended = class_facts.ends_on + timedelta(days=1) if will_end else None
        return found(case.terms, "class_not_completed", "refuse", seen=seen, allowed=allowed, fix=fix, passes_from=ended)
    if outcome in (None, "completed"):
        return None
    seen, fix = f"该学员在班级 {class_facts.number} 中为{ENROLMENT_OUTCOMES[outcome]}", "如有漏录的签到,请补录;否则请移出申领名单。"
    return found(case.terms, "class_not_completed", "refuse", seen=seen, allowed="学员本人已结业", fix=fix)


# Attendance


def attendance_too_low(case: Case) -> Finding | None:
    least, class_facts = case.terms.attendance_percent_at_least, case.class_facts
    if least is None or class_facts is None:
        return None
    attended = sum(day.half_days for day in days_in_class(class_facts, case.line))
    planned = class_facts.half_days_planned or 2 * ((class_facts.ends_on - class_facts.starts_on).days + 1)
    if attended * 100 >= least * planned:
        return None
    return found(
        case.terms,
        "attendance_too_low",
        "refuse",
        "attendance_percent_at_least",
        seen=f"应到 {planned} 个半天,实到 {attended} 个半天",
        allowed=f"出勤不低于 {least}%",
        fix="如有漏录的签到,请补录并附签到表;否则请移出申领名单。",
    )


def attendance_impossible(case: Case) -> Finding | None:
    class_facts, line, most = case.class_facts, case.line, case.terms.hours_a_half_day_at_most
    if class_facts is None:
        return None
    seen = [
        f"{day.on} 不在班期 {class_facts.starts_on} 至 {class_facts.ends_on} 内"
        for day in line.attendance
        if not class_facts.starts_on <= day.on <= class_facts.ends_on
    ]
    deaths = [held.from_on for held in line.statuses if held.status == "deceased"]
    seen += [f"{day.on} 签到晚于死亡日期 {min(deaths)}" for day in line.attendance if deaths and day.on > min(deaths)]
    if most is not None and 0 < class_facts.half_days_held * most < class_facts.hours:
        seen.append(f"全班共签到 {class_facts.half_days_held} 个半天,容不下 {class_facts.hours} 课时")
    if not seen:
        return None
    allowed = "签到在班期之内" + (f",每半天不超过 {most} 课时" if most is not None else "")
    fix = "请对照纸质签到表和教学日志核实;录入有误的更正考勤。"
    return found(case.terms, "attendance_impossible", "hold", seen=";".join(seen), allowed=allowed, fix=fix)


def overlapping_class(case: Case) -> Finding | None:
    if not case.line.overlaps:
        return None
    halves = {"am": "上午", "pm": "下午"}
    seen = "、".join(f"{each.on} {halves[each.half_day]}(班级 {each.class_number})" for each in case.line.overlaps)
    fix = "请与另一班级核对签到原件,确认学员当时在哪个班。"
    allowed = "同一人同一个半天只能在一个班级"
    return found(case.terms, "overlapping_class", "hold", seen=f"同时在另一班级:{seen}", allowed=allowed, fix=fix)


# Earlier payments


def already_subsidised(case: Case) -> Finding | None:
    """Once per occupation and level in all subsidies together; without a level once per trade in a calendar year."""
    line, terms, day = case.line, case.terms, case.day
    if not line.priors:
        return None
    trade, level = trade_of(case.claim, line)
    if terms.paid_once_per == "placement":
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
    by_year = terms.paid_once_per == "occupation_level" and not level
    return found(
        terms,
        "already_subsidised",
        "refuse",
        "paid_once_per",
        seen="已在" + "、".join(f"申领单 {prior.claim_number}({prior.on})" for prior in priors),
        allowed=allowed,
        fix=REMOVE + (f"{day.year + 1} 年起可再次参加该工种培训。" if by_year else ""),
        passes_from=date(day.year + 1, 1, 1) if by_year else None,
    )


def lower_level_after_higher(case: Case) -> Finding | None:
    if not case.line.priors or case.terms.paid_once_per != "occupation_level":
        return None
    trade, level = trade_of(case.claim, case.line)
    if not level:
        return None
    same_trade = [prior for prior in case.line.priors if prior.trade_key == trade]
    higher = [prior for prior in same_trade if prior.level and LEVEL_RANKS[prior.level] > LEVEL_RANKS[level]]
    if not higher:
        return None
    paid = "、".join(f"申领单 {prior.claim_number} 的{LEVELS[prior.level]}" for prior in higher if prior.level)
    seen, allowed = f"本次为{LEVELS[level]},已有{paid}", "已享受较高等级补贴的,不再补贴较低等级"
    return found(case.terms, "lower_level_after_higher", "refuse", seen=seen, allowed=allowed, fix=REMOVE)


def yearly_limit_reached(case: Case) -> Finding | None:
    """Only notes while the limit is not set. Placement allowances are not trainings and do not count."""
    if not case.line.priors or case.terms.paid_once_per == "placement":
        return None
    year, most = case.day.year, case.terms.times_a_year_at_most
    times = sum(prior.on.year == year and prior.trade_key is not None for prior in case.line.priors)
    if times < (1 if most is None else most):
        return None
    return found(
        case.terms,
        "yearly_limit_reached",
        "note" if most is None else "refuse",
        "times_a_year_at_most",
        seen=f"{year} 年已申领 {times} 次",
        allowed="每年次数上限尚未确定" if most is None else f"每年不超过 {most} 次",
        fix="仅作提示,请审核人员留意。" if most is None else REMOVE,
        passes_from=None if most is None else date(year + 1, 1, 1),
    )


LineRule = Callable[[Case], Finding | None]

RULES: tuple[LineRule, ...] = (
    age_below_limit,
    age_above_limit,
    category_not_eligible,
    status_excluded,
    status_unverified,
    trainer_on_roster,
    class_not_completed,
    attendance_too_low,
    attendance_impossible,
    overlapping_class,
    already_subsidised,
    lower_level_after_higher,
    yearly_limit_reached,
    paper_rules.certificate_missing,
    paper_rules.certificate_invalid,
    paper_rules.certificate_out_of_scope,
    paper_rules.certificate_too_old,
    paper_rules.certificate_burst,
    paper_rules.order_missing,
    paper_rules.retention_not_met,
    paper_rules.terms_unconfirmed,
)
