"""The life of a recovery."""

from services.subsidy.codes import RecoveryStatus
from shared.codes import named
from shared.steps import Machine, Step, by

FINANCE = frozenset({"finance"})
MACHINE = Machine(
    "追回", named("recovery_status"), (Step("confirm", "登记到账", by(FINANCE, RecoveryStatus.RECOVERING), to=RecoveryStatus.RECOVERED),)
)
