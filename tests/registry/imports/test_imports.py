"""Imports over their routes: the offices' real sheets, sent once, twice and at once; files that cannot be read; a process that dies over its work."""

import asyncio
import json
import time
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlalchemy import func, select, text, update

from services.registry.app import PART
from services.registry.codes import SheetKind
from services.registry.imports.job import IMPORTS
from services.registry.imports.tables import Import
from services.registry.people.trainees.tables import Trainee
from services.registry.training.enrolments.tables import Enrolment
from shared.sheet_jobs import running as sheet_job
from shared.sheets import Table, open_book, write_book
from shared.web import create_app
from tests.conftest import Databases, Service, Start, running, settings
from tests.registry import made

SAMPLES = Path(__file__).parents[2] / "samples"
TRUTH = json.loads((SAMPLES / "truth.json").read_text("utf-8"))
SHORT = (SAMPLES / "roster-short-course.xlsx").read_bytes()
SIGN_IN = (SAMPLES / "sign-in-short-course.xlsx").read_bytes()
ELECTRICIANS = (SAMPLES / "roster-electrician.xlsx").read_bytes()
HEADER = ("序号", "姓名", "身份证号码", "户籍所在乡镇(街道)", "联系电话", "人员类别", "本人银行账号")


@pytest.fixture
async def registry(start: Start) -> AsyncIterator[Service]:
    async with start("registry") as service:
        yield service


async def sent(client: httpx.AsyncClient, content: bytes, expected: int = 202, filename: str = "表.xlsx", **form: str) -> Any:
    answer = await client.post("/v1/imports", data={"mode": "commit"} | form, files={"file": (filename, content)})
    assert answer.status_code == expected, answer.text
    if expected == 202:
        assert answer.headers["location"] == f"/v1/imports/{answer.json()['id']}"
    return answer.json()


async def finished(client: httpx.AsyncClient, import_id: str) -> Any:
    until = time.monotonic() + 30
    while time.monotonic() < until:
        answer = (await client.get(f"/v1/imports/{import_id}")).json()
        if answer["status"] in ("done", "failed"):
            return answer
        await asyncio.sleep(0.02)
    raise AssertionError(answer)


async def imported(client: httpx.AsyncClient, content: bytes, filename: str = "表.xlsx", **form: str) -> Any:
    return await finished(client, (await sent(client, content, filename=filename, **form))["id"])


def roster(*rows: tuple[str, ...]) -> bytes:
    return write_book([Table("花名册", HEADER, [(str(number), *row) for number, row in enumerate(rows, 1)])])


def person(
    serial: int, name: str = "杨秀英", town: str = "三棵树镇", phone: str = "", category: str = "", account: str = ""
) -> tuple[str, ...]:
    return name, made.citizen(serial), town, phone, category, account


def counts(rows: int, **outcomes: int) -> dict[str, int]:
    return {"rows": rows, "created": 0, "updated": 0, "unchanged": 0, "rejected": 0} | outcomes


async def test_the_electricians_roster_comes_in_as_a_careful_clerk_would_say(registry: Service) -> None:
    institution_id = await made.school(registry)
    class_id = await made.proposed(
        registry, institution_id, "approved", channel="project", occupation_code="6-31-01-03", ends_on="2025-06-30", seats=60
    )
    own = registry.as_("institution", institution_id=institution_id, at=made.BEFORE)
    first = await imported(own, ELECTRICIANS, "roster-electrician.xlsx", kind="roster", class_id=class_id)
    faults = TRUTH["roster"]["faults"]
    assert [{"row": each["row"], "code": each["code"]} for each in first["errors"]] == faults
    assert all(each["fix"] and each["column"] for each in first["errors"])
    rows = TRUTH["roster"]["rows"]
    assert first["summary"] == counts(rows, created=rows - len(faults), rejected=len(faults))
    assert first["progress"] == {"done": rows, "total": rows}
    again = await imported(own, ELECTRICIANS, "roster-electrician.xlsx", kind="roster", class_id=class_id)
    assert again["summary"] == counts(rows, unchanged=rows - len(faults), rejected=len(faults))
    answer = await own.get(first["result_url"])
    sheet = open_book(answer.content, "result.xlsx").sheets[0]
    told = {row.number for row in sheet.rows if str(row.values[-1] or "").count("列:")}
    assert told == {each["row"] for each in faults}
    problems = {each["code"] for each in (await own.get("/v1/problems")).json()["items"]}
    assert {each["code"] for each in faults} <= problems


