"""The contract's order of checks, all faults at once, what is kept although the request is refused, and the trail."""

from pathlib import Path
from typing import Any

import asyncpg
import pytest

from shared import db
from shared.web import Part, create_app, problems
from tests.conftest import Service, running, settings
from tests.shared.web.papers import KEY, kept, made, router

EMPTY: dict[str, Any] = {}


@pytest.mark.parametrize(
    ("values", "if_match", "status"),
    [
        pytest.param({"version": 3}, '"2"', 412, id="stale"),
        pytest.param({"status": "closed"}, '"1"', 409, id="wrong-state"),
        pytest.param({"status": "closed", "version": 3}, '"2"', 412, id="stale-before-wrong-state"),
        pytest.param({"status": "secret"}, '"1"', 404, id="not-to-be-known-of"),
        pytest.param({}, None, 428, id="no-precondition"),
        pytest.param({}, '"1"', 422, id="nothing-but-the-body"),
    ],
)
async def test_a_misshapen_body_is_told_last(papers: Service, values: dict[str, Any], if_match: str | None, status: int) -> None:
    path, headers = f"/v1/papers/{await made(papers, **values)}:close", {"If-Match": if_match} if if_match else {}
    for body in (EMPTY, {"reason": 7, "colour": 1}):
        answer = await papers.as_("officer").post(path, json=body, headers=headers)
        assert answer.status_code == status, answer.text
    sound = await papers.as_("officer").post(path, json={"reason": "齐全"}, headers=headers)
    assert sound.status_code == (status if status != 422 else 200)


async def test_the_body_is_readable_before_the_paper_is_asked(papers: Service) -> None:
    path = f"/v1/papers/{await made(papers, status='secret')}:close"
    headers = {"If-Match": '"1"', "Content-Type": "application/json"}
    assert (await papers.as_("officer").post(path, content=b"{", headers=headers)).status_code == 400
    assert (await papers.as_("finance").post(path, content=b"{", headers=headers)).status_code == 403
    assert (await papers.as_("public").post(path, content=b"{", headers=headers)).status_code == 401


async def test_a_field_on_a_route_without_a_body_is_told_after_the_state(papers: Service) -> None:
    for values, status in (({"status": "closed"}, 409), ({}, 422)):
        answer = await papers.as_("officer").post(f"/v1/papers/{await made(papers, **values)}:touch", json={"colour": 1})
        assert answer.status_code == status


@pytest.mark.parametrize(
    ("body", "pointers"),
    [
        pytest.param({"code": "z", "hours": 0, "parts": [{"n": 1}], "on": "2020-01-01"}, ["/words", "/code", "/hours", "/on"], id="all"),
        pytest.param({"words": "早", "code": 7, "on": "2020-01-01"}, ["/code", "/on"], id="a-faulty-field-silences-its-rule"),
        pytest.param({"words": "早", "hours": 0, "parts": [{"n": "1"}]}, ["/parts/0/n"], id="also-a-rule-of-two-fields"),
        pytest.param({"code": "z", "colour": 1}, ["/words", "/colour", "/code"], id="an-unknown-field-silences-none"),
        pytest.param({"words": " ", "code": " z "}, ["/words", "/code"], id="text-is-stripped-for-rules-too"),
        pytest.param({"words": "早", "code": "z"}, ["/code"], id="rules-alone"),
    ],
)
async def test_faults_of_shape_and_of_rule_come_together(papers: Service, body: dict[str, Any], pointers: list[str]) -> None:
    answer = await papers.as_("officer").post("/v1/papers", json=body, headers=KEY)
    assert (answer.status_code, [fault["pointer"] for fault in answer.json()["errors"]]) == (422, pointers)


@pytest.mark.parametrize(("faults", "told", "left_out"), [(100, 100, None), (101, 100, 1), (150, 100, 50)])
async def test_of_one_paper_a_hundred_faults_are_told(papers: Service, faults: int, told: int, left_out: int | None) -> None:
    body = {"words": "早", **{f"x{n}": 1 for n in range(faults)}}
    answer = (await papers.as_("officer").post("/v1/papers", json=body, headers=KEY)).json()
    assert (len(answer["errors"]), answer.get("faults_left_out")) == (told, left_out)


