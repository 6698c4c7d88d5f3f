"""A school, a short course and its people as registry tells them, and a subsidy service that knows them: to be changed one fact at a time."""

import contextlib
import json
from collections.abc import AsyncIterator
from typing import Any

import httpx

from shared import db
from tests.conftest import Service, Start

IN_MAY = "2025-05-06T09:00:00+08:00"
AFTER_NOTICE = "2025-05-20T09:00:00+08:00"
USCC = "91522601MA6DTEST01"
STATUSES = ["employee_pension", "resident_pension", "public_payroll", "insured_employee", "full_time_student", "deceased"]
PERSONS = {role: str(db.new_id()) for role in ("institution", "officer", "reviewer", "finance")}


def a_person(**changed: Any) -> dict[str, Any]:
    """A rural worker of 45 who attended all three days."""
    return {
        "enrolment_id": str(db.new_id()),
        "trainee_id": str(db.new_id()),
        "name": "杨秀英",
        "id_number_masked": "5226**********0017",
        "birth_on": "1980-01-01",
        "sex": "female",
        "retirement_track": None,
        "region_code": "522601100",
        "outcome": "completed",
        "categories": [{"code": "rural_transfer_worker", "since_on": "2025-04-08", "until_on": None}],
        "statuses": [],
        "half_days": [{"on": f"2025-04-{day:02}", "half_days": 2} for day in (8, 9, 10)],
        "attended_other_class": [],
        "teaches_class": False,
        "has_bank_account": True,
        "bank_account_key": str(db.new_id()),
    } | changed


def a_class(school_id: str, **changed: Any) -> dict[str, Any]:
    institution = {
        "id": school_id,
        "name": "示例合作社",
        "kind": "cooperative",
        "region_code": "522601100",
        "needs_designation": False,
        "designated": False,
        "blacklisted": False,
        "blacklisted_until_on": None,
        "has_bank_account": True,
        "bank_account_key": "k",
    } | changed.pop("institution", {})
    return {
        "id": str(db.new_id()),
        "number": "KL-PX-2025-000001",
        "name": "蓝莓种植班",
        "status": "completed",
        "channel": "agricultural_short",
        "programmes": [],
        "occupation_code": None,
        "trade_name": "蓝莓种植",
        "trade_filing_no": "州备-0001",
        "level": None,
        "starts_on": "2025-04-08",
        "ends_on": "2025-04-10",
        "hours": 24,
        "region_code": "522601100",
        "fund_source": None,
        "institution": institution,
    } | changed


