"""Schemes over HTTP: the terms of a day with their sources, and terms that two administrators publish."""

import asyncio
from typing import Any
from uuid import UUID

import httpx
import pytest

from services.subsidy.schemes.tables import ProposedTerms
from shared import db
from tests.conftest import Service, Start

ONE, TWO = str(db.new_id()), str(db.new_id())
PATH = "/v1/schemes/agricultural_short/terms"


async def a_block(subsidy: Service, **changed: Any) -> dict[str, Any]:
    """The short course's terms, as they would be proposed again from another day."""
    shown = (await subsidy.as_("finance").get("/v1/schemes/agricultural_short", params={"on": "2025-01-01"})).json()["terms"]
    figures = {each["name"]: each["value"] for each in shown["figures"] if each["value"] is not None}
    return figures | {"in_force_from": "2026-01-01", "document": "示例〔2026〕1号", "clause": "一", "basis_status": "confirmed"} | changed


async def test_every_figure_names_its_source(start: Start) -> None:
    async with start("subsidy") as subsidy:
        shown = (await subsidy.as_("partner").get("/v1/schemes/agricultural_short", params={"on": "2025-04-08"})).json()
        figures = {each["name"]: each for each in shown["terms"]["figures"]}
        assert figures["yuan_per_person_day"] == {
            "name": "yuan_per_person_day",
            "value": "60.00",
            "document": "凯府发〔2024〕9号",
            "clause": "附件4 二(二)",
            "basis_status": "confirmed",
        }
        assert (figures["age_at_most"]["value"], figures["payee"]["basis_status"]) == (65, "unconfirmed")
        assert (await subsidy.as_("public").get("/v1/schemes")).status_code == 401
        everything = (await subsidy.as_("town").get("/v1/schemes")).json()["items"]
        assert len(everything) == 15 and all(each["terms"] for each in everything)


@pytest.mark.parametrize(
    ("on", "in_force_from"),
    [("2024-09-22", None), ("2024-09-23", "2024-09-23"), ("2025-04-17", "2024-09-23"), ("2025-04-18", "2025-04-18")],
)
async def test_the_day_chooses_the_terms(start: Start, on: str, in_force_from: str | None) -> None:
    async with start("subsidy") as subsidy:
        shown = (await subsidy.as_("officer").get("/v1/schemes/project", params={"on": on})).json()
        assert (shown["terms"] and shown["terms"]["in_force_from"]) == in_force_from


async def test_an_unknown_scheme_is_a_404(start: Start) -> None:
    async with start("subsidy") as subsidy:
        assert (await subsidy.as_("officer").get("/v1/schemes/nothing")).status_code == 404
        assert (await subsidy.as_("admin").post("/v1/schemes/nothing/terms", json={})).status_code == 404


async def test_terms_are_published_by_a_second_person_and_then_in_force(start: Start) -> None:
    async with start("subsidy") as subsidy:
        proposed = await subsidy.as_("admin", person_id=ONE).post(PATH, json=await a_block(subsidy, yuan_per_person_day="80.00"))
        assert (proposed.status_code, proposed.json()["status"]) == (201, "proposed"), proposed.text
        assert (await subsidy.as_("admin", person_id=ONE).get(proposed.headers["location"])).json() == proposed.json()
        reader = subsidy.as_("finance")
        assert (await reader.get("/v1/schemes/agricultural_short", params={"on": "2026-01-01"})).json()["terms"][
            "in_force_from"
        ] == "2024-09-23"
        approve = f"{PATH}/{proposed.json()['id']}:approve"
        same = await subsidy.as_("admin", person_id=ONE, subject="another-account").post(approve)
        assert (same.status_code, same.json()["code"]) == (409, "same_person")
        published = await subsidy.as_("admin", person_id=TWO).post(approve, json={"comment": "已核对原文"})
        assert (published.status_code, published.json()["status"]) == (200, "published")
        assert (await subsidy.as_("admin", person_id=TWO).post(approve)).json()["code"] == "invalid_state"
        for on, rate in (("2025-12-31", "60.00"), ("2026-01-01", "80.00")):
            figures = (await reader.get("/v1/schemes/agricultural_short", params={"on": on})).json()["terms"]["figures"]
            assert next(each["value"] for each in figures if each["name"] == "yuan_per_person_day") == rate
        trail = (await subsidy.as_("auditor").get("/v1/audit", params={"subject": proposed.json()["id"]})).json()["items"]
        assert [entry["action"] for entry in trail] == ["terms.published", "refused", "terms.proposed"]
        taken = await subsidy.as_("admin", person_id=ONE).post(PATH, json=await a_block(subsidy))
        assert (taken.status_code, taken.json()["code"]) == (409, "terms_day_taken")


