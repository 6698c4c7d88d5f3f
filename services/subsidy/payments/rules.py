"""What is wrong with a batch that was asked for, or with the bank's answers: every fault at once, under the problem of the first."""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import Row

from services.subsidy.claims.errors import ClaimInBatch, ClaimOnHold, TermsUnconfirmed
from services.subsidy.claims.policy import on_hold
from services.subsidy.codes import Payee, PaymentStatus
from services.subsidy.payments.errors import (
    NAMED_TWICE,
    PAID_BEFORE_EXPORT,
    PAID_IN_FUTURE,
    RETURNED_OUTSIDE,
    ClaimOfOtherFund,
    NothingToPay,
    PayeeAccountChanged,
    PayeeAccountMissing,
    PaymentSettled,
)
from services.subsidy.payments.policy import ACCOUNT_CHANGED, ACCOUNT_MISSING, ON_HOLD, SHARED_ACCOUNT, Due, Sending
from services.subsidy.payments.schemas import BankResults, PaymentResult, ReturnIn
from services.subsidy.payments.tables import Payment
from services.subsidy.schemes.errors import SamePerson
from shared import codes, errors
from shared.steps import Refusal

Faults = Iterator[errors.Fault]
PROBLEMS = (
    errors.InvalidState,
    ClaimOnHold,
    ClaimInBatch,
    ClaimOfOtherFund,
    NothingToPay,
    SamePerson,
    TermsUnconfirmed,
    PayeeAccountMissing,
    PayeeAccountChanged,
    PaymentSettled,
)
WHY_LEFT_OUT = {
    ON_HOLD: "申领单已暂缓。解除暂缓后放入下一批次。",
    ACCOUNT_MISSING: "没有登记银行账户。补充后放入下一批次。",
    ACCOUNT_CHANGED: "建立批次后银行账户有变更。请核实变更后放入下一批次。",
    SHARED_ACCOUNT: "同一账户登记在多人名下,或与机构账户相同。申领单已暂缓,请复审人员核实。",
}
KINDS: dict[str, type[errors.Problem]] = {kind.code: kind for kind in PROBLEMS}


def refuse(faults: Sequence[errors.Fault]) -> None:
    """Nothing where there is no fault."""
    if faults:
        first = faults[0]
        told = "".join(f"{fault.seen or ''}:{fault.fix}" for fault in faults[:3]) + (f"(共 {len(faults)} 处)" if len(faults) > 3 else "")
        raise KINDS.get(first.code, errors.Invalid)(told, faults=faults)


def names(named: Sequence[UUID], known: Collection[UUID], pointer: str, unknown: str) -> Faults:
    """Ids that are unknown or listed twice."""
    seen = set[UUID]()
    for position, each in enumerate(named):
        if each in seen:
            yield errors.Fault(NAMED_TWICE, pointer=f"{pointer}/{position}", seen=str(each), fix="请只保留一次。")
        elif each not in known:
            yield errors.Fault(unknown, pointer=f"{pointer}/{position}", seen=str(each), fix="请核对编号。")
        seen.add(each)


def claims(
    claims: Sequence[Row[Any]],
    fund_id: UUID,
    pointers: Mapping[UUID, str],
    why_not: Mapping[UUID, Refusal],
    on_the_way: Mapping[UUID, str],
    with_money_due: Collection[UUID],
    today: date,
) -> Faults:
    """Claims that cannot be in a new batch of this fund; the first reason of each."""
    for claim in claims:
        fault = claim_to_pay(claim, fund_id, why_not.get(claim.id), held(claim, today))
        if fault is None and claim.id not in with_money_due:
            fault = (
                in_batch(on_the_way[claim.id])
                if claim.id in on_the_way
                else Refusal(NothingToPay.code, "没有应付款项。请从批次中去掉该申领单。")
            )
        if fault is not None:
            yield errors.Fault(
                fault.code, pointer=pointers.get(claim.id), seen=f"申领单 {claim.number}", fix=fault.detail, about=("claim", claim.id)
            )


def in_batch(number: str) -> Refusal:
    return Refusal(ClaimInBatch.code, f"已在批次 {number} 中。请等待银行回执,或作废尚未导出的批次。")


def exported_claims(claims: Sequence[Row[Any]], fund_id: UUID, why_not: Mapping[UUID, Refusal], today: date) -> Faults:
    """Claims that left the state of approval since the batch was made, or that this person may not pay. What is on hold is left out of the file and holds
    up nobody else, unless all is."""
    holds = {claim.id: hold for claim in claims if (hold := held(claim, today))}
    all_held = len(holds) == len(claims)
    for claim in claims:
        if fault := claim_to_pay(claim, fund_id, why_not.get(claim.id), holds[claim.id] if all_held else None):
            fix = fault.detail if fault.code == SamePerson.code else f"{fault.detail}请作废本批次,去掉该申领单后重建。"
            yield errors.Fault(fault.code, seen=f"申领单 {claim.number}", fix=fix, about=("claim", claim.id))


