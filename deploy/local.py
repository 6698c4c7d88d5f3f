"""The whole system on this machine, in the foreground: `python -m deploy.local`, which is what `make run` calls."""

import contextlib
import os
import signal
import sys
import time
from collections.abc import Iterator
from pathlib import Path

from rich.console import Console
from rich.table import Table

from deploy import scenarios
from deploy.processes import CannotStart, last_lines
from deploy.stack import PORTS, Stack

LOCAL_CLIENTS = ("local-officer", "local-reviewer", "local-finance", "local-partner", "local-auditor", "local-admin", "local-system")
KEPT, THROWN_AWAY = "数据保留。 The data stay.", "数据清除。 The data are thrown away."
_PAUSE_SECONDS = 1.0
_PAUSE_SECONDS_AT_MOST = 30.0
_STEADY_SECONDS = 60.0


def main() -> int:
    """Run until Ctrl-C or SIGTERM. The exit code is 0 after an orderly end and 1 when it could not start."""
    console = Console(highlight=False, soft_wrap=True)
    for received in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(received, _interrupt)
    began, scenario = time.monotonic(), None
    try:
        scenario = scenarios.asked()
        with _running(console, scenario) as stack:
            _welcome(console, stack, time.monotonic() - began)
            if scenario:
                console.print(f"情景       scenario      : {scenario.shows}", style="bold yellow")
            console.print(f"按 Ctrl-C 停止,{THROWN_AWAY if scenario else KEPT}\n")
            try:
                _keep_alive(console, stack, scenario.away if scenario else None)
            finally:
                _deaf_to_signals()
                console.print("正在停止 stopping …")
    except KeyboardInterrupt:
        console.print(f"已停止,{THROWN_AWAY if scenario else KEPT}")
        return 0
    except CannotStart as reason:
        console.print(f"\n{reason}", style="red", markup=False)
        return 1
    return 0


@contextlib.contextmanager
def _running(console: Console, scenario: scenarios.Scenario | None) -> Iterator[Stack]:
    """The system as it is kept here, or one in the state that a scenario asks for."""
    if scenario:
        with scenarios.running(scenario, ports(), console.print) as stack:
            yield stack
        return
    var, database_url, wal = (os.environ.get(name) or None for name in ("VAR_DIR", "DATABASE_URL", "WAL_DIR"))
    with Stack(Path(var or "var"), ports(), database_url=database_url, wal=Path(wal) if wal else None, say=console.print) as stack:
        yield stack


def _interrupt(*_: object) -> None:
    _deaf_to_signals()  # stopping is under way: a second Ctrl-C must not cut it short
    raise KeyboardInterrupt


def _deaf_to_signals() -> None:
    for received in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(received, signal.SIG_IGN)


def ports() -> dict[str, int]:
    """The ports, each as its setting says: GATEWAY_PORT, REGISTRY_PORT …"""
    found: dict[str, int] = {}
    for name, usual in PORTS.items():
        setting = f"{name.upper()}_PORT"
        given = os.environ.get(setting, str(usual))
        if not given.isdigit() or not 1 <= int(given) <= 65535:
            raise CannotStart(f"{setting}={given} 不是端口号(1–65535)。\n{setting} must be a port number, 1 to 65535.")
        if int(given) in found.values():
            raise CannotStart(f"{setting}={given} 与另一个服务的端口相同。\n{setting}: two services cannot share a port.")
        found[name] = int(given)
    return found


def _welcome(console: Console, stack: Stack, seconds: float) -> None:
    addresses = Table("服务 service", "地址 address")
    for name in PORTS:
        addresses.add_row(name, stack.gateway_url if name == "gateway" else stack.urls[name])
    console.print(f"\n凯里市职业技能培训管理后台已就绪,用时 {seconds:.1f} 秒。 Ready.", style="bold green")
    console.print(addresses)
    where = _short(stack.server.directory) if stack.server else "DATABASE_URL"
    console.print(f"本机客户端 local clients : {'、'.join(LOCAL_CLIENTS)}(密钥与名称相同 secret = id)")
    console.print(f"页面       pages         : {stack.gateway_url}/")
    console.print(f"接口文档   docs          : {stack.gateway_url}/docs")
    ask = "curl -u local-officer:local-officer -d grant_type=client_credentials"
    console.print(f"取令牌     a token       : {ask} {stack.gateway_url}/oauth2/token")
    console.print(
        f"数据库     database      : {where};密钥 keys: {_short(stack.var / 'secrets.json')};日志 logs: {_short(stack.var / 'logs')}"
    )


def _short(path: Path) -> str:
    return os.path.relpath(path) if path.is_relative_to(Path.cwd()) else str(path)


def _keep_alive(console: Console, stack: Stack, away: str | None) -> None:
    """Start again whatever dies, but for what is to be `away`: at once the first time, then after growing pauses until it has held for a minute."""
    next_try: dict[str, float] = {}
    pause: dict[str, float] = {}
    while True:
        time.sleep(0.5)
        for name in stack.dead():
            now = time.monotonic()
            if name == away or now < next_try.get(name, 0):
                continue
            steady = now > next_try.get(name, 0) + _STEADY_SECONDS
            pause[name] = _PAUSE_SECONDS if steady else min(pause[name] * 2, _PAUSE_SECONDS_AT_MOST)
            next_try[name] = now + pause[name]
            console.print(f"{name} 意外退出,正在重新启动;日志 {_short(stack.logs(name))} restarting", style="yellow", markup=False)
            console.print(last_lines(stack.logs(name), 3), style="dim", markup=False)
            try:
                stack.start(name, wait=False)
            except CannotStart as reason:
                console.print(str(reason), style="red", markup=False)


if __name__ == "__main__":
    sys.exit(main())
