"""The main job's last part: a Foshan order, a class trained to it, placements, what the Foshan office reports of them, and what it proves."""

import base64
import json
from collections.abc import Mapping, Sequence
from time import monotonic, sleep
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from deploy.demo import people
from deploy.demo.main_job import IMPORT_SECONDS_AT_MOST, SAMPLES, Job, Person
from deploy.demo.second_half import (
    ELECTRICIAN,
    accept,
    assess,
    file,
    hold_a_class,
    lock_and_issue,
    outside_certificate,
    refusal,
    register,
    register_people,
)
from shared.national_numbers import compact
from shared.sheets import open_book

SCHOOL_USCC, ASSESSORS_USCC = "91522601000401023G", "91522601000401031B"
MONTHLY = "foshan-monthly.xlsx"
STARTED_ON, DUE_ON = "2025-08-31", "2025-11-30"  # three calendar months, clipped: September has no 31st, November neither
MONTHS = (("2025-08-31", "2025-09-29"), ("2025-09-30", "2025-10-30"), ("2025-10-31", "2025-11-29"))
TRAINED, PASSED, PLACED = 45, 42, 12
FIRST_TRAINEE = 710_000
BY_FACTS, LEAVER, SILENT, UNCERTIFIED = 0, 10, 11, 44  # places in the class: told fact by fact, left early, nothing proved, failed the exam
EMPLOYER = {"name": "佛山市顺德区某电器有限公司", "uscc": "9144060600040104X4", "district_code": "440606"}

ELSEWHERE = {"name": "佛山市南海区某五金厂", "district_code": "440605"}


