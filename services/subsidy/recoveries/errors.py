"""What recoveries can find fault with."""

from shared import errors

AMOUNT_ABOVE_PAID = errors.describe(
    "amount_above_paid",
    "超过已支付的金额",
    "More than was paid",
    cause="追回金额不能超过该申领单已支付的金额。",
    remedy="请按已支付金额或其中一部分填写。",
)
RECEIVED_IN_FUTURE = errors.describe(
    "received_in_future", "到账日期晚于今天", "Received in the future", cause="到账日期晚于办理当日。", remedy="请核对银行到账凭证。"
)
