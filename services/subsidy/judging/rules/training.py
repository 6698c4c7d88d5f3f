"""The rules on the class as the trainee attended it."""

from collections.abc import Iterator
from datetime import timedelta

from services.subsidy.codes import ClassStatus, Effect, EnrolmentOutcome, FindingCode, PersonalStatus
from services.subsidy.judging.facts import Case, ClassFacts
from services.subsidy.judging.findings import Finding, found
from services.subsidy.schemes.policy import Terms
from shared.codes import label

WHY_IMPOSSIBLE = {"recorded_before": "在此之前已录入", "signed_another_day": "在另一天签名", "outside_hours": "在签到时段以外签名"}
TO_COME = frozenset({ClassStatus.SUBMITTED, ClassStatus.APPROVED, ClassStatus.IN_PROGRESS})


def class_not_completed(case: Case) -> Finding | None:
    """Neither a class that is not over nor a trainee who did not complete it is paid for."""
    class_facts, outcome = case.class_facts, case.line.outcome
    if class_facts is None:
        return None
    if class_facts.status != ClassStatus.COMPLETED:
        will_end = class_facts.status in TO_COME
        seen, allowed, fix = (
            f"班级 {class_facts.number} 状态为{label('class_status', class_facts.status)}",
            "班级已结业",
            "请在班级结束并办理结业后申领。",
        )
        ended = class_facts.ends_on + timedelta(days=1) if will_end else None
        return found(case.terms, FindingCode.CLASS_NOT_COMPLETED, Effect.REFUSE, seen=seen, allowed=allowed, fix=fix, passes_from=ended)
    if outcome in (None, EnrolmentOutcome.COMPLETED):
        return None
    seen, fix = f"该学员在班级 {class_facts.number} 中为{label('enrolment_outcome', outcome)}", "如有漏录的签到,请补录;否则请移出申领名单。"
    return found(case.terms, FindingCode.CLASS_NOT_COMPLETED, Effect.REFUSE, seen=seen, allowed="学员本人已结业", fix=fix)


def attendance_too_low(case: Case) -> Finding | None:
    least, class_facts = case.terms.attendance_percent_at_least, case.class_facts
    if least is None or class_facts is None:
        return None
    attended = sum(day.half_days for day in case.days)
    planned = class_facts.half_days_planned or 2 * class_facts.calendar_days
    if attended * 100 >= least * planned:
        return None
    return found(
        case.terms,
        FindingCode.ATTENDANCE_TOO_LOW,
        Effect.REFUSE,
        "attendance_percent_at_least",
        seen=f"应到 {planned} 个半天,实到 {attended} 个半天",
        allowed=f"出勤不低于 {least}%",
        fix="如有漏录的签到,请补录并附签到表;否则请移出申领名单。",
    )


def attendance_impossible(case: Case) -> Finding | None:
    if case.class_facts is None:
        return None
    seen = [*_outside_the_class(case, case.class_facts), *_after_death(case), *_recorded_impossibly(case)]
    seen += [*_more_hours_than_can_be(case.class_facts, case.terms), *_by_one_hand(case, case.class_facts)]
    if not seen:
        return None
    half_day, day = case.terms.hours_a_half_day_at_most, case.terms.class_hours_a_day_at_most
    allowed = "本人当时在班期之内签到" + (f",每天不超过 {day} 课时" if day else "") + (f",每半天不超过 {half_day} 课时" if half_day else "")
    fix = "请对照纸质签到表和教学日志核实;录入有误的更正考勤。"
    return found(case.terms, FindingCode.ATTENDANCE_IMPOSSIBLE, Effect.HOLD, seen=";".join(seen), allowed=allowed, fix=fix)


def _outside_the_class(case: Case, class_facts: ClassFacts) -> Iterator[str]:
    if len(case.days) != len(case.line.attendance):
        outside = (day for day in case.line.attendance if day not in case.days)
        yield from (f"{day.on} 不在班期 {class_facts.starts_on} 至 {class_facts.ends_on} 内" for day in outside)


def _after_death(case: Case) -> Iterator[str]:
    if deaths := [held.from_on for held in case.line.statuses if held.status == PersonalStatus.DECEASED]:
        yield from (f"{day.on} 签到晚于死亡日期 {min(deaths)}" for day in case.line.attendance if day.on > min(deaths))


def _recorded_impossibly(case: Case) -> Iterator[str]:
    for each in case.line.impossible:
        yield f"{each.on} {label('half_day', each.half_day)}{WHY_IMPOSSIBLE[each.why]}"


def _more_hours_than_can_be(class_facts: ClassFacts, terms: Terms) -> Iterator[str]:
    hours = max(class_facts.hours, class_facts.hours_planned or 0)
    a_half_day, a_day = terms.hours_a_half_day_at_most, terms.class_hours_a_day_at_most
    if a_half_day is not None and 0 < class_facts.half_days_held * a_half_day < hours:
        yield f"全班共签到 {class_facts.half_days_held} 个半天,容不下 {hours} 课时"
    if a_day is not None and class_facts.calendar_days * a_day < hours:
        yield f"班期共 {class_facts.calendar_days} 天,容不下 {hours} 课时"


def _by_one_hand(case: Case, class_facts: ClassFacts) -> Iterator[str]:
    """Of the days that this person signed: many people within less time than it takes them."""
    people, seconds = case.terms.one_hand_people_at_least, case.terms.one_hand_seconds_at_most
    if not class_facts.signings or people is None or seconds is None:
        return
    days = {day.on for day in case.line.attendance}
    for each in class_facts.signings:
        took = (each.last_at - each.first_at).total_seconds()
        if each.on in days and each.people >= people and took <= seconds:
            yield f"{each.on} {label('half_day', each.half_day)} {each.people} 人在 {took:.0f} 秒内签完"


def headcount_differs(case: Case) -> Finding | None:
    """Of the days that this person is recorded on: an inspector counted fewer than are recorded as present then."""
    class_facts, most = case.class_facts, case.terms.headcount_missing_at_most
    if class_facts is None or most is None:
        return None
    days = {day.on for day in case.line.attendance}
    seen = [
        f"{each.on}{label('half_day', each.half_day) if each.half_day else ''}清点 {each.headcount} 人,签到 {each.attended} 人"
        for each in class_facts.headcounts
        if each.attended - each.headcount > most and each.on in days
    ]
    if not seen:
        return None
    allowed = f"签到人数不多于检查时清点的人数{f'加 {most} 人' if most else ''}"
    fix = "请对照检查记录和签到原件,核实该学员当时是否在场。"
    return found(
        case.terms, FindingCode.HEADCOUNT_DIFFERS, Effect.HOLD, "headcount_missing_at_most", seen=";".join(seen), allowed=allowed, fix=fix
    )


def overlapping_class(case: Case) -> Finding | None:
    if not case.line.overlaps:
        return None
    seen = "、".join(f"{each.on} {label('half_day', each.half_day)}(班级 {each.class_number})" for each in case.line.overlaps)
    fix = "请与另一班级核对签到原件,确认学员当时在哪个班。"
    allowed = "同一人同一个半天只能在一个班级"
    return found(case.terms, FindingCode.OVERLAPPING_CLASS, Effect.HOLD, seen=f"同时在另一班级:{seen}", allowed=allowed, fix=fix)
