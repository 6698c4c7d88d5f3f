"""Who sees which claims, how they are found, replayed, appealed against and counted."""

from typing import Any

import pytest
from sqlalchemy import text, update

from services.subsidy.claims.tables import Claim
from services.subsidy.codes import FindingCode
from services.subsidy.schemes import reading
from shared import county, db, errors
from tests.conftest import Start
from tests.subsidy.claims.world import IN_MAY, a_person, a_world, codes, key


async def test_an_institution_sees_its_own_claims_and_the_office_all(start: Start) -> None:
    async with a_world(start) as world:
        claim = await world.draft(world.open_class([a_person()]))
        path = f"/v1/claims/{claim['id']}"
        for role in ("institution", "officer", "reviewer", "finance", "auditor"):
            assert (await world.as_(role).get(path)).status_code == 200, role
            assert len((await world.as_(role).get("/v1/claims")).json()["items"]) == 1, role
        strangers: list[tuple[str, dict[str, Any]]] = [
            ("institution", {"institution_id": str(db.new_id())}),
            ("person", {"trainee_id": str(db.new_id())}),
            ("town", {"region_code": "522601100"}),
        ]
        for role, bound in strangers:
            unknown, hidden = [await world.as_(role, **bound).get(f"/v1/claims/{each}") for each in (db.new_id(), claim["id"])]
            assert (hidden.status_code, hidden.json()["code"], hidden.json()["detail"]) == (404, "not_found", unknown.json()["detail"])
            assert (await world.as_(role, **bound).get("/v1/claims")).json()["items"] == []
            assert (await world.as_(role, **bound).get("/v1/statistics/claims")).json()["claims"] == 0
        for role in ("partner", "department", "admin"):
            assert (await world.as_(role).get(path)).status_code == 403, role
        assert (await world.as_("system", scopes={"claims.read"}).get(path)).status_code == 200
        assert (await world.as_("system", scopes={"funds.read"}).get(path)).json()["code"] == "missing_scope"
        other = world.as_("institution", institution_id=str(db.new_id()))
        assert (await other.post(f"{path}:submit", headers=key() | {"If-Match": '"1"'})).status_code == 404


async def test_what_became_of_a_claim_is_told_step_by_step(start: Start) -> None:
    async with a_world(start) as world:
        claim = await world.bring_to("reviewed", world.open_class([a_person()]))
        await world.step("reviewer", "return", claim, {"reason": "材料不全,请补充签到表。"})
        path = f"/v1/claims/{claim['id']}/history"
        told = (await world.as_("auditor").get(path)).json()["items"]
        assert [(each["action"], each["role"], each["reason"]) for each in told] == [
            ("claim.returned", "reviewer", "材料不全,请补充签到表。"),
            ("claim.reviewed", "officer", "材料齐全"),
            ("claim.submitted", "institution", None),
            ("claim.created", "institution", None),
        ]
        moved = [[(each["field"], each["old"], each["new"]) for each in entry["changes"]] for entry in told[:3]]
        assert moved == [[("status", "reviewed", "returned")], [("status", "submitted", "reviewed")], [("status", "draft", "submitted")]]
        assert (await world.as_("institution", institution_id=str(db.new_id())).get(path)).json()["code"] == "not_found"


