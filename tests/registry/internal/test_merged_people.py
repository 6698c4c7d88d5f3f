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
        for named in (None, [stays]):
            facts = await made.posted(registry.internal(), "/internal/v1/claim-facts", {"class_id": class_id, "trainee_ids": named}, 200)
            [told] = facts["enrolments"]
            assert (told["trainee_id"], [each["code"] for each in told["categories"]]) == (stays, ["rural_transfer_worker"])
            assert [(each["on"], each["half_days"]) for each in told["half_days"]] == [("2025-04-08", 2)]
        facts = await made.posted(registry.internal(), "/internal/v1/claim-facts", {"class_id": class_id, "trainee_ids": [old]}, 200)
        assert (facts["enrolments"], facts["unknown_trainee_ids"]) == ([], [old])
