"""`SCENARIO=… make run`: the local system in a state that every screen must be able to show. All of it is real: processes that are stopped, a line that
is slow, papers that were made by the same requests as a clerk's. A scenario has a place of its own, thrown away when it ends."""

import contextlib
import os
import signal
import socket
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console
from rich.table import Table

from deploy.demo import __main__ as demo
from deploy.demo import crowd
from deploy.demo.main_job import Job
from deploy.demo.words import Words
from deploy.demo.year import reading, telling
from deploy.processes import CannotStart, end, last_lines, spawn
from deploy.stack import Stack, free_ports

SLOW_SECONDS = 3.0
LISTENS_WITHIN_SECONDS = 60.0  # on a machine that does other work as well


@dataclass(frozen=True)
class Scenario:
    """What is shown, and how it comes about. `away`: the service that is stopped; `told`: the demonstration's papers are there; `year`: a whole year's
    instead, and today is its last day."""

    shows: str
    away: str | None = None
    told: bool = True
    crowded: bool = False
    slow: bool = False
    year: bool = False


SCENARIOS: Mapping[str, Scenario] = {
    "slow": Scenario(f"每个请求都要等 {SLOW_SECONDS:g} 秒", slow=True),
    "down": Scenario("补贴服务停了:申领、资金、公示一律 503", away="subsidy"),
    "partial": Scenario("评价服务停了:全貌、待办、进度缺一部分(complete: false)", away="evaluation"),
    "empty": Scenario("新的一座城,一张单据也没有", told=False),
    "crowded": Scenario("列表都有许多页", crowded=True),
    "year": Scenario("演示用的一年,全部虚构;用户和密码见上表", told=False, year=True),
}


def asked(environment: Mapping[str, str] = os.environ) -> Scenario | None:
    """The scenario of `SCENARIO`; None where none is asked for."""
    name = environment.get("SCENARIO", "")
    if not name:
        return None
    if name not in SCENARIOS:
        raise CannotStart(f"SCENARIO={name} 不存在,可用:{'、'.join(SCENARIOS)}。\nSCENARIO must be one of {', '.join(SCENARIOS)}.")
    if refused := [setting for setting in ("VAR_DIR", "DATABASE_URL") if environment.get(setting)]:
        raise CannotStart(
            f"SCENARIO 用自己的临时目录和数据库,不能与 {'、'.join(refused)} 同用。\nA scenario has a place of its own: unset {', '.join(refused)}."
        )
    if environment.get("ENVIRONMENT", "local") != "local":
        raise CannotStart("SCENARIO 只用于本机。\nScenarios are for the local system alone.")
    return SCENARIOS[name]


@contextlib.contextmanager
def running(scenario: Scenario, ports: Mapping[str, int], say: Callable[[str | Table], None] = lambda _: None) -> Iterator[Stack]:
    """The system of the scenario, reached at the gateway's port of `ports`."""
    inner = {**ports, "gateway": free_ports()["gateway"]} if scenario.slow else ports
    stack = Stack(None, inner, {"POLICY_DAY": reading.read().day.isoformat()} if scenario.year else None, say=say)
    stack.gateway_url = f"http://127.0.0.1:{ports['gateway']}"  # as its callers know it, and as its tokens say
    with stack, contextlib.ExitStack() as beside:
        if scenario.told:
            say("办理演示的全部事项 playing the demonstration")
            _tell(stack.urls["gateway"], crowded=scenario.crowded)
        if scenario.year:
            telling.play(stack.gateway_url, say)
        if scenario.slow:
            beside.enter_context(slow_line(ports["gateway"], inner["gateway"], stack.var / "logs/delay.log"))
        if scenario.away:
            stack.kill(scenario.away, signal.SIGTERM)
        yield stack


def _tell(gateway_url: str, *, crowded: bool) -> None:
    quiet = Console(quiet=True)
    with Job(gateway_url) as job:
        words = Words(job, on="2025-01-06")
        for play in (demo.play, demo.play_the_certificates, demo.play_the_placements):
            play(job, quiet, words)
        if crowded:
            crowd.come(job)


@contextlib.contextmanager
def slow_line(port: int, upstream: int, log: Path) -> Iterator[None]:
    """Whatever is said at the port arrives late at `upstream`; from the first moment somebody listens there."""
    command = [sys.executable, "-m", "deploy.delay", str(port), str(upstream), str(SLOW_SECONDS)]
    process = spawn(command, log=log, ends_by=signal.SIGKILL, cwd=Path(__file__).resolve().parent.parent, env=os.environ)
    try:
        until = time.monotonic() + LISTENS_WITHIN_SECONDS
        while not _listens(port):
            if process.poll() is not None or time.monotonic() > until:
                raise CannotStart(f"端口 {port} 上的慢速连接没有启动。\nThe slow line at port {port} did not start.\n{last_lines(log)}")
            time.sleep(0.05)
        yield
    finally:
        end(process, signal.SIGTERM, 5)


def _listens(port: int) -> bool:
    with socket.socket() as caller:
        return caller.connect_ex(("127.0.0.1", port)) == 0
