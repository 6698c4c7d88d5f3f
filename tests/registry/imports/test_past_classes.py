"""Ledgers of past years by sheet: classes wholly or not at all, told where their faults are, on the board, taken back as a whole."""

from typing import Any

import pytest

from services.registry.codes import SheetKind
from services.registry.imports.templates import EXAMPLE_USCC, TEMPLATES
from shared.sheets import Table, write_book
from tests.conftest import Service
from tests.registry import made
from tests.registry.counting.asking import ask
from tests.registry.imports.sending import corrected, counts, imported, sent

pytestmark = pytest.mark.jobs

NAME, HEADER, EXAMPLE, _ = TEMPLATES[SheetKind.PAST_CLASSES]
NOW = "2026-01-05T10:00:00+08:00"


def ledger(uscc: str, *rows: dict[str, str]) -> bytes:
    """Rows like the template's example, each with these columns otherwise."""
    right = dict(zip(HEADER, ("1", *EXAMPLE), strict=True)) | {"统一社会信用代码": uscc, "开班日期": "2024-05-06", "结束日期": "2024-05-24"}
    return write_book([Table(NAME, HEADER, [[(right | each)[column] for column in HEADER] for each in rows])])


def person(serial: int, **columns: str) -> dict[str, str]:
    return {"身份证号码": made.citizen(serial), "姓名": "杨秀英"} | columns


def found(job: Any) -> list[tuple[int, str, str]]:
    return [(each["row"], HEADER["ABCDEFGHIJKLMNOPQRST".index(each["column"])], each["code"]) for each in job["errors"]]


async def trained(registry: Service) -> list[int]:
    days = {"from_on": "2024-01-01", "to_on": "2024-12-31"}
    [count] = await ask(registry, {"measure": "person_times", "programmes": ["practical.project"], "channels": ["project"]} | days)
    return [count["tallies"][0]["numerator"], count["tallies"][0]["imported"] or 0]


async def test_a_ledger_goes_in_class_by_class_and_comes_back_with_what_stands_against_the_others(registry: Service) -> None:
    school = await made.school(registry)
    officer = registry.as_("officer", at=NOW)
    uscc = (await officer.get(f"/v1/institutions/{school}")).json()["uscc"]
    other, unknown = {"原班级编号": "2024-02"}, {"原班级编号": "2024-03", "统一社会信用代码": EXAMPLE_USCC}
    split, late = {"原班级编号": "2024-04"}, {"原班级编号": "2024-05", "结束日期": "2026-02-01"}
    sheet = ledger(
        uscc,
        person(701),
        person(702, **{"结业情况": "未参训", "已付补贴金额(元)": "0"}),
        person(703, **other),
        person(704, **other, **{"已付补贴金额(元)": "很多"}),
        person(705, **unknown),
        person(706, **split),
        person(707, **split, **{"课时": "60"}),
        person(708, **late),
        person(701),
    )
    tried = await imported(officer, sheet, kind="past_classes", mode="validate")
    assert await trained(registry) == [0, 0]
    job = await imported(officer, sheet, kind="past_classes")
    assert (job["summary"], job["errors"]) == (tried["summary"], tried["errors"])
    assert job["summary"] == counts(9, created=2, rejected=7)
    assert sorted(found(job)) == [
        (4, "原班级编号", "class_has_faults"),
        (5, "已付补贴金额(元)", "invalid_value"),
        (6, "统一社会信用代码", "unknown_institution"),
        (7, "原班级编号", "class_has_faults"),
        (8, "原班级编号", "history_class_differs"),
        (9, "结束日期", "in_the_future"),
        (10, "身份证号码", "duplicate_row"),
    ]
    assert await trained(registry) == [1, 1]
    cells = {(each["row"], each["column"]): "1500" for each in job["errors"] if each["code"] == "invalid_value"}
    again = await imported(officer, corrected((await officer.get(job["result_url"])).content, cells), kind="past_classes")
    assert again["summary"] == counts(9, created=2, unchanged=2, rejected=5)
    assert "原编号 2023-NY-017" in "".join(again["notes"]) and job["notes"] == tried["notes"]
    assert await trained(registry) == [3, 3]

    newest, first = (await officer.get("/v1/history-imports")).json()["items"]
    assert (first["classes"], first["people"], first["completed"], first["payments"]) == (1, 2, 1, 1)
    assert first["document"].endswith(".xlsx")
    [of_class] = (await officer.get(f"/v1/history-imports/{first['id']}")).json()["of_classes"]
    assert of_class["number_there"] == "2023-NY-017" and (await officer.get(f"/v1/classes/{of_class['class_id']}")).json()["imported"]
    await made.posted(officer, f"/v1/history-imports/{newest['id']}:void", {"reason": "重报"}, 200)
    assert await trained(registry) == [1, 1]
    more = await imported(officer, ledger(uscc, person(701), person(709)), kind="past_classes")
    assert {each["code"] for each in more["errors"]} == {"history_class_differs", "class_has_faults"}
    await sent(registry.as_("town", region_code="522601100"), sheet, 403, kind="past_classes")
