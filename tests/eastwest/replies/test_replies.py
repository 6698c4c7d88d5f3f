"""The reply sheet: only what is missing, without whole numbers; filled in it goes through the same door as every month's sheet."""

import httpx
import pytest

from services.eastwest.replies.reading import HEADER
from shared.sheets import Table, open_book, write_book
from tests.conftest import Service
from tests.eastwest.imports.test_imports import done
from tests.eastwest.neighbours import Neighbours, evidence, placed, report, update
from tests.people import id_number, name

pytestmark = pytest.mark.jobs


async def fetched(office: httpx.AsyncClient, as_of: str) -> list[list[str]]:
    answer = await office.get(f"/v1/placements/reply-sheet.xlsx?as_of={as_of}")
    assert answer.status_code == 200, answer.text
    sheet = open_book(answer.content, "reply.xlsx").sheets[0]
    rows = [[row.text(column) for column in range(len(HEADER))] for row in sheet.rows]
    assert tuple(rows[0]) == HEADER
    return rows[1:]


async def sent(office: httpx.AsyncClient, rows: list[list[str]]) -> dict[str, object]:
    files = {"file": ("reply.xlsx", write_book([Table("在岗情况表", HEADER, rows)]))}
    return await done(office, await office.post("/v1/placement-imports", files=files, data={"reported_on": "2025-08-05"}))


async def test_only_what_is_missing_is_asked_for_and_the_answer_goes_in_again(eastwest: Service, others: Neighbours) -> None:
    office = eastwest.as_("partner", at="2025-08-05T09:00:00+08:00")
    lacking, whole, gone = [await placed(office, others.person(n)) for n in (1, 2, 3)]
    await report(office, lacking["id"], update("a", evidence=evidence("2025-05-30", "2025-06-19", "C")))
    await report(office, whole["id"], update("b", evidence=evidence("2025-05-30", "2025-08-04", "C")))
    await report(office, gone["id"], update("c"))
    await report(office, gone["id"], update("d", "left", "2025-06-10"))
    [row] = await fetched(office, "2025-08-05")
    told = dict(zip(HEADER, row, strict=True))
    assert (told["姓名"], told["安置编号"], told["入职日期"]) == (name(1), lacking["id"], "2025-05-30")
    assert (told["缺证起日"], told["缺证止日"]) == ("2025-06-20", "2025-07-29")
    assert "*" in told["公民身份号码"] and id_number(1) not in str(row)

    unfilled = await sent(office, [row])
    assert (unfilled["errors"], len(await fetched(office, "2025-08-05"))) == ([], 1)  # at work, and nothing proved
    filled = told | {"在岗情况": "在岗", "参保情况": "已参保"}
    found = await sent(office, [list(filled.values())])
    assert (found["errors"], found["summary"]["created"]) == ([], 1)  # type: ignore[index]
    assert await fetched(office, "2025-08-05") == []
    kept = (await office.get(f"/v1/placements/{lacking['id']}/retention?as_of=2025-08-05")).json()
    assert [(each["grade"], each["from_on"], each["to_on"]) for each in kept["intervals"] if each["grade"] == "D"] == [
        ("D", "2025-06-20", "2025-07-29")
    ]


async def test_a_reply_is_for_ones_own_people_and_is_not_to_be_tampered_with(eastwest: Service, others: Neighbours) -> None:
    office = eastwest.as_("partner", at="2025-08-05T09:00:00+08:00")
    stranger = eastwest.as_("partner", at="2025-08-05T09:00:00+08:00", subject="someone-else")
    made = await placed(office, others.person(1))
    await report(office, made["id"], update("a"))
    [row] = await fetched(office, "2025-08-05")
    assert await fetched(stranger, "2025-08-05") == []
    filled = dict(zip(HEADER, row, strict=True)) | {"在岗情况": "在岗", "参保情况": "已参保"}
    for changed, code in (
        ({"安置编号": "1"}, "not_on_order"),
        ({"缺证止日": "2025-08-06"}, "invalid_date"),
        ({"缺证止日": "2025-05-01"}, "invalid_date"),
        ({"缺证起日": "六月"}, "invalid_date"),
    ):
        found = await sent(office, [list((filled | changed).values())])
        assert [each["code"] for each in found["errors"]] == [code]  # type: ignore[attr-defined]
    elsewhere = await sent(stranger, [list(filled.values())])
    assert [each["code"] for each in elsewhere["errors"]] == ["not_on_order"]  # type: ignore[attr-defined]