async def test_the_short_course_is_imported_attended_and_completed(registry: Service) -> None:
    institution_id = await made.school(registry)
    class_id = await made.proposed(registry, institution_id, "in_progress")
    own = registry.as_("institution", institution_id=institution_id, at=made.LAST)
    truth = TRUTH["short_course"]
    first = await imported(own, SHORT, kind="roster", class_id=class_id)
    assert (first["summary"], first["errors"]) == (counts(truth["people"], created=truth["people"]), [])
    signed = await imported(own, SIGN_IN, kind="sign_in", class_id=class_id)
    assert (signed["summary"], signed["errors"]) == (counts(truth["people"], created=truth["people"]), [])
    again = await imported(own, SIGN_IN, kind="sign_in", class_id=class_id)
    assert again["summary"] == counts(truth["people"], unchanged=truth["people"])
    after = registry.as_("institution", institution_id=institution_id, at=made.AFTER)
    await made.posted(after, f"/v1/classes/{class_id}:complete")
    enrolments = (await own.get(f"/v1/classes/{class_id}/enrolments", params={"limit": 200})).json()["items"]
    by_row = [(each["half_days_attended"], each["days_attended"]) for each in reversed(enrolments)]
    assert by_row == [(each["half_days"], each["paid_days"]) for each in truth["sign_in"]]
    assert {each["outcome"] for each in enrolments} == {"completed"}
    facts = await made.posted(registry.internal(), "/internal/v1/claim-facts", {"class_id": class_id, "trainee_ids": None}, 200)
    assert all(each["has_bank_account"] for each in facts["enrolments"])
    assert all(category["since_on"] == "2025-04-08" for each in facts["enrolments"] for category in each["categories"])


async def test_a_trial_run_keeps_nothing(registry: Service) -> None:
    class_id = await made.proposed(registry, await made.school(registry), "draft")
    officer = registry.as_("officer", at=made.LAST)
    tried = await imported(officer, SHORT, kind="roster", class_id=class_id, mode="validate")
    assert (tried["status"], tried["summary"]) == ("done", counts(30, created=30))
    assert (await officer.get("/v1/trainees")).json()["items"] == []
    assert (await officer.get(f"/v1/classes/{class_id}/enrolments")).json()["items"] == []


async def test_two_imports_of_one_roster_at_once_make_each_person_once(jobless: Service) -> None:
    registry = jobless
    class_id = await made.proposed(registry, await made.school(registry), "approved")
    officer = registry.as_("officer", at=made.BEFORE)
    queued = [await sent(officer, SHORT, kind="roster", class_id=class_id) for _ in range(2)]
    await asyncio.gather(*(work_until_idle(registry) for _ in range(2)))
    results = [await finished(officer, each["id"]) for each in queued]
    assert sorted(each["summary"]["created"] for each in results) == [0, 30]
    assert sorted(each["summary"]["unchanged"] for each in results) == [0, 30]
    assert await how_many(registry) == (30, 30)


async def work_until_idle(registry: Service) -> None:
    while taken := await sheet_job.take(registry.kernel, IMPORTS):
        await sheet_job.run(registry.kernel, IMPORTS, taken)


