"""Filings over their routes: from draft to accepted and on, what each state and role allows, who sees what, the coverage."""

import asyncio
from typing import Any

import pytest

from services.evaluation.codes import FilingStatus
from services.evaluation.filings import policy
from shared.access import ROLES
from tests.conftest import Start, version_of
from tests.evaluation import made
from tests.evaluation.made import done, fault_codes, refused, world


async def test_an_enterprise_files_and_the_bureau_decides(start: Start) -> None:
    async with world(start) as w:
        answer = await w.enterprise("2025-01-02").post("/v1/filings", json=made.filing())
        assert answer.status_code == 201 and version_of(answer) == 1
        paper = answer.json()
        assert answer.headers["location"] == f"/v1/filings/{paper['id']}"
        assert paper["number"].startswith("KL-BA-2025-") and paper["institution_id"] == w.enterprise_id and paper["status"] == "draft"
        assert {each["action"] for each in paper["allowed_actions"] if each["allowed"]} == {"edit", "staff", "submit"}
        patch = {"If-Match": '"1"'}
        changed = await done(w.enterprise().patch(f"/v1/filings/{paper['id']}", json={"materials": [{"name": "考场清单"}]}, headers=patch))
        assert changed["materials"][0]["name"] == "考场清单" and changed["scope"] == paper["scope"]
        for action in ("submit", "check", "accept"):
            changed = await w.act(changed, action, made.BODIES.get(action), "2025-01-02")
        assert (changed["status"], changed["valid_until_on"]) == ("accepted", "2025-12-31")
        assert [(each["level"], each["decision"], each["from_on"]) for each in changed["granted"]] == [
            ("junior", "granted", "2025-01-01"),
            ("intermediate", "refused", "2025-01-01"),
        ]
        auditor = w.evaluation.as_("auditor")
        trail = (await auditor.get("/v1/audit", params={"subject": paper["id"]})).json()["items"]
        assert [each["action"] for each in reversed(trail)] == [
            f"filing.{done_}" for done_ in ("created", "changed", "submitted", "checked", "accepted")
        ]
        feed = (await auditor.get("/v1/changes")).json()["items"]
        assert [each["type"] for each in feed][-1] == "filing.accepted" and feed[-1]["data"]["status"] == "accepted"


@pytest.mark.parametrize("status", FilingStatus)
async def test_every_state_and_role_allows_exactly_its_actions(start: Start, status: str) -> None:
    day = "2026-01-01" if status == "expired" else "2025-11-01"
    async with world(start) as w:
        paper = await w.filing(status)
        for role in ROLES:
            person = {"institution_id": w.enterprise_id} if role == "institution" else {}
            client = w.evaluation.as_(role, at=made.at(day), **person)
            allowed = {}
            if role in ("institution", "officer", "reviewer"):
                shown = await done(client.get(f"/v1/filings/{paper['id']}"))
                assert shown["status"] == status
                allowed = {each["action"]: each["allowed"] for each in shown["allowed_actions"]}
            for step in policy.STEPS:
                action = step.action
                possible = role in step.roles and status in step.states and action != "acknowledge"  # nothing is flagged of its work
                if role in ("institution", "officer", "reviewer"):
                    assert allowed[action] is possible, (role, action)
                if possible:
                    continue
                headers = {"If-Match": f'"{paper["version"]}"'}
                if action == "edit":
                    answer = await client.patch(f"/v1/filings/{paper['id']}", json={}, headers=headers)
                elif action == "staff":
                    answer = await client.post(f"/v1/filings/{paper['id']}/staff", json={}, headers=headers)
                else:
                    answer = await client.post(f"/v1/filings/{paper['id']}:{action}", json=made.BODIES.get(action, {}), headers=headers)
                expected = (409, "invalid_state") if role in step.roles else (403, "wrong_role")
                assert (answer.status_code, answer.json()["code"]) == expected, (role, action, answer.text)


async def test_a_decision_needs_the_version_it_is_about(start: Start) -> None:
    async with world(start) as w:
        paper = await w.filing("submitted")
        await refused(w.officer().post(f"/v1/filings/{paper['id']}:check"), 428, "if_match_required")
        await refused(w.officer().post(f"/v1/filings/{paper['id']}:check", headers={"If-Match": '"1"'}), 412, "stale_version")


