"""The evaluation service: filings of assessment bodies, their assessments, and certificates (评价备案、评价批次、证书)."""

from collections.abc import Mapping

from fastapi import FastAPI

from services.evaluation.assessments import policy as assessment_policy
from services.evaluation.assessments import routes as assessments
from services.evaluation.certificates import policy as certificate_policy
from services.evaluation.certificates import routes as certificates
from services.evaluation.counting import routes as counting
from services.evaluation.filings import policy as filing_policy
from services.evaluation.filings import routes as filings
from services.evaluation.worklist import waiting
from shared import web
from shared.settings import Settings, load

LABELS: Mapping[str, Mapping[str, tuple[str, str]]] = {
    "filing_status": filing_policy.STATUSES,
    "assessment_status": assessment_policy.STATUSES,
    "assessment_method": assessment_policy.METHODS,
    "supervision_mode": assessment_policy.MODES,
    "certificate_kind": certificate_policy.KINDS,
    "certificate_status": certificate_policy.STATUSES,
}
PART = web.Part(
    "evaluation",
    "凯里市职业技能培训 · 评价与证书",
    routers=(filings.router, assessments.router, certificates.router, counting.router, waiting.router),
    codes={
        name: [{"code": code, "label": label, "label_en": label_en} for code, (label, label_en) in labels.items()]
        for name, labels in LABELS.items()
    },
)


def build(of: Settings) -> FastAPI:
    return web.create_app(PART, of)


def create() -> FastAPI:
    """What the server starts: settings come from the environment."""
    return build(load(Settings))
