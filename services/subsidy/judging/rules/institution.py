"""The rules on the institution as it stood on the class's first day: what bars it holds its own money, never a trainee's."""

from datetime import date, timedelta

from services.subsidy.codes import Effect, FindingCode, Payee
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
    return _barred(claim, terms, FindingCode.INSTITUTION_BLACKLISTED, "在黑名单内", "列入黑名单", class_facts.blacklisted_until_on)


def institution_suspended(claim: ClaimFacts, terms: Terms) -> Finding | None:
    class_facts = claim.class_facts
    if not class_facts or not class_facts.suspended:
        return None
    return _barred(claim, terms, FindingCode.INSTITUTION_SUSPENDED, "暂停办班", "暂停办班", class_facts.suspended_until_on)


def institution_exited(claim: ClaimFacts, terms: Terms) -> Finding | None:
    class_facts = claim.class_facts
    if not class_facts or not class_facts.exited:
        return None
    since = f"已退出(自 {class_facts.exited_on} 起)" if class_facts.exited_on else "已退出"
    return _barred(claim, terms, FindingCode.INSTITUTION_EXITED, since, "退出", None)


def _barred(claim: ClaimFacts, terms: Terms, code: FindingCode, stands: str, while_: str, until_on: date | None) -> Finding:
    assert claim.class_facts is not None, "who asks has seen the class"
    to_institution = terms.payee == Payee.ORGANISER
    return found(
        terms,
        code,
        Effect.HOLD if to_institution else Effect.NOTE,
        seen=f"{claim.class_facts.institution_name} 于 {claim.class_facts.starts_on} {stands}" + (f",至 {until_on}" if until_on else ""),
        allowed=f"{while_}期间不支付机构的补贴资金;发给学员本人的不受影响",
        fix="请复审人员对照决定书处理。" if to_institution else "仅作提示,补贴发给学员本人。",
        passes_from=until_on + timedelta(days=1) if until_on else None,
    )
