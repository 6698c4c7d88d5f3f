"""What a recovery must be: no more than was paid, and no money from a day to come."""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal

from services.subsidy.recoveries.errors import AMOUNT_ABOVE_PAID, RECEIVED_IN_FUTURE
from services.subsidy.recoveries.schemas import RecoveryReceived
from shared import errors

Faults = Iterator[errors.Fault]


def within_what_was_paid(amount: Decimal, paid: Decimal) -> Faults:
    if not 0 < amount <= paid:
        fix = "请按已支付金额或其中一部分填写。"
        yield errors.Fault(AMOUNT_ABOVE_PAID, pointer="/amount", seen=f"{amount:.2f}", allowed=f"0.01 至 {paid:.2f}", fix=fix)


def received_by_today(body: RecoveryReceived, today: date) -> Faults:
    if body.received_on > today:
        seen, allowed = str(body.received_on), f"≤ {today}"
        yield errors.Fault(RECEIVED_IN_FUTURE, pointer="/received_on", seen=seen, allowed=allowed, fix="请核对银行到账凭证。")
