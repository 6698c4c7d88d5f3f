"""The sheet corrects what the sheet said before, or says of the row why it cannot."""

from typing import Any

import httpx
import pytest

from services.eastwest.imports import batch
from shared.sheets import Table, write_book
from tests.conftest import Service
from tests.eastwest.imports.test_imports import done
from tests.eastwest.neighbours import EARLIER_NAME, Neighbours, placed, report, update
from tests.people import id_number, name

pytestmark = pytest.mark.jobs

HEADER = ("姓名", "公民身份号码", "订单号", "入职日期", "在岗情况", "离职日期", "参保情况")
ORDER = "FS-2025-0017"


@pytest.fixture
def office(eastwest: Service) -> httpx.AsyncClient:
    return eastwest.as_("partner", at="2025-12-01T09:00:00+08:00")


def said(started_on: str, left_on: str | None = None, order: str | None = None, called: str | None = name(1)) -> list[str | None]:
    return [called, id_number(1), order, started_on, "离职" if left_on else "在岗", left_on, "已参保"]


async def sheet(office: httpx.AsyncClient, reported_on: str, *rows: list[str | None]) -> Any:
    files = {"file": ("表.xlsx", write_book([Table("表", HEADER, list(rows))]))}
    return await done(office, await office.post("/v1/placement-imports", files=files, data={"reported_on": reported_on}))


async def month(office: httpx.AsyncClient, reported_on: str, started_on: str, left_on: str | None = None, order: str | None = None) -> Any:
    return await sheet(office, reported_on, said(started_on, left_on, order))


async def stands(office: httpx.AsyncClient, placement_id: str) -> tuple[str | None, str | None]:
    found = (await office.get(f"/v1/placements/{placement_id}")).json()
    return found["started_on"], found["left_on"]


async def test_a_first_day_said_anew_is_corrected_as_often_as_it_is_said(office: httpx.AsyncClient, others: Neighbours) -> None:
    placement = await placed(office, others.person(1))
    for on in ("2025-07-01", "2025-07-05", "2025-07-01", "2025-07-05", "2025-07-01"):
        found = await month(office, "2025-07-31", on)
        assert (found["errors"], found["summary"]["created"]) == ([], 1)
        assert await stands(office, placement["id"]) == (on, None)
    assert (await month(office, "2025-07-31", "2025-07-01"))["summary"]["unchanged"] == 1


async def test_a_leaving_by_mistake_is_taken_back_and_another_day_corrects_it(office: httpx.AsyncClient, others: Neighbours) -> None:
    placement = await placed(office, others.person(1))
    for left_on in ("2025-07-20", "2025-07-25", None, "2025-07-20", "2025-07-20", None):
        found = await month(office, "2025-07-31", "2025-07-01", left_on)
        assert found["errors"] == []
        assert await stands(office, placement["id"]) == ("2025-07-01", left_on)
    assert (await month(office, "2025-07-31", "2025-07-01"))["summary"]["unchanged"] == 1


async def test_an_earlier_sheet_sent_late_says_nothing_of_who_left_after_it(office: httpx.AsyncClient, others: Neighbours) -> None:
    placement = await placed(office, others.person(1))
    await month(office, "2025-08-31", "2025-07-01", "2025-08-20")
    assert (await month(office, "2025-07-31", "2025-07-01"))["errors"] == []
    assert await stands(office, placement["id"]) == ("2025-07-01", "2025-08-20")


async def test_who_left_and_came_back_has_two_stays(office: httpx.AsyncClient, others: Neighbours) -> None:
    placement = await placed(office, others.person(1))
    await month(office, "2025-07-31", "2025-07-01", "2025-07-20")
    assert (await month(office, "2025-09-30", "2025-09-01"))["errors"] == []
    assert await stands(office, placement["id"]) == ("2025-09-01", None)
    kinds = [each["kind"] for each in (await office.get(f"/v1/placements/{placement['id']}/updates")).json()["items"]]
    assert kinds.count("started") == 2 and "cancelled" not in kinds