async def test_checking_and_accepting_are_two_persons_work(start: Start) -> None:
    async with world(start) as w:
        paper = await w.filing("checked")
        same, headers = w.reviewer(person_id=made.OFFICER), {"If-Match": f'"{paper["version"]}"'}
        shown = await done(same.get(f"/v1/filings/{paper['id']}"))
        why_not = {each["action"]: each["why_not"] for each in shown["allowed_actions"]}
        assert why_not["accept"]["code"] == "same_person" and why_not["return"] is None
        await refused(same.post(f"/v1/filings/{paper['id']}:accept", json=made.acceptance(), headers=headers), 409, "same_person")


async def test_a_returned_filing_is_checked_anew(start: Start) -> None:
    async with world(start) as w:
        paper = await w.filing("returned")
        assert paper["status_reason"] == "材料不全"
        paper = await w.act(paper, "submit")
        assert paper["status_reason"] is None
        headers = {"If-Match": f'"{paper["version"]}"'}
        await refused(w.reviewer().post(f"/v1/filings/{paper['id']}:accept", json=made.acceptance(), headers=headers), 409, "invalid_state")


async def test_every_fault_of_an_acceptance_comes_at_once(start: Start) -> None:
    async with world(start) as w:
        paper = await w.filing("checked")
        welder = {"occupation_code": made.WELDER, "level": "junior", "decision": "granted"}
        body = {"valid_from_on": "2025-12-31", "valid_until_on": "2025-12-30", "granted": [welder, welder]}
        headers = {"If-Match": f'"{paper["version"]}"'}
        problem = await refused(w.reviewer().post(f"/v1/filings/{paper['id']}:accept", json=body, headers=headers), 422, "invalid")
        assert fault_codes(problem) == [
            ("not_in_filed_scope", "/granted/0"),
            ("not_in_filed_scope", "/granted/1"),
            ("repeated_entry", "/granted/1"),
            ("scope_entry_undecided", "/granted"),
            ("scope_entry_undecided", "/granted"),
            ("validity_reversed", "/valid_until_on"),
        ]


@pytest.mark.parametrize("team", ["managers", "assessors", "supervisors"])
async def test_each_team_needs_at_least_one_person(start: Start, team: str) -> None:
    async with world(start) as w:
        problem = await refused(w.enterprise().post("/v1/filings", json=made.filing(staff=made.staff(**{team: []}))), 422, "invalid")
        assert [each["pointer"] for each in problem["errors"]] == [f"/staff/{team}"]


async def test_what_does_not_fit_a_filing_is_refused_at_once(start: Start) -> None:
    async with world(start) as w:
        scope = [{"occupation_code": made.ELECTRICIAN, "levels": ["junior", "junior"]}]
        cards = made.staff(assessors=[{"name": "甲", "card": "K"}, {"name": "乙", "card": "K"}])
        body = made.filing(scope=scope, staff=cards, number_prefix="S000052000123")
        problem = await refused(w.enterprise().post("/v1/filings", json=body), 422, "invalid")
        assert fault_codes(problem) == [
            ("number_prefix_letter", "/number_prefix"),
            ("repeated_entry", "/scope/0/levels/1"),
            ("repeated_entry", "/staff/assessors/1/card"),
        ]
        for prefix in ("X000052000123", "Y000044000123", "Y00005200012", "Y0000520001234"):
            await refused(w.enterprise().post("/v1/filings", json=made.filing(number_prefix=prefix)), 422, "invalid")


async def test_only_bodies_that_may_assess_file_and_only_for_themselves(start: Start) -> None:
    async with world(start) as w:
        school = await w.institution("private_school")
        problem = await refused(w.enterprise(institution_id=school).post("/v1/filings", json=made.filing()), 422, "invalid")
        assert fault_codes(problem) == [("kind_cannot_file", "/institution_id")]
        await refused(w.enterprise().post("/v1/filings", json=made.filing(institution_id=school)), 403, "forbidden")
        social = await w.institution("assessment_organisation")
        answer = await done(w.enterprise(institution_id=social).post("/v1/filings", json=made.filing(number_prefix="S000052000123")))
        assert answer["institution_kind"] == "assessment_organisation"


