"""The shipped terms, and two blocks of an invented scheme whose rate is known, as `figures.py` types them for the oracle."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

from services.subsidy.codes import BasisStatus, Payee
from tests.subsidy.judging.cases import POLICY

SCHEME = "upskill"
TO_ORGANISER = replace(
    POLICY.schemes[SCHEME].terms[0],
    in_force_from=date(2025, 5, 1),
    document="示例文件",
    basis_status=BasisStatus.CONFIRMED,
    yuan_per_person=Decimal("1000.00"),
    attendance_percent_at_least=80,
)
TO_TRAINEE = replace(TO_ORGANISER, in_force_from=date(2025, 7, 1), payee=Payee.TRAINEE, yuan_per_person=Decimal("1200.50"))
TERMS = POLICY.joined(SCHEME, TO_ORGANISER, TO_ORGANISER.hash).joined(SCHEME, TO_TRAINEE, TO_TRAINEE.hash)
