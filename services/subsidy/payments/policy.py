"""The life of a payment batch; what a claim still has to be paid, and to whom: pure decisions."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID

from services.subsidy.codes import BatchStatus, FindingCode, Payee, PaymentStatus
from shared.codes import named
from shared.steps import Machine, Step, by

FINANCE = frozenset({"finance"})
MACHINE = Machine(
    "拨付批次",
    named("payment_batch_status"),
    (
        Step("export", "导出银行文件", by(FINANCE, BatchStatus.DRAFT), to=BatchStatus.EXPORTED),
        Step("cancel", "作废", by(FINANCE, BatchStatus.DRAFT), to=BatchStatus.CANCELLED),
        Step("confirm", "登记银行回执", by(FINANCE, BatchStatus.EXPORTED, BatchStatus.CONFIRMED)),
        Step("report-return", "登记付后退回", by(FINANCE, BatchStatus.EXPORTED, BatchStatus.CONFIRMED)),
    ),
)
NOTHING = Decimal("0.00")
ON_HOLD, ACCOUNT_MISSING, ACCOUNT_CHANGED = "claim_on_hold", "payee_account_missing", "payee_account_changed"
SHARED_ACCOUNT = FindingCode.SHARED_BANK_ACCOUNT
ON_ITS_WAY = frozenset({PaymentStatus.PENDING, PaymentStatus.EXPORTED})


@dataclass(frozen=True, slots=True)
class Unpaid:
    """An eligible line of an approved claim that no payment pays yet."""

    position: int
    trainee_id: UUID
    amount_yuan: Decimal


@dataclass(frozen=True, slots=True)
class Due:
    """Money due to one payee for lines of one claim."""

    claim_id: UUID
    payee_kind: Payee
    payee_id: UUID
    lines: tuple[Unpaid, ...]

    @property
    def amount_yuan(self) -> Decimal:
        return sum((line.amount_yuan for line in self.lines), NOTHING)


def due(claim_id: UUID, payee: str, institution_id: UUID | None, applicant_trainee_id: UUID | None, unpaid: Sequence[Unpaid]) -> list[Due]:
    """What an approved claim still pays: its applicant in one sum, or each line to its own trainee, as the terms say."""
    if payee == Payee.TRAINEE:
        return [Due(claim_id, Payee.TRAINEE, line.trainee_id, (line,)) for line in unpaid]
    if institution_id:
        return [Due(claim_id, Payee.ORGANISER, institution_id, tuple(unpaid))] if unpaid else []
    return [Due(claim_id, Payee.TRAINEE, applicant_trainee_id, tuple(unpaid))] if unpaid and applicant_trainee_id else []


@dataclass(frozen=True, slots=True)
class Sending:
    """A payment that is about to go to the bank: to whom, by the person they are now, with the account as it was when the batch was made and as it is now;
    another_s: another person, in this batch or not, or an institution has the same one; on_hold: its claim is."""

    id: UUID
    payee_kind: Payee
    owner_id: UUID
    account: str | None
    account_now: str | None
    another_s: bool = False
    on_hold: bool = False


def kept_back(sending: Sequence[Sending]) -> dict[UUID, str]:
    """By payment, the code of what keeps it out of the bank's file: a hold, no account, one that has changed since, or a person's account that is
    another's as well. An organiser's is only noted (`shared`)."""
    shared_by = shared(sending)
    codes = {
        each.id: ON_HOLD
        if each.on_hold
        else ACCOUNT_MISSING
        if not each.account_now
        else ACCOUNT_CHANGED
        if each.account_now != each.account
        else SHARED_ACCOUNT
        if each.payee_kind == Payee.TRAINEE and each.id in shared_by
        else None
        for each in sending
    }
    return {payment_id: code for payment_id, code in codes.items() if code}


def shared(sending: Sequence[Sending]) -> set[UUID]:
    """Payments to an account that is given for several payees, or by somebody else as well."""
    owners: dict[str, set[UUID]] = {}
    for each in sending:
        if each.account_now:
            owners.setdefault(each.account_now, set()).add(each.owner_id)
    return {each.id for each in sending if each.account_now and (len(owners[each.account_now]) > 1 or each.another_s)}