async def test_proposed_terms_say_beforehand_what_would_be_answered_and_are_listed_by_either_status(start: Start) -> None:
    async with start("subsidy") as subsidy:
        proposer, approver = subsidy.as_("admin", person_id=ONE), subsidy.as_("admin", person_id=TWO)
        path = f"{PATH}/{(await proposer.post(PATH, json=await a_block(subsidy))).json()['id']}"

        async def says(reader: httpx.AsyncClient) -> list[str | None]:
            return [each["why_not"] and each["why_not"]["code"] for each in (await reader.get(path)).json()["allowed_actions"]]

        said = [await says(each) for each in (proposer, approver, subsidy.as_("auditor"), subsidy.as_("officer"))]
        assert said == [["same_person", None], [None, None], [], []]
        assert (await approver.post(f"{path}:approve", json={"colour": 1}, headers={"If-Match": '"7"'})).status_code == 412
        assert (await approver.post(f"{path}:approve")).status_code == 200
        assert await says(approver) == ["invalid_state", "invalid_state"]
        for query, found in (("status=published&status=proposed", 1), ("status=proposed", 0), ("sort=-in_force_from&limit=1", 1)):
            assert len((await approver.get(f"{PATH}?{query}")).json()["items"]) == found, query
        assert (await approver.get(f"{PATH}?status=lost")).status_code == 400
        sought = (await approver.get("/v1/schemes?q=agricultural&include_total=true")).json()
        assert ([each["code"] for each in sought["items"]], sought["total"]) == (["agricultural_short"], 1)


async def test_the_block_that_is_shown_is_the_block_that_is_proposed(start: Start) -> None:
    async with start("subsidy") as subsidy:
        shown = (await subsidy.as_("officer").get("/v1/schemes/project", params={"on": "2025-05-01"})).json()["terms"]
        block = shown["block"] | {"in_force_from": "2026-03-01", "yuan_per_person": "700.00"}
        proposed = await subsidy.as_("admin", person_id=ONE).post("/v1/schemes/project/terms", json=block)
        assert proposed.status_code == 201, proposed.text
        assert proposed.json()["block"] == proposed.json()["terms"]["block"] == block
        again = (await subsidy.as_("admin").get(proposed.headers["location"])).json()["block"]
        assert (await subsidy.as_("admin", person_id=ONE).post("/v1/schemes/project/terms", json=again)).status_code == 201


TABLE = [{"title": "焊接", "trades": ["6-18-02-04"], "yuan_by_level": {"junior": "500.00"}, "yuan_without_level": None}]


async def test_every_block_that_is_shown_can_be_proposed_again_to_the_letter(start: Start) -> None:
    """Of every scheme, from another day; and a table by trade and level."""
    async with start("subsidy") as subsidy:
        proposer, reader = subsidy.as_("admin", person_id=ONE), subsidy.as_("officer")
        for scheme in (await reader.get("/v1/schemes", params={"limit": 200})).json()["items"]:
            for on in scheme["in_force_from"]:
                shown = (await reader.get(f"/v1/schemes/{scheme['code']}", params={"on": on})).json()["terms"]
                block = shown["block"] | {"in_force_from": "2027-06-01"}
                proposed = await proposer.post(f"/v1/schemes/{scheme['code']}/terms", json=block)
                assert proposed.status_code == 201, (scheme["code"], proposed.text)
                again = (await reader.get(proposed.headers["location"])).json()
                assert again["block"] == again["terms"]["block"] == block
                figures = [{each["name"]: each["value"] for each in terms["figures"]} for terms in (shown, again["terms"])]
                assert figures[0] == figures[1]
        block = (await reader.get("/v1/schemes/upskill", params={"on": "2025-05-01"})).json()["terms"]["block"]
        proposed = await proposer.post(
            "/v1/schemes/upskill/terms",
            json=block | {"in_force_from": "2026-03-01", "yuan_per_person_by_trade": TABLE, "unlisted_is": "refuse"},
        )
        assert (proposed.status_code, proposed.json()["block"]["yuan_per_person_by_trade"]) == (201, TABLE), proposed.text


