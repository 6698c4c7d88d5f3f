"""The correction sheet: it says what is wrong of whom, and comes back into its place."""

import io
from collections import Counter
from random import Random
from typing import Any
from uuid import UUID

import httpx
import pytest
import xlsxwriter
from python_calamine import CalamineWorkbook

from services.subsidy.corrections import operations
from services.subsidy.corrections.policy import ACTION, HEADER, LEAVES, SAID, STAYS
from services.subsidy.corrections.reading import Correction, corrections
from shared import db, errors
from tests.conftest import Start
from tests.subsidy.claims.world import BECAUSE, World, a_person, a_world, codes

Sheet = list[dict[str, Any]]


async def fetched(world: World, claim: dict[str, Any], role: str = "institution") -> Sheet:
    answer = await world.as_(role).get(f"/v1/claims/{claim['id']}/corrections.xlsx")
    assert answer.status_code == 200, answer.text
    header, *rows = CalamineWorkbook.from_filelike(io.BytesIO(answer.content)).get_sheet_by_name("补正单").to_python()
    assert tuple(header) == HEADER
    return [dict(zip(header, row, strict=True)) for row in rows]


def filled(sheet: Sheet) -> bytes:
    """As an office program saves it."""
    out = io.BytesIO()
    with xlsxwriter.Workbook(out) as book:
        page = book.add_worksheet("补正单")
        for number, row in enumerate([HEADER, *([each[name] for name in HEADER] for each in sheet)]):
            page.write_row(number, 0, row)
        book.add_worksheet("Sheet2")
    return out.getvalue()


async def sent(world: World, claim: dict[str, Any], content: bytes, role: str = "institution") -> httpx.Response:
    return await world.as_(role).post(f"/v1/claims/{claim['id']}/corrections", files={"file": ("补正单.xlsx", content)})


async def a_returned_claim(world: World) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """Of three people: nothing wrong with the first, the second was absent, of the third something is said on the return."""
    people = [a_person(name="甲"), a_person(name="乙", outcome="absent"), a_person(name="丙")]
    lines = [{"trainee_id": each["trainee_id"], "expected_amount": "180.00"} for each in people]
    claim = await world.bring_to("submitted", world.open_class(people), lines=lines)
    said = [{"trainee_id": people[2]["trainee_id"], "reason": "账户户名不符。"}]
    return await world.step("officer", "return", claim, BECAUSE | {"lines": said}), people


async def test_the_sheet_says_what_is_wrong_line_by_line_and_comes_back_into_its_place(start: Start) -> None:
    async with a_world(start) as world:
        claim, people = await a_returned_claim(world)
        sheet = await fetched(world, claim)
        assert [(row["姓名"], row["证件号码"], row["结论"], row["退回意见"]) for row in sheet] == [
            ("乙", "5226**********0017", "不予补贴", ""),
            ("丙", "5226**********0017", "符合", "账户户名不符。"),
        ]
        assert "未结业" in sheet[0]["存在的问题"] and sheet[0]["如何补正"] and sheet[0]["申领单号"] == claim["number"]
        sheet[0][ACTION], sheet[1][ACTION], sheet[1][SAID] = LEAVES, STAYS, "已更正户名。"
        answer = await sent(world, claim, filled(sheet))
        assert answer.status_code == 200, answer.text
        corrected = answer.json()
        assert [line["trainee_id"] for line in corrected["lines"]] == [people[0]["trainee_id"], people[2]["trainee_id"]]
        assert [line["expected_amount"] for line in corrected["lines"]] == ["180.00"] * 2
        last = corrected["decisions"][-1]
        assert (last["action"], last["comment"]) == ("edit", "补正单")
        assert [(each["trainee_id"], each["reason"]) for each in last["lines"]] == [(people[2]["trainee_id"], "已更正户名。")]
        assert (await world.step("institution", "submit", corrected))["amount"] == "360.00"


