"""Which events of the subsidy service a caller sees: those of the papers they see. Terms that were published everyone may read."""

from collections.abc import Mapping

from sqlalchemy import select, true

from services.subsidy.claims import visibility as claims
from services.subsidy.claims.tables import Claim
from services.subsidy.funds import visibility as funds
from services.subsidy.funds.tables import Fund
from services.subsidy.notices import visibility as notices
from services.subsidy.notices.tables import Notice
from services.subsidy.objections import visibility as objections
from services.subsidy.objections.tables import Objection
from services.subsidy.payments import visibility as payments
from services.subsidy.payments.tables import PaymentBatch
from services.subsidy.recoveries import visibility as recoveries
from services.subsidy.recoveries.tables import Recovery
from services.subsidy.schemes.tables import ProposedTerms
from shared.feed import Paper

PAPERS: Mapping[str, Paper] = {
    "terms": Paper("/v1/schemes/{code}", select(ProposedTerms.id), lambda _: true()),
    "claim": Paper("/v1/claims/{claim_id:uuid}", select(Claim.id), claims.rows, claims.papers_of),
    "fund": Paper("/v1/funds/{fund_id:uuid}", select(Fund.id), funds.rows),
    "notice": Paper("/v1/notices/{notice_id:uuid}", select(Notice.id), notices.rows),
    "objection": Paper("/v1/objections/{objection_id:uuid}", select(Objection.id), objections.rows),
    "payment_batch": Paper("/v1/payment-batches/{payment_batch_id:uuid}", select(PaymentBatch.id), payments.rows),
    "recovery": Paper("/v1/recoveries/{recovery_id:uuid}", select(Recovery.id), recoveries.rows),
}
