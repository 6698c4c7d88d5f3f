"""Changing, merging, revealing and correcting a trainee."""

import json
from typing import Any

import pytest
from sqlalchemy import text

from shared import db
from tests.conftest import Start, both_ciphers, version_of
from tests.registry.invented import LONG, PAN, YANG, made, trainee

SCHOOL, OTHER_SCHOOL = db.new_id(), db.new_id()


async def test_a_change_honours_the_version_it_is_given_and_raises_it(start: Start) -> None:
    async with start("registry") as registry:
        officer = registry.as_("officer")
        path = f"/v1/trainees/{(await made(officer, '/v1/trainees', trainee()))['id']}"
        assert version_of(await officer.patch(path, json={"name": "杨秀"})) == 2
        changed = await officer.patch(path, json={"name": "杨英", "phone": None}, headers={"If-Match": '"2"'})
        assert (changed.status_code, version_of(changed)) == (200, 3)
        assert (changed.json()["name"], changed.json()["phone"], changed.json()["region_code"]) == ("杨英", None, "522601100")
        assert (await officer.patch(path, json={"name": "杨"}, headers={"If-Match": '"1"'})).json()["code"] == "stale_version"


async def test_earlier_names_are_kept_and_found(start: Start) -> None:
    async with start("registry") as registry:
        officer = registry.as_("officer")
        kept = await made(officer, "/v1/trainees", trainee())
        path = f"/v1/trainees/{kept['id']}"
        for name in ("杨英", "杨秀英", "买买提.艾力"):
            assert (await officer.patch(path, json={"name": name})).status_code == 200
        assert ((await officer.get(path)).json()["name"], (await officer.get(path)).json()["earlier_names"]) == (
            "买买提·艾力",
            ["杨秀英", "杨英"],
        )
        for parameters in ({"name": "杨英"}, {"q": "秀英"}, {"name": "买买提‧"}):
            assert [each["id"] for each in (await officer.get("/v1/trainees", params=parameters)).json()["items"]] == [kept["id"]]
        assert (await officer.get("/v1/trainees", params={"name": "艾力杨"})).json()["items"] == []
        school = registry.as_("institution", institution_id=OTHER_SCHOOL)
        named = await school.post("/v1/trainees:lookup", json={"id_numbers": [YANG], "names": ["杨英"]})
        assert named.json()["items"][0]["id"] == kept["id"]


async def test_categories_are_replaced_and_raise_the_version_even_within_one_instant(start: Start) -> None:
    async with start("registry") as registry:
        officer = registry.as_("officer", at="2025-04-08T09:00:00+08:00")
        path = f"/v1/trainees/{(await made(officer, '/v1/trainees', trainee()))['id']}"
        new = {"categories": [{"code": "veteran", "since_on": "2020-01-01", "until_on": "2024-12-31", "proof": "退字1号"}]}
        changed = await officer.patch(path, json=new, headers={"If-Match": '"1"'})
        assert (changed.json()["categories"], changed.json()["version"]) == (new["categories"], 2)


@pytest.mark.parametrize(
    ("change", "code", "pointer"),
    [
        pytest.param({"name": ""}, "name_missing", "/name", id="empty-name"),
        pytest.param({"name": "杨\u200b英"}, "invalid_name", "/name", id="a-name-with-what-cannot-be-seen"),
        pytest.param({"name": f"杨英{PAN}"}, "invalid_name", "/name", id="a-name-with-a-number"),
        pytest.param({"name": None}, "invalid_value", "/name", id="null-name"),
        pytest.param({"region_code": "1"}, "unknown_region", "/region_code", id="region"),
        pytest.param({"id_number": "110105194912310021"}, "invalid_id_number", "/id_number", id="number"),
        pytest.param({"employer_id": str(db.new_id())}, "unknown_employer", "/employer_id", id="employer"),
        pytest.param({"status": "paid"}, "unknown_field", "/status", id="unknown-field"),
        pytest.param({"sex": "male"}, "unknown_field", "/sex", id="derived"),
    ],
)
async def test_a_faulty_change_is_refused(start: Start, change: dict[str, Any], code: str, pointer: str) -> None:
    async with start("registry") as registry:
        officer = registry.as_("officer")
        path = f"/v1/trainees/{(await made(officer, '/v1/trainees', trainee()))['id']}"
        answer = await officer.patch(path, json=change, headers={"If-Match": '"1"'})
        assert (answer.status_code, [(fault["code"], fault["pointer"]) for fault in answer.json()["errors"]]) == (422, [(code, pointer)])


