"""What numbers filings, assessments and certificates have, for every answer that names one by its id."""

from collections.abc import Mapping

from services.evaluation.assessments.tables import Assessment
from services.evaluation.certificates.tables import Certificate
from services.evaluation.filings.tables import Filing
from shared.names import Lookup, numbered

OWN: Mapping[str, Lookup] = {
    "filings": numbered(Filing.id, Filing.number),
    "assessments": numbered(Assessment.id, Assessment.number),
    "certificates": numbered(Certificate.id, Certificate.number),
}
