"""The main job's second half, step by step: from an enterprise's filing to its workers' certificates. What follows in Foshan: `deploy.demo.foshan`.

`SecondHalf(job)` goes on with whoever a `Job` has signed in and needs nothing else that the first half made.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from deploy.demo import people
from deploy.demo.main_job import Job, Person, Refused

ELECTRICIAN = "6-31-01-03"
ENTERPRISE_USCC = "91522601000401015M"
STAFF = {
    "managers": [{"name": "石经办", "card": "JB-001"}],
    "assessors": [{"name": "吴考评", "card": "KP-001"}, {"name": "白考评", "card": "KP-002"}],
    "supervisors": [{"name": "龙督导", "card": "DD-001"}, {"name": "顾师傅", "card": "DD-002"}],
}
TRAINER, TRAINER_NUMBER = "顾师傅", people.id_number(700_000)
WORKERS, PASSED = 12, 10
FIRST_WORKER = 700_001  # far from the people of any other part, whose numbers begin at 1
PROOF = b"%PDF-1.4\n%%EOF\n"


class SecondHalf:
    """The enterprise's part of the job as far as it has come."""

    def __init__(self, job: Job) -> None:
        self.job, self.enterprise = job, job.officer
        self.enterprise_id = self.class_id = self.filing_id = self.assessment_id = ""
        self.workers: list[str] = []

    # 1 — the filing

    def register_the_enterprise(self) -> Any:
        made, self.enterprise = register(self.job, "凯里市清水江机械有限公司", ENTERPRISE_USCC, "enterprise", above_scale=True)
        self.enterprise_id = made["id"]
        return made

    def file_for_self_assessment(self) -> Any:
        """Scope, three teams, material: sent in, but not yet checked."""
        scope = [{"occupation_code": ELECTRICIAN, "levels": ["junior", "intermediate"]}]
        filed = file(self.enterprise, scope, on="2025-03-03")
        self.filing_id = filed["id"]
        return filed

    def accept_the_filing(self) -> Any:
        granted = [
            {"occupation_code": ELECTRICIAN, "level": "junior", "decision": "granted"},
            {"occupation_code": ELECTRICIAN, "level": "intermediate", "decision": "refused", "reason": "考评员人数不足"},
        ]
        return accept(self.job, self.filing_id, granted)

    # 2 — the class and the assessment

    def train_the_workers(self) -> Any:
        """The enterprise registers its workers and holds a class for them, taught by one of its supervisors."""
        bodies = [
            people.trainee(FIRST_WORKER + n, categories=[{"code": "enterprise_employee", "since_on": "2020-01-01"}]) for n in range(WORKERS)
        ]
        self.workers = register_people(self.enterprise, bodies, on="2025-03-10")
        teacher = {"name": TRAINER, "id_number": TRAINER_NUMBER, "employment": "full_time", "from_on": "2025-01-01"}
        teacher_id = self.enterprise.do("POST", f"/v1/institutions/{self.enterprise_id}/teachers", on="2025-03-10", json=teacher)["id"]
        body = {
            "name": "职工电工提升班",
            "channel": "upskill",
            "programmes": ["enterprise.workers"],
            "level": "junior",
            "teacher_ids": [teacher_id],
            "starts_on": "2025-04-14",
            "ends_on": "2025-04-25",
            "hours": 60,
            "seats": WORKERS,
        }
        held = hold_a_class(self.job, self.enterprise, self.enterprise_id, body, self.workers, over_on="2025-04-28")
        self.class_id = held["id"]
        return held

    def assess_the_workers(self) -> Any:
        """A batch inside the scope, with its results; nobody has supervised it yet."""
        body = {
            "filing_id": self.filing_id,
            "class_id": self.class_id,
            "level": "junior",
            "held_on": "2025-04-28",
            "candidates": self.workers,
        }
        self.assessment_id = assess(self.enterprise, body, passed=PASSED)
        return self.enterprise.do("GET", self.assessment, on="2025-04-28")

    def assess_out_of_scope(self) -> Any:
        """The same workers at a level that was refused; answers the problem."""
        body = {"filing_id": self.filing_id, "level": "intermediate", "held_on": "2025-04-28", "candidates": self.workers}
        return refusal(self.enterprise, "POST", "/v1/assessments", on="2025-04-28", json=assessment_body(body))

    @property
    def assessment(self) -> str:
        return f"/v1/assessments/{self.assessment_id}"

    def lock_unsupervised(self) -> Any:
        return refusal(self.enterprise, "POST", f"{self.assessment}:lock", on="2025-04-28", json={})

    def supervise(self, card: str) -> Any:
        body = {"supervisor": card, "mode": "on_site", "report": "考场秩序良好,考评独立进行。"}
        return self.enterprise.do("POST", f"{self.assessment}/supervision", on="2025-04-28", json=body)

    def supervise_with_an_interest(self) -> list[Any]:
        """By an assessor of the batch, then by the trainer of its class; answers the problems."""
        body = {"mode": "on_site", "report": "考场秩序良好。"}
        path = f"{self.assessment}/supervision"
        return [refusal(self.enterprise, "POST", path, on="2025-04-28", json=body | {"supervisor": card}) for card in ("KP-001", "DD-002")]

    def lock_and_issue(self) -> list[Any]:
        """Answers the certificates."""
        lock_and_issue(self.enterprise, self.assessment_id, on="2025-04-30")
        found = self.enterprise.do("GET", f"/v1/certificates?assessment_id={self.assessment_id}&limit=200", on="2025-04-30")
        return sorted(found["items"], key=lambda certificate: certificate["number"])

    # 3 — the certificates afterwards

    def name_of(self, trainee_id: str) -> str:
        return people.name(FIRST_WORKER + self.workers.index(trainee_id))

    def verify(self, number: str, name: str, on: str) -> Any:
        """As anyone may, without a token."""
        return self.job.public.do("POST", "/v1/certificates:verify", on="2025-07-01", json={"number": number, "name": name, "on": on})

    def revoke(self, certificate_id: str) -> list[Any]:
        """What it would touch, then the revocation."""
        path = f"/v1/certificates/{certificate_id}:revoke"
        preview = self.job.reviewer.do("POST", f"{path}?preview=true", on="2025-06-16")
        return [preview, self.job.reviewer.do("POST", path, on="2025-06-16", json={"reason": "复核发现考核记录不实"})]

    def register_an_outside_certificate(self) -> Any:
        """The last worker, who failed, holds a work permit of another issuer: seen by the officer, its scan kept."""
        return outside_certificate(self.job, self.workers[-1], number="T-5226-2025-000118", kind="work_permit", issued_on="2025-05-12")


