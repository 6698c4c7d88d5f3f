"""The eastwest service: orders from the partner city, placements and retention (东西部协作)."""

from fastapi import FastAPI

from services.eastwest import codes
from services.eastwest.changes import visibility as changes
from services.eastwest.counting import job as recounting
from services.eastwest.counting import routes as counting
from services.eastwest.following import job as following
from services.eastwest.imports import job as import_job
from services.eastwest.imports import routes as imports
from services.eastwest.imports.tables import PlacementImport
from services.eastwest.insurance_records import routes as insurance_records
from services.eastwest.internal import evaluation, names, registry, search, subsidy
from services.eastwest.metadata import Row
from services.eastwest.orders import routes as orders
from services.eastwest.pipelines import routes as pipelines
from services.eastwest.placements import job as proving
from services.eastwest.placements import routes as placements
from services.eastwest.placements import rules
from services.eastwest.replies import routes as replies
from services.eastwest.settings import Settings
from services.eastwest.worklist import operations as worklist
from shared import codes as labels
from shared import county, gauges, tallies, web
from shared.settings import load
from shared.sheet_jobs import uploads

rules.here()  # a faulty file stops the start
PART = web.Part(
    "eastwest",
    f"{county.here().title} · 东西部协作",
    routers=(
        orders.router,
        pipelines.router,
        placements.router,
        replies.router,
        placements.reports,
        placements.public,
        counting.statistics,
        counting.router,
        registry.router,
        evaluation.router,
        subsidy.router,
        imports.router,
        insurance_records.router,
        search.router,
        worklist.router,
    ),
    codes=labels.shown(codes.OWNED),
    papers=changes.PAPERS,
    names=names.OWN,
    totals=tallies.of(Row.metadata),
    forgets=(uploads.term(PlacementImport),),
    jobs=(import_job.work, following.registry, following.schools, following.trained, recounting.keep_counted, proving.prove),
    gauges=(gauges.jobs(PlacementImport),),
)


def build(of: Settings) -> FastAPI:
    return web.create_app(PART, of)


def create() -> FastAPI:
    """What the server starts: settings come from the environment."""
    return build(load(Settings))
