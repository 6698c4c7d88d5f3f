"""Imports over their routes: the offices' real sheets, sent once, twice and at once; files that cannot be read."""

import asyncio

import pytest
from sqlalchemy import select

from services.registry.codes import CertificateSheetKind, SheetKind
from services.registry.imports.tables import Import
from shared.sheets import Table, open_book, write_book
from tests.conftest import Service
from tests.registry import made
from tests.registry.imports.sending import (
    ELECTRICIANS,
    SAMPLES,
    SHORT,
    SIGN_IN,
    TRUTH,
    counts,
    finished,
    how_many,
    imported,
    person,
    roster,
    sent,
    work_until_idle,
)

pytestmark = pytest.mark.jobs


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
    with registry.statements() as asked:
        assert (await own.get(f"/v1/imports/{first['id']}")).json() == first
    assert any("FROM imports" in each for each in asked) and not any("imports.content" in each for each in asked)
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


@pytest.mark.parametrize(("mode", "recorded"), [("validate", 1), ("commit", 3)])  # the end of the import; registering and enrolling
async def test_a_trial_run_writes_no_deeds_that_would_be_undone(jobless: Service, mode: str, recorded: int) -> None:
    class_id = await made.proposed(jobless, await made.school(jobless), "approved")
    officer = jobless.as_("officer", at=made.BEFORE)
    await sent(officer, SHORT, kind="roster", class_id=class_id, mode=mode)
    with jobless.statements() as said:
        await work_until_idle(jobless)
    assert len([each for each in said if "INSERT INTO audit" in each]) == recorded
    assert any(" AS grounds" in each for each in said) == (mode == "commit")  # who is like them
    assert await how_many(jobless) == ((30, 30) if mode == "commit" else (0, 0))


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
    for kind in (*SheetKind, *CertificateSheetKind, "placements"):
        assert (await officer.get(f"/v1/templates/{kind}.xlsx")).content.startswith(b"PK")
    assert (await officer.get("/v1/templates/cats.xlsx")).status_code == 404
    empty = (await officer.get("/v1/templates/roster.xlsx")).content
    assert (await imported(officer, empty, kind="roster", class_id=class_id))["summary"] == counts(0)
