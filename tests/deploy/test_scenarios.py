"""Which scenarios there are and when they are refused, and the slow line of `slow`. What each of them shows is tried in the drill."""

import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

from deploy import scenarios
from deploy.processes import CannotStart
from deploy.stack import free_ports

ROOT = Path(__file__).resolve().parents[2]


def test_nothing_is_asked_for_and_each_of_the_six_is_known() -> None:
    assert scenarios.asked({}) is None is scenarios.asked({"SCENARIO": ""})
    assert [scenarios.asked({"SCENARIO": name}) for name in ("slow", "down", "partial", "empty", "crowded", "year")] == [
        *scenarios.SCENARIOS.values()
    ]


@pytest.mark.parametrize(
    ("environment", "named"),
    [
        pytest.param({"SCENARIO": "slowly"}, "slow、down、partial", id="none-of-the-six"),
        pytest.param({"SCENARIO": "empty", "VAR_DIR": "/srv/var"}, "VAR_DIR", id="over-data-that-are-kept"),
        pytest.param({"SCENARIO": "crowded", "DATABASE_URL": "postgresql://…"}, "DATABASE_URL", id="into-another-database"),
        pytest.param({"SCENARIO": "down", "ENVIRONMENT": "production"}, "只用于本机", id="in-production"),
    ],
)
def test_a_scenario_is_refused(environment: dict[str, str], named: str) -> None:
    with pytest.raises(CannotStart, match=named):
        scenarios.asked(environment)


@pytest.mark.parametrize("seconds", [pytest.param("0", id="at-once"), pytest.param("0.3", id="after-so-many-seconds")])
def test_what_is_said_arrives_later_and_whole_and_the_answer_comes_back(seconds: str) -> None:
    port, *_ = free_ports().values()
    with socket.create_server(("127.0.0.1", 0)) as listening:
        command = [sys.executable, "-m", "deploy.delay", str(port), str(listening.getsockname()[1]), seconds]
        with subprocess.Popen(command, cwd=ROOT) as line, _connected(port) as caller, listening.accept()[0] as called:
            for said in (b"first", b"second" * 5_000):
                began = time.monotonic()
                caller.sendall(said)
                assert called.recv(len(said), socket.MSG_WAITALL) == said and time.monotonic() - began >= float(seconds)
                called.sendall(said[::-1])
                assert caller.recv(len(said), socket.MSG_WAITALL) == said[::-1]
            caller.close()
            assert called.recv(1) == b""
            line.terminate()


def test_whoever_is_told_that_it_runs_is_let_in(tmp_path: Path) -> None:
    port, *_ = free_ports().values()
    with socket.create_server(("127.0.0.1", 0)) as listening, scenarios.slow_line(port, listening.getsockname()[1], tmp_path / "delay.log"):
        socket.create_connection(("127.0.0.1", port), timeout=30).close()


def _connected(port: int) -> socket.socket:
    """As soon as somebody listens there."""
    until = time.monotonic() + 30
    while True:
        try:
            return socket.create_connection(("127.0.0.1", port), timeout=30)
        except ConnectionRefusedError:
            assert time.monotonic() < until
            time.sleep(0.02)
