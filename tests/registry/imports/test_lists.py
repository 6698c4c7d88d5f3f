"""What an import makes of each row: people under other names, notes, lists of trainees and of payments, a class's own sign-in sheet."""

from typing import Any

import pytest
from sqlalchemy import event

from services.registry.codes import SheetKind
from services.registry.imports.templates import TEMPLATES
from shared.sheets import Table, open_book, write_book
from shared.sheets.finding import EXAMPLE_NUMBER
from tests.conftest import Service
from tests.registry import made
from tests.registry.files.test_files import upload
from tests.registry.imports.sending import HEADER, corrected, counts, imported, person, roster, sent

pytestmark = pytest.mark.jobs


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


async def test_tables_that_the_planner_takes_for_none_are_counted_as_a_sheet_is_kept(registry: Service) -> None:
    class_id, asked = await made.proposed(registry, await made.school(registry), "approved"), list[str]()
    event.listen(registry.kernel.engine.sync_engine, "before_cursor_execute", lambda *told: asked.append(told[2]))
    await imported(registry.as_("officer", at=made.BEFORE), roster(person(1)), kind="roster", class_id=class_id)
    assert "SELECT take_stock()" in asked


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


async def test_a_category_without_a_day_counts_from_the_first_import_and_is_told_once(registry: Service) -> None:
    institution_id = await made.school(registry)
    header = HEADER[:-1]
    sheet = write_book([Table("学员名册", header, [("1", *person(1, category="农村妇女、退役军人")[:5])])])
    for at, outcome in ((made.BEFORE, "created"), (made.LAST, "unchanged"), (made.BEFORE.replace("2025-04-01", "2025-03-01"), "updated")):
        own = registry.as_("institution", institution_id=institution_id, at=at)
        assert (await imported(own, sheet, kind="trainees"))["summary"][outcome] == 1, at
    [trainee] = (await own.get("/v1/trainees")).json()["items"]
    assert {(each["code"], each["since_on"], each["until_on"]) for each in trainee["categories"]} == {
        (code, *days) for code in ("rural_woman", "veteran") for days in (("2025-04-01", None), ("2025-03-01", "2025-03-31"))
    }


WORK = ("姓名", "身份证号码", "班级编号", "就业形式", "用人单位", "就业日期", "离职日期", "证明方式")


def work(*rows: tuple[str, ...]) -> bytes:
    return write_book([Table("就业去向名单", WORK, rows)])


async def test_a_list_of_work_is_kept_once_and_brought_up_to_date(registry: Service) -> None:
    institution_id = await made.school(registry)
    classes = [
        await made.proposed(registry, institution_id, "approved", **days)
        for days in ({}, {"starts_on": "2025-04-14", "ends_on": "2025-04-16"})
    ]
    own = registry.as_("institution", institution_id=institution_id, at=made.BEFORE)
    for class_id in classes:
        await imported(own, roster(person(1), person(2, "吴老岩")), kind="roster", class_id=class_id)
    [later, first] = [each["number"] for each in (await own.get("/v1/classes")).json()["items"]]
    after = registry.as_("institution", institution_id=institution_id, at="2025-08-01T09:00:00+08:00")
    rows = [
        ("杨秀英", made.citizen(1), "", "单位就业", "某电器厂", "2025-05-06", "", "社保缴费记录"),
        ("吴老岩", made.citizen(2), first, "", "某电器厂", "2025-05-07", "", ""),
        ("杨秀英", made.citizen(2), "", "灵活就业", "", "2025-05-07", "", ""),
        ("石阿妹", made.citizen(3), "", "灵活就业", "", "2025-05-07", "", ""),
        ("吴老岩", made.citizen(2), "KL-PX-1999-000001", "灵活就业", "", "2025-05-07", "", ""),
        ("吴老岩", made.citizen(2), "", "未就业", "", "2025-05-07", "", ""),
        ("吴老岩", made.citizen(2), "", "灵活", "", "2025-09-07", "", "天气"),
        ("吴老岩", made.citizen(2), "", "灵活", "", "2025-09-08", "", "E"),
        ("吴老岩", made.citizen(2), "", "", "", "2025-05-09", "2025-05-08", ""),
    ]
    told = await imported(after, work(*rows), kind="employment")
    assert (told["summary"], found(told)) == (
        counts(9, created=2, rejected=7),
        [
            (4, "A", "name_differs"),
            (5, "B", "not_on_roster"),
            (6, "B", "not_on_roster"),
            (7, "D", "unknown_state"),
            (8, "H", "invalid_value"),
            (9, "F", "in_the_future"),
            (10, "D", "missing_field"),
        ],
    )
    assert (await imported(after, work(*rows[:2]), kind="employment"))["summary"] == counts(2, unchanged=2)
    left = [(*rows[0][:6], "2025-07-31", ""), (*rows[1][:7], "劳动合同")]
    assert (await imported(after, work(*left), kind="employment"))["summary"] == counts(2, updated=2)
    kept = {}
    for each in (await after.get("/v1/enrolments")).json()["items"]:
        for one in (await after.get(f"/v1/enrolments/{each['id']}/employment")).json()["items"]:
            kept[each["trainee_name"], each["class_number"]] = one
    assert {key: (one["kind"], one["until_on"], one["grade"]) for key, one in kept.items()} == {
        ("杨秀英", later): ("employer", "2025-07-31", "A"),
        ("吴老岩", first): ("employer", None, "D"),
    }


