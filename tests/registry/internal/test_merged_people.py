"""The facts of somebody registered twice who went on as one: under the id that stays, with what both ids knew."""

from tests.conftest import Start
from tests.registry import made

RURAL = [{"code": "rural_transfer_worker", "since_on": "2025-01-01"}]


async def test_whoever_was_merged_is_told_of_under_the_id_that_stays(start: Start) -> None:
    async with start("registry") as registry:
        old, stays = await made.trainee(registry, 1, categories=RURAL), await made.trainee(registry, 2)
        class_id = await made.proposed(registry, await made.school(registry), "in_progress")
        officer = registry.as_("officer", at=made.LAST)
        await made.posted(officer, f"/v1/classes/{class_id}/enrolments", {"trainee_id": old}, 201)
        marks = [{"trainee_id": old, "on": "2025-04-08", "half_day": half, "source": "签到表"} for half in ("am", "pm")]
        await made.posted(officer, f"/v1/classes/{class_id}/attendance:batch", {"items": marks}, 207)
        await made.posted(officer, f"/v1/trainees/{old}:merge", {"into": stays}, 200)
        for named in (None, [stays], [old], [old, stays]):
            facts = await made.posted(registry.internal(), "/internal/v1/claim-facts", {"class_id": class_id, "trainee_ids": named}, 200)
            [told] = facts["enrolments"]
            assert (told["trainee_id"], [each["code"] for each in told["categories"]]) == (stays, ["rural_transfer_worker"])
            assert [(each["on"], each["half_days"]) for each in told["half_days"]] == [("2025-04-08", 2)]


async def test_who_was_enrolled_under_two_numbers_is_one_person_with_what_either_did(start: Start) -> None:
    async with start("registry") as registry:
        old, stays = await made.trainee(registry, 1), await made.trainee(registry, 2)
        school = await made.school(registry)
        here, elsewhere = [await made.proposed(registry, school, "in_progress") for _ in range(2)]
        officer = registry.as_("officer", at=made.LAST)
        for class_id, people in ((here, (old, stays)), (elsewhere, (old,))):
            for trainee_id in people:
                await made.posted(officer, f"/v1/classes/{class_id}/enrolments", {"trainee_id": trainee_id}, 201)
        signed = (
            (here, old, "2025-04-08", "am"),
            (here, stays, "2025-04-08", "am"),  # the same half-day under both numbers is one
            (here, stays, "2025-04-09", "pm"),
            (elsewhere, old, "2025-04-09", "pm"),
            (elsewhere, old, "2025-04-10", "am"),
        )
        for class_id, trainee_id, on, half_day in signed:
            mark = {"trainee_id": trainee_id, "on": on, "half_day": half_day, "source": "签到表"}
            await made.posted(officer, f"/v1/classes/{class_id}/attendance", mark, 201)
        enrolments = (await officer.get(f"/v1/classes/{here}/enrolments")).json()["items"]
        [of_old] = [each["id"] for each in enrolments if each["trainee_id"] == old]
        assert (await officer.patch(f"/v1/enrolments/{of_old}", json={"outcome": "withdrawn"})).is_success
        await made.posted(officer, f"/v1/trainees/{old}:merge", {"into": stays}, 200)
        number = (await officer.get(f"/v1/classes/{elsewhere}")).json()["number"]

        told = await made.posted(registry.internal(), "/internal/v1/claim-facts", {"class_id": here, "trainee_ids": [stays]}, 200)
        [person] = told["enrolments"]
        assert (person["trainee_id"], person["outcome"]) == (stays, "enrolled")
        assert person["enrolment_ids"] == sorted(each["id"] for each in enrolments) and person["enrolment_id"] == person["enrolment_ids"][0]
        assert person["half_days"] == [{"on": "2025-04-08", "half_days": 1}, {"on": "2025-04-09", "half_days": 1}]
        assert person["attended_other_class"] == [{"class_number": number, "on": "2025-04-09", "half_day": "pm"}]
        assert told["class"]["half_days_held"] == 2
