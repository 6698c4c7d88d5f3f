"""Whoever was registered twice is one person in every service's lists, asked for by either id: told by the registry's feed, and taken back by it."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import pytest

from services.eastwest.known.conditions import ALIASES as OF_EASTWEST
from services.evaluation.known.conditions import ALIASES as OF_EVALUATION
from services.registry import clients
from services.subsidy.following import operations as subsidy_follows
from shared import aliases, following
from shared.sheets import write_book
from shared.sheets.writing import Table
from tests.conftest import Service, Start
from tests.eastwest.imports.test_imports import done, upload
from tests.eastwest.imports.test_reading import HEADER
from tests.eastwest.neighbours import update
from tests.registry import made
from tests.registry.following.city import City, a_city
from tests.subsidy import office

LISTS = {  # every list that takes a trainee's id; of each, one row stands under the old id and one under the other
    "registry": {"/v1/enrolments": 2, "/v1/training-wishes": 2, "/v1/outside-payments": 2, "/v1/classes/{class_id}/attendance": 2},
    "evaluation": {"/v1/certificates": 2},
    "eastwest": {"/v1/placements": 2, "/v1/insurance-records": 2},
    "subsidy": {"/v1/claims": 2},
}
OF_TWO = "/v1/trainees:possible-duplicates"  # its rows are pairs: of who was merged there are none
DAY = "2025-04-08"
ELSEWHERE = {"occupation_code": "6-31-01-03", "level": "junior", "on": "2025-03-10", "amount": "1000.00", "source": "州失业保险经办机构"}


@dataclass
class Twice:
    """One person under two ids, with a paper of each kind under each."""

    city: City
    subsidy: Service
    old: str
    stays: str
    class_id: str
    placements: list[str]

    @property
    def services(self) -> dict[str, Service]:
        city = self.city
        return {"registry": city.registry, "evaluation": city.evaluation, "eastwest": city.eastwest, "subsidy": self.subsidy}

    async def catch_up(self) -> None:
        for name, service in self.services.items():
            if name != "registry":
                service.knows(self.city.registry)
                kernel = service.kernel
                taking_in = {
                    "evaluation": aliases.taking_in(OF_EVALUATION, "trainee"),
                    "eastwest": aliases.taking_in(OF_EASTWEST, "trainee"),
                    "subsidy": subsidy_follows.taking_in(kernel.own_call),
                }[name]
                fetch = following.feed_of(kernel.neighbours["registry"], kernel.own_call)
                while await following.follow_once(kernel.engine, "registry", fetch, taking_in):
                    pass

    async def merge(self) -> None:
        await made.posted(self.city.registry.as_("officer"), f"/v1/trainees/{self.old}:merge", {"into": self.stays}, 200)
        await self.catch_up()

    async def listed(self, name: str, path: str, trainee_id: str, role: str = "officer") -> list[dict[str, Any]]:
        """Of one by the filter; of a person by who asks."""
        bound, asked = ({"trainee_id": trainee_id}, {}) if role == "person" else ({}, {"trainee_id": trainee_id})
        answer = await self.services[name].as_(role, **bound).get(path.format(class_id=self.class_id), params=asked)
        assert answer.status_code == 200, (path, answer.text)
        return list(answer.json()["items"])


@asynccontextmanager
async def twice(start: Start) -> AsyncIterator[Twice]:
    async with a_city(start) as city, start("subsidy") as subsidy:
        registry, officer = city.registry, city.registry.as_("officer", at=made.LAST)
        city.registry.knows(subsidy)
        old, stays = [await made.trainee(registry, serial) for serial in (1, 2)]
        class_id = await made.proposed(registry, await made.school(registry), "in_progress")
        order_id, placements = await city.order(), list[str]()
        other_order = await city.order("FS-2025-0018")
        fund_id = await office.a_fund(subsidy, "5000.00")
        for serial, who, order in ((1, old, order_id), (2, stays, other_order)):
            await made.posted(officer, f"/v1/classes/{class_id}/enrolments", {"trainee_id": who}, 201)
            mark = {"trainee_id": who, "on": DAY, "half_day": ("am", "pm")[serial - 1], "source": "签到表"}
            await made.posted(officer, f"/v1/classes/{class_id}/attendance", mark, 201)
            body = {"items": [ELSEWHERE | {"id_number": made.citizen(serial)}]}
            assert (await made.posted(officer, "/v1/outside-payments:batch", body, 207))["summary"]["created"] == 1
            await made.posted(officer, "/v1/training-wishes", {"trainee_id": who, "trade_name": f"工种 {who}"}, 201)
            await city.certificate(who)
            placements.append(await city.placement(order, who))
            await office.a_claim(subsidy, fund_id, people=[UUID(who)])
            insured = {"id_number": made.citizen(serial), "month": "2025-02", "employer": {"name": "佛山市某厂"}, "source": "顺德社保"}
            body = {"items": [insured | {"external_ref": f"SB-{serial}"}]}
            sent = await made.posted(city.eastwest.as_("officer", at=made.AFTER), "/v1/insurance-records:batch", body, 207)
            assert sent["summary"]["created"] == 1, sent
        yield Twice(city, subsidy, old, stays, class_id, placements)


async def test_every_list_by_either_id_is_one_persons_and_two_peoples_again_when_the_merge_is_taken_back(start: Start) -> None:
    async with twice(start) as at:
        for name, service in at.services.items():
            document = (await service.as_("officer").get("/openapi.json")).json()
            taking = {
                path
                for path, verbs in document["paths"].items()
                if any(each["name"] == "trainee_id" and each["in"] == "query" for each in verbs.get("get", {}).get("parameters", ()))
            }
            assert {path for path in taking if not path.startswith("/internal/")} - {OF_TWO} == set(LISTS[name])
        every = [(name, path, rows) for name, paths in LISTS.items() for path, rows in paths.items()]
        await at.catch_up()
        for name, path, _ in every:
            assert [len(await at.listed(name, path, each)) for each in (at.old, at.stays)] == [1, 1], path
        await at.merge()
        for name, path, rows in every:
            by_old, by_other = [await at.listed(name, path, each) for each in (at.old, at.stays)]
            assert by_old == by_other and len(by_old) == rows, path
            assert {each.get("trainee_id", at.stays) for each in by_old} == {at.stays}, path
        unmerged = await at.city.registry.as_("officer").post(f"/v1/trainees/{at.old}:unmerge", json={"reason": "是两个人"})
        assert unmerged.status_code == 200, unmerged.text
        await at.catch_up()
        for name, path, _ in every:
            for each in (at.old, at.stays):
                [row] = await at.listed(name, path, each)
                assert row.get("trainee_id", each) == each, path


async def test_a_person_account_of_either_id_sees_both_papers_in_every_service(start: Start) -> None:
    async with twice(start) as at:
        await at.merge()
        for name, path in (("registry", "/v1/enrolments"), ("evaluation", "/v1/certificates"), ("eastwest", "/v1/placements")):
            found = [await at.listed(name, path, each, "person") for each in (at.old, at.stays)]
            assert found[0] == found[1] and len(found[0]) == 2, path


async def test_what_counts_on_a_person_is_told_and_they_apply_under_either_id(start: Start) -> None:
    async with twice(start) as at:
        kernel = at.city.registry.kernel
        for name in ("subsidy", "evaluation", "eastwest"):
            at.city.registry.knows(at.services[name])
        one, both = [UUID(at.old)], [UUID(at.old), UUID(at.stays)]
        of_each = {"claim": 1, "certificate": 1, "assessment": 0, "examiner": 0, "placement": 1}
        assert await clients.held_by(kernel, kernel.own_call(), one) == of_each
        nobody = [UUID(at.class_id)]
        assert not any((await clients.held_by(kernel, kernel.own_call(), nobody)).values())
        await at.merge()
        assert await clients.held_by(kernel, kernel.own_call(), both) == of_each | {"claim": 2, "certificate": 2, "placement": 2}
        for who, applicant, mine in ((at.old, at.stays, True), (at.stays, at.old, True), (at.old, at.class_id, False)):
            body = {"kind": "training", "scheme": "project", "applicant": {"trainee_id": applicant}, "class_id": at.class_id}
            answer = await at.subsidy.as_("person", trainee_id=who).post("/v1/claims:quote", json=body)
            assert (answer.json().get("code") == "not_your_claim") is not mine, answer.text


async def test_the_partner_finds_the_person_by_either_number_and_places_them_once_an_order(start: Start) -> None:
    async with twice(start) as at:
        await at.merge()
        partner, numbers = at.city.eastwest.as_("partner"), [made.citizen(serial) for serial in (1, 2)]
        found = (await made.posted(partner, "/v1/placements:lookup", {"id_numbers": numbers}, 200))["items"]
        assert [each["trainee_id"] for each in found] == [at.stays] * 2
        assert [set(each["placement_ids"]) for each in found] == [set(at.placements)] * 2
        [order_id, *_] = [(await partner.get(f"/v1/placements/{each}")).json()["order_id"] for each in at.placements]
        for who in ({"trainee_id": at.old}, {"trainee_id": at.stays}, {"id_number": numbers[0]}, {"id_number": numbers[1]}):
            again = await partner.post("/v1/placements", json={"order_id": order_id} | who, headers=office.key())
            assert (again.status_code, again.json()["code"]) == (409, "duplicate_placement"), who


async def test_facts_are_taken_by_either_number(start: Start) -> None:
    async with twice(start) as at:
        await at.merge()
        partner = at.city.eastwest.as_("partner", at="2025-08-01T09:00:00+08:00")
        items = [
            update(f"p{serial}", "present", "2025-06-30") | {"id_number": made.citizen(serial), "number": number}
            for serial in (1, 2)
            for number in ("FS-2025-0017", "FS-2025-0018")
        ]
        for item, place in zip(items, "abcd", strict=True):
            item["external_ref"] += place
        answer = await partner.post("/v1/placement-updates:batch", json={"items": items}, headers=office.key())
        assert answer.json()["summary"]["created"] == 4, answer.text


@pytest.mark.jobs
async def test_the_monthly_sheet_finds_the_person_by_either_number(start: Start) -> None:
    async with twice(start) as at:
        await at.merge()
        partner = at.city.eastwest.as_("partner", at="2025-08-01T09:00:00+08:00")
        for serial in (1, 2):
            rows = [
                ("杨秀英", made.citizen(serial), "佛山市顺德区某电器有限公司", "顺德", "2025-05-30", "在岗", None, "已参保", "FS-2025-0017")
            ]
            job = await done(
                partner,
                await upload(partner, write_book([Table("在岗情况", (*HEADER, "订单号"), rows)]), "a.xlsx", reported_on="2025-07-31"),
            )
            assert (job["errors"], job["summary"]["rejected"]) == ([], 0), serial
