"""The subsidy service: schemes, claims, notices, funds and payments (补贴申领、资金、公示、拨付)."""

from fastapi import FastAPI

from services.subsidy import codes
from services.subsidy.claims import decision_routes, touched
from services.subsidy.claims import routes as claims
from services.subsidy.following import job as following
from services.subsidy.funds import routes as funds
from services.subsidy.internal import names
from services.subsidy.notices import routes as notices
from services.subsidy.payments import routes as payments
from services.subsidy.recoveries import routes as recoveries
from services.subsidy.schemes import operations as terms
from services.subsidy.schemes import routes as schemes
from services.subsidy.worklist import waiting
from shared import codes as labels
from shared import web
from shared.settings import Settings, load

terms.from_files()  # a faulty file stops the start
PART = web.Part("subsidy", "凯里市职业技能培训 · 补贴", codes=labels.shown(codes.OWNED), names=names.OWN, jobs=(following.registry, following.evaluation), routers=(
    schemes.router, claims.router, decision_routes.router, touched.router, funds.router, funds.statistics, notices.router, notices.objection_router, payments.router, recoveries.router, waiting.router,
))  # fmt: skip


def build(of: Settings) -> FastAPI:
    return web.create_app(PART, of)


def create() -> FastAPI:
    """What the server starts: settings come from the environment."""
    return build(load(Settings))