async def test_a_prefix_belongs_to_one_body_and_is_handed_out_where_none_was_given(start: Start) -> None:
    async with world(start) as w:
        first = await w.filing()
        again = await w.filing(number_prefix=None, accepted=made.acceptance(valid_from_on="2026-01-01", valid_until_on="2026-12-31"))
        assert first["number_prefix"] == again["number_prefix"] == made.PREFIX
        w.enterprise_id = await w.institution()
        assert (await w.filing(number_prefix=None))["number_prefix"] == "Y000052000124"
        taken = await w.filing("checked")
        headers = {"If-Match": f'"{taken["version"]}"'}
        await refused(
            w.reviewer().post(f"/v1/filings/{taken['id']}:accept", json=made.acceptance(), headers=headers), 409, "number_prefix_taken"
        )


@pytest.mark.parametrize(("day", "status"), [("2025-09-30", 409), ("2025-10-01", 200), ("2025-12-31", 200), ("2026-01-01", 409)])
async def test_a_filing_is_renewed_in_its_last_three_months(start: Start, day: str, status: int) -> None:
    async with world(start) as w:
        paper = await w.filing()
        headers = {"If-Match": f'"{paper["version"]}"'}
        answer = await w.reviewer(day).post(f"/v1/filings/{paper['id']}:renew", json={"valid_until_on": "2028-12-31"}, headers=headers)
        assert answer.status_code == status, answer.text


async def test_a_renewal_ends_later_than_before(start: Start) -> None:
    async with world(start) as w:
        paper = await w.filing()
        headers = {"If-Match": f'"{paper["version"]}"'}
        asked = w.reviewer("2025-11-01").post(f"/v1/filings/{paper['id']}:renew", json={"valid_until_on": "2025-12-31"}, headers=headers)
        assert fault_codes(await refused(asked, 422, "invalid")) == [("validity_reversed", "/valid_until_on")]


async def test_an_extension_adds_from_today_and_keeps_the_last_day(start: Start) -> None:
    async with world(start) as w:
        paper = await w.filing()
        more = [
            {"occupation_code": made.WELDER, "level": "junior", "decision": "granted"},
            {"occupation_code": made.ELECTRICIAN, "level": "intermediate", "decision": "granted"},
        ]
        extended = await w.act(paper, "extend-scope", {"granted": more}, "2025-05-01")
        assert extended["valid_until_on"] == "2025-12-31"
        assert {(each["occupation_code"], each["level"], each["decision"], each["from_on"]) for each in extended["granted"]} == {
            (made.ELECTRICIAN, "junior", "granted", "2025-01-01"),
            (made.WELDER, "junior", "granted", "2025-05-01"),
            (made.ELECTRICIAN, "intermediate", "granted", "2025-05-01"),
        }
        headers = {"If-Match": f'"{extended["version"]}"'}
        asked = w.reviewer().post(f"/v1/filings/{paper['id']}:extend-scope", json={"granted": more[:1]}, headers=headers)
        assert fault_codes(await refused(asked, 422, "invalid")) == [("already_granted", "/granted/0")]


async def test_a_filing_is_seen_by_its_own_institution_and_by_staff(start: Start) -> None:
    async with world(start) as w:
        paper = await w.filing("draft", external_refs=[{"system": "省平台", "number": "GZ-77"}])
        other = w.enterprise(institution_id=await w.institution())
        await refused(other.get(f"/v1/filings/{paper['id']}"), 404, "not_found")
        assert (await done(other.get("/v1/filings")))["items"] == []
        await refused(w.evaluation.as_("finance").get("/v1/filings"), 403, "wrong_role")  # it sees claims and funds
        for role in ("officer", "reviewer", "auditor"):
            assert len((await done(w.evaluation.as_(role).get("/v1/filings")))["items"]) == 1
        assert len((await done(w.evaluation.as_("system", scopes={"filings.read"}).get("/v1/filings")))["items"]) == 1
        await refused(w.evaluation.as_("system", scopes={"claims.read"}).get("/v1/filings"), 403, "missing_scope")
        for filters, found in (
            ({"status": "draft"}, 1),
            ({"status": "accepted"}, 0),
            ({"external_number": "GZ-77"}, 1),
            ({"external_number": "GZ-78"}, 0),
        ):
            assert len((await done(w.officer().get("/v1/filings", params=filters)))["items"]) == found


async def test_the_list_finds_by_the_state_of_the_day(start: Start) -> None:
    async with world(start) as w:
        await w.filing()
        for day, status, found in (("2025-12-31", "accepted", 1), ("2026-01-01", "accepted", 0), ("2026-01-01", "expired", 1)):
            assert len((await done(w.officer(day).get("/v1/filings", params={"status": status})))["items"]) == found