# What both parts of the second half do.


def refusal(person: Person, method: str, path: str, *, on: str, **request: Any) -> Any:
    """The problem with which a step is refused; a step that is not refused is a fault of the script."""
    try:
        done = person.do(method, path, on=on, **request)
    except Refused as refused:
        return refused.problem
    raise AssertionError(f"{method} {path} was not refused: {done}")


def register(job: Job, name: str, uscc: str, kind: str, *, above_scale: bool = False) -> tuple[Any, Person]:
    """The institution, as the officer registers it, and its client."""
    body = {"name": name, "uscc": uscc, "kind": kind, "region_code": "522601001", "above_scale": above_scale, "phone": "13985500002"}
    made = job.officer.do("POST", "/v1/institutions", on="2025-02-10", json=body)
    return made, job.client(name, "institution", institution_id=made["id"])


def register_people(person: Person, bodies: Sequence[Mapping[str, Any]], *, on: str) -> list[str]:
    """Their ids, in order."""
    kept = person.do("POST", "/v1/trainees:batch", on=on, json={"mode": "commit", "atomic": "all", "items": list(bodies)})
    return [item["id"] for item in kept["items"]]


def file(institution: Person, scope: Sequence[Mapping[str, Any]], *, on: str) -> Any:
    rules = institution.do("POST", "/v1/files", on=on, files={"file": ("考务管理办法.pdf", PROOF)})
    body = {"scope": list(scope), "staff": STAFF, "materials": [{"name": "考务管理办法", "file_id": rules["id"]}]}
    made = institution.do("POST", "/v1/filings", on=on, json=body)
    return institution.act(f"/v1/filings/{made['id']}", "submit", on=on)


