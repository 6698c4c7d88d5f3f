"""Facts from other offices: taken in once, brought up to date, kept without the person's number."""

import asyncio
from typing import Any

import httpx
import pytest
from sqlalchemy import text

from shared import db
from tests.conftest import Service, Start
from tests.registry import made as world
from tests.registry.invented import PAN, YANG, id_number

AT = "2025-04-08T09:00:00+08:00"
LIST = {"status": "employee_pension", "source": "凯里市社会保险事业局", "complete_from_on": "2025-01-01", "complete_to_on": "2025-06-30"}


def record(number: str = YANG, **changed: Any) -> dict[str, Any]:
    return {"id_number": number, "status": "employee_pension", "from_on": "2025-01-01", "source": "凯里市社会保险事业局"} | changed


async def trainee_of(registry: Service) -> str:
    body = {"name": "杨秀英", "id_number": YANG, "phone": None, "region_code": "522601100"}
    return str((await world.posted(registry.as_("officer", at=AT), "/v1/trainees", body, 201))["id"])


async def post(client: httpx.AsyncClient, *items: Any, **asked: str) -> dict[str, Any]:
    answer = await client.post("/v1/status-records:batch", json={"items": list(items), **asked})
    assert answer.status_code == 207, answer.text
    told: dict[str, Any] = answer.json()
    return told


async def test_facts_are_kept_once_also_of_people_not_registered(start: Start) -> None:
    async with start("registry") as registry:
        officer = registry.as_("officer", at=AT)
        items = [record(id_number(serial)) for serial in range(50)]
        first, again = await post(officer, *items), await post(officer, *items)
        assert (first["summary"]["created"], again["summary"]["unchanged"]) == (50, 50)
        assert [each["id"] for each in first["items"]] == [each["id"] for each in again["items"]]


async def test_a_new_last_day_brings_the_fact_up_to_date(start: Start) -> None:
    async with start("registry") as registry:
        officer = registry.as_("officer", at=AT)
        told = [
            await post(officer, record()),
            await post(officer, record(until_on="2025-03-31")),
            await post(officer, record(until_on="2025-03-31")),
            await post(officer, record(from_on="2025-04-01")),
            await post(officer, record(source="州社保局")),
            await post(officer, record(status="deceased")),
        ]
        assert [each["items"][0]["outcome"] for each in told] == ["created", "updated", "unchanged", "created", "created", "created"]
        assert told[0]["items"][0]["id"] == told[1]["items"][0]["id"]


async def test_faulty_facts_are_rejected_one_by_one(start: Start) -> None:
    async with start("registry") as registry:
        items = [
            record(),
            record(),
            record("110105194912310021"),
            record(PAN, until_on="2024-12-31"),
            record(status="rich"),
            record(from_on="2025-02-29"),
        ]
        told = await post(registry.as_("officer", at=AT), *items)
        assert [[(fault["code"], fault["pointer"]) for fault in each["errors"]] for each in told["items"]] == [
            [],
            [("duplicate_item", "/items/1/id_number")],
            [("invalid_id_number", "/items/2/id_number")],
            [("invalid_period", "/items/3/until_on")],
            [("invalid_value", "/items/4/status")],
            [("invalid_value", "/items/5/from_on")],
        ]


@pytest.mark.parametrize(
    ("said", "faults"),
    [
        pytest.param({"from_on": "2025-04-08"}, [], id="today"),
        pytest.param({"from_on": "2025-04-09"}, [("in_the_future", "/items/0/from_on")], id="tomorrow"),
        pytest.param({"until_on": "2025-02-01"}, [("invalid_value", "/items/0/until_on")], id="until-a-day"),
        pytest.param({"status": "employee_pension", "from_on": "2025-05-01"}, [], id="a-pension-may-be-told-ahead"),
    ],
)
async def test_a_death_has_been_and_does_not_end(start: Start, said: dict[str, str], faults: list[tuple[str, str]]) -> None:
    async with start("registry") as registry:
        [told] = (await post(registry.as_("officer", at=AT), record(**{"status": "deceased"} | said)))["items"]
        assert told["outcome"] == ("rejected" if faults else "created")
        assert [(each["code"], each["pointer"]) for each in told["errors"]] == faults


async def test_validating_keeps_nothing_and_all_keeps_all_or_nothing(start: Start) -> None:
    async with start("registry") as registry:
        officer = registry.as_("officer", at=AT)
        assert (await post(officer, record(), mode="validate"))["summary"]["created"] == 1
        refused = await officer.post("/v1/status-records:batch", json={"atomic": "all", "items": [record(), record("1")]})
        assert refused.status_code == 422
        assert (await post(officer, record()))["summary"]["created"] == 1
        assert (await post(officer))["items"] == []


async def test_the_same_list_sent_twice_at_once_is_kept_once(start: Start) -> None:
    async with start("registry") as registry:
        officer = registry.as_("officer", at=AT)
        items = [record(id_number(serial)) for serial in range(40)]
        told = await asyncio.gather(post(officer, *items), post(officer, *items[::-1]))
        assert sum(each["summary"]["created"] for each in told) == 40
        assert sum(each["summary"]["unchanged"] for each in told) == 40


