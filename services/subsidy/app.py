"""The subsidy service: schemes, claims, notices, funds and payments (补贴申领、资金、公示、拨付)."""

from fastapi import FastAPI

from services.subsidy import codes, gauges
from services.subsidy.appeals import routes as appeals
from services.subsidy.audit_lists import routes as audit_lists
from services.subsidy.changes import visibility as changes
from services.subsidy.claims import routes as claims
from services.subsidy.corrections import routes as corrections
from services.subsidy.dossiers import routes as dossiers
from services.subsidy.following import job as following
from services.subsidy.funds import routes as funds
from services.subsidy.internal import evaluation, gateway, names, registry, search
from services.subsidy.judging import trades
from services.subsidy.metadata import Row
from services.subsidy.notices import routes as notices
from services.subsidy.objections import routes as objections
from services.subsidy.payments import routes as payments
from services.subsidy.reassessments import job as reassessing
from services.subsidy.reassessments import routes as reassessments
from services.subsidy.receipts import routes as receipts
from services.subsidy.recoveries import routes as recoveries
from services.subsidy.samples import routes as samples
from services.subsidy.schemes import operations as in_force
from services.subsidy.schemes import routes as schemes
from services.subsidy.settings import Settings
from services.subsidy.statistics import routes as statistics
from services.subsidy.supplements import routes as supplements
from services.subsidy.terms import job as trying
from services.subsidy.terms import routes as terms
from services.subsidy.worklist import operations as worklist
from shared import codes as labels
from shared import county, periods, tallies, web
from shared.settings import load

in_force.from_files()  # a faulty file stops the start
trades.rules(county.folder())
for kind in (codes.WorklistKind.OBJECTION_ACCEPTED, codes.WorklistKind.APPEAL_RECEIVED):
    periods.working_days(kind)
PART = web.Part(
    "subsidy",
    f"{county.here().title} · 补贴",
    codes=labels.shown(codes.OWNED),
    papers=changes.PAPERS,
    names=names.OWN,
    totals=tallies.of(Row.metadata),
    gauges=gauges.GAUGES,
    jobs=(following.registry, following.evaluation, following.eastwest, reassessing.work, trying.work),
    routers=(
        schemes.router,
        terms.router,
        claims.router,
        appeals.router,
        funds.router,
        funds.statistics,
        notices.router,
        objections.notices,
        objections.router,
        payments.router,
        payments.payments,
        reassessments.router,
        recoveries.router,
        audit_lists.router,
        samples.claims,
        samples.router,
        supplements.router,
        statistics.claims,
        statistics.statistics,
        corrections.router,
        dossiers.router,
        receipts.router,
        receipts.public,
        evaluation.router,
        gateway.router,
        registry.router,
        search.router,
        worklist.router,
    ),
)


def build(of: Settings) -> FastAPI:
    return web.create_app(PART, of)


def create() -> FastAPI:
    """What the server starts: settings come from the environment."""
    return build(load(Settings))
