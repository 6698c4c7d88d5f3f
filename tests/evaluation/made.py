"""An enterprise with workers in the registry, and filings, batches and certificates made over the real routes."""

import contextlib
from collections.abc import AsyncIterator
from itertools import count
from typing import Any
from uuid import UUID

import httpx

from shared import db
from shared.national_numbers import CREDIT_ALPHABET, ORGANISATION_WEIGHTS
from tests import people
from tests.conftest import Service, Start

ELECTRICIAN, WELDER = "6-31-01-03", "6-18-02-04"
OFFICER, REVIEWER = (str(UUID(int=number)) for number in (11, 12))
HELD = "2025-06-20"
PREFIX = "Y000052000123"
_numbers = count(1)


def at(day: str) -> str:
    return f"{day}T09:00:00+08:00"


def staff(**changed: Any) -> dict[str, Any]:
    return {
        "managers": [{"name": "石经办", "card": "JB-001"}],
        "assessors": [{"name": "吴考评", "card": "KP-001"}, {"name": "白考评", "card": "KP-002"}],
        "supervisors": [{"name": "龙督导", "card": "DD-001"}, {"name": "顾督导", "card": "DD-002"}],
    } | changed


def filing(**changed: Any) -> dict[str, Any]:
    return {
        "scope": [{"occupation_code": ELECTRICIAN, "levels": ["junior", "intermediate"]}],
        "staff": staff(),
        "materials": [{"name": "考务管理办法"}],
        "number_prefix": PREFIX,
    } | changed


def acceptance(**changed: Any) -> dict[str, Any]:
    granted = [
        {"occupation_code": ELECTRICIAN, "level": "junior", "decision": "granted"},
        {"occupation_code": ELECTRICIAN, "level": "intermediate", "decision": "refused", "reason": "考评员人数不足"},
    ]
    return {"valid_from_on": "2025-01-01", "valid_until_on": "2025-12-31", "granted": granted} | changed


BODIES: dict[str, Any] = {
    "accept": acceptance(),
    "return": {"reason": "材料不全"},
    "reject": {"reason": "不符合条件"},
    "renew": {"valid_until_on": "2028-12-31"},
    "extend-scope": {"granted": [{"occupation_code": WELDER, "level": "junior", "decision": "granted"}]},
    "suspend": {"reason": "抽查不合格"},
    "reinstate": {"reason": "整改完成"},
    "revoke": {"reason": "弄虚作假"},
}
WAYS: dict[str, tuple[str, ...]] = {
    "draft": (),
    "submitted": ("submit",),
    "checked": ("submit", "check"),
    "accepted": ("submit", "check", "accept"),
    "returned": ("submit", "return"),
    "rejected": ("submit", "check", "reject"),
    "suspended": ("submit", "check", "accept", "suspend"),
    "revoked": ("submit", "check", "accept", "revoke"),
    "expired": ("submit", "check", "accept"),
}


