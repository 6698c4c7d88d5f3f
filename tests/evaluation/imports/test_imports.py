"""Lists of other issuers' certificates and of results, sent once and twice: what becomes of each row, and whose it is."""

import datetime as dt
from typing import Any

import httpx
import pytest

from services.evaluation.imports.reading import read_certificates, read_results
from services.registry.imports.templates import template
from shared import db
from shared.sheets import Book, Reading, Table, open_book, write_book
from tests import people
from tests.conftest import Start
from tests.evaluation import made
from tests.evaluation.made import refused, world
from tests.registry.files.test_files import upload
from tests.registry.imports.sending import corrected
from tests.waiting import until

pytestmark = pytest.mark.jobs

CERTIFICATES = ("姓名", "证件号码", "证书类型", "证书编号", "职业(工种)", "技能等级", "发证日期", "发证机构")
RESULTS = ("姓名", "身份证号", "批次编号", "成绩", "是否合格")
READERS = {"certificates": read_certificates, "results": read_results}


def sheet(header: tuple[str, ...], *rows: tuple[Any, ...]) -> bytes:
    return write_book([Table("名单", header, rows)])


async def sent(client: httpx.AsyncClient, content: bytes, **form: str) -> httpx.Response:
    return await client.post("/v1/certificate-imports", files={"file": ("名单.xlsx", content)}, data=form)


async def imported(client: httpx.AsyncClient, content: bytes, **form: str) -> dict[str, Any]:
    started = await sent(client, content, **form)
    assert started.status_code == 202, started.text

    async def ended() -> dict[str, Any] | None:
        found: dict[str, Any] = (await client.get(started.headers["location"])).json()
        return found if found["status"] in ("done", "failed") else None

    return await until(ended)


def outcome(job: dict[str, Any]) -> tuple[dict[str, int], list[tuple[int, str, str]]]:
    counted = {name: number for name, number in job["summary"].items() if number and name != "rows"}
    return counted, [(each["row"], each["column"], each["code"]) for each in job["errors"]]


async def test_a_proof_that_is_the_id_of_no_file_is_a_fault_of_its_cell(start: Start) -> None:
    async with world(start) as w:
        await w.worker(0)
        row = (people.name(0), people.id_number(0), "", "S000052000009245000121", "电工", "初级工", "2024-11-05", "州技能评价中心")
        scan = (await upload(w.registry.as_("officer"))).json()["id"]
        for proof, told in ((str(db.new_id()), ({"rejected": 1}, [(2, "I", "unknown_file")])), (scan, ({"created": 1}, []))):
            listed = sheet((*CERTIFICATES, "证明材料"), (*row, proof))
            assert outcome(await imported(w.officer(), listed, kind="certificates")) == told


