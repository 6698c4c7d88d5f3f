"""What cannot have been, or was told too late: signatures, filing, headcounts."""

from dataclasses import replace
from datetime import date, datetime
from typing import Any

import pytest

from services.subsidy.judging.facts import AttendedDay, Headcount, Impossible, Posts, Signing, Stop
from services.subsidy.judging.papers import ApplicantFacts, Barred, CertificateFacts
from services.subsidy.judging.rules.institution import applicant_barred
from services.subsidy.schemes.policy import Terms
from tests.subsidy.judging.cases import (
    CLAIM,
    FIRST_DAY,
    LAST_DAY,
    PROJECT,
    SHORT,
    class_with,
    effect_of,
    findings_of,
    line_with,
    terms_with,
)


def at(text: str) -> datetime:
    return datetime.fromisoformat(f"{text}+08:00")


def signing(people: int, seconds: int, on: date = FIRST_DAY) -> Signing:
    return Signing(on, "am", people, at("2025-04-08T08:30:00"), at(f"2025-04-08T08:30:{seconds:02}"))


@pytest.mark.parametrize(
    ("why", "said"),
    [
        pytest.param("recorded_before", "2025-04-08 下午在此之前已录入", id="recorded-before-it-was"),
        pytest.param("signed_another_day", "2025-04-08 下午在另一天签名", id="signed-on-another-day"),
        pytest.param("outside_hours", "2025-04-08 下午在签到时段以外签名", id="signed-at-night"),
    ],
)
def test_a_signature_that_cannot_be_is_held_and_says_why(why: Any, said: str) -> None:
    finding = findings_of(line_with(impossible=(Impossible(FIRST_DAY, "pm", why),)))["attendance_impossible"]
    assert (finding.effect, finding.seen) == ("hold", said)


@pytest.mark.parametrize(
    ("signed", "effect"),
    [
        pytest.param(signing(10, 30), "hold", id="ten-people-in-half-a-minute"),
        pytest.param(signing(9, 30), None, id="nine-people"),
        pytest.param(signing(10, 31), None, id="in-a-second-more"),
        pytest.param(signing(10, 0, LAST_DAY), None, id="on-a-day-this-person-was-away"),
    ],
)
def test_many_people_within_half_a_minute_are_signed_for_by_one_hand(signed: Signing, effect: str | None) -> None:
    line = line_with(attendance=(AttendedDay(FIRST_DAY, 2),))
    assert effect_of("attendance_impossible", line, claim=class_with(signings=(signed,))) == effect


def test_one_hand_is_asked_about_only_where_the_terms_say_how_fast() -> None:
    terms = terms_with(one_hand_people_at_least=None, one_hand_seconds_at_most=None)
    assert effect_of("attendance_impossible", terms=terms, claim=class_with(signings=(signing(10, 0),))) is None


@pytest.mark.parametrize(
    ("terms", "filed", "facts", "effect"),
    [
        pytest.param(SHORT, "2025-04-07T23:59:59", {}, None, id="a-day-before-a-short-course"),
        pytest.param(SHORT, "2025-04-08T00:00:00", {}, "note", id="on-its-first-day"),
        pytest.param(SHORT, "2025-04-08T23:59:59", {"late_reason": "暴雨"}, "note", id="late-with-a-reason"),
        pytest.param(SHORT, "2025-04-09T00:00:00", {}, "hold", id="after-its-first-day"),
        pytest.param(SHORT, "2025-04-09T00:00:00", {"late_reason": "暴雨"}, "hold", id="after-its-first-day-with-a-reason"),
        pytest.param(SHORT, "2025-04-09T00:00:00", {"imported": True}, None, id="history"),
        pytest.param(PROJECT, "2025-04-03T12:00:00", {}, None, id="five-days-before-a-project"),
        pytest.param(PROJECT, "2025-04-04T12:00:00", {}, "note", id="four-days-before-a-project"),
        pytest.param(terms_with(filing_days_before_start_at_least=None), "2025-04-09T00:00:00", {}, None, id="not-asked"),
    ],
)
def test_a_class_is_filed_before_it_starts(terms: Terms, filed: str, facts: dict[str, Any], effect: str | None) -> None:
    assert effect_of("class_filed_late", terms=terms, claim=class_with(filed_at=at(filed), **facts)) == effect


def test_a_late_filing_is_told_with_its_reason() -> None:
    filed = class_with(filed_at=at("2025-04-08T00:00:00"), late_reason="暴雨")
    seen = findings_of(claim=filed)["class_filed_late"].seen
    assert seen == "2025-04-08 报送,2025-04-08 开班,理由:暴雨"


def test_of_a_class_whose_filing_is_not_known_nothing_is_said() -> None:
    assert effect_of("class_filed_late", claim=class_with(filed_at=None)) is None


