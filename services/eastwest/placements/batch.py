"""Many facts at once (207): each judged by itself, kept each alone or all together."""

from collections.abc import Mapping

from sqlalchemy.ext.asyncio import AsyncSession

from services.eastwest.placements import updates
from services.eastwest.placements.schemas import BatchOut, ItemOut, UpdateIn, UpdateItem
from services.eastwest.placements.updates import Asked, Result
from shared import batches
from shared.access import Call
from shared.web import Kernel


async def take(session: AsyncSession, call: Call, kernel: Kernel, body: batches.Batch[UpdateItem]) -> BatchOut:
    judged: dict[int, Result] = {}

    async def keep(items: Mapping[int, UpdateItem]) -> dict[int, batches.Result]:
        results = await updates.take(session, call, kernel, [asked(each) for each in items.values()])
        judged.update(zip(items, results, strict=True))
        return {index: _of_batch(each) for index, each in judged.items()}

    answer = await batches.run(session, body, keep)
    return BatchOut(summary=answer.summary, items=[_with_receipt(kernel, each, judged.get(each.index)) for each in answer.items])


def asked(item: UpdateItem) -> Asked:
    return Asked(
        UpdateIn.model_construct(item.model_fields_set, **{name: getattr(item, name) for name in UpdateIn.model_fields}),
        item.placement_id,
        item.id_number,
        item.number,
    )


def _of_batch(result: Result) -> batches.Result:
    conflict = result.problem is not None and result.problem.status == 409
    return batches.Result(result.outcome, result.row["id"] if result.row else None, result.told(), conflict)


def _with_receipt(kernel: Kernel, item: batches.ItemOut, result: Result | None) -> ItemOut:
    """A receipt for what is kept."""
    return ItemOut.model_construct(**dict(item), receipt=updates.receipt(kernel, result) if item.id and result else None)