async def test_certificates_of_other_issuers_come_in_once_and_every_fault_is_told_of_its_cell(start: Start) -> None:
    async with world(start) as w:
        for n in range(3):
            await w.worker(n)
        number = "S00005200000924500012{}"
        said = ("电工", "初级工", "2024-11-05", "州技能评价中心")
        rows: list[tuple[Any, ...]] = [
            (people.name(0), people.id_number(0), "", number.format(1), *said),
            ("", people.id_number(1), "专项职业能力证书", "ZX-2024-017", "酸汤鱼制作", "", dt.date(2024, 11, 5), "州技能评价中心"),
            (people.name(2), people.id_number(0), "", number.format(2), *said),
            (people.name(9), people.id_number(9), "", number.format(3), *said),
            (people.name(2), people.id_number(2), "", number.format(1), *said),
            (people.name(2), people.id_number(2), "", number.format(4), "钓鱼", "初级工", "2024-11-05", "州技能评价中心"),
            (people.name(2), people.id_number(2), "", number.format(5), "电工", "高级工", "2023-11-05", "州技能评价中心"),
            (people.name(2), people.id_number(2), "", 1.23e21, "电工", "初级工", "2030-11-05", ""),
        ]
        first = await imported(w.officer(), sheet(CERTIFICATES, *rows), kind="certificates")
        assert outcome(first) == (
            {"created": 2, "rejected": 6},
            [
                (4, "A", "name_differs"),
                (5, "B", "unknown_holder"),
                (6, "D", "duplicate_row"),
                (7, "E", "invalid_value"),
                (8, "D", "certificate_number_year"),
                (8, "D", "certificate_number_level"),
                (9, "D", "invalid_value"),
                (9, "C", "missing_field"),
                (9, "H", "missing_field"),
            ],
        )
        assert first["notes"] == ["表“名单”第 3 行:职业(工种)不在目录中,证书登记时不带职业。"]
        same = (*rows[0][:3], number.format(9), *said)
        [note] = (await imported(w.officer(), sheet(CERTIFICATES, same), kind="certificates", mode="validate"))["notes"]
        assert note.startswith(f"证书 {number.format(9)} 与已登记的 {number.format(1)} ")
        again = await imported(w.officer(), sheet(CERTIFICATES, *rows[:2]), kind="certificates")
        assert outcome(again) == ({"unchanged": 2}, [])
        others = [(people.name(2), people.id_number(2), "", number.format(1), *said), (*rows[0][:6], "2024-11-06", rows[0][7])]
        for row in others:
            told = await imported(w.officer(), sheet(CERTIFICATES, row), kind="certificates")
            assert outcome(told) == ({"rejected": 1}, [(2, "D", "duplicate_certificate")])
        kept = await w.certificates()
        assert {(each["kind"], each["occupation_code"], each["issued_on"]) for each in kept} == {
            ("skill_level", made.ELECTRICIAN, "2024-11-05"),
            ("special_skill", None, "2024-11-05"),
        }
        result = await w.officer().get(first["result_url"])
        told_rows = [row.number for row in open_book(result.content, "a.xlsx").sheets[0].rows if "列:" in row.text(len(CERTIFICATES))]
        assert told_rows == [4, 5, 6, 7, 8, 9]
        [wrong] = (await imported(w.officer(), sheet(CERTIFICATES, rows[5]), kind="certificates"))["errors"]
        back = await w.officer().get((await w.officer().get("/v1/certificate-imports")).json()["items"][0]["result_url"])
        right = corrected(back.content, {(wrong["row"], wrong["column"]): "电工"})
        assert outcome(await imported(w.officer(), right, kind="certificates")) == ({"created": 1}, [])


async def test_results_come_in_for_the_candidates_and_are_changed_until_they_are_locked(start: Start) -> None:
    async with world(start) as w:
        filing = await w.filing()
        workers = [await w.worker(n) for n in range(3)]
        stranger = await w.worker(7)
        batch = await w.batch(filing["id"], workers)
        other = await w.batch(filing["id"], [workers[0]], held_on="2025-06-01")
        person = [(people.name(n), people.id_number(n)) for n in range(8)]
        rows: list[tuple[Any, ...]] = [
            (*person[0], "", "86.5分", "合格"),
            (*person[1], batch["number"], "", "不合格"),
            (people.name(1), people.id_number(2), "", 60, "合格"),
            (*person[7], "", 60, "合格"),
            (*person[0], other["number"], "缺考", ""),
            (*person[1], "", 101, "好像"),
            (*person[2], other["number"], 70, "合格"),
        ]
        first = await imported(w.enterprise(), sheet(RESULTS, *rows), kind="results")
        assert outcome(first) == (
            {"created": 3, "rejected": 4},
            [
                (4, "A", "name_differs"),
                (5, "B", "not_a_candidate"),
                (7, "E", "invalid_value"),
                (7, "D", "invalid_value"),
                (8, "B", "not_a_candidate"),
            ],
        )
        assert stranger not in {each["trainee_id"] for each in first["errors"] if "trainee_id" in each}
        changed = [rows[0], (*person[1], "", 61, "合格"), (*person[2], "", "", "合格")]
        back = await w.enterprise().get(
            (await imported(w.enterprise(), sheet(RESULTS, (*person[0], "", "好", "合格")), kind="results"))["result_url"]
        )
        assert outcome(await imported(w.enterprise(), corrected(back.content, {(2, "D"): "86.5"}), kind="results")) == (
            {"unchanged": 1},
            [],
        )
        again = await imported(w.enterprise(), sheet(RESULTS, *changed), kind="results", assessment_id=batch["id"])
        assert outcome(again) == ({"created": 1, "updated": 1, "unchanged": 1}, [])
        paper = (await w.enterprise().get(f"/v1/assessments/{batch['id']}")).json()
        assert {(each["trainee_id"], each["score"], each["passed"]) for each in paper["results"]} == {
            (workers[0], 86.5, True),
            (workers[1], 61.0, True),
            (workers[2], None, True),
        }
        await made.done(w.enterprise().post(f"/v1/assessments/{batch['id']}/supervision", json=made.supervision()))
        await made.done(w.enterprise().post(f"/v1/assessments/{batch['id']}:lock"))
        await refused(sent(w.enterprise(), sheet(RESULTS, *changed), kind="results", assessment_id=batch["id"]), 409, "invalid_state")
        late = await imported(w.enterprise(), sheet(RESULTS, (*person[1], "", 61, "合格")), kind="results")
        assert outcome(late) == ({"rejected": 1}, [(2, "B", "not_a_candidate")])


