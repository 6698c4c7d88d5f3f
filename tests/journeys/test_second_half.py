"""From an enterprise's filing to its workers' certificates, and from a Foshan order to people who stayed: over real processes, as its people do it."""

import json
import re
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import pytest

from deploy.demo.foshan import BY_FACTS, DUE_ON, FIRST_TRAINEE, LEAVER, MONTHLY, PLACED, SILENT, TRAINED, UNCERTIFIED, Foshan
from deploy.demo.foshan import PASSED as CLASS_PASSED
from deploy.demo.main_job import SAMPLES, Job, Person
from deploy.demo.second_half import PASSED, WORKERS, SecondHalf
from deploy.stack import Stack
from shared.sheets import open_book
from tests import people
from tests.journeys import conftest

TRUTH = json.loads((SAMPLES / "truth.json").read_text())["foshan_monthly"]
AFTER, PLAN_END = "2026-01-05", "2025-12-31"


@pytest.fixture(scope="module")
def told(stack: Stack) -> Iterator[SimpleNamespace]:
    """Plays both parts once; what each step answered is asserted below."""
    with Job(stack.gateway_url) as job:
        half, foshan = SecondHalf(job), Foshan(job)
        yield SimpleNamespace(job=job, half=half, foshan=foshan, **_to_the_certificates(job, half), **_in_foshan(foshan))


def _to_the_certificates(job: Job, half: SecondHalf) -> dict[str, Any]:
    answers: dict[str, Any] = {"enterprise": half.register_the_enterprise(), "filed": half.file_for_self_assessment()}
    answers["waits_for_officer"] = _waiting(job.officer, half.filing_id, on="2025-03-04")
    answers["waits_for_reviewer_too_early"] = _waiting(job.reviewer, half.filing_id, on="2025-03-04")
    answers |= {"accepted": half.accept_the_filing(), "trained": half.train_the_workers()}
    answers |= {"assessed": half.assess_the_workers(), "out_of_scope": half.assess_out_of_scope(), "unsupervised": half.lock_unsupervised()}
    answers["waits_for_enterprise"] = _waiting(half.enterprise, half.assessment_id, on="2025-04-29")
    answers |= {
        "interested": half.supervise_with_an_interest(),
        "supervised": half.supervise("DD-001"),
        "certificates": half.lock_and_issue(),
    }
    certificate = answers["certificates"][0]
    answers["preview"], answers["revoked"] = half.revoke(certificate["id"])
    answers["outside"] = half.register_an_outside_certificate()
    return answers


def _in_foshan(foshan: Foshan) -> dict[str, Any]:
    answers: dict[str, Any] = {"order": foshan.place_the_order(), "class_held": foshan.train_to_the_order()}
    answers |= {"class_certified": foshan.certify_the_class(), "placed": foshan.place_the_people()}
    answers |= {"too_early": foshan.start_before_the_certificate(), "uncertified": foshan.start_without_a_certificate()}
    answers |= {"certified_later": foshan.start_with_an_outside_certificate(), "started": foshan.start_the_people()}
    answers["left"] = foshan.report_a_leaver()
    answers["last_month"] = foshan.report_month(2, on="2025-11-30")
    answers["before_the_proof"] = [foshan.retention(BY_FACTS, day)["verdict"] for day in ("2025-09-29", "2025-10-05", DUE_ON)]
    answers["late_months"] = [foshan.report_month(month, on="2025-12-01") for month in (1, 0)]
    answers["twice"] = foshan.report_month(0, on="2025-12-02")
    answers["others"] = foshan.report_the_others()
    answers["electricians"] = foshan.place_the_electricians()
    answers["sheets"] = [foshan.import_the_monthly_sheet(), foshan.import_the_monthly_sheet()]
    return answers


def _waiting(person: Person, subject_id: str, *, on: str) -> list[str]:
    """The steps that wait for this person at this paper."""
    answer = person.do("GET", "/v1/worklist", on=on)
    assert answer["complete"]
    return [item["action"] for item in answer["items"] if item["subject_id"] == subject_id]


# The filing and the assessment


def test_a_filing_is_checked_by_the_officer_and_accepted_by_the_reviewer(told: SimpleNamespace) -> None:
    assert (told.filed["status"], told.accepted["status"]) == ("submitted", "accepted")
    assert [len(told.filed["staff"][team]) for team in ("managers", "assessors", "supervisors")] == [1, 2, 2]
    assert (told.accepted["valid_from_on"], told.accepted["valid_until_on"]) == ("2025-03-10", "2028-03-09")
    assert [(each["level"], each["decision"]) for each in told.accepted["granted"]] == [("junior", "granted"), ("intermediate", "refused")]


