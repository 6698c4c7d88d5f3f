"""The paths of what people were paid elsewhere (其他渠道已享受的补贴)."""

from typing import Annotated
from uuid import UUID

from services.registry.codes import Scheme
from services.registry.people.outside_payments import operations, reading
from services.registry.people.outside_payments.schemas import OutsidePaymentIn, OutsidePaymentOut, OutsidePaymentPaper
from services.registry.people.outside_payments.tables import OutsidePayment
from shared import errors, history, pages, web, wire
from shared.batches import Batch, BatchOut

router = web.Router("outside-payments")

SEES = frozenset({"officer", "reviewer", "auditor", "system"})
ONE = "/v1/outside-payments/{payment_id:uuid}"
Listed = Annotated[pages.Asked, pages.asking(on=OutsidePayment.on, received_at=OutsidePayment.received_at)]


@router.operation(
    "POST",
    "/v1/outside-payments:batch",
    may=reading.SENDS,
    summary="批量报送在别处已享受的补贴,也收尚未登记的人",
    status=207,
    errors=[errors.Conflict],
)
async def take_batch(body: Batch[OutsidePaymentIn], session: web.Session, call: web.Caller, kernel: web.KernelOf) -> BatchOut:
    return await operations.take_batch(session, call, kernel.vault, body)


@router.operation("GET", "/v1/outside-payments", may=SEES, summary="已收到的别处补贴,不含证件号码", errors=[errors.InvalidCursor])
async def list_payments(
    session: web.Session,
    asked: Listed,
    source: pages.AnyOf[str] = None,
    scheme: pages.AnyOf[Scheme] = None,
    trainee_id: pages.AnyOf[UUID] = None,
) -> wire.Page[OutsidePaymentOut]:
    return wire.Page[OutsidePaymentOut].model_validate(await reading.list_payments(session, asked, source, scheme, trainee_id))


@router.operation("GET", ONE, may=SEES, summary="一笔别处补贴")
async def get(payment_id: UUID, session: web.Session, call: web.Caller, as_of: history.AsOf = None) -> OutsidePaymentPaper:
    shown = await reading.paper(session, call, payment_id)
    return await history.stood(session, shown, as_of, shown.received_at) if as_of else shown


@router.operation("GET", f"{ONE}/history", may=SEES, summary="一笔别处补贴的办理经过", errors=[errors.InvalidCursor])
async def list_history(payment_id: UUID, session: web.Session, call: web.Caller, asked: history.Listed) -> wire.Page[history.HistoryEntry]:
    await reading.paper(session, call, payment_id)
    return wire.Page[history.HistoryEntry].model_validate(await history.entries(session, payment_id, asked))


@router.operation("POST", f"{ONE}:void", may=reading.SENDS, summary="作废报错的一笔", errors=[errors.InvalidState], paper=reading.permit)
async def void(payment_id: UUID, body: wire.Reasoned, session: web.Session, call: web.Caller) -> OutsidePaymentPaper:
    return await operations.void(session, call, payment_id, body.reason)
