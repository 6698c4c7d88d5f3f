"""The database is halted under the whole system, and a service is: what each place answers, how soon, and that all goes on afterwards."""

import collections
import signal
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
import psutil
import pytest

from deploy.postgres import FAST_SETTINGS
from deploy.stack import Stack
from tests import people

pytestmark = [pytest.mark.drill, pytest.mark.alone]

ANSWERED_WITHIN_SECONDS = 11.0  # ten, and the way there and back
READYZ_WITHIN_SECONDS = 3.5
LIVEZ_WITHIN_SECONDS = 2.0  # a hundred are asked at once, of processes that share two cores
BACK_WITHIN_SECONDS = 10.0
# A connection for each request: one that the server just closed would be the caller's own fault. Said to both ends, since httpcore can close one that it has just
# given to another thread when it alone was told to keep none.
FRESH: dict[str, Any] = {"limits": httpx.Limits(max_connections=None), "headers": {"Connection": "close"}}
REFUSED = (502, 503, 504)
SERVED = (*REFUSED, 200, 201, 401, 409, 429)
READS = (
    "/v1/trainees?limit=5",
    "/v1/claims?limit=5",
    "/v1/worklist",
    "/v1/changes",
    "/v1/audit?limit=5",
    "/v1/webhook-endpoints",
    "/v1/plans/kaili-2024/progress",
)
MERGED = ("/v1/worklist", "/v1/changes", "/v1/plans/kaili-2024/progress")  # whose answer tells what there is, and what is missing
SIGN_IN = {"name": "nobody", "password": "a long password"}

Ask = Callable[[], httpx.Response]


@pytest.fixture(scope="module")
def stack() -> Iterator[Stack]:
    with Stack(database_settings=FAST_SETTINGS) as running:
        yield running


@pytest.fixture(scope="module")
def tokens(stack: Stack) -> dict[str, str]:
    def token(role: str) -> str:
        secret = f"local-{role}"
        answer = httpx.post(f"{stack.gateway_url}/oauth2/token", auth=(secret, secret), data={"grant_type": "client_credentials"})
        return f"Bearer {answer.json()['access_token']}"

    return {role: token(role) for role in ("officer", "auditor", "admin")}


def asked(stack: Stack, tokens: dict[str, str], client: httpx.Client) -> dict[str, Ask]:
    """One of each kind: reads at the gateway and through it, writes, tokens and sign-in, health."""

    def read(path: str) -> httpx.Response:
        role = "auditor" if "audit" in path or "changes" in path else "admin" if "webhook" in path else "officer"
        return client.get(path, headers={"Authorization": tokens[role]})

    def write() -> httpx.Response:
        headers = {"Authorization": tokens["officer"], "X-Server-Date": "2025-04-01T09:00:00+08:00"}
        return client.post("/v1/trainees", headers=headers, json=people.trainee(7))

    def token() -> httpx.Response:
        return client.post("/oauth2/token", auth=("local-officer", "local-officer"), data={"grant_type": "client_credentials"})

    asking: dict[str, Ask] = {path: lambda path=path: read(path) for path in READS}  # type: ignore[misc]
    asking |= {
        "POST /v1/trainees": write,
        "POST /oauth2/token": token,
        "POST /v1/sessions": lambda: client.post("/v1/sessions", json=SIGN_IN),
    }
    for name, url in stack.urls.items():
        asking |= {f"{name} {path}": lambda at=url + path: client.get(at) for path in ("/livez", "/readyz")}  # type: ignore[misc]
    return asking


def measured(asking: dict[str, Ask], times: int) -> dict[str, list[tuple[int, float]]]:
    """Each asked so many times, all side by side; the status and the seconds of every answer."""

    def one(ask: Ask) -> tuple[int, float]:
        began = time.monotonic()
        answer = ask()
        if answer.status_code in (429, 503):
            assert int(answer.headers["Retry-After"]) > 0, answer.text
        return answer.status_code, time.monotonic() - began

    with ThreadPoolExecutor(len(asking) * times) as pool:
        told = {name: [pool.submit(one, ask) for _ in range(times)] for name, ask in asking.items()}
        return {name: [each.result() for each in answers] for name, answers in told.items()}


