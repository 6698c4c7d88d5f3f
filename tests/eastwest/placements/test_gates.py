"""The three gates, on both sides of each date."""

from collections.abc import Callable
from datetime import date, timedelta
from functools import partial

import pytest

from services.eastwest.placements.policy import gates
from services.eastwest.placements.policy.gates import Attended, Certificate, NamedClass, Post

DAY = timedelta(days=1)
ORDERED, CLASS, STANDARD, EXAM, ISSUED, START = (date(2025, month, 10) for month in (1, 2, 3, 4, 5, 6))
POST = Post("o", "6-31-01-01", ORDERED, "skill_level", "6-31-01-03", "junior", STANDARD)
HELD = Certificate("1", "Y000052012325500001", "skill_level", "6-31-01-03", "junior", ISSUED, None, outside=False, exam_held_on=EXAM)


def certificate(**changed: object) -> Certificate:
    return Certificate(**{name: getattr(HELD, name) for name in Certificate.__slots__} | changed)  # type: ignore[arg-type]


def trained(starts_on: date | None) -> NamedClass | None:
    return NamedClass("k", starts_on) if starts_on else None


def attended(*starts_on: date | None, class_id: str = "k", **of: str | None) -> list[Attended]:
    """Classes of five days that the person attended."""
    whose = {"order_id": None, "occupation_code": None} | of
    return [Attended(class_id, starts_on=on, ends_on=on + 4 * DAY, **whose) for on in starts_on if on]


def first_broken(
    post: Post = POST, class_starts_on: date | None = CLASS, *held: Certificate, named: str | None = None, start: date | None = START
) -> str | None:
    broken = gates.chain(post, trained(class_starts_on), attended(class_starts_on), held or (HELD,), named, start).first_broken
    return broken.code if broken else None


def post(**changed: object) -> Post:
    return Post(**{name: getattr(POST, name) for name in Post.__slots__} | changed)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("found", "code"),
    [
        pytest.param(partial(first_broken, post(ordered_on=CLASS)), None, id="ordered-on-the-first-day-of-the-class"),
        pytest.param(partial(first_broken, post(ordered_on=CLASS + DAY)), "order_after_class", id="ordered-the-day-after"),
        pytest.param(partial(first_broken, post(ordered_on=CLASS + DAY), None), None, id="no-class-refuses-nothing"),
        pytest.param(partial(first_broken, post(standard_set_on=EXAM)), None, id="standard-set-on-the-day-of-the-exam"),
        pytest.param(partial(first_broken, post(standard_set_on=EXAM + DAY)), "standard_after_exam", id="standard-set-the-day-after"),
        pytest.param(
            partial(first_broken, post(standard_set_on=START), CLASS, certificate(exam_held_on=None)), None, id="no-exam-refuses-nothing"
        ),
        pytest.param(
            partial(first_broken, post(standard_set_on=ISSUED), CLASS, certificate(exam_held_on=None, outside=True)),
            None,
            id="outside-date-stands-for-the-exam",
        ),
        pytest.param(
            partial(first_broken, post(standard_set_on=ISSUED + DAY), CLASS, certificate(exam_held_on=None, outside=True)),
            "standard_after_exam",
            id="standard-after-the-outside-date",
        ),
        pytest.param(partial(first_broken, start=ISSUED), None, id="issued-on-the-first-day-at-work"),
        pytest.param(partial(first_broken, start=ISSUED - DAY), "certificate_after_start", id="issued-the-day-after"),
        pytest.param(partial(first_broken, POST, CLASS, certificate(revoked_on=START + DAY)), None, id="revoked-after-the-start"),
        pytest.param(partial(first_broken, POST, CLASS, certificate(revoked_on=START)), "certificate_missing", id="revoked-on-the-start"),
        pytest.param(partial(first_broken, POST, CLASS, certificate(level="senior")), None, id="a-higher-level-does"),
        pytest.param(
            partial(first_broken, POST, CLASS, certificate(level="apprentice")), "certificate_missing", id="a-lower-level-does-not"
        ),
        pytest.param(partial(first_broken, POST, CLASS, certificate(level=None)), "certificate_missing", id="no-level-does-not"),
        pytest.param(partial(first_broken, post(level=None), CLASS, certificate(level=None)), None, id="a-standard-without-level"),
        pytest.param(partial(first_broken, POST, CLASS, certificate(kind="completion")), "certificate_missing", id="another-kind"),
        pytest.param(
            partial(first_broken, POST, CLASS, certificate(occupation_code="4-10-01-06")), "certificate_missing", id="another-occupation"
        ),
        pytest.param(
            partial(first_broken, POST, CLASS, HELD, certificate(id="2", issued_on=START + DAY), named="2"),
            "certificate_after_start",
            id="the-named-one-counts-alone",
        ),
        pytest.param(partial(first_broken, POST, CLASS, HELD, named="9"), "certificate_missing", id="a-named-one-that-is-not-there"),
        pytest.param(
            partial(first_broken, POST, CLASS, certificate(id="2", issued_on=START + DAY), HELD), None, id="any-fitting-certificate-does"
        ),
    ],
)
def test_each_gate_on_both_sides(found: Callable[[], str | None], code: str | None) -> None:
    assert found() == code


