"""The path of merging."""

from uuid import UUID

from services.registry.people.merges import operations
from services.registry.people.merges.schemas import MergeIn
from services.registry.people.trainees import policy
from services.registry.people.trainees.errors import TraineeMerged
from services.registry.people.trainees.schemas import TraineePaper
from shared import web

router = web.Router("trainees")


@router.operation(
    "POST", "/v1/trainees/{trainee_id:uuid}:merge", may=policy.OFFICER, summary="把重复登记的学员并入另一学员", errors=[TraineeMerged]
)
async def merge(trainee_id: UUID, body: MergeIn, session: web.Session, call: web.Caller) -> TraineePaper:
    return await operations.merge(session, call, trainee_id, body.into)
