"""What must hold of what is said about a payment elsewhere, each rule alone."""

from datetime import date
from typing import Any

from services.registry.reference.policy import lists
from services.registry.reference.rules import numbered, since_birth
from shared.errors import Fault
from shared.redaction import quoted


def _trade(body: Any, _today: date) -> list[Fault]:
    if body.occupation_code is None and body.trade_name is None:
        return [Fault("trade_missing", "/occupation_code", allowed="occupation_code 或 trade_name", fix="请填写职业代码或工种名称。")]
    if body.occupation_code not in (None, *lists().occupations):
        fix = "请从 /v1/occupations 选择;目录之外的填写 trade_name。"
        return [Fault("unknown_occupation", "/occupation_code", seen=quoted(body.occupation_code), allowed="职业目录中的代码", fix=fix)]
    return []


def _past(body: Any, today: date) -> list[Fault]:
    if body.on <= today:
        return []
    return [Fault("invalid_value", "/on", seen=str(body.on), allowed=f"不晚于 {today}", fix="请填写所补贴的培训或证书的日期。")]


def _paid(body: Any, _today: date) -> list[Fault]:
    """What was paid uses something up; of nothing there is nothing to tell."""
    if body.amount > 0:
        return []
    return [Fault("invalid_value", "/amount", seen=f"{body.amount:.2f}", allowed="大于 0.00", fix="没有支付的请去掉本项。")]


RULES = (numbered, _trade, _past, _paid, since_birth("on"))
