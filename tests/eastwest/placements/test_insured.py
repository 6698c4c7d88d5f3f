"""Whose employer an insurance record names, in which month: both sides of each day."""

from datetime import date

import pytest

from services.eastwest.codes import UpdateKind as Kind
from services.eastwest.placements.policy.insured import Insured, Stay, confirms
from services.eastwest.placements.policy.retention import Span
from services.eastwest.placements.policy.telling import Employer, Fact

ONE, OTHER = Employer("某电器有限公司", "91110000600037341L"), Employer("某五金厂")
JUNE = Span(date(2025, 6, 1), date(2025, 6, 30))


def changed(day: date, employer: Employer = OTHER) -> tuple[Fact, ...]:
    return (Fact("c", Kind.EMPLOYER_CHANGED, day, employer),)


@pytest.mark.parametrize(
    ("employer", "stay", "confirmed"),
    [
        (ONE, Stay(date(2025, 6, 30), None, ONE), True),
        (ONE, Stay(date(2025, 7, 1), None, ONE), False),
        (ONE, Stay(date(2025, 1, 1), date(2025, 6, 2), ONE), True),
        (ONE, Stay(date(2025, 1, 1), date(2025, 6, 1), ONE), False),  # gone on that day
        (Employer(" 某电器(佛山)有限公司", None), Stay(None, None, Employer("某电器(佛山)有限公司", "91110000600037341L")), True),
        (Employer(ONE.name, "91350100M000100Y43"), Stay(None, None, ONE), False),
        (OTHER, Stay(date(2025, 1, 1), None, ONE, changed(date(2025, 6, 30))), True),
        (OTHER, Stay(date(2025, 1, 1), None, ONE, changed(date(2025, 7, 1))), False),
        (ONE, Stay(date(2025, 1, 1), None, ONE, changed(date(2025, 6, 2))), True),
        (ONE, Stay(date(2025, 1, 1), None, ONE, changed(date(2025, 6, 1))), False),
    ],
)
def test_the_employer_of_the_month(employer: Employer, stay: Stay, confirmed: bool) -> None:
    assert confirms(Insured(JUNE, employer), stay) is confirmed
