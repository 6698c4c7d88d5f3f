"""The facts of a class for a claim: complete, as of the class's first day, and in as many statements for one person as for many."""

from typing import Any

from services.registry.training.eligibility import schemas
from tests.conftest import Service, Start
from tests.registry import made


async def facts(registry: Service, class_id: str, trainee_ids: list[str] | None = None) -> Any:
    """What is told, which is to the letter what the document says of it."""
    asked = {"class_id": class_id, "trainee_ids": trainee_ids}
    told = await made.posted(registry.internal(), "/internal/v1/claim-facts", asked, 200)
    said = schemas.ClaimFacts.model_validate(told | {"class_": told["class"]})
    assert said.model_dump(mode="json", by_alias=True) == told
    return told


async def enrolled(registry: Service, class_id: str, *people: str) -> None:
    items = [{"trainee_id": each} for each in people]
    await made.posted(registry.as_("officer", at=made.FIRST), f"/v1/classes/{class_id}/enrolments:batch", {"items": items}, 207)


async def test_every_fact_is_told(start: Start) -> None:
    async with start("registry") as registry:
        officer = registry.as_("officer", at=made.LAST)
        institution_id = await made.school(registry, "private_school", bank_account="6217001234567894321")
        await made.posted(officer, f"/v1/institutions/{institution_id}:designate", {"from_on": "2025-01-01", "to_on": "2025-12-31"})
        blacklisted = {"from_on": "2025-04-11", "reason": "虚报学员"}
        await made.posted(registry.as_("reviewer"), f"/v1/institutions/{institution_id}:blacklist", blacklisted)
        teacher = {"name": "石老师", "id_number": made.citizen(1), "employment": "full_time", "from_on": "2024-01-01"}
        teacher_id = (await made.posted(officer, f"/v1/institutions/{institution_id}/teachers", teacher, 201))["id"]
        class_id = await made.proposed(registry, institution_id, "in_progress", teacher_ids=[teacher_id])
        categories = [{"code": "rural_woman", "since_on": "2024-01-01", "until_on": "2024-12-31"}]
        teaching = await made.trainee(registry, 1, categories=categories, bank_account="6217001234567894321")
        drawing, gone = await made.trainee(registry, 2), await made.trainee(registry, 3)
        await enrolled(registry, class_id, teaching, drawing, gone)
        pension = {"id_number": made.citizen(2), "status": "employee_pension", "from_on": "2024-12-01", "source": "州社保局"}
        await made.posted(officer, "/v1/status-records:batch", {"items": [pension]}, 207)
        listed = {"status": "employee_pension", "source": "州社保局"}
        await made.posted(officer, "/v1/status-lists", listed | {"complete_from_on": "2025-04-08", "complete_to_on": "2025-04-08"}, 201)
        await made.posted(
            officer,
            "/v1/status-lists",
            {"status": "deceased", "source": "民政", "complete_from_on": "2025-04-09", "complete_to_on": "2025-12-31"},
            201,
        )
        marks = [{"trainee_id": teaching, "on": "2025-04-08", "half_day": half, "source": "签到表"} for half in ("am", "pm")]
        await made.posted(officer, f"/v1/classes/{class_id}/attendance:batch", {"items": marks}, 207)
        [withdrawn] = [
            each for each in (await officer.get(f"/v1/classes/{class_id}/enrolments")).json()["items"] if each["trainee_id"] == gone
        ]
        await officer.patch(f"/v1/enrolments/{withdrawn['id']}", json={"outcome": "withdrawn"})

        told = await facts(registry, class_id)
        institution = told["class"]["institution"]
        assert (institution["id"], institution["needs_designation"], institution["designated"], institution["blacklisted"]) == (
            institution_id,
            True,
            True,
            False,
        )
        assert (told["class"]["starts_on"], told["class"]["status"], told["lists_complete"]) == (
            "2025-04-08",
            "in_progress",
            ["employee_pension"],
        )
        first, second = told["enrolments"]
        assert (first["trainee_id"], first["teaches_class"], first["half_days"]) == (teaching, True, [{"on": "2025-04-08", "half_days": 2}])
        assert first["categories"] == [{"code": "rural_woman", "since_on": "2024-01-01", "until_on": "2024-12-31"}]
        assert first["bank_account_key"] == institution["bank_account_key"] is not None
        assert (second["teaches_class"], second["has_bank_account"], second["bank_account_key"]) == (False, False, None)
        assert second["statuses"] == [{"status": "employee_pension", "from_on": "2024-12-01", "until_on": None, "source": "州社保局"}]

        stranger = await made.trainee(registry, 4)
        named = await facts(registry, class_id, [gone, stranger])
        assert [(each["trainee_id"], each["outcome"]) for each in named["enrolments"]] == [(gone, "withdrawn")]
        assert named["unknown_trainee_ids"] == [stranger]


async def test_an_unknown_class_is_a_404_and_outsiders_are_refused(start: Start) -> None:
    async with start("registry") as registry:
        body = {"class_id": "01932f6e-7c1a-7000-8000-000000000001"}
        assert (await registry.internal().post("/internal/v1/claim-facts", json=body)).status_code == 404
        assert (await registry.as_("officer").post("/internal/v1/claim-facts", json=body)).status_code == 403


async def test_the_number_of_statements_does_not_grow_with_the_class(start: Start) -> None:
    async with start("registry") as registry:
        institution_id = await made.school(registry)
        small, large = [await made.proposed(registry, institution_id, "approved") for _ in range(2)]
        people = [await made.trainee(registry, serial) for serial in range(1, 12)]
        await enrolled(registry, small, people[0])
        await enrolled(registry, large, *people)
        counts = []
        for class_id in (small, large):
            with registry.statements() as asked:
                assert len((await facts(registry, class_id))["enrolments"]) == (1 if class_id == small else len(people))
            counts.append(len(asked))
        assert counts[0] == counts[1] > 0
