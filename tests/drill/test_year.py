"""`make demo KEEP=1`: the command itself plays the whole year, and leaves every kind of paper in every state on the year's last day."""

from collections import Counter
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from deploy.demo.year.cast import password
from deploy.demo.year.reading import read
from services.registry.codes import ClassStatus
from tests.drill.test_scenarios import scenario

pytestmark = pytest.mark.drill
READY_SECONDS_AT_MOST = 1_800  # three minutes of two cores that do nothing else
ON_THE_WAY = {"draft", "submitted", "reviewed", "in_notice", "approved", "paid"}
OFF_IT = {"returned", "rejected", "withdrawn", "recovering", "recovered"}


@pytest.fixture(scope="module")
def year(tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx.Client]:
    with scenario("year", tmp_path_factory.mktemp("year") / "log", READY_SECONDS_AT_MOST) as http:
        yield http


def test_every_state_of_a_class_is_there(year: httpx.Client) -> None:
    assert {each["status"] for each in _every(year, "/v1/classes")} == {str(status) for status in ClassStatus}


@pytest.mark.parametrize("kind", ["training", "certificate", "placement"])
def test_claims_of_every_kind_are_in_every_state(year: httpx.Client, kind: str) -> None:
    claims = list(_every(year, f"/v1/claims?kind={kind}"))
    assert {each["status"] for each in claims} >= ON_THE_WAY | OFF_IT
    assert any(each["hold"] for each in claims)


def test_lines_are_refused_for_different_reasons(year: httpx.Client) -> None:
    found = Counter[str]()
    for claim in _every(year, "/v1/claims?kind=training"):
        lines = year.get(f"/v1/claims/{claim['id']}").json()["lines"]
        found.update(finding["code"] for line in lines if line["verdict"] == "refused" for finding in line["findings"])
    reasons = {
        "age_above_limit",
        "category_not_eligible",
        "status_excluded",
        "already_subsidised",
        "certificate_missing",
        "trade_not_allowed",
    }
    assert reasons <= found.keys()


def test_placements_are_at_every_stage(year: httpx.Client) -> None:
    placements = list(_every(year, "/v1/placements"))
    assert {each["retention"] for each in placements} == {"met", "on_track", "unproven", "broken"}
    assert any(each["started_on"] is None for each in placements)


def test_no_line_of_the_board_is_empty_some_are_behind_and_one_is_already_impossible(year: httpx.Client) -> None:
    board = year.get("/v1/plans/kaili-2024/progress").json()
    assert (board["as_of"], len(board["lines"])) == (read().day.isoformat(), 25)
    assert [line["code"] for line in board["lines"] if line["actual"] is None] == []
    assert {line["status"] for line in board["lines"]} >= {"met", "on_track", "behind"}
    assert [line["code"] for line in board["lines"] if line["already_impossible"]] == ["brand.foshan.retained"]


def test_there_are_notices_and_objections_to_them(year: httpx.Client) -> None:
    notices = year.get("/v1/notices").json()["items"]
    assert notices and {each["status"] for each in _every(year, "/v1/objections")} == {"received", "dismissed"}


@pytest.mark.parametrize("login", sorted(read().accounts))
def test_who_is_told_to_sign_in_can_and_finds_work(year: httpx.Client, login: str) -> None:
    signed_in = year.post("/v1/sessions", json={"name": login, "password": password(login)})
    assert signed_in.status_code == 201, signed_in.text
    waiting = year.get("/v1/worklist", headers={"Authorization": f"Bearer {signed_in.json()['access_token']}"})
    assert waiting.status_code == 200


def _every(http: httpx.Client, path: str) -> Iterator[Any]:
    path += f"{'&' if '?' in path else '?'}limit=200"
    page = http.get(path).json()
    yield from page["items"]
    while page["next_cursor"]:
        page = http.get(f"{path}&cursor={page['next_cursor']}").json()
        yield from page["items"]
