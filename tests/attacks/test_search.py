"""One search over all services and real papers: by number, by a part of a name, and only what a list would show the caller."""

import json
from typing import Any

import httpx
import pytest

from tests import people
from tests.attacks.world import World, sent_as

KINDS = {"trainee", "institution", "class", "claim", "filing", "certificate", "order"}
LISTED = {
    "trainee": "trainees",
    "institution": "institutions",
    "class": "classes",
    "claim": "claims",
    "filing": "filings",
    "certificate": "certificates",
    "order": "orders",
}


def _search(world: World, token: str, text: str, client: httpx.Client | None = None) -> httpx.Response:
    ask = client.post if client else httpx.post
    return ask(f"{world.stack.gateway_url}/v1/search", json={"text": text}, headers=sent_as(token), timeout=60)


def _newest(world: World, noun: str) -> dict[str, Any]:
    answer = httpx.get(f"{world.stack.gateway_url}/v1/{noun}", headers=sent_as(world.forge.true("auditor")), timeout=60)
    paper: dict[str, Any] = answer.json()["items"][0]
    return paper


@pytest.mark.parametrize(("kind", "noun"), LISTED.items())
def test_a_number_finds_its_paper_first_and_nothing_of_it_to_a_stranger(world: World, kind: str, noun: str) -> None:
    paper = _newest(world, noun)
    number = paper.get("number") or paper.get("uscc") or paper["name"]
    found = _search(world, world.forge.true("auditor"), number).json()
    assert found["complete"] is True and set(found["services"].values()) == {"ok"}
    first = found["items"][0]
    assert (first["kind"], first["id"], first["link"]) == (kind, paper["id"], f"/v1/{noun}/{paper['id']}")
    assert first["exact"] is (kind != "trainee")
    for role, token in world.strangers.items():
        if (kind, role) != ("institution", "department"):  # a department holds its classes at any school
            assert paper["id"] not in json.dumps(_search(world, token, number).json()), role


def test_a_part_of_a_name_finds_papers_of_every_kind_that_bears_it(world: World) -> None:
    school = _newest(world, "filings")["institution_name"]
    found = _search(world, world.forge.true("officer"), school[:6]).json()
    assert {"institution", "filing"} <= {hit["kind"] for hit in found["items"]} <= KINDS
    assert all(sum(hit["kind"] == kind for hit in found["items"]) <= 10 for kind in KINDS)
    certificate = _search(world, world.forge.true("officer"), _newest(world, "certificates")["number"]).json()["items"][0]
    assert certificate["trainee_name"] and "*" in certificate["id_number_masked"]


def test_a_number_of_another_platform_finds_the_paper_that_bears_it(world: World) -> None:
    number = "WB-2025-004711"
    body = {"name": "龙秀英", "id_number": people.id_number(877), "phone": None, "region_code": "522601100"}
    said = body | {"external_refs": [{"system": "省平台", "number": number}]}
    made = httpx.post(
        f"{world.stack.gateway_url}/v1/trainees", json=said, headers=sent_as(world.forge.true("officer"), "search-refs"), timeout=60
    )
    assert made.status_code == 201, made.text
    [hit] = _search(world, world.forge.true("auditor"), number).json()["items"]
    assert (hit["kind"], hit["id"], hit["exact"]) == ("trainee", made.json()["id"], True)
    assert _search(world, world.forge.true("auditor"), number[:-1]).json()["items"] == [], "parts of it find nothing"
    for token in world.strangers.values():
        assert _search(world, token, number).json()["items"] == []


def test_a_persons_number_finds_the_person_for_those_who_may_and_is_nowhere_else(world: World) -> None:
    person = next(hit for hit in _search(world, world.forge.true("auditor"), _newest(world, "trainees")["name"]).json()["items"])
    revealed = httpx.post(
        f"{world.stack.gateway_url}/v1/trainees/{person['id']}:reveal",
        json={"reason": "核对"},
        headers=sent_as(world.forge.true("officer"), "search-reveal"),
        timeout=60,
    ).json()
    number = revealed["id_number"]
    answer = _search(world, world.forge.true("officer"), number)
    assert [(hit["kind"], hit["id"], hit["exact"]) for hit in answer.json()["items"]] == [("trainee", person["id"], True)]
    assert answer.json()["services"] == {"registry": "ok"} and number not in answer.text
    for token in world.strangers.values():
        assert _search(world, token, number).json()["items"] == []
    assert _search(world, world.forge.true("officer"), person["subtitle"]).json()["items"] == []  # a mask is no text to search by
    assert number not in "".join(path.read_text(errors="replace") for path in world.stack.var.rglob("*.log"))


def test_numbers_that_nobody_has_are_counted_and_come_to_an_end(world: World) -> None:
    """Of an institution, as where it looks people up: 200 a day."""
    token = world.strangers["institution"]
    for n in (1, 2):
        assert _search(world, token, people.id_number(5000 + n)).json()["items"] == []
    left = httpx.post(
        f"{world.stack.gateway_url}/v1/trainees:lookup",
        json={"id_numbers": [people.id_number(6000 + n) for n in range(199)], "names": ["王秀英"] * 199},
        headers=sent_as(token, "search-lookup"),
        timeout=60,
    )
    assert (left.status_code, left.json()["code"]) == (429, "too_many_requests")


@pytest.mark.parametrize("text", ["%%", "__", "😀😀", "甲乙丙丁戊", "x" * 100, "' OR 1=1 --"])
def test_odd_texts_find_nothing(world: World, text: str) -> None:
    found = _search(world, world.forge.true("officer"), text)
    assert (found.status_code, found.json()["items"], found.json()["more"]) == (200, [], [])


@pytest.mark.parametrize("text", ["", "电", "%", "  a ", "x" * 101, "x" * 1000])
def test_a_text_too_short_or_too_long_is_a_422_that_says_how_long(world: World, text: str) -> None:
    refused = _search(world, world.forge.true("officer"), text)
    assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (422, "/text")


def test_search_has_a_limit_of_its_own_for_each_caller(world: World) -> None:
    token = world.forge.true("reviewer")
    with httpx.Client(timeout=60) as client:
        answers = [_search(world, token, "不存在的文字", client) for _ in range(61)]
    assert {answer.status_code for answer in answers[:60]} == {200} and answers[60].status_code == 429
    assert answers[60].headers["Retry-After"] and answers[0].headers["RateLimit"]
