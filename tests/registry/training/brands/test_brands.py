"""Brands and dishes: their four materials, by whom they are kept."""

from typing import Any

import pytest

from shared import db
from tests.conftest import Start, version_of
from tests.registry.invented import made

AT = "2025-04-08T09:00:00+08:00"
MATERIALS = ("creation_plan_on", "training_video_on", "experience_summary_on", "employment_ledger_on")


async def test_a_brand_is_complete_on_the_day_of_its_last_material(start: Start) -> None:
    async with start("registry") as registry:
        department = registry.as_("department", at=AT, department="文体旅局")
        brand = await made(department, "/v1/brands", {"name": "凯里酸汤", "kind": "dish", **dict.fromkeys(MATERIALS[:3], "2025-03-01")})
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
