"""What must hold of a rating."""

from datetime import date
from typing import Any

from services.registry.reference import policy as reference
from shared.errors import Fault


def of_the_past(body: Any, today: date) -> list[Fault]:
    """Nothing is assessed before its year has come."""
    if body.year is None or body.year <= today.year:
        return []
    return [Fault("in_the_future", "/year", seen=str(body.year), allowed=f"不晚于 {today.year} 年", fix="请改正年度。")]


def of_the_kind(kind: str) -> list[Fault]:
    """The plan has private schools assessed, and favours an excellent one: no other kind has a result to tell."""
    kinds = reference.lists().institution_kinds
    if kinds[kind].rated:
        return []
    allowed, fix = "、".join(each.name for each in kinds.values() if each.rated), "请核对机构;其他类别的机构不作办学评估。"
    return [Fault("invalid_value", "/result", seen=kinds[kind].name, allowed=allowed, fix=fix)]


RULES = (of_the_past,)