def accept(job: Job, filing_id: str, granted: Sequence[Mapping[str, Any]]) -> Any:
    """The officer checks, the reviewer accepts."""
    job.officer.act(f"/v1/filings/{filing_id}", "check", on="2025-03-05")
    body = {"valid_from_on": "2025-03-10", "valid_until_on": "2028-03-09", "granted": list(granted)}
    return job.reviewer.act(f"/v1/filings/{filing_id}", "accept", body, on="2025-03-07")


def hold_a_class(job: Job, holder: Person, institution_id: str, body: Mapping[str, Any], trainees: Sequence[str], *, over_on: str) -> Any:
    """Proposed, approved, its people enrolled, all signed in on the first day, completed."""
    common = {"institution_id": institution_id, "region_code": "522601100", "occupation_code": ELECTRICIAN}
    starts_on = body["starts_on"]
    paper = f"/v1/classes/{holder.do('POST', '/v1/classes', on='2025-03-20', json=common | dict(body))['id']}"
    holder.act(paper, "submit", on="2025-03-20")
    job.officer.act(paper, "approve", on="2025-03-24")
    whole = {"mode": "commit", "atomic": "all"}
    enrolled = [{"trainee_id": one} for one in trainees]
    holder.do("POST", f"{paper}/enrolments:batch", on=starts_on, json=whole | {"items": enrolled})
    holder.act(paper, "start", on=starts_on)
    signed = [{"trainee_id": one, "on": starts_on, "half_day": half, "source": "device"} for one in trainees for half in ("am", "pm")]
    holder.do("POST", f"{paper}/attendance:batch", on=over_on, json=whole | {"items": signed})
    return holder.act(paper, "complete", on=over_on)


def assessment_body(body: Mapping[str, Any]) -> dict[str, Any]:
    return {"occupation_code": ELECTRICIAN, "method": "modular", "assessors": ["KP-001"]} | dict(body)


def assess(institution: Person, body: Mapping[str, Any], *, passed: int) -> str:
    """The batch and its results: the first so many passed. Answers its id."""
    on = body["held_on"]
    made = institution.do("POST", "/v1/assessments", on=on, json=assessment_body(body))
    results = [{"trainee_id": one, "score": 80 if n < passed else 40, "passed": n < passed} for n, one in enumerate(body["candidates"])]
    institution.do("POST", f"/v1/assessments/{made['id']}/results:batch", on=on, json={"items": results})
    return str(made["id"])


def lock_and_issue(institution: Person, assessment_id: str, *, on: str) -> Any:
    institution.do("POST", f"/v1/assessments/{assessment_id}:lock", on=on, json={})
    return institution.do("POST", f"/v1/assessments/{assessment_id}:issue", on=on, json={})


def outside_certificate(job: Job, trainee_id: str, *, number: str, kind: str, issued_on: str, level: str | None = None) -> Any:
    """Another issuer's, with a scan of it."""
    scan = job.officer.do("POST", "/v1/files", on="2025-10-01", files={"file": ("证书扫描件.pdf", PROOF)})
    body = {
        "kind": kind,
        "number": number,
        "trainee_id": trainee_id,
        "occupation_code": ELECTRICIAN,
        "level": level,
        "issued_on": issued_on,
        "issuer": "贵州省应急管理厅",
        "proof": scan["id"],
    }
    return job.officer.do("POST", "/v1/certificates", on="2025-10-01", json=body)
