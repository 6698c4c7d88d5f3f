"""Catalogues, skill standards and training bases: proposed, filed, in force from a day to a day; applied for, approved, built."""

import asyncio
from typing import Any

import httpx
import pytest

from tests.conftest import Service, Start
from tests.registry import made

WELDER, ELECTRICIAN, DOMESTIC = "6-18-02-04", "6-31-01-03", "4-10-01-06"
AT = {month: f"2025-{month:02}-15T09:00:00+08:00" for month in range(1, 13)}
BOTH = [
    {"authority": "prefecture", "number": "州人社备〔2025〕3号", "filed_on": "2025-02-10"},
    {"authority": "province", "number": "黔人社备〔2025〕8号", "filed_on": "2025-02-20"},
]
_documents = iter(range(1, 1000))


def catalogue(kind: str = "urgent", *codes: str, **values: Any) -> dict[str, Any]:
    entries = [{"occupation_code": code} for code in codes or (WELDER,)]
    document = f"凯人社呈〔2025〕{next(_documents)}号"
    return {"kind": kind, "name": "凯里市工种目录(2025年)", "document": document, "proposed_on": "2025-01-10", "entries": entries} | values


async def filed(officer: httpx.AsyncClient, body: dict[str, Any], noun: str = "catalogues") -> str:
    paper = await made.posted(officer, f"/v1/{noun}", body, 201)
    path = f"/v1/{noun}/{paper['id']}"
    await made.posted(officer, f"{path}:file", {"filings": BOTH}, 200)
    return path


async def in_force(officer: httpx.AsyncClient, body: dict[str, Any], **days: str) -> str:
    path = await filed(officer, body)
    await made.posted(officer, f"{path}:put-in-force", {"from_on": "2025-03-01"} | days, 200)
    return path


async def test_a_catalogue_is_proposed_filed_with_both_authorities_and_in_force_from_a_day_to_a_day(start: Start) -> None:
    async with start("registry") as registry:
        officer, school = registry.as_("officer", at=AT[3]), registry.as_("institution", institution_id=await made.school(registry))
        body = catalogue("urgent", WELDER) | {"entries": [{"occupation_code": WELDER}, {"trade_name": "苗银锻制"}]}
        paper = await made.posted(registry.as_("officer", at=AT[1]), "/v1/catalogues", body, 201)
        path = f"/v1/catalogues/{paper['id']}"
        assert (paper["status"], paper["entries"][0]["occupation_name"], paper["filings"]) == ("proposed", "焊工", [])
        first = await made.posted(officer, f"{path}:file", {"filings": BOTH[:1]}, 200)
        assert first["status"] == "proposed"
        early = await officer.post(f"{path}:put-in-force", json={"from_on": "2025-03-01"})
        assert (early.status_code, early.json()["code"]) == (409, "invalid_state")
        assert (await made.posted(officer, f"{path}:file", {"filings": BOTH[1:]}, 200))["status"] == "filed"
        before = await officer.post(f"{path}:put-in-force", json={"from_on": "2025-02-19"})
        assert (before.status_code, before.json()["errors"][0]["pointer"]) == (422, "/from_on")
        stands = await made.posted(officer, f"{path}:put-in-force", {"from_on": "2025-02-20"}, 200)
        assert (stands["status"], stands["from_on"], stands["until_on"]) == ("in_force", "2025-02-20", None)
        ended = await made.posted(registry.as_("officer", at=AT[6]), f"{path}:end", {"on": "2025-06-30", "reason": "新目录"}, 200)
        assert (ended["status"], ended["until_on"], ended["reason"]) == ("ended", "2025-06-30", "新目录")

        async def found(**asked: Any) -> int:
            return len((await school.get("/v1/catalogues", params=asked)).json()["items"])

        assert [await found(on=day) for day in ("2025-02-19", "2025-02-20", "2025-06-30", "2025-07-01")] == [0, 1, 1, 0]
        assert [await found(occupation_code=code) for code in (WELDER, ELECTRICIAN)] == [1, 0]
        assert [await found(trade_name=name) for name in ("苗银 锻制", "焊工", "刺绣")] == [1, 1, 0]
        assert [await found(kind="urgent", status="ended", q=body["document"]), await found(kind="class_one")] == [1, 0]
        stood = (await school.get(path, params={"as_of": "2025-01-15"})).json()
        assert (stood["status"], stood["filings"], stood["from_on"]) == ("proposed", [], None)
        told = (await school.get(f"{path}/history")).json()["items"]
        assert [each["action"].partition(".")[2] for each in told] == ["ended", "in_force", "filed", "filed", "proposed"]
        events = [each for each in (await school.get("/v1/changes")).json()["items"] if each["type"].startswith("catalogue.")]
        assert [(each["data"].get("from_on"), each["data"].get("until_on")) for each in events[-2:]] == [
            ("2025-02-20", None),
            ("2025-07-01", None),  # the days on which it stands no more
        ]