class World:
    """Registry's answers as data, and clients of every role for one subsidy service."""

    def __init__(self, subsidy: Service) -> None:
        self.subsidy = subsidy
        self.school_id = str(db.new_id())
        self.classes: dict[str, tuple[dict[str, Any], list[dict[str, Any]]]] = {}
        self.people: dict[str, dict[str, Any]] = {}
        self.barred: list[dict[str, Any]] = []
        self.lists_until_on = "2030-12-31"
        self.certificates: dict[str, dict[str, Any]] = {}
        self.placements: dict[str, dict[str, Any]] = {}
        self.fund_id = ""
        self.asked: list[str] = []
        self.others_files: set[str] = set()  # which nobody here may name
        subsidy.kernel.neighbours["registry"].transport = httpx.MockTransport(self._registry)
        subsidy.kernel.neighbours["evaluation"].transport = httpx.MockTransport(self._evaluation)
        subsidy.kernel.neighbours["eastwest"].transport = httpx.MockTransport(self._eastwest)

    def open_class(self, people: list[dict[str, Any]], **changed: Any) -> str:
        held = {(each["on"], half_day) for person in people for each in person["half_days"] for half_day in range(each["half_days"])}
        made = a_class(changed.pop("school_id", self.school_id), **{"half_days_held": len(held)} | changed)
        self.classes[made["id"]] = (made, people)
        return str(made["id"])

    def as_(self, role: str, at: str = IN_MAY, **bound: Any) -> httpx.AsyncClient:
        bound = {"institution_id": self.school_id} | bound if role == "institution" else bound
        return self.subsidy.as_(role, at=at, **({"person_id": PERSONS[role]} if role in PERSONS else {}) | bound)

    async def fund(self, total: str = "100000.00", source: str = "employment_subsidy") -> str:
        answer = await self.as_("finance").post("/v1/funds", json={"source": source, "year": 2025, "total": total}, headers=key())
        assert answer.status_code == 201, answer.text
        return str(answer.json()["id"])

    def body(self, class_id: str, **changed: Any) -> dict[str, Any]:
        return {
            "kind": "training",
            "scheme": "agricultural_short",
            "applicant": {"institution_id": self.school_id},
            "class_id": class_id,
            "fund_id": self.fund_id,
        } | changed

    async def pay_trainees(self, **more: Any) -> None:
        """From June on the short course's money is the trainees' own, so that they may claim it."""
        block = (await self.as_("auditor").get("/v1/schemes/agricultural_short", params={"on": "2025-05-01"})).json()["terms"]
        terms = {figure["name"]: figure["value"] for figure in block["figures"] if figure["value"] is not None}
        terms |= {
            "in_force_from": "2025-06-01",
            "document": "示例〔2025〕1号",
            "clause": "一",
            "basis_status": "confirmed",
            "payee": "trainee",
        }
        path = "/v1/schemes/agricultural_short/terms"
        proposed = await self.as_("admin", person_id=str(db.new_id())).post(path, json=terms | more)
        assert proposed.status_code == 201, proposed.text
        published = await self.as_("admin", person_id=str(db.new_id())).post(f"{path}/{proposed.json()['id']}:approve")
        assert published.status_code == 200, published.text

    async def draft(self, class_id: str, **changed: Any) -> dict[str, Any]:
        answer = await self.as_("institution").post("/v1/claims", json=self.body(class_id, **changed), headers=key())
        assert answer.status_code == 201, answer.text
        return dict(answer.json())

    async def act(self, role: str, action: str, claim: dict[str, Any], body: Any = None, at: str = IN_MAY, **bound: Any) -> httpx.Response:
        headers = key() | {"If-Match": f'"{claim["version"]}"'}
        return await self.as_(role, at=at, **bound).post(f"/v1/claims/{claim['id']}:{action}", json=body, headers=headers)

    async def step(self, role: str, action: str, claim: dict[str, Any], body: Any = None, at: str = IN_MAY) -> dict[str, Any]:
        answer = await self.act(role, action, claim, body, at)
        assert answer.status_code == 200, answer.text
        return dict(answer.json())

    async def bring_to(self, status: str, class_id: str, **changed: Any) -> dict[str, Any]:
        """A claim in that state, by the steps that lead there."""
        claim = await self.draft(class_id, **changed)
        for role, action, body in ROADS[status]:
            claim = await self.step(role, action, claim, body, AFTER_NOTICE if action == "approve" else IN_MAY)
        assert claim["status"] == status
        return claim

    def _people(self, asked: dict[str, Any]) -> dict[str, Any]:
        """People without a class: those of `people`, with every status list complete for as long as anyone asks."""
        known = [self.people[each] for each in asked["trainee_ids"] if each in self.people]
        lists = [{"status": each, "from_on": "2020-01-01", "until_on": self.lists_until_on} for each in STATUSES]
        school = {"id": asked["institution_id"], "name": "示例企业", "uscc": USCC, "barred": self.barred}
        unknown = [each for each in asked["trainee_ids"] if each not in self.people]
        return {"people": known, "lists": lists, "institution": school if asked["institution_id"] else None, "unknown_trainee_ids": unknown}

    async def _evaluation(self, request: httpx.Request) -> httpx.Response:
        if request.url.path == "/internal/v1/names":
            named = {each: {"number": held["number"]} for each, held in self.certificates.items()}
            return httpx.Response(200, json={"certificates": named})
        if request.url.path != "/internal/v1/certificate-facts":
            raise httpx.ConnectError("away")
        self.asked.append(request.url.path)
        asked = json.loads(request.content)
        found = [
            each
            for each in self.certificates.values()
            if each["id"] in asked["certificate_ids"] or each["trainee_id"] in asked["trainee_ids"]
        ]
        return httpx.Response(200, json={"certificates": sorted(found, key=lambda each: str(each["issued_on"]), reverse=True)})

    async def _eastwest(self, request: httpx.Request) -> httpx.Response:
        if request.url.path == "/internal/v1/names":
            named = {each: {"order_number": placed["order_number"]} for each, placed in self.placements.items()}
            return httpx.Response(200, json={"placements": named})
        if request.url.path != "/internal/v1/retention-facts":
            raise httpx.ConnectError("away")
        self.asked.append(request.url.path)
        asked = json.loads(request.content)
        return httpx.Response(
            200, json={"placements": [self.placements[each] for each in asked["placement_ids"] if each in self.placements]}
        )

    async def _registry(self, request: httpx.Request) -> httpx.Response:
        self.asked.append(request.url.path)
        asked = json.loads(request.content)
        if request.url.path == "/internal/v1/names":
            everyone = self.people | {each["trainee_id"]: each for _, people in self.classes.values() for each in people}
            named = {
                each: {"name": everyone[each]["name"], "id_number_masked": "5226**********0017", "region_code": "522601100"}
                for each in asked.get("trainee_ids", ())
                if each in everyone
            }
            classes = {
                each: {"name": self.classes[each][0]["name"], "number": self.classes[each][0]["number"]}
                for each in asked.get("class_ids", ())
                if each in self.classes
            }
            return httpx.Response(
                200,
                json={
                    "trainees": named,
                    "institutions": {each: {"name": "示例合作社"} for each in asked.get("institution_ids", ())},
                    "classes": classes,
                },
            )
        if request.url.path == "/internal/v1/files-named":
            known = [each for each in asked["file_ids"] if each not in self.others_files]
            files = [{"id": each, "name": "签到表.pdf", "media_type": "application/pdf", "sha256": "0" * 64} for each in known]
            return httpx.Response(200, json={"files": files})
        if request.url.path == "/internal/v1/payees":
            whose = {
                kind: [{"id": each, "name": "示例", "bank_account": f"62170000{int(each[-8:], 16):011}"} for each in asked[f"{kind}_ids"]]
                for kind in ("institution", "trainee")
            }
            return httpx.Response(200, json={"institutions": whose["institution"], "trainees": whose["trainee"]})
        if request.url.path == "/internal/v1/people-facts":
            return httpx.Response(200, json=self._people(asked))
        if asked["class_id"] not in self.classes:
            return httpx.Response(404, json={})
        made, people = self.classes[asked["class_id"]]
        wanted = asked["trainee_ids"]
        chosen = [each for each in people if (each["outcome"] != "withdrawn" if wanted is None else each["trainee_id"] in wanted)]
        unknown = [] if wanted is None else [each for each in wanted if each not in {person["trainee_id"] for person in chosen}]
        return httpx.Response(200, json={"class": made, "lists_complete": STATUSES, "enrolments": chosen, "unknown_trainee_ids": unknown})


