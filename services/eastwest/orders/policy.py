"""The life of an order: who keeps it, and its steps. Pure."""

from typing import Final

from services.eastwest.codes import OrderStatus as Status
from shared.steps import Step, by

KEEPERS: Final = frozenset({"partner", "officer"})
STEPS: Final = (
    Step("change", "修改", by(KEEPERS, *Status)),
    Step("close", "关闭", by(KEEPERS, *Status), Status.CLOSED),
)  # from every state: on a closed order both answer `order_closed`, which says more than its state does
JUDGED_BY: Final = frozenset({"ordered_on", "certificate_kind", "certificate_occupation_code", "certificate_level", "standard_set_on"})
