"""The people's door: which classes anyone may see and join, and nothing of who is in them."""

from tests.conftest import Start
from tests.registry import made


async def test_anyone_sees_the_classes_that_can_be_joined_and_nobody_who_is_in_them(start: Start) -> None:
    async with start("registry") as registry:
        school, barred = await made.school(registry), await made.school(registry)
        open_, full, draft, elsewhere = [
            await made.proposed(registry, school, status, **values)
            for status, values in (
                ("approved", {"seats": 2}),
                ("in_progress", {"seats": 1}),
                ("submitted", {}),
                ("approved", {"name": "电工班", "region_code": "522601001"}),
            )
        ]
        await made.proposed(registry, barred, "approved")
        officer = registry.as_("officer", at="2025-04-08T09:00:00+08:00")
        await made.posted(officer, f"/v1/institutions/{barred}:suspend", {"reason": "整改", "from_on": "2025-04-01"})
        for class_id in (open_, full):
            body = {"trainee_id": await made.trainee(registry, 1 if class_id == open_ else 2)}
            await made.posted(officer, f"/v1/classes/{class_id}/enrolments", body, 201)

        async def seen(day: str = "2025-04-08", **asked: str) -> list[str]:
            answer = await registry.as_("public", at=f"{day}T09:00:00+08:00").get("/v1/open-classes", params=asked)
            assert answer.status_code == 200, answer.text
            return [each["id"] for each in answer.json()["items"]]

        assert await seen() == [elsewhere, open_]
        assert await seen(region_code="522601100") == [open_]
        assert await seen(q="电工") == [elsewhere]
        assert await seen(channel="project") == []
        assert await seen(to_on="2025-04-07") == []
        assert (await seen("2025-04-10"), await seen("2025-04-11")) == ([elsewhere, open_], [])
        answer = await registry.as_("public", at="2025-04-08T09:00:00+08:00").get("/v1/open-classes", params={"region_code": "522601100"})
        [shown] = answer.json()["items"]
        assert (shown["free_seats"], shown["region_name"], "劳动能力" in shown["for_whom"]) == (1, "三棵树镇", True)
        assert "杨秀英" not in answer.text and "trainee" not in answer.text
        assert draft not in answer.text
        unknown = await registry.as_("public").get("/v1/open-classes", params={"region_code": "1"})
        assert (unknown.status_code, unknown.json()["parameter"]) == (400, "region_code")
