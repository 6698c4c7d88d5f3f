"""People who may be registered twice are found as they come in, and an officer's verdict is remembered."""

import asyncio
import re
from typing import Any

import httpx
import pytest
from sqlalchemy import text
from sqlalchemy.dialects.postgresql import asyncpg

from services.registry.codes import DuplicateGround
from services.registry.people.duplicates import job, operations
from services.registry.people.trainees.tables import Trainee
from shared import db
from tests.conftest import Start
from tests.registry.invented import id_number, made, trainee

ONE = trainee(id_number(1, "19850612"), name="杨秀英", phone="13885501234")


async def open_pairs(client: httpx.AsyncClient, **parameters: str) -> list[dict[str, Any]]:
    answer = await client.get("/v1/trainees:possible-duplicates", params=parameters)
    assert answer.status_code == 200, answer.text
    found: list[dict[str, Any]] = answer.json()["items"]
    return found


@pytest.mark.parametrize(
    ("other", "grounds"),
    [
        pytest.param({"id_number": id_number(2, "19850612"), "phone": None}, ["name_and_birth"], id="name-and-birth-date"),
        pytest.param({"id_number": id_number(2, "19850612"), "name": "杨 秀 英"}, ["name_and_birth", "phone"], id="the-phone-as-well"),
        pytest.param({"id_number": id_number(2, "19850612"), "name": "杨秀瑛"}, ["phone"], id="phone-and-birth-date"),
        pytest.param({"id_number": id_number(1, "19850613"), "phone": None}, ["number"], id="one-digit-of-the-number"),
        pytest.param({"id_number": id_number(1, "19850623"), "phone": None}, None, id="two-digits-of-the-number"),
        pytest.param({"id_number": id_number(1, "19850613"), "phone": None, "name": "杨秀瑛"}, None, id="one-digit-and-another-name"),
        pytest.param({"id_number": id_number(2, "19850612"), "phone": None, "name": "杨秀瑛"}, None, id="the-birth-date-alone"),
        pytest.param({"id_number": id_number(2, "19700101"), "name": "龙阿妹"}, None, id="the-phone-of-the-house"),
    ],
)
async def test_who_may_be_one_is_found(start: Start, other: dict[str, Any], grounds: list[str] | None) -> None:
    async with start("registry") as registry:
        officer = registry.as_("officer")
        first, second = await made(officer, "/v1/trainees", ONE), await made(officer, "/v1/trainees", ONE | other)
        pairs = await open_pairs(officer)
        assert [(set(each["trainee_ids"]), each["grounds"]) for each in pairs] == (
            [({first["id"], second["id"]}, grounds)] if grounds else []
        )
        waiting = (await officer.get("/v1/worklist")).json()["items"]
        assert [(each["kind"], each["action"]) for each in waiting] == ([("duplicate_found", "decide-duplicate")] if grounds else [])
        assert "13885501234" not in str(pairs) + str(waiting)


async def test_a_verdict_is_remembered_and_joins_nobody(start: Start) -> None:
    async with start("registry") as registry:
        officer = registry.as_("officer", name="王经办")
        items = [ONE, ONE | {"id_number": id_number(2, "19850612")}, ONE | {"id_number": id_number(3, "19850612")}]
        told = (await officer.post("/v1/trainees:batch", json={"items": items})).json()
        one, other, third = [each["id"] for each in told["items"]]
        assert len(await open_pairs(officer)) == 3
        body = {"trainee_ids": [other, one], "verdict": "different", "reason": "同名两人,已核对身份证"}
        decided = (await officer.post("/v1/trainees:decide-duplicate", json=body)).json()
        assert (decided["verdict"], decided["decided_by_name"], set(decided["trainee_ids"])) == ("different", "王经办", {one, other})
        await officer.patch(f"/v1/trainees/{one}", json={"phone": "13900001111"})
        assert len(await open_pairs(officer)) == 2
        assert [each["id"] for each in await open_pairs(officer, verdict="different")] == [decided["id"]]
        same = {"trainee_ids": [one, third], "verdict": "same", "reason": "同一人"}
        assert (await officer.post("/v1/trainees:decide-duplicate", json=same)).status_code == 200
        assert (await officer.get(f"/v1/trainees/{third}")).status_code == 200
        assert [set(each["trainee_ids"]) for each in await open_pairs(officer)] == [{other, third}]
        await officer.post(f"/v1/trainees/{third}:merge", json={"into": one})
        assert await open_pairs(officer) == []
        history = (await officer.get(f"/v1/trainees/{one}/history")).json()["items"]
        assert "trainee.duplicate_decided" in {each["action"] for each in history}


