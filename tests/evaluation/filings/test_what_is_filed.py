"""What a filing may say: what exists, who is who, for how long, and one in force at a time; and whose cards the register knows."""

from typing import Any

import pytest

from tests.conftest import Start
from tests.evaluation import made
from tests.evaluation.made import World, done, fault_codes, refused, world

HOUSEKEEPER = "4-10-01-06"  # has no level one
TOP = {"occupation_code": HOUSEKEEPER, "levels": ["technician", "senior_technician"]}


async def tried(w: World, **changed: Any) -> list[tuple[str, str]]:
    return fault_codes(await refused(w.enterprise().post("/v1/filings", json=made.filing(**changed)), 422, "invalid"))


async def test_everything_that_does_not_exist_is_named_at_once(start: Start) -> None:
    async with world(start) as w:
        scope = [{"occupation_code": "9-99-99-99", "levels": ["junior"]}, TOP]
        materials = [{"name": "考务管理办法", "file_id": made.some_id()}]
        one = [{"name": "吴考评", "card": "KP-001"}]
        staff = {"managers": one, "assessors": one, "supervisors": [{"name": "吴考评", "card": "DD-001"}]}
        assert await tried(w, scope=scope, materials=materials, staff=staff) == [
            ("level_not_in_occupation", "/scope/1/levels/1"),
            ("person_in_two_teams", "/staff/assessors/0"),
            ("person_in_two_teams", "/staff/supervisors/0"),
            ("unknown_file", "/materials/0/file_id"),
            ("unknown_occupation", "/scope/0/occupation_code"),
        ]
        apart = [{"name": "吴考评", "card": card, "trainee_id": made.some_id()} for card in ("JB-001", "KP-001", "DD-001")]
        namesakes = dict(zip(("managers", "assessors", "supervisors"), ([each] for each in apart), strict=True))
        await done(w.enterprise().post("/v1/filings", json=made.filing(staff=namesakes)))


async def test_a_level_of_its_own_posts_warns_with_a_reason_and_is_for_own_workers_alone(start: Start) -> None:
    async with world(start) as w:
        own = made.filing(scope=[TOP | {"reason": "本单位设首席管家岗位"}])
        paper = await done(w.enterprise().post("/v1/filings", json=own))
        assert [(each["code"], each["pointer"]) for each in paper["warnings"]] == [("level_outside_standard", "/scope/0/levels/1")]
        faults = await tried(w, **own | {"body_class": "S", "number_prefix": None})
        assert faults == [("level_not_in_occupation", "/scope/0/levels/1")]
        headers = {"If-Match": f'"{paper["version"]}"'}
        problem = await refused(w.enterprise().patch(f"/v1/filings/{paper['id']}", json={"scope": [TOP]}, headers=headers), 422, "invalid")
        assert fault_codes(problem) == [("level_not_in_occupation", "/scope/0/levels/1")]


async def test_an_enterprise_may_file_for_anyone_and_has_one_filing_of_a_class_in_force(start: Start) -> None:
    async with world(start) as w:
        first = await w.filing()
        assert first["body_class"] == "Y"
        social = await w.filing(body_class="S", number_prefix=None)
        assert social["body_class"] == social["number_prefix"][0] == "S"
        handed_in = await w.filing("submitted", number_prefix=None)  # said when it is handed in, and not only when it is decided
        [warned] = handed_in["warnings"]
        assert warned["code"] == "filing_in_force" and first["number"] in warned["detail"] and "2026-01-01" in warned["detail"]
        second = await w.act(handed_in, "check", {}, "2025-01-02")
        path, headers = f"/v1/filings/{second['id']}:accept", {"If-Match": f'"{second["version"]}"'}
        last_day = made.acceptance(valid_from_on="2025-12-31", valid_until_on="2026-12-31")
        problem = await refused(w.reviewer().post(path, json=last_day, headers=headers), 409, "filing_in_force")
        assert problem["existing_id"] == first["id"]
        day_after = made.acceptance(valid_from_on="2026-01-01", valid_until_on="2026-12-31")
        accepted = await done(w.reviewer().post(path, json=day_after, headers=headers))
        assert (accepted["status"], accepted["warnings"]) == ("accepted", [])
        w.enterprise_id = await w.institution("assessment_organisation")
        assert await tried(w, body_class="Y", number_prefix=None) == [("body_class_not_of_kind", "/body_class")]


