"""The registry says what happened, the feed brings it, and what had been shown beforehand is what then happens."""

from typing import Any

import pytest
from sqlalchemy import func, update

from services.subsidy.claims.tables import Claim, Line
from services.subsidy.following import operations as taking
from services.subsidy.reassessments.job import run_due
from services.subsidy.reassessments.operations import DUE
from shared import following
from tests.conftest import AWAY, Service, Start
from tests.registry import made
from tests.subsidy import office
from tests.subsidy.claims.world import PERSONS, key

MAY, JUNE = "2025-05-20T09:00:00+08:00", "2025-06-20T09:00:00+08:00"
NUMBERS = [made.citizen(serial) for serial in (1, 2)]
SENT = {"mode": "commit", "atomic": "each"}
PENSION = {"id_number": NUMBERS[0], "status": "employee_pension", "from_on": "2024-01-01", "source": "州社保局"}


class City:
    """One school with one short course that two people completed, and the claim for it."""

    def __init__(self, registry: Service, subsidy: Service) -> None:
        self.registry, self.subsidy = registry, subsidy
        registry.knows(subsidy)
        subsidy.knows(registry)
        self.school_id = self.claim_id = ""
        self.people: list[str] = []

    async def hold_a_class(self, *, named: bool = False) -> None:
        category = {"code": "rural_worker", "since_on": "2024-01-01"}
        self.school_id = await made.school(self.registry)
        self.people = [
            await made.trainee(self.registry, serial, categories=[category], bank_account=f"621700001000123432{serial}")
            for serial in (1, 2)
        ]
        officer = self.registry.as_("officer", at=made.BEFORE)
        class_id = (await made.posted(officer, "/v1/classes", made.class_in(self.school_id), 201))["id"]
        path = f"/v1/classes/{class_id}"
        await made.posted(officer, f"{path}:submit", status=200)
        await made.posted(self.registry.as_("officer", at=made.BEFORE, person_id=PERSONS["officer"]), f"{path}:approve", status=200)
        for each in self.people:
            await made.posted(officer, f"{path}/enrolments", {"trainee_id": each}, 201)
        await made.posted(self.registry.as_("officer", at=made.FIRST), f"{path}:start", status=200)
        marks = [
            {"trainee_id": each, "on": f"2025-04-{day:02}", "half_day": half, "source": "paper"}
            for each in self.people
            for day in (8, 9, 10)
            for half in ("am", "pm")
        ]
        await made.posted(self.registry.as_("officer", at=made.LAST), f"{path}/attendance:batch", SENT | {"items": marks}, 207)
        await made.posted(self.registry.as_("officer", at=made.AFTER), f"{path}:complete", status=200)
        fund_id = await office.a_fund(self.subsidy)
        body = {
            "kind": "training",
            "scheme": "agricultural_short",
            "applicant": {"institution_id": self.school_id},
            "class_id": class_id,
            "fund_id": fund_id,
        } | ({"lines": [{"trainee_id": each} for each in self.people]} if named else {})
        school = self.subsidy.as_("institution", institution_id=self.school_id, at=MAY)
        claim = (await school.post("/v1/claims", json=body, headers=key())).json()
        submitted = await school.post(f"/v1/claims/{claim['id']}:submit", headers=key() | {"If-Match": f'"{claim["version"]}"'})
        assert submitted.status_code == 200, submitted.text
        self.claim_id = claim["id"]

    async def claim(self) -> dict[str, Any]:
        return dict((await self.subsidy.as_("auditor", at=JUNE).get(f"/v1/claims/{self.claim_id}")).json())

    async def catches_up(self) -> None:
        kernel = self.subsidy.kernel
        fetch = following.feed_of(kernel.neighbours["registry"], kernel.own_call)
        while await following.follow_once(kernel.engine, "registry", fetch, taking.taking_in(kernel.own_call)):
            pass
        await run_due(kernel)
        async with kernel.writing.begin() as session:  # what the service's own job has just put off is not waited for
            await session.execute(update(DUE).values(look_at=func.now()))
        await run_due(kernel)


