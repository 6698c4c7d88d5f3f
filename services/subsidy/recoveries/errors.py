"""What recoveries can refuse with."""

from shared import errors

errors.describe(
    "amount_above_paid",
    "超过已支付的金额",
    "More than was paid",
    cause="追回金额不能超过该申领单已支付的金额。",
    remedy="请按已支付金额或其中一部分填写。",
    kind="fault",
)
errors.describe(
    "received_in_future",
    "到账日期晚于今天",
    "Received in the future",
    cause="到账日期晚于办理当日。",
    remedy="请核对银行到账凭证。",
    kind="fault",
)


def refuse_amount(seen: str, paid: str) -> errors.Invalid:
    return errors.Invalid(
        faults=[
            errors.Fault(
                "amount_above_paid", pointer="/amount", seen=seen, allowed=f"0.01 至 {paid}", fix="请按已支付金额或其中一部分填写。"
            )
        ]
    )


def refuse_received_on(seen: str, today: str) -> errors.Invalid:
    fault = errors.Fault("received_in_future", pointer="/received_on", seen=seen, allowed=f"≤ {today}", fix="请核对银行到账凭证。")
    return errors.Invalid(faults=[fault])