async def test_a_trade_stands_in_one_catalogue_of_its_sort_on_a_day(start: Start) -> None:
    async with start("registry") as registry:
        officer = registry.as_("officer", at=AT[6])
        one = await in_force(officer, catalogue("class_one", WELDER, ELECTRICIAN), until_on="2025-04-30")
        await in_force(officer, catalogue("urgent", WELDER))  # another sort
        await in_force(officer, catalogue("class_two", DOMESTIC))  # another trade
        other = await filed(officer, catalogue("class_two", ELECTRICIAN))
        twice = await officer.post(f"{other}:put-in-force", json={"from_on": "2025-04-30"})
        assert (twice.status_code, twice.json()["code"]) == (409, "trade_listed_twice")
        assert (twice.json()["existing_id"], ELECTRICIAN in twice.json()["detail"], WELDER in twice.json()["detail"]) == (
            one.rpartition("/")[2],
            True,
            False,
        )
        await made.posted(officer, f"{other}:put-in-force", {"from_on": "2025-05-01"}, 200)  # the day after


async def test_of_two_put_in_force_at_the_same_time_one_stands(start: Start) -> None:
    async with start("registry") as registry:
        officer = registry.as_("officer", at=AT[6])
        paths = [await filed(officer, catalogue(kind, WELDER)) for kind in ("class_one", "class_two") for _ in range(3)]
        answers = await asyncio.gather(*(officer.post(f"{path}:put-in-force", json={"from_on": "2025-03-01"}) for path in paths))
        assert sorted(each.status_code for each in answers) == [200, 409, 409, 409, 409, 409]
        assert {each.json()["code"] for each in answers if each.status_code == 409} == {"trade_listed_twice"}


@pytest.mark.parametrize(
    ("filings", "pointers"),
    [
        pytest.param([BOTH[0] | {"filed_on": "2025-01-09"}], ["/filings/0/filed_on"], id="before-it-was-proposed"),
        pytest.param([BOTH[0] | {"filed_on": "2025-03-16"}], ["/filings/0/filed_on"], id="in-the-future"),
        pytest.param([BOTH[0], BOTH[0]], ["/filings/1/authority"], id="twice-with-one"),
        pytest.param([], ["/filings"], id="with-nobody"),
        pytest.param([BOTH[0] | {"authority": "moon"}], ["/filings/0/authority"], id="with-an-unknown-one"),
    ],
)
async def test_what_cannot_have_been_filed_is_said(start: Start, filings: list[Any], pointers: list[str]) -> None:
    async with start("registry") as registry:
        officer = registry.as_("officer", at=AT[3])
        paper = await made.posted(officer, "/v1/catalogues", catalogue(), 201)
        answer = await officer.post(f"/v1/catalogues/{paper['id']}:file", json={"filings": filings})
        assert (answer.status_code, [each["pointer"] for each in answer.json()["errors"]]) == (422, pointers)


async def test_all_faults_of_a_proposal_come_at_once_and_the_same_document_is_proposed_once(start: Start) -> None:
    async with start("registry") as registry:
        officer = registry.as_("officer", at=AT[3])
        entries = [
            {"occupation_code": "9-99-99-99"},
            {"occupation_code": DOMESTIC, "levels": ["senior_technician"]},
            {"trade_name": "家政服务员"},  # the same by its name
            {"occupation_code": WELDER, "trade_name": "焊工"},
            {},
        ]
        missing = "0192f3a0-0000-7000-8000-000000000000"
        faulty = catalogue("urgent", entries=entries, proposed_on="2025-03-16", file_id=missing)
        answer = await officer.post("/v1/catalogues", json=faulty)
        assert (answer.status_code, sorted((each["code"], each["pointer"]) for each in answer.json()["errors"])) == (
            422,
            [
                ("duplicate_item", "/entries/2"),
                ("in_the_future", "/proposed_on"),
                ("level_not_in_occupation", "/entries/1/levels"),
                ("trade_missing", "/entries/3/occupation_code"),
                ("trade_missing", "/entries/4/occupation_code"),
                ("unknown_file", "/file_id"),
                ("unknown_occupation", "/entries/0/occupation_code"),
            ],
        )
        body = catalogue()
        paper = await made.posted(officer, "/v1/catalogues", body, 201)
        again = await officer.post("/v1/catalogues", json=body)
        assert (again.status_code, again.json()["code"]) == (409, "duplicate_trade_paper")
        await made.posted(officer, f"/v1/catalogues/{paper['id']}:withdraw", {"reason": "文号有误"}, 200)
        await made.posted(officer, "/v1/catalogues", body, 201)


