"""Faults of shape and of rule come together; a stale version and a wrong state come before what a body says."""

from typing import Any

import httpx
import pytest

from shared import db
from tests.conftest import Start
from tests.registry import made


def codes(answer: httpx.Response) -> dict[str, str]:
    return {fault["pointer"]: fault["code"] for fault in answer.json()["errors"]}


@pytest.mark.parametrize(
    ("path", "body", "shape", "rule"),
    [
        pytest.param(
            "/v1/classes",
            made.class_in(None, hours="24", region_code="zz", ends_on="2025-04-01"),
            "/hours",
            {"/region_code": "unknown_region", "/ends_on": "invalid_period"},
            id="a-class",
        ),
        pytest.param(
            "/v1/institutions",
            {"name": "甲", "uscc": "1", "kind": "hospital", "region_code": "zz", "phone": "12"},
            "/kind",
            {"/uscc": "invalid_uscc", "/region_code": "unknown_region", "/phone": "invalid_phone"},
            id="an-institution",
        ),
        pytest.param(
            "/v1/status-lists",
            {"status": "rich", "source": "社保局", "complete_from_on": "2025-02-01", "complete_to_on": "2025-01-31"},
            "/status",
            {"/complete_to_on": "invalid_period"},
            id="a-status-list",
        ),
        pytest.param(
            "/v1/institutions/{school}/teachers",
            {"name": " ", "id_number": "1", "employment": "often", "from_on": "2025-02-01", "to_on": "2025-01-31"},
            "/employment",
            {"/name": "name_missing", "/id_number": "invalid_id_number", "/to_on": "invalid_period"},
            id="a-teacher",
        ),
        pytest.param(
            "/v1/institutions/{school}:designate",
            {"from_on": "2025-02-01", "to_on": "2025-01-31", "until": 1},
            "/until",
            {"/to_on": "invalid_period"},
            id="a-designation",
        ),
        pytest.param(
            "/v1/institutions/{school}/yearly-reports",
            {"year": "2024", "training_funds": "1.00", "training_funds_frontline": "1.01"},
            "/year",
            {"/training_funds_frontline": "invalid_value"},
            id="a-yearly-report",
        ),
        pytest.param(
            "/v1/enrolments/{enrolment}/employment",
            {"kind": "employer", "from_on": "2025-02-01", "until_on": "2025-01-31", "grade": "F"},
            "/grade",
            {"/employer": "missing_field", "/until_on": "invalid_period"},
            id="work",
        ),
    ],
)
async def test_faults_of_shape_and_of_rule_come_together(
    start: Start, path: str, body: dict[str, Any], shape: str, rule: dict[str, str]
) -> None:
    async with start("registry") as registry:
        officer, school = registry.as_("officer", at=made.FIRST), await made.school(registry)
        enrolment = ""
        if "{enrolment}" in path:
            class_id = await made.proposed(registry, school, "approved")
            enrolled = {"trainee_id": await made.trainee(registry, 1)}
            enrolment = (await made.posted(officer, f"/v1/classes/{class_id}/enrolments", enrolled, 201))["id"]
        answer = await officer.post(path.format(school=school, enrolment=enrolment), json=body)
        found = codes(answer)
        assert answer.status_code == 422
        assert shape in found
        assert rule.items() <= found.items()
        of_shape = [
            each for each in answer.json()["errors"] if each["code"].startswith(("invalid_", "unknown_")) and each["pointer"] in rule
        ]
        assert all(each["allowed"] for each in of_shape), "what cannot be so is told beside what can"


async def test_a_wrong_state_and_a_stale_version_come_before_what_the_body_says(start: Start) -> None:
    async with start("registry") as registry:
        officer, school = registry.as_("officer", at=made.BEFORE), await made.school(registry)
        draft, approved = await made.proposed(registry, school), await made.proposed(registry, school, "approved")
        misshapen: dict[str, Any] = {"reason": 7}
        for path in (f"/v1/classes/{draft}:reject", f"/v1/classes/{draft}/enrolments", f"/v1/classes/{approved}/attendance:batch"):
            assert (await officer.post(path, json=misshapen)).json()["code"] == "invalid_state", path
        assert (await officer.patch(f"/v1/classes/{approved}", json=misshapen)).json()["code"] == "invalid_state"
        stale = {"If-Match": '"7"'}
        for path in (f"/v1/classes/{draft}", f"/v1/institutions/{school}"):
            assert (await officer.patch(path, json=misshapen, headers=stale)).json()["code"] == "stale_version", path
            assert (await officer.patch(path, json=misshapen)).status_code == 422, path
        hidden = registry.as_("institution", institution_id=db.new_id())
        assert (await hidden.patch(f"/v1/classes/{draft}", json=misshapen)).status_code == 404
