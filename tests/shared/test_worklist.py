"""Pages of what waits: the most urgent first, and a page goes on where the one before ended, whatever was done in between."""

from datetime import date, datetime
from uuid import UUID

import pytest

from shared import clock, errors, pages, worklist
from shared.privacy import Vault

VAULT = Vault({"k": bytes(32)}, "k", bytes(32))


def item(number: int, due_on: date | None = None, kind: str = "claim_submitted") -> worklist.Item:
    since_at = datetime(2025, 4, 1, 9, number, tzinfo=clock.SHANGHAI)
    return worklist.Item(
        kind=kind,
        action="review",
        subject_type="claim",
        subject_id=UUID(int=number),
        number=None,
        title="",
        due_on=due_on,
        since_at=since_at,
        link="/",
    )


def asked(limit: int, after: tuple[object, str] | None = None, *, total: bool = False) -> pages.Asked:
    return pages.Asked(limit, after, total, None, None, (), VAULT, "worklist")


def cursor_of(items: list[worklist.Item], limit: int) -> tuple[object, str]:
    cursor = worklist.page(asked(limit), items)["next_cursor"]
    return pages._place(VAULT, "worklist", cursor)


LATER, SOON, WAITING = item(1, date(2025, 5, 2)), item(2, date(2025, 5, 1)), item(3)


def test_what_is_due_comes_first_and_what_has_no_day_last() -> None:
    assert worklist.page(asked(10, total=True), [WAITING, LATER, SOON]) == {
        "items": [SOON, LATER, WAITING],
        "next_cursor": None,
        "total": 3,
    }


def test_a_page_goes_on_behind_the_one_before_also_when_its_last_item_was_done() -> None:
    after = cursor_of([WAITING, LATER, SOON], 2)
    assert worklist.page(asked(10, after), [WAITING, SOON])["items"] == [WAITING]


def test_two_kinds_of_one_paper_stand_on_two_pages() -> None:
    both = [item(4), item(4, kind="objection_open")]
    assert [each.kind for each in worklist.page(asked(10, cursor_of(both, 1)), both)["items"]] == ["objection_open"]


def test_a_cursor_of_another_list_is_refused() -> None:
    cursor = worklist.page(asked(1), [LATER, SOON])["next_cursor"]
    with pytest.raises(errors.InvalidCursor):
        pages._place(VAULT, "another", cursor)