@pytest.mark.parametrize(
    ("first", "last", "faults"),
    [
        ("2022-01-02", "2028-01-02", []),
        ("2022-01-01", "2025-12-31", [("validity_too_long", "/valid_from_on")]),
        ("2025-01-02", "2028-01-03", [("validity_too_long", "/valid_until_on")]),
        ("2025-03-10", "2028-03-10", []),
        ("2096-01-01", "2099-01-01", [("validity_too_long", "/valid_from_on")]),
    ],
)
async def test_the_days_lie_within_three_years_of_the_decision(start: Start, first: str, last: str, faults: list[Any]) -> None:
    async with world(start) as w:
        checked = await w.filing("checked")
        headers = {"If-Match": f'"{checked["version"]}"'}
        body = made.acceptance(valid_from_on=first, valid_until_on=last)
        answer = await w.reviewer("2025-01-02").post(f"/v1/filings/{checked['id']}:accept", json=body, headers=headers)
        assert (fault_codes(answer.json()) if answer.is_error else []) == faults, answer.text


async def test_a_refusal_says_why_and_a_renewal_is_no_longer_than_a_filing(start: Start) -> None:
    async with world(start) as w:
        checked = await w.filing("checked")
        headers = {"If-Match": f'"{checked["version"]}"'}
        silent = made.acceptance()
        silent["granted"] = [each | {"reason": None} for each in silent["granted"]]
        asked = w.reviewer().post(f"/v1/filings/{checked['id']}:accept", json=silent, headers=headers)
        assert fault_codes(await refused(asked, 422, "invalid")) == [("missing_field", "/granted/1/reason")]
        accepted = await w.act(checked, "accept", made.acceptance(), "2025-01-02")
        path, headers = f"/v1/filings/{accepted['id']}:renew", {"If-Match": f'"{accepted["version"]}"'}
        asked = w.reviewer("2025-11-01").post(path, json={"valid_until_on": "2029-01-01"}, headers=headers)
        assert fault_codes(await refused(asked, 422, "invalid")) == [("validity_too_long", "/valid_until_on")]


async def test_the_checklist_shows_what_is_missing_and_stops_nothing(start: Start) -> None:
    async with world(start) as w:
        paper = await w.filing("draft")
        missing = [each["name"] for each in paper["checklist"] if not each["submitted"]]
        assert missing == ["经办制度", "考评人员管理", "督导管理", "证书管理"]
        assert not any(each["required"] for each in paper["checklist"])
        names = ["经办人员工作制度", "考务管理办法", "考评员管理办法", "质量督导办法", "等级证书管理办法"]
        change = {"materials": [{"name": each} for each in names]}
        headers = {"If-Match": f'"{paper["version"]}"'}
        whole = await done(w.enterprise().patch(f"/v1/filings/{paper['id']}", json=change, headers=headers))
        assert all(each["submitted"] for each in whole["checklist"])


async def test_people_of_the_teams_are_replaced_from_a_day_on(start: Start) -> None:
    async with world(start) as w:
        filing = await w.filing()
        path = f"/v1/filings/{filing['id']}/staff"
        fresh = [{"name": "杨考评", "card": "KP-009"}]
        changed = await done(w.enterprise("2025-06-21").post(path, json={"assessors": fresh, "reason": "吴考评离职"}))
        assert [each["card"] for each in changed["staff"]["assessors"]] == ["KP-009"] and changed["staff"]["managers"]
        assert [each["until_on"] for each in changed["staff_history"]] == ["2025-06-20"]
        for held_on, card, status in (
            ("2025-06-20", "KP-001", 201),
            ("2025-06-20", "KP-009", 422),
            ("2025-06-21", "KP-009", 201),
            ("2025-06-21", "KP-001", 422),
        ):
            body = made.assessment(filing["id"], [await w.worker(int(card[-1]) + 10 * int(held_on[-1]))], held_on=held_on, assessors=[card])
            answer = await w.enterprise("2025-06-20").post("/v1/assessments", json=body)
            assert answer.status_code == status, (held_on, card, answer.text)
        taken = [{"name": "杨考评", "card": "DD-009"}]
        problem = await refused(w.enterprise("2025-06-22").post(path, json={"supervisors": taken}), 422, "invalid")
        assert fault_codes(problem) == [("person_in_two_teams", "/supervisors/0")]


