"""The rules that look at the claim as a whole: its fund, its class and institution, and its lines beside one another."""

from collections import defaultdict
from collections.abc import Iterator
from datetime import timedelta

from services.subsidy.codes import Effect, FindingCode, Payee
from services.subsidy.judging.facts import ClaimFacts, trade_of
from services.subsidy.judging.findings import Finding, found, labelled
from services.subsidy.schemes.policy import Terms
from shared.codes import label


def fund_not_allowed(claim: ClaimFacts, terms: Terms) -> Finding | None:
    if terms.fund_sources is None or claim.fund_source in terms.fund_sources:
        return None
    allowed = labelled("fund_source", terms.fund_sources)
    seen, fix = label("fund_source", claim.fund_source), "请改选可用的资金后重新提交。"
    return found(terms, FindingCode.FUND_NOT_ALLOWED, Effect.REFUSE, "fund_sources", seen=seen, allowed=allowed, fix=fix)


def institution_not_designated(claim: ClaimFacts, terms: Terms) -> Finding | None:
    class_facts = claim.class_facts
    if not class_facts or not class_facts.needs_designation or class_facts.designated:
        return None
    seen = f"{class_facts.institution_name} 于 {class_facts.starts_on} 没有有效的定点资格"
    allowed = "面向社会开展补贴培训的机构,开班当日须为定点培训机构"
    fix = "如当日已有定点文件,请经办人员补录定点起止日期;否则本班不能申领补贴。"
    return found(terms, FindingCode.INSTITUTION_NOT_DESIGNATED, Effect.REFUSE, seen=seen, allowed=allowed, fix=fix)


def institution_blacklisted(claim: ClaimFacts, terms: Terms) -> Finding | None:
    """The blacklist holds the institution's money, never a trainee's own."""
    class_facts = claim.class_facts
    if not class_facts or not class_facts.blacklisted:
        return None
    until_on = class_facts.blacklisted_until_on
    to_institution = terms.payee == Payee.ORGANISER
    return found(
        terms,
        FindingCode.INSTITUTION_BLACKLISTED,
        Effect.HOLD if to_institution else Effect.NOTE,
        seen=f"{class_facts.institution_name} 于 {class_facts.starts_on} 在黑名单内" + (f",至 {until_on}" if until_on else ""),
        allowed="列入黑名单期间不支付机构的补贴资金;发给学员本人的不受影响",
        fix="请复审人员对照黑名单决定书处理。" if to_institution else "仅作提示,补贴发给学员本人。",
        passes_from=until_on + timedelta(days=1) if until_on else None,
    )


def class_too_short(claim: ClaimFacts, terms: Terms) -> Finding | None:
    class_facts, least = claim.class_facts, terms.class_hours_at_least
    if not class_facts or least is None or class_facts.hours >= least:
        return None
    seen, fix = f"共 {class_facts.hours} 课时", "如课时登记有误,请更正班级信息;否则本班不能申领补贴。"
    return found(
        terms, FindingCode.CLASS_TOO_SHORT, Effect.REFUSE, "class_hours_at_least", seen=seen, allowed=f"不少于 {least} 课时", fix=fix
    )


def class_too_long(claim: ClaimFacts, terms: Terms) -> Finding | None:
    class_facts, most = claim.class_facts, terms.class_days_at_most
    if not class_facts or most is None:
        return None
    days = (class_facts.ends_on - class_facts.starts_on).days + 1
    if days <= most:
        return None
    seen = f"{class_facts.starts_on} 至 {class_facts.ends_on},共 {days} 天"
    fix = "如班期登记有误,请更正;否则请改按相应的培训项目申报。"
    return found(terms, FindingCode.CLASS_TOO_LONG, Effect.REFUSE, "class_days_at_most", seen=seen, allowed=f"不超过 {most} 天", fix=fix)


def trade_not_filed(claim: ClaimFacts, terms: Terms) -> Finding | None:
    class_facts = claim.class_facts
    if not class_facts or class_facts.occupation_code or class_facts.trade_filing_no:
        return None
    seen = f"工种“{class_facts.trade_name or '未填'}”没有职业编码,也没有备案号"
    allowed = "国家职业大典内的职业,或已报州级备案的工种"
    fix = "请先办理州级备案,并在班级信息中填写备案号。"
    return found(terms, FindingCode.TRADE_NOT_FILED, Effect.REFUSE, seen=seen, allowed=allowed, fix=fix)


def duplicate_line(claim: ClaimFacts, terms: Terms) -> Iterator[tuple[int, Finding]]:
    """The first line of a person stands, unless another is for another occupation, level or placement."""
    first: dict[tuple[str, str | None, str | None, str | None], int] = {}
    for index, line in enumerate(claim.lines):
        key = (line.trainee_id, *trade_of(claim, line), line.placement.placement_id if line.placement else None)
        stands = first.setdefault(key, index)
        if stands != index:
            seen, fix = f"与第 {stands + 1} 行为同一学员同一事项", "请删除重复的一行。"
            allowed = "同一申领单内同一学员同一事项只列一次"
            yield index, found(terms, FindingCode.DUPLICATE_LINE, Effect.REFUSE, seen=seen, allowed=allowed, fix=fix)


def shared_bank_account(claim: ClaimFacts, terms: Terms) -> Iterator[tuple[int, Finding]]:
    holders = defaultdict(set)
    for line in claim.lines:
        if line.bank_account_token:
            holders[line.bank_account_token].add(line.trainee_id)
    for index, line in enumerate(claim.lines):
        people = len(holders[line.bank_account_token]) if line.bank_account_token else 0
        if people > 1:
            seen, fix = f"同一银行账户登记在 {people} 名学员名下", "请核实账户户名,各学员改登本人账户。"
            yield index, found(terms, FindingCode.SHARED_BANK_ACCOUNT, Effect.HOLD, seen=seen, allowed="每人使用本人的银行账户", fix=fix)


def roster_reused(claim: ClaimFacts, terms: Terms) -> Iterator[tuple[int, Finding]]:
    """The same list for two classes: held where the two classes ran at the same time, else a note. One person is no list."""
    class_facts, least = claim.class_facts, terms.roster_reuse_percent_at_least
    people = {line.trainee_id for line in claim.lines}
    if class_facts is None or len(people) < 2:
        return
    effects: dict[str, Effect] = {}
    reused: dict[str, list[str]] = defaultdict(list)
    for roster in claim.other_rosters:
        shared = people & roster.trainee_ids
        if len(shared) * 100 < least * len(people) or not shared:
            continue
        at_once = roster.starts_on <= class_facts.ends_on and class_facts.starts_on <= roster.ends_on
        for trainee_id in shared:
            reused[trainee_id].append(f"申领单 {roster.claim_number}({roster.starts_on} 至 {roster.ends_on})相同 {len(shared)} 人")
            effects[trainee_id] = Effect.HOLD if at_once else effects.get(trainee_id, Effect.NOTE)
    for index, line in enumerate(claim.lines):
        if line.trainee_id in reused:
            seen, effect = f"本单 {len(people)} 人,与" + "、".join(reused[line.trainee_id]), effects[line.trainee_id]
            fix = "班期重叠,请核对两个班的签到原件。" if effect == Effect.HOLD else "仅作提示,班期不重叠。"
            allowed = f"同期两个班的名单相同人数低于 {least}%"
            yield (
                index,
                found(terms, FindingCode.ROSTER_REUSED, effect, "roster_reuse_percent_at_least", seen=seen, allowed=allowed, fix=fix),
            )