async def test_who_may_not_do_it_by_a_request_brings_no_sheet_of_it_and_sees_none(start: Start) -> None:
    async with world(start) as w:
        await w.worker(0)
        own = sheet(RESULTS, (people.name(0), people.id_number(0), "", 60, "合格"))
        await refused(sent(w.officer(), own, kind="results"), 403, "forbidden")
        await refused(sent(w.enterprise(), own, kind="certificates"), 403, "forbidden")
        await refused(sent(w.reviewer(), own, kind="certificates"), 403, "wrong_role")
        await refused(sent(w.officer(), own, kind="certificates", assessment_id=made.some_id()), 422, "invalid")
        await refused(sent(w.enterprise(), own, kind="results", assessment_id=made.some_id()), 404, "not_found")
        kept = await imported(w.enterprise(), own, kind="results", mode="validate")
        assert (await w.officer().get("/v1/certificate-imports")).json()["items"][0]["id"] == kept["id"]
        stranger = w.enterprise(institution_id=await w.institution())
        assert (await stranger.get("/v1/certificate-imports")).json()["items"] == []
        assert (await stranger.get(f"/v1/certificate-imports/{kept['id']}")).status_code == 404
        assert (await stranger.get(kept["result_url"] or f"/v1/certificate-imports/{kept['id']}/result.xlsx")).status_code == 404


def filled_in(kind: Any, order: str) -> Book:
    book = open_book(template(kind), "a.xlsx")
    header, example = ([row.text(column) for column in range(len(row.values))] for row in book.sheets[0].rows)
    return open_book(write_book([Table("表", header, [[order, *example[1:]]])]), "a.xlsx")


@pytest.mark.parametrize("kind", list(READERS))
@pytest.mark.parametrize(("order", "total"), [("示例", 0), ("1", 1)])
def test_a_template_reads_back_and_its_example_is_passed_over(kind: str, order: str, total: int) -> None:
    reading: Reading[Any] = READERS[kind](filled_in(kind, order), today=dt.date(2025, 8, 1))
    assert (reading.total, len(reading.rows), reading.faults) == (total, total, [])


def test_words_that_stand_for_a_score_say_who_passed() -> None:
    rows = [("杨秀英", people.id_number(n), score) for n, score in enumerate(("合格", "缺考", 86, "√", "不 合 格", "86"))]
    reading = read_results(open_book(sheet(("姓名", "身份证号码", "成绩"), *rows), "a.xlsx"), today=dt.date(2025, 8, 1))
    assert [each.passed for each in reading.rows] == [True, False, True, False]
    assert [each.code for each in reading.faults] == ["missing_field"] * 2