async def how_many(registry: Service) -> tuple[int, int]:
    async with registry.kernel.reading() as session:
        trainees = await session.scalar(select(func.count()).select_from(Trainee))
        enrolments = await session.scalar(select(func.count()).select_from(Enrolment))
    return trainees or 0, enrolments or 0


async def test_a_known_person_is_enrolled_and_only_what_was_blank_or_earlier_is_added(registry: Service) -> None:
    institution_id = await made.school(registry)
    class_id = await made.proposed(registry, institution_id, "approved")
    own = registry.as_("institution", institution_id=institution_id, at=made.BEFORE)
    account = "6217001234567894321"
    categories = [{"code": "rural_woman", "since_on": "2025-06-01"}, {"code": "veteran", "since_on": "2020-01-01"}]
    body = {"name": "潘阿生", "id_number": made.citizen(1), "phone": "13885501234", "region_code": "522601101", "categories": categories}
    known = (await made.posted(own, "/v1/trainees", body, 201))["id"]
    sheet = roster(person(1, "潘阿生", "三棵树镇", "13900000000", "农村妇女、退役军人", account), person(2, "吴老岩"))
    assert (await imported(own, sheet, kind="roster", class_id=class_id))["summary"] == counts(2, created=2)
    kept = (await own.get(f"/v1/trainees/{known}")).json()
    assert (kept["region_code"], kept["phone"], kept["bank_account"][-4:]) == ("522601101", "138****1234", "4321")
    assert [(each["code"], each["since_on"], each["until_on"]) for each in kept["categories"]] == [
        ("veteran", "2020-01-01", None),
        ("rural_woman", "2025-04-08", "2025-05-31"),
        ("rural_woman", "2025-06-01", None),
    ]
    assert (await imported(own, sheet, kind="roster", class_id=class_id))["summary"] == counts(2, unchanged=2)
    more = roster(person(1, "潘阿生", category="脱贫劳动力"), person(2, "吴老岩"))
    assert (await imported(own, more, kind="roster", class_id=class_id))["summary"] == counts(2, updated=1, unchanged=1)


async def test_rows_beyond_the_last_seat_come_back(registry: Service) -> None:
    class_id = await made.proposed(registry, await made.school(registry), "approved", seats=2)
    officer = registry.as_("officer", at=made.BEFORE)
    answer = await imported(officer, roster(person(1), person(2), person(3)), kind="roster", class_id=class_id)
    assert answer["summary"] == counts(3, created=2, rejected=1)
    assert [(each["row"], each["code"]) for each in answer["errors"]] == [(4, "class_full")]


async def test_a_row_of_someone_who_sat_in_another_class_is_refused_and_kept_as_a_conflict(registry: Service) -> None:
    institution_id = await made.school(registry)
    classes = [await made.proposed(registry, institution_id, "in_progress") for _ in range(2)]
    own = registry.as_("institution", institution_id=institution_id, at=made.LAST)
    marks = write_book(
        [
            Table(
                "签到表",
                ("姓名", "身份证号码", "4月8日上午", "4月8日下午"),
                [("杨秀英", made.citizen(1), "√", "√"), ("吴老岩", made.citizen(2), "√", "×")],
            )
        ]
    )
    for class_id in classes:
        await imported(own, roster(person(1), person(2, "吴老岩")), kind="roster", class_id=class_id)
    assert (await imported(own, marks, kind="sign_in", class_id=classes[0]))["summary"] == counts(2, created=2)
    other = write_book(
        [
            Table(
                "签到表",
                ("姓名", "身份证号码", "4月8日上午", "4月8日下午"),
                [("杨秀英", made.citizen(1), "√", "√"), ("吴老岩", made.citizen(2), "×", "√")],
            )
        ]
    )
    refused = await imported(own, other, kind="sign_in", class_id=classes[1])
    assert refused["summary"] == counts(2, created=1, rejected=1)
    assert [(each["row"], each["code"]) for each in refused["errors"]] == [(2, "overlapping_attendance")] * 2
    for class_id in classes:
        facts = await made.posted(registry.internal(), "/internal/v1/claim-facts", {"class_id": class_id}, 200)
        assert [len(each["attended_other_class"]) for each in facts["enrolments"]] == [2, 0]