def test_the_chain_shows_every_link_and_where_it_breaks() -> None:
    chain = gates.chain(POST, None, (), (), None, None)
    assert [(step.link, step.state) for step in chain.steps] == [
        ("order", "ok"),
        ("class", "unknown"),
        ("standard", "ok"),
        ("exam", "unknown"),
        ("certificate", "broken"),
        ("start", "unknown"),
    ]
    whole = gates.chain(POST, trained(CLASS), attended(CLASS), (HELD,), None, START)
    assert [step.on for step in whole.steps] == [ORDERED, CLASS, STANDARD, EXAM, ISSUED, START]
    assert (whole.certificate_id, whole.first_broken) == ("1", None)


BEFORE = ORDERED - 10 * DAY  # a class before the order


def class_link(named: NamedClass | None, known: list[Attended], start: date | None = START) -> tuple[str, str | None]:
    step = gates.chain(POST, named, known, (HELD,), None, start).steps[1]
    return step.state, step.code


@pytest.mark.parametrize(
    ("named", "known", "expected"),
    [
        pytest.param(None, attended(BEFORE, order_id="o"), ("broken", "order_after_class"), id="left-out-the-order's-class-counts"),
        pytest.param(None, attended(ORDERED, order_id="o"), ("ok", None), id="on-the-day-of-the-order"),
        pytest.param(None, attended(BEFORE, occupation_code="6-31-01-01"), ("broken", "order_after_class"), id="else-one-of-the-trade"),
        pytest.param(None, attended(BEFORE, occupation_code="4-10-01-06"), ("unknown", None), id="another-trade-says-nothing"),
        pytest.param(
            None,
            attended(BEFORE, class_id="old", occupation_code="6-31-01-01") + attended(CLASS, order_id="o"),
            ("ok", None),
            id="the-order's-before-the-trade's",
        ),
        pytest.param(
            None,
            attended(BEFORE, class_id="old", order_id="o") + attended(CLASS, class_id="new", order_id="o"),
            ("ok", None),
            id="the-latest",
        ),
        pytest.param(
            None, attended(START - 4 * DAY, occupation_code="6-31-01-01"), ("unknown", None), id="a-class-not-over-before-the-start"
        ),
        pytest.param(None, attended(START - 5 * DAY, occupation_code="6-31-01-01"), ("ok", None), id="over-the-day-before"),
        pytest.param(trained(CLASS), [], ("unknown", None), id="named-and-never-attended-holds-nothing"),
        pytest.param(trained(BEFORE), [], ("broken", "order_after_class"), id="named-before-the-order"),
        pytest.param(
            trained(CLASS),
            attended(BEFORE, class_id="old", order_id="o"),
            ("broken", "order_after_class"),
            id="naming-another-opens-no-gate",
        ),
        pytest.param(
            trained(CLASS), attended(CLASS) + attended(BEFORE, class_id="old", order_id="o"), ("ok", None), id="the-named-one-attended"
        ),
    ],
)
def test_leaving_the_class_out_opens_no_gate(named: NamedClass | None, known: list[Attended], expected: tuple[str, str | None]) -> None:
    assert class_link(named, known) == expected


def test_of_several_certificates_the_one_that_comes_furthest_counts() -> None:
    early = certificate(id="0", issued_on=ISSUED - DAY, exam_held_on=STANDARD - DAY)
    assert first_broken(POST, CLASS, early) == "standard_after_exam"
    assert first_broken(POST, CLASS, early, HELD) is None
