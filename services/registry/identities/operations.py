"""Accounts to pay, for the services that hold nothing but ids."""

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from services.registry import sealing
from services.registry.identities.schemas import Payee, PayeesIn, PayeesOut
from services.registry.institutions.institutions.tables import Institution
from services.registry.people.trainees.tables import Trainee
from shared import audit
from shared.access import Call
from shared.privacy import Vault


async def payees(session: AsyncSession, call: Call, vault: Vault, asked: PayeesIn) -> PayeesOut:
    """Accounts in full; each reading is on the trail. A merged trainee is paid as the one they go on as, under the id that was asked for."""
    institutions = await session.execute(
        select(Institution.id, Institution.name, Institution.bank_account)
        .where(Institution.id.in_(asked.institution_ids))
        .order_by(Institution.id)
    )
    old = aliased(Trainee)
    trainees = await session.execute(
        select(old.id, Trainee.id.label("kept_at"), Trainee.name, Trainee.bank_account)
        .join(Trainee, Trainee.id == func.coalesce(old.merged_into, old.id))
        .where(old.id.in_(asked.trainee_ids))
        .order_by(old.id)
    )
    answer = PayeesOut(
        institutions=[
            Payee(id=row.id, name=row.name, bank_account=sealing.opened(vault, "institutions", row.id, "bank_account", row.bank_account))
            for row in institutions
        ],
        trainees=[
            Payee(id=row.id, name=row.name, bank_account=sealing.opened(vault, "trainees", row.kept_at, "bank_account", row.bank_account))
            for row in trainees
        ],
    )
    read = [("institution", each.id) for each in answer.institutions] + [("trainee", each.id) for each in answer.trainees]
    await audit.record_all(session, [audit.entry(call, "payee.read", kind, subject) for kind, subject in read])
    return answer
