"""The eastwest service: orders from Foshan, placements and retention (东西部协作)."""

from fastapi import FastAPI

from services.eastwest import codes
from services.eastwest.imports import job as import_job
from services.eastwest.imports import routes as imports
from services.eastwest.imports.tables import PlacementImport
from services.eastwest.internal import names
from services.eastwest.orders import routes as orders
from services.eastwest.placements import routes as placements
from services.eastwest.worklist import waiting
from shared import web
from shared.settings import Settings, load
from shared.sheet_jobs import uploads

PART = web.Part(
    "eastwest",
    "凯里市职业技能培训 · 东西部协作",
    routers=(
        orders.router,
        placements.router,
        placements.reports,
        placements.public,
        placements.statistics,
        placements.internal,
        imports.router,
        waiting.router,
    ),
    codes=codes.code_lists(),
    names=names.OWN,
    forgets=(uploads.term(PlacementImport),),
    jobs=(import_job.work,),
)


def build(of: Settings) -> FastAPI:
    return web.create_app(PART, of)


def create() -> FastAPI:
    """What the server starts: settings come from the environment."""
    return build(load(Settings))
