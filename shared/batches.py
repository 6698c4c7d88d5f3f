"""What every `:batch` takes and answers (207): up to 500 items, each judged by itself, kept each alone or all together."""

from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Annotated, Any, Generic, Literal, TypeVar, get_args
from uuid import UUID

from pydantic import BaseModel, Field, ValidationError, ValidatorFunctionWrapHandler, WrapValidator
from sqlalchemy.ext.asyncio import AsyncSession
from typing_extensions import TypeAliasType

from shared import errors, sound, wire
from shared.web import problems

ITEMS_AT_MOST = 500
Mode = TypeAliasType("Mode", Literal["validate", "commit"])  # by a name of its own: generated code has one type of it
Atomic = TypeAliasType("Atomic", Literal["each", "all"])
ItemOutcome = TypeAliasType("ItemOutcome", Literal["created", "updated", "unchanged", "rejected"])
T = TypeVar("T")
M = TypeVar("M", bound=BaseModel)


@dataclass(frozen=True, slots=True)
class Misshapen:
    """An item that is not of the batch's kind: it is rejected, its neighbours are not. `said`: its members, where it has any."""

    faults: tuple[errors.Fault, ...]
    said: Mapping[str, Any] | None = None


def _item(value: Any, read: ValidatorFunctionWrapHandler) -> Any:
    try:
        return read(value)
    except ValidationError as error:
        faults = problems.misfit(error.errors(include_url=False), at_most=None, within=("body",)).faults
        return Misshapen(faults, value if isinstance(value, dict) else None)


class Batch(wire.In, Generic[T]):
    """`validate` judges and keeps nothing. `each` keeps the good items, `all` keeps everything or nothing. Give it to `run`."""

    mode: Mode = "commit"
    atomic: Atomic = "each"
    items: list[Annotated[T, WrapValidator(_item)]] = Field(max_length=ITEMS_AT_MOST, description=f"至多 {ITEMS_AT_MOST} 项")


class BatchSummary(wire.Out):
    created: int = 0
    updated: int = 0
    unchanged: int = 0
    rejected: int = 0


class ItemOut(wire.Out):
    """What became of the item at `index`; `errors` as in a problem, their pointers into the request."""

    index: int
    outcome: ItemOutcome
    id: UUID | None = None
    errors: wire.Faults = []


class BatchOut(wire.Out):
    """Outcomes in the order of the items."""

    summary: BatchSummary
    items: list[ItemOut]


@dataclass(frozen=True, slots=True)
class Result:
    """What became of one item. `conflict`: rejected for what is already kept, not for what it says."""

    outcome: ItemOutcome
    id: UUID | None = None
    faults: tuple[errors.Fault, ...] = ()
    conflict: bool = False


def rejected(*faults: errors.Fault, conflict: bool = False) -> Result:
    return Result("rejected", faults=faults, conflict=conflict)


def shaped(model: type[M], said: Mapping[int, Mapping[str, Any]]) -> tuple[dict[int, M], dict[int, Result]]:
    """What a sheet says, as a request would say it, by index; and the refusals of what no request could say."""
    items: dict[int, M] = {}
    refused: dict[int, Result] = {}
    for index, each in said.items():
        try:
            items[index] = model.model_validate(each)
        except ValidationError as error:
            refused[index] = rejected(*problems.misfit(error.errors(include_url=False), within=("body",)).faults)
    return items, refused


async def run(
    session: AsyncSession,
    asked: Batch[T],
    keep: Callable[[Mapping[int, T]], Awaitable[Mapping[int, Result]]],
    conflict: type[errors.Problem] = errors.Conflict,
    *,
    rules: sound.Rules | None = None,
) -> BatchOut:
    """Hands the well-formed items, by index, to `keep`, which answers a result for each; `validate` undoes what it did.

    `conflict` is the 409 of `all` where nothing but what is already kept stands in the way. `rules`: what is asked of an item beyond its shape. Called only
    beside faults of shape, so that both come together.
    """
    model = _of_items(type(asked))
    results = {index: _misshapen(each, model, rules) for index, each in enumerate(asked.items) if isinstance(each, Misshapen)}
    well_formed = {index: item for index, item in enumerate(asked.items) if index not in results}
    if well_formed:
        async with session.begin_nested() as savepoint:
            results |= await keep(well_formed)
            if asked.mode == "validate":
                await savepoint.rollback()
    ordered = [results[index] for index in range(len(asked.items))]
    all_or_nothing(asked.atomic, ordered, conflict)
    unborn = asked.mode == "validate"
    return answer(
        [
            item(
                index, each.outcome, None if unborn and each.outcome == "created" else each.id, (at(index, fault) for fault in each.faults)
            )
            for index, each in enumerate(ordered)
        ]
    )


def _of_items(batch: type[Batch[Any]]) -> type[BaseModel]:
    """What its items are, below their own validator."""
    [each] = get_args(batch.model_fields["items"].annotation)
    model: type[BaseModel] = get_args(each)[0]
    return model


def _misshapen(item: Misshapen, model: type[BaseModel], rules: sound.Rules | None) -> Result:
    if rules is None or item.said is None:
        return rejected(*item.faults)
    return rejected(*item.faults, *sound.beside(item.faults, model, item.said, rules))


def all_or_nothing(atomic: Atomic, results: Sequence[Result], conflict: type[errors.Problem] = errors.Conflict) -> None:
    """Refuses the whole request, with every fault, where `all` was asked for and an item is rejected."""
    refused = [each for each in results if each.outcome == "rejected"]
    if refused and atomic == "all":
        kind = conflict if all(each.conflict for each in refused) else errors.Invalid
        detail = f"{len(results)} 项中有 {len(refused)} 项不能保存,按 atomic=all 全部未保存。请按 errors 逐项改正后重新发送。"
        raise kind(detail, faults=[at(index, fault) for index, each in enumerate(results) for fault in each.faults])


def item(index: int, outcome: ItemOutcome, id: UUID | None = None, faults: Iterable[errors.Fault] = ()) -> ItemOut:
    return ItemOut(index=index, outcome=outcome, id=id, errors=[fault.wire() for fault in faults])


def answer(items: list[ItemOut]) -> BatchOut:
    counts = BatchSummary()
    for each in items:
        setattr(counts, each.outcome, getattr(counts, each.outcome) + 1)
    return BatchOut(summary=counts, items=items)


def at(index: int, fault: errors.Fault) -> errors.Fault:
    """The fault as it stands in the whole request: `/items/3/on`."""
    return replace(fault, pointer=f"/items/{index}{fault.pointer or ''}")
