"""What `/metrics` tells of money: where each fund's yuan are, what is still to be decided, sent, answered by the bank or brought back."""

from sqlalchemy import func, literal, select, union_all

from services.subsidy.claims.policy import OPEN
from services.subsidy.claims.tables import Claim
from services.subsidy.codes import BatchStatus, RecoveryStatus
from services.subsidy.funds.tables import Fund
from services.subsidy.payments.tables import PaymentBatch
from services.subsidy.reassessments.operations import DUE
from services.subsidy.recoveries.tables import Recovery
from services.subsidy.terms.tables import WhatIf
from shared.gauges import Gauge, jobs

_OUTSTANDING = func.sum(Recovery.amount_yuan - Recovery.received_yuan)

GAUGES = (
    jobs(WhatIf),
    Gauge(
        "fund_yuan",
        "Yuan of all funds: still to be given, set aside for approved claims, paid",
        union_all(
            select(literal("available"), func.sum(Fund.available_yuan)),
            select(literal("reserved"), func.sum(Fund.reserved_yuan)),
            select(literal("paid"), func.sum(Fund.paid_yuan)),
        ),
        ("account",),
    ),
    Gauge(
        "claims_open",
        "Claims that are being decided or wait for their payment",
        select(Claim.status, func.count()).where(Claim.status.in_(sorted(OPEN))).group_by(Claim.status),
        ("status",),
    ),
    Gauge(
        "payment_batches_open",
        "Payment batches that the bank has not answered in full",
        select(PaymentBatch.status, func.count())
        .where(PaymentBatch.status.in_((BatchStatus.DRAFT, BatchStatus.EXPORTED)))
        .group_by(PaymentBatch.status),
        ("status",),
    ),
    Gauge(
        "recovery_outstanding_yuan",
        "Yuan asked back and not yet received",
        select(_OUTSTANDING).where(Recovery.status == RecoveryStatus.RECOVERING),
    ),
    Gauge("claims_due_anew", "Events whose claims are still to be judged anew", select(func.count()).select_from(DUE)),
)