_TO_SUBMITTED: list[tuple[str, str, Any]] = [("institution", "submit", None)]
_TO_REVIEWED = [*_TO_SUBMITTED, ("officer", "review", {"comment": "材料齐全"})]
_TO_NOTICE = [*_TO_REVIEWED, ("reviewer", "confirm", None)]
BECAUSE = {"reason": "请补充签到表。"}
ROADS: dict[str, list[tuple[str, str, Any]]] = {
    "draft": [],
    "submitted": _TO_SUBMITTED,
    "reviewed": _TO_REVIEWED,
    "in_notice": _TO_NOTICE,
    "approved": [*_TO_NOTICE, ("finance", "approve", None)],
    "returned": [*_TO_SUBMITTED, ("officer", "return", BECAUSE)],
    "rejected": [*_TO_SUBMITTED, ("officer", "reject", BECAUSE)],
    "withdrawn": [("institution", "withdraw", None)],
}


def key() -> dict[str, str]:
    return {"Idempotency-Key": str(db.new_id())}


def codes(line: dict[str, Any]) -> list[str]:
    return [finding["code"] for finding in line["findings"]]


@contextlib.asynccontextmanager
async def a_world(start: Start) -> AsyncIterator[World]:
    async with start("subsidy") as subsidy:
        world = World(subsidy)
        world.fund_id = await world.fund()
        yield world
