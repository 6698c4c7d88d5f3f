"""What a claim for a class would be judged to be, for everyone who sees the class."""

from typing import Annotated
from uuid import UUID

from fastapi import Query

from services.registry.codes import Scheme
from services.registry.training.classes.errors import ClassImported, ClassUnsubsidised
from services.registry.training.classes.visibility import READERS
from services.registry.training.eligibility import operations, schemas
from shared import errors, web

router = web.Router("classes")


@router.operation(
    "GET",
    "/v1/classes/{class_id:uuid}/eligibility",
    may=READERS,
    summary="预审:谁会被拒、为什么、何时起不再被拒",
    errors=[ClassImported, ClassUnsubsidised, errors.UpstreamFailed, errors.UpstreamTimeout],
)
async def eligibility(
    class_id: UUID,
    call: web.Caller,
    kernel: web.KernelOf,
    scheme: Annotated[Scheme | None, Query(description="补贴项目;不填则为班级渠道的同名项目")] = None,
) -> schemas.Eligibility:
    return await operations.eligibility(call, kernel, class_id, scheme)