async def test_who_was_registered_before_there_were_keys_is_found_too(start: Start, monkeypatch: pytest.MonkeyPatch) -> None:
    """A few people at a time, until nobody is without."""
    monkeypatch.setattr(job, "PEOPLE_A_STEP", 2)
    monkeypatch.setattr(job, "PAUSE_SECONDS", 0)
    async with start("registry") as registry:
        officer = registry.as_("officer")
        permit = {"id_type": "foreign_permanent_residence", "id_number": "FRA110099012345", "sex": "male", "birth_on": "1985-06-12"}
        people = [ONE, ONE | {"id_number": id_number(1, "19850613"), "phone": None}, ONE | permit]
        first, digit_apart, foreigner = [(await made(officer, "/v1/trainees", each))["id"] for each in people]
        async with registry.superuser() as connection:
            await connection.execute(text("DELETE FROM possible_duplicates"))
            await connection.execute(text("UPDATE trainees SET phone_key = NULL, number_frame_key = NULL"))
        assert await open_pairs(officer) == []
        await asyncio.wait_for(job.find_among_known(registry.kernel), 30)
        found = {frozenset(each["trainee_ids"]): each["grounds"] for each in await open_pairs(officer)}
        assert found == {frozenset([first, digit_apart]): ["number"], frozenset([first, foreigner]): ["name_and_birth", "phone"]}
        async with registry.superuser() as connection:
            left = await connection.scalar(text("SELECT count(*) FROM trainees WHERE phone IS NOT NULL AND phone_key IS NULL"))
        assert left == 0


@pytest.mark.parametrize("ground", DuplicateGround)
def test_who_shares_a_ground_is_found_in_the_order_of_its_index_alone(ground: DuplicateGround) -> None:
    """Where the planner takes the table for empty (a large sheet was tried, its rows were cleared away), what is sorted by the id alone, or equal in what
    comes before it, is found along the primary key: each row of the next sheet costs all rows, and the sheet fails."""
    common = operations.COMMON[ground]
    assert (*common, "id") in [tuple(each.name for each in index.columns) for index in db.table(Trainee).indexes]
    asked = re.sub(r"trainees_\d*[02468]\.", "", str(operations.PAIRS.compile(dialect=asyncpg.dialect())))
    assert f" ({', '.join(common)}) BETWEEN (" in asked and f"ORDER BY {', '.join(common)}, id \n LIMIT" in asked


@pytest.mark.parametrize("ids", ["twice-the-same", "unknown"])
async def test_a_pair_is_two_people(start: Start, ids: str) -> None:
    async with start("registry") as registry:
        officer = registry.as_("officer")
        one = (await made(officer, "/v1/trainees", ONE))["id"]
        body = {
            "trainee_ids": [one, one if ids == "twice-the-same" else "01932f6e-7c1a-7000-8000-000000000001"],
            "verdict": "same",
            "reason": "同",
        }
        answer = await officer.post("/v1/trainees:decide-duplicate", json=body)
        assert (answer.status_code, answer.json()["errors"][-1]["pointer"]) == (422, "/trainee_ids/1")


async def test_the_facts_of_a_person_are_shown_to_those_who_may(start: Start) -> None:
    async with start("registry") as registry:
        officer = registry.as_("officer")
        kept = await made(officer, "/v1/trainees", ONE)
        fact = {"id_number": ONE["id_number"], "status": "employee_pension", "from_on": "2025-01-01", "source": "州社保局"}
        other = fact | {"id_number": id_number(7)}
        assert (await officer.post("/v1/status-records:batch", json={"items": [fact, other]})).status_code == 207
        path = f"/v1/trainees/{kept['id']}/status-facts"
        for client in (officer, registry.as_("person", trainee_id=kept["id"])):
            [shown] = (await client.get(path)).json()["items"]
            assert (shown["status"], shown["from_on"], shown["source"]) == ("employee_pension", "2025-01-01", "州社保局")
        assert (await officer.get(path, params={"status": "deceased"})).json()["items"] == []
        town = registry.as_("town", region_code=kept["region_code"])
        assert (await town.get(path)).status_code == 403