async def act(city: City, fact: str) -> tuple[str, str, dict[str, Any]]:
    """Who does it, where, and what is said."""
    if fact == "a pension":
        return "officer", "/v1/status-records:batch", SENT | {"items": [PENSION]}
    if fact == "a blacklisting":
        return "reviewer", f"/v1/institutions/{city.school_id}:blacklist", {"from_on": "2025-06-01", "reason": "虚报学员"}
    if fact == "a stopped support":
        body = {"kind": "support_stopped", "institution_id": city.school_id, "reason": "目标未完成", "document": "会议纪要"}
        return "reviewer", "/v1/measures", body | {"from_on": "2025-06-20"}
    if fact == "a suspension":
        return "officer", f"/v1/institutions/{city.school_id}:suspend", {"from_on": "2025-04-01", "reason": "整改"}
    if fact == "an exit":
        return "officer", f"/v1/institutions/{city.school_id}:exit", {"on": "2025-04-08", "reason": "停办"}
    if fact == "a merge":
        return "officer", f"/v1/trainees/{city.people[0]}:merge", {"into": city.people[1]}
    asked = {"field": "bank_account", "proposed": "6217000010001239999", "reason": "登记有误"}
    path = f"/v1/trainees/{city.people[0]}/corrections"
    correction = await made.posted(city.registry.as_("institution", institution_id=city.school_id, at=MAY), path, asked, 201)
    return "officer", f"{path}/{correction['id']}:accept", {}


@pytest.mark.parametrize(
    ("fact", "held"),
    [
        ("a pension", "facts_changed"),
        ("a blacklisting", "institution_blacklisted"),
        ("a stopped support", "support_stopped"),
        ("a suspension", "institution_suspended"),
        ("an exit", "institution_exited"),
        ("a merge", "already_subsidised"),
        ("another account, which is nobody else's", None),
    ],
)
async def test_what_is_shown_beforehand_is_what_then_happens(start: Start, fact: str, held: str | None) -> None:
    async with start("registry") as registry, start("subsidy") as subsidy:
        city = City(registry, subsidy)
        await city.hold_a_class()
        before = await city.claim()
        assert (before["hold"], before["amount"]) == (None, "360.00"), before["lines"]
        role, path, body = await act(city, fact)
        client = registry.as_(role, at=JUNE)
        shown = await client.post(path, params={"preview": "true"}, json=body)
        assert shown.status_code == 200, shown.text
        [claim] = shown.json()["claims"]
        assert (claim["number"], claim["status"]) == (before["number"], "submitted")
        assert (shown.json()["open_amount"], shown.json()["paid_amount"]) == ("360.00", "0.00")
        await city.catches_up()
        assert (await city.claim())["version"] == before["version"], "nothing was done"
        assert (await client.post(path, json=body)).is_success
        await city.catches_up()
        after = await city.claim()
        assert (after["hold"] and after["hold"]["code"]) == held
        foreseen, again = await client.post(path, params={"preview": "true"}, json=body), await client.post(path, json=body)
        assert (foreseen.is_success, foreseen.json().get("code")) == (again.is_success, again.json().get("code")), "refused alike"


async def test_a_complaint_holds_the_claims_of_its_class_until_it_is_unfounded(start: Start) -> None:
    async with start("registry") as registry, start("subsidy") as subsidy:
        city = City(registry, subsidy)
        await city.hold_a_class()
        class_id = (await city.claim())["class_id"]
        body = {"subject": {"kind": "class", "id": class_id}, "text": "有人没有参加"}
        path = f"/v1/complaints/{(await made.posted(registry.as_('public', at=JUNE), '/v1/complaints', body, 201))['id']}"
        officer = registry.as_("officer", at=JUNE)
        for action, held in (("hold", "complaint_open"), ("dismiss", None)):
            await made.posted(officer, f"{path}:{action}", {"reason": "核查"}, 200)
            await city.catches_up()
            hold = (await city.claim())["hold"]
            assert (hold and hold["code"]) == held


