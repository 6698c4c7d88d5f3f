"""Children that never outlive their parent, and survive the thread that asked for them."""

import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import psutil
import pytest

from deploy.processes import end, last_lines, spawn

ROOT = Path(__file__).resolve().parents[2]


def sleeper(log: Path) -> subprocess.Popen[bytes]:
    return spawn(["sleep", "60"], log=log, ends_by=signal.SIGKILL, cwd=log.parent, env=os.environ)


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells a child of its parent's death")
def test_a_child_ends_when_its_parent_is_killed(tmp_path: Path) -> None:
    program = (
        "import os, signal, sys, time; from pathlib import Path; from deploy.processes import spawn\n"
        "place = Path(sys.argv[1])\n"
        "child = spawn(['sleep', '60'], log=place / 'log', ends_by=signal.SIGKILL, cwd=place, env=os.environ)\n"
        "print(child.pid, flush=True); time.sleep(60)"
    )
    with subprocess.Popen([sys.executable, "-c", program, str(tmp_path)], cwd=ROOT, stdout=subprocess.PIPE, text=True) as parent:
        assert parent.stdout is not None
        child = psutil.Process(int(parent.stdout.readline()))
        parent.kill()
    deadline = time.monotonic() + 60
    while child.is_running() and child.status() != psutil.STATUS_ZOMBIE and time.monotonic() < deadline:
        time.sleep(0.02)
    assert not child.is_running() or child.status() == psutil.STATUS_ZOMBIE


def test_a_child_survives_the_thread_that_asked_for_it(tmp_path: Path) -> None:
    children: list[subprocess.Popen[bytes]] = []
    asking = threading.Thread(target=lambda: children.append(sleeper(tmp_path / "log")))
    asking.start()
    asking.join()
    with pytest.raises(subprocess.TimeoutExpired):
        children[0].wait(0.3)
    end(children[0], signal.SIGTERM, 5)


def test_a_child_that_does_not_listen_is_made_to_end(tmp_path: Path) -> None:
    child = spawn(
        ["sh", "-c", "trap '' TERM; echo deaf; sleep 60 & wait; sleep 60"],
        log=tmp_path / "log",
        ends_by=signal.SIGKILL,
        cwd=tmp_path,
        env=os.environ,
    )
    while "deaf" not in last_lines(tmp_path / "log"):
        time.sleep(0.01)
    end(child, signal.SIGTERM, 0.2)
    assert child.returncode == -signal.SIGKILL


def test_the_last_lines_of_a_log_begin_where_this_run_began(tmp_path: Path) -> None:
    log = tmp_path / "log"
    log.write_text("earlier\n")
    began = log.stat().st_size
    log.write_text("earlier\nfirst\nsecond\nthird\n")
    assert last_lines(log, 2, since=began) == "second\nthird"
    assert last_lines(log, 9, since=began) == "first\nsecond\nthird"
    assert last_lines(tmp_path / "absent") == ""
