"""Who is barred on which day, and what may then be done: both sides of every limit."""

from datetime import date, timedelta
from typing import Any

import pytest

from services.registry.codes import InstitutionStatus
from services.registry.institutions.institutions import policy
from services.registry.institutions.institutions.policy import Absence, Blacklisting
from shared.steps import Doer

FROM, UNTIL, BACK = date(2025, 4, 1), date(2025, 9, 30), date(2025, 7, 1)
DAY = timedelta(days=1)
REVIEWER = Doer("reviewer", "someone")


@pytest.mark.parametrize(
    ("until_on", "reinstated_on", "last"),
    [
        pytest.param(None, None, None, id="without-an-end"),
        pytest.param(UNTIL, None, UNTIL, id="its-own-term"),
        pytest.param(None, BACK, BACK - DAY, id="the-day-before-it-was-lifted"),
        pytest.param(UNTIL, BACK, BACK - DAY, id="lifted-before-its-term"),
        pytest.param(BACK, UNTIL, BACK, id="over-before-it-was-lifted"),
    ],
)
def test_it_bars_from_its_first_day_to_its_last(until_on: date | None, reinstated_on: date | None, last: date | None) -> None:
    bar = Blacklisting(FROM, until_on, reinstated_on)
    assert policy.last_day(bar) == last
    assert [policy.holds(bar, day) for day in (FROM - DAY, FROM)] == [False, True]
    assert policy.holds(bar, last or date.max) and (last is None or not policy.holds(bar, last + DAY))


@pytest.mark.parametrize(
    ("listings", "may_list", "may_lift"),
    [
        pytest.param([], True, False, id="never-listed"),
        pytest.param([Blacklisting(FROM, None, None)], False, True, id="listed-without-an-end"),
        pytest.param([Blacklisting(FROM, UNTIL, None)], True, True, id="listed-for-a-term"),
        pytest.param([Blacklisting(FROM, None, FROM + DAY)], True, False, id="lifted"),
        pytest.param(
            [Blacklisting(FROM, None, FROM + DAY), Blacklisting(FROM + DAY, None, None)], False, True, id="lifted-and-listed-anew"
        ),
    ],
)
def test_who_is_listed_without_an_end_is_not_listed_again_and_who_is_not_has_nothing_lifted(
    listings: list[Blacklisting], may_list: bool, may_lift: bool
) -> None:
    today = FROM + 2 * DAY
    assert (policy.why_not("blacklist", REVIEWER, [], listings, today) is None) is may_list
    assert (policy.why_not("reinstate", REVIEWER, [], listings, today) is None) is may_lift


SUSPENDED, EXITED = InstitutionStatus.SUSPENDED, InstitutionStatus.EXITED
TODAY = FROM + 2 * DAY


@pytest.mark.parametrize(
    ("absences", "status", "code"),
    [
        ([], "active", None),
        ([Absence(SUSPENDED, FROM)], "suspended", "institution_suspended"),
        ([Absence(SUSPENDED, FROM), Absence(EXITED, TODAY)], "exited", "institution_exited"),
        ([Absence(SUSPENDED, FROM, None, TODAY)], "active", None),
        ([Absence(SUSPENDED, TODAY + DAY)], "active", None),
    ],
)
def test_who_is_suspended_or_gone_takes_no_part(absences: list[Absence], status: str, code: str | None) -> None:
    assert policy.status_on(absences, TODAY) == status
    refusal = policy.barred("甲校", absences, [], TODAY)
    assert (refusal and refusal.code) == code
    listed = policy.barred("甲校", absences, [Blacklisting(TODAY)], TODAY)
    assert listed and listed.code == (code or "institution_blacklisted")


