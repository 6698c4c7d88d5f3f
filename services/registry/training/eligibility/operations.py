"""Asking beforehand what a claim for a class would be judged to be."""

from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from services.registry.training.eligibility import reading, schemas
from shared import errors
from shared.access import Call
from shared.http_client import Neighbour


async def eligibility(session: AsyncSession, call: Call, subsidy: Neighbour, class_id: UUID, scheme: str) -> schemas.Eligibility:
    """Asks subsidy what a claim for the class would be judged to be, on the facts as they are known now."""
    facts = await reading.gather(session, call, class_id)
    await session.close()  # no connection is held while the neighbour thinks
    judged = await subsidy.post("/internal/v1/eligibility", call, {"scheme": scheme, "facts": facts.model_dump(mode="json", by_alias=True)})
    if judged is None:
        raise errors.NotFound(f"没有补贴项目 {scheme}。请从 /v1/schemes 选择。")
    return schemas.Eligibility(class_id=class_id, scheme=scheme, terms=judged["terms"], lines=judged["lines"])
