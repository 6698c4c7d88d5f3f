"""Asking beforehand what a claim for a class would be judged to be."""

from uuid import UUID

from services.registry.training.classes import reading as classes
from services.registry.training.eligibility import reading, schemas
from shared import errors, http_client
from shared.access import Call
from shared.web import Kernel


async def eligibility(call: Call, kernel: Kernel, class_id: UUID, scheme: str | None) -> schemas.Eligibility:
    """Asks subsidy what a claim for the class would be judged to be, on the facts as they are known now; no connection is held while it thinks."""
    async with kernel.reading() as session:
        await classes.find(session, call, class_id)
    facts = await reading.gather(kernel, class_id)
    scheme = scheme or facts["class"]["channel"]
    asked = {"scheme": scheme, "facts": facts}
    judged = await kernel.neighbours["subsidy"].post("/internal/v1/eligibility", call, asked)
    if judged is None:
        raise errors.NotFound(f"没有补贴项目 {scheme}。请从 /v1/schemes 选择。")
    found = http_client.read(schemas.Judged, judged, "subsidy")
    return schemas.Eligibility(class_id=class_id, scheme=scheme, terms=found.terms, lines=found.lines)
