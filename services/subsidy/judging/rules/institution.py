"""The rules on the institution as it stood on the class's first day, or where there is no class on the day of each line: what bars it holds its own money,
never a trainee's."""

from collections.abc import Iterator
from datetime import date, timedelta

from services.subsidy.codes import Effect, FindingCode, Payee
from services.subsidy.judging.cases import day_counted
from services.subsidy.judging.facts import ClaimFacts
from services.subsidy.judging.findings import Finding, found
from services.subsidy.schemes.policy import Terms


def institution_not_designated(claim: ClaimFacts, terms: Terms) -> Finding | None:
    class_facts = claim.class_facts
    if not class_facts or not class_facts.needs_designation or class_facts.designated:
        return None
    seen = f"{class_facts.institution_name} 于 {class_facts.starts_on} 没有有效的定点资格"
    allowed = "面向社会开展补贴培训的机构,开班当日须为定点培训机构"
    fix = "如当日已有定点文件,请经办人员补录定点起止日期;否则本班不能申领补贴。"
    return found(terms, FindingCode.INSTITUTION_NOT_DESIGNATED, Effect.REFUSE, seen=seen, allowed=allowed, fix=fix)


def institution_blacklisted(claim: ClaimFacts, terms: Terms) -> Finding | None:
    class_facts = claim.class_facts
    if not class_facts or not class_facts.blacklisted:
        return None
    return _barred(terms, "blacklisted", class_facts.institution_name, class_facts.starts_on, None, class_facts.blacklisted_until_on)


def institution_suspended(claim: ClaimFacts, terms: Terms) -> Finding | None:
    class_facts = claim.class_facts
    if not class_facts or not class_facts.suspended:
        return None
    return _barred(terms, "suspended", class_facts.institution_name, class_facts.starts_on, None, class_facts.suspended_until_on)


def institution_exited(claim: ClaimFacts, terms: Terms) -> Finding | None:
    class_facts = claim.class_facts
    if not class_facts or not class_facts.exited:
        return None
    return _barred(terms, "exited", class_facts.institution_name, class_facts.starts_on, class_facts.exited_on, None)


def support_stopped(claim: ClaimFacts, terms: Terms) -> Finding | None:
    """A measure that stands on the class's first day, or on the day of the claim, holds the organiser's money and never a trainee's."""
    class_facts = claim.class_facts
    if not class_facts or not class_facts.stops:
        return None
    days = (class_facts.starts_on, claim.claimed_on)
    for each in class_facts.stops:
        if each.why == "support_stopped" and (on := next(filter(each.covers, days), None)):
            return _barred(terms, each.why, f"{class_facts.institution_name}(措施 {each.number})", on, each.from_on, each.until_on)
    return None


def complaint_open(claim: ClaimFacts, terms: Terms) -> Finding | None:
    """Until the complaint is answered, nobody is paid for the class."""
    numbers = [each.number for each in claim.class_facts.stops if each.why == "complaint_open"] if claim.class_facts else []
    if not numbers:
        return None
    seen, fix = f"投诉 {'、'.join(numbers)} 正在核查", "请待投诉办结;查实的按规定处理,不实的自动解除。"
    return found(terms, FindingCode.COMPLAINT_OPEN, Effect.HOLD, seen=seen, allowed="没有据以暂缓的投诉", fix=fix)


def applicant_barred(claim: ClaimFacts, terms: Terms) -> Iterator[tuple[int, Finding]]:
    """Of a claim without a class: each line on its own day, and by a measure on the day of the claim as well."""
    applicant = claim.applicant
    if applicant is None or not applicant.barred:
        return
    for index, line in enumerate(claim.lines):
        day = day_counted(claim, line, terms.age_counted_on)
        days = {"support_stopped": (day, claim.claimed_on)}
        holding = ((bar, on) for bar in applicant.barred if (on := next(filter(bar.covers, days.get(bar.why, (day,))), None)))
        for why, (bar, on) in {bar.why: (bar, on) for bar, on in holding}.items():
            yield index, _barred(terms, why, applicant.name, on, bar.from_on if why in SINCE else None, bar.until_on)


SINCE = ("exited", "support_stopped")
BARS = {  # why: the finding, how it stands, what it is called
    "blacklisted": (FindingCode.INSTITUTION_BLACKLISTED, "在黑名单内", "列入黑名单"),
    "suspended": (FindingCode.INSTITUTION_SUSPENDED, "暂停办班", "暂停办班"),
    "exited": (FindingCode.INSTITUTION_EXITED, "已退出", "退出"),
    "support_stopped": (FindingCode.SUPPORT_STOPPED, "停止支持", "停止支持"),
}


def _barred(terms: Terms, why: str, name: str, day: date, since: date | None, until_on: date | None) -> Finding:
    code, stands, while_ = BARS[why]
    to_institution = terms.payee == Payee.ORGANISER
    return found(
        terms,
        code,
        Effect.HOLD if to_institution else Effect.NOTE,
        seen=f"{name} 于 {day} {stands}" + (f"(自 {since} 起)" if since else "") + (f",至 {until_on}" if until_on else ""),
        allowed=f"{while_}期间不支付机构的补贴资金;发给学员本人的不受影响",
        fix="请复审人员对照决定书处理。" if to_institution else "仅作提示,补贴发给学员本人。",
        passes_from=until_on + timedelta(days=1) if until_on else None,
    )
