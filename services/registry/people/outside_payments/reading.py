"""What people were paid elsewhere, as it is shown."""

from typing import Any
from uuid import UUID

from sqlalchemy import Select, func, select, true
from sqlalchemy.ext.asyncio import AsyncSession

from services.registry.codes import Scheme
from services.registry.people.outside_payments.schemas import OutsidePaymentOut, OutsidePaymentPaper
from services.registry.people.outside_payments.tables import OutsidePayment
from services.registry.people.trainees.conditions import ALIASES
from services.registry.people.trainees.tables import Trainee
from shared import errors, pages, wire
from shared.access import Call
from shared.steps import Refusal, wrong_role

SENDS = frozenset({"officer", "system"})
VOIDED = Refusal("invalid_state", "该笔已作废。如须计入,请重新报送。")
_kept = (
    "id",
    "scheme",
    "occupation_code",
    "trade_name",
    "level",
    "on",
    "source",
    "document",
    "received_at",
    "voided_at",
    "void_reason",
    "version",
)
_person = select(func.coalesce(Trainee.merged_into, Trainee.id).label("trainee_id"))
PERSON = _person.where(Trainee.id_number_key == OutsidePayment.id_number_key, Trainee.holds_number).lateral("person")
SHOWN: Select[Any] = select(
    *(getattr(OutsidePayment, name) for name in _kept), OutsidePayment.amount_yuan.label("amount"), PERSON.c.trainee_id
).outerjoin(PERSON, true())


async def permit(session: AsyncSession, call: Call, payment_id: UUID, *, lock: bool = False) -> OutsidePayment:
    """The payment, not voided yet."""
    wanted = select(OutsidePayment).where(OutsidePayment.id == payment_id)
    payment = await session.scalar(wanted.with_for_update() if lock else wanted)
    if payment is None:
        raise errors.NotFound()
    call.match(payment.version)
    if payment.voided_at:
        raise errors.InvalidState(VOIDED.detail)
    return payment


async def paper(session: AsyncSession, call: Call, payment_id: UUID) -> OutsidePaymentPaper:
    row = (await session.execute(SHOWN.where(OutsidePayment.id == payment_id))).first()
    if row is None:
        raise errors.NotFound()
    refusal = wrong_role(SENDS, call.actor.role) or (VOIDED if row.voided_at else None)
    return OutsidePaymentPaper.model_validate({**row._mapping, "allowed_actions": wire.allowed_actions({"void": refusal})})


async def list_payments(
    session: AsyncSession, asked: pages.Asked, source: list[str] | None, scheme: list[Scheme] | None, trainee_id: list[UUID] | None
) -> dict[str, Any]:
    wanted = pages.where(SHOWN, {OutsidePayment.source: source, OutsidePayment.scheme: scheme})
    if trainee_id:
        theirs = select(Trainee.id_number_key).where(ALIASES.among(Trainee.id, trainee_id))
        wanted = wanted.where(OutsidePayment.id_number_key.in_(theirs))
    return await pages.page(session, wanted, OutsidePayment.id, asked, OutsidePaymentOut.model_validate)