async def test_the_sheet_as_it_went_out_comes_back_and_changes_nobody(start: Start) -> None:
    async with a_world(start) as world:
        claim, _ = await a_returned_claim(world)
        content = (await world.as_("institution").get(f"/v1/claims/{claim['id']}/corrections.xlsx")).content
        answer = await sent(world, claim, content)
        assert answer.status_code == 200 and len(answer.json()["lines"]) == 3 and "class_not_completed" in codes(answer.json()["lines"][1])


async def test_all_that_is_wrong_with_a_sheet_is_told_cell_by_cell_and_nothing_is_kept(start: Start) -> None:
    async with a_world(start) as world:
        claim, _ = await a_returned_claim(world)
        sheet = await fetched(world, claim)
        stranger = {**sheet[0], "学员编号": str(db.new_id()), ACTION: "删"}
        other = {**sheet[1], "申领单号": "KL-SQ-2025-000099", SAID: "#N/A"}
        answer = await sent(world, claim, filled([sheet[0], {**sheet[0], ACTION: LEAVES}, stranger, other, {**sheet[1], "学员编号": "一"}]))
        assert answer.status_code == 422
        assert [(each["code"], each["row"], each["column"]) for each in answer.json()["errors"]] == [
            ("named_twice", 3, "B"),
            ("unknown_trainee", 4, "B"),
            ("invalid_value", 4, "L"),
            ("sheet_of_another_claim", 5, "A"),
            ("invalid_value", 5, "M"),
            ("unknown_trainee", 6, "B"),
        ]
        assert (await world.as_("institution").get(f"/v1/claims/{claim['id']}")).json()["version"] == claim["version"]


ODD = [
    "",
    " ",
    "#REF!",
    "=1+1",
    "移出名单 ",
    "删除",
    "保留\n移出名单",
    "\u202e保留",
    "x" * 2000,
    0,
    -1,
    1e300,
    True,
    "𠮷🌾",
    "'",
    "null",
    "12/3",
]


def damaged(random: Random, sheet: Sheet) -> bytes:
    """What can come back of a sheet: bytes lost or turned over, rows moved, doubled and left out, columns exchanged, cells overwritten."""
    rows = [dict(row) for row in sheet]
    for _ in range(random.choice([1, 1, 2, 4])):
        row, name = random.choice(rows), random.choice(HEADER)
        match random.randrange(6):
            case 0:
                row[name] = random.choice(ODD)
            case 1:
                rows.append(dict(row))
            case 2:
                row["学员编号"] = random.choice([str(db.new_id()), str(row["学员编号"]).upper(), str(row["学员编号"])[:-1]])
            case 3:
                row[name], row["学员编号"] = row["学员编号"], row[name]
            case 4:
                rows[:] = random.sample(rows, random.randint(1, len(rows)))
            case 5:
                row[ACTION] = random.choice([STAYS, LEAVES, ""])
    content = bytearray(filled(rows))
    match random.randrange(6):
        case 0:
            del content[random.randrange(len(content)) :]
        case 1:
            for _ in range(random.choice([1, 20])):
                content[random.randrange(len(content))] ^= 1 << random.randrange(8)
        case 2:
            start = random.randrange(len(content))
            del content[start : start + random.randrange(1, 200)]
    return bytes(content)


def test_of_a_damaged_sheet_everything_is_understood_or_nothing() -> None:
    random, number, people = Random(13), "KL-SQ-2025-000001", [db.new_id() for _ in range(5)]
    sound = [dict.fromkeys(HEADER, "") | {"申领单号": number, "学员编号": str(each), ACTION: LEAVES} for each in people]
    for row in sound[:2]:
        row |= {ACTION: STAYS, SAID: "已补签到表。"}
    whole = {(each.trainee_id, each.leaves, each.said) for each in read_again(filled(sound), number, people)}
    assert len(whole) == 5
    refused = Counter[str]()
    for _ in range(100):
        content = damaged(random, sound)
        try:
            told = read_again(content, number, people)
        except errors.Problem as problem:
            refused[problem.code] += 1
            assert problem.status == 422
        else:
            assert len({each.trainee_id for each in told}) == len(told) and {each.trainee_id for each in told} <= {*people}
    assert {"unreadable_file", "invalid"} <= refused.keys() <= {*operations.PROBLEMS, "invalid"} and sum(refused.values()) < 95, refused
    for _ in range(5):
        told = read_again(filled(random.sample(sound, len(sound))), number, people)
        assert {(each.trainee_id, each.leaves, each.said) for each in told} == whole, "where a row stands says nothing"


