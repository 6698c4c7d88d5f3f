"""Many facts at once (207): each judged by itself, kept each alone or all together."""

from dataclasses import dataclass
from typing import Annotated, Any, Literal

from fastapi.exceptions import RequestValidationError
from pydantic import Field, ValidationError, ValidatorFunctionWrapHandler, WrapValidator
from sqlalchemy.ext.asyncio import AsyncSession

from services.eastwest.placements import updates
from services.eastwest.placements.schemas import ITEMS_AT_MOST, BatchOut, ItemOut, Summary, UpdateIn, UpdateItem
from services.eastwest.placements.updates import Asked, Result
from shared import errors, wire
from shared.access import Call
from shared.web import Kernel, problems


@dataclass(frozen=True, slots=True)
class Misshapen:
    """An item that is not an update at all: it is rejected, its neighbours are not."""

    faults: tuple[errors.Fault, ...]


def _item(value: Any, read: ValidatorFunctionWrapHandler) -> Any:
    try:
        return read(value)
    except ValidationError as error:
        items = [{**item, "loc": ("body", *item["loc"])} for item in error.errors()]
        return Misshapen(problems.translate(RequestValidationError(items)).faults)


class UpdateBatch(wire.In):
    """`validate` keeps nothing. `each` keeps the good items, `all` keeps everything or nothing."""

    mode: Literal["validate", "commit"] = "commit"
    atomic: Literal["each", "all"] = "each"
    items: list[Annotated[UpdateItem, WrapValidator(_item)]] = Field(max_length=ITEMS_AT_MOST, description=f"至多 {ITEMS_AT_MOST} 项")


async def take(session: AsyncSession, call: Call, kernel: Kernel, body: UpdateBatch) -> BatchOut:
    received: list[UpdateItem | Misshapen] = list(body.items)
    results = {index: Result("rejected", faults=each.faults) for index, each in enumerate(received) if isinstance(each, Misshapen)}
    sound = {index: asked(each) for index, each in enumerate(received) if isinstance(each, UpdateItem)}
    if sound:
        async with session.begin_nested() as savepoint:
            results |= dict(zip(sound, await updates.take(session, call, kernel, list(sound.values())), strict=True))
            if body.mode == "validate":
                await savepoint.rollback()
    ordered = [results[index] for index in range(len(body.items))]
    if body.atomic == "all":
        _all_or_nothing(ordered)
    committed = body.mode == "commit"
    summary = Summary()
    for each in ordered:
        setattr(summary, each.outcome, getattr(summary, each.outcome) + 1)
    return BatchOut(summary=summary, items=[_shown(kernel, index, each, committed=committed) for index, each in enumerate(ordered)])


def asked(item: UpdateItem) -> Asked:
    return Asked(
        UpdateIn.model_construct(item.model_fields_set, **{name: getattr(item, name) for name in UpdateIn.model_fields}),
        item.placement_id,
        item.id_number,
        item.number,
    )


def _shown(kernel: Kernel, index: int, result: Result, *, committed: bool) -> ItemOut:
    kept = result.row if committed or result.outcome == "unchanged" else None
    return ItemOut.model_construct(
        index=index, outcome=result.outcome, id=kept["id"] if kept else None, receipt=updates.receipt(kernel, result) if kept else None,
        errors=[_at(index, fault).wire() for fault in result.told()],
    )  # fmt: skip


def _all_or_nothing(results: list[Result]) -> None:
    refused = {index: each for index, each in enumerate(results) if each.outcome == "rejected"}
    if refused:
        kind = errors.Conflict if all(each.problem and each.problem.status == 409 for each in refused.values()) else errors.Invalid
        detail = f"{len(results)} 项中有 {len(refused)} 项不能保存,按 atomic=all 全部未保存。请按 errors 逐项改正后重新发送。"
        raise kind(detail, faults=[_at(index, fault) for index, each in refused.items() for fault in each.told()])


def _at(index: int, fault: errors.Fault) -> errors.Fault:
    """The fault as it stands in the whole request: `/items/3/kind`."""
    return errors.Fault(
        fault.code,
        f"/items/{index}{fault.pointer or ''}",
        seen=fault.seen,
        allowed=fault.allowed,
        fix=fault.fix,
        basis=fault.basis,
        more=fault.more,
    )