async def test_money_that_was_paid_is_not_touched_by_a_measure_of_days_gone_by(start: Start) -> None:
    async with start("registry") as registry, start("subsidy") as subsidy:
        city = City(registry, subsidy)
        await city.hold_a_class()
        async with subsidy.kernel.writing.begin() as session:
            await session.execute(update(Line).values(paid_yuan=Line.amount))
            await session.execute(update(Claim).values(status="paid"))
        reviewer = registry.as_("reviewer", at=JUNE)
        body = {"kind": "support_stopped", "institution_id": city.school_id, "reason": "目标未完成", "document": "会议纪要"}
        refused = await reviewer.post("/v1/measures", json=body | {"from_on": "2025-04-01"})
        assert (refused.status_code, refused.json()["code"]) == (409, "measure_touches_paid")
        await made.posted(reviewer, "/v1/measures", body | {"from_on": "2025-04-11"}, 201)  # the day after that class


async def test_a_reinstatement_shows_beforehand_what_it_frees(start: Start) -> None:
    async with start("registry") as registry, start("subsidy") as subsidy:
        city = City(registry, subsidy)
        await city.hold_a_class()
        reviewer, school = registry.as_("reviewer", at=JUNE), f"/v1/institutions/{city.school_id}"
        await made.posted(reviewer, f"{school}:blacklist", {"from_on": "2025-06-01", "reason": "虚报学员"}, 200)
        await city.catches_up()
        shown = (await reviewer.post(f"{school}:reinstate", params={"preview": "true"})).json()
        assert ([each["id"] for each in shown["claims"]], shown["open_amount"]) == ([city.claim_id], "360.00")
        await city.catches_up()
        assert (await city.claim())["hold"]["code"] == "institution_blacklisted", "nothing was done"
        await made.posted(reviewer, f"{school}:reinstate", status=200)
        await city.catches_up()
        assert (await city.claim())["hold"] is None


async def test_an_institution_that_takes_a_person_s_account_marks_the_claims_of_that_person(start: Start) -> None:
    async with start("registry") as registry, start("subsidy") as subsidy:
        city = City(registry, subsidy)
        await city.hold_a_class()
        other = await made.school(registry)
        await city.catches_up()
        since = (await registry.as_("auditor").get("/v1/changes")).json()["next"]
        for account in ("6217000010001234321", None):  # taken, and given up again
            answer = await registry.as_("officer").patch(f"/v1/institutions/{other}", json={"bank_account": account})
            assert answer.status_code == 200, answer.text
            events = (await registry.as_("auditor").get("/v1/changes", params={"after": since})).json()
            told = [each["subject"] for each in events["items"] if each["type"] == "trainee.account_shared"]
            since = events["next"]
            assert told == [city.people[0]]
        await made.school(registry, bank_account="6217000010001234322")
        events = (await registry.as_("auditor").get("/v1/changes", params={"after": since})).json()["items"]
        assert [each["subject"] for each in events if each["type"] == "trainee.account_shared"] == [city.people[1]]


async def test_of_whom_nothing_was_claimed_nothing_is_shown(start: Start) -> None:
    async with start("registry") as registry, start("subsidy") as subsidy:
        city = City(registry, subsidy)
        await city.hold_a_class()
        officer = registry.as_("officer", at=JUNE)
        unknown = SENT | {"items": [PENSION | {"id_number": made.citizen(9)}]}
        assert (await officer.post("/v1/status-records:batch?preview=true", json=unknown)).json()["claims"] == []
        no_item = SENT | {"items": ["no record", PENSION | {"id_number": made.citizen(9)}]}
        assert (await officer.post("/v1/status-records:batch?preview=true", json=no_item)).json()["claims"] == []
        days = {"status": "employee_pension", "source": "州社保局", "complete_from_on": "2025-04-10", "complete_to_on": "2025-04-30"}
        assert len((await officer.post("/v1/status-lists?preview=true", json=days)).json()["claims"]) == 1
        later = days | {"complete_from_on": "2025-04-11"}
        assert (await officer.post("/v1/status-lists?preview=true", json=later)).json()["claims"] == []
        assert (await officer.get("/v1/status-lists")).json()["items"] == []


