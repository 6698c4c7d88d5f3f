"""What must hold of a training wish, each rule alone."""

from datetime import date
from typing import Any

from services.registry import fields
from services.registry.reference import policy as reference
from shared.errors import Fault
from shared.redaction import quoted


def _trade(body: Any, _today: date) -> list[Fault]:
    if body.occupation_code is None and body.trade_name is None:
        return [Fault("trade_missing", "/occupation_code", allowed="occupation_code 或 trade_name", fix="请填写职业代码或工种名称。")]
    if body.occupation_code not in (None, *reference.lists().occupations):
        fix = "请从 /v1/occupations 选择;目录之外的填写 trade_name。"
        return [Fault("unknown_occupation", "/occupation_code", seen=quoted(body.occupation_code), allowed="职业目录中的代码", fix=fix)]
    return []


def _town(body: Any, _today: date) -> list[Fault]:
    regions = reference.lists().regions
    if body.region_code is None or (body.region_code in regions and regions[body.region_code].is_town):
        return []
    return [Fault("unknown_region", "/region_code", seen=quoted(body.region_code), allowed="镇、街道的代码", fix="请按 /v1/regions 填写。")]


def _still_to_come(body: Any, today: date) -> list[Fault]:
    if body.until_on is None or body.until_on >= today:
        return []
    return [Fault("invalid_value", "/until_on", seen=str(body.until_on), allowed=f"不早于今天 {today}", fix="请填写今后的日期,或不填。")]


RULES = (_trade, _town, fields.in_order("from_on", "until_on"), _still_to_come)
