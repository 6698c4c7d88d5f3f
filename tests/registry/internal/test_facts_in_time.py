"""What the facts of a class say of time, places and accounts: each on both sides of its limit."""

from typing import Any

from tests.conftest import Service, Start
from tests.registry import made
from tests.registry.internal.test_claim_facts import enrolled, facts

ACCOUNT = "6217001234567894321"
DAY = "2025-04-09"


RECORDED = {  # when, for which half-day, signed when: why that cannot be so
    "paper before the morning": ("2025-04-09T05:59:59", "am", None, "recorded_before"),
    "paper as the morning begins": ("2025-04-09T06:00:00", "am", None, None),
    "paper before the afternoon": ("2025-04-09T11:29:59", "pm", None, "recorded_before"),
    "paper as the afternoon begins": ("2025-04-09T11:30:00", "pm", None, None),
    "paper a day later": ("2025-04-10T09:00:00", "am", None, None),
    "signed before six": ("2025-04-09T22:30:00", "am", "2025-04-09T05:59:59", "outside_hours"),
    "signed at six": ("2025-04-09T22:30:00", "am", "2025-04-09T06:00:00", None),
    "signed as the morning ends": ("2025-04-09T22:30:00", "am", "2025-04-09T13:30:00", None),
    "signed after the morning": ("2025-04-09T22:30:00", "am", "2025-04-09T13:30:01", "outside_hours"),
    "signed before the afternoon": ("2025-04-09T22:30:00", "pm", "2025-04-09T11:29:59", "outside_hours"),
    "signed as the afternoon ends": ("2025-04-09T22:30:00", "pm", "2025-04-09T22:00:00", None),
    "signed at night": ("2025-04-09T22:30:00", "pm", "2025-04-09T22:00:01", "outside_hours"),
    "signed the day after": ("2025-04-10T09:00:00", "am", "2025-04-10T08:00:00", "signed_another_day"),
    "signed the day before": ("2025-04-09T22:30:00", "am", "2025-04-08T08:00:00", "signed_another_day"),
}


async def test_a_half_day_that_cannot_be_so_is_told_with_why(start: Start) -> None:
    async with start("registry") as registry:
        class_id = await made.proposed(registry, await made.school(registry), "in_progress")
        people = {case: await made.trainee(registry, serial) for serial, case in enumerate(RECORDED, 1)}
        await enrolled(registry, class_id, *people.values())
        for case, (recorded_at, half_day, signed_at, _) in RECORDED.items():
            await attended(registry, class_id, half_day, (people[case], signed_at), at=recorded_at)
        told = {each["trainee_id"]: each for each in (await facts(registry, class_id))["enrolments"]}
        assert {case: [each["why"] for each in told[people[case]]["impossible"]] for case in RECORDED} == {
            case: [why] if why else [] for case, (_, _, _, why) in RECORDED.items()
        }
        assert told[people["signed at night"]]["impossible"] == [{"on": DAY, "half_day": "pm", "why": "outside_hours"}]
        assert all(each["half_days"] == [{"on": DAY, "half_days": 1}] for each in told.values())


