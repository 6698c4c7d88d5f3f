"""The rules: one small function a finding code, and the tables of all of them.

All rules speak; none stops another. A rule says nothing (None) where its figure is not set or its facts do not arise.
"""

from collections.abc import Callable, Iterator

from services.subsidy.judging.facts import Case, ClaimFacts
from services.subsidy.judging.findings import Finding
from services.subsidy.judging.rules import claim, classes, earlier, institution, papers, trainee, training
from services.subsidy.schemes.policy import Terms

LineRule = Callable[[Case], Finding | None]

LINE_RULES: tuple[LineRule, ...] = (
    trainee.age_below_limit,
    trainee.age_above_limit,
    trainee.category_not_eligible,
    trainee.status_excluded,
    trainee.status_unverified,
    trainee.trainer_on_roster,
    trainee.ability_not_stated,
    training.class_not_completed,
    training.attendance_too_low,
    training.attendance_impossible,
    training.headcount_differs,
    training.overlapping_class,
    earlier.already_subsidised,
    earlier.lower_level_after_higher,
    earlier.yearly_limit_reached,
    papers.certificate_missing,
    papers.certificate_invalid,
    papers.certificate_out_of_scope,
    papers.certificate_too_old,
    papers.certificate_burst,
    papers.order_missing,
    papers.retention_not_met,
    papers.terms_unconfirmed,
)

ClaimRule = Callable[[ClaimFacts, Terms], Finding | None]

CLAIM_RULES: tuple[ClaimRule, ...] = (
    claim.fund_not_allowed,
    institution.institution_not_designated,
    institution.institution_blacklisted,
    institution.institution_suspended,
    institution.institution_exited,
    classes.class_too_short,
    classes.class_too_long,
    classes.class_filed_late,
    classes.trade_not_filed,
    classes.trade_not_allowed,
)

RosterRule = Callable[[ClaimFacts, Terms], Iterator[tuple[int, Finding]]]

ROSTER_RULES: tuple[RosterRule, ...] = (claim.duplicate_line, claim.shared_bank_account, claim.roster_reused)