@pytest.mark.parametrize(
    ("content", "filename", "code"),
    [
        pytest.param(b"PK\x03\x04 broken", "a.xlsx", "unreadable_file", id="a-broken-workbook"),
        pytest.param(b"%PDF-1.7", "a.pdf", "unreadable_file", id="a-pdf"),
        pytest.param("甲,乙\n1,2\n".encode("gb18030"), "a.csv", "unknown_sheet_layout", id="no-header-that-we-know"),
        pytest.param(write_book([Table("表", ["姓名"], [["杨秀英"]] * 20_300)]), "a.xlsx", "file_too_large", id="too-many-rows"),
    ],
)
async def test_a_file_that_cannot_be_read_fails_with_its_code(registry: Service, content: bytes, filename: str, code: str) -> None:
    class_id = await made.proposed(registry, await made.school(registry), "approved")
    answer = await imported(registry.as_("officer", at=made.BEFORE), content, filename, kind="roster", class_id=class_id)
    assert (answer["status"], [each["code"] for each in answer["errors"]], answer["result_url"]) == ("failed", [code], None)
    refused = await registry.as_("officer").get(f"/v1/imports/{answer['id']}/result.xlsx")
    assert refused.status_code == 409


async def test_what_is_wrong_with_the_upload_itself_is_said_at_once(registry: Service) -> None:
    institution_id = await made.school(registry)
    class_id = await made.proposed(registry, institution_id, "approved")
    officer, own = registry.as_("officer", at=made.BEFORE), registry.as_("institution", institution_id=institution_id, at=made.BEFORE)
    assert (await sent(officer, b" ", 422, kind="roster", class_id=class_id))["code"] == "unreadable_file"
    for megabytes in (20, 25):
        large = b"x" * (megabytes * 1024 * 1024 + 1)
        assert (await sent(officer, large, 422, kind="roster", class_id=class_id))["code"] == "file_too_large"
    assert (await sent(officer, SHORT, 422, kind="roster"))["errors"][0]["pointer"] == "/class_id"
    assert (await sent(officer, SHORT, 422, kind="cats", oops="1", class_id=class_id))["code"] == "invalid"
    assert [each["pointer"] for each in (await sent(officer, SHORT, 422, kind="status_records", class_id=class_id))["errors"]] == [
        "/source",
        "/status",
        "/class_id",
    ]
    assert (await sent(officer, SIGN_IN, 409, kind="sign_in", class_id=class_id))["code"] == "invalid_state"
    other = registry.as_("institution", institution_id=await made.school(registry))
    assert (await sent(other, SHORT, 404, kind="roster", class_id=class_id))["code"] == "not_found"
    assert (await sent(own, SHORT, 403, kind="status_records", status="deceased", source="民政"))["code"] == "forbidden"
    assert (await sent(registry.as_("finance"), SHORT, 403, kind="roster", class_id=class_id))["code"] == "wrong_role"
    assert (await officer.get("/v1/imports")).json()["items"] == []


async def test_csv_comes_in_whatever_its_encoding(registry: Service) -> None:
    class_id = await made.proposed(registry, await made.school(registry), "approved")
    listed = f"姓名,身份证号码,户籍所在乡镇\n杨秀英,{made.citizen(1)},三棵树镇\n"
    for encoding, outcome in (("gb18030", "created"), ("utf-8", "unchanged"), ("utf-8-sig", "unchanged")):
        answer = await imported(
            registry.as_("officer", at=made.BEFORE), listed.encode(encoding), "名单.csv", kind="roster", class_id=class_id
        )
        assert answer["summary"][outcome] == 1, encoding


