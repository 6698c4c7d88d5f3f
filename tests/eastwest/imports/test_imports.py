"""The monthly sheet as a job: what becomes of each row, sent again, validated, taken twice, and whose it is."""

import asyncio
import io
import json
import zipfile
from pathlib import Path
from typing import Any

import httpx
import pytest

from services.eastwest.imports import batch
from shared.sheets import Table, open_book, write_book
from tests.conftest import Service
from tests.eastwest.neighbours import Neighbours, key, order
from tests.waiting import until

pytestmark = pytest.mark.jobs

SAMPLES = Path(__file__).parents[2] / "samples"
SHEET = (SAMPLES / "foshan-monthly.xlsx").read_bytes()
TRUTH = json.loads((SAMPLES / "truth.json").read_text("utf-8"))["foshan_monthly"]
ROWS = open_book(SHEET, "foshan-monthly.xlsx").sheets[0].rows[2:]
NUMBERS = [row.text(2) for row in ROWS]


async def upload(client: httpx.AsyncClient, content: bytes = SHEET, name: str = "foshan-monthly.xlsx", **fields: str) -> httpx.Response:
    return await client.post("/v1/placement-imports", files={"file": (name, content)}, data={"reported_on": "2025-11-30"} | fields)


async def done(client: httpx.AsyncClient, started: httpx.Response) -> dict[str, Any]:
    assert started.status_code == 202, started.text

    async def ended() -> dict[str, Any] | None:
        found: dict[str, Any] = (await client.get(started.headers["location"])).json()
        return found if found["status"] in ("done", "failed") else None

    return await until(ended)


@pytest.fixture(autouse=True)
def in_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    """The sheets of these tests are kept in several parts, as long ones are."""
    monkeypatch.setattr(batch, "ROWS_AT_ONCE", 3)


@pytest.fixture
async def partner(eastwest: Service, others: Neighbours) -> httpx.AsyncClient:
    """The Foshan office, with everyone placed who is on an order; the other three are registered, but on none."""
    office = eastwest.as_("partner", at="2025-12-01T09:00:00+08:00")
    order_id = (await office.post("/v1/orders", json=order())).json()["id"]
    for n, (number, told) in enumerate(zip(NUMBERS, TRUTH, strict=True)):
        trainee_id = others.person(n, number=number, name=ROWS[n].text(1))
        if told["on_an_order"]:
            answer = await office.post("/v1/placements", json={"order_id": order_id, "trainee_id": str(trainee_id)}, headers=key())
            assert answer.status_code == 201
    return office


async def test_the_sample_comes_in_as_a_clerk_would_enter_it_and_again_unchanged(partner: httpx.AsyncClient) -> None:
    found = await done(partner, await upload(partner))
    on_an_order = sum(told["on_an_order"] for told in TRUTH)
    assert found["summary"] == {"rows": len(TRUTH), "created": on_an_order, "updated": 0, "unchanged": 0, "rejected": 3}
    assert found["progress"] == {"done": len(TRUTH), "total": len(TRUTH)}
    assert [(fault["row"], fault["column"], fault["code"]) for fault in found["errors"]] == [
        (told["row"], "C", "not_on_order") for told in TRUTH if not told["on_an_order"]
    ]
    assert all("**********" in fault["seen"] for fault in found["errors"])
    placements = {each["id_number"]: each for each in (await partner.get("/v1/placements?limit=200")).json()["items"]}
    for number, told in zip(NUMBERS, TRUTH, strict=True):
        if told["on_an_order"]:
            each = placements[f"{number[:4]}**********{number[-4:]}"]
            assert (each["started_on"], each["left_on"], each["status"]) == (
                told["started_on"],
                told["left_on"],
                "left" if told["left_on"] else "working",
            )
    again = await done(partner, await upload(partner))
    assert again["summary"] == {"rows": len(TRUTH), "created": 0, "updated": 0, "unchanged": on_an_order, "rejected": 3}


async def test_another_foshan_employer_is_a_fact_and_insured_is_an_employers_statement(partner: httpx.AsyncClient) -> None:
    await done(partner, await upload(partner))
    [first] = [each for each in (await partner.get("/v1/placements?limit=200")).json()["items"] if each["started_on"] == "2025-08-19"]
    facts = (await partner.get(f"/v1/placements/{first['id']}/updates")).json()["items"]
    assert {each["kind"] for each in facts} == {"started", "present"}
    assert [proof["grade"] for each in facts for proof in each["evidence"] or ()] == ["D"]
    moved = [
        each
        for each in (await partner.get("/v1/placements?limit=200")).json()["items"]
        if each["employer"]["name"] == "佛山市南海区某家居用品厂"
    ]
    kinds = {each["kind"] for each in (await partner.get(f"/v1/placements/{moved[0]['id']}/updates")).json()["items"]}
    assert "employer_changed" in kinds


