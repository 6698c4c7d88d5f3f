"""Each service in turn is stopped, hangs or is slow while the whole system is under load: its own callers hear so soon and are told when to come back,
what is merged says what is missing, and the callers of the others notice nothing."""

import itertools
import signal
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field

import httpx
import pytest

from deploy.postgres import FAST_SETTINGS
from deploy.stack import Stack

pytestmark = [pytest.mark.drill, pytest.mark.alone]

OWN = {
    "registry": ("/v1/trainees?limit=2", "/v1/classes?limit=2"),
    "subsidy": ("/v1/claims?limit=2", "/v1/funds?limit=2"),
    "evaluation": ("/v1/filings?limit=2", "/v1/certificates?limit=2"),
    "eastwest": ("/v1/orders?limit=2", "/v1/placements?limit=2"),
}
MERGED = ("/v1/worklist", "/v1/changes?limit=2", "/v1/audit?limit=2", "/v1/plans/kaili-2024/progress")
COUNTED = ("registry", "evaluation", "eastwest")  # on the board
FIRST_WITHIN_SECONDS = 6.0  # a second until it is doubted, three until that is sure, and a machine that is busy
THEN_WITHIN_SECONDS = 1.5
MERGED_WITHIN_SECONDS = 4.5
UNHARMED_WITHIN_SECONDS = 3.0
BACK_WITHIN_SECONDS = 20.0
SICK_FOR_SECONDS = 8.0


@dataclass(frozen=True)
class Answer:
    path: str
    began: float
    seconds: float
    status: int
    complete: bool | None
    retry_after: str | None


@dataclass
class Load:
    """One caller a path, each on a connection of its own, as long as the block lasts."""

    stack: Stack
    tokens: dict[str, str]
    answers: list[Answer] = field(default_factory=list)
    over: threading.Event = field(default_factory=threading.Event)

    def ask(self, client: httpx.Client, path: str) -> Answer:
        role = "auditor" if "audit" in path or "changes" in path else "officer"
        began = time.monotonic()
        told = client.get(path, headers={"Authorization": self.tokens[role]})
        complete = told.json().get("complete") if path in MERGED and told.status_code == 200 else None
        return Answer(path, began, time.monotonic() - began, told.status_code, complete, told.headers.get("retry-after"))

    def caller(self, path: str) -> None:
        with httpx.Client(base_url=self.stack.gateway_url, timeout=60) as client:
            while not self.over.is_set():
                self.answers.append(self.ask(client, path))
                time.sleep(0.05)

    @contextmanager
    def goes_on(self) -> Iterator[None]:
        paths = [*itertools.chain(*OWN.values()), *MERGED]
        with ThreadPoolExecutor(len(paths)) as pool:
            callers = [pool.submit(self.caller, path) for path in paths]
            try:
                yield
            finally:
                self.over.set()
            for each in callers:
                each.result()


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

    return {role: token(role) for role in ("officer", "auditor")}


@contextmanager
def stopped(stack: Stack, name: str) -> Iterator[None]:
    stack.kill(name)
    try:
        yield
    finally:
        stack.start(name)


@contextmanager
def hung(stack: Stack, name: str) -> Iterator[None]:
    stack.kill(name, signal.SIGSTOP)
    try:
        yield
    finally:
        stack.kill(name, signal.SIGCONT)


@contextmanager
def slow(stack: Stack, name: str) -> Iterator[None]:
    """It works a quarter of the time."""
    over = threading.Event()

    def hold_up() -> None:
        while not over.is_set():
            stack.kill(name, signal.SIGSTOP)
            time.sleep(0.3)
            stack.kill(name, signal.SIGCONT)
            time.sleep(0.1)

    holding = threading.Thread(target=hold_up)
    holding.start()
    try:
        yield
    finally:
        over.set()
        holding.join()


def until_whole(load: Load) -> float:
    began = time.monotonic()
    with httpx.Client(base_url=load.stack.gateway_url, timeout=60) as client:
        while True:
            answers = [load.ask(client, path) for path in (*itertools.chain(*OWN.values()), *MERGED)]
            if all(answer.status == 200 and answer.complete is not False for answer in answers):
                return time.monotonic() - began
            assert time.monotonic() - began < BACK_WITHIN_SECONDS, answers
            time.sleep(0.1)


@pytest.mark.parametrize("name", OWN)
@pytest.mark.parametrize("ill", [stopped, hung, slow])
def test_a_sick_service_harms_no_other(
    stack: Stack, tokens: dict[str, str], ill: Callable[[Stack, str], AbstractContextManager[None]], name: str
) -> None:
    until_whole(Load(stack, tokens))
    load = Load(stack, tokens)
    with load.goes_on():
        time.sleep(1)
        with ill(stack, name):
            began = time.monotonic()
            time.sleep(SICK_FOR_SECONDS)
            ended = time.monotonic()
    back = until_whole(Load(stack, tokens))
    meanwhile = [each for each in load.answers if each.began > began and each.began + each.seconds < ended]
    own = [each for each in meanwhile if each.path in OWN[name]]
    merged = [each for each in meanwhile if each.path in MERGED]
    others = [each for each in load.answers if each.path not in OWN[name] and each.path not in MERGED]
    print(
        f"\n{name} {ill.__name__}: back after {back:.1f} s; own {len(own)}, longest {max((each.seconds for each in own), default=0):.1f} s; "
        f"merged {len(merged)}, longest {max(each.seconds for each in merged):.1f} s; others {len(others)}, longest {max(each.seconds for each in others):.1f} s"
    )
    assert {each.status for each in others} == {200} and max(each.seconds for each in others) < UNHARMED_WITHIN_SECONDS
    assert {each.status for each in merged} == {200} and max(each.seconds for each in merged) < MERGED_WITHIN_SECONDS
    assert stack.dead() == []
    if ill is slow:
        assert {each.status for each in own} == {200}
        return
    assert {each.status for each in own} <= {502, 503, 504}
    assert all(each.retry_after for each in own if each.status != 502)  # the answer was cut off: whether it was done is not known
    assert max(each.seconds for each in own) < FIRST_WITHIN_SECONDS
    late = [each for each in own if each.began > began + FIRST_WITHIN_SECONDS]
    assert late and max(each.seconds for each in late) < THEN_WITHIN_SECONDS
    told = {each.path: each.complete for each in merged if each.began > began}
    assert {path for path, complete in told.items() if complete is False} == {*MERGED[:3], *(MERGED[3:] if name in COUNTED else ())}