async def test_a_department_withdraws_what_it_proposed_and_no_other(start: Start) -> None:
    async with start("registry") as registry:
        commerce, industry = [registry.as_("department", department=each, at=AT[3]) for each in ("市商务局", "市工业和信息化局")]
        body = {"name": "苗银锻制考核规范", "trade_name": "苗银锻制", "document": "凯商呈〔2025〕2号"}
        paper = await made.posted(commerce, "/v1/skill-standards", body, 201)
        assert (paper["trade_name"], paper["occupation_code"], paper["proposed_on"]) == ("苗银锻制", None, "2025-03-15")
        path = f"/v1/skill-standards/{paper['id']}"
        assert await _why_not(industry, path, "withdraw") == "forbidden"
        assert (await industry.post(f"{path}:withdraw", json={"reason": "不用了"})).status_code == 403
        assert await _why_not(commerce, path, "withdraw") is None
        assert (await made.posted(commerce, f"{path}:withdraw", {"reason": "不用了"}, 200))["status"] == "withdrawn"
        standard = {"name": "焊工", "occupation_code": WELDER, "document": "凯商呈〔2025〕3号", "proposed_on": "2025-01-02"}
        officer = registry.as_("officer", at=AT[3])
        made_of = await made.posted(officer, "/v1/skill-standards", standard, 201)
        asked = f"/v1/skill-standards/{made_of['id']}"
        assert (await made.posted(officer, f"{asked}:file", {"filings": BOTH[1:]}, 200))["status"] == "filed"  # the province's alone
        assert (await made.posted(officer, f"{asked}:put-in-force", {"from_on": "2025-03-01"}, 200))["status"] == "in_force"


async def _why_not(client: httpx.AsyncClient, path: str, action: str) -> str | None:
    [found] = [each for each in (await client.get(path)).json()["allowed_actions"] if each["action"] == action]
    return found["why_not"] and str(found["why_not"]["code"])


async def _base(registry: Service) -> tuple[str, dict[str, Any]]:
    school = await made.school(registry)
    entries = [{"occupation_code": WELDER, "levels": ["senior"]}]
    said = {"name": "焊工培训基地", "document": "凯职校〔2025〕1号", "region_code": "522601100", "places": 60, "proposed_on": "2025-01-10"}
    return school, said | {"institution_id": school, "entries": entries}


async def test_a_base_is_applied_for_approved_built_and_closed_in_this_order(start: Start) -> None:
    async with start("registry") as registry:
        school, body = await _base(registry)
        own, officer = registry.as_("institution", institution_id=school, at=AT[2]), registry.as_("officer", at=AT[5])
        other = registry.as_("institution", institution_id=await made.school(registry))
        unseen = await other.post("/v1/training-bases", json=body)
        assert (unseen.status_code, unseen.json()["errors"][0]["code"]) == (422, "unknown_institution")
        path = f"/v1/training-bases/{(await made.posted(own, '/v1/training-bases', body, 201))['id']}"
        assert (await other.get(path)).status_code == 404
        unbuilt = await officer.post(f"{path}:build", json={})
        assert (unbuilt.status_code, unbuilt.json()["code"]) == (409, "invalid_state")
        waits = [(each["kind"], each["action"], each["link"]) for each in (await officer.get("/v1/worklist")).json()["items"]]
        assert ("training_base_proposed", "approve", path) in waits
        early = await officer.post(f"{path}:approve", json={"on": "2025-01-09"})
        assert (early.status_code, early.json()["errors"][0]["pointer"]) == (422, "/on")
        await made.posted(officer, f"{path}:approve", {"on": "2025-03-01", "approval_no": "凯人社批〔2025〕4号"}, 200)
        for wrong in ("2025-02-28", "2025-05-16"):  # before its approval; to come
            refused = await officer.post(f"{path}:build", json={"on": wrong})
            assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (422, "/on")
        built = await made.posted(officer, f"{path}:build", {"on": "2025-05-01"}, 200)
        assert (built["status"], built["from_on"], built["institution_name"] is not None) == ("built", "2025-05-01", True)
        assert (await other.get(path)).status_code == 200
        closed = await made.posted(registry.as_("officer", at=AT[9]), f"{path}:close", {"reason": "迁址"}, 200)
        assert (closed["status"], closed["until_on"]) == ("closed", "2025-09-15")
        assert (await own.post(f"{path}:withdraw", json={"reason": "不办了"})).json()["code"] == "invalid_state"