@pytest.mark.parametrize(
    ("theirs", "row"),
    [
        pytest.param([update("b", on="2025-07-03")], ("2025-07-01", None), id="another-first-day"),
        pytest.param([update("b", on="2025-07-01"), update("c", "left", "2025-07-20")], ("2025-07-01", None), id="at-work-who-left"),
        pytest.param(
            [update("b", on="2025-07-01"), update("c", "left", "2025-07-20")], ("2025-07-01", "2025-07-25"), id="left-another-day"
        ),
    ],
)
async def test_what_another_office_reported_is_not_corrected_by_a_sheet_and_the_row_says_so(
    eastwest: Service, office: httpx.AsyncClient, others: Neighbours, theirs: list[dict[str, Any]], row: tuple[str, str | None]
) -> None:
    placement = await placed(office, others.person(1))
    bureau = eastwest.as_("officer", at="2025-12-01T09:00:00+08:00")
    for each in theirs:
        assert (await report(bureau, placement["id"], each)).status_code == 201
    before = await stands(office, placement["id"])
    found = await month(office, "2025-07-31", *row)
    assert ([each["code"] for each in found["errors"]], found["summary"]["rejected"]) == (["told_by_another_office"], 1)
    assert await stands(office, placement["id"]) == before
    assert len((await office.get(f"/v1/placements/{placement['id']}/updates")).json()["items"]) == len(theirs)


async def test_of_several_orders_the_row_names_one_unless_the_others_are_over(office: httpx.AsyncClient, others: Neighbours) -> None:
    trainee_id = others.person(1)
    first, second = await placed(office, trainee_id), await placed(office, trainee_id, "FS-2025-0018")
    found = await month(office, "2025-07-31", "2025-07-01")
    assert [each["code"] for each in found["errors"]] == ["several_orders"]
    assert (await month(office, "2025-07-31", "2025-07-01", order=ORDER))["errors"] == []
    assert (await month(office, "2025-07-31", "2025-07-01"))["errors"] == []  # the stay that began on this day
    await month(office, "2025-08-31", "2025-07-01", "2025-08-10")
    assert (await month(office, "2025-09-30", "2025-09-01"))["errors"] == []  # the first is over by then
    assert (await stands(office, first["id"]), await stands(office, second["id"])) == (("2025-07-01", "2025-08-10"), ("2025-09-01", None))


async def test_a_number_that_is_anothers_by_name_is_told_of(office: httpx.AsyncClient, others: Neighbours) -> None:
    placement = await placed(office, others.person(1))
    found = await sheet(office, "2025-07-31", said("2025-07-01", called="另一人"))
    assert found["errors"] == [] and any("第 2 行" in each and "另一姓名" in each for each in found["notes"])
    assert await stands(office, placement["id"]) == ("2025-07-01", None)
    for called in (EARLIER_NAME, f" {name(1)[0]} {name(1)[1:]}", None):
        assert (await sheet(office, "2025-07-31", said("2025-07-01", called=called)))["notes"] == []


async def test_one_sheet_tells_of_both_orders_of_a_person_and_of_each_once(
    office: httpx.AsyncClient, others: Neighbours, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(batch, "ROWS_AT_ONCE", 1)  # the rows of one person are kept in several parts
    who = others.person(1)
    first, second = await placed(office, who), await placed(office, who, "FS-2025-0018")
    both = said("2025-07-01", "2025-07-10", ORDER), said("2025-07-11", None, "FS-2025-0018")
    assert (await sheet(office, "2025-07-31", *both))["errors"] == []
    assert [await stands(office, each["id"]) for each in (first, second)] == [("2025-07-01", "2025-07-10"), ("2025-07-11", None)]
    found = await sheet(office, "2025-07-31", *both, said("2025-07-12"))  # on the order that is not over
    assert [(each["row"], each["code"]) for each in found["errors"]] == [(4, "duplicate_row")]
    assert await stands(office, second["id"]) == ("2025-07-11", None)


async def test_a_sheet_of_a_day_to_come_is_refused(office: httpx.AsyncClient) -> None:
    files = {"file": ("表.xlsx", write_book([Table("表", HEADER, [])]))}
    for on, status in (("2025-12-02", 422), ("2025-12-01", 202)):
        answer = await office.post("/v1/placement-imports", files=files, data={"reported_on": on})
        assert answer.status_code == status
    refused = await office.post("/v1/placement-imports", files=files, data={"reported_on": "2025-12-02"})
    assert [(each["code"], each["pointer"]) for each in refused.json()["errors"]] == [("in_the_future", "/reported_on")]
