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
LISTS: dict[str, tuple[str, dict[str, Any], set[str]]] = {
    "categories and employments": (
        "/v1/trainees",
        {
            "categories": [{"code": "rural_worker", "since_on": "soon"}, {"code": "x", "since_on": "2025-01-01"}],
            "employments": [{"employer": "甲厂", "from_on": "2025-06-01"}, {"employer": "乙厂", "from_on": "soon"}],
        },
        {"/categories/0/since_on", "/categories/1/code", "/employments/0/from_on", "/employments/1/from_on"},
    ),
    "proposed categories": (
        "trainee/corrections",
        {"field": "categories", "proposed": [{"code": "x", "since_on": "2025-01-01"}, {"code": "y", "since_on": 5}]},
        {"/proposed/0/code", "/proposed/1/since_on"},
    ),
    "needs and plan": (
        "/v1/enterprise-surveys",
        {
            "needs": [{"occupation_code": "9-99-99-99", "people": 0}, {"people": 5}],
            "plan": [{"occupation_code": "9-99-99-99", "people": 5}, 5],
        },
        {"/needs/0/people", "/needs/0/occupation_code", "/needs/1/occupation_code", "/plan/0/occupation_code", "/plan/1"},
    ),
    "posts": (
        "/v1/classes",
        {
            "posts": [
                {"employer": {"name": 5, "uscc": "x"}, "occupation_code": "9-99-99-99", "posts": 1, "agreed_on": "2025-04-01"},
                {"employer": {"name": "甲厂"}, "occupation_code": "6-31-01-03", "posts": 1, "agreed_on": "2025-06-01"},
            ],
            "programmes": ["none", 5],
        },
        {"/posts/0/employer/name", "/posts/0/employer/uscc", "/posts/0/occupation_code", "/posts/1/agreed_on"}
        | {"/programmes/0", "/programmes/1"},
    ),
    "marks and licences": (
        "/v1/institutions",
        {
            "marks": [{"code": "star", "from_on": "2025-02-01", "until_on": "2025-01-01"}, {"code": "x"}],
            "licences": [{"number": 5, "trades": ["9-99-99-99"], "from_on": "2025-01-01"}],
        },
        {"/marks/0/until_on", "/marks/1/code", "/licences/0/number", "/licences/0/trades/0"},
    ),
    "entries": (
        "/v1/catalogues",
        {"entries": [{"levels": ["x"]}, {"occupation_code": "9-99-99-99"}]},
        {"/entries/0/levels/0"} | {"/entries/0/occupation_code", "/entries/1/occupation_code"},
    ),
    "findings": (
        "class/inspections",
        {"findings": [{"item": "equipment", "met": False}, {"item": "x", "met": True}]},
        {"/findings/0/finding", "/findings/1/item"},
    ),
}


async def test_a_faulty_element_of_a_list_hides_no_rule_of_its_neighbours(start: Start) -> None:
    async with start("registry") as registry:
        officer, school = registry.as_("officer", at=NOW), await made.school(registry)
        class_id = await made.proposed(registry, school, "in_progress", starts_on="2025-05-01", ends_on="2025-05-03")
        trainee_id = await made.trainee(registry, 1)
        papers = {"class": f"/v1/classes/{class_id}", "trainee": f"/v1/trainees/{trainee_id}"}
        for name, (path, body, pointers) in LISTS.items():
            where, _, rest = path.partition("/")
            answer = await officer.post(f"{papers[where]}/{rest}" if where else path, json=body)
            assert answer.status_code == 422, (name, answer.text)
            told = {each["pointer"] for each in answer.json()["errors"]}
            lists = {each for each in told if each.split("/")[1] in body}
            assert lists == pointers, name


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
