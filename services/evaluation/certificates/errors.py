"""What certificates can answer with."""

from shared import access, errors


class DuplicateCertificate(errors.Problem):
    code, status, title, title_en = "duplicate_certificate", 409, "该证书已登记", "The certificate is already registered"
    cause, remedy = "同一种类、同一编号的证书已在系统中。", "请核对编号;已登记的不必再登记。"


REFUSALS: dict[str, type[errors.Problem]] = {"wrong_role": access.WrongRole, "invalid_state": errors.InvalidState}

errors.violates("certificates_number_key", DuplicateCertificate)

errors.describe(
    "certificate_number_shape",
    "证书编号的格式不符",
    "The number has the wrong shape",
    cause="编号的位数或字符与证书种类不符。",
    remedy="请对照证书原件核对编号和种类。",
)
errors.describe(
    "certificate_number_year",
    "证书编号中的年份与发证日期不符",
    "The number's year differs",
    cause="编号中的年份须与发证年份一致。",
    remedy="请核对编号和发证日期。",
)
errors.describe(
    "certificate_number_level",
    "证书编号中的级别与等级不符",
    "The number's level differs",
    cause="编号中的级别数字须与等级一致(5 为初级工,1 为高级技师)。",
    remedy="请核对编号和等级。",
)
errors.describe("level_required", "没有填写等级", "The level is missing", cause="职业技能等级证书须有等级。", remedy="请按证书填写等级。")
errors.describe(
    "no_level", "该类证书没有等级", "This kind has no level", cause="专项职业能力证书不分等级。", remedy="请去掉等级,或核对证书种类。"
)
errors.describe("unknown_holder", "没有这名学员", "Unknown trainee", cause="学员编号不存在。", remedy="请核对编号,或先登记学员。")
errors.describe("issued_later", "发证日期在今天之后", "Issued in the future", cause="证书须已经发出。", remedy="请核对发证日期。")