async def test_coverage_is_filed_of_above_scale_enterprises_on_the_day(start: Start) -> None:
    async with world(start) as w:
        await w.institution()
        await w.institution(above_scale=False)
        await w.institution("cooperative")
        paper = await w.filing()
        other = await w.filing(number_prefix=None, body_class="S")
        for on, filed in (("2024-12-31", 0), ("2025-01-01", 1), ("2025-12-31", 1), ("2026-01-01", 0)):
            answer = await done(w.officer().get("/v1/filings/coverage", params={"on": on}))
            assert (answer["filed"], answer["eligible"], answer["rate"]) == (filed, 2, filed / 2)
        by_id = {each["institution_id"]: each["filing_id"] for each in answer["enterprises"]}
        assert by_id[w.enterprise_id] is None
        asked = {
            "as_of": "2025-06-30",
            "by": "region",
            "countings": [{"key": "k", "measure": "filings_coverage", "from_on": "2024-01-01", "to_on": "2025-12-31"}],
        }
        counted = await done(w.evaluation.internal("gateway").post("/internal/v1/counts", json=asked))
        tally = counted["counts"][0]["tallies"][0]
        assert (tally["numerator"], tally["denominator"]) == (1, 2)
        assert counted["counts"][0]["groups"] == [{"code": "522601100", "numerator": 1, "denominator": 2}]
        await refused(w.enterprise().get("/v1/filings/coverage"), 403, "wrong_role")
        assert paper["status"] == "accepted"
        for each in (paper, other):
            now = each
            for step, day in (("suspend", "2025-06-01"), ("reinstate", "2025-07-01"), ("revoke", "2025-09-01")):
                now = await w.act(now, step, {"reason": "弄虚作假"}, day)
        for on, filed in (("2025-05-31", 1), ("2025-06-01", 0), ("2025-06-30", 0), ("2025-07-01", 1), ("2025-08-31", 1), ("2025-09-01", 0)):
            assert (await done(w.officer("2025-09-01").get("/v1/filings/coverage", params={"on": on})))["filed"] == filed


async def test_without_the_registry_a_coverage_is_no_number(start: Start) -> None:
    async with start("evaluation") as evaluation:
        answer = await evaluation.as_("officer").get("/v1/filings/coverage")
        assert answer.status_code in (502, 503, 504)


async def test_two_decisions_at_once_take_effect_once(start: Start) -> None:
    async with world(start) as w:
        paper = await w.filing("checked")
        headers = {"If-Match": f'"{paper["version"]}"'}
        clients = [w.reviewer(), w.reviewer(person_id=made.some_id())]
        answers = await asyncio.gather(
            *(client.post(f"/v1/filings/{paper['id']}:accept", json=made.acceptance(), headers=headers) for client in clients)
        )
        assert sorted(answer.status_code for answer in answers) == [200, 412]


async def test_what_would_be_refused_is_known_beforehand(start: Start) -> None:
    """The same code and text beforehand as in the answer: renewing too early, issuing before the exam or outside the filing, locking unsupervised."""
    async with world(start) as w:

        async def beforehand(client: Any, path: str, action: str, body: Any, version: int) -> tuple[str, str]:
            [told] = [each for each in (await done(client.get(path)))["allowed_actions"] if each["action"] == action]
            answer = (await client.post(f"{path}:{action}", json=body, headers={"If-Match": f'"{version}"'})).json()
            assert told["allowed"] is False and told["why_not"] == {"code": answer["code"], "detail": answer["detail"]}
            return action, answer["code"]

        filing = await w.filing()
        path, renewal = f"/v1/filings/{filing['id']}", made.BODIES["renew"]
        assert await beforehand(w.reviewer("2025-09-30"), path, "renew", renewal, filing["version"]) == ("renew", "renewal_too_early")
        worker = await w.worker(1)
        unsupervised = await w.batch(filing["id"], [worker])
        path = f"/v1/assessments/{unsupervised['id']}"
        assert await beforehand(w.enterprise(), path, "lock", {}, unsupervised["version"]) == ("lock", "supervision_missing")
        locked = await w.batch(filing["id"], [worker], "locked")
        path = f"/v1/assessments/{locked['id']}"
        for day, code in (("2025-06-19", "invalid_state"), ("2026-01-01", "out_of_scope")):
            assert await beforehand(w.enterprise(day), path, "issue", {}, locked["version"]) == ("issue", code)