async def test_a_proposal_is_seen_by_the_office_and_withdrawn_before_it_is_published(start: Start) -> None:
    async with start("subsidy") as subsidy:
        proposer, approver = subsidy.as_("admin", person_id=ONE), subsidy.as_("admin", person_id=TWO)
        path = f"{PATH}/{(await proposer.post(PATH, json=await a_block(subsidy))).json()['id']}"
        for role, status in (("officer", 200), ("reviewer", 200), ("finance", 200), ("auditor", 200), ("institution", 403), ("town", 403)):
            assert (await subsidy.as_(role).get(path)).status_code == status, role
            assert (await subsidy.as_(role).post(f"{path}:withdraw")).status_code == 403, role
        assert len((await subsidy.as_("officer").get(PATH)).json()["items"]) == 1
        withdrawn = await approver.post(f"{path}:withdraw", json={"comment": "文件有误"})
        assert (withdrawn.status_code, withdrawn.json()["status"]) == (200, "withdrawn")
        assert withdrawn.json()["withdrawn_by"] and withdrawn.json()["withdrawn_at"] and withdrawn.json()["approved_at"] is None
        for action in ("approve", "withdraw"):
            again = await approver.post(f"{path}:{action}")
            assert (again.status_code, again.json()["code"]) == (409, "invalid_state"), action
        published = (await proposer.post(PATH, json=await a_block(subsidy))).json()["id"]
        assert (await approver.post(f"{PATH}/{published}:approve")).status_code == 200
        assert (await approver.post(f"{PATH}/{published}:withdraw")).json()["code"] == "invalid_state"
        trail = (await subsidy.as_("auditor").get("/v1/audit", params={"subject": withdrawn.json()["id"]})).json()["items"]
        assert "terms.withdrawn" in [entry["action"] for entry in trail]


async def test_a_draft_that_would_leave_somebody_without_an_answer_is_refused_with_an_invented_person(start: Start) -> None:
    async with start("subsidy") as subsidy:
        answer = await subsidy.as_("admin").post(
            PATH, json=await a_block(subsidy, days_paid_at_most=4, yuan_per_person_year_at_most="9.00")
        )
        assert answer.status_code == 422
        [fault] = answer.json()["errors"]
        assert (fault["code"], fault["pointer"]) == ("invalid_value", "/days_paid_at_most")
        assert "永远不起作用。设想:男,35 周岁" in fault["allowed"]
        both = await subsidy.as_("admin").post(PATH, json=await a_block(subsidy, payee="nobody", notice_working_days=0))
        assert {fault["pointer"] for fault in both.json()["errors"]} == {"/payee", "/notice_working_days"}


async def test_of_two_blocks_for_one_day_one_is_published(start: Start) -> None:
    async with start("subsidy") as subsidy:
        block = await a_block(subsidy)
        ids = [(await subsidy.as_("admin", person_id=ONE).post(PATH, json=block)).json()["id"] for _ in range(2)]
        answers = await asyncio.gather(*(subsidy.as_("admin", person_id=TWO).post(f"{PATH}/{each}:approve") for each in ids))
        assert sorted((answer.status_code, answer.json().get("code")) for answer in answers) == [(200, None), (409, "terms_day_taken")]


@pytest.mark.parametrize(
    ("changed", "code", "pointer"),
    [
        pytest.param({"yuan_per_hour": "1.00"}, "unknown_field", "/yuan_per_hour", id="unknown-key"),
        pytest.param({"payee": None}, "invalid_value", "/payee", id="no-payee"),
        pytest.param({"yuan_per_person_day": 60.5}, "invalid_value", "/yuan_per_person_day", id="a-float"),
        pytest.param(
            {"other_basis": [{"applies_to": ["payee"], "document": "示例", "clause": "一"}]},
            "missing_field",
            "/other_basis/0/basis_status",
            id="a-basis-without-status",
        ),
        pytest.param({"age_at_most": 15}, "invalid_value", "/age_at_most", id="most-below-least"),
    ],
)
async def test_proposed_terms_are_read_as_strictly_as_a_file(start: Start, changed: dict[str, Any], code: str, pointer: str) -> None:
    async with start("subsidy") as subsidy:
        answer = await subsidy.as_("admin").post(PATH, json=await a_block(subsidy, **changed))
        assert (answer.status_code, [(fault["code"], fault["pointer"]) for fault in answer.json()["errors"]]) == (422, [(code, pointer)])
        assert (await subsidy.as_("officer").post(PATH, json={})).status_code == 403


async def test_a_block_proposed_before_its_fault_was_looked_for_is_not_published(start: Start) -> None:
    async with start("subsidy") as subsidy:
        block = await a_block(subsidy)
        proposed = (await subsidy.as_("admin", person_id=ONE).post(PATH, json=block)).json()
        async with subsidy.kernel.writing.begin() as session:
            kept = await session.get_one(ProposedTerms, UUID(proposed["id"]))
            same = {name: getattr(kept, name) for name in ("scheme", "in_force_from", "hash", "status", "proposed_by", "proposed_at")}
            faulty = ProposedTerms(**same, terms=kept.terms | {"notice_working_days": 0, "categories": []})
            session.add(faulty)
        answer = await subsidy.as_("admin", person_id=TWO).post(f"{PATH}/{faulty.id}:approve")
        assert answer.status_code == 422
        assert [fault["pointer"] for fault in answer.json()["errors"]] == ["/notice_working_days", "/categories"]
