"""The rules on the papers behind a line: the certificate, the order and the placement, and whether a confirmed rate exists at all."""

from datetime import date, timedelta

from services.subsidy.codes import CertificateKind, ClaimKind, Effect, FindingCode, PersonalStatus, RetentionVerdict, SchemeCode
from services.subsidy.judging import rates, trades
from services.subsidy.judging.cases import Case
from services.subsidy.judging.findings import Finding, found, labelled
from services.subsidy.schemes.policy import TABLES
from shared.codes import label
from shared.months import months_after


def certificate_missing(case: Case) -> Finding | None:
    if not case.terms.certificate_required or case.line.certificate or case.line.unknown_certificate_id:
        return None
    fix = "请在该行填写证书;证书未入库的先登记证书。"
    return found(
        case.terms,
        FindingCode.CERTIFICATE_MISSING,
        Effect.REFUSE,
        "certificate_required",
        seen="未附证书",
        allowed="须附本人有效证书",
        fix=fix,
    )


def certificate_invalid(case: Case) -> Finding | None:
    certificate, day = case.line.certificate, case.claim.claimed_on
    if case.line.unknown_certificate_id:
        return _not_theirs(case, FindingCode.CERTIFICATE_INVALID, "证书")
    if not certificate:
        return None
    seen = []
    if certificate.holder_id != case.line.trainee_id:
        seen.append(f"证书 {certificate.number} 不属于该学员")
    if certificate.issued_on > day:
        seen.append(f"发证日期 {certificate.issued_on} 晚于申领日期 {day}")
    if certificate.revoked_on and certificate.revoked_on <= (case.claim.looked_at_on or day):
        seen.append(f"已于 {certificate.revoked_on} 撤销")
    if not certificate.number_fits:
        seen.append(f"证书编号 {certificate.number} 与发证年份或等级不符")
    if not seen:
        return None
    fix = "请核对证书原件并更正证书信息;确已撤销的请移出申领名单。"
    allowed = "本人持有、申领当日有效的证书"
    return found(case.terms, FindingCode.CERTIFICATE_INVALID, Effect.REFUSE, seen=";".join(seen), allowed=allowed, fix=fix)


def _not_theirs(case: Case, code: FindingCode, paper: str) -> Finding:
    """Of a paper that is not known or another person's nothing more is told."""
    seen, allowed = f"没有该学员的这份{paper}", f"本人的{paper}"
    return found(case.terms, code, Effect.REFUSE, seen=seen, allowed=allowed, fix=f"请核对{paper}的编号和学员。")


def certificate_out_of_scope(case: Case) -> Finding | None:
    certificate, class_facts, kinds = case.line.certificate, case.class_facts, case.terms.certificate_kinds
    if not certificate:
        return None
    seen = []
    if kinds is not None and certificate.kind not in kinds:
        seen.append(f"证书种类为{label('certificate_kind', certificate.kind)}")
    if certificate.within_filing is False:
        seen.append(f"发证机构 {certificate.issuer} 当日未备案该职业和等级")
    if class_facts and class_facts.occupation_code and class_facts.occupation_code != certificate.occupation_code:
        seen.append(f"证书职业 {certificate.occupation_code} 与培训职业 {class_facts.occupation_code} 不同")
    if not seen:
        return None
    names = labelled("certificate_kind", CertificateKind if kinds is None else kinds)
    allowed = f"{names};职业和等级在发证机构当日备案范围内,与培训职业一致"
    fix = "请更换相符的证书,或移出申领名单。"
    return found(case.terms, FindingCode.CERTIFICATE_OUT_OF_SCOPE, Effect.REFUSE, seen=";".join(seen), allowed=allowed, fix=fix)


def certificate_too_old(case: Case) -> Finding | None:
    certificate, months = case.line.certificate, case.terms.certificate_months_at_most
    if not certificate or months is None:
        return None
    last_day = months_after(certificate.issued_on, months)
    if case.claim.claimed_on <= last_day:
        return None
    seen = f"发证 {certificate.issued_on},申领 {case.claim.claimed_on}"
    allowed, fix = f"发证之日起 {months} 个月内(至 {last_day})申领", "已超过申领期限,请移出申领名单。"
    return found(
        case.terms, FindingCode.CERTIFICATE_TOO_OLD, Effect.REFUSE, "certificate_months_at_most", seen=seen, allowed=allowed, fix=fix
    )


