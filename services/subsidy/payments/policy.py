"""What a claim still has to be paid, to whom, and which results a bank may report: pure decisions."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID

BATCH_STATUSES = {
    "draft": ("待导出", "Draft"),
    "exported": ("已导出", "Exported"),
    "confirmed": ("已回执", "Confirmed"),
    "cancelled": ("已作废", "Cancelled"),
}
PAYMENT_STATUSES = {
    "pending": ("待导出", "Pending"),
    "exported": ("已送银行", "Sent to the bank"),
    "paid": ("已支付", "Paid"),
    "failed": ("支付失败", "Failed"),
    "bounced": ("银行退回", "Bounced"),
    "cancelled": ("已作废", "Cancelled"),
}
ON_ITS_WAY = frozenset({"pending", "exported"})
LIVE = ON_ITS_WAY | {"paid"}  # a claim has at most one such payment for a payee
ACTIONS = {"export": frozenset({"draft"}), "cancel": frozenset({"draft"}), "confirm": frozenset({"exported"})}
ACTION_TITLES = {"export": "导出银行文件", "cancel": "作废", "confirm": "登记银行回执"}


@dataclass(frozen=True, slots=True)
class Due:
    """Money due to one payee for one claim."""

    claim_id: UUID
    payee_kind: str  # organiser | trainee
    payee_id: UUID
    amount_yuan: Decimal


def due(claim_id: UUID, payee: str, institution_id: UUID | None, applicant_trainee_id: UUID | None, amount_yuan: Decimal,
        eligible: Iterable[tuple[UUID, Decimal]]) -> list[Due]:  # fmt: skip
    """What an approved claim pays: its applicant in one sum, or each trainee their own, as the terms say. Nothing is due for 0.00."""
    if payee == "organiser":
        kind, payee_id = ("organiser", institution_id) if institution_id else ("trainee", applicant_trainee_id)
        sums: Mapping[UUID, Decimal] = {payee_id: amount_yuan} if payee_id else {}
    else:
        kind, sums = "trainee", _summed(eligible)
    return [Due(claim_id, kind, each, amount) for each, amount in sums.items() if amount]


def still_due(dues: Iterable[Due], paid: Collection[tuple[UUID, UUID]]) -> list[Due]:
    """Without what `paid` (claim, payee) has settled."""
    return [each for each in dues if (each.claim_id, each.payee_id) not in paid]


def why_not(action: str, status: str) -> str | None:
    """None when a batch in this status allows the action."""
    if status in ACTIONS[action]:
        return None
    allowed = "、".join(BATCH_STATUSES[each][0] for each in BATCH_STATUSES if each in ACTIONS[action])
    return f"批次状态为{BATCH_STATUSES[status][0]};可{ACTION_TITLES[action]}的状态:{allowed}。"


def _summed(lines: Iterable[tuple[UUID, Decimal]]) -> dict[UUID, Decimal]:
    sums: dict[UUID, Decimal] = {}
    for trainee_id, amount in lines:
        sums[trainee_id] = sums.get(trainee_id, Decimal(0)) + amount
    return sums
