"""What of a placement asks for a second look, without a database: both sides of each bound."""

from datetime import date, timedelta

import pytest

from services.eastwest.codes import PlacementStatus as Status
from services.eastwest.codes import PlacementWarning as Code
from services.eastwest.codes import Sex
from services.eastwest.placements.policy.fitting import Group, Person
from services.eastwest.placements.policy.gates import Attended
from services.eastwest.placements.policy.insured import Insured
from services.eastwest.placements.policy.retention import Span
from services.eastwest.placements.policy.states import status_on
from services.eastwest.placements.policy.telling import Employer
from services.eastwest.placements.policy.warnings import Order, Stay, Warned, warnings

DAY = timedelta(days=1)
ENTERED, START, LEFT = date(2025, 5, 20), date(2025, 6, 2), date(2025, 8, 1)
AT_WORK, GONE = Stay("FS-1", START, None), Stay("FS-1", START, LEFT)
ORDER = Order(posts=40, placed=40, until_on=START)
WOMEN = Order(posts=40, placed=1, until_on=None, groups=[Group(40, Sex.FEMALE, 18, 45)])


def told(
    stay: Stay | None = AT_WORK,
    order: Order = ORDER,
    others: tuple[Stay, ...] = (),
    attended: tuple[Attended, ...] | None = (),
    person: Person | None = None,
    insured: tuple[Insured, ...] = (),
) -> list[Warned]:
    return list(warnings(stay, ENTERED, order, others, attended, person, insured))


def codes(found: list[Warned]) -> list[Code]:
    return [each.code for each in found]


@pytest.mark.parametrize(("placed", "expected"), [(39, []), (40, []), (41, [Code.POSTS_EXCEEDED])])
def test_more_people_than_posts(placed: int, expected: list[Code]) -> None:
    assert codes(told(order=Order(40, placed, None))) == expected


@pytest.mark.parametrize(
    ("stay", "until_on", "said"),
    [
        pytest.param(AT_WORK, START, None, id="begun-on-its-last-day"),
        pytest.param(AT_WORK, START - DAY, f"{START} 上岗", id="begun-the-day-after"),
        pytest.param(None, ENTERED, None, id="entered-on-its-last-day"),
        pytest.param(None, ENTERED - DAY, f"{ENTERED} 安排", id="entered-the-day-after"),
        pytest.param(AT_WORK, None, None, id="without-a-last-day"),
    ],
)
def test_an_order_that_was_over(stay: Stay | None, until_on: date | None, said: str | None) -> None:
    found = told(stay, Order(40, 1, until_on))
    assert codes(found) == ([Code.ORDER_EXPIRED] if said else [])
    assert all(said and said in each.detail for each in found)


@pytest.mark.parametrize(
    ("person", "stay", "expected"),
    [
        pytest.param(None, AT_WORK, [], id="nobody-has-said-who-it-is"),
        pytest.param(Person("female", date(1979, 6, 3)), AT_WORK, [], id="forty-five-on-the-first-day"),
        pytest.param(Person("female", date(1979, 6, 2)), AT_WORK, [Code.OUTSIDE_CONDITIONS], id="forty-six-on-the-first-day"),
        pytest.param(Person("female", date(1979, 6, 2)), None, [], id="forty-five-when-entered"),
    ],
)
def test_somebody_whom_no_post_is_for(person: Person | None, stay: Stay | None, expected: list[Code]) -> None:
    assert codes(told(stay, WOMEN, person=person)) == expected


def test_an_insured_month_names_its_employer() -> None:
    month = Insured(Span(date(2025, 6, 1), date(2025, 6, 30)), Employer("某五金厂"))
    [found] = told(insured=(month,))
    assert found.code == Code.INSURED_ELSEWHERE and "2025-06 由 某五金厂 参保" in found.detail


@pytest.mark.parametrize(
    ("stay", "other", "together"),
    [
        pytest.param(AT_WORK, Stay("FS-2", START, None), True, id="both-still-there"),
        pytest.param(GONE, Stay("FS-2", LEFT - DAY, None), True, id="begun-the-day-before-leaving"),
        pytest.param(GONE, Stay("FS-2", LEFT, None), False, id="begun-on-the-day-of-leaving"),
        pytest.param(AT_WORK, Stay("FS-2", ENTERED, START + DAY), True, id="the-other-left-the-day-after-the-start"),
        pytest.param(AT_WORK, Stay("FS-2", ENTERED, START), False, id="the-other-left-on-the-day-of-the-start"),
    ],
)
def test_two_orders_at_once(stay: Stay, other: Stay, together: bool) -> None:
    found = told(stay, others=(other, Stay("FS-3", date(2020, 1, 1), date(2020, 2, 1))))
    assert codes(found) == ([Code.TWO_ORDERS] if together else [])
    assert all("FS-2" in each.detail and "FS-3" not in each.detail for each in found)
    assert told(None, others=(other,)) == []  # who has not begun works nowhere twice


@pytest.mark.parametrize(
    ("stay", "starts_on", "signed_on", "expected"),
    [
        pytest.param(AT_WORK, ENTERED, START, [Code.IN_CLASS], id="signed-on-the-first-day"),
        pytest.param(AT_WORK, ENTERED, START - DAY, [], id="signed-the-day-before"),
        pytest.param(AT_WORK, ENTERED, None, [], id="never-signed"),
        pytest.param(GONE, LEFT - DAY, LEFT + DAY, [Code.IN_CLASS], id="a-class-from-the-day-before-leaving"),
        pytest.param(GONE, LEFT, LEFT + DAY, [], id="a-class-from-the-day-of-leaving"),
    ],
)
def test_in_class_and_at_work(stay: Stay, starts_on: date, signed_on: date | None, expected: list[Code]) -> None:
    attended = Attended("k", None, None, starts_on, LEFT + DAY, starts_on, signed_on)
    assert codes(told(stay, attended=(attended,))) == expected
    assert codes(told(stay, attended=None)) == [Code.CLASSES_UNKNOWN]
    assert told(None, attended=None) == []


@pytest.mark.parametrize(
    ("on", "started_on", "left_on", "status"),
    [
        (START, None, None, Status.ARRANGED),
        (START - DAY, START, None, Status.ARRANGED),
        (START, START, None, Status.WORKING),
        (LEFT - DAY, START, LEFT, Status.WORKING),
        (LEFT, START, LEFT, Status.LEFT),
        (LEFT + DAY, START, LEFT, Status.LEFT),
    ],
)
def test_the_state_of_a_day(on: date, started_on: date | None, left_on: date | None, status: Status) -> None:
    assert status_on(on, started_on, left_on) is status