def certificate_burst(case: Case) -> Finding | None:
    """More in a month than one body, or one assessor, can have examined with care. What else of the body's work asks for a second look is told."""
    certificate, terms = case.line.certificate, case.terms
    if not certificate:
        return None
    month = f"在含 {certificate.issued_on} 的连续 31 天内"
    counted = (
        ("certificates_a_month_at_most", certificate.issued_that_month, f"{certificate.issuer} {month}共发证", "同一机构"),
        ("certificates_a_month_of_an_assessor_at_most", certificate.assessed_that_month, f"同一考评员{month}考评发证", "同一考评员"),
    )
    over = [
        (name, f"{said} {count} 本", f"{whose}一个月(连续 31 天)不超过 {most} 本")
        for name, count, said, whose in counted
        if (most := getattr(terms, name)) is not None and count > most
    ]
    flags = [each.detail for each in certificate.body_flags or ()]
    if not over and not flags:
        return None
    figures, seen, allowed = zip(*over, strict=True) if over else ((None,), (), ("发证机构的考核与督导正常",))
    fix = "请抽查该机构这段时间的考核记录和督导报告后再定。"
    effect, said = Effect.HOLD if over else Effect.NOTE, ";".join([*seen, *flags])
    return found(terms, FindingCode.CERTIFICATE_BURST, effect, figures[0], seen=said, allowed=";".join(allowed), fix=fix)


def order_missing(case: Case) -> Finding | None:
    """A claim for a placement has one, and where the terms ask for an order that order came first."""
    terms, placement = case.terms, case.line.placement
    if case.line.unknown_placement_id:
        return _not_theirs(case, FindingCode.ORDER_MISSING, "就业记录")
    seen = None
    if placement is None:
        seen = "未附就业记录" if terms.order_required or case.claim.kind == ClaimKind.PLACEMENT else None
    elif terms.order_required and not placement.order_number:
        seen = "就业记录没有对应的用工订单"
    elif terms.order_required and placement.ordered_on and placement.started_on and placement.ordered_on > placement.started_on:
        seen = f"订单日期 {placement.ordered_on} 晚于上岗日期 {placement.started_on}"
    if seen is None:
        return None
    fix = "请由对口帮扶地区经办机构补登订单和就业记录。"
    return found(terms, FindingCode.ORDER_MISSING, Effect.REFUSE, "order_required", seen=seen, allowed="须有先于就业的用工订单", fix=fix)


def retention_not_met(case: Case) -> Finding | None:
    """Missing or weak proof is held for a person to look at; a stay that is too short is refused, and one that has not begun, whatever is asked of it."""
    terms, placement = case.terms, case.line.placement
    if placement is None or (placement.started_on and not terms.retention_required):
        return None
    allowed = "稳岗满三个月" if terms.retention_required else "已上岗"
    effect, seen = (
        (Effect.HOLD if placement.started_on and placement.retention == RetentionVerdict.UNPROVEN else Effect.REFUSE),
        [f"稳岗情况:{label('retention_verdict', placement.retention)}" if placement.started_on else "没有上岗记录"],
    )
    died_on = None
    if placement.started_on and placement.retention == RetentionVerdict.MET:
        effect, seen = Effect.NOTE, []
        grade, least = placement.weakest_grade, terms.evidence_grade_at_least
        if least and (grade is None or grade > least):  # A is the strongest
            effect, seen = Effect.HOLD, [f"最弱证明为{label('evidence_grade', grade) if grade else '无'}"]
            allowed += f",证明不弱于{label('evidence_grade', least)}"
        if died_on := _died_in(case):
            effect, seen = Effect.HOLD, [*seen, f"{died_on} 死亡,早于稳岗期满之日 {placement.due_on}"]
        if terms.same_employer and not placement.one_employer:
            effect, seen = Effect.REFUSE, [*seen, "期间更换过用人单位"]
            allowed += ",在同一用人单位"
    if not seen:
        return None
    passes_from = placement.due_on if placement.retention == RetentionVerdict.ON_TRACK else None
    fix = f"请于 {passes_from} 后重新申领。" if passes_from else "请补充覆盖三个月的社保、工资等证明;确未满足的请移出申领名单。"
    if died_on:
        fix = "请核实死亡记录和在岗证明,由有误的一方更正;确已死亡的请移出申领名单。"
    return found(
        terms,
        FindingCode.RETENTION_NOT_MET,
        effect,
        "retention_required",
        seen=";".join(seen),
        allowed=allowed,
        fix=fix,
        passes_from=passes_from,
    )


