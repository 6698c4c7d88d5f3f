"""What must hold of a job offer, each rule alone."""

from datetime import date
from typing import Any

from services.registry.codes import JobOfferResult
from services.registry.reference import policy as reference
from services.registry.training.classes.tables import TrainingClass
from services.registry.training.job_offers import policy
from shared import codes
from shared.errors import Fault
from shared.redaction import quoted


def _occupation(body: Any, _today: date) -> list[Fault]:
    if body.occupation_code in (None, *reference.lists().occupations):
        return []
    fix = "请从 /v1/occupations 选择,或不填。"
    return [Fault("unknown_occupation", "/occupation_code", seen=quoted(body.occupation_code), allowed="职业目录中的代码", fix=fix)]


def _made(body: Any, today: date) -> list[Fault]:
    if body.offered_on <= today:
        return []
    return [Fault("in_the_future", "/offered_on", seen=str(body.offered_on), allowed=f"不晚于今天 {today}", fix="请在推荐以后记录。")]


def _wage(body: Any, _today: date) -> list[Fault]:
    if body.wage is None or body.wage > 0:
        return []
    return [Fault("invalid_value", "/wage", seen=f"{body.wage:.2f}", allowed="大于 0.00", fix="请填写月工资;没有谈定的不填。")]


def _why(body: Any, _today: date) -> list[Fault]:
    return why(body.result, body.reason)


def why(result: str, reason: str | None) -> list[Fault]:
    """A post is declined for a reason."""
    if result != JobOfferResult.DECLINED or reason:
        return []
    return [Fault("missing_field", "/reason", fix="请写明不接受的原因。")]


def in_its_stage(training: TrainingClass, body: Any) -> list[Fault]:
    first, last = policy.days_of(body.stage, training.starts_on, training.ends_on)
    if first <= body.offered_on <= last:
        return []
    allowed = f"培训从 {training.starts_on} 到 {training.ends_on}"
    seen = f"{codes.label('job_offer_stage', body.stage)},{body.offered_on}"
    return [Fault("invalid_value", "/stage", seen=seen, allowed=allowed, fix="请改正阶段或推荐之日。")]


RULES = (_occupation, _made, _wage, _why)
