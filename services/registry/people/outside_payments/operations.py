"""Takes in what people were paid elsewhere, and voids what was told wrongly."""

from collections.abc import Collection, Mapping
from functools import partial
from typing import Any
from uuid import UUID

from sqlalchemy import select, text, update
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.ext.asyncio import AsyncSession

from services.registry import fields
from services.registry.people.outside_payments import reading, rules
from services.registry.people.outside_payments.schemas import OutsidePaymentIn, OutsidePaymentPaper
from services.registry.people.outside_payments.tables import SAME_PAYMENT, OutsidePayment
from services.registry.people.trainees import reading as trainees
from shared import batches, db, deeds, history, wire
from shared.access import Call
from shared.batches import Batch, BatchOut, Result, rejected
from shared.errors import Fault
from shared.national_numbers import citizen_id
from shared.privacy import Vault

TOLD = ("scheme", "amount_yuan", "document")  # of the same payment: told otherwise it is not the same


async def take_batch(session: AsyncSession, call: Call, vault: Vault, asked: Batch[OutsidePaymentIn]) -> BatchOut:
    async def kept(items: Mapping[int, OutsidePaymentIn]) -> Mapping[int, Result]:
        return await keep(session, call, vault, items)

    return await batches.run(session, asked, kept, rules=partial(wire.faults, rules.RULES, today=call.today))


async def keep(
    session: AsyncSession, call: Call, vault: Vault, items: Mapping[int, OutsidePaymentIn], *, alone: bool = True
) -> dict[int, Result]:
    """A result for each item. The same person, source, trade, level and day are the same payment: kept once, refused where it is told otherwise. `alone`:
    told by themselves, not with the classes of past years."""
    results: dict[int, Result] = {}
    rows: dict[int, dict[str, Any]] = {}
    first_with: dict[tuple[Any, ...], int] = {}
    for index, item in items.items():
        row = _row(call, vault, item)
        if isinstance(row, tuple):
            results[index] = rejected(*row)
        elif (first := first_with.setdefault(_same(row), index)) != index:
            fix = f"与第 {first} 项是同一笔,请删去本项。"
            results[index] = rejected(Fault("duplicate_item", pointer="/id_number", fix=fix), conflict=True)
        else:
            rows[index] = row | {"stands_alone": alone}
    if not rows:
        return results
    keys = {row["id_number_key"] for row in rows.values()}
    standing = select(OutsidePayment).where(OutsidePayment.id_number_key.in_(keys), OutsidePayment.voided_at.is_(None))
    # One that is being voided just now is waited for: then it is told anew.
    await session.execute(standing.with_only_columns(OutsidePayment.id).order_by(OutsidePayment.id).with_for_update(key_share=True))
    insert = upsert(OutsidePayment).on_conflict_do_nothing(index_elements=SAME_PAYMENT, index_where=text("voided_at IS NULL"))
    made = set(await session.scalars(insert.returning(OutsidePayment.id), sorted(rows.values(), key=lambda row: row["id_number_key"])))
    kept = {_same(vars(each)): each for each in await session.scalars(standing)}
    results |= {index: _result(kept[_same(row)], row, made) for index, row in rows.items()}
    if alone and (known := [result.id for result in results.values() if result.outcome == "unchanged"]):
        await session.execute(
            update(OutsidePayment).where(OutsidePayment.id.in_(known), ~OutsidePayment.stands_alone).values(stands_alone=True)
        )
    await _announce(session, call, "recorded", [kept[_same(row)] for row in rows.values() if row["id"] in made])
    return results


def _result(kept: OutsidePayment, row: Mapping[str, Any], made: set[UUID]) -> Result:
    if kept.id in made:
        return Result("created", kept.id)
    if all(getattr(kept, name) == row[name] for name in TOLD):
        return Result("unchanged", kept.id)
    fix = "同一笔已收到,金额、项目或凭证不同;有误的先作废 existing_id 所指的一笔,再报送。"
    return rejected(Fault("outside_payment_differs", pointer="/amount", fix=fix, more={"existing_id": str(kept.id)}), conflict=True)


def _same(row: Mapping[str, Any]) -> tuple[Any, ...]:
    return tuple(row[name] for name in SAME_PAYMENT)


def _row(call: Call, vault: Vault, item: OutsidePaymentIn) -> dict[str, Any] | tuple[Fault, ...]:
    if faults := wire.faults(rules.RULES, item, call.today):
        return tuple(faults)
    number = citizen_id(item.id_number, today=call.today).number
    told = item.model_dump(exclude={"id_number", "amount"})
    key = vault.blind(number, fields.ID_NUMBER)
    return {"id": db.new_id(), "version": 1, "id_number_key": key, "amount_yuan": item.amount, "received_at": call.now, **told}


async def void(session: AsyncSession, call: Call, payment_id: UUID, reason: str) -> OutsidePaymentPaper:
    """It was told wrongly: from now on it counts no longer, whatever day it is of."""
    payment = await reading.permit(session, call, payment_id, lock=True)
    payment.voided_at, payment.void_reason = call.now, reason
    await session.flush()
    await _announce(session, call, "voided", [payment])
    return await reading.paper(session, call, payment_id)


async def void_all(session: AsyncSession, call: Call, payment_ids: Collection[UUID], reason: str) -> None:
    """Of these, all that still count and that nobody told by themselves."""
    standing = OutsidePayment.id.in_(payment_ids), OutsidePayment.voided_at.is_(None), ~OutsidePayment.stands_alone
    payments = list(await session.scalars(select(OutsidePayment).where(*standing).order_by(OutsidePayment.id).with_for_update()))
    for each in payments:
        each.voided_at, each.void_reason = call.now, reason
    await session.flush()
    await _announce(session, call, "voided", payments)


async def _announce(session: AsyncSession, call: Call, what: str, payments: list[OutsidePayment]) -> None:
    """Tells whose payments differ, and from which day, as far as they are registered; not what was paid."""
    people = await trainees.registered_by(session, {each.id_number_key for each in payments})
    action = f"outside_payment.{what}"
    await deeds.record_all(
        session,
        [
            deeds.deed(call, action, each.id, details=_told(each), trainee_id=people[each.id_number_key], from_on=each.on)
            if each.id_number_key in people
            else deeds.deed(call, action, each.id, details=_told(each), event=False)
            for each in payments
        ],
    )


def _told(payment: OutsidePayment) -> dict[str, Any] | None:
    """What differs of a payment since it was received."""
    if payment.voided_at is None:
        return None
    changes = history.changes({}, {"voided_at": payment.voided_at, "void_reason": payment.void_reason})
    return {"changes": changes, "reason": payment.void_reason}