def read_again(content: bytes, number: str, people: list[UUID]) -> list[Correction]:
    return corrections(operations._opened(content, "补正单.xlsx"), number, people)


async def test_what_of_a_sheet_is_refused_changes_nothing_and_what_is_taken_is_taken_whole(start: Start) -> None:
    async with a_world(start) as world:
        claim, people = await a_returned_claim(world)
        sheet, random, ids = await fetched(world, claim), Random(7), [UUID(each["trainee_id"]) for each in people]
        taken = 0
        for _ in range(12):
            content = damaged(random, sheet)
            answer = await sent(world, claim, content)
            assert answer.status_code in (200, 422), answer.text
            now = (await world.as_("institution").get(f"/v1/claims/{claim['id']}")).json()
            if answer.status_code == 422:
                assert now["version"] == claim["version"], answer.text
                continue
            left = {each.trainee_id for each in read_again(content, claim["number"], ids) if each.leaves}
            assert {line["trainee_id"] for line in now["lines"]} == {str(each) for each in ids if each not in left}
            taken, claim, ids = taken + 1, now, [each for each in ids if each not in left]
        assert 0 < taken < 12


@pytest.mark.parametrize(
    ("content", "code"),
    [
        pytest.param(b"", "unreadable_file", id="empty"),
        pytest.param(b"PK\x03\x04 nothing", "unreadable_file", id="no-workbook"),
        pytest.param("甲,乙\n1,2\n".encode(), "unreadable_file", id="another-format"),
    ],
)
async def test_what_is_no_sheet_is_refused(start: Start, content: bytes, code: str) -> None:
    async with a_world(start) as world:
        claim, _ = await a_returned_claim(world)
        answer = await sent(world, claim, content)
        assert (answer.status_code, answer.json()["code"]) == (422, code), answer.text


async def test_a_sheet_without_its_columns_and_a_claim_without_anybody_are_refused(start: Start) -> None:
    async with a_world(start) as world:
        claim, _ = await a_returned_claim(world)
        out = io.BytesIO()
        with xlsxwriter.Workbook(out) as book:
            book.add_worksheet("表").write_row(0, 0, ["申领单号", "姓名"])
        assert (await sent(world, claim, out.getvalue())).json()["code"] == "unknown_sheet_layout"
        absent = a_person(outcome="absent")
        alone = await world.bring_to("returned", world.open_class([absent]), lines=[{"trainee_id": absent["trainee_id"]}])
        [row] = await fetched(world, alone)
        answer = await sent(world, alone, filled([row | {ACTION: LEAVES}]))
        assert [each["code"] for each in answer.json()["errors"]] == ["nobody_to_claim_for"]


async def test_who_may_not_change_the_claim_sends_no_sheet_and_a_submitted_one_takes_none(start: Start) -> None:
    async with a_world(start) as world:
        claim, _ = await a_returned_claim(world)
        content = filled(await fetched(world, claim, "officer"))
        assert (await sent(world, claim, content, "auditor")).json()["code"] == "wrong_role"
        stranger = world.as_("institution", institution_id=str(db.new_id()))
        assert (await stranger.get(f"/v1/claims/{claim['id']}/corrections.xlsx")).status_code == 404
        submitted = await world.step("institution", "submit", claim)
        answer = await sent(world, submitted, content)
        assert (answer.status_code, answer.json()["code"]) == (409, "invalid_state")
        read = await world.as_("auditor").get("/v1/audit", params={"subject": claim["id"], "action": "claim.corrections_read"})
        assert len(read.json()["items"]) == 1
