"""The rules on the class by itself: how long it is, when it was filed, and what it teaches."""

from services.subsidy.codes import Effect, FindingCode, TradeField
from services.subsidy.judging import trades
from services.subsidy.judging.cases import trade_of_class
from services.subsidy.judging.facts import ClaimFacts, ClassFacts
from services.subsidy.judging.findings import Finding, found, labelled
from services.subsidy.schemes.policy import Terms


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
    if not class_facts or most is None or class_facts.calendar_days <= most:
        return None
    seen = f"{class_facts.starts_on} 至 {class_facts.ends_on},共 {class_facts.calendar_days} 天"
    fix = "如班期登记有误,请更正;否则请改按相应的培训项目申报。"
    return found(terms, FindingCode.CLASS_TOO_LONG, Effect.REFUSE, "class_days_at_most", seen=seen, allowed=f"不超过 {most} 天", fix=fix)


def class_filed_late(claim: ClaimFacts, terms: Terms) -> Finding | None:
    """A note while the class was still to come; held where it was filed after its first day. When it was filed may not be known."""
    class_facts, least = claim.class_facts, terms.filing_days_before_start_at_least
    if not class_facts or least is None or class_facts.filed_at is None or class_facts.imported:
        return None
    filed_on = class_facts.filed_at.date()
    before = (class_facts.starts_on - filed_on).days
    if before >= least:
        return None
    afterwards = before < 0
    reason = f",理由:{class_facts.late_reason}" if class_facts.late_reason else ",未写明理由"
    return found(
        terms,
        FindingCode.CLASS_FILED_LATE,
        Effect.HOLD if afterwards else Effect.NOTE,
        "filing_days_before_start_at_least",
        seen=f"{filed_on} 报送,{class_facts.starts_on} 开班{reason}",
        allowed=f"开班前至少 {least} 天报送",
        fix="请核实培训确已举办,核实后再认可。" if afterwards else "仅作提示,请审核人员留意。",
    )


def posts_missing(claim: ClaimFacts, terms: Terms) -> Finding | None:
    """先定岗、再定培: posts agreed by the day the class was filed, or an order. What is not known of an earlier class says nothing."""
    class_facts, effect = claim.class_facts, terms.posts_missing_is
    if not class_facts or effect is None or class_facts.posts is None or class_facts.ordered or class_facts.imported:
        return None
    first, filed_on = (
        min((each.agreed_on for each in class_facts.posts), default=None),
        class_facts.filed_at and class_facts.filed_at.date(),
    )
    if first and (filed_on is None or first <= filed_on):
        return None
    seen = f"岗位 {first} 才约定,班级 {filed_on} 报送" if first else "没有写明岗位,也没有订单"
    return found(
        terms,
        FindingCode.POSTS_MISSING,
        Effect(effect),
        "posts_missing_is",
        seen=seen,
        allowed="报送之前已落实岗位,或有订单",
        fix="报送之前已约定岗位的,请在班级信息中补记;没有的,请审核人员核实。",
    )


def trade_not_filed(claim: ClaimFacts, terms: Terms) -> Finding | None:
    """A number that is known to stand for something else, or not on that day, is held; of one that is not in our register nothing is known."""
    class_facts = claim.class_facts
    if not class_facts or class_facts.occupation_code or (class_facts.trade_filing_no and class_facts.trade_filed is not False):
        return None
    effect, called = Effect.REFUSE, f"工种“{class_facts.trade_name or '未填'}”"
    seen, fix = f"{called}没有职业编码,也没有备案号", "请先办理州级备案,并在班级信息中填写备案号。"
    if class_facts.trade_filing_no:
        effect, seen = Effect.HOLD, f"备案号 {class_facts.trade_filing_no} 登记的不是{called},或开班当日不在备案期内"
        fix = "请对照备案文件核实工种和备案号;填错的在班级信息中更正。"
    allowed = "国家职业大典内的职业,或开班当日已报州级备案的工种"
    return found(terms, FindingCode.TRADE_NOT_FILED, effect, seen=seen, allowed=allowed, fix=fix)


def trade_not_allowed(claim: ClaimFacts, terms: Terms) -> Finding | None:
    """A name typed freely that stands near an occupation which is not allowed, or seems to be about something else, is held; one that tells nothing
    is noted unless it is filed."""
    class_facts, fields = claim.class_facts, terms.trade_fields
    trade, _ = trade_of_class(class_facts)
    if class_facts is None or trade is None or fields is None or not trades.known():
        return None
    needed = terms.trade_fields_if_needed or frozenset()
    if class_facts.need_reason:
        fields, needed = fields | needed, frozenset()
    beside = trades.occupation_near(trade)
    about = trades.about(beside or trade)
    if about in fields or (about is None and class_facts.trade_filed):
        return None
    certain = beside == trade or (beside is None and about != TradeField.OTHER)
    effect = Effect.NOTE if about is None else Effect.REFUSE if certain else Effect.HOLD
    seen = f"工种为{_called(class_facts, trade)}" + (f",与职业{trades.title(beside)}相近" if beside and beside != trade else "")
    allowed = labelled("trade_field", fields) + (f";确有需要并写明理由的,可为{labelled('trade_field', needed)}" if needed else "")
    fix = {
        Effect.REFUSE: "如确有需要,请在班级信息中写明理由;工种填错的请更正。"
        if about in needed
        else "工种填错的请更正;否则请改按相应的培训项目申报。",
        Effect.HOLD: "请核实实际教授的工种。",
        Effect.NOTE: "工种无法归类,仅作提示,请审核人员留意。",
    }[effect]
    return found(terms, FindingCode.TRADE_NOT_ALLOWED, effect, "trade_fields", seen=seen, allowed=allowed, fix=fix)


def _called(class_facts: ClassFacts, trade: str) -> str:
    name = trades.title(trade)
    return f"“{class_facts.trade_name}”" + (f"(即{name})" if name != trade else "") if class_facts.trade_name else name
