"""Whose employer an insurance record names, in which month: both sides of each day."""

from datetime import date

import pytest

from services.eastwest.codes import UpdateKind as Kind
from services.eastwest.placements.policy.insured import Insured, Stay, confirms, employers_in, told_of
from services.eastwest.placements.policy.retention import Span
from services.eastwest.placements.policy.telling import Employer, Evidence, Fact

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


def test_of_several_employers_each_has_its_months() -> None:
    """Of whom the person left before the month nothing is left; who followed on its first day is the only one."""
    third = Employer("某服装厂")
    stay = Stay(date(2025, 1, 1), None, ONE, (*changed(date(2025, 6, 1)), *changed(date(2025, 6, 30), third)))
    assert employers_in(stay, Span(date(2025, 5, 1), date(2025, 5, 31))) == [ONE]
    assert employers_in(stay, JUNE) == [OTHER, third]
    assert employers_in(stay, Span(date(2025, 7, 1), date(2025, 7, 31))) == [third]
    unsaid = (Fact("c", Kind.EMPLOYER_CHANGED, date(2025, 6, 5)), Fact("p", Kind.PRESENT, date(2025, 6, 5), OTHER))
    assert employers_in(Stay(date(2025, 1, 1), None, ONE, unsaid), JUNE) == [ONE]


@pytest.mark.parametrize(
    ("from_on", "to_on", "about"),
    [
        (date(2025, 5, 1), date(2025, 6, 1), True),
        (date(2025, 5, 1), date(2025, 5, 31), False),
        (date(2025, 6, 30), date(2025, 7, 31), True),
        (date(2025, 7, 1), date(2025, 7, 31), False),
    ],
)
def test_what_another_office_proved_of_the_month(from_on: date, to_on: date, about: bool) -> None:
    papers = (Evidence("B", date(2020, 1, 1), date(2020, 1, 31)), Evidence("B", from_on, to_on))  # type: ignore[arg-type]
    facts = [Fact(office, Kind.PRESENT, to_on, evidence=papers, office=office) for office in ("employer", "insurance")]
    bare = Fact("n", Kind.PRESENT, to_on, office="employer")
    assert told_of(JUNE, [*facts, bare], "insurance") == ([facts[0].reference] if about else [])
