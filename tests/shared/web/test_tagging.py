"""Entity tags: what an answer's tag names, what `If-Match` and `If-None-Match` compare."""

import pytest

from tests.conftest import Service, version_of
from tests.shared.web.papers import made


async def test_a_tag_is_version_and_digest_so_it_changes_with_either(papers: Service) -> None:
    auditor, path = papers.as_("auditor"), f"/v1/papers/{await made(papers, version=3)}"
    first, again = await auditor.get(path), await auditor.get(path)
    assert version_of(first) == 3 and first.headers["etag"] == again.headers["etag"]
    other = await auditor.get(f"/v1/papers/{await made(papers, version=3)}")
    assert version_of(other) == 3 and other.headers["etag"] != first.headers["etag"]
    assert "etag" not in (await auditor.get("/v1/papers")).headers


@pytest.mark.parametrize(
    ("if_match", "status"),
    [
        pytest.param('"3"', 200, id="the-version-alone"),
        pytest.param('"3-abc"', 200, id="another-digest"),
        pytest.param('"2-abc", "3-def"', 200, id="one-of-a-list"),
        pytest.param('"2","3"', 200, id="a-list-without-spaces"),
        pytest.param("*", 200, id="any"),
        pytest.param('W/"2", "3"', 200, id="a-strong-one-beside-a-weak"),
        pytest.param('W/"3-abc"', 412, id="weak"),
        pytest.param('"2"', 412, id="older"),
        pytest.param('"33"', 412, id="another-that-begins-so"),
        pytest.param('"abc"', 412, id="no-version-of-ours"),
        pytest.param("3", 400, id="without-quotes"),
        pytest.param('"3', 400, id="half-quoted"),
        pytest.param('"3" "4"', 400, id="without-a-comma"),
        pytest.param('"3",', 400, id="ends-in-a-comma"),
        pytest.param('*, "3"', 400, id="any-in-a-list"),
        pytest.param("", 400, id="empty"),
    ],
)
async def test_if_match_compares_the_version(papers: Service, if_match: str, status: int) -> None:
    path = f"/v1/papers/{await made(papers, version=3)}:close"
    answer = await papers.as_("officer").post(path, json={"reason": "齐全"}, headers={"If-Match": if_match})
    assert answer.status_code == status, answer.text
    if status == 400:
        assert (answer.json()["code"], answer.json()["parameter"]) == ("invalid_parameter", "If-Match")


async def test_the_tag_that_was_read_matches_once(papers: Service) -> None:
    officer, path = papers.as_("officer"), f"/v1/papers/{await made(papers)}"
    headers = {"If-Match": (await officer.get(path)).headers["etag"]}
    changed = await officer.post(f"{path}:close", json={"reason": "齐全"}, headers=headers)
    assert (changed.status_code, version_of(changed)) == (200, 2)
    assert (await officer.post(f"{path}:close", json={"reason": "齐全"}, headers=headers)).status_code == 412


@pytest.mark.parametrize(
    ("asked", "status"),
    [
        pytest.param("{tag}", 304, id="the-same"),
        pytest.param("W/{tag}", 304, id="weakly-the-same"),
        pytest.param('"1-x", {tag}', 304, id="one-of-a-list"),
        pytest.param("*", 304, id="any"),
        pytest.param('"1"', 200, id="the-version-alone-is-not-the-whole"),
        pytest.param('"1-x"', 200, id="another"),
    ],
)
async def test_if_none_match_compares_the_whole(papers: Service, asked: str, status: int) -> None:
    officer, path = papers.as_("officer"), f"/v1/papers/{await made(papers)}"
    tag = (await officer.get(path)).headers["etag"]
    answer = await officer.get(path, headers={"If-None-Match": asked.format(tag=tag)})
    assert (answer.status_code, answer.headers["etag"], bool(answer.content)) == (status, tag, status == 200)


async def test_an_answer_without_a_tag_is_given_whole(papers: Service) -> None:
    assert (await papers.as_("officer").get("/v1/papers", headers={"If-None-Match": "*"})).status_code == 200


async def test_no_answer_is_kept_on_its_way_but_what_anyone_may_read(papers: Service) -> None:
    officer, path = papers.as_("officer"), f"/v1/papers/{await made(papers)}"
    paper = await officer.get(path)
    answers = {
        "a paper": paper,
        "a list": await officer.get("/v1/papers"),
        "one that the caller has": await officer.get(path, headers={"If-None-Match": paper.headers["etag"]}),
        "a write": await officer.post(f"{path}:touch"),
        "a refusal": await officer.get("/v1/papers?sort=x"),
        "a caller without a token": await papers.as_("public").get(path),
        "a public path that is not there": await papers.as_("public").get("/v1/problems/nothing"),
        "nobody's path": await officer.get("/nowhere"),
        "another method": await officer.delete("/v1/papers"),
    }
    assert {name: answer.headers.get_list("cache-control") for name, answer in answers.items()} == {name: ["no-store"] for name in answers}
    answers |= {name: await papers.as_("public").get(name) for name in ("/livez", "/v1/problems", "/v1/codes", "/version")}
    assert {name: answer.headers.get_list("x-content-type-options") for name, answer in answers.items()} == {
        name: ["nosniff"] for name in answers
    }
    assert [answers[name].headers.get("cache-control") for name in ("/livez", "/v1/problems", "/v1/codes", "/version")] == [None] * 4
