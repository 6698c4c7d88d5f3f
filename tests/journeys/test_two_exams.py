"""一培双考: one class, two exams, two certificates and one training subsidy, over real processes; what a certificate may be claimed for beside it."""

from typing import Any

from deploy.demo import people
from deploy.demo.main_job import Job, Person
from deploy.demo.second_half import PROOF, accept, assess, file, hold_a_class, lock_and_issue, register, register_people
from deploy.stack import Stack

ELECTRICIAN, WELDER = "6-31-01-03", "6-18-02-04"
FIRST, EXAM, CLAIMED = "2025-09-08", "2025-09-10", "2025-09-20"
PEOPLE = 3_210_000  # far from the people of any other part, and of the guides
STATUSES = ("employee_pension", "public_payroll", "full_time_student", "deceased")


def test_one_class_leads_to_two_certificates_and_to_one_training_subsidy(stack: Stack) -> None:
    with Job(stack.gateway_url) as job:
        _confirm_the_rates(job)
        made, enterprise = register(job, "凯里市双考电器有限公司", "915226010073001375", "enterprise")
        both = [{"occupation_code": code, "level": "junior", "decision": "granted"} for code in (ELECTRICIAN, WELDER)]
        filed = file(enterprise, [{"occupation_code": each["occupation_code"], "levels": ["junior"]} for each in both], on="2025-03-03")
        accept(job, filed["id"], both)
        workers = [people.trainee(PEOPLE + n, categories=[{"code": "enterprise_employee", "since_on": "2020-01-01"}]) for n in range(3)]
        ids = register_people(enterprise, workers, on="2025-03-10")
        body = {
            "name": "双考班",
            "channel": "upskill",
            "level": "junior",
            "starts_on": FIRST,
            "ends_on": "2025-09-09",
            "hours": 12,
            "seats": 9,
        }
        held = hold_a_class(job, enterprise, made["id"], body, ids, over_on=EXAM)
        for code in (ELECTRICIAN, WELDER):
            _examine(enterprise, {"filing_id": filed["id"], "class_id": held["id"], "candidates": ids, "occupation_code": code})
        found = enterprise.do("GET", f"/v1/certificates?class_id={held['id']}&limit=200", on=CLAIMED)["items"]
        minted = {(each["trainee_id"], each["occupation_code"]): each for each in found}
        assert minted.keys() == {(each, code) for each in ids for code in (ELECTRICIAN, WELDER)}

        claims = _Claims(job, enterprise, made["id"], held["id"])
        # The certificate first: whoever was paid for it is not paid for the training that led to it.
        assert claims.direct(minted[ids[0], ELECTRICIAN]) == ("eligible", "900.00", set())
        assert claims.training() == [("refused", "0.00", {"already_subsidised"}), *[("eligible", "800.00", set())] * 2]
        # The same training once more: nothing.
        assert claims.training() == [("refused", "0.00", {"already_subsidised"})] * 3
        # The training first: its certificate is paid for with it. The second one is of another occupation, which the terms pay by itself; once.
        assert claims.direct(minted[ids[1], ELECTRICIAN]) == ("refused", "0.00", {"already_subsidised"})
        assert claims.direct(minted[ids[1], WELDER]) == ("eligible", "900.00", set())
        assert claims.direct(minted[ids[1], WELDER]) == ("refused", "0.00", {"already_subsidised"})
        # An operating licence is no skill level: the plan pays certificates of those alone.
        licence = {"kind": "work_permit", "number": "T-5226-2025-000730", "trainee_id": ids[2], "occupation_code": WELDER}
        licence |= {"issued_on": "2025-09-12", "issuer": "贵州省应急管理厅", "proof": "原件扫描件", "class_id": held["id"]}
        kept = job.officer.do("POST", "/v1/certificates", on="2025-09-15", json=licence)
        assert claims.direct(kept) == ("refused", "0.00", {"certificate_out_of_scope"})


class _Claims:
    """Claims for the class and for single certificates, submitted; each answers what was said of its lines, notes left out."""

    def __init__(self, job: Job, enterprise: Person, institution_id: str, class_id: str) -> None:
        self.job, self.enterprise, self.institution_id, self.class_id = job, enterprise, institution_id, class_id
        body = {"source": "employment_subsidy", "year": 2025, "total": "100000.00"}
        self.fund_id = job.finance.do("POST", "/v1/funds", on="2025-08-01", json=body)["id"]

    def training(self) -> list[tuple[str, str, set[str]]]:
        of_class = {
            "kind": "training",
            "scheme": "upskill",
            "applicant": {"institution_id": self.institution_id},
            "class_id": self.class_id,
        }
        return self._submitted(self.enterprise, of_class)

    def direct(self, certificate: dict[str, Any]) -> tuple[str, str, set[str]]:
        officer, who = self.job.officer, certificate["trainee_id"]
        signed = officer.do("POST", "/v1/files", on=CLAIMED, files={"file": ("委托书.pdf", PROOF)})["id"]
        body = {"kind": "certificate", "scheme": "certificate_direct", "applicant": {"trainee_id": who}, "on_behalf": True}
        body |= {"lines": [{"trainee_id": who, "certificate_id": certificate["id"]}]}
        [line] = self._submitted(officer, body | {"attachments": [{"code": "authorisation", "file_id": signed}]})
        return line

    def _submitted(self, applicant: Person, body: dict[str, Any]) -> list[tuple[str, str, set[str]]]:
        claim = applicant.do("POST", "/v1/claims", on=CLAIMED, json=body | {"fund_id": self.fund_id})
        lines = applicant.act(f"/v1/claims/{claim['id']}", "submit", on=CLAIMED)["lines"]
        return [
            (each["verdict"], each["amount"], {said["code"] for said in each["findings"] if said["effect"] != "note"}) for each in lines
        ]


def _confirm_the_rates(job: Job) -> None:
    """From September on, by two administrators: the county has no confirmed rate, and a line without one is held whatever else is so. The lists of statuses
    are complete for these days."""
    admin, second = job.local("admin"), job.client("第二名管理人员", "admin")
    for scheme, yuan in (("upskill", 800), ("certificate_direct", 900)):
        block = job.officer.do("GET", f"/v1/schemes/{scheme}?on=2025-09-01", on="2025-08-01")["terms"]["block"]
        block |= {
            "in_force_from": "2025-09-01",
            "document": "补贴标准",
            "clause": "标准表",
            "basis_status": "confirmed",
            "yuan_per_person": yuan,
        }
        proposed = admin.do("POST", f"/v1/schemes/{scheme}/terms", on="2025-08-01", json=block)
        second.do("POST", f"/v1/schemes/{scheme}/terms/{proposed['id']}:approve", on="2025-08-01")
    for status in STATUSES:
        known = {"status": status, "source": "人社局", "complete_from_on": FIRST, "complete_to_on": CLAIMED}
        job.officer.do("POST", "/v1/status-lists", on=CLAIMED, json=known)


def _examine(enterprise: Person, body: dict[str, Any]) -> None:
    batch = assess(enterprise, {"level": "junior", "held_on": EXAM} | body, passed=len(body["candidates"]))
    watched = {"supervisor": "DD-001", "mode": "on_site", "report": "考场秩序良好,考评独立进行。"}
    enterprise.do("POST", f"/v1/assessments/{batch}/supervision", on=EXAM, json=watched)
    lock_and_issue(enterprise, batch, on="2025-09-11")