class World:
    """One enterprise, its registry and its evaluation service. Every call states its day."""

    def __init__(self, registry: Service, evaluation: Service) -> None:
        self.registry, self.evaluation = registry, evaluation
        self.enterprise_id = ""

    def enterprise(self, day: str = HELD, institution_id: str | None = None) -> httpx.AsyncClient:
        return self.evaluation.as_("institution", institution_id=institution_id or self.enterprise_id, at=at(day))

    def officer(self, day: str = HELD, person_id: str = OFFICER) -> httpx.AsyncClient:
        return self.evaluation.as_("officer", person_id=person_id, at=at(day))

    def reviewer(self, day: str = HELD, person_id: str = REVIEWER) -> httpx.AsyncClient:
        return self.evaluation.as_("reviewer", person_id=person_id, at=at(day))

    def who(self, action: str, day: str) -> httpx.AsyncClient:
        return {"submit": self.enterprise, "check": self.officer, "return": self.officer}.get(action, self.reviewer)(day)

    async def institution(self, kind: str = "enterprise", **changed: Any) -> str:
        serial = next(_numbers)
        body = {
            "name": f"凯里第{serial}机械厂",
            "uscc": credit(serial),
            "kind": kind,
            "region_code": "522601100",
            "above_scale": True,
        } | changed
        return str((await done(self.registry.as_("officer").post("/v1/institutions", json=body)))["id"])

    async def worker(self, n: int, **changed: Any) -> str:
        """A trainee employed by the enterprise, unless told otherwise."""
        body = people.trainee(n, **{"employer_id": self.enterprise_id, **changed})
        return str((await done(self.registry.as_("officer").post("/v1/trainees", json=body)))["id"])

    async def filing(self, status: str = "accepted", day: str = "2025-01-02", **changed: Any) -> dict[str, Any]:
        """A filing in the wanted state."""
        accepted = changed.pop("accepted", None)
        paper = await done(self.enterprise(day).post("/v1/filings", json=filing(**changed)))
        for action in WAYS[status]:
            body = accepted if action == "accept" and accepted else BODIES.get(action, {})
            paper = await self.act(paper, action, body, day)
        return paper

    async def act(self, paper: dict[str, Any], action: str, body: Any = None, day: str = HELD) -> dict[str, Any]:
        noun = "filings" if "scope" in paper else "assessments"
        client = self.who(action, day) if noun == "filings" else self.enterprise(day)
        headers = {"If-Match": f'"{paper["version"]}"'}
        return await done(client.post(f"/v1/{noun}/{paper['id']}:{action}", json=body or {}, headers=headers))

    async def issued(self, n: int = 1) -> dict[str, Any]:
        """A certificate minted on 20 June 2025 for the n-th person."""
        paper = await self.batch((await self.filing())["id"], [await self.worker(n)], "issued")
        return (await self.certificates(assessment_id=paper["id"]))[0]

    async def batch(
        self, filing_id: str, candidates: list[str], status: str = "open", passed: list[bool] | None = None, **changed: Any
    ) -> dict[str, Any]:
        """A batch in the wanted state; everyone passed unless told otherwise."""
        body = assessment(filing_id, candidates, **changed)
        day = body["held_on"]
        paper = await done(self.enterprise(day).post("/v1/assessments", json=body))
        path = f"/v1/assessments/{paper['id']}"
        if status == "cancelled":
            return await done(self.enterprise(day).post(f"{path}:cancel", json={"reason": "报名不足"}))
        if status != "open":
            results = [
                {"trainee_id": each, "score": 80 if ok else 40, "passed": ok}
                for each, ok in zip(candidates, passed or [True] * len(candidates), strict=True)
            ]
            await done(self.enterprise(day).post(f"{path}/results:batch", json={"items": results}))
            await done(self.enterprise(day).post(f"{path}/supervision", json=supervision()))
            paper = await done(self.enterprise(day).post(f"{path}:lock"))
        if status == "issued":
            paper = await done(self.enterprise().post(f"{path}:issue"))
        return paper

    async def class_of(self, workers: list[str], teacher: str = "石老师", **changed: Any) -> str:
        """A class of a school, approved, with these people, over on 1 June."""
        school = await self.institution("private_school", above_scale=False)
        officer, holder = (self.registry.as_(role, institution_id=school, at=at("2025-04-01")) for role in ("officer", "institution"))
        await done(officer.post(f"/v1/institutions/{school}:designate", json={"from_on": "2025-01-01", "to_on": "2025-12-31"}))
        person = {"name": teacher, "id_number": people.id_number(900), "employment": "full_time", "from_on": "2024-01-01"}
        teacher_id = (await done(officer.post(f"/v1/institutions/{school}/teachers", json=person)))["id"]
        body = {
            "name": "电工班",
            "institution_id": school,
            "channel": "upskill",
            "occupation_code": ELECTRICIAN,
            "level": "junior",
            "starts_on": "2025-05-01",
            "ends_on": "2025-06-01",
            "hours": 80,
            "seats": 40,
            "region_code": "522601100",
            "teacher_ids": [teacher_id],
        } | changed
        path = f"/v1/classes/{(await done(holder.post('/v1/classes', json=body)))['id']}"
        await done(holder.post(f"{path}:submit", headers={"If-Match": "*"}))
        await done(officer.post(f"{path}:approve", headers={"If-Match": "*"}))
        for worker in workers:
            await done(officer.post(f"{path}/enrolments", json={"trainee_id": worker}))
        return path.rpartition("/")[2]

    async def certificates(self, **filters: str) -> list[dict[str, Any]]:
        found = await done(self.officer().get("/v1/certificates", params={"limit": 200, **filters}))
        return list(found["items"])


def assessment(filing_id: str, candidates: list[str], **changed: Any) -> dict[str, Any]:
    return {
        "filing_id": filing_id,
        "occupation_code": ELECTRICIAN,
        "level": "junior",
        "method": "modular",
        "held_on": HELD,
        "assessors": ["KP-001"],
        "candidates": candidates,
    } | changed


def supervision(**changed: Any) -> dict[str, Any]:
    return {"supervisor": "DD-001", "mode": "on_site", "report": "考场秩序良好。"} | changed


def certificate(trainee_id: str, **changed: Any) -> dict[str, Any]:
    """Another issuer's."""
    return {
        "kind": "skill_level",
        "number": "S000052000009245000123",
        "trainee_id": trainee_id,
        "occupation_code": ELECTRICIAN,
        "level": "junior",
        "issued_on": "2024-11-05",
        "issuer": "黔东南州技能评价中心",
        "proof": "证书原件扫描件",
    } | changed


@contextlib.asynccontextmanager
async def world(start: Start) -> AsyncIterator[World]:
    async with start("registry") as registry, start("evaluation") as evaluation:
        evaluation.knows(registry)
        made = World(registry, evaluation)
        made.enterprise_id = await made.institution()
        yield made


async def done(asked: Any) -> dict[str, Any]:
    answer: httpx.Response = await asked
    assert answer.is_success, (answer.request.url.path, answer.status_code, answer.text)
    kept: dict[str, Any] = answer.json()
    return kept


async def refused(asked: Any, status: int, code: str) -> dict[str, Any]:
    answer: httpx.Response = await asked
    assert (answer.status_code, answer.json().get("code")) == (status, code), answer.text
    problem: dict[str, Any] = answer.json()
    return problem


def fault_codes(problem: dict[str, Any]) -> list[tuple[str, str]]:
    return sorted((each["code"], each["pointer"]) for each in problem["errors"])


def credit(serial: int) -> str:
    """A unified social credit code that holds."""
    body = f"{serial:08d}"
    check = 11 - sum(int(digit) * weight for digit, weight in zip(body, ORGANISATION_WEIGHTS, strict=True)) % 11
    code = "91522601" + body + {10: "X", 11: "0"}.get(check, str(check))
    return code + CREDIT_ALPHABET[-sum(CREDIT_ALPHABET.index(each) * pow(3, place, 31) for place, each in enumerate(code)) % 31]


def some_id() -> str:
    return str(db.new_id())