def own_work(claims: Sequence[Row[Any]], why_not: Mapping[UUID, Refusal]) -> Faults:
    """Claims that this person submitted or reviewed: the bank's answers for them are another's to register."""
    for claim in claims:
        if (fault := why_not.get(claim.id)) and fault.code == SamePerson.code:
            yield errors.Fault(fault.code, seen=f"申领单 {claim.number}", fix=fault.detail, about=("claim", claim.id))


def claim_to_pay(claim: Row[Any], fund_id: UUID, why_not: Refusal | None, hold: Refusal | None) -> Refusal | None:
    """Why the claim cannot be paid from this fund, by this person: its state, its fund, a hold, four eyes."""
    if why_not and why_not.code == errors.InvalidState.code:
        return why_not
    if claim.fund_id != fund_id:
        return Refusal(ClaimOfOtherFund.code, "该申领单属于另一笔资金。请按资金分别建立批次。")
    return hold or why_not


def held(claim: Row[Any], today: date) -> Refusal | None:
    hold = on_hold(claim.holds, today)
    return Refusal(ClaimOnHold.code, f"已暂缓:{hold['reason']}。请解除暂缓后再付款。") if hold else None


def accounts(dues: Sequence[Due], names: Mapping[UUID, str], numbers: Mapping[UUID, str], pointers: Mapping[UUID, str]) -> Faults:
    """Payees none of whom has a bank account."""
    for each in dues:
        where = "培训机构" if each.payee_kind == Payee.ORGANISER else "学员"
        yield errors.Fault(
            PayeeAccountMissing.code,
            pointer=pointers.get(each.claim_id),
            seen=f"申领单 {numbers[each.claim_id]}",
            fix=f"请在{where}登记中补充{names.get(each.payee_id, '')}的银行账户。",
            more={"payee_id": str(each.payee_id)},
            about=("claim", each.claim_id),
        )


def nothing_goes_out(sending: Sequence[Sending], kept_back: Mapping[UUID, str]) -> Faults:
    """Nothing of the batch can go to the bank: the reason of each payment."""
    if len(kept_back) == len(sending):
        for each in sending:
            yield errors.Fault(kept_back[each.id], fix=WHY_LEFT_OUT[kept_back[each.id]], more={"payment_id": str(each.id)})


def returned_between(body: ReturnIn, paid_on: date, today: date) -> Faults:
    """Money comes back after it was paid, and not on a day to come."""
    if not paid_on <= body.returned_on <= today:
        yield errors.Fault(
            RETURNED_OUTSIDE,
            pointer="/returned_on",
            seen=str(body.returned_on),
            allowed=f"{paid_on} 至 {today}",
            fix="请核对银行退回凭证上的日期。",
        )


def paid_before_now(body: BankResults, today: date) -> Faults:
    """Nothing was paid on a day to come."""
    yield from _paid_on_a_day(body, lambda on: on > today, PAID_IN_FUTURE, f"≤ {today}", f"不得晚于 {today}。")


def paid_after_export(body: BankResults, exported_on: date | None) -> Faults:
    """The bank pays from the file that was exported to it."""
    fix = f"银行文件于 {exported_on} 导出,支付不会早于这一天。"
    yield from _paid_on_a_day(body, lambda on: exported_on is not None and on < exported_on, PAID_BEFORE_EXPORT, f"≥ {exported_on}", fix)


def _paid_on_a_day(body: BankResults, wrong: Callable[[date], bool], code: str, allowed: str, fix: str) -> Faults:
    for position, each in enumerate(body.results):
        if each.paid_on is not None and wrong(each.paid_on):
            at = f"/results/{position}/paid_on"
            yield errors.Fault(code, pointer=at, seen=str(each.paid_on), allowed=allowed, fix=f"{fix}请核对银行回单。")


def came_back(result: PaymentResult, payment: Payment, today: date) -> bool:
    """Whether the bank says so of a payment that it had made."""
    return (
        payment.paid_on is not None
        and payment.paid_on <= today
        and (payment.status, result.result) == (PaymentStatus.PAID, PaymentStatus.BOUNCED)
    )


def settled(results: Sequence[PaymentResult], payments: Mapping[UUID, Payment], today: date) -> Faults:
    """Answers for payments that have their answer already. Only what was paid has another one: that it came back."""
    for position, each in enumerate(results):
        payment = payments[each.payment_id]
        if payment.status != PaymentStatus.EXPORTED and not came_back(each, payment, today):
            seen = codes.label("payment_status", payment.status)
            yield errors.Fault(PaymentSettled.code, pointer=f"/results/{position}", seen=seen, fix="已有银行回执,请去掉这一笔。")