@pytest.mark.parametrize(
    ("absences", "may"),
    [
        pytest.param([Absence(SUSPENDED, FROM)], True, id="suspended"),
        pytest.param([Absence(SUSPENDED, TODAY + DAY)], True, id="suspended-from-tomorrow"),
        pytest.param([Absence(SUSPENDED, FROM, TODAY)], True, id="suspended-to-the-end-of-today"),
        pytest.param([Absence(SUSPENDED, FROM, TODAY - DAY)], False, id="over-yesterday"),
        pytest.param([Absence(SUSPENDED, FROM, None, TODAY + DAY)], True, id="to-be-lifted-tomorrow"),
        pytest.param([Absence(SUSPENDED, FROM, None, TODAY)], False, id="lifted-today"),
        pytest.param([Absence(EXITED, FROM)], False, id="gone-is-not-repaired"),
    ],
)
def test_a_suspension_that_is_not_over_can_be_repaired(absences: list[Absence], may: bool) -> None:
    refusal = policy.why_not("reinstate", REVIEWER, absences, [], TODAY)
    assert (refusal is None) is may
    assert policy.allowed_actions(REVIEWER, absences, [], TODAY)["reinstate"] == refusal


def period(from_on: date | None = None, until_on: date | None = None) -> dict[str, str | None]:
    return {"from_on": from_on and str(from_on), "until_on": until_on and str(until_on)}


@pytest.mark.parametrize(
    ("kept", "above", "since", "found"),
    [
        pytest.param([], True, FROM, [period(FROM)], id="above-since-then"),
        pytest.param([], True, None, [period()], id="above-and-nobody-knows-since-when"),
        pytest.param([], False, None, [], id="below-as-ever"),
        pytest.param([period(None, FROM)], True, TODAY, [period(None, FROM), period(TODAY)], id="above-again"),
        pytest.param(
            [period(UNTIL), period(BACK)], True, TODAY, [period(UNTIL), period(BACK), period(TODAY, BACK - DAY)], id="until-the-next-begins"
        ),
        pytest.param(
            [period(None, FROM), period(FROM, FROM), period(BACK)],
            True,
            TODAY,
            [period(None, FROM), period(FROM, FROM), period(BACK), period(TODAY, BACK - DAY)],
            id="what-is-over-is-not-the-next",
        ),
        pytest.param([period(FROM)], True, TODAY, [period(FROM)], id="above-already"),
        pytest.param([period(TODAY, TODAY)], True, FROM, [period(TODAY, TODAY)], id="above-today-alone"),
        pytest.param([period(FROM)], False, None, [period(FROM, TODAY - DAY)], id="above-until-yesterday"),
        pytest.param([period()], False, None, [period(None, TODAY - DAY)], id="above-until-yesterday-since-nobody-knows-when"),
        pytest.param([period(TODAY)], False, None, [], id="began-today-and-is-not-so"),
        pytest.param([period(UNTIL), period(FROM)], False, None, [period(FROM, TODAY - DAY)], id="what-was-to-come-falls-away"),
        pytest.param(
            [period(None, FROM), period(FROM)], False, None, [period(None, FROM), period(FROM, TODAY - DAY)], id="what-was-over-stays"
        ),
        pytest.param([period(UNTIL)], False, None, [period(UNTIL)], id="not-above-yet"),
    ],
)
def test_periods_above_scale_change_from_today(kept: list[Any], above: bool, since: date | None, found: list[Any]) -> None:
    assert policy.scale_from(kept, TODAY, above=above, since=since) == found


@pytest.mark.parametrize(
    ("kind", "above_scale", "status", "exemptions", "answer"),
    [
        ("enterprise", True, "active", [], (True, None)),
        ("enterprise", True, "suspended", [], (True, None)),
        ("training_school", True, "active", [], (False, "不是企业")),
        ("enterprise", False, "active", [], (False, "当日不在规模以上期间")),
        ("enterprise", True, "exited", [], (False, "当日已退出")),
        ("enterprise", True, "active", ["停产", "在建"], (False, "停产")),
    ],
)
def test_which_enterprise_must_file(
    kind: str, above_scale: bool, status: str, exemptions: list[str], answer: tuple[bool, str | None]
) -> None:
    assert policy.filing_eligible(kind, above_scale=above_scale, status=status, exemptions=exemptions) == answer