async def test_work_after_one_class_is_of_who_was_in_it_and_whoever_sees_it_tells(registry: Service) -> None:
    institution_id = await made.school(registry)
    class_id = await made.proposed(registry, institution_id, "approved")
    own = registry.as_("institution", institution_id=institution_id, at=made.BEFORE)
    await imported(own, roster(person(1)), kind="roster", class_id=class_id)
    rows = [("杨秀英", made.citizen(1), "", "自主创业", "", "2025-03-06", "", "")]
    other = registry.as_("institution", institution_id=await made.school(registry), at=made.BEFORE)
    await sent(other, work(*rows), 404, kind="employment", class_id=class_id)
    assert found(await imported(other, work(*rows), kind="employment")) == [(2, "B", "not_on_roster")]
    assert (await imported(own, work(*rows), kind="employment", class_id=class_id, mode="validate"))["summary"] == counts(1, created=1)
    assert (await imported(own, work(*rows), kind="employment", class_id=class_id))["summary"] == counts(1, created=1)


async def test_no_row_names_a_file_that_is_not_its_sender_s_to_read_for_naming_it_would_open_it(registry: Service) -> None:
    institution_id = await made.school(registry)
    class_id = await made.proposed(registry, institution_id, "approved")
    own = registry.as_("institution", institution_id=institution_id, at=made.BEFORE)
    other = registry.as_("institution", institution_id=await made.school(registry), subject="a-stranger", at=made.BEFORE)
    await imported(own, roster(person(1), person(2, "吴老岩"), person(3, "石阿妹")), kind="roster", class_id=class_id)
    [theirs, ours] = [(await upload(each)).json()["id"] for each in (other, own)]
    proofs = zip((1, 2, 3), ("杨秀英", "吴老岩", "石阿妹"), (theirs, ours, "村委会证明"), strict=True)
    rows = [(name, made.citizen(serial), "", "自主创业", "", "2025-03-06", "", "", proof) for serial, name, proof in proofs]
    listed = write_book([Table("就业去向名单", (*WORK, "佐证材料"), rows)])
    for outcome in ("created", "unchanged"):
        told = await imported(own, listed, kind="employment")
        assert (told["summary"], found(told)) == (counts(3, rejected=1, **{outcome: 2}), [(2, "I", "unknown_file")])
    assert (await own.get(f"/v1/files/{theirs}")).status_code == 404


