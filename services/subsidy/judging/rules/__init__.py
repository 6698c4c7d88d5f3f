"""The rules: one small function a finding code, and the tables of all of them.

All rules speak; none stops another. A rule says nothing (None) where its figure is not set or its facts do not arise; a rule of one line is not even
asked where that is so of the whole claim.
"""

from collections.abc import Callable, Iterator
from operator import attrgetter
from typing import NamedTuple

from services.subsidy.judging.cases import Case
from services.subsidy.judging.facts import ClaimFacts
from services.subsidy.judging.findings import Finding
from services.subsidy.judging.rules import claim, classes, earlier, institution, papers, trainee, training
from services.subsidy.schemes.policy import Terms

LineRule = Callable[[Case], Finding | None]
ClaimRule = Callable[[ClaimFacts, Terms], Finding | None]
RosterRule = Callable[[ClaimFacts, Terms], Iterator[tuple[int, Finding]]]


class OfLine(NamedTuple):
    """A rule of one line. It has something to say only where a line has one of `facts` and the terms set one of `figures`, if any are named."""

    says: LineRule
    facts: tuple[str, ...] = ()
    figures: tuple[str, ...] = ()


LINE_RULES: tuple[OfLine, ...] = (
    OfLine(trainee.age_below_limit),
    OfLine(trainee.age_above_limit, figures=("age_at_most", "until_retirement_age")),
    OfLine(trainee.category_not_eligible, figures=("categories",)),
    OfLine(trainee.status_excluded, facts=("statuses",)),
    OfLine(trainee.status_unverified, figures=("excluded_statuses",)),
    OfLine(trainee.trainer_on_roster, facts=("trains_this_class", "teaches_institution")),
    OfLine(trainee.ability_not_stated, figures=("ability_required",)),
    OfLine(training.class_not_completed),
    OfLine(training.attendance_too_low, figures=("attendance_percent_at_least",)),
    OfLine(training.overlapping_class, facts=("overlaps",)),
    OfLine(earlier.already_subsidised, facts=("priors",)),
    OfLine(earlier.came_back, facts=("came_back",)),
    OfLine(earlier.lower_level_after_higher, facts=("priors",)),
    OfLine(earlier.yearly_limit_reached, facts=("priors",)),
    OfLine(papers.certificate_missing, figures=("certificate_required",)),
    OfLine(papers.certificate_invalid, facts=("certificate", "unknown_certificate_id")),
    OfLine(papers.certificate_out_of_scope, facts=("certificate",)),
    OfLine(papers.certificate_too_old, facts=("certificate",), figures=("certificate_months_at_most",)),
    OfLine(papers.certificate_burst, facts=("certificate",)),
    OfLine(papers.order_missing),
    OfLine(papers.retention_not_met, facts=("placement",)),
    OfLine(papers.placement_doubtful, facts=("placement",)),
    OfLine(papers.terms_unconfirmed, figures=("rate_open",)),
    OfLine(papers.rate_not_listed, figures=("table_is_whole",)),
)

CLAIM_RULES: tuple[ClaimRule, ...] = (
    claim.fund_not_allowed,
    institution.institution_not_designated,
    institution.institution_blacklisted,
    institution.institution_suspended,
    institution.institution_exited,
    institution.support_stopped,
    institution.complaint_open,
    classes.class_too_short,
    classes.class_too_long,
    classes.class_filed_late,
    classes.posts_missing,
    classes.trade_not_filed,
    classes.trade_not_allowed,
)

ROSTER_RULES: tuple[RosterRule, ...] = (
    claim.duplicate_line,
    claim.shared_bank_account,
    claim.roster_reused,
    institution.applicant_barred,
    training.attendance_impossible,
    training.headcount_differs,
)

_FACTS = {name: attrgetter(name) for rule in LINE_RULES for name in rule.facts}


def of_line(claim: ClaimFacts, terms: Terms) -> list[LineRule]:
    """The rules of one line that can have something to say in this claim."""
    told = {name for name, of in _FACTS.items() if any(map(of, claim.lines))}
    return [
        rule.says
        for rule in LINE_RULES
        if (not rule.facts or not told.isdisjoint(rule.facts)) and (not rule.figures or any(_is_set(terms, name) for name in rule.figures))
    ]


def _is_set(terms: Terms, figure: str) -> bool:
    value = getattr(terms, figure)
    return value is not None and value is not False