async def test_of_a_batch_every_fault_is_told(papers: Service) -> None:
    body = {"atomic": "all", "items": [{"words": "早"}] * 150}
    answer = (await papers.as_("officer").post("/v1/papers:batch", json=body)).json()
    assert (len(answer["errors"]), "faults_left_out" in answer) == (150, False)


async def test_what_a_refusal_keeps_stays_and_the_rest_is_undone(papers: Service) -> None:
    path = f"/v1/papers/{await made(papers)}:refuse"
    assert (await papers.as_("officer").post(path, json={"as": "taken"}, headers=KEY)).json()["code"] == "words_taken"
    assert (await kept(papers, "words"), await kept(papers, "version")) == (["早"], [7])


async def test_what_a_refusal_keeps_is_kept_whole_or_the_refusal_is_not_given(papers: Service) -> None:
    path = f"/v1/papers/{await made(papers)}:refuse"
    assert (await papers.as_("officer").post(path, json={"as": "broken"}, headers=KEY)).status_code == 500
    assert await kept(papers, "version") == [1]


@pytest.mark.parametrize(("code", "traced"), [("forbidden", True), ("same_person", True), ("invalid_state", True), ("taken", False)])
async def test_a_refusal_of_rights_or_of_a_traced_kind_is_on_the_trail_with_its_paper(papers: Service, code: str, traced: bool) -> None:
    paper_id = await made(papers)
    await papers.as_("officer").post(f"/v1/papers/{paper_id}:refuse", json={"as": code}, headers=KEY)
    trail = (await papers.as_("auditor").get("/v1/audit", params={"subject": paper_id})).json()["items"]
    told = [(entry["action"], entry["outcome"], entry["subject_type"], entry["role"], entry["details"]["code"]) for entry in trail]
    assert told == ([("refused", "refused", "paper", "officer", code)] if traced else [])


async def test_a_refusal_names_the_route_and_never_the_path(papers: Service) -> None:
    await papers.as_("finance").get(f"/v1/papers/{db.new_id()}")
    [entry] = (await papers.as_("auditor").get("/v1/audit")).json()["items"]
    assert entry["details"] == {"method": "GET", "path": "/v1/papers/{paper_id:uuid}", "code": "wrong_role"}


@pytest.mark.parametrize(
    ("language", "title"), [("en-GB,en;q=0.9", "Unknown query parameter"), ("zh-CN", "未知的查询参数"), (None, "未知的查询参数")]
)
async def test_in_english_the_title_is_english_and_what_was_seen_stays_chinese(papers: Service, language: str | None, title: str) -> None:
    answer = await papers.as_("officer").get("/v1/papers?wrods=1", headers={"Accept-Language": language} if language else {})
    told = answer.json()
    assert (told["title"], "未知参数:wrods" in told["detail"], told["errors"][0]["fix"]) == (title, True, "请删除或改正该参数名。")
    assert answer.headers["content-language"] == "zh-CN" and "detail_zh" not in told


async def test_a_refusal_that_cannot_be_recorded_is_not_given(tmp_path: Path) -> None:
    away = settings("postgresql+asyncpg://nobody@127.0.0.1:9/nothing", tmp_path)
    async with running(create_app(Part("papers", "Papers", [router]), away)) as papers:
        assert (await papers.as_("finance").get("/v1/papers")).status_code == 503
        assert (await papers.as_("public").get("/v1/papers")).status_code == 401


@pytest.mark.parametrize(
    "error",
    [
        pytest.param(asyncpg.ConnectionDoesNotExistError("gone"), id="closed"),
        pytest.param(asyncpg.CannotConnectNowError("starting up"), id="starting-up"),
        pytest.param(asyncpg.InternalClientError("another operation (2) is in progress"), id="left-in-the-middle-of-a-statement"),
    ],
)
def test_a_database_that_went_away_is_told_as_such_in_whatever_words_the_driver_says_it(error: Exception) -> None:
    problem = problems.translate(error)
    assert (problem.status, problem.retryable, problem.headers["Retry-After"]) == (503, True, "2")


@pytest.mark.parametrize("state", ["40001", "40P01", "55P03"])
def test_who_waited_too_long_for_what_another_changes_is_told_that_it_may_be_sent_again(state: str) -> None:
    problem = problems.translate(asyncpg.PostgresError.new({"C": state, "M": "…"}))
    assert (problem.code, problem.status, problem.retryable, problem.headers["Retry-After"]) == ("contended", 409, True, "1")
