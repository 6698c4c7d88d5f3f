"""The rules on the trainee: age, category, status, and whether they teach what they attend."""

from calendar import isleap
from datetime import date, timedelta

from services.subsidy.codes import Effect, FindingCode, Sex
from services.subsidy.judging.cases import Case
from services.subsidy.judging.findings import REMOVE, Finding, found, labelled
from services.subsidy.schemes.retirement import has_reached, retirement_age
from shared.codes import label

ASK_SOURCE = "如记录有误,请学员向数据来源部门申请更正后重新提交。"


def age_below_limit(case: Case) -> Finding | None:
    terms, born_on = case.terms, case.line.born_on
    if case.age >= terms.age_at_least:
        return None
    year = born_on.year + terms.age_at_least
    born_on_leap_day = (born_on.month, born_on.day) == (2, 29)
    birthday = date(year, 3, 1) if born_on_leap_day and not isleap(year) else born_on.replace(year=year)
    return found(
        terms,
        FindingCode.AGE_BELOW_LIMIT,
        Effect.REFUSE,
        "age_at_least",
        seen=f"{label('day_counted', terms.age_counted_on)}({case.day}){case.age} 周岁",
        allowed=f"年满 {terms.age_at_least} 周岁",
        fix=f"{REMOVE}{birthday} 起可参加新开班次。",
        passes_from=birthday,
    )


def age_above_limit(case: Case) -> Finding | None:
    terms = case.terms
    if terms.until_retirement_age:
        return _retirement_age_reached(case)
    figure = "women_age_at_most" if case.line.sex == Sex.FEMALE and terms.women_age_at_most is not None else "age_at_most"
    most = getattr(terms, figure)
    if most is None or case.age <= most:
        return None
    seen = f"{label('day_counted', terms.age_counted_on)}({case.day}){case.age} 周岁"
    allowed = f"不超过 {most} 周岁(含 {most} 周岁)"
    return found(terms, FindingCode.AGE_ABOVE_LIMIT, Effect.REFUSE, figure, seen=seen, allowed=allowed, fix=REMOVE)


def _retirement_age_reached(case: Case) -> Finding | None:
    """A woman whose track is unknown is held, never refused, while only the earlier of her two limits is reached."""
    line, terms, schedule = case.line, case.terms, case.terms.retirement
    assert schedule is not None, "the loader gives the schedule to every block that asks for it"
    tracks = ("male",) if line.sex == Sex.MALE else (line.retirement_track,) if line.retirement_track else ("female_50", "female_55")
    ages = [retirement_age(schedule, line.born_on, track) for track in tracks]
    reached = [age for age in ages if has_reached(line.born_on, age, case.day)]
    if not reached:
        return None
    certain = len(reached) == len(ages)
    limits = "或".join(f"{years} 周岁 {months} 个月" for years, months in ages)
    return found(
        terms,
        FindingCode.AGE_ABOVE_LIMIT,
        Effect.REFUSE if certain else Effect.HOLD,
        "until_retirement_age",
        seen=f"{label('day_counted', terms.age_counted_on)}({case.day}){case.age} 周岁" + ("" if certain else ",退休类别未登记"),
        allowed=f"未达到法定退休年龄({limits})",
        fix=REMOVE if certain else "请在学员档案补录退休类别(原五十或五十五周岁退休)后重新判定。",
    )


def category_not_eligible(case: Case) -> Finding | None:
    eligible, day = case.terms.categories, case.day
    if eligible is None:
        return None
    for held in case.line.categories:
        if held.code in eligible and held.covers(day):
            return None
    later = [held.since_on for held in case.line.categories if held.code in eligible and held.since_on > day]
    seen = labelled("category", (held.code for held in case.line.categories if held.covers(day))) or "无身份类别"
    return found(
        case.terms,
        FindingCode.CATEGORY_NOT_ELIGIBLE,
        Effect.REFUSE,
        "categories",
        seen=f"{label('day_counted', case.terms.age_counted_on)}({day}):{seen}" + (f";符合的类别自 {min(later)} 起" if later else ""),
        allowed=f"当日属于{labelled('category', eligible)}之一",
        fix="如当日确有该身份,请补录类别起止日期及证明材料后重新提交;否则请移出申领名单。",
        passes_from=min(later, default=None),
    )


def waived_statuses(case: Case) -> set[str]:
    """Statuses that do not bar this person, because of a category held on the day."""
    waivers = case.terms.statuses_waived_for or {}
    held = {held.code for held in case.line.categories if held.covers(case.day)} if waivers else set()
    return {status for status, categories in waivers.items() if held.intersection(categories)}


def status_excluded(case: Case) -> Finding | None:
    if not case.line.statuses:
        return None
    barred = case.terms.excluded_statuses - waived_statuses(case)
    records = [held for held in case.line.statuses if held.status in barred and held.covers(case.day)]
    if not records:
        return None
    ends = [held.until_on for held in records if held.until_on]
    seen = ";".join(f"{label('personal_status', held.status)}(自 {held.from_on} 起,来源:{held.source})" for held in records)
    return found(
        case.terms,
        FindingCode.STATUS_EXCLUDED,
        Effect.REFUSE,
        "excluded_statuses",
        seen=f"{label('day_counted', case.terms.age_counted_on)}({case.day}):{seen}",
        allowed=f"当日不属于:{labelled('personal_status', barred)}",
        fix=ASK_SOURCE,
        passes_from=max(ends) + timedelta(days=1) if len(ends) == len(records) else None,
    )


def status_unverified(case: Case) -> Finding | None:
    """No record is not a clean record where no complete list covers the day."""
    if case.terms.excluded_statuses <= case.line.complete_lists:
        return None
    recorded = {held.status for held in case.line.statuses if held.covers(case.day)}
    unverified = case.terms.excluded_statuses - case.line.complete_lists - recorded - waived_statuses(case)
    if not unverified:
        return None
    return found(
        case.terms,
        FindingCode.STATUS_UNVERIFIED,
        Effect(case.terms.unverified_status_is),
        "unverified_status_is",
        seen=f"{case.day} 没有完整名单可核对:{labelled('personal_status', unverified)}",
        allowed="以覆盖当日的完整名单核对",
        fix="请向数据来源部门取得覆盖当日的名单并导入。",
    )


def trainer_on_roster(case: Case) -> Finding | None:
    line, class_facts = case.line, case.class_facts
    if not line.trains_this_class and not line.teaches_institution:
        return None
    seen = "该学员是本班授课教师"
    if not line.trains_this_class and class_facts:
        seen = f"该学员在班期({class_facts.starts_on} 至 {class_facts.ends_on})内是{class_facts.institution_name}的教师"
    allowed = "本班授课教师和办班机构的在任教师,不得作为学员申领补贴"
    return found(case.terms, FindingCode.TRAINER_ON_ROSTER, Effect.REFUSE, seen=seen, allowed=allowed, fix=REMOVE)


def ability_not_stated(case: Case) -> Finding | None:
    if not case.terms.ability_required or case.line.able_to_work:
        return None
    seen = "没有说明" if case.line.able_to_work is None else "登记为不具备相应劳动能力"
    return found(
        case.terms,
        FindingCode.ABILITY_NOT_STATED,
        Effect.NOTE,
        "ability_required",
        seen=seen,
        allowed="学员具备相应的劳动能力",
        fix="仅作提示,请审核人员核实。",
    )
