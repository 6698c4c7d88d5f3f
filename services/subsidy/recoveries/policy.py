"""The life of a recovery, and of whom how much is asked back: pure decisions."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID

from services.subsidy.codes import RecoveryStatus
from shared.codes import named
from shared.steps import Machine, Step, by

FINANCE, REVIEWER = frozenset({"finance"}), frozenset({"reviewer"})
MACHINE = Machine(
    "追回",
    named("recovery_status"),
    (
        Step("accept", "采纳追回建议", by(FINANCE, RecoveryStatus.PROPOSED), to=RecoveryStatus.RECOVERING),
        Step("dismiss", "不予追回", by(REVIEWER, RecoveryStatus.PROPOSED), to=RecoveryStatus.DISMISSED),
        Step("confirm", "登记到账", by(FINANCE, RecoveryStatus.RECOVERING)),
    ),
)
NOTHING = Decimal("0.00")
FACTS, CERTIFICATE = CAUSES = ("facts", "certificate")  # what proposes that money be asked back
ALSO = {FACTS: "判定之后事实另有变化", CERTIFICATE: "所附证书已撤销"}


@dataclass(frozen=True, slots=True)
class Held:
    """What the person of a line was paid and is not asked to give back yet, in yuan."""

    position: int
    trainee_id: UUID
    yuan: Decimal


@dataclass(frozen=True, slots=True)
class Proposal:
    """What one cause proposes to ask back of a claim: by position, of whom how many yuan; none: nothing (any more)."""

    fund_id: UUID
    reason: str
    shares: dict[int, tuple[UUID, Decimal]]


@dataclass(frozen=True, slots=True)
class Share:
    """What is asked back of one line, and what proposes it; None: a person."""

    trainee_id: UUID
    yuan: Decimal
    cause: str | None = None


def beside(proposal: Proposal, cause: str, open_now: Mapping[int, Share]) -> tuple[str, dict[int, Share]]:
    """What a claim's one proposal comes to, and why, when a cause proposes this: what others propose stays, and of a line that two propose the more."""
    found = {position: share for position, share in open_now.items() if share.cause != cause}
    reasons = [proposal.reason] * bool(proposal.shares) + sorted({ALSO[share.cause] for share in found.values() if share.cause})
    for position, (trainee_id, yuan) in proposal.shares.items():
        if position not in found or found[position].yuan < yuan:
            found[position] = Share(trainee_id, yuan, cause)
    return ";".join(reasons), found


def shares(held: Sequence[Held], amount: Decimal, named: Mapping[UUID, Decimal] | None) -> list[tuple[Held, Decimal]]:
    """How much is asked back of each line: of the persons named what is said, else of one after the other, in the order of the lines, until the amount is
    reached. What cannot be shared out is missing from the sum."""
    left = dict(named) if named is not None else None
    found, total = [], amount
    for each in held:
        most = min(each.yuan, total) if left is None else min(each.yuan, left.get(each.trainee_id, NOTHING))
        if most > 0:
            found.append((each, most))
        if left is None:
            total -= most
        elif each.trainee_id in left:
            left[each.trainee_id] -= most
    return found
