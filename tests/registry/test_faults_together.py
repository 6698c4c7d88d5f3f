"""An item of a batch hears of its shape and of what its sound members break at once, as a single paper does."""

from typing import Any

from tests.conftest import Start
from tests.registry import made

NOW = "2025-05-01T09:00:00+08:00"
NUMBER, WRONG = "522601199003070017", "522601199003070018"
ITEMS: dict[str, tuple[str, dict[str, Any], set[str]]] = {
    "trainees": (
        "/v1/trainees:batch",
        {"name": 5, "id_number": WRONG, "phone": None, "region_code": "x", "categories": []},
        {"/name", "/id_number", "/region_code"},
    ),
    "outside payments": (
        "/v1/outside-payments:batch",
        {"id_number": NUMBER, "occupation_code": "9-99-99-99", "on": "1990-03-06", "amount": 10, "source": "失业保险"},
        {"/amount", "/occupation_code", "/on"},
    ),
    "status records": (
        "/v1/status-records:batch",
        {"id_number": NUMBER, "status": "public_payroll", "from_on": "1990-03-06", "until_on": "1990-03-05", "source": 5},
        {"/source", "/from_on", "/until_on"},
    ),
    "wishes": ("/v1/training-wishes:batch", {"region_code": "x", "note": 5}, {"/note", "/region_code", "/occupation_code"}),
    "past years": (
        "/v1/history-imports",
        {
            "number_there": "1",
            "name": "往年班",
            "institution_id": "0192c0de-0000-7000-8000-000000000000",
            "channel": "project",
            "occupation_code": "9-99-99-99",
            "starts_on": "1990-03-06",
            "ends_on": "1990-03-05",
            "hours": "8",
            "region_code": "522601100",
            "people": [{"id_number": NUMBER, "name": "杨秀英", "outcome": "completed"}],
        },
        {"/hours", "/occupation_code", "/ends_on", "/people/0/id_number"},
    ),
    "teachers": (
        "teachers",
        {"name": 5, "id_number": WRONG, "employment": "full_time", "from_on": "2025-01-02", "to_on": "2025-01-01"},
        {"/name", "/id_number", "/to_on"},
    ),
    "attendance": ("attendance", {"trainee_id": 5, "on": "2025-05-02", "half_day": "am", "source": "paper"}, {"/trainee_id", "/on"}),
    "enrolments": ("enrolments", {"trainee_id": 5, "from_on": "2025-06-01"}, {"/trainee_id", "/from_on"}),
}


async def test_faults_of_shape_and_of_rules_come_together(start: Start) -> None:
    async with start("registry") as registry:
        officer, school = registry.as_("officer", at=NOW), await made.school(registry)
        days = {"starts_on": "2025-05-01", "ends_on": "2025-05-03"}
        of_class = f"/v1/classes/{await made.proposed(registry, school, 'in_progress', **days)}"
        places = {"teachers": f"/v1/institutions/{school}/teachers:batch"} | {
            each: f"{of_class}/{each}:batch" for each in ("attendance", "enrolments")
        }
        for name, (path, item, pointers) in ITEMS.items():
            answer = await made.posted(officer, places.get(path, path), {"mode": "validate", "items": [item]}, 207)
            assert {each["pointer"] for each in answer["items"][0]["errors"]} == {f"/items/0{each}" for each in pointers}, name
