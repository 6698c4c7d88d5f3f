"""Brands and dishes: their four materials, by whom they are kept."""

from typing import Any

import pytest

from shared import db
from tests.conftest import Start, version_of
from tests.registry import made as registered
from tests.registry.invented import made

AT = "2025-04-08T09:00:00+08:00"
MATERIALS = ("creation_plan_on", "training_video_on", "experience_summary_on", "employment_ledger_on")


async def test_a_brand_is_complete_on_the_day_of_its_last_material(start: Start) -> None:
    async with start("registry") as registry:
        department = registry.as_("department", at=AT, department="文体旅局")
        brand = await made(department, "/v1/brands", {"name": "凯里玻璃工", "kind": "brand", **dict.fromkeys(MATERIALS[:3], "2025-03-01")})
        assert (brand["department"], brand["complete_on"]) == ("文体旅局", None)
        file = await department.post("/v1/files", files={"file": ("台账.pdf", b"%PDF-1.7", "application/pdf")})
        done = {"employment_ledger_on": "2025-04-08", "employment_ledger_file_id": file.json()["id"]}
        changed = await department.patch(f"/v1/brands/{brand['id']}", json=done, headers={"If-Match": '"1"'})
        assert (changed.json()["complete_on"], version_of(changed)) == ("2025-04-08", 2)
        assert (await department.get(f"/v1/brands/{brand['id']}")).json() == changed.json()


@pytest.mark.parametrize(
    ("changed", "code", "pointer"),
    [
        pytest.param({"training_video_on": "2025-04-09"}, "invalid_value", "/training_video_on", id="finished-tomorrow"),
        pytest.param({"training_video_file_id": str(db.new_id())}, "unknown_file", "/training_video_file_id", id="no-such-file"),
        pytest.param({"kind": "song"}, "invalid_value", "/kind", id="no-such-kind"),
        pytest.param({"created_on": "2025-04-08"}, "invalid_value", "/created_on", id="created-as-dishes-are"),
        pytest.param({"kind": "dish", "created_on": "2025-04-09"}, "invalid_value", "/created_on", id="created-tomorrow"),
        pytest.param({"class_ids": [str(db.new_id())]}, "unknown_class", "/class_ids/0", id="no-such-class"),
    ],
)
async def test_a_faulty_brand_is_refused(start: Start, changed: dict[str, Any], code: str, pointer: str) -> None:
    async with start("registry") as registry:
        answer = await registry.as_("officer", at=AT).post("/v1/brands", json={"name": "苗绣", "kind": "brand"} | changed)
        assert (answer.status_code, [(fault["code"], fault["pointer"]) for fault in answer.json()["errors"]]) == (422, [(code, pointer)])


async def test_a_name_is_taken_once_a_kind(start: Start) -> None:
    async with start("registry") as registry:
        officer = registry.as_("officer", at=AT)
        await made(officer, "/v1/brands", {"name": "凯里酸汤", "kind": "dish"})
        assert (await officer.post("/v1/brands", json={"name": "凯里酸汤", "kind": "dish"})).json()["code"] == "duplicate_brand"
        await made(officer, "/v1/brands", {"name": "凯里酸汤", "kind": "brand"})
        assert [each["kind"] for each in (await officer.get("/v1/brands", params={"kind": "dish"})).json()["items"]] == ["dish"]


async def test_a_department_sees_and_keeps_its_own(start: Start) -> None:
    async with start("registry") as registry:
        own, other = registry.as_("department", department="文体旅局"), registry.as_("department", department="农业农村局")
        brand = await made(own, "/v1/brands", {"name": "苗绣", "kind": "brand"})
        assert (await other.get("/v1/brands")).json()["items"] == []
        assert (await other.patch(f"/v1/brands/{brand['id']}", json={"name": "x"}, headers={"If-Match": '"1"'})).status_code == 404
        assert len((await registry.as_("auditor").get("/v1/brands")).json()["items"]) == 1
        assert (await registry.as_("institution").post("/v1/brands", json={"name": "x", "kind": "brand"})).status_code == 403


@pytest.mark.parametrize(
    ("told", "complete_on"),
    [
        pytest.param({"created_on": "2025-03-01"}, None, id="without-a-standard-of-its-recipe"),
        pytest.param({"recipe_standard": "凯里酸汤鱼烹饪技术规范"}, None, id="without-its-day"),
        pytest.param({"created_on": "2025-03-01", "recipe_standard": "凯里酸汤鱼烹饪技术规范"}, "2025-03-01", id="with-both"),
        pytest.param(dict.fromkeys(MATERIALS, "2025-03-01"), None, id="with-a-brands-materials-alone"),
    ],
)
async def test_a_dish_counts_from_the_day_it_was_created_by_a_standard(start: Start, told: dict[str, Any], complete_on: str | None) -> None:
    async with start("registry") as registry:
        officer = registry.as_("officer", at=AT)
        dish = await made(officer, "/v1/brands", {"name": "凯里酸汤鱼", "kind": "dish", **told})
        assert dish["complete_on"] == complete_on
        found = (await officer.get("/v1/brands", params={"complete_from_on": "2025-03-01", "complete_to_on": "2025-03-01"})).json()["items"]
        assert [each["id"] for each in found] == ([dish["id"]] if complete_on else [])


async def test_a_file_is_named_by_who_may_read_it_or_stays_where_it_was_named(start: Start) -> None:
    async with start("registry") as registry:
        officer, department = registry.as_("officer", at=AT), registry.as_("department", at=AT, department="文体旅局")
        brand = await made(department, "/v1/brands", {"name": "苗绣", "kind": "brand"})
        file_id = (await officer.post("/v1/files", files={"file": ("方案.pdf", b"%PDF-1.7", "application/pdf")})).json()["id"]
        path, named = f"/v1/brands/{brand['id']}", {"creation_plan_file_id": file_id}
        refused = await department.patch(path, json=named)
        assert [(each["code"], each["pointer"]) for each in refused.json()["errors"]] == [("unknown_file", "/creation_plan_file_id")]
        assert (await officer.patch(path, json=named)).status_code == 200
        assert (await department.patch(path, json={**named, "name": "苗绣坊"})).status_code == 200


async def test_the_ledger_of_a_brand_is_of_the_people_of_its_classes(start: Start) -> None:
    async with start("registry") as registry:
        officer = registry.as_("officer", at=registered.AFTER)
        school = await registered.school(registry)
        first, second, other = [await registered.proposed(registry, school, "in_progress") for _ in range(3)]
        for serial, class_id in enumerate((first, second, other), 1):
            who = {"trainee_id": await registered.trainee(registry, serial)}
            await registered.posted(registry.as_("officer", at=registered.FIRST), f"/v1/classes/{class_id}/enrolments", who, 201)
        brand = await made(officer, "/v1/brands", {"name": "凯里玻璃工", "kind": "brand", "class_ids": [first, second]})
        path = f"/v1/brands/{brand['id']}/employment-ledger"
        assert len((await officer.get(path)).json()["items"]) == 2
        of_school, of_another = (registry.as_("institution", institution_id=each) for each in (school, await registered.school(registry)))
        assert [len((await each.get(path)).json()["items"]) for each in (of_school, of_another)] == [2, 0]
        refused = await registry.as_("department", department="文体旅局", at=AT).post(
            "/v1/brands", json={"name": "酸汤", "kind": "brand", "class_ids": [first]}
        )
        assert [each["pointer"] for each in refused.json()["errors"]] == ["/class_ids/0"]