async def test_signatures_are_told_a_half_day_beside_what_inspectors_counted(start: Start) -> None:
    async with start("registry") as registry:
        class_id = await made.proposed(registry, await made.school(registry), "in_progress")
        people = [await made.trainee(registry, serial) for serial in (1, 2, 3)]
        await enrolled(registry, class_id, *people)
        signed = zip(people, ("2025-04-09T08:00:05", "2025-04-09T08:00:00", "2025-04-09T14:00:00"), strict=True)
        await attended(registry, class_id, "am", *signed, at="2025-04-09T14:30:00")
        await attended(registry, class_id, "pm", (people[0], None), at="2025-04-10T09:00:00")
        officer = registry.as_("officer", at=made.AFTER)
        for visit in ({"half_day": "pm", "headcount": 1}, {"headcount": 2}, {"on": "2025-04-08", "headcount": 9}):
            await made.posted(officer, f"/v1/classes/{class_id}/inspections", {"on": DAY, "found": "按课表上课"} | visit, 201)
        told = (await facts(registry, class_id))["class"]
        [signing] = told["signings"]
        assert (signing["on"], signing["half_day"], signing["people"], signing["outside"]) == (DAY, "am", 3, 1)
        assert (signing["first_at"], signing["last_at"], signing["recorded_at_first"]) == (
            "2025-04-09T08:00:00.000+08:00",
            "2025-04-09T14:00:00.000+08:00",
            "2025-04-09T14:30:00.000+08:00",
        )
        assert told["headcounts"] == [
            {"on": DAY, "half_day": "pm", "headcount": 1, "attended": 1},
            {"on": DAY, "half_day": None, "headcount": 2, "attended": 3},
            {"on": "2025-04-08", "half_day": None, "headcount": 9, "attended": 0},
        ]


async def test_when_and_why_a_class_was_filed_is_told(start: Start) -> None:
    async with start("registry") as registry:
        reasons = {"late_reason": "农时提前,临时增开", "need_reason": "村合作社已签收购协议"}
        class_id = await made.proposed(registry, await made.school(registry), **reasons)
        path = f"/v1/classes/{class_id}"
        told = (await facts(registry, class_id))["class"]
        assert told["filed_at"] is told["approved_at"] is told["hours_planned"] is told["half_days_planned"] is None
        await made.posted(registry.as_("officer", at=made.FIRST), f"{path}:submit")
        await made.posted(registry.as_("officer", at=made.LAST), f"{path}:approve")
        for half_day in ("am", "pm"):
            await made.posted(registry.as_("officer"), f"{path}/sessions", {"on": DAY, "half_day": half_day, "hours": 4}, 201)
        told = (await facts(registry, class_id))["class"]
        times = [told[f"{what}_at"] for what in ("proposed", "filed", "approved")]
        assert times == [f"2025-{time}:00:00.000+08:00" for time in ("03-29T08", "04-08T18", "04-10T18")]
        assert {name: told[name] for name in reasons} == reasons
        assert (told["hours_planned"], told["half_days_planned"]) == (8, 2)
        shown = (await registry.as_("officer").get(path)).json()
        assert {name: shown[name] for name in ("filed_at", "approved_at", *reasons)} == {
            name: told[name] for name in ("filed_at", "approved_at", *reasons)
        }


SERVICES = (
    ({"from_on": "2025-04-10"}, True),  # from the class's last day
    ({"from_on": "2025-04-11"}, False),
    ({"from_on": "2024-01-01", "to_on": "2025-04-08"}, True),  # to its first
    ({"from_on": "2024-01-01", "to_on": "2025-04-07"}, False),
)


async def test_who_teaches_at_the_institution_is_told_though_the_class_does_not_name_them(start: Start) -> None:
    async with start("registry") as registry:
        here, there = await made.school(registry), await made.school(registry)
        for serial, (institution_id, days) in enumerate([(here, days) for days, _ in SERVICES] + [(there, SERVICES[0][0])]):
            teacher = {"name": "石老师", "id_number": made.citizen(serial), "employment": "full_time"} | days
            await made.posted(registry.as_("officer"), f"/v1/institutions/{institution_id}/teachers", teacher, 201)
        class_id = await made.proposed(registry, here, "approved")
        await enrolled(registry, class_id, *[await made.trainee(registry, serial) for serial in range(5)])
        told = (await facts(registry, class_id))["enrolments"]
        assert [each["teaches_institution"] for each in told] == [*(teaches for _, teaches in SERVICES), False]
        assert not any(each["teaches_class"] for each in told)


