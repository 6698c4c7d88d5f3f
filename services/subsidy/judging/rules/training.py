"""The rules on the class as the trainee attended it."""

from collections import defaultdict
from collections.abc import Iterator
from datetime import date, timedelta

from services.subsidy.codes import ClassStatus, Effect, EnrolmentOutcome, FindingCode, PersonalStatus
from services.subsidy.judging import rates
from services.subsidy.judging.cases import Case, days_in_class
from services.subsidy.judging.facts import ClaimFacts, ClassFacts, LineFacts
from services.subsidy.judging.findings import Finding, found
from services.subsidy.schemes.policy import Terms
from shared.codes import label

WHY_IMPOSSIBLE = {"recorded_before": "在此之前已录入", "signed_another_day": "在另一天签名", "outside_hours": "在签到时段以外签名"}
COMPLETED = ClassStatus.COMPLETED
TO_COME = frozenset({ClassStatus.SUBMITTED, ClassStatus.RETURNED, ClassStatus.APPROVED, ClassStatus.IN_PROGRESS})


def class_not_completed(case: Case) -> Finding | None:
    """Neither a class that is not over nor a trainee who did not complete it is paid for; in instalments, those who are in it."""
    class_facts, outcome = case.class_facts, case.line.outcome
    if class_facts is None:
        return None
    runs = class_facts.status != COMPLETED and rates.still_running(class_facts, case.terms)
    if class_facts.status != COMPLETED and not runs:
        will_end = class_facts.status in TO_COME
        seen, allowed, fix = (
            f"班级 {class_facts.number} 状态为{label('class_status', class_facts.status)}",
            "班级已结业",
            "请在班级结束并办理结业后申领。",
        )
        ended = class_facts.ends_on + timedelta(days=1) if will_end else None
        return found(case.terms, FindingCode.CLASS_NOT_COMPLETED, Effect.REFUSE, seen=seen, allowed=allowed, fix=fix, passes_from=ended)
    if outcome is None or outcome == EnrolmentOutcome.COMPLETED or (runs and outcome == EnrolmentOutcome.ENROLLED):
        return None
    seen, fix = f"该学员在班级 {class_facts.number} 中为{label('enrolment_outcome', outcome)}", "如有漏录的签到,请补录;否则请移出申领名单。"
    return found(case.terms, FindingCode.CLASS_NOT_COMPLETED, Effect.REFUSE, seen=seen, allowed="学员本人已结业", fix=fix)


def attendance_too_low(case: Case) -> Finding | None:
    least, class_facts = case.terms.attendance_percent_at_least, case.class_facts
    if least is None or class_facts is None or rates.still_running(class_facts, case.terms):
        return None
    attended = sum(day.half_days for day in days_in_class(class_facts, case.line))
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


def attendance_impossible(claim: ClaimFacts, terms: Terms) -> Iterator[tuple[int, Finding]]:
    class_facts = claim.class_facts
    if class_facts is None:
        return
    of_class, of_day = _more_hours_than_can_be(class_facts, terms), _by_one_hand(class_facts, terms)
    for index, line in enumerate(claim.lines):
        seen = _outside_the_class(class_facts, line)
        if line.enrolled_late:
            seen.append(f"班级结束后才补报名,理由:{line.enrolled_late}")
        if line.enrolled_from_on:
            seen += [f"{day.on} 签到早于报名起始日 {line.enrolled_from_on}" for day in line.attendance if day.on < line.enrolled_from_on]
        if line.statuses:
            seen += _after_death(line)
        if line.impossible:
            seen += [f"{each.on} {label('half_day', each.half_day)}{WHY_IMPOSSIBLE[each.why]}" for each in line.impossible]
        if of_day:
            seen += [text for day in line.attendance for text in of_day.get(day.on, ())]
        if seen or of_class:
            half_day, day = terms.hours_a_half_day_at_most, terms.class_hours_a_day_at_most
            allowed = (
                "本人当时在班期之内签到"
                + (f",每天不超过 {day} 课时" if day else "")
                + (f",每半天不超过 {half_day} 课时" if half_day else "")
            )
            fix = "请对照纸质签到表和教学日志核实;录入有误的更正考勤。"
            text = ";".join(seen + of_class)
            yield index, found(terms, FindingCode.ATTENDANCE_IMPOSSIBLE, Effect.HOLD, seen=text, allowed=allowed, fix=fix)