async def test_an_officer_corrects_a_number_and_what_it_says(start: Start) -> None:
    async with start("registry") as registry:
        officer = registry.as_("officer")
        kept = await made(officer, "/v1/trainees", trainee(YANG))
        await made(officer, "/v1/trainees", trainee(LONG))
        path = f"/v1/trainees/{kept['id']}"
        taken = await officer.patch(path, json={"id_number": LONG}, headers={"If-Match": '"1"'})
        assert (taken.status_code, taken.json()["code"]) == (409, "duplicate_trainee")
        changed = (await officer.patch(path, json={"id_number": PAN}, headers={"If-Match": '"1"'})).json()
        assert (changed["id_number"], changed["sex"]) == ("5226**********0025", "female")
        revealed = await officer.post(f"{path}:reveal", json={"reason": "核对"})
        assert revealed.json()["id_number"] == PAN


async def test_a_school_changes_whom_it_registered_and_asks_for_corrections_of_others(start: Start) -> None:
    async with start("registry") as registry:
        school, other = registry.as_("institution", institution_id=SCHOOL), registry.as_("institution", institution_id=OTHER_SCHOOL)
        kept = await made(school, "/v1/trainees", trainee())
        path, if_match = f"/v1/trainees/{kept['id']}", {"If-Match": '"1"'}
        assert (await other.patch(path, json={"name": "潘"}, headers=if_match)).status_code == 404
        await other.post("/v1/trainees:lookup", json={"id_numbers": [YANG], "names": ["杨秀英"]})
        assert (await other.patch(path, json={"bank_account": "6217001234567894321"}, headers=if_match)).status_code == 403
        actions = {each["action"]: each for each in (await other.get(path)).json()["allowed_actions"]}
        assert not actions["change"]["allowed"] and actions["change"]["why_not"]["code"] == "forbidden"
        assert (await school.patch(path, json={"id_number": PAN}, headers=if_match)).status_code == 403
        assert (await school.patch(path, json={"name": "潘秀英"}, headers=if_match)).json()["name"] == "潘秀英"


async def test_a_merged_trainee_is_gone_and_says_where_to(start: Start) -> None:
    async with start("registry") as registry:
        officer, school = registry.as_("officer"), registry.as_("institution", institution_id=SCHOOL)
        old = await made(school, "/v1/trainees", trainee(YANG, categories=[{"code": "veteran", "since_on": "2020-01-01"}]))
        stays = await made(officer, "/v1/trainees", trainee(PAN))
        merged = await officer.post(f"/v1/trainees/{old['id']}:merge", json={"into": stays["id"]})
        assert (merged.status_code, merged.json()["id"], merged.json()["version"]) == (200, stays["id"], 2)
        assert [each["code"] for each in merged.json()["categories"]] == ["veteran", "rural_transfer_worker"]
        gone = await school.get(f"/v1/trainees/{old['id']}")
        assert (gone.status_code, gone.json()["code"], gone.json()["merged_into"]) == (410, "trainee_merged", stays["id"])
        assert (await school.get(f"/v1/trainees/{stays['id']}")).status_code == 200
        assert [each["id"] for each in (await officer.get("/v1/trainees")).json()["items"]] == [stays["id"]]
        assert (await registry.as_("person", trainee_id=old["id"]).get(f"/v1/trainees/{stays['id']}")).status_code == 200
        feed = (await registry.as_("auditor").get("/v1/changes")).json()["items"]
        [tombstone] = [each for each in feed if each["type"] == "trainee.merged"]
        assert (tombstone["subject"], tombstone["data"]["merged_into"]) == (old["id"], stays["id"])
        assert (await officer.post(f"/v1/trainees/{old['id']}:merge", json={"into": stays["id"]})).status_code == 410
        assert (await officer.patch(f"/v1/trainees/{old['id']}", json={"name": "杨"}, headers={"If-Match": "*"})).status_code == 410