async def test_neither_the_number_nor_its_mask_is_kept_or_listed(start: Start) -> None:
    async with start("registry") as registry:
        officer = registry.as_("officer", at=AT)
        await post(officer, record(), record(PAN, status="deceased"))
        listed = await registry.as_("auditor").get("/v1/status-records", params={"status": "deceased"})
        assert [each["status"] for each in listed.json()["items"]] == ["deceased"]
        assert set(listed.json()["items"][0]) == {
            "id",
            "status",
            "from_on",
            "until_on",
            "source",
            "received_at",
            "voided_at",
            "void_reason",
            "version",
        }
        async with registry.kernel.reading() as session:
            kept = str(list(await session.scalars(text("SELECT t::text FROM status_records t"))))
        assert not [told for number in (YANG, PAN) for told in (number, number.encode().hex()) if told in kept]


async def test_a_list_is_said_to_be_complete_once(start: Start) -> None:
    async with start("registry") as registry:
        officer = registry.as_("officer", at=AT)
        body = LIST
        first, again = await officer.post("/v1/status-lists", json=body), await officer.post("/v1/status-lists", json=body)
        assert (first.status_code, again.json()) == (201, first.json())
        assert first.json().items() >= body.items()
        kept = {name: value for name, value in first.json().items() if name != "touched"}
        assert (await officer.get("/v1/status-lists", params={"status": "employee_pension"})).json()["items"] == [kept]
        assert (await officer.get("/v1/status-lists", params={"status": "deceased"})).json()["items"] == []
        one_day = await officer.post("/v1/status-lists", json=body | {"complete_to_on": "2025-01-01"})
        assert one_day.status_code == 201
        assert (await officer.post("/v1/status-lists", json=body | {"complete_to_on": "2024-12-31"})).status_code == 422
        assert (await officer.post("/v1/status-lists", json=body | {"complete_to_on": "2025-12-31"})).status_code == 201
        of_next_year = (await officer.post("/v1/status-lists", json=body | {"complete_to_on": "2026-01-01"})).json()
        assert [(each["code"], each["pointer"]) for each in of_next_year["errors"]] == [("in_the_future", "/complete_to_on")]


@pytest.mark.parametrize(
    ("role", "bound", "status"),
    [
        pytest.param("officer", {}, 207, id="officer"),
        pytest.param("system", {"scopes": {"status-records.write"}}, 207, id="system-with-the-scope"),
        pytest.param("system", {"scopes": {"status-records.read"}}, 403, id="system-that-may-only-read"),
        pytest.param("institution", {}, 403, id="institution"),
        pytest.param("auditor", {}, 403, id="auditor"),
    ],
)
async def test_offices_with_the_scope_send_facts(start: Start, role: str, bound: dict[str, Any], status: int) -> None:
    async with start("registry") as registry:
        answer = await registry.as_(role, at=AT, **bound).post("/v1/status-records:batch", json={"items": [record()]})
        assert answer.status_code == status


async def test_what_was_told_wrongly_is_voided_once_and_told_anew(start: Start) -> None:
    async with start("registry") as registry:
        officer = registry.as_("officer", at=AT)
        person = await trainee_of(registry)
        record_id = (await post(officer, record()))["items"][0]["id"]
        complete = (await officer.post("/v1/status-lists", json=LIST)).json()
        for path in (f"/v1/status-records/{record_id}", f"/v1/status-lists/{complete['id']}"):
            assert (await officer.post(f"{path}:void", json={})).status_code == 422
            voided = await officer.post(f"{path}:void", json={"reason": "号码抄错"})
            assert (voided.status_code, voided.json()["void_reason"]) == (200, "号码抄错")
            assert (await officer.post(f"{path}:void", json={"reason": "号码抄错"})).json()["code"] == "invalid_state"
            assert (await officer.post(f"{path.rpartition('/')[0]}/{db.new_id()}:void", json={"reason": "号码抄错"})).status_code == 404
        assert (await post(officer, record()))["items"][0]["outcome"] == "created"
        again = (await officer.post("/v1/status-lists", json=LIST)).json()
        assert again["id"] != complete["id"] and again["voided_at"] is None
        events = (await registry.as_("auditor").get("/v1/changes")).json()["items"]
        told = {each["type"]: each["data"] for each in events if each["type"].endswith(".voided")}
        assert told["status_record.voided"] == {"trainee_id": person, "from_on": "2025-01-01"}
        assert told["status_list.voided"]["from_on"] == LIST["complete_from_on"]


async def test_who_is_touched_by_what_is_new_is_in_its_answer(start: Start) -> None:
    """Enrolments of classes on whose first day it holds, for officers; claims where subsidy answers."""
    async with start("registry") as registry:
        officer = registry.as_("officer", at=AT)
        person = await trainee_of(registry)
        class_id = await world.proposed(registry, await world.school(registry), "approved", starts_on="2025-06-30", ends_on="2025-07-01")
        await world.posted(officer, f"/v1/classes/{class_id}/enrolments", {"trainee_id": person}, 201)
        told = (await officer.post("/v1/status-lists", json=LIST)).json()["touched"]
        assert ([each["id"] for each in told["classes"]], told["enrolments"], told["claims"]) == ([class_id], 1, None)
        before = (await officer.post("/v1/status-lists", json=LIST | {"complete_to_on": "2025-06-29"})).json()["touched"]
        assert (before["classes"], before["enrolments"]) == ([], 0)
        office = registry.as_("system", at=AT, scopes={"status-lists.write", "status-records.write"})
        assert (await office.post("/v1/status-lists", json=LIST | {"complete_to_on": "2025-06-28"})).json()["touched"] is None
        assert (await post(officer, record()))["touched"]["enrolments"] == 1
        assert (await post(officer, record()))["touched"] is None and (await post(officer, record(PAN)))["touched"] is None