async def test_an_institution_is_told_as_it_stood_on_the_classs_first_day(start: Start) -> None:
    async with start("registry") as registry:
        school = await made.school(registry)
        days = ("2025-03-31", "2025-04-01", "2025-04-30", "2025-05-01", "2025-06-01")
        classes = {on: await made.proposed(registry, school, starts_on=on, ends_on=on) for on in days}
        suspended = {"from_on": "2025-04-01", "until_on": "2025-04-30", "reason": "停业整顿"}
        await made.posted(registry.as_("officer", at=made.AFTER), f"/v1/institutions/{school}:suspend", suspended)
        await made.posted(
            registry.as_("officer", at="2025-05-20T09:00:00+08:00"),
            f"/v1/institutions/{school}:exit",
            {"on": "2025-06-01", "reason": "停办"},
        )
        told = {on: (await facts(registry, class_id))["class"]["institution"] for on, class_id in classes.items()}
        assert [on for on, each in told.items() if each["suspended"]] == ["2025-04-01", "2025-04-30"]
        assert [on for on, each in told.items() if each["exited"]] == ["2025-06-01"]
        assert (told["2025-04-01"]["suspended_until_on"], told["2025-06-01"]["exited_on"]) == ("2025-04-30", "2025-06-01")


async def test_an_account_tells_who_else_has_it(start: Start) -> None:
    async with start("registry") as registry:
        school = await made.school(registry, name="清水江合作社", bank_account="6217001234567890008")
        class_id = await made.proposed(registry, school, "approved")
        sharing = [await made.trainee(registry, serial, bank_account=ACCOUNT) for serial in range(1, 13)]
        gone = await made.trainee(registry, 13, bank_account=ACCOUNT)
        accounts = ("6217001234567890016", "6217001234567890008", None)
        alone, at_school, without = [await made.trainee(registry, serial, bank_account=each) for serial, each in enumerate(accounts, 20)]
        await made.posted(registry.as_("officer"), f"/v1/trainees/{gone}:merge", {"into": alone})
        await enrolled(registry, class_id, sharing[0], alone, at_school, without)
        first, *others = (await facts(registry, class_id))["enrolments"]
        assert first["account_shared_with"] == sorted(sharing[1:])[:10] and first["account_of_institution"] is None
        assert [(each["account_shared_with"], each["account_of_institution"]) for each in others] == [
            ([], None),
            ([], "清水江合作社"),
            ([], None),
        ]


async def test_what_is_known_by_a_merged_registrations_number_is_told_of_the_one_that_stays(start: Start) -> None:
    async with start("registry") as registry:
        officer, school = registry.as_("officer"), await made.school(registry)
        teacher = {"name": "石老师", "id_number": made.citizen(1), "employment": "part_time", "from_on": "2024-01-01"}
        await made.posted(officer, f"/v1/institutions/{school}/teachers", teacher, 201)
        pension = {"id_number": made.citizen(1), "status": "employee_pension", "from_on": "2024-12-01", "source": "州社保局"}
        await made.posted(officer, "/v1/status-records:batch", {"items": [pension]}, 207)
        class_id = await made.proposed(registry, school, "approved")
        old, stays = await made.trainee(registry, 1), await made.trainee(registry, 2)
        await enrolled(registry, class_id, stays)
        [before] = (await facts(registry, class_id))["enrolments"]
        assert (before["teaches_institution"], before["statuses"]) == (False, [])
        await made.posted(officer, f"/v1/trainees/{old}:merge", {"into": stays})
        [after] = (await facts(registry, class_id))["enrolments"]
        assert (after["teaches_institution"], [each["status"] for each in after["statuses"]]) == (True, ["employee_pension"])


async def attended(registry: Service, class_id: str, half_day: str, *signed: tuple[str, str | None], at: str) -> None:
    marks: list[dict[str, Any]] = [
        {"trainee_id": person, "on": DAY, "half_day": half_day, "source": "签到", "signed_at": f"{signed_at}+08:00" if signed_at else None}
        for person, signed_at in signed
    ]
    kept = await made.posted(registry.as_("officer", at=f"{at}+08:00"), f"/v1/classes/{class_id}/attendance:batch", {"items": marks}, 207)
    assert kept["summary"]["created"] == len(marks), kept