def test_the_worklist_shows_each_role_what_waits_for_it(told: SimpleNamespace) -> None:
    assert (told.waits_for_officer, told.waits_for_reviewer_too_early, told.waits_for_enterprise) == (["check"], [], ["supervision"])


def test_without_scope_or_supervision_nothing_is_issued(told: SimpleNamespace) -> None:
    assert (told.out_of_scope["code"], told.unsupervised["code"]) == ("out_of_scope", "supervision_missing")
    assert [problem["code"] for problem in told.interested] == ["conflict_of_interest"] * 2
    assert told.assessed["certificates_issued"] == 0 and told.supervised["supervisor"] == "DD-001"


def test_those_who_passed_hold_consistent_numbers(told: SimpleNamespace) -> None:
    numbers = [certificate["number"] for certificate in told.certificates]
    assert len(set(numbers)) == PASSED < WORKERS
    prefix = told.accepted["number_prefix"]
    assert all(re.fullmatch(rf"{prefix}255\d{{6}}", number) for number in numbers)  # the filed body, 2025, 初级工
    assert {certificate["trainee_id"] for certificate in told.certificates} == set(told.half.workers[:PASSED])


@pytest.mark.parametrize(
    ("on", "valid", "reason"),
    [("2025-04-29", False, "not_yet_issued"), ("2025-04-30", True, None), ("2025-06-15", True, None), ("2025-06-16", False, "revoked")],
)
def test_anyone_verifies_a_certificate_on_any_day(told: SimpleNamespace, on: str, valid: bool, reason: str | None) -> None:
    certificate = told.certificates[0]
    answer = told.half.verify(certificate["number"], told.half.name_of(certificate["trainee_id"]), on)
    assert (answer["valid"], answer["reason"]) == (valid, reason)


def test_a_certificate_under_another_name_is_not_known(told: SimpleNamespace) -> None:
    answer = told.half.verify(told.certificates[1]["number"], "别人", "2025-05-01")
    assert (answer["valid"], answer["reason"], answer["number"]) == (False, "not_found", None)


def test_a_revocation_says_what_it_touches_and_is_an_event(told: SimpleNamespace) -> None:
    assert told.preview["complete"] and told.preview["claims"] == told.preview["placements"] == []
    assert (told.revoked["status"], told.revoked["revoked_on"]) == ("revoked", "2025-06-16")
    events = conftest.changes_of(told.job.local("system"), told.revoked["id"])
    assert events == ["certificate.issued", "certificate.revoked"]


def test_an_outside_certificate_comes_with_its_proof(told: SimpleNamespace) -> None:
    assert told.outside["filing_id"] is None and told.outside["status"] == "valid"
    scan = told.job.officer.ask("GET", f"/v1/files/{told.outside['proof']}", on=AFTER)
    assert scan.status_code == 200 and scan.content.startswith(b"%PDF-")


# The order, the placements and what they prove


def test_a_class_is_trained_to_the_order_and_certified(told: SimpleNamespace) -> None:
    assert told.order["standard"]["level"] == "junior" and told.class_held["order_id"] == told.order["id"]
    assert told.class_held["status"] == "completed" and TRAINED >= 40
    assert (told.class_certified["status"], told.class_certified["certificates_issued"]) == ("issued", CLASS_PASSED)


def test_nobody_starts_before_or_without_a_certificate(told: SimpleNamespace) -> None:
    assert (told.too_early["code"], told.uncertified["code"]) == ("certificate_after_start", "certificate_missing")


def test_a_refused_start_is_not_kept_and_frees_its_reference(told: SimpleNamespace) -> None:
    assert (told.certified_later["outcome"], told.certified_later["external_ref"]) == ("created", "QD-044")
    assert told.foshan.chain(UNCERTIFIED)["first_broken"] is None
    assert [each["state"] for each in told.foshan.chain(BY_FACTS)["links"]] == ["ok"] * 6


def test_facts_come_late_twice_and_out_of_order(told: SimpleNamespace) -> None:
    assert told.before_the_proof == ["on_track", "unproven", "unproven"]
    assert [each["outcome"] for each in (told.last_month, *told.late_months, told.twice)] == ["created"] * 3 + ["unchanged"]
    assert told.twice["receipt"] == told.late_months[1]["receipt"]
    first, again = told.others
    assert (first["summary"]["created"], again["summary"]["unchanged"], again["summary"]["created"]) == (27, 27, 0)
    verdicts = {day: told.foshan.retention(BY_FACTS, day)["verdict"] for day in ("2025-09-29", "2025-11-29", DUE_ON, "2026-03-01")}
    assert verdicts == {"2025-09-29": "on_track", "2025-11-29": "on_track", DUE_ON: "met", "2026-03-01": "met"}
    met = told.foshan.retention(BY_FACTS, DUE_ON)
    assert (met["due_on"], met["met_on"], met["weakest_grade"], met["missing"]) == (DUE_ON, DUE_ON, "C", [])


