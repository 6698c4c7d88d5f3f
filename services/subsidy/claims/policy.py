"""The life of a claim: its states, who may take which step from where to where, whose work must be different persons', and what holds it."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any

from services.subsidy.codes import ClaimMessage, ClaimStatus
from shared.codes import label, named
from shared.steps import Machine, Step, by

DRAFT, SUBMITTED, REVIEWED, IN_NOTICE, APPROVED, PAID = (
    ClaimStatus.DRAFT,
    ClaimStatus.SUBMITTED,
    ClaimStatus.REVIEWED,
    ClaimStatus.IN_NOTICE,
    ClaimStatus.APPROVED,
    ClaimStatus.PAID,
)
APPLICANTS = frozenset({"institution", "person", "town", "officer"})  # a town and an officer on behalf of a person
APPLICANT_S = frozenset(
    {"edit", "submit", "withdraw", "attach", "supplement"}
)  # steps of whoever has entered the claim, and of nobody else who sees it
LEAVES_APPROVAL = frozenset({"return", "reject", "withdraw", "close"})  # steps by which what was set aside is given back
EDITABLE = frozenset({DRAFT, ClaimStatus.RETURNED})
UNDER_REVIEW = frozenset({SUBMITTED, REVIEWED, IN_NOTICE})
OPEN = UNDER_REVIEW | {APPROVED}  # money may still go out, so a hold stops something
WITH_MONEY = frozenset({APPROVED, PAID, ClaimStatus.RECOVERING, ClaimStatus.RECOVERED})  # money of it is set aside or was paid
JUDGED_ANEW = OPEN | WITH_MONEY  # claims that new facts may concern
NOT_COUNTED = frozenset({DRAFT, ClaimStatus.REJECTED, ClaimStatus.WITHDRAWN})  # claims in these states hold no entitlement

_REJECTED_BY = by(["officer"], SUBMITTED, REVIEWED) | by(["reviewer"], REVIEWED, IN_NOTICE) | by(["finance"], APPROVED)
_RETURNED_BY = by(["officer", "reviewer"], *UNDER_REVIEW) | by(["finance"], IN_NOTICE, APPROVED)  # whoever finds the fault
MACHINE = Machine(
    "申领单",
    named("claim_status"),
    (
        Step("edit", "修改", by(APPLICANTS, *EDITABLE), part="submit"),
        Step("submit", "提交", by(APPLICANTS, *EDITABLE), to=SUBMITTED, part="submit"),
        Step("attach", "补交材料", by(APPLICANTS, *UNDER_REVIEW)),
        Step("withdraw", "撤回", by(APPLICANTS, *EDITABLE, *OPEN), to=ClaimStatus.WITHDRAWN),
        Step("review", "初审", by(["officer"], SUBMITTED), to=REVIEWED, part="first_review"),
        Step("confirm", "复审", by(["reviewer"], REVIEWED), to=IN_NOTICE, part="second_review"),
        Step("approve", "批准", by(["finance"], IN_NOTICE), to=APPROVED, part="payment"),
        Step("return", "退回补正", _RETURNED_BY, to=ClaimStatus.RETURNED),
        Step("reject", "不予通过", _REJECTED_BY, to=ClaimStatus.REJECTED),
        Step("hold", "暂缓", by(["officer", "reviewer"], *OPEN)),
        Step("release", "解除暂缓", by(["reviewer"], *OPEN)),
        Step("resolve", "处理待核实人员", by(["reviewer"], *UNDER_REVIEW), part="second_review"),
        Step("payment", "拨付", by(["finance"], APPROVED), to=PAID, part="payment"),
        Step("close", "办结", by(["finance"], APPROVED)),
        Step("supplement", "申领补差", by(APPLICANTS, *WITH_MONEY)),
        Step("recover", "追回", by(["finance"], APPROVED, PAID, ClaimStatus.RECOVERING, ClaimStatus.RECOVERED)),
    ),
    parts={"submit": "提交", "first_review": "初审", "second_review": "复审", "payment": "拨付"},
)
ELSEWHERE = frozenset({"payment"})  # taken by a payment batch, not on the claim itself
ENTERED = "create"  # whoever enters a claim at the bureau has done the applicant's part of it, whoever submits it
PART_OF = {step.action: step.part for step in MACHINE.steps if step.part} | {ENTERED: "submit"}

EVENTS = {
    "edit": "edited",
    "submit": "submitted",
    "withdraw": "withdrawn",
    "attach": "attached",
    "review": "reviewed",
    "confirm": "confirmed",
    "approve": "approved",
    "return": "returned",
    "reject": "rejected",
    "hold": "held",
    "release": "released",
    "resolve": "resolved",
    "split": "split",
    "appeal": "begun_again",
    "resubmit": "submitted",
    "close": "closed",
    "recover": "recovering",
    "supplement": "supplemented",
}


MESSAGES = {  # events of which people are told in a short text; others are told where they happen
    "claim.returned": ClaimMessage.CLAIM_RETURNED,
    "claim.rejected": ClaimMessage.CLAIM_REJECTED,
    "claim.paid": ClaimMessage.CLAIM_PAID,
    "claim.payment_answered": ClaimMessage.PAYMENT_ANSWERED,
    "claim.payment_returned": ClaimMessage.PAYMENT_RETURNED,
}


def message(code: ClaimMessage | None, number: str) -> dict[str, Any]:
    """What an event says for a sender of short texts: the code, what stands in its text, and the text. Nobody is named: to whom it goes the sender finds on
    the claim, an institution's or its people's."""
    if code is None:
        return {}
    said = {"number": number}
    return {"message": {"code": code, "parameters": said, "text": label("claim_message", code).format(**said)}}


def by_money(amount: Decimal, given_up: Decimal, paid: Decimal, asked_back: Decimal, received: Decimal) -> ClaimStatus:
    """The state of a claim that was approved, by its money alone (yuan): what is left to pay, what is asked back of it, what of that has come in."""
    if amount - given_up - paid > 0:
        return ClaimStatus.APPROVED
    if asked_back > received:
        return ClaimStatus.RECOVERING
    return ClaimStatus.RECOVERED if received > 0 else ClaimStatus.PAID


# Holds. A claim has any number of them, as JSON: `code`, `reason`, `since_at`, by whom it is ended, and the days on which it stands (null: any day).

BY_REVIEWER, BY_FACTS, BY_REGISTER = "reviewer", "facts", "register"  # who ends it: a person alone; facts that change back; the blacklist
BY_MEASURE = "measure"  # the measure of its `number`, when it is voided
ENDED_BY = (BY_REVIEWER, BY_FACTS, BY_REGISTER, BY_MEASURE)  # the code shown is that of the hold that is hardest to end
STANDING = "$[*] ? ((@.from_on == null || @.from_on <= $today) && (@.until_on == null || @.until_on >= $today))"


def a_hold(
    code: str, reason: str, now: datetime, ended_by: str = BY_REVIEWER, from_on: date | None = None, until_on: date | None = None
) -> dict[str, Any]:
    """`from_on`, `until_on`: its first and last day. One that begins later stands since that morning."""
    since_at = max(now, datetime.combine(from_on, time(), now.tzinfo)) if from_on else now
    return {
        "code": code,
        "reason": reason,
        "since_at": since_at.isoformat(),
        "ended_by": ended_by,
        "from_on": from_on and from_on.isoformat(),
        "until_on": until_on and until_on.isoformat(),
    }


def stands(hold: Mapping[str, Any], today: date) -> bool:
    """What `STANDING` says in SQL."""
    return (hold["from_on"] or "") <= today.isoformat() <= (hold["until_on"] or "9999")


def on_hold(holds: Sequence[Mapping[str, Any]], today: date) -> Mapping[str, Any] | None:
    """What a claim is held for today, as one hold with all the reasons; None: nothing."""
    standing = sorted((each for each in holds if stands(each, today)), key=lambda each: ENDED_BY.index(each["ended_by"]))
    return {**standing[0], "reason": ";".join(each["reason"] for each in standing)} if standing else None
