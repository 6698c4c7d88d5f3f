"""A key that was answered is answered again: however many come at once, in whatever order the members stand."""

import asyncio

import pytest
from sqlalchemy import text

from tests.conftest import Service
from tests.shared.web.papers import KEY

BODY = '{"words": "早", "hours": 3, "parts": [{"n": 1}]}'
JSON = {**KEY, "Content-Type": "application/json"}


async def test_a_completed_key_is_replayed_to_everyone_who_repeats_it(papers: Service) -> None:
    officer = papers.as_("officer")
    first = await officer.post("/v1/papers", content=BODY, headers=JSON)
    answers = await asyncio.gather(*(officer.post("/v1/papers", content=BODY, headers=JSON) for _ in range(100)))
    assert {(answer.status_code, answer.headers.get("idempotent-replayed")) for answer in answers} == {(201, "true")}
    assert {answer.text for answer in answers} == {first.text}


@pytest.mark.parametrize(
    ("body", "status"),
    [
        pytest.param('{"parts":[{"n":1}],"hours":3,"words":"\\u65e9"}', 201, id="another-order-and-other-escapes"),
        pytest.param('{"words": "早", "hours": 4, "parts": [{"n": 1}]}', 422, id="another-value"),
        pytest.param('{"words": "早", "hours": 3, "parts": [{"n": 1}, {"n": 1}]}', 422, id="a-longer-list"),
        pytest.param('{"words": "早", "hours": 3.0, "parts": [{"n": 1}]}', 422, id="another-type"),
        pytest.param('{"words": "早", "hours": "x"}', 422, id="misshapen"),
    ],
)
async def test_the_same_json_in_another_order_is_the_same_body(papers: Service, body: str, status: int) -> None:
    officer = papers.as_("officer")
    assert (await officer.post("/v1/papers", content=BODY, headers=JSON)).status_code == 201
    again = await officer.post("/v1/papers", content=body, headers=JSON)
    assert (again.status_code, again.json().get("code")) == (status, "idempotency_key_reused" if status == 422 else None)


async def test_a_replay_comes_before_the_precondition_and_the_state(papers: Service) -> None:
    officer = papers.as_("officer")
    paper_id = (await officer.post("/v1/papers", content=BODY, headers=JSON)).json()["id"]
    path, key = f"/v1/papers/{paper_id}:close", {"Idempotency-Key": "b"}
    closed = await officer.post(path, json={"reason": "齐全"}, headers={**key, "If-Match": '"1"'})
    again = await officer.post(path, json={"reason": "齐全"}, headers=key)
    assert (again.status_code, again.text) == (200, closed.text)
    assert (await officer.post(path, json={"reason": "齐全"}, headers={"If-Match": '"2"'})).json()["code"] == "invalid_state"


async def test_a_key_that_holds_a_persons_number_works_as_any_and_is_not_kept(papers: Service) -> None:
    officer, kept = papers.as_("officer"), []
    for key in ("claim-522601199003070025", "claim-522601199003070033", "claim-1"):
        first, again = [
            await officer.post("/v1/papers", json={"words": f"第 {len(kept)} 份"}, headers={"Idempotency-Key": key}) for _ in range(2)
        ]
        assert (again.headers["idempotent-replayed"], again.json()["id"]) == ("true", first.json()["id"])
        kept.append(first.json()["id"])
        assert (await officer.post("/v1/papers", json={"words": "x"}, headers={"Idempotency-Key": key})).status_code == 422
    async with papers.kernel.reading() as session:
        keys = (await session.scalars(text("SELECT key FROM idempotency_keys"))).all()
    assert len(set(kept)) == len(keys) == 3 and "claim-1" in keys and not [key for key in keys if "5226011990" in key]
