"""What must hold of what is said about a payment elsewhere, each rule alone."""

from collections.abc import Callable
from datetime import date
from typing import Any

from services.registry.reference.errors import invalid_number
from services.registry.reference.policy import lists
from shared.errors import Fault
from shared.national_numbers import InvalidNumber, citizen_id
from shared.redaction import quoted


def numbered(body: Any, today: date) -> list[Fault]:
    try:
        citizen_id(body.id_number, today=today)
    except InvalidNumber as invalid:
        return [invalid_number(invalid, "/id_number")]
    return []


def since_birth(member: str) -> Callable[[Any, date], list[Fault]]:
    """The rule that what is told of a person on the day of this member is not told of a day before they were born."""

    def rule(body: Any, today: date) -> list[Fault]:
        return born_by(body.id_number, getattr(body, member), today, f"/{member}", str(getattr(body, member)))

    return rule


def born_by(number: str, on: date, today: date, pointer: str, seen: str | None = None) -> list[Fault]:
    """Nobody's day of birth is told."""
    try:
        born = citizen_id(number, today=today).birth_on
    except InvalidNumber:
        return []
    if born <= on:
        return []
    return [Fault("invalid_value", pointer, seen=seen, allowed=f"{on} 已出生的人", fix="这一天本人尚未出生,请核对日期和证件号码。")]


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


RULES = (numbered, _trade, _past, since_birth("on"))
