"""Why a row of a sheet is not taken in. The codes of any sheet are described in `shared.sheet_jobs`."""

from shared import errors

errors.describe(
    "not_on_order",
    "没有安置记录",
    "Not on an order",
    cause="此人没有安排在报告方的订单上。",
    remedy="请先登记安置,或核对证件号码和订单号。",
    kind="row",
)
errors.describe(
    "invalid_id_number",
    "证件号码无效",
    "Invalid ID number",
    cause="证件号码的位数、出生日期或校验码不符合国家标准。",
    remedy="请对照证件逐位核对后重填。",
)
