"""The way to a neighbour, over real sockets: what each failure becomes, when it is asked again, and when it is left alone."""

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator, Callable
from typing import Any

import httpx
import pytest
from joserfc.jwk import KeySet

from shared import access, clock, errors, http_client
from tests.gateway.routing.upstream import free_port

OFFICER = access.Actor("o", "officer")


def call(seconds: float | None = None) -> access.Call:
    deadline = None if seconds is None else access.Deadline(time.monotonic() + seconds)
    return access.Call(OFFICER, clock.now(), "r-1", traceparent="00-1-2-01", server_date="2025-04-10T09:00:00+08:00", deadline=deadline)


def neighbour(url: str = "http://registry.test", transport: Any = None, seconds: float = 5.0) -> http_client.Neighbour:
    tokens = access.Tokens("issuer", "us", b"k" * 32, KeySet([]))
    return http_client.Neighbour("registry", url, "subsidy", tokens, seconds, 0.5, transport)


class Registry:
    """A raw server: each request is answered by the next of `answers` (the last one ever after); "" cuts the connection, None never answers.
    Asked whether it lives, it says so."""

    def __init__(self, *answers: str | None) -> None:
        self.answers, self.asked, self.connections, self.lives = list(answers), list[str](), 0, True

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        try:
            with contextlib.suppress(asyncio.IncompleteReadError, ConnectionError):
                while True:
                    head = (await reader.readuntil(b"\r\n\r\n")).decode().lower()
                    if "content-length: " in head:
                        await reader.readexactly(int(head.partition("content-length: ")[2].partition("\r")[0]))
                    if self.lives and head.startswith("get /livez "):
                        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}")
                        continue
                    self.asked.append(head)
                    answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
                    if answer is None:
                        await reader.read()
                    if not answer:
                        break
                    status, _, body = answer.partition(" ")
                    kind = "application/problem+json" if '"code"' in body else "application/json"
                    writer.write(f"HTTP/1.1 {status} X\r\nContent-Type: {kind}\r\nContent-Length: {len(body)}\r\n\r\n{body}".encode())
        finally:
            writer.close()


@contextlib.asynccontextmanager
async def asking(registry: Registry, seconds: float = 5.0) -> AsyncIterator[http_client.Neighbour]:
    port = free_port()
    async with await asyncio.start_server(registry.serve, "127.0.0.1", port):
        made = neighbour(f"http://127.0.0.1:{port}", seconds=seconds)
        try:
            yield made
        finally:
            await made.close()


REFUSAL = '409 {"code": "class_full", "status": 409, "title": "full", "detail": "full", "retryable": false}'


@pytest.mark.parametrize(
    ("answers", "outcome", "asked"),
    [
        pytest.param(['200 {"a": 1}'], {"a": 1}, 1, id="answers"),
        pytest.param(["404 {}"], None, 1, id="has-it-not"),
        pytest.param(["", '200 {"a": 1}'], {"a": 1}, 2, id="cut-once"),
        pytest.param(["500 {}", '200 {"a": 1}'], {"a": 1}, 2, id="fails-once"),
        pytest.param(["", ""], errors.UpstreamFailed, 2, id="cut-twice"),
        pytest.param(["500 {}"], errors.UpstreamFailed, 2, id="fails-twice"),
        pytest.param(["503 {}"], errors.Unavailable, 2, id="is-unavailable"),
        pytest.param(["504 {}"], errors.UpstreamTimeout, 1, id="waits-for-another-in-vain"),
        pytest.param(["200 {"], errors.UpstreamFailed, 1, id="is-unreadable"),
        pytest.param(["401 {}"], errors.UpstreamFailed, 1, id="does-not-know-us"),
        pytest.param([REFUSAL], errors.Relayed, 1, id="refuses"),
        pytest.param(['409 ["code"]'], errors.UpstreamFailed, 1, id="refuses-with-a-list"),
        pytest.param(['422 {"code": "x"}'], errors.UpstreamFailed, 1, id="refuses-with-half-a-problem"),
        pytest.param(['429 {"code"'], errors.UpstreamFailed, 1, id="refuses-unreadably"),
    ],
)
@pytest.mark.parametrize("method", ["get", "post"])
async def test_what_a_neighbour_answers_is_read_or_becomes_a_problem(answers: list[str], outcome: Any, asked: int, method: str) -> None:
    registry = Registry(*answers)
    async with asking(registry) as there:
        asked_for = there.get("/x", call(), {"n": 1}) if method == "get" else there.post("/x", call(), {"n": 1})
        if isinstance(outcome, type):
            with pytest.raises(outcome) as raised:
                await asked_for
            assert raised.type is outcome
        else:
            assert await asked_for == outcome
    assert len(registry.asked) == asked
    head = registry.asked[0]
    assert head.startswith("get /x?n=1 " if method == "get" else "post /x ")
    assert all(
        header in head
        for header in ("x-request-id: r-1", "traceparent: 00-1-2-01", "x-server-date: 2025-04-10t09", "authorization: bearer ")
    )


