"""What an overview shows of a trainee, a class, an institution, an order: which lists of which service. The first is the paper itself."""

from collections.abc import Mapping
from typing import Final

# noun → service → what its section calls it → where it is asked
SECTIONS: Final[Mapping[str, Mapping[str, Mapping[str, str]]]] = {
    "trainees": {
        "registry": {"trainee": "/v1/trainees/{id}", "enrolments": "/v1/enrolments?trainee_id={id}"},
        "subsidy": {"claims": "/v1/claims?trainee_id={id}"},
        "evaluation": {"certificates": "/v1/certificates?trainee_id={id}"},
        "eastwest": {"placements": "/v1/placements?trainee_id={id}"},
    },
    "classes": {
        "registry": {"class": "/v1/classes/{id}", "enrolments": "/v1/classes/{id}/enrolments"},
        "subsidy": {"claims": "/v1/claims?class_id={id}"},
        "evaluation": {"assessments": "/v1/assessments?class_id={id}", "certificates": "/v1/certificates?class_id={id}"},
        "eastwest": {"placements": "/v1/placements?class_id={id}"},
    },
    # Placements name no institution, so eastwest has nothing to show of one.
    "institutions": {
        "registry": {
            "institution": "/v1/institutions/{id}",
            "classes": "/v1/classes?institution_id={id}",
            "surveys": "/v1/enterprise-surveys?institution_id={id}",
        },
        "subsidy": {"claims": "/v1/claims?institution_id={id}"},
        "evaluation": {"filings": "/v1/filings?institution_id={id}", "assessments": "/v1/assessments?institution_id={id}"},
    },
    "orders": {
        "eastwest": {"order": "/v1/orders/{id}", "placements": "/v1/placements?order_id={id}"},
        "registry": {"classes": "/v1/classes?order_id={id}"},
        "evaluation": {"assessments": "/v1/assessments?order_id={id}", "certificates": "/v1/certificates?order_id={id}"},
    },
}