async def test_merging_again_leaves_one_hop(start: Start) -> None:
    async with start("registry") as registry:
        officer = registry.as_("officer")
        first, second, third = [(await made(officer, "/v1/trainees", trainee(number)))["id"] for number in (YANG, PAN, LONG)]
        await officer.post(f"/v1/trainees/{first}:merge", json={"into": second})
        await officer.post(f"/v1/trainees/{second}:merge", json={"into": third})
        assert {(await officer.get(f"/v1/trainees/{each}")).json()["merged_into"] for each in (first, second)} == {third}


@pytest.mark.parametrize("into", ["itself", "unknown", "merged"])
async def test_one_cannot_be_merged_into_nobody(start: Start, into: str) -> None:
    async with start("registry") as registry:
        officer = registry.as_("officer")
        one, other, third = [(await made(officer, "/v1/trainees", trainee(number)))["id"] for number in (YANG, PAN, LONG)]
        await officer.post(f"/v1/trainees/{other}:merge", json={"into": third})
        target = {"itself": one, "unknown": str(db.new_id()), "merged": other}[into]
        answer = await officer.post(f"/v1/trainees/{one}:merge", json={"into": target})
        assert (answer.status_code, answer.json()["errors"][0]["code"], answer.json()["errors"][0]["pointer"]) == (
            422,
            "unknown_trainee",
            "/into",
        )


async def test_a_number_is_revealed_with_a_reason_on_the_trail_and_never_stored(start: Start) -> None:
    async with start("registry") as registry:
        officer = registry.as_("officer")
        kept = await made(officer, "/v1/trainees", trainee(bank_account="6217001234567894321"))
        path = f"/v1/trainees/{kept['id']}:reveal"
        revealed = await registry.as_("auditor").post(path, json={"reason": "核对账号"}, headers={"Idempotency-Key": "k"})
        assert revealed.json() == {
            "id": kept["id"],
            "name": "杨秀英",
            "id_number": YANG,
            "phone": "13885501234",
            "bank_account": "6217001234567894321",
        }
        assert revealed.headers["cache-control"] == "no-store"
        entry = (await registry.as_("auditor").get("/v1/audit", params={"subject": kept["id"]})).json()["items"][0]
        assert (entry["action"], entry["role"], entry["details"]["reason"]) == ("trainee.revealed", "auditor", "核对账号")
        assert (await officer.post(path, json={})).status_code == 422
        assert (await registry.as_("institution", institution_id=SCHOOL).post(path, json={"reason": "看"})).status_code == 403
        async with registry.kernel.reading() as session:
            assert await session.scalar(text("SELECT count(*) FROM idempotency_keys")) == 0


@both_ciphers
async def test_history_tells_who_changed_what_from_what_to_what(start: Start, cipher: str) -> None:
    async with start("registry", cipher=cipher) as registry:
        officer = registry.as_("officer", name="王经办")
        kept = await made(officer, "/v1/trainees", trainee())
        await officer.patch(f"/v1/trainees/{kept['id']}", json={"phone": "13885509999"}, headers={"If-Match": '"1"'})
        first = (await officer.get(f"/v1/trainees/{kept['id']}/history", params={"limit": 1})).json()
        [told] = first["items"]
        assert (told["action"], told["actor_name"], told["details"]) == ("trainee.changed", "王经办", {"version": 2, "fields": ["phone"]})
        assert told["changes"] == [{"field": "phone", "old": "138****1234", "new": "138****9999"}]
        rest = (await officer.get(f"/v1/trainees/{kept['id']}/history", params={"cursor": first["next_cursor"]})).json()
        assert ([each["action"] for each in rest["items"]], rest["next_cursor"]) == (["trainee.registered"], None)
        assert (await registry.as_("institution", institution_id=SCHOOL).get(f"/v1/trainees/{kept['id']}/history")).status_code == 404


