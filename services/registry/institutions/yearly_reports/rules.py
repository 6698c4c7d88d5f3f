"""What must hold of the figures of a yearly report."""

from datetime import date
from typing import Any

from shared.errors import Fault


def _part_of_the_whole(body: Any, _today: date) -> list[Fault]:
    whole, part = body.training_funds, body.training_funds_frontline
    if whole is None or part is None or part <= whole:
        return []
    fix = "其中用于一线职工的经费不能超过总额。"
    return [Fault("invalid_value", "/training_funds_frontline", seen=f"{part:.2f}", allowed=f"不超过 {whole:.2f}", fix=fix)]


RULES = (_part_of_the_whole,)
