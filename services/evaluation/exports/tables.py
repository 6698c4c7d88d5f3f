"""Files of certificates made for other platforms."""

from services.evaluation.metadata import Row
from shared import exports


class CertificateExport(exports.Export, Row):
    __tablename__ = "certificate_exports"

    __table_args__ = exports.rules("certificate_exports")
