"""The evaluation service: filings of assessment bodies, their assessments, and certificates (评价备案、评价批次、证书)."""

from fastapi import FastAPI

from services.evaluation import codes, rules
from services.evaluation.assessments import routes as assessments
from services.evaluation.bodies import routes as bodies
from services.evaluation.certificates import routes as certificates
from services.evaluation.changes import visibility as changes
from services.evaluation.counting import routes as counting
from services.evaluation.examiners import routes as examiners
from services.evaluation.exports import routes as exports
from services.evaluation.filings import routes as filings
from services.evaluation.following import job as following
from services.evaluation.imports import job as import_job
from services.evaluation.imports import routes as imports
from services.evaluation.imports.tables import CertificateImport
from services.evaluation.internal import eastwest, names, registry, search
from services.evaluation.metadata import Row
from services.evaluation.prints import reading as printing
from services.evaluation.prints import routes as prints
from services.evaluation.settings import Settings
from services.evaluation.worklist import operations as worklist
from shared import codes as labels
from shared import county, gauges, layouts, tallies, web
from shared.settings import load
from shared.sheet_jobs import uploads

rules.here()  # a faulty file stops the start
rules.levels()
rules.number_shapes()
layouts.here()
PART = web.Part(
    "evaluation",
    f"{county.here().title} · 评价与证书",
    routers=(
        filings.router,
        examiners.router,
        assessments.router,
        certificates.issuing,
        exports.router,
        prints.router,
        prints.of_batches,
        certificates.router,
        imports.router,
        bodies.router,
        counting.router,
        registry.router,
        eastwest.router,
        search.router,
        worklist.router,
    ),
    codes=labels.shown(codes.OWNED),
    papers=changes.PAPERS,
    names=names.OWN,
    forgets=(uploads.term(CertificateImport),),
    totals=tallies.of(Row.metadata),
    jobs=(import_job.work, following.merges),
    gauges=(gauges.jobs(CertificateImport),),
    checks={"certificate_signer": printing.check},
)


def build(of: Settings) -> FastAPI:
    return web.create_app(PART, of)


def create() -> FastAPI:
    """What the server starts: settings come from the environment."""
    return build(load(Settings))