async def test_teachers_and_pension_lists_come_in_too(registry: Service) -> None:
    institution_id = await made.school(registry)
    own, officer = registry.as_("institution", institution_id=institution_id, at=made.BEFORE), registry.as_("officer", at=made.BEFORE)
    sheet = write_book(
        [Table("教师", ("姓名", "身份证号码", "专职/兼职", "聘用日期"), [("石老师", made.citizen(7), "专职", "2024-03-01")])]
    )
    assert (await imported(own, sheet, kind="teachers"))["summary"] == counts(1, created=1)
    assert (await imported(own, sheet, kind="teachers"))["summary"] == counts(1, unchanged=1)
    pensions = (SAMPLES / "pension-list.csv").read_bytes()
    form = {"kind": "status_records", "status": "employee_pension", "source": "州社保局"}
    rows = TRUTH["pension_rows"]
    assert (await imported(officer, pensions, "pension-list.csv", **form))["summary"] == counts(rows, created=rows)
    assert (await imported(officer, pensions, "pension-list.csv", **form))["summary"] == counts(rows, unchanged=rows)


async def test_no_full_number_is_in_an_answer_or_in_the_clear_in_the_database(registry: Service) -> None:
    class_id = await made.proposed(registry, await made.school(registry), "approved")
    officer = registry.as_("officer", at=made.BEFORE)
    twice = roster(person(1), person(1), ("", made.citizen(2), "三棵树镇", "12", "", ""))
    answer = await officer.get(f"/v1/imports/{(await imported(officer, twice, kind='roster', class_id=class_id))['id']}")
    assert [each["code"] for each in answer.json()["errors"]] == ["duplicate_row", "name_missing", "invalid_phone"]
    assert made.citizen(1) not in answer.text and made.citizen(2) not in answer.text
    async with registry.kernel.reading() as session:
        content = await session.scalar(select(Import.content))
    assert content is not None and not content.startswith(b"PK")


async def test_an_institution_sees_its_own_imports_only(registry: Service) -> None:
    own, other = await made.school(registry), await made.school(registry)
    class_id = await made.proposed(registry, own, "approved")
    mine = registry.as_("institution", institution_id=own, at=made.BEFORE)
    answer = await imported(mine, roster(person(1)), kind="roster", class_id=class_id)
    stranger = registry.as_("institution", institution_id=other, at=made.BEFORE)
    for path in (f"/v1/imports/{answer['id']}", f"/v1/imports/{answer['id']}/result.xlsx"):
        assert (await stranger.get(path)).status_code == 404
    assert (await stranger.get("/v1/imports")).json()["items"] == []
    assert [each["id"] for each in (await mine.get("/v1/imports", params={"kind": "roster", "status": "done"})).json()["items"]] == [
        answer["id"]
    ]


async def test_a_template_can_be_downloaded_and_sent_back(registry: Service) -> None:
    class_id = await made.proposed(registry, await made.school(registry), "approved")
    officer = registry.as_("officer", at=made.BEFORE)
    for kind in (*SheetKind, "placements"):
        assert (await officer.get(f"/v1/templates/{kind}.xlsx")).content.startswith(b"PK")
    assert (await officer.get("/v1/templates/cats.xlsx")).status_code == 404
    empty = (await officer.get("/v1/templates/roster.xlsx")).content
    assert (await imported(officer, empty, kind="roster", class_id=class_id))["summary"] == counts(0)


# --- a process that dies over its work -----------------------------------------------------------------------------------------------------


@pytest.fixture
async def jobless(databases: Databases, tmp_path: Path) -> AsyncIterator[Service]:
    """The registry without its job, so that a test takes the job's steps itself."""
    app = create_app(replace(PART, jobs=()), settings(await databases.lend("registry"), tmp_path / "seals"))
    async with running(app) as service:
        yield service


async def queued_roster(registry: Service) -> str:
    class_id = await made.proposed(registry, await made.school(registry), "approved")
    return str((await sent(registry.as_("officer", at=made.BEFORE), SHORT, kind="roster", class_id=class_id))["id"])