def _died_in(case: Case) -> date | None:
    """The day of death, where whole days of the three months came after it: whoever is said to have worked then was not there."""
    placement = case.line.placement
    deaths = [held.from_on for held in case.line.statuses if held.status == PersonalStatus.DECEASED]
    if not (deaths and placement and placement.due_on):
        return None
    last_day = placement.due_on - timedelta(days=1)
    return min(deaths) if min(deaths) < last_day else None


def placement_doubtful(case: Case) -> Finding | None:
    """What of the placement asks for a second look is told, and hinders nothing; but where money is for the work at one employer, or goes to that employer,
    somebody looks at it first if an insurance office names another one for a month that counts."""
    terms, placement = case.terms, case.line.placement
    if not placement or not (placement.warnings or placement.insured_elsewhere):
        return None
    elsewhere = [f"{month} 由其他单位参保" for month in placement.insured_elsewhere or ()]
    at_this_employer = terms.same_employer or case.claim.scheme == SchemeCode.PLACEMENT_ABSORPTION
    said = [label("placement_warning", each) for each in placement.warnings or () if not (elsewhere and each == "insured_elsewhere")]
    fix = "请对照就业记录和订单核实;不属实的由对口帮扶地区经办机构更正。"
    effect = Effect.HOLD if elsewhere and at_this_employer else Effect.NOTE
    return found(
        terms, FindingCode.PLACEMENT_DOUBTFUL, effect, seen="、".join([*said, *elsewhere]), allowed="就业记录与订单、参保情况一致", fix=fix
    )


def terms_unconfirmed(case: Case) -> Finding | None:
    """Nothing is paid on a rate that is not known or not confirmed: the line is held until a block with the rate is published."""
    terms, seen = case.terms, None
    if terms.rate is None:
        seen = "该补贴的标准未取得原文,金额暂计 0.00 元"
    elif not terms.payable:
        seen = "补贴标准的依据尚未确认"
    elif terms.rate in TABLES and terms.unlisted_is != Effect.REFUSE and rates.listed(case) is None:
        seen = f"条款没有{_asked_of_table(case)}的标准,金额暂计 0.00 元"
    if seen is None:
        return None
    fix = "请勿付款;取得标准原文并发布新的条款后重新判定。"
    figure, allowed = terms.rate or "yuan_per_person", "按已确认的补贴标准发放"
    return found(terms, FindingCode.TERMS_UNCONFIRMED, Effect.HOLD, figure, seen=seen, allowed=allowed, fix=fix)


def rate_not_listed(case: Case) -> Finding | None:
    """Where the terms say that their table is the whole of it: what it does not list is not paid."""
    terms = case.terms
    if not terms.payable or terms.rate not in TABLES or rates.listed(case) is not None:
        return None
    fix = "工种或等级登记有误的请更正;否则请移出申领名单。"
    return found(
        terms, FindingCode.RATE_NOT_LISTED, Effect.REFUSE, terms.rate, seen=_asked_of_table(case), allowed="标准表所列的工种和等级", fix=fix
    )


def _asked_of_table(case: Case) -> str:
    level = label("level", case.level) if case.level else "无等级培训"
    return level if case.terms.yuan_per_person_by_level is not None else f"{trades.title(case.trade) if case.trade else '无工种'}({level})"
