"""What a search finds here: filings, and certificates by number."""

from services.evaluation.certificates import reading as certificates
from services.evaluation.certificates import visibility as certificate_rows
from services.evaluation.certificates.tables import Certificate
from services.evaluation.filings import visibility as filing_rows
from services.evaluation.filings.tables import Filing
from services.evaluation.known.conditions import ALIASES
from shared import search

router = search.router(
    search.Papers(
        "filing",
        "filings",
        filing_rows.READERS,
        filing_rows.rows,
        Filing.id,
        Filing.institution_name,
        search.one_of(Filing.number),
        [Filing.number, Filing.institution_name],
        Filing.external_refs,
        number=Filing.number,
    ),
    search.Papers(
        "certificate",
        "certificates",
        certificate_rows.READERS,
        certificate_rows.rows,
        Certificate.id,
        Certificate.issuer,
        lambda text, kernel: Certificate.number_key == certificates.key_of(kernel, text),
        [Certificate.number],
        Certificate.external_refs,
        number=Certificate.number,
        trainee_id=ALIASES.kept(Certificate.trainee_id),
    ),
)
