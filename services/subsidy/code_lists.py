"""The code lists that this service owns, as `GET /v1/codes` shows them: 中文 and English."""

from collections.abc import Mapping

from services.subsidy.claims.policy import EFFECTS, OUTCOMES, STATUSES, VERDICTS
from services.subsidy.notices.policy import OBJECTION_STATUSES
from services.subsidy.payments.policy import BATCH_STATUSES, PAYMENT_STATUSES
from services.subsidy.recoveries import policy as recoveries
from services.subsidy.schemes.codes import CLAIM_KINDS, FINDINGS, FUND_SOURCES, SCHEMES
from shared import errors

_ENGLISH = {
    "agricultural_short": "Short agricultural course",
    "project": "Project-based training towards a certificate",
    "startup": "Startup training",
    "apprenticeship": "Enterprise apprenticeship",
    "pre_job": "Pre-job training of employees",
    "transfer": "Job-transfer training of employees",
    "upskill": "On-the-job upskilling of employees",
    "high_skill": "Training of highly skilled employees",
    "new_occupation": "Training for new occupations",
    "safety": "Safety training in high-risk trades",
    "certificate_direct": "Direct subsidy for a certificate",
    "assessment_fee": "Subsidy for the assessment fee",
    "placement_stability": "One-off retention allowance",
    "placement_service": "Subsidy for organised placement",
    "placement_absorption": "Allowance for hiring",
    "training": "Training subsidy",
    "certificate": "Certificate subsidy",
    "placement": "Placement subsidy",
    "employment_subsidy": "Employment subsidy fund",
    "skills_upgrade": "Skills upgrading fund",
    "east_west": "East–west cooperation fund",
    "rural_revitalisation": "Rural revitalisation transition fund",
    "culture_tourism": "Culture and tourism development fund",
    "enterprise_education": "Enterprise education fund",
    "talent": "Talent development fund",
}


def _labelled(labels: Mapping[str, str]) -> list[dict[str, str]]:
    return [{"code": code, "label": label, "label_en": _ENGLISH[code]} for code, label in labels.items()]


def _both(labels: Mapping[str, tuple[str, str]]) -> list[dict[str, str]]:
    return [{"code": code, "label": label, "label_en": english} for code, (label, english) in labels.items()]


CODES = {
    "scheme": _labelled(SCHEMES),
    "claim_kind": _labelled(CLAIM_KINDS),
    "fund_source": _labelled(FUND_SOURCES),
    "claim_status": _both(STATUSES),
    "line_verdict": _both(VERDICTS),
    "finding_effect": _both(EFFECTS),
    "line_outcome": _both(OUTCOMES),
    "objection_status": _both(OBJECTION_STATUSES),
    "payment_batch_status": _both(BATCH_STATUSES),
    "payment_status": _both(PAYMENT_STATUSES),
    "recovery_status": _both(recoveries.STATUSES),
    "finding": [{"code": code, "label": label, "label_en": errors.CATALOGUE[code].title_en} for code, label in FINDINGS.items()],
}
