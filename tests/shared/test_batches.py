"""The form of every batch: what is not of its kind is one rejected item, and `all` refuses the whole request with every fault."""

import pytest

from shared import errors, wire
from shared.batches import ITEMS_AT_MOST, Batch, Misshapen, Result, all_or_nothing, answer, at, item, rejected


class Entry(wire.In):
    count: int


def test_an_item_that_is_not_of_the_kind_spoils_no_other() -> None:
    batch = Batch[Entry].model_validate({"items": [{"count": 1}, {"count": "many"}, {}]})
    assert batch.items[0] == Entry(count=1)
    faults = [each.faults[0] for each in batch.items[1:] if isinstance(each, Misshapen)]
    assert [(fault.code, fault.pointer) for fault in faults] == [("invalid_value", "/count"), ("missing_field", "/count")]


@pytest.mark.parametrize(("count", "taken"), [(0, True), (ITEMS_AT_MOST, True), (ITEMS_AT_MOST + 1, False)])
def test_a_batch_has_at_most_500_items(count: int, taken: bool) -> None:
    sent = {"items": [{"count": 1}] * count}
    if taken:
        assert len(Batch[Entry].model_validate(sent).items) == count
    else:
        with pytest.raises(ValueError, match="500"):
            Batch[Entry].model_validate(sent)


FAULT = errors.Fault("invalid_value", pointer="/count", fix="请改正。")
GOOD, BAD, KNOWN = Result("created"), rejected(FAULT), rejected(FAULT, conflict=True)


@pytest.mark.parametrize(
    ("results", "refusal"),
    [
        pytest.param([GOOD, BAD], errors.Invalid, id="a-fault"),
        pytest.param([GOOD, BAD, KNOWN], errors.Invalid, id="a-fault-and-a-conflict"),
        pytest.param([GOOD, KNOWN], errors.Conflict, id="nothing-but-conflicts"),
    ],
)
def test_all_refuses_everything_for_one_rejected_item(results: list[Result], refusal: type[errors.Problem]) -> None:
    all_or_nothing("each", results)
    with pytest.raises(refusal) as refused:
        all_or_nothing("all", results)
    assert [fault.pointer for fault in refused.value.faults] == [f"/items/{index}/count" for index in range(1, len(results))]


def test_all_takes_what_has_no_fault() -> None:
    all_or_nothing("all", [GOOD, Result("unchanged")])


def test_the_answer_counts_outcomes_in_the_order_of_the_items() -> None:
    told = answer([item(0, "created"), item(1, "rejected", faults=[at(1, FAULT)]), item(2, "created")])
    assert told.summary.model_dump() == {"created": 2, "updated": 0, "unchanged": 0, "rejected": 1}
    assert [each.index for each in told.items] == [0, 1, 2]
    assert told.items[1].errors[0]["pointer"] == "/items/1/count"
