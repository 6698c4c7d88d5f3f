"""What cannot be done with a placement, each with its permanent code."""

from shared import access, county, errors

PARTNER = county.here().partner


class DuplicatePlacement(errors.Problem):
    code, status, title, title_en = "duplicate_placement", 409, "此人已安排在该订单", "The person is already placed on this order"
    cause, remedy = "同一订单下每人只安排一次。", "请用 existing_id 报告其在岗情况。"


class ExternalRefReused(errors.Problem):
    code, status, title, title_en = "external_ref_reused", 409, "编号已用于另一条情况", "The external_ref was used for another update"
    cause, remedy = (
        "同一 external_ref 之前报过不同的内容。",
        "请为新的情况使用新的编号;要更正已报的情况,用 kind=corrected 并在 corrects 中写原编号。",
    )


class OrderAfterClass(errors.Problem):
    code, status, title, title_en = "order_after_class", 409, "订单晚于开班", "The order is later than the class"
    cause, remedy = f"先有{PARTNER.name}订单、再培训:订单日期须不晚于培训班开班当日。", "请核对订单日期和所填班级。"


class StandardAfterExam(errors.Problem):
    code, status, title, title_en = "standard_after_exam", 409, "岗位标准晚于考核", "The standard is later than the exam"
    cause, remedy = "先有岗位标准、再考核:标准须不晚于考核当日;外地证书以发证日期为考核日期。", "请核对岗位标准的确定日期和所用证书。"


class CertificateAfterStart(errors.Problem):
    code, status, title, title_en = "certificate_after_start", 409, "证书晚于上岗", "The certificate is later than the start of work"
    cause, remedy = "先有操作(技能)证书、再上岗:发证日期须不晚于上岗当日。", "请核对上岗日期和所用证书。"


class CertificateMissing(errors.Problem):
    code, status, title, title_en = "certificate_missing", 409, "缺少证书", "No certificate"
    cause, remedy = "没有符合岗位标准(证书种类、职业、等级)且上岗当日有效的本人证书。", "请先登记证书,或在安置中改填所用证书。"


GATES: dict[str, type[errors.Problem]] = {
    kind.code: kind for kind in (OrderAfterClass, StandardAfterExam, CertificateAfterStart, CertificateMissing)
}

REFUSALS: dict[str, type[errors.Problem]] = {"wrong_role": access.WrongRole}

errors.violates("placements_trainee_key", DuplicatePlacement)

for _code, _title, _title_en, _cause, _remedy in (
    ("unknown_order", "没有该订单", "Unknown order", "没有这个编号的订单,或不在您的可见范围内。", "请先登记订单,或核对编号。"),
    ("unknown_trainee", "没有这个学员", "Unknown trainee", "所填的学员编号不存在或已并入他人。", "请核对学员编号。"),
    ("unknown_class", "没有这个班级", "Unknown class", "班级编号不存在。", "请核对班级编号。"),
    ("unknown_certificate", "没有该证书", "Unknown certificate", "没有这个编号的证书,或不是此人的。", "请核对编号,或不填证书。"),
    (
        "unknown_placement",
        "没有该安置",
        "Unknown placement",
        "此人没有您可见的安置,或编号不对。",
        "请核对编号、证件号码和订单号,或先登记安置。",
    ),
    ("one_of_two", "须且只能填一项", "Exactly one of these is needed", "所列各项须且只能填一项。", "请保留其中一项。"),
    ("invalid_period", "起止日期颠倒", "The period ends before it begins", "结束日期早于开始日期。", "请改正起止日期。"),
):
    errors.describe(_code, _title, _title_en, cause=_cause, remedy=_remedy)