class Foshan:
    """The order's part of the job as far as it has come."""

    def __init__(self, job: Job) -> None:
        self.job, self.partner, self.school = job, job.local("partner"), job.officer
        self.order_id = self.class_id = self.institution_id = ""
        self.trainees: list[str] = []
        self.placements: dict[int, str] = {}

    # 1 — order, class, certificates

    def place_the_order(self) -> Any:
        made = self._order(
            "FS-2025-0017", {"certificate_kind": "skill_level", "level": "junior", "set_on": "2025-06-02"}, ordered_on="2025-06-02"
        )
        self.order_id = made["id"]
        return made

    def train_to_the_order(self) -> Any:
        made, self.school = register(self.job, "凯里市舞阳技工学校", SCHOOL_USCC, "technical_school")
        self.institution_id = made["id"]
        self.job.officer.act(
            f"/v1/institutions/{made['id']}", "designate", {"from_on": "2025-01-01", "to_on": "2026-12-31"}, on="2025-02-10"
        )
        self.trainees = register_people(self.school, [people.trainee(FIRST_TRAINEE + n) for n in range(TRAINED)], on="2025-03-20")
        body = {
            "name": "佛山订单电工班",
            "channel": "project",
            "programmes": ["brand.rongwan", "four.technician"],
            "level": "junior",
            "starts_on": "2025-06-09",
            "ends_on": "2025-08-08",
            "hours": 240,
            "seats": 50,
            "order_id": self.order_id,
        }
        held = hold_a_class(self.job, self.school, self.institution_id, body, self.trainees, over_on="2025-08-09")
        self.class_id = held["id"]
        return held

    def certify_the_class(self) -> Any:
        """An assessment organisation examines the class to the order's standard; three fail."""
        _, assessors = register(self.job, "黔东南州某技能评价中心", ASSESSORS_USCC, "assessment_organisation")
        filed = file(assessors, [{"occupation_code": ELECTRICIAN, "levels": ["junior"]}], on="2025-03-03")
        accept(self.job, filed["id"], [{"occupation_code": ELECTRICIAN, "level": "junior", "decision": "granted"}])
        body = {
            "filing_id": filed["id"],
            "class_id": self.class_id,
            "order_id": self.order_id,
            "level": "junior",
            "held_on": "2025-08-11",
            "candidates": self.trainees,
        }
        assessment_id = assess(assessors, body, passed=PASSED)
        supervision = {"supervisor": "DD-001", "mode": "online", "report": "全程录像,考评独立进行。"}
        assessors.do("POST", f"/v1/assessments/{assessment_id}/supervision", on="2025-08-11", json=supervision)
        return lock_and_issue(assessors, assessment_id, on="2025-08-15")

    # 2 — placements

    def place_the_people(self) -> list[Any]:
        placed = []
        for n in (*range(PLACED), UNCERTIFIED):
            body = {"order_id": self.order_id, "trainee_id": self.trainees[n], "class_id": self.class_id}
            placed.append(self.partner.do("POST", "/v1/placements", on="2025-08-20", json=body))
            self.placements[n] = placed[-1]["id"]
        return placed

    def start_before_the_certificate(self) -> Any:
        return self._refused_start(BY_FACTS, "QD-000", "2025-08-14")

    def start_without_a_certificate(self) -> Any:
        return self._refused_start(UNCERTIFIED, "QD-044", "2025-09-15")

    def start_with_an_outside_certificate(self) -> Any:
        """The officer registers what the person holds of another issuer; the same report, under the same reference, is then taken."""
        number = "S000052000009255000123"
        outside_certificate(self.job, self.trainees[UNCERTIFIED], number=number, kind="skill_level", level="junior", issued_on="2025-09-10")
        return self.report(UNCERTIFIED, "QD-044", "started", "2025-09-15", on="2025-10-01")

    def start_the_people(self) -> Any:
        items = [self._item(n, f"QD-{n:03d}", "started", STARTED_ON) for n in range(PLACED)]
        return self._batch(items, on="2025-09-01")

    # 3 — what is reported, late, twice and out of order

    def report(self, n: int, ref: str, kind: str, effective_on: str, *, on: str, **more: Any) -> Any:
        body = {"external_ref": ref, "kind": kind, "effective_on": effective_on} | more
        return self.partner.do("POST", f"/v1/placements/{self.placements[n]}/updates", on=on, json=body)

    def report_month(self, month: int, *, on: str) -> Any:
        """The employer's sealed wage roster of one month, for the person told fact by fact."""
        from_on, to_on = MONTHS[month]
        return self.report(BY_FACTS, f"GZ-000-{month}", "present", to_on, on=on, evidence=_proof(from_on, to_on))

    def report_the_others(self) -> list[Any]:
        """All three months of the nine others, the last month first, and the whole batch again."""
        items = [
            self._item(n, f"GZ-{n:03d}-{month}", "present", MONTHS[month][1], evidence=_proof(*MONTHS[month]))
            for month in (2, 0, 1)
            for n in range(1, LEAVER)
        ]
        return [self._batch(items, on="2025-12-02"), self._batch(items, on="2025-12-03")]

    def report_a_leaver(self) -> Any:
        return self.report(LEAVER, "LZ-010", "left", "2025-10-10", on="2025-10-20")

    def hear_the_insurance_office(self) -> list[Any]:
        """What it says of two people in October: one is insured by the employer of the order, one by another."""
        items = [
            {
                "id_number": people.trainee(FIRST_TRAINEE + n)["id_number"],
                "month": "2025-10",
                "employer": employer,
                "paid_on": "2025-10-20",
                "source": "佛山市顺德区社会保险经办机构",
                "external_ref": f"SB-202510-{n:03d}",
            }
            for n, employer in ((1, EMPLOYER), (2, ELSEWHERE))
        ]
        body = {"mode": "commit", "items": items}
        heard: list[Any] = self.job.officer.do("POST", "/v1/insurance-records:batch", on="2025-12-04", json=body)["items"]
        return heard

    def retention(self, n: int, as_of: str) -> Any:
        return self.partner.do("GET", f"/v1/placements/{self.placements[n]}/retention?as_of={as_of}", on="2025-12-05")

    def chain(self, n: int) -> Any:
        return self.partner.do("GET", f"/v1/placements/{self.placements[n]}/chain", on="2025-12-05")

    def receipt_holds(self, receipt: Mapping[str, Any]) -> bool:
        """Whether the published key signed it."""
        published = self.job.public.do("GET", "/v1/placement-receipts/key", on="2025-12-05")
        key = Ed25519PublicKey.from_public_bytes(base64.urlsafe_b64decode(published["x"] + "=="))
        told = {name: value for name, value in receipt.items() if name != "signature"}
        signed = json.dumps(told, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()
        try:
            key.verify(base64.b64decode(receipt["signature"]), signed)
        except InvalidSignature:
            return False
        return True

    # 4 — the office's monthly sheet

    def place_the_electricians(self) -> list[Any]:
        """The people of the electricians' roster whom the sheet reports, on an order of their own; whoever is not registered yet is."""
        named = _people_of_the_sheet()
        found = self.job.officer.do("POST", "/v1/trainees:lookup", on="2025-04-28", json={"id_numbers": list(named)})["items"]
        ids = {number: item["id"] for number, item in zip(named, found, strict=True)}
        category = [{"code": "rural_transfer_worker", "since_on": "2020-01-01"}]
        missing = {number: name for number, name in named.items() if ids[number] is None}
        bodies = [people.trainee(0, name=name, id_number=number, categories=category) for number, name in missing.items()]
        ids |= dict(zip(missing, register_people(self.job.officer, bodies, on="2025-04-28") if bodies else [], strict=True))
        standard = {"certificate_kind": "work_permit", "level": None, "set_on": "2025-04-01"}
        order_id = self._order("FS-2025-0009", standard, ordered_on="2025-04-01")["id"]
        placed = []
        for n, trainee_id in enumerate(ids.values()):
            outside_certificate(self.job, trainee_id, number=f"T-5226-2025-{n:06d}", kind="work_permit", issued_on="2025-04-28")
            body = {"order_id": order_id, "trainee_id": trainee_id}
            placed.append(self.partner.do("POST", "/v1/placements", on="2025-06-01", json=body))
        return placed

    def import_the_monthly_sheet(self) -> Any:
        sent = self.partner.do(
            "POST",
            "/v1/placement-imports",
            on="2025-12-01",
            data={"reported_on": "2025-11-30", "mode": "commit"},
            files={"file": (MONTHLY, (SAMPLES / MONTHLY).read_bytes())},
        )
        until = monotonic() + IMPORT_SECONDS_AT_MOST
        while (job := self.partner.do("GET", f"/v1/placement-imports/{sent['id']}", on="2025-12-01"))["status"] in ("queued", "running"):
            if monotonic() > until:
                raise TimeoutError(f"import {sent['id']} is still {job['status']}")
            sleep(0.05)
        return job

    # 5 — who sees it

    def another_office(self) -> Person:
        return self.job.client("另一协作单位", "partner", department="广州市某区人社局")

    def _order(self, number: str, standard: Mapping[str, Any], *, ordered_on: str) -> Any:
        body = {
            "number": number,
            "employer": EMPLOYER,
            "occupation_code": ELECTRICIAN,
            "posts": 60,
            "ordered_on": ordered_on,
            "standard": {"occupation_code": ELECTRICIAN, "text": "持证上岗,能独立完成低压配线"} | dict(standard),
            "wage_from": "4500.00",
            "wage_to": "6000.00",
            "until_on": "2026-05-31",
        }
        return self.partner.do("POST", "/v1/orders", on=ordered_on, json=body)

    def _refused_start(self, n: int, ref: str, started_on: str) -> Any:
        body = {"external_ref": ref, "kind": "started", "effective_on": started_on}
        return refusal(self.partner, "POST", f"/v1/placements/{self.placements[n]}/updates", on="2025-09-16", json=body)

    def _item(self, n: int, ref: str, kind: str, effective_on: str, **more: Any) -> dict[str, Any]:
        return {"placement_id": self.placements[n], "external_ref": ref, "kind": kind, "effective_on": effective_on} | more

    def _batch(self, items: Sequence[Mapping[str, Any]], *, on: str) -> Any:
        return self.partner.do("POST", "/v1/placement-updates:batch", on=on, json={"mode": "commit", "atomic": "all", "items": list(items)})


def _proof(from_on: str, to_on: str) -> list[dict[str, Any]]:
    return [{"grade": "C", "covers_from_on": from_on, "covers_to_on": to_on, "ref": "盖章工资表"}]


def _people_of_the_sheet() -> dict[str, str]:
    """Number and name of the sheet's people who stand in the electricians' roster too."""
    roster = open_book((SAMPLES / "roster-electrician.xlsx").read_bytes(), "roster-electrician.xlsx").sheets[0]
    known = {compact(row.text(3)) for row in roster.rows}
    sheet = open_book((SAMPLES / MONTHLY).read_bytes(), MONTHLY).sheets[0]
    return {row.text(2): row.text(1) for row in sheet.rows if row.text(2) in known and row.text(0).isdigit()}
