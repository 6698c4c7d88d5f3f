"""The registry service: trainees, institutions, classes, and what offices report about them (学员、机构、班级)."""

from fastapi import FastAPI

from services.registry.assessing import routes as assessing
from services.registry.counting import routes as counting
from services.registry.facts import routes as facts
from services.registry.files import routes as files
from services.registry.following import job as following
from services.registry.identities import routes as identities
from services.registry.imports import job as import_job
from services.registry.imports import routes as imports
from services.registry.imports.tables import Import
from services.registry.institutions.institutions import routes as institutions
from services.registry.internal import names
from services.registry.people.status_records import routes as status_records
from services.registry.people.trainees import routes as trainees
from services.registry.reference import routes as reference
from services.registry.reference.policy import code_labels
from services.registry.training.attendance import routes as attendance
from services.registry.training.brands import routes as brands
from services.registry.training.classes import routes as classes
from services.registry.training.enrolments import routes as enrolments
from services.registry.worklist import waiting
from shared import web
from shared.settings import Settings, load
from shared.sheet_jobs import uploads

PART = web.Part(
    "registry",
    "凯里市职业技能培训 · 学员与机构",
    codes={
        name: [{"code": each["code"], "label": each["zh"], "label_en": each["en"]} for each in codes]
        for name, codes in code_labels().items()
    },
    routers=(
        reference.router,
        trainees.router,
        institutions.router,
        status_records.router,
        status_records.lists_router,
        files.router,
        brands.router,
        identities.router,
        classes.router,
        enrolments.router,
        attendance.router,
        facts.router,
        assessing.router,
        imports.router,
        counting.router,
        waiting.router,
    ),
    names=names.OWN,
    forgets=(uploads.term(Import),),
    jobs=(import_job.work, following.certificates, following.placements),
)


def build(of: Settings) -> FastAPI:
    return web.create_app(PART, of)


def create() -> FastAPI:
    """What the server starts: settings come from the environment."""
    return build(load(Settings))