def test_leaving_early_breaks_it_and_silence_leaves_it_unproven(told: SimpleNamespace) -> None:
    leaver = [told.foshan.retention(LEAVER, day)["verdict"] for day in ("2025-09-15", "2025-10-09", "2025-10-10")]
    assert leaver == ["on_track", "unproven", "broken"]
    silent = told.foshan.retention(SILENT, DUE_ON)
    assert silent["verdict"] == "unproven" and [(each["from_on"], each["to_on"]) for each in silent["missing"]] == [
        ("2025-08-31", "2025-11-29")
    ]
    called = told.foshan.partner.do("GET", f"/v1/placements?retention=unproven&as_of={DUE_ON}&order_id={told.order['id']}", on=AFTER)[
        "items"
    ]
    assert told.foshan.placements[SILENT] in {each["id"] for each in called}


def test_receipts_hold_against_the_published_key_and_no_other_content(told: SimpleNamespace) -> None:
    receipts = [told.left["receipt"], *(item["receipt"] for item in told.started["items"])]
    assert all(told.foshan.receipt_holds(receipt) for receipt in receipts)
    assert not told.foshan.receipt_holds(receipts[0] | {"sequence": receipts[0]["sequence"] + 1})
    sequences = {item["receipt"]["sequence"] for batch in (told.started, *told.others) for item in batch["items"]}
    assert len(sequences) == PLACED + 27


def test_a_partner_sees_its_own_people_alone_and_masked(told: SimpleNamespace) -> None:
    own = told.foshan.partner.do("GET", "/v1/placements?limit=200", on=AFTER)["items"]
    assert {each["id"] for each in own} >= set(told.foshan.placements.values())
    assert all(re.fullmatch(r"5226\*{10}\d{3}[\dX]", each["id_number"]) for each in own)
    number = people.id_number(FIRST_TRAINEE + BY_FACTS)
    found = told.foshan.partner.do("POST", "/v1/placements:lookup", on=AFTER, json={"id_numbers": [number]})["items"]
    assert found[0]["placement_ids"] == [told.foshan.placements[BY_FACTS]]
    other = told.foshan.another_office()
    assert other.do("GET", "/v1/placements", on=AFTER)["items"] == [] == other.do("GET", "/v1/orders", on=AFTER)["items"]
    assert other.ask("GET", f"/v1/placements/{told.foshan.placements[BY_FACTS]}", on=AFTER).status_code == 404
    assert other.do("POST", "/v1/placements:lookup", on=AFTER, json={"id_numbers": [number]})["items"][0]["trainee_id"] is None
    assert other.ask("GET", f"/v1/trainees/{told.foshan.trainees[0]}", on=AFTER).status_code in (403, 404)


def test_the_monthly_sheet_is_read_as_a_clerk_would_and_again_unchanged(told: SimpleNamespace) -> None:
    on_an_order = [row for row in TRUTH if row["on_an_order"]]
    assert len(told.electricians) == len(on_an_order) == 23
    summaries = [(each["summary"]["created"], each["summary"]["unchanged"], each["summary"]["rejected"]) for each in told.sheets]
    assert summaries == [(23, 0, 3), (0, 23, 3)]
    for sheet in told.sheets:
        assert [(fault["row"], fault["code"]) for fault in sheet["errors"]] == [
            (row["row"], "not_on_order") for row in TRUTH if not row["on_an_order"]
        ]
    rows = open_book((SAMPLES / MONTHLY).read_bytes(), MONTHLY).sheets[0].rows
    numbers = [rows[row["row"] - 1].text(2) for row in on_an_order]
    found = told.foshan.partner.do("POST", "/v1/placements:lookup", on=AFTER, json={"id_numbers": numbers})["items"]
    for row, (placement_id,) in zip(on_an_order, (each["placement_ids"] for each in found), strict=True):
        placement = told.foshan.partner.do("GET", f"/v1/placements/{placement_id}", on=AFTER)
        assert (placement["started_on"], placement["left_on"]) == (row["started_on"], row["left_on"]), row


# The board, the overviews


