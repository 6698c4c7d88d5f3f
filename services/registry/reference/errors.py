"""The faults that data of the registry share, in a request as in a spreadsheet's row."""

from shared import errors
from shared.errors import Basis, Fault
from shared.national_numbers import InvalidNumber

STANDARDS = {"invalid_id_number": Basis("GB 11643-1999", "4"), "invalid_uscc": Basis("GB 32100-2015", "4")}

errors.describe(
    "invalid_id_number",
    "证件号码无效",
    "Invalid ID number",
    cause="证件号码的位数、出生日期或校验码不符合国家标准。",
    remedy="请对照证件逐位核对后重填。",
)
errors.describe(
    "invalid_uscc",
    "统一社会信用代码无效",
    "Invalid unified social credit code",
    cause="统一社会信用代码的位数、字符或校验码不符合国家标准。",
    remedy="请对照登记证书逐位核对后重填。",
)
errors.describe("name_missing", "缺少姓名", "Name missing", cause="姓名为空。", remedy="请填写与身份证一致的姓名。")
errors.describe(
    "invalid_phone",
    "电话号码无效",
    "Invalid phone number",
    cause="电话号码的位数或格式不对。",
    remedy="请填写 11 位手机号码,或带区号的座机号码。",
)
errors.describe(
    "invalid_bank_account",
    "银行账号无效",
    "Invalid bank account",
    cause="银行账号的位数不对,或含有数字以外的字符。",
    remedy="请对照银行卡核对后重填。",
)
errors.describe(
    "unknown_region", "没有这个区划", "Unknown region", cause="区划代码不在区划表中。", remedy="请按 /v1/regions 填写镇、街道的代码。"
)
errors.describe(
    "unknown_category", "没有这个人员类别", "Unknown category", cause="人员类别不在类别表中。", remedy="请按 /v1/categories 填写。"
)
errors.describe(
    "invalid_period", "起止日期颠倒", "The period ends before it begins", cause="结束日期早于开始日期。", remedy="请改正起止日期。"
)


def invalid_number(invalid: InvalidNumber, pointer: str) -> Fault:
    """A citizen ID number or a credit code that cannot be one; the number itself stays masked."""
    fix = "请对照证件逐位核对后重填。"
    return Fault(invalid.code, pointer=pointer, seen=invalid.seen_masked, allowed=invalid.allowed, fix=fix, basis=STANDARDS[invalid.code])
