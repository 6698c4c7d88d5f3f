"""One table at the end of `make drill`: what was done, how it ended, how long it took, and the figures that it told. A drill that is red, or takes longer than it may,
holds up none of the others."""

import contextlib
import faulthandler
import json
import os
import signal
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType
from typing import Any

import pytest

SECONDS_AT_MOST = 600  # of one drill, with its set-up
AND_AGAIN_SECONDS = 60  # a caller that bears every fault may have taken the first word for one of them
ROWS = os.environ.get("DRILL_ROWS")  # the file in which `make drill` keeps the table between its two halves
BEGAN = float(os.environ.get("DRILL_BEGAN", "0"))  # when `make drill` began, seconds since 1970; 0: a drill by itself
MINUTES = float(os.environ.get("DRILL_MINUTES", "22"))  # when no more small pieces are begun, so that the whole takes half an hour
DAY_SECONDS = 86_400
PIECES_A_DAY = 6  # about as many as there is time for
NO_TIME = "没有时间了:DRILL_MINUTES=60 make drill 全部做完"


@dataclass
class Row:
    nodeid: str
    seconds: float = 0.0
    how: str = "ok"
    why: list[str] = field(default_factory=list)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Iterator[Any]:
    """Ends a drill that takes too long, as red."""

    def late(_signal: int, _frame: FrameType | None) -> None:
        faulthandler.dump_traceback(file=sys.__stderr__)
        raise TimeoutError(f"the drill took longer than {SECONDS_AT_MOST} s")

    before = signal.signal(signal.SIGALRM, late)
    signal.setitimer(signal.ITIMER_REAL, SECONDS_AT_MOST, AND_AGAIN_SECONDS)
    try:
        return (yield)
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What comes in many small pieces fills the ends of the longer ones, each day beginning with others."""
    whole = [item for item in items if not _in_small_pieces(item)]
    pieces = [item for item in items if _in_small_pieces(item)]
    first = int(BEGAN // DAY_SECONDS) * PIECES_A_DAY % len(pieces) if pieces else 0
    items[:] = whole + pieces[first:] + pieces[:first]


def _in_small_pieces(item: pytest.Item) -> bool:
    return item.path.stem == "test_histories"


def pytest_runtest_setup(item: pytest.Item) -> None:
    if BEGAN and _in_small_pieces(item) and time.time() > BEGAN + MINUTES * 60:
        pytest.skip(NO_TIME)


def pytest_terminal_summary(terminalreporter: Any) -> None:
    if hasattr(terminalreporter.config, "workerinput"):  # what a worker has done, its controller tells
        return
    rows = {row.nodeid: row for row in _earlier()}
    for how in ("passed", "failed", "error", "skipped"):
        for report in terminalreporter.stats.get(how, []):
            if report.nodeid.startswith("tests/drill/"):
                row = rows.setdefault(report.nodeid, Row(report.nodeid))
                row.seconds += report.duration
                row.why += [_why(report)] if how != "passed" else [] if report.when != "call" else _figures(report)
                if how != "passed":
                    row.how = "skipped" if how == "skipped" else "RED"
    if ROWS:
        Path(ROWS).write_text(json.dumps([vars(row) for row in rows.values()]))
    if not rows or (ROWS and terminalreporter.config.getoption("numprocesses", None)):  # the second half tells of both
        return
    terminalreporter.write_sep("=", "drills")
    left_out = [row for row in rows.values() if row.how == "skipped" and any(NO_TIME in why for why in row.why)]
    for row in sorted((row for row in rows.values() if row not in left_out), key=lambda each: each.nodeid):
        file, _, what = row.nodeid.rpartition("/")[2].partition("::")
        terminalreporter.write_line(
            f"{row.how:8}{row.seconds:7.1f} s  {file.removesuffix('.py'):32}{what.removeprefix('test_').replace('_', ' ')}"
        )
        for line in row.why:
            terminalreporter.write_line(f"{'':20}{line}")
    if left_out:
        terminalreporter.write_line(f"{len(left_out)} of {len(rows)}: {NO_TIME}")
    terminalreporter.write_line(f"{len(rows) - len(left_out)} drills, {sum(row.seconds for row in rows.values()) / 60:.1f} minutes of work")


def _earlier() -> list[Row]:
    """Of the drills that another process has done just before, for the same table."""
    if not ROWS or not (text := Path(ROWS).read_text()):
        return []
    return [Row(**each) for each in json.loads(text)]


def _why(report: Any) -> str:
    with contextlib.suppress(AttributeError):
        return str(report.longrepr.reprcrash.message).splitlines()[0][:150]
    return str(report.longrepr[2] if isinstance(report.longrepr, tuple) else report.longrepr)[:150]


def _figures(report: Any) -> list[str]:
    """What the drill itself printed, without the logs of services in process."""
    return [line[:200] for line in report.capstdout.splitlines() if line.strip() and not line.startswith("{")][-8:]
