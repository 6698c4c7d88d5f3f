"""What `SCENARIO=… make run` promises to who builds a front end on it: the command itself, with a port of its own, asked over HTTP."""

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from deploy.scenarios import SCENARIOS, SLOW_SECONDS
from deploy.stack import free_ports

pytestmark = pytest.mark.drill
ROOT = Path(__file__).resolve().parents[2]
READY_SECONDS_AT_MOST = 240  # of a machine that does other work as well


@contextlib.contextmanager
def scenario(name: str, log: Path, within: float = READY_SECONDS_AT_MOST) -> Iterator[httpx.Client]:
    """The officer's client of the running scenario."""
    ports = free_ports()
    env = {setting: value for setting, value in os.environ.items() if setting not in ("VAR_DIR", "DATABASE_URL")}
    env |= {f"{service.upper()}_PORT": str(port) for service, port in ports.items()} | {"SCENARIO": name, "PYTHONUNBUFFERED": "1"}
    with (
        log.open("w") as said,
        subprocess.Popen([sys.executable, "-m", "deploy.local"], cwd=ROOT, env=env, stdout=said, stderr=said) as run,
    ):
        try:
            until = time.monotonic() + within
            while SCENARIOS[name].shows not in log.read_text():
                assert run.poll() is None and time.monotonic() < until, log.read_text()
                time.sleep(0.1)
            with httpx.Client(base_url=f"http://127.0.0.1:{ports['gateway']}", timeout=60) as http:
                signed_in = http.post("/v1/sessions", json={"name": "local-officer", "password": "local-officer"}).json()
                http.headers["Authorization"] = f"Bearer {signed_in['access_token']}"
                yield http
        finally:
            run.send_signal(signal.SIGINT)
            assert run.wait(60) == 0, log.read_text()


def _trainee(http: httpx.Client) -> str:
    return str(http.get("/v1/trainees?limit=1").json()["items"][0]["id"])


def test_slow_every_answer_takes_seconds_and_is_right(tmp_path: Path) -> None:
    with scenario("slow", tmp_path / "log") as http:
        for path in ("/v1/me", "/v1/codes", "/v1/trainees"):
            asked = time.monotonic()
            assert http.get(path).status_code == 200
            assert time.monotonic() - asked >= SLOW_SECONDS


def test_down_one_service_answers_503_and_the_others_their_papers(tmp_path: Path) -> None:
    with scenario("down", tmp_path / "log") as http:
        for path in ("/v1/claims", "/v1/funds", "/v1/notices"):
            answer = http.get(path)
            assert (answer.status_code, answer.headers["content-type"]) == (503, "application/problem+json"), answer.text
            assert answer.json()["retryable"] and answer.headers["retry-after"]
        assert http.get("/v1/trainees").json()["items"] and http.get("/v1/certificates").json()["items"]
        time.sleep(2)  # whatever else dies is started again within a second; this is not
        assert http.get("/v1/claims").status_code == 503


def test_partial_what_is_gathered_from_all_says_that_something_is_missing(tmp_path: Path) -> None:
    with scenario("partial", tmp_path / "log") as http:
        overview = http.get(f"/v1/trainees/{_trainee(http)}/overview").json()
        assert not overview["complete"] and overview["sections"]["evaluation"]["status"] == "unavailable"
        assert overview["sections"]["registry"]["status"] == "ok"
        worklist, board = http.get("/v1/worklist").json(), http.get("/v1/plans/kaili-2024/progress").json()
        assert not worklist["complete"] and not board["complete"] and board["unavailable"] == ["evaluation"]
        assert any(line["actual"] for line in board["lines"]) and any(line["status"] == "unknown" for line in board["lines"])


def test_empty_there_is_no_paper_and_every_list_says_so(tmp_path: Path) -> None:
    with scenario("empty", tmp_path / "log") as http:
        for noun in ("trainees", "institutions", "classes", "claims", "certificates", "orders", "placements"):
            answer = http.get(f"/v1/{noun}").json()
            assert (answer["items"], answer["next_cursor"]) == ([], None), noun
        on = {"X-Server-Date": "2025-04-10T09:00:00+08:00"}  # late in a year the calendar of the next one waits
        assert http.get("/v1/worklist", headers=on).json()["items"] == []


def test_crowded_lists_have_pages(tmp_path: Path) -> None:
    began = time.monotonic()
    with scenario("crowded", tmp_path / "log") as http:
        print(f"crowded is ready after {time.monotonic() - began:.0f} s")
        for noun, at_least in {"trainees": 5_000, "classes": 300, "claims": 80}.items():
            page = http.get(f"/v1/{noun}?include_total=true").json()
            assert len(page["items"]) == 50 and page["next_cursor"] and page["total"] >= at_least, noun
        assert http.get("/v1/worklist").json()["next_cursor"]
