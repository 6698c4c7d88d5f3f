"""Certificates and placements to claim for, as the neighbours tell them, and terms that pay for them: to be changed one fact at a time."""

import contextlib
from collections.abc import AsyncIterator
from typing import Any

from shared import db
from tests.conftest import Start
from tests.subsidy.claims.world import AFTER_NOTICE, IN_MAY, World, a_person, key

ONE, TWO = str(db.new_id()), str(db.new_id())
ELECTRICIAN = "6-31-01-03"
CATEGORIES = [{"code": "enterprise_employee", "since_on": "2020-01-01", "until_on": None}]
ISSUED, STARTED = "2025-04-20", "2025-02-01"
FROM = {"certificate_direct": "2025-04-19", "assessment_fee": "2025-04-19"}  # after the last block of the county
TERMS: dict[str, dict[str, Any]] = {  # what the schemes of the county would be if their tables were known
    "certificate_direct": {"yuan_per_person_by_level": {"junior": 1000, "intermediate": 1500}, "certificate_months_at_most": 12},
    "assessment_fee": {"yuan_per_person": 200},
    "placement_stability": {"yuan_per_person": 2000},
    "placement_service": {"yuan_per_person": 300},
    "placement_absorption": {"yuan_per_person": 1000},
    "project": {"yuan_per_person": 800, "certificate_required": True},
}


class Papers(World):
    """Persons with papers of their own, and claims for them."""

    def person(self, **changed: Any) -> str:
        """A worker of 45 whom the institution knows."""
        made = a_person(categories=CATEGORIES, known_to_institution=True, **changed)
        for name in ("enrolment_id", "outcome", "half_days", "attended_other_class", "teaches_class"):
            made.pop(name)
        self.people[made["trainee_id"]] = made
        return str(made["trainee_id"])

    def project(self, people: list[str]) -> str:
        """A class whose terms ask for a certificate, of electricians, which these people completed."""
        there = {
            "outcome": "completed",
            "categories": [{"code": "registered_unemployed", "since_on": "2020-01-01", "until_on": None}],
            "half_days": [{"on": f"2025-04-{day:02}", "half_days": 2} for day in (8, 9, 10)],
            "attended_other_class": [],
            "teaches_class": False,
        }
        enrolled = [self.people[each] | there | {"enrolment_id": str(db.new_id())} for each in people]
        taught = {"occupation_code": ELECTRICIAN, "trade_name": None, "trade_filing_no": None, "level": "junior"}
        return self.open_class(enrolled, channel="project", **taught)

    def certificate(self, trainee_id: str, **changed: Any) -> str:
        made = {
            "id": str(db.new_id()),
            "trainee_id": trainee_id,
            "kind": "skill_level",
            "number": "Y000052000123255000001",
            "number_fits": True,
            "occupation_code": ELECTRICIAN,
            "level": "junior",
            "issued_on": ISSUED,
            "issuer": "凯里示范机械厂",
            "issued_that_month": 1,
            "assessed_that_month": 1,
            "revoked_on": None,
            "in_scope": True,
            "class_id": None,
        } | changed
        self.certificates[made["id"]] = made
        return str(made["id"])

    def placement(self, trainee_id: str, **changed: Any) -> str:
        made = {
            "placement_id": str(db.new_id()),
            "trainee_id": trainee_id,
            "order_number": "FS-2025-0017",
            "ordered_on": "2025-01-02",
            "employer_uscc": None,
            "started_on": STARTED,
            "retention": "met",
            "due_on": "2025-05-01",
            "weakest_grade": "B",
            "one_employer": True,
        } | changed
        self.placements[made["placement_id"]] = made
        return str(made["placement_id"])

    async def publish(self, scheme: str, in_force_from: str | None = None, **figures: Any) -> None:
        """Another block of the scheme, as two administrators publish it: with a rate whose source is confirmed."""
        path = f"/v1/schemes/{scheme}/terms"
        block = (await self.as_("finance").get(f"/v1/schemes/{scheme}", params={"on": "2025-01-01"})).json()["terms"]["block"]
        in_force_from = in_force_from or FROM.get(scheme, "2025-01-01")
        given = TERMS[scheme] | figures
        basis = [{**each, "applies_to": [name for name in each["applies_to"] if name not in given]} for each in block["other_basis"]]
        rates = {name: value for name, value in block.items() if not name.startswith("yuan_")}
        source = {"document": "示例〔2025〕1号", "clause": "一", "basis_status": "confirmed", "in_force_from": in_force_from}
        made = rates | source | given | {"other_basis": [each for each in basis if each["applies_to"]]}
        proposed = await self.as_("admin", person_id=ONE).post(path, json=made)
        assert proposed.status_code == 201, proposed.text
        published = await self.as_("admin", person_id=TWO).post(f"{path}/{proposed.json()['id']}:approve")
        assert published.status_code == 200, published.text

    def claims_for(self, scheme: str, *lines: dict[str, Any], **changed: Any) -> dict[str, Any]:
        """A claim of the one person on its lines, unless another applies."""
        kind = "placement" if scheme.startswith("placement") else "certificate"
        applicant = {"trainee_id": lines[0]["trainee_id"]}
        body = {"kind": kind, "scheme": scheme, "applicant": applicant, "fund_id": self.fund_id, "lines": list(lines)}
        return body | changed

    def applicant(self, body: dict[str, Any], at: str = IN_MAY) -> Any:
        trainee_id = body["applicant"].get("trainee_id")
        return self.as_("person", at, trainee_id=trainee_id) if trainee_id else self.as_("institution", at)

    async def apply(self, body: dict[str, Any], at: str = IN_MAY) -> dict[str, Any]:
        answer = await self.applicant(body, at).post("/v1/claims", json=body, headers=key())
        assert answer.status_code == 201, answer.text
        return dict(answer.json())

    async def submitted(self, body: dict[str, Any], at: str = IN_MAY) -> dict[str, Any]:
        claim = await self.apply(body, at)
        headers = key() | {"If-Match": f'"{claim["version"]}"'}
        answer = await self.applicant(body, at).post(f"/v1/claims/{claim['id']}:submit", headers=headers)
        assert answer.status_code == 200, answer.text
        return dict(answer.json())

    async def refused(self, body: dict[str, Any], at: str = IN_MAY) -> list[tuple[str, str | None]]:
        """The faults of an application that is none."""
        answer = await self.applicant(body, at).post("/v1/claims", json=body, headers=key())
        assert answer.status_code == 422, answer.text
        return [(each["code"], each.get("pointer")) for each in answer.json()["errors"]]

    async def approved(self, body: dict[str, Any]) -> dict[str, Any]:
        claim = await self.submitted(body)
        for role, action in (("officer", "review"), ("reviewer", "confirm"), ("finance", "approve")):
            claim = await self.step(role, action, claim, None, AFTER_NOTICE if action == "approve" else IN_MAY)
        return claim


@contextlib.asynccontextmanager
async def papers(start: Start, *schemes: str, **figures: Any) -> AsyncIterator[Papers]:
    """A world in which these schemes pay."""
    async with start("subsidy") as subsidy:
        world = Papers(subsidy)
        world.fund_id = await world.fund()
        for scheme in schemes:
            await world.publish(scheme, **figures)
        yield world


def line(trainee_id: str, certificate_id: str | None = None, placement_id: str | None = None, **more: Any) -> dict[str, Any]:
    named = {"certificate_id": certificate_id, "placement_id": placement_id}
    return {"trainee_id": trainee_id} | {name: value for name, value in named.items() if value} | more