async def test_the_next_month_adds_what_is_new(partner: httpx.AsyncClient) -> None:
    await done(partner, await upload(partner))
    partner.headers["X-Server-Date"] = "2026-01-02T09:00:00+08:00"
    later = await done(partner, await upload(partner, reported_on="2025-12-31"))
    assert (later["summary"]["created"], later["summary"]["unchanged"]) == (
        sum(told["on_an_order"] and not told["left_on"] for told in TRUTH),
        sum(told["on_an_order"] and bool(told["left_on"]) for told in TRUTH),
    )


async def test_validating_keeps_nothing(partner: httpx.AsyncClient) -> None:
    found = await done(partner, await upload(partner, mode="validate"))
    assert found["summary"]["created"] == sum(told["on_an_order"] for told in TRUTH)
    assert {each["status"] for each in (await partner.get("/v1/placements?limit=200")).json()["items"]} == {"arranged"}


async def test_a_start_no_gate_lets_through_rejects_its_row_alone(partner: httpx.AsyncClient, others: Neighbours) -> None:
    trainee_id = str(others.ids[NUMBERS[0]])
    others.certificates = [each for each in others.certificates if each["trainee_id"] != trainee_id]
    found = await done(partner, await upload(partner))
    assert (found["errors"][0]["row"], found["errors"][0]["code"]) == (TRUTH[0]["row"], "certificate_missing")
    assert found["summary"]["rejected"] == 4
    [placement] = (await partner.get(f"/v1/placements?trainee_id={trainee_id}")).json()["items"]
    assert (await partner.get(f"/v1/placements/{placement['id']}/updates")).json()["items"] == []


async def test_the_sheet_comes_back_with_an_error_column(partner: httpx.AsyncClient) -> None:
    found = await done(partner, await upload(partner))
    answer = await partner.get(found["result_url"])
    assert answer.status_code == 200
    sheet = open_book(answer.content, "x.xlsx").sheets[0]
    assert sheet.rows[1].text(11) == "导入错误"
    assert "没有安排" in sheet.rows[TRUTH[-1]["row"] - 1].text(11)
    assert zipfile.is_zipfile(io.BytesIO(answer.content))


@pytest.mark.parametrize(
    ("content", "name", "code"),
    [
        pytest.param(b"not a sheet", "x.xlsx", "unreadable_file", id="not-a-sheet"),
        pytest.param(write_book([Table("表", ("甲", "乙"), [["1", "2"]])]), "x.xlsx", "unknown_sheet_layout", id="another-sheet"),
    ],
)
async def test_a_file_that_cannot_be_read_fails_with_its_code(
    eastwest: Service, others: Neighbours, content: bytes, name: str, code: str
) -> None:
    client = eastwest.as_("partner")
    found = await done(client, await upload(client, content, name))
    assert (found["status"], [fault["code"] for fault in found["errors"]], found["summary"]) == ("failed", [code], None)
    assert (await client.get(f"/v1/placement-imports/{found['id']}/result.xlsx")).status_code == 409


async def test_an_empty_or_too_large_file_and_faulty_fields_are_refused_at_once(eastwest: Service) -> None:
    client = eastwest.as_("partner")
    assert (await upload(client, b" ")).json()["code"] == "unreadable_file"
    for megabytes in (20, 25):
        answer = await upload(client, b"x" * (megabytes * 1024 * 1024 + 1))
        assert (answer.status_code, answer.json()["code"]) == (422, "file_too_large")
    answer = await upload(client, reported_on="2025-13-01", mode="try")
    assert (answer.status_code, {fault["pointer"] for fault in answer.json()["errors"]}) == (422, {"/reported_on", "/mode"})


async def test_imports_are_seen_by_their_office_and_the_bureau(eastwest: Service, others: Neighbours) -> None:
    a, b, officer = eastwest.as_("partner", subject="foshan-a"), eastwest.as_("partner", subject="foshan-b"), eastwest.as_("officer")
    made = (await upload(a)).headers["location"]
    assert (await b.get(made)).status_code == 404
    assert (await officer.get(made)).status_code == 200
    assert [len((await client.get("/v1/placement-imports")).json()["items"]) for client in (a, b, officer)] == [1, 0, 1]
    for role in ("institution", "person", "finance"):
        assert (await eastwest.as_(role).get(made)).status_code == 403
    for role in ("reviewer", "auditor", "system"):
        assert (await upload(eastwest.as_(role))).status_code == 403


async def test_everyone_is_unknown_to_a_partner_who_placed_nobody(partner: httpx.AsyncClient, eastwest: Service) -> None:
    other = eastwest.as_("partner", subject="foshan-b")
    found = await done(other, await upload(other))
    assert ({fault["code"] for fault in found["errors"]}, found["summary"]["rejected"]) == ({"not_on_order"}, len(TRUTH))


async def test_a_neighbour_that_is_away_for_a_moment_does_not_fail_the_import(partner: httpx.AsyncClient, others: Neighbours) -> None:
    others.away.add("evaluation")
    started = await upload(partner)
    await asyncio.sleep(0.2)
    others.away.clear()
    assert (await done(partner, started))["status"] == "done"