async def let_the_lease_run_out(registry: Service) -> None:
    async with registry.kernel.writing.begin() as session:
        await session.execute(update(Import).values(leased_until=func.now() - timedelta(seconds=1)))


async def test_an_import_whose_process_dies_over_it_is_done_again_and_takes_effect_once(jobless: Service) -> None:
    import_id = await queued_roster(jobless)
    taken = await sheet_job.take(jobless.kernel, IMPORTS)
    assert taken is not None
    async with jobless.kernel.engine.begin() as connection:  # holds the job up in the middle of its rows
        await connection.execute(text("LOCK TABLE enrolments IN EXCLUSIVE MODE"))
        dying = asyncio.create_task(sheet_job.run(jobless.kernel, IMPORTS, taken))
        for _ in range(500):
            if await how_many_wait(jobless):
                break
            await asyncio.sleep(0.01)
        dying.cancel()
        await asyncio.gather(dying, return_exceptions=True)
    assert await how_many(jobless) == (0, 0)
    assert await sheet_job.take(jobless.kernel, IMPORTS) is None
    await let_the_lease_run_out(jobless)
    await work_until_idle(jobless)
    answer = await finished(jobless.as_("officer"), import_id)
    assert (answer["status"], answer["summary"]) == ("done", counts(30, created=30))
    assert await how_many(jobless) == (30, 30)


async def how_many_wait(registry: Service) -> int:
    async with registry.kernel.reading() as session:
        return await session.scalar(text("SELECT count(*) FROM pg_locks WHERE NOT granted")) or 0


async def test_who_lost_the_lease_keeps_nothing(jobless: Service) -> None:
    import_id = await queued_roster(jobless)
    slow = await sheet_job.take(jobless.kernel, IMPORTS)
    await let_the_lease_run_out(jobless)
    quick = await sheet_job.take(jobless.kernel, IMPORTS)
    assert slow is not None and quick is not None
    await sheet_job.run(jobless.kernel, IMPORTS, slow)
    assert await how_many(jobless) == (0, 0)
    await sheet_job.run(jobless.kernel, IMPORTS, quick)
    assert (await finished(jobless.as_("officer"), import_id))["summary"] == counts(30, created=30)
    trail = (await jobless.as_("auditor").get("/v1/audit", params={"action": "import.done"})).json()["items"]
    assert len(trail) == 1


async def test_an_import_that_kills_three_processes_is_given_up(jobless: Service) -> None:
    import_id = await queued_roster(jobless)
    for _ in range(sheet_job.ATTEMPTS_AT_MOST):
        assert await sheet_job.take(jobless.kernel, IMPORTS) is not None
        await let_the_lease_run_out(jobless)
    await work_until_idle(jobless)
    answer = await finished(jobless.as_("officer"), import_id)
    assert (answer["status"], answer["errors"][0]["code"]) == ("failed", "internal")
    assert await how_many(jobless) == (0, 0)


async def test_a_class_closed_before_the_rows_are_read_fails_the_import(jobless: Service) -> None:
    import_id = await queued_roster(jobless)
    officer = jobless.as_("officer")
    class_id = (await officer.get(f"/v1/imports/{import_id}")).json()["class_id"]
    await made.posted(officer, f"/v1/classes/{class_id}:cancel")
    await work_until_idle(jobless)
    answer = await finished(officer, import_id)
    assert (answer["status"], answer["errors"][0]["code"]) == ("failed", "invalid_state")


# --- whose number it is --------------------------------------------------------------------------------------------------------------------


