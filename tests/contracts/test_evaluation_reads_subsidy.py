"""Evaluation's preview of a revocation reads the claims of the real subsidy service."""

from decimal import Decimal

from sqlalchemy import update

from services.evaluation import clients
from services.subsidy.claims.tables import Line
from shared import clock, db
from shared.access import Actor, Call
from tests.conftest import Start
from tests.subsidy import office


async def test_the_claims_that_rest_on_a_certificate_are_named_and_no_others(start: Start) -> None:
    async with start("subsidy") as subsidy, start("evaluation") as evaluation:
        evaluation.knows(subsidy)
        certificate_id = db.new_id()
        fund_id = await office.a_fund(subsidy)
        resting, other = [await office.a_claim(subsidy, fund_id, ("180.00",), "in_notice") for _ in range(2)]
        async with subsidy.kernel.writing.begin() as session:
            await session.execute(update(Line).where(Line.claim_id == resting.id).values(certificate_id=certificate_id))
        call = Call(Actor("evaluation", "service"), clock.now())
        claims, placements = await clients.touched_by_certificates(evaluation.kernel, call, {certificate_id: db.new_id()})
        assert claims is not None
        assert [(each.id, each.status, each.amount) for each in claims.items] == [(resting.id, "in_notice", Decimal("180.00"))]
        assert (claims.open_amount, claims.approved_amount, claims.paid_amount) == (Decimal("180.00"), 0, 0)
        assert placements is None  # nobody answers there
        nothing, _ = await clients.touched_by_certificates(evaluation.kernel, call, {other.id: db.new_id()})
        assert nothing is not None and (nothing.items, nothing.open_amount) == ([], 0)
