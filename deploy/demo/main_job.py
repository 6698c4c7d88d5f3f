"""The main job, step by step, as its people do it through the gateway: from the class roster to the payment.

`Job(gateway_url)` holds who is signed in and what has been made so far; each step is one method, called in order, and answers what a clerk would see.
The demonstration prints these answers, the journey test asserts them.
"""

import uuid
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from time import monotonic, sleep
from typing import Any

import httpx

SAMPLES = Path(__file__).resolve().parents[2] / "tests" / "samples"
SCHOOL_USCC = "52522601MJ0KL00292"
IMPORT_SECONDS_AT_MOST = 60


PASSING = (502, 503, 504)  # whoever asks again, with the same key, may be answered


def new_key() -> str:
    return str(uuid.uuid4())


class Refused(Exception):
    """The system refused a step; `problem` is its answer."""

    def __init__(self, problem: Mapping[str, Any]) -> None:
        super().__init__(f"{problem.get('code')}: {problem.get('detail')}")
        self.problem = problem


@dataclass
class Person:
    """Someone signed in (nobody, without a client id). Every call carries the day it plays on, and a fresh idempotency key.

    For `patience_seconds` a call that finds something down is sent again, with the same key."""

    http: httpx.Client
    client_id: str = ""
    client_secret: str = ""
    patience_seconds: float = 0
    new_key: Callable[[], str] = new_key
    token: str = ""
    token_until: float = 0.0

    def ask(self, method: str, path: str, *, on: str, key: str | None = None, etag: str | None = None, **request: Any) -> httpx.Response:
        headers = {"X-Server-Date": f"{on}T18:00:00+08:00"}
        if method == "POST":
            headers["Idempotency-Key"] = key or self.new_key()
        if etag:
            headers["If-Match"] = etag
        until = monotonic() + self.patience_seconds
        while True:
            try:
                answer = self.http.request(method, path, headers=headers | self.authorization(), **request)
                in_progress = answer.status_code == 409 and "retry-after" in answer.headers
                if monotonic() > until or not (answer.status_code in PASSING or in_progress):
                    return answer
            except (httpx.TransportError, httpx.HTTPStatusError):
                if monotonic() > until:
                    raise
            sleep(0.05)

    def authorization(self) -> dict[str, str]:
        """The header of who is signed in, with a token that holds a minute longer."""
        if self.client_id and monotonic() > self.token_until:
            answer = self.http.post("/oauth2/token", auth=(self.client_id, self.client_secret), data={"grant_type": "client_credentials"})
            answer.raise_for_status()
            self.token, self.token_until = answer.json()["access_token"], monotonic() + answer.json()["expires_in"] - 60
        return {"Authorization": f"Bearer {self.token}"} if self.client_id else {}

    def do(self, method: str, path: str, *, on: str, **request: Any) -> Any:
        """The answer's body; `Refused` when it is a problem."""
        answer = self.ask(method, path, on=on, **request)
        if answer.status_code >= 400:
            raise Refused(answer.json())
        return answer.json() if answer.content else None

    def act(self, paper: str, action: str, body: Mapping[str, Any] | None = None, *, on: str) -> Any:
        """`POST {paper}:{action}`, against the version last read."""
        etag = self.ask("GET", paper, on=on).headers.get("etag")
        return self.do("POST", f"{paper}:{action}", on=on, etag=etag, json=dict(body or {}))