async def test_a_cell_that_no_request_could_bring_is_a_fault_of_its_row(registry: Service) -> None:
    officer = registry.as_("officer", at=made.BEFORE)
    header = ("姓名", "身份证号码", "户籍所在乡镇", "文化程度")
    sheet = write_book(
        [Table("学员", header, [("杨秀英", made.citizen(1), "三棵树镇", "初中" * 300), ("吴老岩", made.citizen(2), "三棵树镇", "初中")])]
    )
    told = await imported(officer, sheet, kind="trainees")
    assert (told["summary"], found(told)) == (counts(2, created=1, rejected=1), [(2, "D", "invalid_value")])
    class_id = await made.proposed(registry, await made.school(registry), "approved")
    told = await imported(officer, sheet, kind="roster", class_id=class_id)
    assert (told["summary"], found(told)) == (counts(2, created=1, rejected=1), [(2, "D", "invalid_value")])


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


async def test_a_sheet_of_every_kind_comes_back_with_its_errors_and_goes_in_again_corrected(registry: Service) -> None:
    institution_id = await made.school(registry)
    class_id = await made.proposed(registry, institution_id, "in_progress")
    officer = registry.as_("officer", at=made.LAST)
    forms: dict[str, dict[str, str]] = {
        "roster": {"class_id": class_id},
        "sign_in": {"class_id": class_id},
        "employment": {"class_id": class_id},
        "trainees": {},
        "teachers": {"institution_id": institution_id},
        "status_records": {"status": "employee_pension", "source": "州社保局"},
        "outside_payments": {},
        "training_wishes": {},
        "job_offers": {"class_id": class_id},
    }
    assert forms.keys() == set(SheetKind) - {"institutions", "enterprise_surveys", "past_classes"}
    for kind, form in forms.items():
        name, header, example, _ = TEMPLATES[SheetKind(kind)]
        one, other = (11, 13) if kind == "trainees" else (1, 3)  # who is not in the class yet
        past = tuple({"2025-07-02": "2025-04-10"}.get(cell, cell) for cell in example)
        rows = [
            (str(n), *(number if cell == EXAMPLE_NUMBER else cell for cell in past))
            for n, number in ((1, made.citizen(one)), (2, "5226011990"))
        ]
        first = await imported(officer, write_book([Table(name, header, rows)]), kind=kind, **form)
        assert first["summary"] == counts(2, created=1, rejected=1), kind
        [fault] = first["errors"]
        assert fault["code"] == "invalid_id_number", kind
        result = (await officer.get(first["result_url"])).content
        again = await imported(officer, corrected(result, {(fault["row"], fault["column"]): made.citizen(other)}), kind=kind, **form)
        assert (again["summary"], again["errors"]) == (counts(2, created=1, unchanged=1), []), kind


async def test_an_open_offer_is_settled_by_a_later_sheet(registry: Service) -> None:
    class_id = await made.proposed(registry, await made.school(registry), "in_progress")
    officer = registry.as_("officer", at=made.LAST)
    who = {"trainee_id": await made.trainee(registry, 61)}
    enrolment = await made.posted(registry.as_("officer", at=made.FIRST), f"/v1/classes/{class_id}/enrolments", who, 201)
    name, header, *_ = TEMPLATES[SheetKind.JOB_OFFERS]

    def sheet(result: str, reason: str = "") -> bytes:
        row = ["1", "杨秀英", made.citizen(61), "", "培训中", "某电器有限公司", "电工", "4500", "2025-04-09", result, reason]
        return write_book([Table(name, header, [row])])

    for content, counted, status in (
        (sheet(""), {"created": 1}, "open"),
        (sheet(""), {"unchanged": 1}, "open"),
        (sheet("不接受"), {"rejected": 1}, "open"),
        (sheet("不接受", "离家太远"), {"updated": 1}, "declined"),
        (sheet("接受"), {"rejected": 1}, "declined"),
    ):
        answer = await imported(officer, content, kind="job_offers")
        assert answer["summary"] == counts(1, **counted), answer["errors"]
        [offer] = (await officer.get(f"/v1/enrolments/{enrolment['id']}/job-offers")).json()["items"]
        assert (offer["result"], offer["wage"]) == (status, "4500.00")