async def test_every_filter_finds_what_it_says(start: Start) -> None:
    async with a_world(start) as world:
        person = a_person()
        class_id = world.open_class([person, a_person()])
        refs = [{"system": "省平台", "number": "GZ-1"}]
        claim = await world.draft(class_id, external_refs=refs)
        await world.step("institution", "withdraw", claim)
        await world.draft(world.open_class([a_person()], starts_on="2025-04-09"))
        officer = world.as_("officer")
        finds: dict[str, Any] = {
            "status": "withdrawn",
            "class_id": class_id,
            "number": claim["number"],
            "external_number": "GZ-1",
            "external_system": "省平台",
            "q": claim["number"][3:],
            "trainee_id": person["trainee_id"],
        }
        for name, value in finds.items():
            items = (await officer.get("/v1/claims", params={name: value})).json()["items"]
            assert [item["id"] for item in items] == [claim["id"]], name
            theirs = [(line["trainee_id"], line["verdict"], line["amount"]) for line in items[0]["lines"] or []]
            assert theirs == ([(person["trainee_id"], "eligible", "180.00")] if name == "trainee_id" else [])
        both = {
            "kind": "training",
            "scheme": "agricultural_short",
            "institution_id": world.school_id,
            "fund_id": world.fund_id,
            "from_on": "2025-05-06",
            "to_on": "2025-05-06",
        }
        for part in ("SQ-2025", "合作社", "蓝莓", "PX-2025-000001"):  # the claim's own number, the institution, the class and its number
            found = (await officer.get("/v1/claims", params=both | {"include_total": True, "q": part})).json()
            assert found["total"] == 2, part
        assert (await officer.get("/v1/claims", params={"q": "辣椒"})).json()["items"] == []
        nothing = {
            "kind": "placement",
            "scheme": "project",
            "institution_id": str(db.new_id()),
            "fund_id": str(db.new_id()),
            "from_on": "2025-05-07",
            "to_on": "2025-05-05",
        }
        for name, value in nothing.items():
            assert (await officer.get("/v1/claims", params={name: value})).json()["items"] == [], name
        assert (await officer.get("/v1/claims", params={"status": "lost"})).status_code == 400
        either = (await officer.get("/v1/claims?status=withdrawn&status=draft&sort=created_at")).json()["items"]
        assert [item["status"] for item in either] == ["withdrawn", "draft"]
        unsortable = (await officer.get("/v1/claims?sort=applicant")).json()
        assert (unsortable["code"], unsortable["parameter"]) == ("invalid_parameter", "sort")
        first = (await officer.get("/v1/claims", params={"limit": 1})).json()
        assert [
            item["id"] for item in (await officer.get("/v1/claims", params={"limit": 1, "cursor": first["next_cursor"]})).json()["items"]
        ] == [claim["id"]]
        earlier = world.as_("institution", at="2025-05-05T09:00:00+08:00")
        made_last = await earlier.post("/v1/claims", json=world.body(world.open_class([a_person()], starts_on="2025-04-14")), headers=key())
        by_days = [(await officer.get("/v1/claims", params={name: "2025-05-05"})).json()["items"] for name in ("from_on", "to_on")]
        assert [[item["id"] for item in items][-1] for items in by_days] == [made_last.json()["id"]] * 2, "from the newest of the days on"
        assert [len(items) for items in by_days] == [3, 1]


async def test_a_replay_with_stored_facts_gives_what_was_judged_then(start: Start) -> None:
    async with a_world(start) as world:
        young, old = a_person(), a_person(birth_on="1950-01-01")
        claim = await world.bring_to("submitted", world.open_class([young, old]))
        young["half_days"] = young["half_days"][:2]
        auditor, path = world.as_("auditor"), f"/v1/claims/{claim['id']}:replay"
        world.asked.clear()
        stored = (await auditor.get(path)).json()
        assert set(world.asked) == {"/internal/v1/names"}, "stored facts ask nobody for facts"
        assert (stored["same"], stored["now"]) == (True, stored["then"])
        current = (await auditor.get(path, params={"facts": "current"})).json()
        assert (current["same"], current["then"]["amount"], current["now"]["amount"]) == (False, "180.00", "120.00")
        assert {line["trainee_id"]: line["same"] for line in current["lines"]} == {young["trainee_id"]: False, old["trainee_id"]: True}
        assert current["then"]["facts_hash"] != current["now"]["facts_hash"]
        before = await auditor.get(path, params={"rules_on": "2024-09-22"})
        assert (before.status_code, before.json()["code"]) == (422, "terms_missing")
        assert (await auditor.get(path, params={"rules_on": "2024-09-23"})).json()["same"] is True
        assert (await auditor.get(f"/v1/claims/{claim['id']}")).json()["version"] == claim["version"]


async def test_a_claim_judged_by_a_hash_of_before_is_replayed_by_the_same_block(start: Start) -> None:
    async with a_world(start) as world:
        claim = await world.bring_to("submitted", world.open_class([a_person()]))
        formers = reading.load(county.folder()).former_hashes["agricultural_short"]
        path = f"/v1/claims/{claim['id']}:replay"
        for kept, answered in (*((former, 200) for former in formers), ("0" * 64, 422)):
            async with world.subsidy.superuser() as connection:
                await connection.execute(text("SET LOCAL session_replication_role = replica"))
                await connection.execute(update(Claim).values(terms_hash=kept))
            answer = await world.as_("auditor").get(path)
            assert answer.status_code == answered
            if answered == 200:
                assert (answer.json()["same"], answer.json()["then"]["terms"]["hash"]) == (True, kept)
                assert answer.json()["now"]["terms"]["in_force_from"] == str(formers[kept])
                assert answer.json()["now"]["terms"]["hash"] == claim["terms"]["hash"] != kept