def _outside_the_class(class_facts: ClassFacts, line: LineFacts) -> list[str]:
    first, last = class_facts.starts_on, class_facts.ends_on
    return [f"{day.on} 不在班期 {first} 至 {last} 内" for day in line.attendance if not first <= day.on <= last]


def _after_death(line: LineFacts) -> list[str]:
    deaths = [held.from_on for held in line.statuses if held.status == PersonalStatus.DECEASED]
    return [f"{day.on} 签到晚于死亡日期 {min(deaths)}" for day in line.attendance if deaths and day.on > min(deaths)]


def _more_hours_than_can_be(class_facts: ClassFacts, terms: Terms) -> list[str]:
    hours, days, held = max(class_facts.hours, class_facts.hours_planned or 0), class_facts.calendar_days, class_facts.half_days_held
    a_half_day, a_day = terms.hours_a_half_day_at_most, terms.class_hours_a_day_at_most
    seen = []
    if a_half_day is not None and held and held * a_half_day < hours and not rates.still_running(class_facts, terms):
        seen.append(f"全班共签到 {held} 个半天,容不下 {hours} 课时")
    if a_day is not None and days * a_day < hours:
        seen.append(f"班期共 {days} 天,容不下 {hours} 课时")
    return seen


def _by_one_hand(class_facts: ClassFacts, terms: Terms) -> dict[date, list[str]]:
    """By day: the half-days that many people signed within less time than it takes them."""
    people, seconds = terms.one_hand_people_at_least, terms.one_hand_seconds_at_most
    seen: dict[date, list[str]] = defaultdict(list)
    if people is None or seconds is None:
        return seen
    for each in class_facts.signings:
        took = (each.last_at - each.first_at).total_seconds()
        if each.people >= people and took <= seconds:
            seen[each.on].append(f"{each.on} {label('half_day', each.half_day)} {each.people} 人在 {took:.0f} 秒内签完")
    return seen


def headcount_differs(claim: ClaimFacts, terms: Terms) -> Iterator[tuple[int, Finding]]:
    """Whoever is recorded on a day on which an inspector counted fewer people than are recorded as present then."""
    class_facts, most = claim.class_facts, terms.headcount_missing_at_most
    if class_facts is None or most is None:
        return
    short = defaultdict(list)
    for each in class_facts.headcounts:
        if each.attended - each.headcount > most:
            then = f"{each.on} {label('half_day', each.half_day) if each.half_day else ''}"
            short[each.on].append(f"{then}清点 {each.headcount} 人,签到 {each.attended} 人")
    for index, line in enumerate(claim.lines if short else ()):
        seen = [text for day in line.attendance for text in short.get(day.on, ())]
        if seen:
            allowed = "签到人数不多于检查时清点的人数" + (f"加 {most} 人" if most else "")
            fix = "请对照检查记录和签到原件,核实该学员当时是否在场。"
            code, figure = FindingCode.HEADCOUNT_DIFFERS, "headcount_missing_at_most"
            yield index, found(terms, code, Effect.HOLD, figure, seen=";".join(seen), allowed=allowed, fix=fix)


def overlapping_class(case: Case) -> Finding | None:
    if not case.line.overlaps:
        return None
    seen = "、".join(f"{each.on} {label('half_day', each.half_day)}(班级 {each.class_number})" for each in case.line.overlaps)
    fix = "请与另一班级核对签到原件,确认学员当时在哪个班。"
    allowed = "同一人同一个半天只能在一个班级"
    return found(case.terms, FindingCode.OVERLAPPING_CLASS, Effect.HOLD, seen=f"同时在另一班级:{seen}", allowed=allowed, fix=fix)
