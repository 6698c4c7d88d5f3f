"""Filing, moving and approving: in time or with a reason, by another person, for days on which the institution may hold the class."""

from tests.conftest import Start
from tests.registry import made


async def test_what_was_returned_or_rejected_is_put_right_and_submitted_again(start: Start) -> None:
    async with start("registry") as registry:
        school = await made.school(registry)
        own, officer = registry.as_("institution", institution_id=school, at=made.BEFORE), registry.as_("officer", at=made.BEFORE)
        for status in ("submitted", "rejected", "approved"):
            path = f"/v1/classes/{await made.proposed(registry, school, status)}"
            returned = await made.posted(officer, f"{path}:return", {"reason": "课程未列明"})
            assert (returned["status"], returned["status_reason"], returned["approved_at"]) == ("returned", "课程未列明", None)
            waiting = (await own.get("/v1/worklist")).json()["items"]
            assert [each["link"] for each in waiting if each["kind"] == "class_returned"] == [path]
            assert (await own.patch(path, json={"name": "稻田养鱼班(改)"})).json()["name"] == "稻田养鱼班(改)"
            again = await made.posted(own, f"{path}:submit")
            assert (again["status"], again["status_reason"], again["filed_at"]) == ("submitted", None, returned["filed_at"])
            assert (await made.posted(officer, f"{path}:approve"))["status"] == "approved"
        assert (await officer.post(f"{path}:return")).status_code == 422


async def test_a_class_filed_late_says_why(start: Start) -> None:
    async with start("registry") as registry:
        class_id = await made.proposed(registry, await made.school(registry))
        path, first = f"/v1/classes/{class_id}", registry.as_("officer", at=made.FIRST)
        assert await made.why_not(first, class_id, "submit") == "class_filed_late"
        refused = await first.post(f"{path}:submit")
        assert (refused.status_code, refused.json()["code"], refused.json()["errors"][0]["pointer"]) == (
            422,
            "class_filed_late",
            "/late_reason",
        )
        await first.patch(path, json={"late_reason": "农时提前,临时增开"})
        assert (await made.posted(first, f"{path}:submit"))["filed_at"].startswith("2025-04-08")


async def test_an_approved_class_that_is_moved_is_to_be_approved_again(start: Start) -> None:
    async with start("registry") as registry:
        school, later = await made.school(registry), {"starts_on": "2025-04-15", "ends_on": "2025-04-17"}
        path = f"/v1/classes/{await made.proposed(registry, school, 'approved')}"
        officer, own = registry.as_("officer", at=made.BEFORE), registry.as_("institution", institution_id=school, at=made.BEFORE)
        moved = await made.posted(own, f"{path}:reschedule", later)
        assert (moved["status"], moved["approved_at"], moved["filed_at"][:10]) == ("submitted", None, "2025-03-29")
        assert (await made.posted(officer, f"{path}:approve"))["status"] == "approved"
        other = await made.posted(officer, f"{path}:reschedule", made.DAYS)  # earlier than filed: filed anew, in time
        assert (other["status"], other["filed_at"][:10]) == ("submitted", "2025-04-01")
        refused = await officer.post(f"{path}:approve")
        assert (refused.status_code, refused.json()["code"]) == (409, "same_person")


async def test_a_class_does_not_move_into_the_past_without_a_word(start: Start) -> None:
    async with start("registry") as registry:
        path = f"/v1/classes/{await made.proposed(registry, await made.school(registry), 'approved', starts_on='2025-06-10', ends_on='2025-06-12')}"
        june, past = registry.as_("officer", at="2025-06-09T09:00:00+08:00"), dict(made.DAYS)
        refused = await june.post(f"{path}:reschedule", json=past)
        assert (refused.status_code, refused.json()["code"]) == (422, "class_filed_late")
        moved = await made.posted(june, f"{path}:reschedule", past | {"late_reason": "日期登记有误"})
        assert (moved["status"], moved["filed_at"][:10], moved["late_reason"]) == ("submitted", "2025-06-09", "日期登记有误")


async def test_who_is_blacklisted_or_suspended_after_submitting_is_neither_approved_nor_starts(start: Start) -> None:
    async with start("registry") as registry:
        school = await made.school(registry)
        submitted, approved = [await made.proposed(registry, school, status) for status in ("submitted", "approved")]
        officer, first = registry.as_("officer", at=made.BEFORE), registry.as_("officer", at=made.FIRST)
        tried = ((officer, submitted, "approve"), (first, approved, "start"))
        acts = {
            "institution_suspended": (officer, "suspend", {"from_on": "2025-04-02", "reason": "停业整顿"}),
            "institution_blacklisted": (
                registry.as_("reviewer", at=made.BEFORE),
                "blacklist",
                {"from_on": "2025-04-02", "reason": "虚报学员"},
            ),
        }
        for code, (who, act, body) in acts.items():
            await made.posted(who, f"/v1/institutions/{school}:{act}", body)
            for client, class_id, action in tried:
                assert await made.why_not(client, class_id, action) == code
                refused = await client.post(f"/v1/classes/{class_id}:{action}")
                assert (refused.status_code, refused.json()["code"]) == (409, code)
            await made.posted(registry.as_("reviewer", at=made.BEFORE), f"/v1/institutions/{school}:reinstate")
        for client, class_id, action in tried:
            await made.posted(client, f"/v1/classes/{class_id}:{action}")


async def test_whoever_changed_a_draft_or_its_days_does_not_approve_it(start: Start) -> None:
    async with start("registry") as registry:
        school = await made.school(registry)
        own, officer = registry.as_("institution", institution_id=school, at=made.BEFORE), registry.as_("officer", at=made.BEFORE)
        other = registry.as_("officer", at=made.BEFORE)
        for change in (
            lambda path: officer.patch(path, json={"seats": 45}),
            lambda path: officer.post(f"{path}:reschedule", json={"starts_on": "2025-04-15", "ends_on": "2025-04-17"}),
        ):
            path = f"/v1/classes/{(await made.posted(own, '/v1/classes', made.class_in(None)))['id']}"
            assert (await change(path)).is_success
            await made.posted(own, f"{path}:submit")
            assert await made.why_not(officer, path.rpartition("/")[2], "approve") == "same_person"
            refused = await officer.post(f"{path}:approve")
            assert (refused.status_code, refused.json()["code"]) == (409, "same_person")
            assert (await made.posted(other, f"{path}:approve"))["status"] == "approved"
