"""What is wrong with a batch that was asked for, or with the bank's answers: every fault at once, under the problem of the first."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import Row

from services.subsidy.claims.errors import ClaimOnHold
from services.subsidy.payments import claim_steps
from services.subsidy.payments.errors import (
    NAMED_TWICE,
    PAID_IN_FUTURE,
    PAYMENT_UNKNOWN,
    ClaimInBatch,
    ClaimOfOtherFund,
    NothingToPay,
    PayeeAccountMissing,
    PaymentSettled,
)
from services.subsidy.payments.policy import PAYMENT_STATUSES, Due
from services.subsidy.payments.schemas import PaymentResult
from services.subsidy.schemes.errors import SamePerson
from shared import errors

Faults = list[errors.Fault]
KINDS: dict[str, type[errors.Problem]] = {
    kind.code: kind
    for kind in (
        errors.InvalidState,
        ClaimOnHold,
        ClaimInBatch,
        ClaimOfOtherFund,
        NothingToPay,
        SamePerson,
        PayeeAccountMissing,
        PaymentSettled,
    )
}


def refuse(faults: Sequence[errors.Fault]) -> None:
    """Nothing where there is no fault."""
    if faults:
        first = faults[0]
        told = "".join(f"{fault.seen or ''}:{fault.fix}" for fault in faults[:3]) + (f"(共 {len(faults)} 处)" if len(faults) > 3 else "")
        raise KINDS.get(first.code, errors.Invalid)(told, faults=faults)


def of_names(named: Sequence[UUID], known: Collection[UUID], pointer: str, unknown: str) -> Faults:
    """Ids that are unknown or listed twice."""
    seen, found = set[UUID](), Faults()
    for position, each in enumerate(named):
        if each in seen:
            found.append(errors.Fault(NAMED_TWICE, pointer=f"{pointer}/{position}", seen=str(each), fix="请只保留一次。"))
        elif each not in known:
            found.append(errors.Fault(unknown, pointer=f"{pointer}/{position}", seen=str(each), fix="请核对编号。"))
        seen.add(each)
    return found


def of_claims(
    claims: Sequence[Row[Any]],
    fund_id: UUID,
    pointers: Mapping[UUID, str],
    on_the_way: Mapping[UUID, str],
    with_money_due: Collection[UUID],
) -> Faults:
    """Claims that cannot be in a new batch of this fund; the first reason of each."""
    found = Faults()
    for claim in claims:
        fault = _of_claim(claim, fund_id)
        if fault is None and claim.id in on_the_way:
            fault = (ClaimInBatch.code, f"已在批次 {on_the_way[claim.id]} 中。请等待银行回执,或作废尚未导出的批次。")
        if fault is None and claim.id not in with_money_due:
            fault = (NothingToPay.code, "没有应付款项。请从批次中去掉该申领单。")
        if fault is not None:
            found.append(errors.Fault(fault[0], pointer=pointers.get(claim.id), seen=f"申领单 {claim.number}", fix=fault[1]))
    return found


def of_exported_claims(claims: Sequence[Row[Any]], fund_id: UUID) -> Faults:
    """Claims that were put on hold, or left the state of approval, since the batch was made."""
    found = ((claim, _of_claim(claim, fund_id)) for claim in claims)
    return [
        errors.Fault(fault[0], seen=f"申领单 {claim.number}", fix=f"{fault[1]}请作废本批次,去掉该申领单后重建。")
        for claim, fault in found
        if fault
    ]


def of_accounts(
    dues: Sequence[Due], accounts: Mapping[UUID, tuple[str, str | None]], numbers: Mapping[UUID, str], pointers: Mapping[UUID, str]
) -> Faults:
    """Payees without a bank account, or unknown to registry."""
    found = Faults()
    for each in dues:
        name, account = accounts.get(each.payee_id, ("", None))
        if not account:
            fix = f"请在{'培训机构' if each.payee_kind == 'organiser' else '学员'}登记中补充{name}的银行账户。"
            seen = f"申领单 {numbers[each.claim_id]}"
            found.append(
                errors.Fault(
                    PayeeAccountMissing.code, pointer=pointers.get(each.claim_id), seen=seen, fix=fix, more={"payee_id": str(each.payee_id)}
                )
            )
    return found


def of_results(results: Sequence[PaymentResult], statuses: Mapping[UUID, str], today: date) -> Faults:
    """Answers for payments that are not in the batch, have their answer already, or were paid on a day to come."""
    found = of_names([each.payment_id for each in results], statuses, "/results", PAYMENT_UNKNOWN)
    for position, each in enumerate(results):
        if each.paid_on is not None and each.paid_on > today:
            fix = f"不得晚于 {today}。请核对银行回单。"
            found.append(
                errors.Fault(PAID_IN_FUTURE, pointer=f"/results/{position}/paid_on", seen=str(each.paid_on), allowed=f"≤ {today}", fix=fix)
            )
    if found:
        return found
    return [
        errors.Fault(
            PaymentSettled.code,
            pointer=f"/results/{position}",
            seen=PAYMENT_STATUSES[statuses[each.payment_id]][0],
            fix="已有银行回执,请去掉这一笔。",
        )
        for position, each in enumerate(results)
        if statuses[each.payment_id] != "exported"
    ]


def _of_claim(claim: Row[Any], fund_id: UUID) -> tuple[str, str] | None:
    if claim.status != "approved":
        return errors.InvalidState.code, claim_steps.wrong_state(claim, "approved")
    if claim.fund_id != fund_id:
        return ClaimOfOtherFund.code, "该申领单属于另一笔资金。请按资金分别建立批次。"
    if claim.hold_code is not None:
        return ClaimOnHold.code, f"已暂缓:{claim.hold_reason}。请解除暂缓后再付款。"
    return None
