"""A service that is away, hangs or is slow: what its callers are told, how soon, and what is left for the others."""

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator

import pytest

from shared.http_client import BREAKER_FAILURES
from tests.conftest import Start
from tests.gateway.routing.upstream import free_port
from tests.gateway.routing.way import Way, a_way
from tests.waiting import until


@pytest.mark.parametrize(
    ("path", "impatience", "status", "code"),
    [
        pytest.param("/v1/trainees", {}, 503, "unavailable", id="down"),
        pytest.param("/v1/certificates", {"neighbour_connect_seconds": 0.2}, 503, "unavailable", id="does-not-pick-up"),
        pytest.param("/v1/claims/hang", {"deadline_seconds": 0.5}, 504, "upstream_timeout", id="hangs"),
    ],
)
@pytest.mark.parametrize("method", ["GET", "POST"])
async def test_a_service_that_fails_is_a_problem_not_a_hang(
    start: Start, method: str, path: str, impatience: dict[str, float], status: int, code: str
) -> None:
    async with a_way(start, **impatience) as way:
        answer = await way.client.request(method, path)
    found = answer.json()
    assert (answer.status_code, found["code"], answer.headers["content-type"]) == (status, code, "application/problem+json")
    assert found["request_id"] == answer.headers["x-request-id"] and found["instance"] == path and found["retryable"] is True
    assert int(answer.headers["retry-after"]) >= 1


async def test_a_service_that_hangs_is_left_alone_until_one_request_finds_it_well(start: Start) -> None:
    async with a_way(start, deadline_seconds=0.4) as way:
        breaker = way.gateway.kernel.neighbours["subsidy"].breaker
        answers = await asyncio.gather(*(way.client.get("/v1/claims/hang") for _ in range(BREAKER_FAILURES)))
        assert {answer.status_code for answer in answers} == {504}
        asked = len(way.upstream.seen)
        breaker.open_until += 60
        for path in ("/v1/claims/hang", "/v1/claims/echo"):
            answer = await way.client.get(path)
            assert (answer.status_code, answer.json()["code"], answer.headers["retry-after"]) == (503, "unavailable", "2")
        assert len(way.upstream.seen) == asked
        breaker.open_until = 0
        answers = await asyncio.gather(*(way.client.get("/v1/claims/hang") for _ in range(10)))
        assert sorted(answer.status_code for answer in answers) == [503] * 9 + [504]
        assert len(way.upstream.seen) == asked + 1
        breaker.open_until = 0
        assert [(await way.client.get("/v1/claims/nothing")).status_code for _ in range(2)] == [204, 204]


async def test_a_process_that_hangs_holds_nobody_up_for_long_and_the_next_not_at_all(start: Start) -> None:
    async with a_way(start, deadline_seconds=60, neighbour_timeout_seconds=0.5) as way:
        way.upstream.lives = False
        answers = await asyncio.gather(*(way.client.get("/v1/claims/hang") for _ in range(3)))  # for whom the gateway would wait a minute
        assert {(answer.status_code, answer.json()["code"], answer.headers["retry-after"]) for answer in answers} == {
            (504, "upstream_timeout", "2")
        }
        breaker, asked = way.gateway.kernel.neighbours["subsidy"].breaker, len(way.upstream.seen)
        for open_until in (
            breaker.open_until + 60,
            0,
        ):  # even the one that tries again is only held up until it is known whether anybody lives there
            breaker.open_until = open_until
            answer = await way.client.get("/v1/claims/echo")
            assert (answer.status_code, answer.json()["code"], len(way.upstream.seen)) == (503, "unavailable", asked)
        way.upstream.lives, breaker.open_until = True, 0
        assert (await way.client.get("/v1/claims/echo")).status_code == 200


async def test_a_process_that_lives_has_all_its_time(start: Start) -> None:
    async with a_way(start, deadline_seconds=3, neighbour_timeout_seconds=0.5) as way:
        began = time.monotonic()
        assert (await way.client.get("/v1/claims/hang")).status_code == 504
        assert time.monotonic() - began >= 3 and way.gateway.kernel.neighbours["subsidy"].breaker.failures == 1


async def test_those_who_wait_for_one_service_leave_places_for_the_others(start: Start) -> None:
    async with a_way(start, requests_at_most=4, deadline_seconds=60, neighbour_timeout_seconds=60) as way:
        waiting = [asyncio.create_task(way.client.get("/v1/claims/hang")) for _ in range(2)]
        await until(lambda: len(way.upstream.seen) == 2)
        answer = await way.client.get("/v1/claims/echo")
        assert (answer.status_code, answer.json()["code"], answer.headers["retry-after"]) == (503, "overloaded", "1")
        assert (await way.client.get("/v1/trainees")).json()["code"] == "unavailable"  # nobody is there; a place was
        assert (await way.client.get("/v1/nothing")).status_code == 404
        waiting.pop().cancel()
        await until(lambda: way.upstream.cut_short == 1)
        async with asyncio.timeout(20):
            while (await way.client.get("/v1/claims/echo")).status_code != 200:  # noqa: ASYNC110 (the gateway has to hear of it)
                await asyncio.sleep(0.02)
        for each in waiting:
            each.cancel()


async def test_an_error_is_an_answer_and_shuts_nobody_out(way: Way) -> None:
    assert {(await way.client.get("/v1/claims/broken")).status_code for _ in range(2 * BREAKER_FAILURES)} == {500}
    assert (await way.client.get("/v1/claims/echo")).status_code == 200


async def test_the_service_is_told_how_long_we_wait_whatever_the_caller_says(way: Way) -> None:
    seen = (await way.client.get("/v1/claims/echo", headers={"X-Deadline-Ms": "600000"})).json()
    assert seen["headers"]["x-deadline-ms"] == "19750"  # a little less, so that it can still say that it was late


async def test_a_slow_caller_has_all_the_time(start: Start) -> None:
    async def body() -> AsyncIterator[bytes]:
        yield b"x" * 1000
        await asyncio.sleep(2.5)
        yield b"x" * 1000

    async with a_way(start, deadline_seconds=1.5) as way:
        assert (await way.client.post("/v1/claims/echo", content=body())).json()["bytes"] == 2000


async def test_a_service_that_does_not_take_an_upload_is_a_timeout(start: Start) -> None:
    async def unread(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(left.wait(), 20)
        writer.transport.abort()

    left, port = asyncio.Event(), free_port()
    async with (
        await asyncio.start_server(unread, "127.0.0.1", port, limit=1000),
        a_way(start, subsidy_url=f"http://127.0.0.1:{port}", deadline_seconds=0.5) as way,
    ):
        answer = await way.client.post("/v1/claims", content=b"x" * 20_000_000)
        left.set()
        assert (answer.status_code, answer.json()["code"]) == (504, "upstream_timeout")
