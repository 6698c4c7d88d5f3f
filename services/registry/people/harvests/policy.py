"""When looking up looks like harvesting, and who is told. The figures are the county's (`harvest.toml`)."""

from typing import Any, Final

from services.registry.codes import HarvestStatus
from services.registry.reference import policy as reference
from shared.steps import Machine, Step, by

AUDITOR: Final = frozenset({"auditor"})
MACHINE: Final = Machine(
    "查询告警",
    {HarvestStatus.ALARMED: "待核查", HarvestStatus.ACKNOWLEDGED: "已核查"},
    (Step("acknowledge", "核查", by(AUDITOR, HarvestStatus.ALARMED), to=HarvestStatus.ACKNOWLEDGED),),
)


def looks_like_one(looked_up: Any, unknown: Any, revealed: Any) -> Any:
    """Of figures or of columns: many numbers on one day of which many are nobody's, or many people shown in full."""
    terms = reference.lists().harvest
    tried = (looked_up >= terms.numbers_a_day_at_least) & (unknown * 100 >= looked_up * terms.unknown_percent_at_least)
    return tried | (revealed >= terms.reveals_a_day_at_least)
