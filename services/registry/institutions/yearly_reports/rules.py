"""What must hold of the figures of a yearly report."""

from datetime import date
from typing import Any

from services.registry.institutions.yearly_reports.schemas import YearlyFigures
from shared.errors import Fault

FIGURES = tuple(YearlyFigures.model_fields)
PARTS = (
    ("training_funds", "training_funds_frontline", "其中用于一线职工的经费不能超过总额。"),
    ("wages", "extracted", "从工资总额中提取的职工教育经费不能超过工资总额。"),
)


def _part_of_the_whole(body: Any, _today: date) -> list[Fault]:
    return [
        Fault("invalid_value", f"/{name}", seen=f"{part:.2f}", allowed=f"不超过 {whole:.2f}", fix=fix)
        for of, name, fix in PARTS
        if (whole := getattr(body, of)) is not None and (part := getattr(body, name)) is not None and part > whole
    ]


def _figures(body: Any, _today: date) -> list[Fault]:
    """A report says something."""
    if any(getattr(body, name) is not None for name in FIGURES):
        return []
    return [Fault("missing_field", f"/{FIGURES[0]}", allowed="至少一项数字:" + "、".join(FIGURES), fix="请填写所报年度的数字。")]


def _over(body: Any, today: date) -> list[Fault]:
    """Figures of a year are known when it has come."""
    if body.year <= today.year:
        return []
    return [Fault("in_the_future", "/year", seen=str(body.year), allowed=f"不晚于 {today.year} 年", fix="请改正年度。")]


CORRECTION_RULES = (_part_of_the_whole, _figures)
RULES = (*CORRECTION_RULES, _over)