async def test_a_trainee_is_shown_as_known_on_a_day(start: Start) -> None:
    async with start("registry") as registry:
        first, second, third = (registry.as_("officer", at=f"2025-04-0{day}T09:00:00+08:00") for day in (1, 2, 3))
        kept = await made(first, "/v1/trainees", trainee())
        path = f"/v1/trainees/{kept['id']}"
        since = [{"code": "rural_transfer_worker", "since_on": "2023-01-01"}]
        assert (await second.patch(path, json={"name": "杨英", "categories": since})).status_code == 200
        batch = await third.post("/v1/trainees:batch", json={"items": [trainee(name="杨英", education="初中", phone="13900001111")]})
        assert batch.json()["summary"]["updated"] == 1

        async def as_of(day: str) -> dict[str, Any]:
            answer = await third.get(path, params={"as_of": day})
            assert answer.status_code == 200, answer.text
            found: dict[str, Any] = answer.json()
            return found

        stood = await as_of("2025-04-01")
        assert {name: stood[name] for name in kept} == kept | {"version": 3}
        changed = await as_of("2025-04-02")
        assert (changed["name"], changed["earlier_names"], changed["education"]) == ("杨英", ["杨秀英"], None)
        assert (changed["categories"][0]["since_on"], changed["phone"]) == ("2023-01-01", "138****1234")
        today = await as_of("2025-04-03")
        assert (today["education"], today["phone"]) == ("初中", "139****1111")
        assert (await third.get(path, params={"as_of": "2025-03-31"})).status_code == 404
        [batched, *_] = (await third.get(f"{path}/history")).json()["items"]
        assert (batched["source"], [each["field"] for each in batched["changes"]]) == ("批量登记", ["categories", "education", "phone"])


async def test_a_correction_is_asked_for_and_accepted(start: Start) -> None:
    async with start("registry") as registry:
        officer = registry.as_("officer")
        kept = await made(officer, "/v1/trainees", trainee())
        path = f"/v1/trainees/{kept['id']}/corrections"
        person = registry.as_("person", trainee_id=kept["id"])
        asked = await made(person, path, {"field": "phone", "proposed": "13900001111", "reason": "换号"})
        assert (asked["status"], asked["proposed"]) == ("open", "139****1111")
        accepted = await officer.post(f"{path}/{asked['id']}:accept", json={"comment": "已核"})
        assert (accepted.json()["status"], accepted.json()["decision_reason"]) == ("accepted", "已核")
        assert (await person.get(f"/v1/trainees/{kept['id']}")).json()["phone"] == "139****1111"
        assert [each["status"] for each in (await person.get(path)).json()["items"]] == ["accepted"]
        assert (await officer.post(f"{path}/{asked['id']}:reject", json={"reason": "晚了"})).json()["code"] == "correction_decided"


