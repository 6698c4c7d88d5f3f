"""Who of those who completed a class has work, who may still find it, and who did not in time: by the plan's months."""

from tests.conftest import Start
from tests.registry import made

COMPLETED = "2025-04-10"  # the class's last day: work counts that begins by 10 October


async def test_who_completed_a_class_seeks_work_until_the_plans_months_are_over(start: Start) -> None:
    async with start("registry") as registry:
        school = await made.school(registry)
        officer = registry.as_("officer", at=made.FIRST)
        class_id = await made.proposed(registry, school, "approved")
        seeking, found, absent = [await made.trainee(registry, serial) for serial in (1, 2, 3)]
        enrolled = {
            each: (await made.posted(officer, f"/v1/classes/{class_id}/enrolments", {"trainee_id": each}, 201))["id"]
            for each in (seeking, found, absent)
        }
        await made.posted(officer, f"/v1/classes/{class_id}:start")
        signed = [{"trainee_id": each, "on": "2025-04-08", "half_day": "am", "source": "签到表"} for each in (seeking, found)]
        await made.posted(officer, f"/v1/classes/{class_id}/attendance:batch", {"items": signed}, 207)
        after = registry.as_("officer", at=made.AFTER)
        await made.posted(after, f"/v1/classes/{class_id}:complete")
        work = {"kind": "farming", "from_on": "2025-04-11", "grade": "E"}
        unborn = await after.post(f"/v1/enrolments/{enrolled[found]}/employment", json=work | {"from_on": "1990-03-06"})
        assert [(each["code"], each["pointer"]) for each in unborn.json()["errors"]] == [("invalid_value", "/from_on")]
        await made.posted(after, f"/v1/enrolments/{enrolled[found]}/employment", work, 201)

        async def those(day: str, role: str = "officer", **asked: str) -> list[str]:
            bound = {"region_code": "522601100"} if role == "town" else {}
            answer = await registry.as_(role, at=f"{day}T09:00:00+08:00", **bound).get("/v1/enrolments", params=asked)
            assert answer.status_code == 200, answer.text
            return [each["trainee_id"] for each in answer.json()["items"]]

        assert await those("2025-04-11", employment="employed") == [found]
        assert await those("2025-10-10", employment="pending") == [seeking]
        assert await those("2025-10-11", employment="pending") == []
        assert (await those("2025-10-10", employment="missed"), await those("2025-10-11", employment="missed")) == ([], [seeking])
        within = {"employment": "pending", "due_within_days": "30"}
        assert (await those("2025-09-09", "town", **within), await those("2025-09-10", "town", **within)) == ([], [seeking])
        paper = (await officer.get(f"/v1/enrolments/{enrolled[seeking]}")).json()
        assert (paper["employment_due_on"], (await officer.get(f"/v1/enrolments/{enrolled[absent]}")).json()["employment_due_on"]) == (
            "2025-10-10",
            None,
        )

        async def waits(day: str, region_code: str) -> list[tuple[str, str, str]]:
            town = registry.as_("town", at=f"{day}T09:00:00+08:00", region_code=region_code)
            items = (await town.get("/v1/worklist")).json()["items"]
            return [(each["kind"], each["subject_id"], each["due_on"]) for each in items if each["kind"] == "employment_pending"]

        assert await waits("2025-05-01", "522601100") == [("employment_pending", enrolled[seeking], "2025-10-10")]
        assert await waits("2025-05-01", "522601101") == []
        assert await waits("2025-10-11", "522601100") == []


async def test_who_was_never_trained_is_found_also_where_another_id_was(start: Start) -> None:
    async with start("registry") as registry:
        school, officer = await made.school(registry), registry.as_("officer", at=made.FIRST)
        class_id = await made.proposed(registry, school, "approved")
        old, kept, never = [await made.trainee(registry, serial, village="第一村" if serial == 3 else None) for serial in (1, 2, 3)]
        for each in (old, never):
            await made.posted(officer, f"/v1/classes/{class_id}/enrolments", {"trainee_id": each}, 201)
        await made.posted(officer, f"/v1/classes/{class_id}:start")
        half = {"trainee_id": old, "on": "2025-04-08", "half_day": "am", "source": "签到表"}
        await made.posted(officer, f"/v1/classes/{class_id}/attendance", half, 201)
        await made.posted(registry.as_("officer", at=made.AFTER), f"/v1/classes/{class_id}:complete")

        async def those(**asked: str) -> list[str]:
            return [each["id"] for each in (await officer.get("/v1/trainees", params=asked)).json()["items"]]

        assert await those(never_trained="true") == [never, kept]
        await made.posted(officer, f"/v1/trainees/{old}:merge", {"into": kept})
        assert (await those(never_trained="true"), await those(never_trained="false")) == ([never], [kept])
        assert await those(village="第一村") == [never]
        changed = await officer.patch(f"/v1/trainees/{never}", json={"village": "第二村"})
        assert (changed.status_code, changed.json()["village"]) == (200, "第二村")
        assert await those(village="第一村") == []
