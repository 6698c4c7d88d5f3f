"""What stands against a step that a claim's state allows: its holds, lines, papers, notice and money."""

from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID

from sqlalchemy import and_, false, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.subsidy.claims import papers
from services.subsidy.claims.errors import ClaimInBatch, ClaimOnHold, HeldLinesOpen, TermsUnconfirmed
from services.subsidy.claims.policy import BY_REVIEWER, on_hold
from services.subsidy.claims.tables import Claim, Line
from services.subsidy.codes import Effect, FindingCode, LineVerdict
from services.subsidy.funds.operations import NOTHING
from services.subsidy.notices import operations as notices
from shared import errors
from shared.access import Call

_line = Line.__table__.c
UNCONFIRMED = and_(  # money by a figure in yuan whose source is not confirmed
    _line.verdict == LineVerdict.ELIGIBLE,
    _line.amount > 0,
    _line.findings.contains([{"code": FindingCode.TERMS_UNCONFIRMED, "effect": Effect.HOLD}]),
)


@dataclass(frozen=True, slots=True)
class Standing:
    """What other papers say of the claim's next steps: its lines, its notice, its fund."""

    held_lines: bool = False
    unconfirmed: bool = False
    sending: Decimal = NOTHING
    paid: Decimal = NOTHING
    asked_back: Decimal = NOTHING
    more_due: Decimal = NOTHING
    notice: errors.Problem | None = None
    money: errors.Problem | None = None


async def of_lines(session: AsyncSession, claim_id: UUID) -> Standing:
    """What the claim's lines say of its next steps."""
    flags = {"held_lines": _line.verdict == LineVerdict.HELD, "unconfirmed": UNCONFIRMED}
    money = {name: _line[f"{name}_yuan"] for name in ("sending", "paid", "asked_back", "more_due")}
    sums = select(
        *(func.coalesce(func.bool_or(each), false()).label(name) for name, each in flags.items()),
        *(func.coalesce(func.sum(each), NOTHING).label(name) for name, each in money.items()),
    )
    return Standing(**(await session.execute(sums.where(_line.claim_id == claim_id))).mappings().one())


def why_not(call: Call, action: str, claim: Claim, at: Standing) -> errors.Problem | None:
    """What stands against a step that its state allows. For approving in the order in which it is settled, the money last."""
    held = on_hold(claim.holds, call.today)
    match action:
        case "hold" if held and held["ended_by"] == BY_REVIEWER:
            return errors.InvalidState("申领单已经暂缓,不必重复办理。")
        case "release" if held is None:
            return errors.InvalidState("申领单没有暂缓,无需解除。")
        case "submit":
            return papers.why_not_submitted(claim, call)
        case "confirm":
            return notices.why_not_posted(call, claim.notice_working_days)
        case "resolve" if not at.held_lines:
            return errors.InvalidState("没有待核实的人员。")
        case "approve" if at.notice is None and held:
            return ClaimOnHold(f"申领单暂缓中:{held['reason']}。请复审人员查明原因后解除暂缓。")
        case "return" | "reject" | "withdraw" | "close" if at.sending:
            return ClaimInBatch("申领单有付款已在拨付批次中。请先等待银行回执,或作废尚未导出的批次。")
        case "return" | "reject" | "withdraw" if at.paid:
            return errors.InvalidState(f"已付出 {at.paid} 元,不能再退回、不予通过或撤回。请追回已付的款项(:recover),其余的办结(:close)。")
        case "close" if claim.amount and not at.paid:
            return errors.InvalidState("款项尚未支付。不再支付的请退回补正或不予通过。")
        case "recover" if at.paid <= at.asked_back:
            return errors.InvalidState("没有已付出而未追回的款项。")
        case "supplement" if not at.more_due:
            return errors.InvalidState("没有已付款而应补差额的人员;事实有更正的,系统重新判定后再申领补差。")
        case "approve":
            lines = HeldLinesOpen() if at.held_lines else TermsUnconfirmed() if at.unconfirmed else None
            return at.notice or lines or papers.why_not_approved(claim, call) or at.money
    return None