def test_the_board_counts_it_and_each_link_lists_exactly_what_was_counted(told: SimpleNamespace) -> None:
    conftest.until(lambda: _line(told, "brand.rongwan.placed")["numerator"] == PLACED + 1)
    conftest.until(lambda: _line(told, "four.technician.certified")["numerator"] >= CLASS_PASSED + 1)
    conftest.until(lambda: _line(told, "enterprise.workers")["numerator"] == WORKERS)
    board = told.job.officer.do("GET", f"/v1/plans/kaili-2024/progress?as_of={PLAN_END}&by=institution", on=AFTER)
    assert board["complete"]
    lines = {line["code"]: line for line in board["lines"]}
    of_school = {code: _of(lines[code], told.foshan.institution_id) for code in ("four.technician.certified", "four.technician.employed")}
    assert of_school["four.technician.certified"] == (CLASS_PASSED + 1, TRAINED)
    assert of_school["four.technician.employed"] == (PLACED + 1, PLACED + 1)  # the others' six months are still open
    assert (lines["enterprise.filings"]["numerator"], lines["enterprise.filings"]["denominator"]) == (1, 1)
    assert (lines["brand.rongwan"]["numerator"], lines["brand.rongwan"]["status"]) == (1, "met")
    assert (lines["brand.rongwan.placed"]["numerator"], lines["brand.rongwan.placed"]["denominator"]) == (PLACED + 1, TRAINED)
    assert lines["brand.foshan.retained"]["numerator"] == LEAVER  # the one told fact by fact and the nine others
    for line in lines.values():
        if line["records"] is not None and line["numerator"] is not None:
            assert _count(told.job.officer, line["records"]) == line["numerator"], line["code"]


def test_the_board_of_an_earlier_day_does_not_know_what_came_later(told: SimpleNamespace) -> None:
    earlier = {day: _line(told, "brand.foshan.retained", day)["numerator"] for day in ("2025-11-29", DUE_ON)}
    assert earlier == {"2025-11-29": 0, DUE_ON: LEAVER}
    assert _line(told, "brand.rongwan", "2025-08-07")["numerator"] == 0


def test_every_event_that_was_told_is_a_webhook_of_the_document(told: SimpleNamespace) -> None:
    types, path = set[str](), "/v1/changes?limit=1000"
    while (batch := told.job.admin.do("GET", path, on=AFTER))["items"]:
        types |= {event["type"] for event in batch["items"]}
        path = f"/v1/changes?limit=1000&after={batch['next']}"
    document = told.job.public.do("GET", "/openapi.json", on=AFTER)
    assert len(types) >= 20 and not types - document["webhooks"].keys()


def test_an_overview_gathers_the_services_and_names_the_one_that_is_away(stack: Stack, told: SimpleNamespace) -> None:
    trainee = f"/v1/trainees/{told.foshan.trainees[BY_FACTS]}/overview"
    overview = told.job.officer.do("GET", trainee, on=AFTER)
    data = {service: section["data"] for service, section in overview["sections"].items()}
    assert overview["complete"] and len(data) == 4
    counts = [
        len(data[service][name]["items"])
        for service, name in (("registry", "enrolments"), ("evaluation", "certificates"), ("eastwest", "placements"))
    ]
    assert counts == [1, 1, 1]
    stack.kill("evaluation")
    try:
        for path in (trainee, f"/v1/classes/{told.foshan.class_id}/overview", f"/v1/institutions/{told.half.enterprise_id}/overview"):
            overview = told.job.officer.do("GET", path, on=AFTER)
            statuses = {service: section["status"] for service, section in overview["sections"].items()}
            assert not overview["complete"] and statuses.pop("evaluation") == "unavailable" and set(statuses.values()) == {"ok"}
            assert overview["sections"]["evaluation"]["problem"]["code"] and "data" not in overview["sections"]["evaluation"]
        board = told.job.officer.do("GET", f"/v1/plans/kaili-2024/progress?as_of={PLAN_END}", on=AFTER)
        assert (board["complete"], board["unavailable"]) == (False, ["evaluation"])
        assert told.job.officer.do("GET", "/v1/worklist", on=AFTER)["services"]["evaluation"] == "unavailable"
    finally:
        stack.restart("evaluation")
        conftest.until(
            lambda: told.job.officer.ask("GET", "/v1/certificates?limit=1", on=AFTER).status_code == 200
        )  # not asked for a moment yet


def _line(told: SimpleNamespace, code: str, as_of: str = PLAN_END) -> Any:
    board = told.job.officer.do("GET", f"/v1/plans/kaili-2024/progress?as_of={as_of}", on=AFTER)
    return next(line for line in board["lines"] if line["code"] == code)


def _of(line: Any, institution_id: str) -> tuple[int, int]:
    return next((row["numerator"], row["denominator"]) for row in line["breakdown"] if row["code"] == institution_id)


def _count(reader: Person, link: str) -> int:
    """The rows of the list, page by page."""
    rows: set[str] = set()
    cursor: str | None = ""
    while cursor is not None:
        answer = reader.do("GET", f"{link}&cursor={cursor}" if cursor else link, on=AFTER)
        rows |= {row["id"] for row in answer["items"]}
        cursor = answer["next_cursor"]
    return len(rows)