async def test_without_subsidy_nothing_is_shown_and_nothing_is_done(start: Start) -> None:
    async with start("registry") as registry:
        registry.kernel.neighbours["subsidy"].transport = AWAY
        school_id = await made.school(registry)
        body = {"from_on": "2025-06-01", "reason": "虚报学员"}
        answer = await registry.as_("reviewer", at=JUNE).post(f"/v1/institutions/{school_id}:blacklist?preview=true", json=body)
        assert (answer.status_code, answer.json()["code"]) == (503, "unavailable")
        assert (await registry.as_("officer").get(f"/v1/institutions/{school_id}")).json()["blacklistings"] == []


@pytest.mark.parametrize("named", [False, True], ids=["everyone", "named-in-the-claim"])
async def test_two_of_a_class_who_are_one_are_one_line_when_the_claim_is_judged_again(start: Start, named: bool) -> None:
    async with start("registry") as registry, start("subsidy") as subsidy:
        city = City(registry, subsidy)
        await city.hold_a_class(named=named)
        old, stays = city.people
        await made.posted(registry.as_("officer", at=JUNE), f"/v1/trainees/{old}:merge", {"into": stays}, 200)
        await city.catches_up()
        again = await subsidy.as_("auditor", at=JUNE).get(f"/v1/claims/{city.claim_id}:replay", params={"facts": "current"})
        assert again.status_code == 200, again.text
        told = [
            (each["trainee_id"], each["now"]["verdict"], [one["code"] for one in each["now"]["findings"]]) for each in again.json()["lines"]
        ]
        assert [who for who, _, _ in told] == [stays, stays] and again.json()["now"]["amount"] == "180.00"
        assert sorted((verdict, "duplicate_line" in codes) for _, verdict, codes in told) == [("eligible", False), ("refused", True)]

        async def step(role: str, action: str, body: Any = None, **bound: Any) -> dict[str, Any]:
            version = (await city.claim())["version"]
            client = subsidy.as_(role, at=JUNE, **bound)
            answer = await client.post(f"/v1/claims/{city.claim_id}:{action}", json=body, headers=key() | {"If-Match": f'"{version}"'})
            assert answer.status_code == 200, answer.text
            return dict(answer.json())

        await step("officer", "return", {"reason": "两条记录是同一人"}, person_id=PERSONS["officer"])
        claim = await step("institution", "submit", institution_id=city.school_id)
        assert [(each["trainee_id"], each["verdict"], each["amount"]) for each in claim["lines"]] == [(stays, "eligible", "180.00")]
        school = subsidy.as_("institution", institution_id=city.school_id, at=JUNE)
        body = {name: claim[name] for name in ("kind", "scheme", "class_id", "fund_id")} | {"applicant": {"institution_id": city.school_id}}
        quoted = await school.post("/v1/claims:quote", json=body | {"lines": [{"trainee_id": old}]})
        assert (quoted.status_code, [each["trainee_id"] for each in quoted.json()["lines"]]) == (200, [stays]), quoted.text
        both = [(await school.get("/v1/claims", params={"trainee_id": each})).json()["items"] for each in (old, stays)]
        assert both[0] == both[1] and [each["id"] for each in both[0]] == [city.claim_id]

        parted = await registry.as_("officer", at=JUNE).post(f"/v1/trainees/{old}:unmerge", json={"reason": "经核对是两个人"})
        assert parted.status_code == 200, parted.text
        await city.catches_up()
        assert [each["trainee_id"] for each in (await city.claim())["lines"]] == [old]  # whose line it was
        quoted = await school.post("/v1/claims:quote", json=body)
        assert {each["trainee_id"] for each in quoted.json()["lines"]} == {old, stays}
