"""What must hold of a supervision task: one body that there is, a line that there is, a ground, and a day that is not past."""

from datetime import date
from typing import Any

from services.registry.institutions.institutions.rules import one_body
from services.registry.reference.policy import lists
from shared.errors import Fault
from shared.redaction import quoted


def _whom(body: Any, _today: date) -> list[Fault]:
    return one_body(body.to, "/to")


def _line(body: Any, _today: date) -> list[Fault]:
    if body.line is None or body.line in lists().programmes:
        return []
    return [Fault("unknown_line", "/line", seen=quoted(body.line), allowed="方案的指标代码", fix="请按 /v1/plans 所列填写,或不填。")]


def _ground(body: Any, _today: date) -> list[Fault]:
    if body.reason or body.document:
        return []
    return [Fault("missing_field", "/reason", allowed="reason、document 至少填一项", fix="请写明理由或依据文件。")]


def due(body: Any, today: date) -> list[Fault]:
    """None: the old day stays."""
    if body.due_on is None or body.due_on >= today:
        return []
    return [Fault("invalid_value", "/due_on", seen=str(body.due_on), allowed=f"不早于今天 {today}", fix="请改正办理期限。")]


def later(body: Any, due_on: date) -> list[Fault]:
    """Whoever puts a task off gives more time than there was."""
    if body.due_on > due_on:
        return []
    return [Fault("invalid_value", "/due_on", seen=str(body.due_on), allowed=f"晚于原期限 {due_on}", fix="请填写更晚的期限。")]


OF_TASK = (_whom, _line, _ground, due)
OF_DAY = (due,)
