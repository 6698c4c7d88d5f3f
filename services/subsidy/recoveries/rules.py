"""What a recovery must be: of people who were paid, no more than they were paid, in parts that add up, and no money from a day to come."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal
from uuid import UUID

from services.subsidy.recoveries.errors import (
    AMOUNT_ABOVE_PAID,
    NAMED_TWICE,
    NOT_PAID_TO,
    RECEIVED_BEFORE_PAID,
    RECEIVED_IN_FUTURE,
    SUMS_DIFFER,
)
from services.subsidy.recoveries.policy import NOTHING, Held
from services.subsidy.recoveries.schemas import RecoveryIn, RecoveryReceived
from shared import errors

Faults = Iterator[errors.Fault]


def asked_for(body: RecoveryIn, _today: date) -> Faults:
    """What can be said of the application by itself: nobody twice, and parts that add up."""
    persons, instalments = body.persons or (), body.instalments or ()
    yield from _positive((each.amount for each in persons), "persons")
    yield from _positive((each.amount for each in instalments), "instalments")
    seen = set[UUID]()
    for index, each in enumerate(persons):
        if each.trainee_id in seen:
            yield errors.Fault(NAMED_TWICE, pointer=f"/persons/{index}/trainee_id", fix="请只保留一次。")
        seen.add(each.trainee_id)
    of_persons = sum((each.amount for each in persons), NOTHING)
    if persons and body.amount is not None and of_persons != body.amount:
        yield _differ("/persons", of_persons, body.amount, "各人金额之和须等于追回金额;或省略 amount。")


def adds_up(body: RecoveryIn, amount: Decimal) -> Faults:
    parts = sum((each.amount for each in body.instalments or ()), NOTHING)
    if body.instalments and parts != amount:
        yield _differ("/instalments", parts, amount, "各期之和须等于追回金额。")


def within_what_was_paid(body: RecoveryIn, amount: Decimal, held: Sequence[Held], named: Mapping[UUID, Decimal] | None) -> Faults:
    """`held`: what each line was paid and is not asked back yet."""
    if named is None:
        yield from _at_most(amount, sum((each.yuan for each in held), NOTHING), "/amount")
        return
    of_person: dict[UUID, Decimal] = {}
    for each in held:
        of_person[each.trainee_id] = of_person.get(each.trainee_id, NOTHING) + each.yuan
    for index, person in enumerate(body.persons or ()):
        if person.trainee_id not in of_person:
            fix = "请核对学员编号;只能向已付到款的人追回。"
            yield errors.Fault(NOT_PAID_TO, pointer=f"/persons/{index}/trainee_id", allowed="该申领单已支付的学员", fix=fix)
        else:
            yield from _at_most(person.amount, of_person[person.trainee_id], f"/persons/{index}/amount")


def received_by_today(body: RecoveryReceived, today: date) -> Faults:
    if body.received_on > today:
        seen, allowed = str(body.received_on), f"≤ {today}"
        yield errors.Fault(RECEIVED_IN_FUTURE, pointer="/received_on", seen=seen, allowed=allowed, fix="请核对银行到账凭证。")


def received_after_paid(body: RecoveryReceived, first_paid_on: date | None) -> Faults:
    if first_paid_on and body.received_on < first_paid_on:
        seen, allowed = str(body.received_on), f"≥ {first_paid_on}"
        fix = f"该申领单最早于 {first_paid_on} 支付,追回款不会早于这一天到账。请核对银行到账凭证。"
        yield errors.Fault(RECEIVED_BEFORE_PAID, pointer="/received_on", seen=seen, allowed=allowed, fix=fix)


def within_what_is_asked(amount: Decimal, left: Decimal) -> Faults:
    """No more comes in than is asked back and has not come in."""
    if not 0 < amount <= left:
        fix = "请按凭证金额填写;多收的请先退回。"
        yield errors.Fault(AMOUNT_ABOVE_PAID, pointer="/amount", seen=f"{amount:.2f}", allowed=f"0.01 至 {left:.2f}", fix=fix)


def _positive(parts: Iterable[Decimal], name: str) -> Faults:
    for index, amount in enumerate(parts):
        if amount <= 0:
            pointer = f"/{name}/{index}/amount"
            yield errors.Fault("invalid_value", pointer=pointer, seen=f"{amount:.2f}", allowed="大于 0.00", fix="请改正金额,或删除该项。")


def _at_most(amount: Decimal, paid: Decimal, pointer: str) -> Faults:
    if not 0 < amount <= paid:
        fix = "请按已支付而未追回的金额或其中一部分填写。"
        yield errors.Fault(AMOUNT_ABOVE_PAID, pointer=pointer, seen=f"{amount:.2f}", allowed=f"0.01 至 {paid:.2f}", fix=fix)


def _differ(pointer: str, seen: Decimal, allowed: Decimal, fix: str) -> errors.Fault:
    return errors.Fault(SUMS_DIFFER, pointer=pointer, seen=f"{seen:.2f}", allowed=f"{allowed:.2f}", fix=fix)