async def test_a_rejected_base_can_be_applied_for_again(start: Start) -> None:
    async with start("registry") as registry:
        _, body = await _base(registry)
        officer = registry.as_("officer", at=AT[2])
        paper = await made.posted(officer, "/v1/training-bases", body, 201)
        rejected = await made.posted(officer, f"/v1/training-bases/{paper['id']}:reject", {"reason": "设备不足"}, 200)
        assert (rejected["status"], rejected["reason"]) == ("rejected", "设备不足")
        faulty = await officer.post("/v1/training-bases", json=body | {"region_code": "440604", "places": 0})
        assert [each["pointer"] for each in faulty.json()["errors"]] == ["/places"]
        assert (await made.posted(officer, "/v1/training-bases", body, 201))["status"] == "proposed"


async def test_what_catalogues_list_a_class_is_told_as_of_its_first_day(start: Start) -> None:
    async with start("registry") as registry:
        officer, school = registry.as_("officer", at=AT[6]), await made.school(registry)
        seniors = [{"occupation_code": WELDER, "levels": ["senior"]}, {"trade_name": "稻田 养鱼"}]
        await in_force(officer, catalogue("urgent", entries=seniors), from_on="2025-04-08", until_on="2025-04-30")
        await in_force(officer, catalogue("class_two", ELECTRICIAN), from_on="2025-04-08")
        filing = {"number": "州备〔2025〕1号", "trade_name": "稻田养鱼", "from_on": "2025-01-01", "document": "通知"}
        await made.posted(officer, "/v1/trade-filings", filing | {"beside_occupation_code": ELECTRICIAN}, 201)
        welding = {"channel": "project", "trade_name": None, "trade_filing_no": None, "occupation_code": WELDER, "programmes": []}

        async def listing(starts_on: str, **values: Any) -> list[str]:
            held = await made.proposed(registry, school, starts_on=starts_on, ends_on="2025-05-02", **values)
            told = await made.posted(registry.internal(), "/internal/v1/claim-facts", {"class_id": held}, 200)
            return list(told["class"]["catalogues"])

        assert [await listing(day, **welding, level="senior") for day in ("2025-04-07", "2025-04-08", "2025-04-30")] == [
            [],
            ["urgent"],
            ["urgent"],
        ]
        assert [await listing(day, **welding, level="senior") for day in ("2025-05-01",)] == [[]]
        assert [await listing("2025-04-08", **welding, level=level) for level in ("junior", None)] == [[], []]
        days = {"starts_on": "2025-04-30", "ends_on": "2025-05-02"}
        short = await made.proposed(registry, school, **days)
        told = await made.posted(registry.internal(), "/internal/v1/claim-facts", {"class_id": short}, 200)
        assert told["class"]["catalogues"] == ["class_two", "urgent"]  # beside an occupation that is listed; and by its own name

        asked = {"trainee_ids": [], "catalogues": True}
        people = await made.posted(registry.internal(), "/internal/v1/people-facts", asked, 200)
        assert [(each["kind"], each["occupation_code"], each["levels"], each["until_on"]) for each in people["catalogues"]] == [
            ("urgent", WELDER, ["senior"], "2025-04-30"),
            ("class_two", ELECTRICIAN, [], None),
        ]
        unasked = await made.posted(registry.internal(), "/internal/v1/people-facts", {"trainee_ids": []}, 200)
        assert unasked["catalogues"] == []