async def test_a_number_with_the_name_of_another_is_told_and_nobody_is_enrolled(registry: Service) -> None:
    institution_id = await made.school(registry)
    class_id = await made.proposed(registry, institution_id, "approved")
    officer = registry.as_("officer", at=made.BEFORE)
    await made.posted(
        officer, "/v1/trainees", {"name": "潘阿生", "id_number": made.citizen(1), "phone": "13885501234", "region_code": "522601101"}, 201
    )
    own = registry.as_("institution", institution_id=institution_id, at=made.BEFORE)
    answer = await imported(own, roster(person(1, "吴老岩"), person(2)), kind="roster", class_id=class_id)
    assert answer["summary"] == counts(2, created=1, rejected=1)
    assert [(each["row"], each["column"], each["code"]) for each in answer["errors"]] == [(2, "B", "name_differs")]
    assert len((await own.get("/v1/trainees")).json()["items"]) == 1
    right = await imported(own, roster(person(1, "潘 阿生"), person(2)), kind="roster", class_id=class_id)
    assert right["summary"] == counts(2, created=1, unchanged=1)
    pensions = write_book(
        [Table("名单", ("姓名", "证件号码", "开始年月"), [("吴老岩", made.citizen(1), "202412"), ("潘阿生", made.citizen(1), "202501")])]
    )
    listed = await imported(officer, pensions, kind="status_records", status="employee_pension", source="州社保局")
    assert (listed["summary"], [each["code"] for each in listed["errors"]]) == (counts(2, created=1, rejected=1), ["name_differs"])


async def test_a_roster_says_nothing_new_of_whom_a_begun_class_counts_on(registry: Service) -> None:
    institution_id = await made.school(registry)
    class_id = await made.proposed(registry, institution_id, "approved")
    own = registry.as_("institution", institution_id=institution_id, at=made.BEFORE)
    assert (await imported(own, roster(person(1, category="农村转移劳动者")), kind="roster", class_id=class_id))["summary"] == counts(
        1, created=1
    )
    during = registry.as_("institution", institution_id=institution_id, at=made.FIRST)
    again = await imported(during, roster(person(1, category="农村转移劳动者")), kind="roster", class_id=class_id)
    assert again["summary"] == counts(1, unchanged=1)
    told = await imported(during, roster(person(1, category="脱贫劳动力")), kind="roster", class_id=class_id)
    assert [(each["column"], each["code"]) for each in told["errors"]] == [("F", "correction_needed")]
    [trainee] = (await during.get("/v1/trainees")).json()["items"]
    assert [each["code"] for each in trainee["categories"]] == ["rural_transfer_worker"]


async def test_a_residence_permit_is_kept_as_one(registry: Service) -> None:
    class_id = await made.proposed(registry, await made.school(registry), "approved")
    officer = registry.as_("officer", at=made.BEFORE)
    await imported(officer, roster(("陈大文", "810000199003070015", "三棵树镇", "", "", "")), kind="roster", class_id=class_id)
    [trainee] = (await officer.get("/v1/trainees")).json()["items"]
    assert trainee["id_type"] == "residence_permit"


async def test_what_was_not_read_stands_in_the_notes_of_the_job(registry: Service) -> None:
    class_id = await made.proposed(registry, await made.school(registry), "approved")
    officer = registry.as_("officer", at=made.BEFORE)
    book = write_book([Table("花名册", HEADER, [("1", *person(1))]), Table("Sheet2", [], [])])
    assert (await imported(officer, book, kind="roster", class_id=class_id))["notes"] == ["表“Sheet2”是空的,未读取。"]
    hidden = write_book([Table("通讯录", ("姓名", "电话"), [("杨秀英", "13508550001")]), Table("Sheet2", [], [])])
    failed = await imported(officer, hidden, kind="roster", class_id=class_id)
    assert (failed["status"], len(failed["notes"])) == ("failed", 2)


# --- lists that need no class --------------------------------------------------------------------------------------------------------------


