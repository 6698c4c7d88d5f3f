"""Files of classes and people for other platforms: what stands in them, who may make them, and what is kept of them."""

import csv
import hashlib
import io
from uuid import uuid4

import httpx

from shared.sheets import open_book
from tests.conftest import Start
from tests.registry import made

DAYS = "from_on=2025-04-08&to_on=2025-04-08"
PEOPLE = f"/v1/exports/province_trainees.xlsx?{DAYS}"


def rows(content: bytes) -> list[list[str]]:
    sheet = open_book(content, "a.xlsx").sheets[0]
    return [[row.text(column) for column in range(len(row.values))] for row in sheet.rows]


async def allowed(client: httpx.AsyncClient, at: str) -> dict[str, bool]:
    return {each["action"]: each["allowed"] for each in (await client.get(at)).json()["allowed_actions"]}


async def test_classes_and_people_go_out_as_the_layout_says(start: Start) -> None:
    async with start("registry") as registry:
        farm, other = await made.school(registry), await made.school(registry)
        officer = registry.as_("officer", at=made.AFTER)
        class_id = await made.proposed(registry, farm, "approved")
        await made.proposed(registry, farm, "draft")
        await made.proposed(registry, other, "approved", starts_on="2025-04-09")
        one, gone = await made.trainee(registry, 1, village="第一村"), await made.trainee(registry, 2)
        at = f"/v1/classes/{class_id}/enrolments"
        clerk = registry.as_("officer", at=made.BEFORE)
        await made.posted(clerk, at, {"trainee_id": one}, 201)
        left = await made.posted(clerk, at, {"trainee_id": gone}, 201)
        assert (await clerk.patch(f"/v1/enrolments/{left['id']}", json={"outcome": "withdrawn"})).is_success

        answer = await officer.get(PEOPLE)
        header, person = rows(answer.content)
        told = dict(zip(header, person, strict=True))
        assert (told["姓名"], told["证件号码"], told["证件类型"], told["结业情况"]) == ("杨秀英", made.citizen(1), "居民身份证", "在读")
        assert (told["户籍所在乡镇(街道)"], told["所在村(社区)"], told["性别"], told["出生日期"]) == (
            "三棵树镇",
            "第一村",
            "男",
            "1990-03-07",
        )

        as_csv = await officer.get(PEOPLE.replace(".xlsx", ".csv"))
        assert as_csv.headers["content-type"].startswith("text/csv") and as_csv.headers["content-disposition"].endswith('.csv"')
        assert list(csv.reader(io.StringIO(as_csv.content.decode("utf-8-sig")))) == [header, person]

        header, *found = rows((await officer.get(f"/v1/exports/province_classes.xlsx?{DAYS}")).content)
        [course] = [dict(zip(header, each, strict=True)) for each in found]
        assert (course["班级名称"], course["开班日期"], course["报名人数"], course["班级状态"]) == (
            "稻田养鱼班",
            "2025-04-08",
            "1",
            "已批准",
        )
        wider = "/v1/exports/province_classes.xlsx?from_on=2025-04-01&to_on=2025-04-30"
        assert len(rows((await officer.get(wider)).content)) == 3
        assert len(rows((await officer.get(f"{wider}&institution_id={other}")).content)) == 2

        classes_alone, people = (await officer.get("/v1/exports?sort=made_at")).json()["items"][-1], None
        listed = (await registry.as_("auditor").get("/v1/exports?layout=province_trainees")).json()["items"]
        people = listed[-1]
        assert (await registry.as_("auditor").get(f"/v1/exports/{people['id']}")).json() == people
        assert (await registry.as_("auditor").get(f"/v1/exports/{uuid4()}")).status_code == 404
        assert (people["rows"], people["full_numbers"], classes_alone["full_numbers"]) == (1, True, False)
        assert people["sha256"] == hashlib.sha256(answer.content).hexdigest()
        assert people["id"] in answer.headers["content-disposition"]
        trail = (await registry.as_("auditor").get(f"/v1/audit?subject={people['id']}")).json()["items"]
        [deed] = trail
        assert (deed["action"], deed["actor"]) == ("export.made", people["actor"])
        details = {name: people[name] for name in ("layout", "filters", "full_numbers", "rows", "sha256")}
        assert deed["details"] == details and details["filters"] == {"from_on": "2025-04-08", "to_on": "2025-04-08"}
        assert made.citizen(1) not in str(trail)


async def test_only_officers_and_reviewers_make_them_and_of_layouts_there_are(start: Start) -> None:
    async with start("registry") as registry:
        officer = registry.as_("officer")
        statuses = {
            role: (await registry.as_(role).get(PEOPLE)).status_code for role in ("officer", "reviewer", "auditor", "finance", "system")
        }
        assert statuses == {"officer": 200, "reviewer": 200, "auditor": 403, "finance": 403, "system": 403}
        unknown = await officer.get("/v1/exports/national_certificates.xlsx")
        assert unknown.status_code == 404 and "province_classes(" in unknown.json()["detail"]
        missing = (await officer.get("/v1/exports/province_classes.xlsx")).json()
        assert missing["status"] == 400
        assert [(each["code"], each["parameter"]) for each in missing["errors"]] == [
            ("missing_parameter", "from_on"),
            ("missing_parameter", "to_on"),
        ]
        backwards = await officer.get("/v1/exports/province_classes.xlsx?from_on=2025-04-02&to_on=2025-04-01")
        assert (backwards.status_code, backwards.json()["errors"][0]["parameter"]) == (400, "to_on")
        assert (await officer.get("/v1/exports/province_classes.xlsx?from_on=2025-04-01&to_on=2025-04-01")).status_code == 200
        assert len((await officer.get("/v1/exports")).json()["items"]) == 3  # what was refused was not made
        assert [(await officer.get(f"/v1/exports?layout={each}")).status_code for each in ("province_classes", "none")] == [200, 400]


async def test_what_was_sent_and_what_came_back_is_kept_once(start: Start) -> None:
    async with start("registry") as registry:
        officer = registry.as_("officer")
        await officer.get(PEOPLE)
        [paper] = (await officer.get("/v1/exports")).json()["items"]
        at = f"/v1/exports/{paper['id']}"
        assert await allowed(officer, at) == {"sent": True, "answer": False}
        assert await allowed(registry.as_("auditor"), at) == {"sent": False, "answer": False}
        early = await officer.post(f"{at}:answer", json={"text": "已入库"})
        assert (early.status_code, early.json()["code"]) == (409, "invalid_state")
        assert (await made.posted(officer, f"{at}:sent", {}, 200))["sent_at"]
        assert (await officer.post(f"{at}:sent", json={})).status_code == 409
        assert await allowed(officer, at) == {"sent": False, "answer": True}
        wrong = await officer.post(f"{at}:answer", json={"text": "退回", "rejected": 1, "file_id": str(uuid4())})
        assert {each["pointer"] for each in wrong.json()["errors"]} == {"/rejected", "/file_id"}
        answered = await made.posted(officer, f"{at}:answer", {"text": "已入库", "rejected": 0}, 200)
        assert (answered["answer"], answered["rejected"], bool(answered["answered_at"])) == ("已入库", 0, True)
        assert (await officer.post(f"{at}:answer", json={"text": "再答"})).status_code == 409
        assert await allowed(officer, at) == {"sent": False, "answer": False}
        assert (await registry.as_("auditor").post(f"{at}:sent", json={})).status_code == 403
        deeds = (await registry.as_("auditor").get(f"/v1/audit?subject={paper['id']}")).json()["items"]
        assert {each["action"] for each in deeds} - {"refused"} == {"export.made", "export.sent", "export.answered"}
