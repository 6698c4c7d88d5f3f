"""What must hold of what was found on a visit, each rule alone."""

from collections.abc import Iterable
from datetime import date
from typing import Any

from shared.errors import Fault


def _has_been(body: Any, today: date) -> Iterable[Fault]:
    if body.on > today:
        yield Fault("invalid_value", "/on", seen=str(body.on), allowed=f"不晚于 {today}", fix="请填写实际检查的日期。")


def _findings(body: Any, _today: date) -> Iterable[Fault]:
    """Each item once, and what is wrong where it is not met."""
    seen = set()
    for place, each in enumerate(body.findings):
        if each.item in seen:
            yield Fault("invalid_value", f"/findings/{place}/item", seen=each.item, allowed="每项一次", fix="请合并。")
        seen.add(each.item)
        if not each.met and each.finding is None:
            yield Fault("missing_field", f"/findings/{place}/finding", fix="请写明不符合要求之处。")


def _until_when(body: Any, _today: date) -> Iterable[Fault]:
    """Where something is to be put right, and only there."""
    unmet = any(not each.met for each in body.findings)
    if unmet and body.due_on is None:
        yield Fault("missing_field", "/due_on", fix="有不符合要求的,请写明整改期限。")
    elif body.due_on and not unmet:
        yield Fault("invalid_value", "/due_on", seen=str(body.due_on), allowed="不填", fix="没有须整改的事项,请去掉整改期限。")
    elif body.due_on and body.due_on < body.on:
        yield too_soon(body.due_on, f"不早于检查之日 {body.on}")


def too_soon(due_on: date, allowed: str) -> Fault:
    return Fault("invalid_value", "/due_on", seen=str(due_on), allowed=allowed, fix="请改正整改期限。")


RULES = (_has_been, _findings, _until_when)
