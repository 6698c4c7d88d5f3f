"""The file a bank is handed: payee, full account number and amount of every payment it has not answered. Each download is recorded."""

from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from services.subsidy.payments import operations
from shared import audit, errors
from shared.access import Call
from shared.sheets.writing import Table, write_book
from shared.web import Kernel

HEADER = ("序号", "付款编号", "收款户名", "收款账号", "金额(元)", "附言")
MEDIA_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


async def write(session: AsyncSession, call: Call, kernel: Kernel, batch_id: UUID) -> tuple[str, bytes]:
    """File name and contents. Payments with a result are left out: a file fetched late cannot pay anything a second time."""
    batch = await operations.get(session, batch_id)
    if batch.status != "exported":
        raise errors.InvalidState("银行文件在批次导出后、回执齐全前可以下载。请先导出(:export)。")
    waiting = [payment for payment in await operations.list_payments(session, batch.id) if payment.status == "exported"]
    rows = [
        (
            position,
            str(payment.id),
            payment.payee_name,
            kernel.vault.decrypt(payment.account, f"payments/{payment.id}/account"),
            payment.amount_yuan,
            f"职业技能培训补贴 {batch.number}",
        )
        for position, payment in enumerate(waiting, 1)
    ]
    await audit.record(
        session,
        call,
        "payment_batch.file_read",
        "payment_batch",
        batch.id,
        {"number": batch.number, "payments": len(rows), "version": batch.version},
    )
    return f"{batch.number}.xlsx", write_book([Table("付款清单", HEADER, rows)])
