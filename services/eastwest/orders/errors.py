"""What cannot be done with an order, each with its permanent code."""

from shared import access, county, errors

PARTNER = county.here().partner


class DuplicateOrder(errors.Problem):
    code, status, title, title_en = "duplicate_order", 409, "订单号已登记", "The order number is already registered"
    cause, remedy = "同一协作方已有这个订单号。", "请核对订单号;要修改已登记的订单,用 existing_id 修改。"


class OrderClosed(errors.Problem):
    code, status, title, title_en = "order_closed", 409, "订单已关闭", "The order is closed"
    cause, remedy = "订单关闭后不再修改,也不再安排人员。", "请核对订单;仍需用工的,请登记新的订单。"


class OrderInUse(errors.Problem):
    code, status, title, title_en = "order_in_use", 409, "已有人按此订单上岗", "People have started work on this order"
    cause, remedy = "有人上岗后,订单日期和岗位标准不能再改:上岗时按它们核对过。", "请登记新的订单。"


REFUSALS: dict[str, type[errors.Problem]] = {"wrong_role": access.WrongRole, "order_closed": OrderClosed}

errors.violates("orders_number_key", DuplicateOrder)

for _code, _title, _title_en, _cause, _remedy in (
    (
        "invalid_uscc",
        "统一社会信用代码无效",
        "Invalid unified social credit code",
        "统一社会信用代码的位数、字符或校验码不符合国家标准。",
        "请对照登记证书逐位核对后重填。",
    ),
    (
        "not_in_foshan",  # published: the code stays, whichever the partner city is
        f"不是{PARTNER.name}的区",
        f"Not a district of {PARTNER.name_en}",
        f"订单的用人单位须在{PARTNER.name}的区内。",
        f"请填写{'、'.join(each.code for each in PARTNER.districts)}之一。",
    ),
    ("invalid_period", "起止日期颠倒", "The period ends before it begins", "结束日期早于开始日期。", "请改正起止日期。"),
    ("invalid_range", "上下限颠倒", "The upper bound lies below the lower", "上限小于下限。", "请改正上下限。"),
):
    errors.describe(_code, _title, _title_en, cause=_cause, remedy=_remedy)
