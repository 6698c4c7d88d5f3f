"""The life of an appeal: who may decide it, and what follows for the lines that it is about. Pure decisions."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from services.subsidy.claims.policy import NOT_COUNTED
from services.subsidy.codes import AppealFollows, AppealStatus, ClaimStatus, Effect, FindingCode
from shared.codes import named
from shared.steps import Doer, Machine, Refusal, Step, by, person_of

DECIDERS = frozenset({"officer", "reviewer"})
OFFICES = frozenset({"officer", "town"})  # who may enter an appeal for a person, with their signed paper
MACHINE = Machine("申诉", named("appeal_status"), (Step("decide", "答复", by(DECIDERS, AppealStatus.RECEIVED)),))

# What nobody has twice whatever a person decides: the database itself refuses it. The other claim or line has to go first.
NEVER_OVERCOME = frozenset({FindingCode.ALREADY_SUBSIDISED, FindingCode.DUPLICATE_LINE})


def may_be_appealed(status: str) -> bool:
    """Once it was submitted, for ever; what the applicant still has, or took back, they change or make anew."""
    return status not in NOT_COUNTED - {ClaimStatus.REJECTED}


def own_work(doer: Doer, made_by: str, done: Iterable[Any]) -> Refusal | None:
    """Whoever took any step of the claim, or made the appeal, does not decide it."""
    if doer.person == made_by or any(doer.person == person_of(step.person_id, step.actor) for step in done):
        return Refusal("same_person", "本申领单有步骤(或本申诉)由您办理,申诉须由没有经手过的人员答复。")
    return None


def begin_again(status: str, lines: Sequence[Any]) -> list[Any]:
    """Of the lines that an appeal is about, those that are judged anew when it is upheld: all that the bank has neither been sent nor paid. Nothing is left
    to judge of a claim that was withdrawn."""
    if status == ClaimStatus.WITHDRAWN:
        return []
    return [line for line in lines if not line.sending_yuan and not line.paid_yuan]


def may_be_made_up(claim: Any, lines: Sequence[Any]) -> bool:
    """Whether the bank has paid any that nobody asks back whole: what is due beyond is a supplement's. A supplement has none of its own."""
    return claim.supplement_of_id is None and any(line.paid_yuan > line.asked_back_yuan for line in lines)


def follows(everyone: Sequence[Any], again: Sequence[Any]) -> AppealFollows:
    """A claim that is begun again in all its lines stays one paper; others of its people are not held up by one."""
    if not again:
        return AppealFollows.NOTHING
    return AppealFollows.JUDGED_ANEW if len(again) == len(everyone) else AppealFollows.NEW_CLAIM


def overcome(findings: Iterable[Mapping[str, Any]]) -> list[FindingCode]:
    """What refused a line and, once its appeal is upheld, holds it for a reviewer instead."""
    return sorted({FindingCode(each["code"]) for each in findings if each["effect"] == Effect.REFUSE} - NEVER_OVERCOME)