class Job:
    """The job as far as it has come. Leaving the block closes its connections."""

    def __init__(self, gateway_url: str, *, patience_seconds: float = 0, new_key: Callable[[], str] = new_key) -> None:
        self.http = httpx.Client(base_url=gateway_url, timeout=30)
        self.patience_seconds, self.new_key = patience_seconds, new_key
        self.public, self.clients = self.person(), dict[str, Person]()
        self.officer, self.reviewer, self.finance, self.admin = (self.local(role) for role in ("officer", "reviewer", "finance", "admin"))
        self.school = self.officer
        self.institution_id = self.short_id = self.electrician_id = self.fund_id = self.claim_id = self.batch_id = ""

    def __enter__(self) -> "Job":
        return self

    def __exit__(self, *_: object) -> None:
        self.http.close()

    def local(self, role: str) -> Person:
        """The local stack's own client of a role: its secret is its name."""
        return self.person(f"local-{role}", f"local-{role}")

    def person(self, client_id: str = "", client_secret: str = "") -> Person:
        return Person(self.http, client_id, client_secret, self.patience_seconds, self.new_key)

    def client(self, name: str, role: str, **bound: str) -> Person:
        """A client of that name, made once. Its secret is shown once: where that answer was lost on the way, another client is made."""
        body = {"name": name, "role": role} | bound
        while name not in self.clients:
            made = self.admin.do("POST", "/v1/clients", on="2025-02-10", key=new_key(), json=body)
            if made.get("client_secret"):
                self.clients[name] = self.person(made["client_id"], made["client_secret"])
        return self.clients[name]

    # 1 — the school

    def register_the_school(self) -> Any:
        body = {
            "name": "凯里市苗岭职业技能培训学校",
            "uscc": SCHOOL_USCC,
            "kind": "private_school",
            "region_code": "522601001",
            "above_scale": False,
            "phone": "13985500001",
            "bank_account": "6222020000000000017",
        }
        made = self.officer.do("POST", "/v1/institutions", on="2025-02-10", json=body)
        self.institution_id = made["id"]
        designated = self.officer.act(
            f"/v1/institutions/{made['id']}", "designate", {"from_on": "2025-01-01", "to_on": "2026-12-31"}, on="2025-02-10"
        )
        self.school = self.client("苗岭学校教务", "institution", institution_id=made["id"])
        return designated

    def add_teachers(self) -> Any:
        teachers = [
            ("潘老师", "522601198001010016", "full_time"),
            ("杨老师", "522601198503030033", "part_time"),
            ("龙老师", "522601197808080029", "part_time"),
        ]
        for name, id_number, employment in teachers:
            body = {"name": name, "id_number": id_number, "employment": employment, "from_on": "2025-01-01"}
            self.school.do("POST", f"/v1/institutions/{self.institution_id}/teachers", on="2025-02-11", json=body)
        return self.school.do("GET", f"/v1/institutions/{self.institution_id}/standing?on=2025-04-08", on="2025-02-11")

    # 2 — the classes

    def propose_and_approve_the_classes(self) -> list[Any]:
        common = {"institution_id": self.institution_id, "region_code": "522601100", "seats": 60}
        electrician = common | {
            "name": "电工(中级)培训班",
            "channel": "project",
            "programmes": ["four.technician", "practical.project"],
            "occupation_code": "6-31-01-03",
            "level": "intermediate",
            "starts_on": "2025-05-06",
            "ends_on": "2025-06-30",
            "hours": 240,
        }
        short = common | {
            "name": "食用菌种植短期班",
            "channel": "agricultural_short",
            "programmes": ["practical.agriculture"],
            "trade_name": "食用菌种植",
            "trade_filing_no": "黔东南州备〔2025〕3号",
            "starts_on": "2025-04-08",
            "ends_on": "2025-04-10",
            "hours": 24,
        }
        approved = []
        for body in (electrician, short):
            made = self.school.do("POST", "/v1/classes", on="2025-03-20", json=body)
            self.school.act(f"/v1/classes/{made['id']}", "submit", on="2025-03-20")
            approved.append(self.officer.act(f"/v1/classes/{made['id']}", "approve", on="2025-03-24"))
        self.electrician_id, self.short_id = (paper["id"] for paper in approved)
        return approved

    # 3, 4 — the rosters, the sign-in sheet, completion

    def import_sheet(self, kind: str, file: str, class_id: str, *, on: str) -> Any:
        """Sends a sheet as the office has it and waits for the job; answers the job."""
        job = self.school.do(
            "POST",
            "/v1/imports",
            on=on,
            data={"kind": kind, "mode": "commit", "class_id": class_id},
            files={"file": (file, (SAMPLES / file).read_bytes())},
        )
        return self.finish(job["id"], on=on)

    def finish(self, job_id: str, *, on: str) -> Any:
        return self.finished(self.school, f"/v1/imports/{job_id}", on)

    def finished(self, person: Person, path: str, on: str) -> Any:
        """The job at that path, once it is over."""
        until = monotonic() + IMPORT_SECONDS_AT_MOST
        while (job := person.do("GET", path, on=on))["status"] in ("queued", "running"):
            if monotonic() > until:
                raise TimeoutError(f"{path} is still {job['status']}")
            sleep(0.05)
        return job

    def import_the_rosters(self) -> list[Any]:
        return [
            self.import_sheet("roster", "roster-electrician.xlsx", self.electrician_id, on="2025-04-02"),
            self.import_sheet("roster", "roster-short-course.xlsx", self.short_id, on="2025-04-02"),
        ]

    def run_the_short_class(self) -> list[Any]:
        """Starts it, imports the sign-in sheet, completes it the day after its last."""
        self.school.act(f"/v1/classes/{self.short_id}", "start", on="2025-04-08")
        imported = self.import_sheet("sign_in", "sign-in-short-course.xlsx", self.short_id, on="2025-04-10")
        completed = self.school.act(f"/v1/classes/{self.short_id}", "complete", on="2025-04-11")
        return [imported, completed]

    def run_the_electrician_class(self) -> Any:
        """Starts it, signs everyone in on two days, completes it."""
        self.school.act(f"/v1/classes/{self.electrician_id}", "start", on="2025-05-06")
        enrolments = self.school.do("GET", f"/v1/classes/{self.electrician_id}/enrolments?limit=200", on="2025-05-06")["items"]
        days = [(day, half) for day in ("2025-05-06", "2025-05-07") for half in ("am", "pm")]
        items = [
            {"trainee_id": one["trainee_id"], "on": day, "half_day": half, "source": "paper"} for one in enrolments for day, half in days
        ]
        self.school.do(
            "POST",
            f"/v1/classes/{self.electrician_id}/attendance:batch",
            on="2025-05-08",
            json={"mode": "commit", "atomic": "all", "items": items},
        )
        return self.school.act(f"/v1/classes/{self.electrician_id}", "complete", on="2025-07-01")

    # 5 — the claim

    def claim_body(self) -> dict[str, Any]:
        return {
            "kind": "training",
            "scheme": "agricultural_short",
            "applicant": {"institution_id": self.institution_id},
            "class_id": self.short_id,
            "fund_id": self.fund_id,
        }

    def quote(self) -> Any:
        fund = self.finance.do(
            "POST", "/v1/funds", on="2025-01-06", json={"source": "employment_subsidy", "year": 2025, "total": "100000.00"}
        )
        self.fund_id = fund["id"]
        return self.school.do("POST", "/v1/claims:quote", on="2025-04-14", json=self.claim_body())

    def submit(self) -> Any:
        self.claim_id = self.school.do("POST", "/v1/claims", on="2025-04-14", json=self.claim_body())["id"]
        return self.school.act(self.claim, "submit", on="2025-04-14")

    @property
    def claim(self) -> str:
        return f"/v1/claims/{self.claim_id}"

    def review(self) -> Any:
        return self.officer.act(self.claim, "review", {"comment": "材料齐全"}, on="2025-04-15")

    def confirm(self) -> Any:
        """The second review, which puts the claim on public notice; answers the notice."""
        self.reviewer.act(self.claim, "confirm", {}, on="2025-04-16")
        notices = self.public.do("GET", "/v1/notices", on="2025-04-17")["items"]
        return next(notice for notice in notices if notice["claim_id"] == self.claim_id)

    def approve_and_pay(self, after: str) -> Any:
        """Finance approves once the notice is over, exports the bank file, confirms what the bank did."""
        self.approve(on=after)
        self.put_into_a_batch(on=after)
        self.export_the_bank_file(on=after)
        return self.confirm_what_was_paid(on=after)

    def approve(self, on: str) -> Any:
        return self.finance.act(self.claim, "approve", {}, on=on)

    def put_into_a_batch(self, on: str) -> Any:
        batch = self.finance.do("POST", "/v1/payment-batches", on=on, json={"fund_id": self.fund_id, "claim_ids": [self.claim_id]})
        self.batch_id = batch["id"]
        return batch

    def export_the_bank_file(self, on: str) -> Any:
        self.exported = self.finance.act(f"/v1/payment-batches/{self.batch_id}", "export", on=on)
        return self.exported

    def confirm_what_was_paid(self, on: str) -> Any:
        """Answers the claim."""
        paid = {"result": "paid", "voucher_no": "V-2025-001", "paid_on": on}
        results = [{"payment_id": payment["id"]} | paid for payment in self.exported["payments"]]
        self.finance.act(f"/v1/payment-batches/{self.batch_id}", "confirm", {"results": results}, on=on)
        return self.finance.do("GET", self.claim, on=on)

    def ledger(self, on: str) -> tuple[Any, Iterable[Any]]:
        fund = self.finance.do("GET", f"/v1/funds/{self.fund_id}", on=on)
        return fund, self.finance.do("GET", f"/v1/funds/{self.fund_id}/ledger", on=on)["items"]

    def claim_again(self) -> Any:
        """The same people for the same class once more."""
        return self.school.do("POST", "/v1/claims:quote", on="2025-05-20", json=self.claim_body())

    def what_if(self, yuan_a_day: int) -> Any:
        """What the year's claims of the short course would have come to at another rate."""
        scheme, on = "/v1/schemes/agricultural_short", "2025-05-20"
        block = self.officer.do("GET", f"{scheme}?on={on}", on=on)["terms"]["block"] | {"yuan_per_person_day": yuan_a_day}
        asked = {"block": block, "from_on": "2025-01-01", "to_on": "2025-12-31"}
        job = self.officer.do("POST", f"{scheme}/terms:what-if", on=on, json=asked)
        return self.finished(self.officer, f"{scheme}/what-ifs/{job['id']}", on)["result"]

    # 6 — the board

    def board(self, as_of: str) -> Any:
        return self.officer.do("GET", f"/v1/plans/kaili-2024/progress?as_of={as_of}", on=as_of)
