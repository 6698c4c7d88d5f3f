"""Which events of the evaluation service a caller sees: those of the papers they see."""

from collections.abc import Mapping

from sqlalchemy import select

from services.evaluation.assessments import visibility as assessments
from services.evaluation.assessments.tables import Assessment
from services.evaluation.certificates import visibility as certificates
from services.evaluation.certificates.tables import Certificate
from services.evaluation.examiners import visibility as examiners
from services.evaluation.examiners.tables import Examiner
from services.evaluation.filings import visibility as filings
from services.evaluation.filings.tables import Filing
from services.evaluation.imports import visibility as imports
from services.evaluation.imports.tables import CertificateImport
from shared.feed import Paper

PAPERS: Mapping[str, Paper] = {
    "filing": Paper("/v1/filings/{filing_id:uuid}", select(Filing.id), filings.rows),
    "examiner": Paper("/v1/examiners/{examiner_id:uuid}", select(Examiner.id), examiners.rows),
    "assessment": Paper("/v1/assessments/{assessment_id:uuid}", select(Assessment.id), assessments.rows),
    "certificate": Paper("/v1/certificates/{certificate_id:uuid}", select(Certificate.id), certificates.rows),
    "certificate_import": Paper("/v1/certificate-imports/{import_id:uuid}", select(CertificateImport.id), imports.rows),
}