async def test_an_applicant_appeals_and_the_office_reads_it(start: Start) -> None:
    async with a_world(start) as world:
        person = a_person(birth_on="1950-01-01")
        draft = await world.draft(world.open_class([person]))
        school, path = world.as_("institution"), f"/v1/claims/{draft['id']}/appeals"
        assert (await school.post(path, json={"reason": "早"})).json()["code"] == "invalid_state"
        await world.step("institution", "submit", draft)
        made = await school.post(path, json={"reason": "出生日期登记有误。", "trainee_id": person["trainee_id"]})
        assert made.status_code == 201, made.text
        shown = {name: value for name, value in made.json().items() if name != "allowed_actions"}
        assert (await world.as_("reviewer").get(path)).json()["items"] == [shown]
        stranger = await school.post(path, json={"reason": "谁", "trainee_id": str(db.new_id())})
        assert [fault["code"] for fault in stranger.json()["errors"]] == ["unknown_trainee"]
        assert (await world.as_("officer").post(path, json={"reason": "不行"})).status_code == 403


async def test_claims_are_counted_by_scheme_and_status(start: Start) -> None:
    async with a_world(start) as world:
        await world.bring_to("submitted", world.open_class([a_person(), a_person()]))
        await world.draft(world.open_class([a_person()]))
        counted = (await world.as_("finance").get("/v1/statistics/claims")).json()
        assert (counted["claims"], counted["amount"]) == (2, "540.00")
        assert [(each["status"], each["claims"], each["amount"]) for each in counted["items"]] == [
            ("draft", 1, "180.00"),
            ("submitted", 1, "360.00"),
        ]


async def test_eligibility_is_judged_from_the_facts_sent_along(start: Start) -> None:
    async with a_world(start) as world:
        person, gone = a_person(birth_on="1950-01-01", outcome="enrolled"), a_person(outcome="withdrawn")
        made, people = world.classes[world.open_class([person, gone], status="approved")]
        facts = {"class": made, "lists_complete": [], "enrolments": people, "unknown_trainee_ids": []}
        answer = await world.subsidy.internal("registry").post(
            "/internal/v1/eligibility", json={"scheme": "agricultural_short", "facts": facts}, headers={"X-Server-Date": IN_MAY}
        )
        assert answer.status_code == 200, answer.text
        [line] = answer.json()["lines"]
        assert (line["trainee_id"], line["verdict"]) == (person["trainee_id"], "refused")
        assert set(codes(line)) == {"age_above_limit", "status_unverified"}
        assert (await world.as_("officer").post("/internal/v1/eligibility", json={})).status_code in (401, 403)


@pytest.mark.parametrize(
    ("status", "outcome", "verdict", "amount"),
    [
        pytest.param("approved", "enrolled", "eligible", "180.00", id="a-class-to-come-as-if-all-of-it-were-attended"),
        pytest.param("in_progress", "enrolled", "eligible", "180.00", id="a-class-under-way-too"),
        pytest.param("completed", "absent", "refused", "0.00", id="a-class-that-is-over-as-it-was"),
        pytest.param("cancelled", "enrolled", "refused", "0.00", id="a-class-that-will-not-be"),
    ],
)
async def test_eligibility_before_the_class_is_over_refuses_nobody_for_that(
    start: Start, status: str, outcome: str, verdict: str, amount: str
) -> None:
    async with a_world(start) as world:
        made, people = world.classes[world.open_class([a_person(outcome=outcome, half_days=[])], status=status)]
        facts = {"class": made, "lists_complete": [], "enrolments": people, "unknown_trainee_ids": []}
        asked = {"scheme": "agricultural_short", "facts": facts}
        answer = await world.subsidy.internal("registry").post("/internal/v1/eligibility", json=asked, headers={"X-Server-Date": IN_MAY})
        [line] = answer.json()["lines"]
        assert (line["verdict"], line["amount"]) == (verdict, amount)
        assert ("class_not_completed" in codes(line)) == (verdict == "refused")


@pytest.mark.parametrize("code", FindingCode)
async def test_every_finding_is_in_the_catalogue_with_cause_and_remedy(code: str) -> None:
    import services.subsidy.app  # noqa: F401

    entry = errors.CATALOGUE[code]
    assert entry.title and entry.title_en and entry.cause and entry.remedy


async def test_the_code_lists_speak_both_languages(start: Start) -> None:
    async with a_world(start) as world:
        lists = (await world.subsidy.as_("public").get("/v1/codes")).json()
        assert {"scheme", "claim_kind", "fund_source", "claim_status", "line_verdict", "finding_effect", "finding"} <= set(lists)
        assert all(entry["code"] and entry["label"] and entry["label_en"] for entries in lists.values() for entry in entries)
        assert len((await world.subsidy.as_("public").get("/version")).json()["policy_hash"]) == 64