async def test_a_list_of_trainees_registers_them_and_takes_nothing_away(registry: Service) -> None:
    institution_id = await made.school(registry)
    own = registry.as_("institution", institution_id=institution_id, at=made.BEFORE)
    header = (*HEADER[:-1], "类别认定日期")
    sheet = write_book(
        [
            Table(
                "学员名册",
                header,
                [("1", *person(1, phone="13508550001", category="农村妇女")[:5], "2024-05-01"), ("2", *person(2)[:5], "")],
            )
        ]
    )
    assert (await imported(own, sheet, kind="trainees"))["summary"] == counts(2, created=2)
    assert (await imported(own, sheet, kind="trainees"))["summary"] == counts(2, unchanged=2)
    blank = write_book([Table("学员名册", header, [("1", *person(1)[:5], ""), ("2", *person(2, "吴老岩")[:5], "")])])
    again = await imported(own, blank, kind="trainees")
    assert (again["summary"], [each["code"] for each in again["errors"]]) == (counts(2, unchanged=1, rejected=1), ["name_differs"])
    kept = next(each for each in (await own.get("/v1/trainees")).json()["items"] if each["phone"])
    assert (kept["phone"], kept["categories"][0]["since_on"]) == ("135****0001", "2024-05-01")
    town = registry.as_("town", region_code="522601101", at=made.BEFORE)
    refused = await imported(town, sheet, kind="trainees")
    assert (refused["summary"]["rejected"], {(each["column"], each["code"]) for each in refused["errors"]}) == (2, {("D", "forbidden")})


async def test_a_list_of_payments_elsewhere_is_kept_once(registry: Service) -> None:
    officer = registry.as_("officer", at=made.BEFORE)
    header = ("姓名", "身份证号码", "职业(工种)", "技能等级", "开班日期", "金额(元)", "支付单位")
    rows = [
        ("杨秀英", made.citizen(1), "电工", "初级工", "2025-03-10", "1,500元", "州失业保险"),
        ("", made.citizen(2), "钓鱼", "", "2025-03-10", "?", ""),
    ]
    sheet = write_book([Table("名单", header, rows)])
    first = await imported(officer, sheet, kind="outside_payments", source="州社保局")
    assert (first["summary"], found(first)) == (counts(2, created=1, rejected=1), [(3, "F", "invalid_value")])
    [payment] = (await officer.get("/v1/outside-payments")).json()["items"]
    assert (payment["occupation_code"], payment["level"], payment["amount"]) == ("6-31-01-03", "junior", "1500.00")
    assert (await imported(officer, sheet, kind="outside_payments"))["summary"]["unchanged"] == 1
    own = registry.as_("institution", institution_id=await made.school(registry))
    await sent(own, sheet, 403, kind="outside_payments")


def found(job: Any) -> list[tuple[int, str, str]]:
    return [(each["row"], each["column"], each["code"]) for each in job["errors"]]


async def test_a_class_s_own_sign_in_sheet_has_its_people_and_its_half_days(registry: Service) -> None:
    institution_id = await made.school(registry)
    class_id = await made.proposed(registry, institution_id, "in_progress")
    own = registry.as_("institution", institution_id=institution_id, at=made.LAST)
    await imported(own, roster(person(1), person(2, "吴老岩")), kind="roster", class_id=class_id)
    answer = await own.get(f"/v1/classes/{class_id}/sign-in.xlsx", params={"from_on": "2025-04-09"})
    header, *rows = ([row.text(column) for column in range(len(row.values))] for row in open_book(answer.content, "a.xlsx").sheets[0].rows)
    assert header == ["序号", "姓名", "身份证号码", "2025年4月9日上午", "2025年4月9日下午", "2025年4月10日上午", "2025年4月10日下午"]
    marked = write_book([Table("签到表", header, [[*row[:3], "√", "√", "√", "×"] for row in rows])])
    assert (await imported(own, marked, kind="sign_in", class_id=class_id))["summary"] == counts(2, created=2)
    other = registry.as_("institution", institution_id=await made.school(registry))
    assert (await other.get(f"/v1/classes/{class_id}/sign-in.xlsx")).status_code == 404