async def test_nobody_there_is_unavailable_and_a_silent_one_a_timeout_each_with_a_time_to_come_back() -> None:
    away = neighbour("http://127.0.0.1:9")  # where nobody listens, and no test ever will
    with pytest.raises(errors.Unavailable) as unavailable:
        await away.get("/x", call())
    await away.close()
    registry = Registry(None)
    async with asking(registry, seconds=0.2) as silent:
        with pytest.raises(errors.UpstreamTimeout) as late:
            await silent.get("/x", call())
    assert len(registry.asked) == 1
    assert unavailable.value.headers["Retry-After"] == late.value.headers["Retry-After"] == "2"


async def test_connections_are_kept_and_closed_in_the_end() -> None:
    registry = Registry("200 {}")
    async with asking(registry) as there:
        for _ in range(5):
            await there.get("/x", call())
        session = there.session
        assert (registry.connections, session.closed) == (1, False)
    assert session.closed


async def test_someone_elses_question_bears_their_token_and_its_answer_is_not_read() -> None:
    registry = Registry("403 {}")
    async with asking(registry) as there:
        answer = await there.ask("/x?a=b%20c", call(), {"Authorization": "Bearer theirs"})
    assert (answer.status, answer.body) == (403, b"{}")
    assert registry.asked[0].startswith("get /x?a=b%20c ") and registry.asked[0].count("authorization: bearer theirs") == 1


# ── how long ──


def told(registry: Registry) -> list[int]:
    return [int(head.partition("x-deadline-ms: ")[2].partition("\r")[0]) for head in registry.asked]


@pytest.mark.parametrize(
    ("left", "own", "at_most"),
    [
        pytest.param(None, None, 4750, id="nobody-waits"),
        pytest.param(60.0, None, 4750, id="the-caller-waits-longer"),
        pytest.param(2.0, None, 1620, id="the-caller-waits-less"),
        pytest.param(2.0, 1.0, 900, id="asked-in-short"),
        pytest.param(None, 40.0, 39750, id="asked-at-length"),
    ],
)
async def test_a_neighbour_is_told_a_little_less_than_is_waited_for_it(left: float | None, own: float | None, at_most: int) -> None:
    registry = Registry("200 {}")
    async with asking(registry) as there:
        await there.get("/x", call(left), timeout_seconds=own)
    [milliseconds] = told(registry)
    assert at_most - 500 < milliseconds <= at_most


async def test_when_the_time_is_used_up_nobody_is_asked() -> None:
    registry = Registry("200 {}")
    async with asking(registry) as there:
        with pytest.raises(errors.UpstreamTimeout):
            await there.get("/x", call(0))
        assert await there.get("/x", call(0).patient(5)) == {}
    assert len(registry.asked) == 1


# ── the breaker ──


class Asked:
    """A neighbour in process that counts; `answer` says what comes, `lives` whether it says that it lives."""

    def __init__(self, answer: Callable[[], Any], *, lives: bool = True) -> None:
        self.count, self.answer, self.lives, self.called = 0, answer, lives, asyncio.Event()

    async def __call__(self, request: httpx.Request) -> httpx.Response:
        if request.url.path == "/livez":
            return good() if self.lives else await asyncio.sleep(30, good())
        self.count += 1
        self.called.set()
        answer = self.answer()
        return await answer if asyncio.iscoroutine(answer) else answer


def refuse() -> httpx.Response:
    raise httpx.ConnectError("refused")


def good() -> httpx.Response:
    return httpx.Response(200, json={})


async def outcome(there: http_client.Neighbour, made: access.Call | None = None) -> str:
    try:
        await there.get("/x", made or call())
    except errors.Problem as problem:
        return problem.code
    return "ok"


async def opened() -> tuple[http_client.Neighbour, Asked]:
    """A neighbour that has failed five times."""
    asked = Asked(refuse)
    there = neighbour(transport=httpx.MockTransport(asked))
    for _ in range(http_client.BREAKER_FAILURES):
        assert await outcome(there) == "unavailable"
    asked.count, asked.called = 0, asyncio.Event()
    return there, asked


