"""The rules on the class as the trainee attended it."""

from datetime import timedelta

from services.subsidy.codes import ClassStatus, Effect, EnrolmentOutcome, FindingCode, PersonalStatus
from services.subsidy.judging.facts import Case, days_in_class
from services.subsidy.judging.findings import Finding, found
from shared.codes import label

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
    attended = sum(day.half_days for day in days_in_class(class_facts, case.line))
    planned = class_facts.half_days_planned or 2 * ((class_facts.ends_on - class_facts.starts_on).days + 1)
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
    class_facts, line, most = case.class_facts, case.line, case.terms.hours_a_half_day_at_most
    if class_facts is None:
        return None
    seen = [
        f"{day.on} 不在班期 {class_facts.starts_on} 至 {class_facts.ends_on} 内"
        for day in line.attendance
        if not class_facts.starts_on <= day.on <= class_facts.ends_on
    ]
    deaths = [held.from_on for held in line.statuses if held.status == PersonalStatus.DECEASED]
    seen += [f"{day.on} 签到晚于死亡日期 {min(deaths)}" for day in line.attendance if deaths and day.on > min(deaths)]
    if most is not None and 0 < class_facts.half_days_held * most < class_facts.hours:
        seen.append(f"全班共签到 {class_facts.half_days_held} 个半天,容不下 {class_facts.hours} 课时")
    if not seen:
        return None
    allowed = "签到在班期之内" + (f",每半天不超过 {most} 课时" if most is not None else "")
    fix = "请对照纸质签到表和教学日志核实;录入有误的更正考勤。"
    return found(case.terms, FindingCode.ATTENDANCE_IMPOSSIBLE, Effect.HOLD, seen=";".join(seen), allowed=allowed, fix=fix)


def overlapping_class(case: Case) -> Finding | None:
    if not case.line.overlaps:
        return None
    seen = "、".join(f"{each.on} {label('half_day', each.half_day)}(班级 {each.class_number})" for each in case.line.overlaps)
    fix = "请与另一班级核对签到原件,确认学员当时在哪个班。"
    allowed = "同一人同一个半天只能在一个班级"
    return found(case.terms, FindingCode.OVERLAPPING_CLASS, Effect.HOLD, seen=f"同时在另一班级:{seen}", allowed=allowed, fix=fix)
