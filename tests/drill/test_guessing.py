"""The limits against harvesting and guessing, over sockets and through the gateway: each counts the caller's own address and stops nobody else."""

from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest

from deploy.postgres import FAST_SETTINGS
from deploy.stack import Stack

pytestmark = [pytest.mark.drill, pytest.mark.alone]

SECONDS_AT_MOST = 30.0  # of a machine that does other work as well; 200 in a row take 42 s of one that does none
HARVESTER, SPRAYER, STRANGER, OWNER = "127.0.0.11", "127.0.0.12", "127.0.0.13", "127.0.0.14"


@pytest.fixture(scope="module")
def stack() -> Iterator[Stack]:
    with Stack(database_settings=FAST_SETTINGS) as running:
        yield running


def _from(address: str, stack: Stack) -> httpx.Client:
    return httpx.Client(base_url=stack.gateway_url, transport=httpx.HTTPTransport(local_address=address), timeout=60)


def _sign_in(http: httpx.Client, name: str, password: str) -> int:
    return http.post("/v1/sessions", json={"name": name, "password": password}).status_code


def test_600_verifications_from_one_address_are_60(stack: Stack) -> None:
    asked = {"number": "S000052000001250000001", "name": "杨秀英"}
    with _from(HARVESTER, stack) as http, ThreadPoolExecutor(8) as many:
        answers = Counter(
            many.map(
                lambda _: http.post("/v1/certificates:verify", json=asked, headers={"X-Forwarded-For": "8.8.8.8"}).status_code, range(600)
            )
        )
    print(f"600 verifications: {dict(answers)}")
    assert answers[429] > 0 and answers[200] in (60, 120)  # a minute may turn meanwhile
    with _from(OWNER, stack) as http:
        assert http.post("/v1/certificates:verify", json=asked).status_code == 200


def test_forty_names_sprayed_at_once_are_twenty_and_a_stranger_locks_nobody_out(stack: Stack) -> None:
    with _from(SPRAYER, stack) as http, ThreadPoolExecutor(10) as many:
        answers = Counter(many.map(lambda number: _sign_in(http, f"某人{number}", "Spring-2025!"), range(40)))
    print(f"40 names sprayed: {dict(answers)}")
    assert answers[401] in (20, 40) and answers[401] + answers[429] + answers[503] == 40
    with _from(STRANGER, stack) as http:
        assert [_sign_in(http, "local-officer", "wrong") for _ in range(6)] == [401] * 5 + [429]
    with _from(OWNER, stack) as http:
        assert _sign_in(http, "local-officer", "local-officer") == 201


def test_200_sign_ins_at_once_are_served_or_turned_away_within_seconds(stack: Stack) -> None:
    with _from(OWNER, stack) as http, ThreadPoolExecutor(100) as many:

        def attempt(number: int) -> tuple[int, float]:
            answer = http.post("/v1/sessions", json={"name": f"nobody-{number}", "password": "wrong-password"})
            return answer.status_code, answer.elapsed.total_seconds()

        answers = list(many.map(attempt, range(200)))
    slowest = {status: max(took for each, took in answers if each == status) for status, _ in answers}
    print(f"200 sign-ins: {dict(Counter(status for status, _ in answers))}, the slowest of each {slowest} s")
    assert slowest.keys() <= {401, 429, 503} and max(slowest.values()) < SECONDS_AT_MOST
