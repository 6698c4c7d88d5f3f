"""Whole systems for tests: a quick database, and neighbours who are waited for, since a test machine does other work as well.

What a process costs is its imports: a fifth of what the whole system does in a run. So the processes of most of them are forked from one that has imported
everything and done nothing yet. Each is a process as any other, with its own environment, sockets, log and end, which may be kill -9; but what
`/proc` tells of its environment is the first one's: who asks for that takes a system that is started as its users start it.
"""

import multiprocessing
import os
import runpy
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from multiprocessing import forkserver
from pathlib import Path
from typing import Any

from deploy import keys
from deploy.databases import roles_for
from deploy.postgres import FAST_SETTINGS
from deploy.processes import tie_to
from deploy.stack import SERVICES, Stack
from tests import prepared

PATIENT: Mapping[str, str] = {
    "NEIGHBOUR_TIMEOUT_SECONDS": "30",
    "NEIGHBOUR_CONNECT_SECONDS": "10",
    "NAMES_WITHIN_SECONDS": "30",
    "COUNTS_WITHIN_SECONDS": "30",
    "READY_WITHIN_SECONDS": "10",
    "DEADLINE_SECONDS": "60",
    "FORGET_AFTER_SECONDS": "3600",  # what tests tell of a policy day long past is older than its term by the database's clock
}
ROOT = Path(__file__).parents[1]
FORKING = multiprocessing.get_context("forkserver")
FORKING.set_forkserver_preload(["tests.frozen"])


def patient(**env: str) -> Stack:
    """A system of its own on free ports, with `env` laid over its settings. What waits for so long is not for tests of how long anything waits."""
    return Stack(database_settings=FAST_SETTINGS, env={**PATIENT, **env})


def forked(**env: str) -> Stack:
    """The same, its processes forked. Not for another county: whose data are in use is settled with the imports."""
    return Forked(database_settings=FAST_SETTINGS, env={**PATIENT, **env})


class Forked(Stack):
    def _make_databases(self) -> None:
        keys.load_or_make(self.var / "secrets.json", roles_for(SERVICES))  # the passwords that the roles get
        prepared.copied_to(self.var / "postgres")
        super()._make_databases()

    def _spawn(self, name: str, command: Sequence[str], log: Path) -> Any:
        self._log_starts[name] = log.stat().st_size if log.exists() else 0
        return Process(command[1:], log, self._environment(name))


class Process:
    """`python` with these arguments, forked; for its owner what `subprocess.Popen` is."""

    def __init__(self, arguments: Sequence[str], log: Path, environment: Mapping[str, str]) -> None:
        self._made = FORKING.Process(target=_run, args=(arguments, log, environment), daemon=True)
        self._made.start()
        self.pid: int = self._made.pid

    @property
    def returncode(self) -> int | None:
        return self._made.exitcode

    def poll(self) -> int | None:
        return self._made.exitcode

    def wait(self, timeout: float | None = None) -> int:
        self._made.join(timeout)
        if (code := self._made.exitcode) is None:
            raise subprocess.TimeoutExpired("a forked process", timeout or 0)
        return code

    def send_signal(self, sent: signal.Signals) -> None:
        if self.poll() is None:
            os.kill(self.pid, sent)

    def kill(self) -> None:
        self.send_signal(signal.SIGKILL)


def _run(arguments: Sequence[str], log: Path, environment: Mapping[str, str]) -> None:
    tie_to(os.getppid(), signal.SIGKILL)
    alive = forkserver._forkserver._forkserver_alive_fd  # type: ignore[attr-defined]
    os.close(alive)  # held here too, it would keep who forks us alive, and so us, after a kill -9 of the tests
    os.setsid()
    os.chdir(ROOT)
    with log.open("ab") as written:
        os.dup2(written.fileno(), 1)
        os.dup2(written.fileno(), 2)
    os.environ.clear()
    os.environ.update(environment)
    [_, module, *sys.argv[1:]] = arguments
    runpy.run_module(module, run_name="__main__", alter_sys=True)
