"""What must hold of a seat plan."""

from datetime import date
from typing import Any

from services.registry.codes import Channel
from shared.errors import Fault


def _year(body: Any, today: date) -> list[Fault]:
    """Seats are given out for the next year at the latest."""
    if body.year <= today.year + 1:
        return []
    return [Fault("in_the_future", "/year", seen=str(body.year), allowed=f"不晚于 {today.year + 1} 年", fix="请改正年度。")]


def _channel(body: Any, _today: date) -> list[Fault]:
    """What is paid by nobody but the trained is given no seats."""
    if body.channel != Channel.SOCIAL:
        return []
    fix = "非补贴社会培训不占培训计划,不用分配人数;请改填其他渠道。"
    return [Fault("invalid_value", "/channel", seen=body.channel, allowed="使用补贴的培训渠道", fix=fix)]


RULES = (_year, _channel)
