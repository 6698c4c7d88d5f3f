"""What payment batches can refuse with. A batch names every faulty claim or payment at once, each by its pointer."""

from shared import errors


class PayeeAccountMissing(errors.Problem):
    code, status, title, title_en = "payee_account_missing", 409, "收款账户未登记", "The payee has no bank account"
    cause, remedy = "收款单位或学员没有登记银行账户。", "请在培训机构或学员登记中补充银行账户后重试。"


class ClaimInBatch(errors.Problem):
    code, status, title, title_en = "claim_in_batch", 409, "申领单已在另一拨付批次中", "The claim is in another payment batch"
    cause, remedy = "同一笔款项不能送银行两次。", "请等待该批次的银行回执,或作废尚未导出的批次。"


class ClaimOfOtherFund(errors.Problem):
    code, status, title, title_en = "claim_of_other_fund", 409, "申领单属于另一笔资金", "The claim belongs to another fund"
    cause, remedy = "一个拨付批次只能从一笔资金支付。", "请按资金分别建立批次。"


class NothingToPay(errors.Problem):
    code, status, title, title_en = "nothing_to_pay", 409, "没有应付款项", "Nothing is due"
    cause, remedy = "申领单的金额为 0.00 元,不产生付款。", "请从批次中去掉该申领单。"


class PaymentSettled(errors.Problem):
    code, status, title, title_en = "payment_settled", 409, "该笔付款已有银行回执", "The payment has its result already"
    cause, remedy = "每笔付款只登记一次银行回执。", "请从回执中去掉该笔付款;已支付后退回的款项请按追回办理。"


CLAIM_UNKNOWN = errors.describe(
    "claim_unknown", "没有这张申领单", "No such claim", cause="编号不存在。", remedy="请核对申领单编号。", kind="fault"
)
PAYMENT_UNKNOWN = errors.describe(
    "payment_unknown",
    "批次中没有这笔付款",
    "No such payment in the batch",
    cause="付款编号不属于本批次。",
    remedy="请核对付款编号。",
    kind="fault",
)
NAMED_TWICE = errors.describe("named_twice", "重复列出", "Named twice", cause="同一编号列出了两次。", remedy="请只保留一次。", kind="fault")
PAID_IN_FUTURE = errors.describe(
    "paid_in_future",
    "支付日期晚于今天",
    "Paid in the future",
    cause="支付日期晚于办理当日。",
    remedy="请核对银行回单上的日期。",
    kind="fault",
)

errors.violates("payments_once_key", ClaimInBatch)