async def test_a_rejected_correction_changes_nothing(start: Start) -> None:
    async with start("registry") as registry:
        officer = registry.as_("officer")
        kept = await made(officer, "/v1/trainees", trainee())
        path = f"/v1/trainees/{kept['id']}/corrections"
        town = registry.as_("town", region_code="522601100")
        asked = await made(town, path, {"field": "id_number", "proposed": PAN, "reason": "抄错"})
        assert asked["proposed"] == "5226**********0025"
        asked = await made(town, path, {"field": "bank_account", "proposed": "6222020000000017", "reason": "换卡"})
        assert asked["proposed"] == "6222********0017"
        assert (await town.post(f"{path}/{asked['id']}:accept", json={})).status_code == 403
        assert (await officer.post(f"{path}/{asked['id']}:reject", json={"reason": "证件无误"})).json()["status"] == "rejected"
        assert (await officer.get(f"/v1/trainees/{kept['id']}")).json()["version"] == 1
        assert (
            await officer.post(f"/v1/trainees/{db.new_id()}/corrections/{asked['id']}:reject", json={"reason": "无"})
        ).status_code == 404


@pytest.mark.parametrize(
    ("field", "proposed", "code"),
    [
        pytest.param("phone", "12", "invalid_phone", id="phone"),
        pytest.param("id_number", "110105194912310021", "invalid_id_number", id="number"),
        pytest.param("retirement_track", "female_60", "invalid_value", id="track"),
        pytest.param("version", "1", "invalid_value", id="not-a-field"),
    ],
)
async def test_a_correction_that_could_not_be_made_is_refused_at_once(start: Start, field: str, proposed: str, code: str) -> None:
    async with start("registry") as registry:
        kept = await made(registry.as_("officer"), "/v1/trainees", trainee())
        person = registry.as_("person", trainee_id=kept["id"])
        answer = await person.post(f"/v1/trainees/{kept['id']}/corrections", json={"field": field, "proposed": proposed, "reason": "错"})
        assert (answer.status_code, answer.json()["errors"][0]["code"]) == (422, code)


@both_ciphers
async def test_a_ciphertext_moved_to_another_row_cannot_be_read(start: Start, cipher: str) -> None:
    async with start("registry", cipher=cipher) as registry:
        officer = registry.as_("officer")
        one, other = [(await made(officer, "/v1/trainees", trainee(number)))["id"] for number in (YANG, PAN)]
        async with registry.kernel.engine.begin() as connection:
            await connection.execute(
                text("UPDATE trainees SET id_number = (SELECT id_number FROM trainees WHERE id = :one) WHERE id = :other"),
                {"one": one, "other": other},
            )
        answer = await officer.post(f"/v1/trainees/{other}:reveal", json={"reason": "核对"})
        assert (answer.status_code, answer.json()["code"]) == (500, "internal")
        assert YANG not in answer.text
        assert (await officer.post(f"/v1/trainees/{one}:reveal", json={"reason": "核对"})).json()["id_number"] == YANG


@both_ciphers
async def test_no_number_is_kept_or_logged_in_the_clear(start: Start, cipher: str, capsys: pytest.CaptureFixture[str]) -> None:
    async with start("registry", cipher=cipher) as registry:
        officer = registry.as_("officer")
        kept = await made(officer, "/v1/trainees", trainee(bank_account="6217001234567894321"))
        await officer.post("/v1/trainees", json=trainee(), headers={"Idempotency-Key": "k"})
        await officer.post(f"/v1/trainees/{kept['id']}:reveal", json={"reason": f"核对 {YANG}"})
        await officer.post(
            "/v1/trainees:batch", json={"items": [trainee(), trainee("110105194912310021")]}, headers={"Idempotency-Key": "b"}
        )
        async with registry.kernel.reading() as session:
            tables = ("trainees", "trainee_categories", "trainee_corrections", "audit", "changes", "idempotency_keys")
            rows = [row for table in tables for row in await session.scalars(text(f"SELECT t::text FROM {table} t"))]
            bodies = list(await session.scalars(text("SELECT convert_from(body, 'UTF8') FROM idempotency_keys")))
        everything = json.dumps(rows + bodies, ensure_ascii=False) + capsys.readouterr().out
        assert len(bodies) == 1  # the refused post kept nothing
        for number in (YANG, "13885501234", "6217001234567894321", "110105194912310021"):
            assert number not in everything and number.encode().hex() not in everything