async def test_the_register_learns_of_the_teams_and_knows_whose_card_holds_no_more(start: Start) -> None:
    async with world(start) as w:
        filing = await w.filing("draft")
        listed = (await done(w.officer().get("/v1/examiners")))["items"]
        assert {(each["card"], each["verified"]) for each in listed} == {(card, False) for card in CARDS}
        card = {"card": "KP-001", "name": "吴考评", "teams": ["assessors"], "valid_until_on": "2025-06-19"}
        kept = await done(w.officer().post("/v1/examiners", json=card))
        assert kept["verified"] and kept["id"] in {each["id"] for each in listed}
        again = await refused(w.officer().post("/v1/examiners", json=card | {"name": "吴老三"}), 409, "duplicate_examiner")
        assert again["existing_id"] == kept["id"]
        assert await tried(w) == [("card_invalid", "/staff/assessors/0/card")]
        change = {"assessors": [{"name": "吴考评", "card": "KP-001"}]}
        problem = await refused(w.enterprise().post(f"/v1/filings/{filing['id']}/staff", json=change), 422, "invalid")
        assert fault_codes(problem) == [("card_invalid", "/assessors/0/card")]
        await done(w.officer().patch(f"/v1/examiners/{kept['id']}", json={"valid_until_on": "2025-06-20"}))
        await done(w.enterprise().post("/v1/filings", json=made.filing()))
        drawn = await done(w.enterprise().post("/v1/filings", json=made.filing()))
        checked = await w.act(await w.act(drawn, "submit"), "check")
        again = await done(w.enterprise().post("/v1/filings", json=made.filing()))
        excluded = await done(w.officer().post(f"/v1/examiners/{kept['id']}:exclude", json={"reason": "参与舞弊"}))
        for client, paper, action, body in (
            (w.enterprise(), again, "submit", {}),
            (w.reviewer(), checked, "accept", made.acceptance(valid_until_on="2027-12-31")),
        ):
            tried_late = client.post(f"/v1/filings/{paper['id']}:{action}", json=body, headers={"If-Match": "*"})
            assert fault_codes(await refused(tried_late, 422, "invalid")) == [("card_invalid", "/staff/assessors/0/card")]
        assert not excluded["usable"] and await tried(w) == [("card_invalid", "/staff/assessors/0/card")]
        await refused(w.officer().post(f"/v1/examiners/{kept['id']}:exclude", json={"reason": "再次"}), 409, "invalid_state")
        assert (await done(w.officer().post(f"/v1/examiners/{kept['id']}:reinstate", json={"reason": "查无实据"})))["usable"]


CARDS = ("JB-001", "KP-001", "KP-002", "DD-001", "DD-002")


async def test_a_body_sees_verified_examiners_and_those_it_named(start: Start) -> None:
    async with world(start) as w:
        await w.filing("draft")
        other = w.enterprise(institution_id=await w.institution())
        assert (await done(other.get("/v1/examiners")))["items"] == []
        one = await done(w.officer().post("/v1/examiners", json={"card": "KP-001", "name": "吴考评"}))
        assert [each["id"] for each in (await done(other.get("/v1/examiners?verified=true")))["items"]] == [one["id"]]
        assert len((await done(w.enterprise().get("/v1/examiners")))["items"]) == len(CARDS)
        await refused(w.enterprise().post("/v1/examiners", json={"card": "KP-008", "name": "杨考评"}), 403, "wrong_role")


async def test_what_rests_on_a_filing_is_shown_before_it_is_suspended_or_revoked(start: Start) -> None:
    async with world(start) as w, start("subsidy") as subsidy, start("eastwest") as eastwest:
        filing, workers = await w.filing(), [await w.worker(n) for n in range(3)]
        await w.batch(filing["id"], workers[:2], "issued")
        waiting = await w.batch(filing["id"], workers[2:], "locked")
        headers = {"If-Match": f'"{filing["version"]}"'}
        for action in ("suspend", "revoke"):
            path = f"/v1/filings/{filing['id']}:{action}"
            alone = await done(w.reviewer().post(f"{path}?preview=true", headers=headers))
            assert (alone["complete"], alone["certificates"], alone["open_amount"]) == (False, 2, None)
            assert [each["id"] for each in alone["batches"]] == [waiting["id"]]
            assert fault_codes(await refused(w.reviewer().post(path, headers=headers), 422, "invalid")) == [("missing_field", "/reason")]
        w.evaluation.knows(subsidy)
        w.evaluation.knows(eastwest)
        whole = await done(w.reviewer().post(f"{path}?preview=true", headers=headers, json={}))
        assert (whole["complete"], whole["open_amount"], whole["claims"], whole["placements"]) == (True, "0.00", [], [])
        assert (await done(w.reviewer().get(f"/v1/filings/{filing['id']}")))["status"] == "accepted"
        suspended = await done(w.reviewer().post(f"/v1/filings/{filing['id']}:suspend", headers=headers, json={"reason": "整改"}))
        headers = {"If-Match": f'"{suspended["version"]}"'}
        await refused(w.reviewer().post(f"/v1/filings/{filing['id']}:suspend?preview=true", headers=headers), 409, "invalid_state")