@pytest.mark.parametrize(
    ("counted", "terms", "effect"),
    [
        pytest.param(Headcount(FIRST_DAY, "am", 19, 20), SHORT, "hold", id="one-is-missing"),
        pytest.param(Headcount(FIRST_DAY, None, 19, 20), SHORT, "hold", id="at-some-time-of-the-day"),
        pytest.param(Headcount(FIRST_DAY, "am", 20, 20), SHORT, None, id="all-are-there"),
        pytest.param(Headcount(FIRST_DAY, "am", 21, 20), SHORT, None, id="more-than-signed"),
        pytest.param(Headcount(LAST_DAY, "am", 19, 20), SHORT, None, id="on-a-day-this-person-was-away"),
        pytest.param(Headcount(FIRST_DAY, "am", 19, 20), terms_with(headcount_missing_at_most=1), None, id="one-may-be-missing"),
        pytest.param(Headcount(FIRST_DAY, "am", 18, 20), terms_with(headcount_missing_at_most=1), "hold", id="two-are-missing"),
        pytest.param(Headcount(FIRST_DAY, "am", 0, 20), terms_with(headcount_missing_at_most=None), None, id="not-asked"),
    ],
)
def test_who_was_not_seen_was_not_there(counted: Headcount, terms: Terms, effect: str | None) -> None:
    line = line_with(attendance=(AttendedDay(FIRST_DAY, 2),))
    assert effect_of("headcount_differs", line, terms, class_with(headcounts=(counted,))) == effect


def test_a_headcount_says_what_was_counted() -> None:
    finding = findings_of(claim=class_with(headcounts=(Headcount(FIRST_DAY, "pm", 3, 20),)))["headcount_differs"]
    assert finding.seen == "2025-04-08 下午清点 3 人,签到 20 人" and finding.basis.status == "unconfirmed"


def posts(*agreed_on: str) -> dict[str, Any]:
    return {"filed_at": at("2025-04-01T10:00:00"), "posts": tuple(Posts("6-31-01-03", 20, date.fromisoformat(on)) for on in agreed_on)}


@pytest.mark.parametrize(
    ("facts", "terms", "effect"),
    [
        pytest.param(posts(), PROJECT, "note", id="nobody-agreed-to-any"),
        pytest.param(posts("2025-04-02"), PROJECT, "note", id="agreed-the-day-after-it-was-filed"),
        pytest.param(posts("2025-04-01"), PROJECT, None, id="agreed-the-day-it-was-filed"),
        pytest.param(posts("2025-04-02", "2025-03-01"), PROJECT, None, id="some-agreed-before"),
        pytest.param(posts() | {"ordered": True}, PROJECT, None, id="ordered"),
        pytest.param(posts() | {"imported": True}, PROJECT, None, id="history"),
        pytest.param({"posts": None}, PROJECT, None, id="not-known"),
        pytest.param(posts(), SHORT, None, id="a-short-course-is-for-no-posts"),
        pytest.param(posts(), terms_with(PROJECT, posts_missing_is="hold"), "hold", id="as-the-terms-say"),
    ],
)
def test_a_class_that_is_held_for_posts_has_some_when_it_is_filed(facts: dict[str, Any], terms: Terms, effect: str | None) -> None:
    assert effect_of("posts_missing", terms=terms, claim=class_with(**facts)) == effect


@pytest.mark.parametrize(
    ("from_on", "until_on", "payee", "effect"),
    [
        pytest.param(date(2025, 4, 8), None, "organiser", "hold", id="from-the-first-day"),
        pytest.param(date(2025, 4, 9), date(2025, 5, 5), "organiser", None, id="between-the-first-day-and-the-claim"),
        pytest.param(date(2025, 1, 1), date(2025, 4, 7), "organiser", None, id="over-the-day-before"),
        pytest.param(date(2025, 5, 6), None, "organiser", "hold", id="from-the-day-of-the-claim"),
        pytest.param(date(2025, 5, 7), None, "organiser", None, id="from-the-day-after-the-claim"),
        pytest.param(date(2025, 4, 8), None, "trainee", "note", id="a-trainees-own-money"),
    ],
)
def test_what_is_supported_no_more_is_held(from_on: date, until_on: date | None, payee: Any, effect: str | None) -> None:
    stops = (Stop("support_stopped", "KL-CS-2025-000001", from_on, until_on),)
    assert effect_of("support_stopped", terms=terms_with(payee=payee), claim=class_with(stops=stops)) == effect


@pytest.mark.parametrize(
    ("from_on", "said"),
    [
        pytest.param(date(2025, 4, 8), "于 2025-04-08 停止支持(自 2025-04-08 起)", id="on-the-first-day"),
        pytest.param(date(2025, 5, 6), "于 2025-05-06 停止支持(自 2025-05-06 起)", id="on-the-day-of-the-claim"),
    ],
)
def test_a_stopped_support_is_told_of_a_day_on_which_it_was_stopped(from_on: date, said: str) -> None:
    of_class = class_with(stops=(Stop("support_stopped", "KL-CS-2025-000001", from_on),))
    assert findings_of(claim=of_class)["support_stopped"].seen.endswith(said)
    line = line_with(certificate=CertificateFacts("1", "1", "trainee-1", "skill_level", None, None, FIRST_DAY, "某机构"))
    alone = replace(CLAIM, class_facts=None, lines=(line,), applicant=ApplicantFacts("1", "某机构", (Barred("support_stopped", from_on),)))
    [(_, finding)] = applicant_barred(alone, terms_with(age_counted_on="certificate_issue"))
    assert finding.seen == f"某机构 {said}"


def test_a_complaint_that_is_looked_into_holds_everybody() -> None:
    claim = class_with(stops=(Stop("complaint_open", "KL-TS-2025-000001", LAST_DAY),))
    assert effect_of("complaint_open", terms=terms_with(payee="trainee"), claim=claim) == "hold"
