"""One table at the end of `make drill`: what was done, how it ended, how long it took, and the figures that it told. A drill that is red, or takes longer than it may,
holds up none of the others."""

import contextlib
import faulthandler
import signal
import sys
from collections.abc import Iterator
from types import FrameType
from typing import Any

import pytest

SECONDS_AT_MOST = 600  # of one drill, with its set-up


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Iterator[Any]:
    """Ends a drill that takes too long, as red."""

    def late(_signal: int, _frame: FrameType | None) -> None:
        faulthandler.dump_traceback(file=sys.__stderr__)
        raise TimeoutError(f"the drill took longer than {SECONDS_AT_MOST} s")

    before = signal.signal(signal.SIGALRM, late)
    signal.alarm(SECONDS_AT_MOST)
    try:
        return (yield)
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)


def pytest_terminal_summary(terminalreporter: Any) -> None:
    rows = dict[str, list[Any]]()
    for how in ("passed", "failed", "error", "skipped"):
        for report in terminalreporter.stats.get(how, []):
            if report.nodeid.startswith("tests/drill/"):
                row = rows.setdefault(report.nodeid, [0.0, "ok", []])
                row[0] += report.duration
                row[2] += [_why(report)] if how != "passed" else [] if report.when != "call" else _figures(report)
                if how != "passed":
                    row[1] = "skipped" if how == "skipped" else "RED"
    if not rows:
        return
    terminalreporter.write_sep("=", "drills")
    for nodeid, (seconds, how, why) in sorted(rows.items()):
        file, _, what = nodeid.rpartition("/")[2].partition("::")
        terminalreporter.write_line(f"{how:8}{seconds:7.1f} s  {file.removesuffix('.py'):32}{what.removeprefix('test_').replace('_', ' ')}")
        for line in why:
            terminalreporter.write_line(f"{'':20}{line}")
    terminalreporter.write_line(f"{len(rows)} drills, {sum(row[0] for row in rows.values()) / 60:.1f} minutes")


def _why(report: Any) -> str:
    with contextlib.suppress(AttributeError):
        return str(report.longrepr.reprcrash.message).splitlines()[0][:150]
    return str(report.longrepr[2] if isinstance(report.longrepr, tuple) else report.longrepr)[:150]


def _figures(report: Any) -> list[str]:
    """What the drill itself printed, without the logs of services in process."""
    return [line[:200] for line in report.capstdout.splitlines() if line.strip() and not line.startswith("{")][-8:]
