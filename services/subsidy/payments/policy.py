"""The life of a payment batch; what a claim still has to be paid, and to whom: pure decisions."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID

from services.subsidy.codes import BatchStatus, Payee, PaymentStatus
from shared.codes import named
from shared.steps import Machine, Step, by

FINANCE = frozenset({"finance"})
MACHINE = Machine(
    "拨付批次",
    named("payment_batch_status"),
    (
        Step("export", "导出银行文件", by(FINANCE, BatchStatus.DRAFT), to=BatchStatus.EXPORTED),
        Step("cancel", "作废", by(FINANCE, BatchStatus.DRAFT), to=BatchStatus.CANCELLED),
        Step("confirm", "登记银行回执", by(FINANCE, BatchStatus.EXPORTED)),
    ),
)
ON_ITS_WAY = frozenset({PaymentStatus.PENDING, PaymentStatus.EXPORTED})


@dataclass(frozen=True, slots=True)
class Due:
    """Money due to one payee for one claim."""

    claim_id: UUID
    payee_kind: Payee
    payee_id: UUID
    amount_yuan: Decimal


def due(
    claim_id: UUID,
    payee: str,
    institution_id: UUID | None,
    applicant_trainee_id: UUID | None,
    amount_yuan: Decimal,
    eligible: Iterable[tuple[UUID, Decimal]],
) -> list[Due]:
    """What an approved claim pays: its applicant in one sum, or each trainee their own, as the terms say. Nothing is due for 0.00."""
    if payee == Payee.ORGANISER:
        kind, payee_id = (Payee.ORGANISER, institution_id) if institution_id else (Payee.TRAINEE, applicant_trainee_id)
        sums: Mapping[UUID, Decimal] = {payee_id: amount_yuan} if payee_id else {}
    else:
        kind, sums = Payee.TRAINEE, _summed(eligible)
    return [Due(claim_id, kind, each, amount) for each, amount in sums.items() if amount]


def still_due(dues: Iterable[Due], paid: Collection[tuple[UUID, UUID]]) -> list[Due]:
    """Without what `paid` (claim, payee) has settled."""
    return [each for each in dues if (each.claim_id, each.payee_id) not in paid]


def _summed(lines: Iterable[tuple[UUID, Decimal]]) -> dict[UUID, Decimal]:
    sums: dict[UUID, Decimal] = {}
    for trainee_id, amount in lines:
        sums[trainee_id] = sums.get(trainee_id, Decimal(0)) + amount
    return sums