def show(title: str, found: dict[str, list[tuple[int, float]]]) -> None:
    print(f"\n{title}")
    for name, answers in found.items():
        statuses = dict(collections.Counter(status for status, _ in answers))
        print(f"  {name:44} {statuses!s:24} longest {max(seconds for _, seconds in answers):6.2f} s")


def held(found: dict[str, list[tuple[int, float]]], may: tuple[int, ...] = REFUSED) -> None:
    for name, answers in found.items():
        for status, seconds in answers:
            if name.endswith("/livez"):
                assert status == 200 and seconds < LIVEZ_WITHIN_SECONDS, (name, status, seconds)
            elif name.endswith("/readyz"):
                assert seconds < READYZ_WITHIN_SECONDS, (name, status, seconds)
            else:
                assert status in may or (status == 200 and name in MERGED), (name, status, seconds)
                assert seconds < ANSWERED_WITHIN_SECONDS, (name, status, seconds)


def goes_on(asking: dict[str, Ask]) -> float:
    began = time.monotonic()
    while any(status >= 500 for answers in measured(asking, 1).values() for status, _ in answers):
        assert time.monotonic() - began < 2 * ANSWERED_WITHIN_SECONDS + BACK_WITHIN_SECONDS
    return time.monotonic() - began


def jobs_go_on(stack: Stack, tokens: dict[str, str]) -> None:
    """What is written now is sealed: the jobs of a process came back too."""
    with httpx.Client(base_url=stack.urls["registry"], timeout=30) as client:

        def sealed() -> int:
            rows: int = client.get("/v1/audit:verify", headers={"Authorization": tokens["auditor"]}).json()["sealed_rows"]
            return rows

        before, body = sealed(), people.trainee(int(time.time()) % 1_000_000)
        headers = {"Authorization": tokens["officer"], "X-Server-Date": "2025-04-01T09:00:00+08:00"}
        assert client.post("/v1/trainees", headers=headers, json=body).status_code == 201
        began = time.monotonic()
        while sealed() <= before:
            assert time.monotonic() - began < BACK_WITHIN_SECONDS


@pytest.mark.parametrize("whole", [pytest.param(True, id="every-process-of-it"), pytest.param(False, id="whoever-takes-connections")])
def test_a_halted_database_holds_nobody_up_and_everything_goes_on_afterwards(stack: Stack, tokens: dict[str, str], whole: bool) -> None:
    with httpx.Client(base_url=stack.gateway_url, timeout=90, **FRESH) as client:
        asking = asked(stack, tokens, client)
        goes_on(asking)
        server = psutil.Process(stack.pids["postgres"])
        halted = [server, *(server.children(recursive=True) if whole else ())]
        try:
            for process in halted:
                process.suspend()
            found = measured(asking, 5)
            show("halted, just now", found)
            again = measured(asking, 5)
            show("halted, known", again)
        finally:
            for process in halted:
                process.resume()
        back = goes_on(asking)
        jobs_go_on(stack, tokens)
        after = measured(asking, 30)  # more than a pool holds: no connection was lost
        show(f"all of it went on {back:.2f} s after the end; thirty of each, afterwards", after)
        for each in (found, again):
            held(each, REFUSED if whole else SERVED)
        for name in stack.urls:
            assert {status for status, _ in again[f"{name} /readyz"]} == {503} or not whole
        assert back < BACK_WITHIN_SECONDS and stack.dead() == []
        assert all(status < 500 for answers in after.values() for status, _ in answers)


def test_a_halted_service_holds_nobody_up(stack: Stack, tokens: dict[str, str]) -> None:
    with httpx.Client(base_url=stack.gateway_url, timeout=90, **FRESH) as client:
        asking = {name: ask for name, ask in asked(stack, tokens, client).items() if not name.startswith("registry ")}
        goes_on(asking)
        stack.kill("registry", signal.SIGSTOP)
        try:
            found = measured(asking, 5)
        finally:
            stack.kill("registry", signal.SIGCONT)
        back = goes_on(asking)
        show(f"registry halted; all of it went on {back:.2f} s after the end", found)
        held(found, SERVED)
        assert back < BACK_WITHIN_SECONDS