async def test_after_five_failures_it_is_left_alone_for_two_seconds() -> None:
    asked = Asked(refuse)
    there = neighbour(transport=httpx.MockTransport(asked))
    for _ in range(http_client.BREAKER_FAILURES - 1):
        await outcome(there)
    asked.answer = good
    assert await outcome(there) == "ok"  # four were not enough, and they are forgotten
    asked.answer = refuse
    for _ in range(http_client.BREAKER_FAILURES):
        await outcome(there)
    before = asked.count
    assert [await outcome(there) for _ in range(3)] == ["unavailable"] * 3
    assert asked.count == before
    assert 0 < there.breaker.open_until - time.monotonic() <= http_client.BREAKER_PAUSE_SECONDS


@pytest.mark.parametrize(("answer", "first", "after"), [(good, "ok", "ok"), (refuse, "unavailable", "unavailable")])
async def test_half_open_lets_exactly_one_call_try(answer: Callable[[], httpx.Response], first: str, after: str) -> None:
    there, asked = await opened()
    there.breaker.open_until = 0
    go = asyncio.Event()

    async def waiting() -> httpx.Response:
        await go.wait()
        return answer()

    asked.answer = waiting
    trial = asyncio.create_task(outcome(there))
    await asked.called.wait()
    assert await asyncio.gather(*(outcome(there) for _ in range(20))) == ["unavailable"] * 20
    assert asked.count == 1
    go.set()
    assert await trial == first
    asked.answer = good
    assert await outcome(there) == after  # shut again, or open for another two seconds


async def test_a_trial_that_its_caller_gave_up_lets_the_next_one_try() -> None:
    there, asked = await opened()
    there.breaker.open_until, asked.answer = 0, lambda: asyncio.sleep(30)
    trial = asyncio.create_task(outcome(there))
    await asked.called.wait()
    trial.cancel()
    await asyncio.gather(trial, return_exceptions=True)
    asked.answer = good
    assert await outcome(there) == "ok"


async def test_an_answer_is_an_answer_whatever_its_status() -> None:
    asked = Asked(lambda: httpx.Response(500))
    there = neighbour(transport=httpx.MockTransport(asked))
    assert {await outcome(there) for _ in range(2 * http_client.BREAKER_FAILURES)} == {"upstream_failed"}
    assert there.breaker.failures == 0


@pytest.mark.parametrize(
    ("left", "failures"), [pytest.param(0.02, 0, id="the-caller-waits-less"), pytest.param(9.0, 1, id="it-had-its-time")]
)
async def test_a_caller_in_a_hurry_does_not_condemn_the_neighbour(left: float, failures: int) -> None:
    there = neighbour(transport=httpx.MockTransport(Asked(lambda: asyncio.sleep(30))), seconds=0.05)
    assert await outcome(there, call(left)) == "upstream_timeout"
    assert there.breaker.failures == failures


@pytest.mark.parametrize(("lives", "failures"), [(True, 0), (False, http_client.BREAKER_FAILURES)])
async def test_a_process_that_does_not_even_say_that_it_lives_is_left_alone_after_one_call(lives: bool, failures: int) -> None:
    """However short that call was: a name is waited for a second, and a list that lacks it should come at once the next time."""
    asked = Asked(lambda: asyncio.sleep(30), lives=lives)
    there = neighbour(transport=httpx.MockTransport(asked), seconds=0.2)
    assert await outcome(there, call(0.1)) == "upstream_timeout"
    await asyncio.wait_for(there._looking or asyncio.sleep(0), 20)
    assert there.breaker.failures == failures


async def test_who_still_waits_when_nobody_lives_there_waits_no_longer() -> None:
    there = neighbour(transport=httpx.MockTransport(Asked(lambda: asyncio.sleep(30), lives=False)), seconds=0.2)
    async with asyncio.timeout(20):
        with pytest.raises(errors.UpstreamTimeout):
            await there.get("/x", call().patient(60), timeout_seconds=60)  # for an event


async def test_whoever_tries_again_asks_first_whether_anybody_lives_there() -> None:
    there, asked = await opened()
    there.breaker.open_until, asked.lives, asked.answer = 0, False, good
    assert (await outcome(there), asked.count) == ("unavailable", 0)
    assert there.breaker.open_until > time.monotonic()
    there.breaker.open_until, asked.lives = 0, True
    assert (await outcome(there), asked.count) == ("ok", 1)


async def test_a_job_s_neighbour_has_a_breaker_of_its_own() -> None:
    there, asked = await opened()
    asked.answer = good
    assert (await outcome(there.apart()), await outcome(there)) == ("ok", "unavailable")
