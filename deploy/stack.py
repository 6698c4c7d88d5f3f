"""The whole system as child processes: the database, five services, the sealer, their environment, and what befalls them.

`with Stack() as stack:` runs it in a temporary directory on free ports; stack.gateway_url is where to call."""

import contextlib
import http.client
import json
import os
import random
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from datetime import datetime
from pathlib import Path

from deploy import keys
from deploy.databases import existing_databases, make_databases, owner_of, role_url, roles_for
from deploy.places import throwaway_folder
from deploy.postgres import Server, postgres
from deploy.processes import CannotStart, disk_full, end, last_lines, only_owner, plain_words, spawn
from shared.keeping import SEALER
from shared.sealing.keys import public_half

SERVICES: Mapping[str, str] = {
    "registry": "services.registry.app:create",
    "subsidy": "services.subsidy.app:create",
    "evaluation": "services.evaluation.app:create",
    "eastwest": "services.eastwest.app:create",
    "gateway": "gateway.app:create",
}
PORTS: Mapping[str, int] = {"gateway": 8000, "registry": 8001, "subsidy": 8002, "evaluation": 8003, "eastwest": 8004}
DATABASE, MIGRATIONS = "postgres", "migrations"
OWN_SECRETS = frozenset(
    {
        "DATABASE_URL",
        "DATABASE_URLS",
        "SEAL_KEY",
        "TOKEN_SIGNING_KEY",
        "NEXT_TOKEN_SIGNING_KEY",
        "FORMER_TOKEN_SIGNING_KEY",
        "RECEIPT_KEY",
        "CERTIFICATE_SIGNER",
    }
)  # of one process, for no other

_ROOT = Path(__file__).resolve().parent.parent
_READY_SECONDS_AT_MOST = 90
_LOG_BYTES_AT_MOST = 10_000_000
_FREE_BYTES_AT_LEAST = 50 * 1024 * 1024
_ENDING = (signal.SIGKILL, signal.SIGTERM, signal.SIGINT)


class Stack:
    """The running system. `var` keeps data, keys and logs (None: a temporary directory, removed at the end); `ports` by service name
    (None: free ones); `env` is laid over the environment of every service; `database_url` is a server's address that replaces the
    embedded database; `wal`: a folder that the embedded database's log is archived in; `say` hears what is being done. Nothing is restarted by itself: `dead()` tells what would need it."""

    def __init__(
        self,
        var: Path | None = None,
        ports: Mapping[str, int] | None = None,
        env: Mapping[str, str] | None = None,
        *,
        database_url: str | None = None,
        database_settings: Mapping[str, str] | None = None,
        wal: Path | None = None,
        say: Callable[[str], None] = lambda _: None,
    ) -> None:
        self.ports = dict(ports or free_ports())
        self.urls = {name: f"http://127.0.0.1:{self.ports[name]}" for name in SERVICES}
        self.gateway_url = self.urls["gateway"]
        self.var = var.absolute() if var else Path()
        self.server: Server | None = None
        self._temporary = var is None
        self._extra_env = dict(env or {})
        self._database_url = database_url
        self._database_settings = database_settings
        self._wal = wal.absolute() if wal else None
        self._say = say
        self._held = contextlib.ExitStack()
        self._processes: dict[str, subprocess.Popen[bytes]] = {}
        self._log_starts: dict[str, int] = {}
        self._kept: keys.Secrets | None = None

    def __enter__(self) -> "Stack":
        try:
            self._bring_up()
        except BaseException:
            self.stop()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    @property
    def pids(self) -> dict[str, int]:
        """The process ids of what is running, by service name, the sealer's and the database's."""
        found = {name: process.pid for name, process in self._processes.items() if process.poll() is None}
        if self.server and self.server.pid:
            found[DATABASE] = self.server.pid
        return found

    def dead(self) -> list[str]:
        """What was started and runs no more; the database first."""
        names = [DATABASE] if self.server and not self.server.alive else []
        return names + [name for name, process in self._processes.items() if process.poll() is not None]

    def logs(self, name: str) -> Path:
        if name == DATABASE and self.server:
            return self.server.log
        return self.var / "logs" / f"{name}.log"

    def database_url(self, name: str, role: str | None = None) -> str:
        """The address by which the service `name` reaches its database; or another role, its owner (`owner_of(name)`) or the sealer."""
        assert self._kept is not None, "the stack is not started"
        return role_url(self._server_address(), name, role or name, self._kept.role_passwords[role or name])

    @property
    def internal_key(self) -> str:
        assert self._kept is not None, "the stack is not started"
        return self._kept.internal_key

    def start(self, name: str, wait: bool = True) -> None:
        """Start a service, the sealer or the database when it is not running; unless `wait` is False, return when it is ready."""
        if name == DATABASE:
            self._embedded().start()
            return
        self._processes[name] = self._spawn(name, self._command(name), self.logs(name))
        if wait:
            self._wait_until_ready(name)

    def _command(self, name: str) -> list[str]:
        if name == SEALER:
            return [sys.executable, "-m", "shared.sealing"]
        return [sys.executable, "-m", "shared.web.serving", SERVICES[name], "--port", str(self.ports[name])]

    def kill(self, name: str, sent: signal.Signals = signal.SIGKILL) -> None:
        """Send a signal (kill -9 unless told) and, if it is one that ends a process, wait for the end."""
        if name == DATABASE:
            self._embedded().kill(sent)
            return
        self._processes[name].send_signal(sent)
        if sent in _ENDING:
            self._processes[name].wait(15)

    def restart(self, name: str) -> None:
        """Stop it orderly if it still runs, start it, wait until it is ready."""
        if name == DATABASE:
            self._embedded().stop()
        elif name in self._processes:
            end(self._processes[name], signal.SIGTERM, 10)
        self.start(name)

    def replace(self, name: str) -> None:
        """Start a second process of a service beside the first, and end the first once the second is ready: whoever calls meanwhile does not notice."""
        first, began = self._processes[name], time.time()
        self._processes[name] = self._spawn(name, [*self._command(name), "--beside"], self.logs(name))
        self._wait_until_ready(name, began)
        end(first, signal.SIGTERM, 20)

    def stop(self) -> None:
        """Stop the services orderly, then the database. Harmless when nothing runs."""
        for process in self._processes.values():
            if process.poll() is None:
                process.send_signal(signal.SIGTERM)
                process.send_signal(signal.SIGCONT)  # one that a test has halted must wake to hear it
        for process in self._processes.values():
            end(process, signal.SIGTERM, 10)
        self._processes.clear()
        self._held.close()
        self.server = None

    def _bring_up(self) -> None:
        if self._temporary:
            self.var = self._held.enter_context(throwaway_folder())
            self.var.chmod(0o755)  # the database's account passes through; what is secret inside is closed
        with plain_words(self.var):
            if not self.var.exists():
                self.var.mkdir(parents=True)
                self.var.chmod(0o755)
            self._held.enter_context(only_owner(self.var / "lock", "系统"))
            if shutil.disk_usage(self.var).free < _FREE_BYTES_AT_LEAST:
                raise disk_full(self.var)
            for name in SERVICES:
                _refuse_busy_port(name, self.ports[name])
            for folder in ("logs", "seals"):
                (self.var / folder).mkdir(mode=0o700, exist_ok=True)
            for name in (*SERVICES, SEALER):
                _turn_over(self.logs(name))
            self._make_databases()
            self._migrate()
            self._say("启动五个服务和封存进程 starting the services and the sealer")
            for name in (*SERVICES, SEALER):
                self.start(name, wait=False)
        for name in (*SERVICES, SEALER):
            self._wait_until_ready(name)

    def _make_databases(self) -> None:
        if self._database_url is None:
            self._say("启动数据库 starting the database")
            self.server = self._held.enter_context(postgres(self.var / "postgres", self._database_settings, archive=self._wal))
        server = self._server_address()
        secrets = self.var / "secrets.json"
        if not secrets.exists() and (found := existing_databases(server, SERVICES)):
            raise CannotStart(
                f"数据库 {'、'.join(found)} 已有数据,但它们的密钥 {secrets} 不见了:"
                "请从备份恢复该文件,或换一台空的数据库服务器、换一个目录(VAR_DIR)。\n"
                f"Databases {', '.join(found)} exist, but their keys, {secrets}, are missing."
            )
        self._kept = keys.load_or_make(secrets, roles_for(SERVICES))
        make_databases(server, list(SERVICES), self._kept.role_passwords, ours_alone=self.server is not None)

    def _server_address(self) -> str:
        address = self.server.dsn() if self.server else self._database_url
        assert address is not None, "the stack is not running"
        return address

    def _migrate(self) -> None:
        """One process for all: what it costs is its imports."""
        self._say("更新数据库结构 migrating")
        log = self.logs(MIGRATIONS)
        log.unlink(missing_ok=True)
        running = self._spawn(MIGRATIONS, [sys.executable, "-m", "shared.migrate", *SERVICES], log)
        try:
            if running.wait():
                said = last_lines(log, 40)
                raise CannotStart(f"数据库结构更新失败:\nA migration failed:\n{said}")
        finally:
            end(running, signal.SIGTERM, 0.1)

    def _spawn(self, name: str, command: list[str], log: Path) -> subprocess.Popen[bytes]:
        self._log_starts[name] = log.stat().st_size if log.exists() else 0
        return spawn(command, log=log, ends_by=signal.SIGKILL, cwd=_ROOT, env=self._environment(name))

    def _environment(self, name: str) -> dict[str, str]:
        kept = self._kept
        assert kept is not None
        inherited = {setting: value for setting, value in os.environ.items() if setting not in OWN_SECRETS}
        every = inherited | {"PYTHONUNBUFFERED": "1", "SEAL_DIR": str(self.var / "seals")}
        if name == SEALER:
            urls = {service: self.database_url(service, SEALER) for service in SERVICES}
            former = {"FORMER_SEAL_PUBLIC_KEYS": ",".join(kept.former_seal_public_keys)}
            return every | self._extra_env | former | {"SEAL_KEY": kept.seal_key, "DATABASE_URLS": json.dumps(urls)}
        if name == MIGRATIONS:
            urls = {service: self.database_url(service, owner_of(service)) for service in SERVICES}
            return every | {"ENVIRONMENT": "local"} | self._extra_env | {"DATABASE_URLS": json.dumps(urls)}
        of_services = {
            "NO_PROXY": "127.0.0.1,localhost",
            "no_proxy": "127.0.0.1,localhost",
            "ENVIRONMENT": "local",
            "ALLOW_CLOCK_OVERRIDE": "1",
            "LOCAL_CLIENTS": "1",
            "DRAIN_SECONDS": "0",
            **{f"{service.upper()}_URL": url for service, url in self.urls.items()},
            "TOKEN_ISSUER": self.gateway_url,
            "INTERNAL_KEY": kept.internal_key,
            "DATA_KEYS": json.dumps(kept.data_keys),
            "DATA_KEY_ID": kept.data_key_id,
            "INDEX_KEY": kept.index_key,
            "FORMER_INDEX_KEYS": ",".join(kept.former_index_keys),
            "SEAL_PUBLIC_KEY": public_half(kept.seal_key),
            "FORMER_SEAL_PUBLIC_KEYS": ",".join(kept.former_seal_public_keys),
        }
        own = {"eastwest": {"RECEIPT_KEY": kept.receipt_key}}
        own["gateway"] = {
            "TOKEN_SIGNING_KEY": kept.token_signing_key,
            "NEXT_TOKEN_SIGNING_KEY": kept.next_token_signing_key,
            "FORMER_TOKEN_SIGNING_KEY": kept.former_token_signing_key,
        }
        own["subsidy"] = {"RECEIPT_KEY": kept.claim_receipt_key}
        own["evaluation"] = {"CERTIFICATE_SIGNER": kept.certificate_signer}
        return every | of_services | self._extra_env | {"DATABASE_URL": self.database_url(name)} | own.get(name, {})

    def _wait_until_ready(self, name: str, since: float = 0) -> None:
        process, deadline = self._processes[name], time.monotonic() + _READY_SECONDS_AT_MOST
        while not (self._seals(process) if name == SEALER else _is_ready(self.ports[name], since)):
            if process.poll() is not None:
                raise self._not_started(name, f"启动时退出(代码 {process.returncode})", "ended while starting")
            if time.monotonic() > deadline:
                raise self._not_started(name, f"在 {_READY_SECONDS_AT_MOST} 秒内没有就绪", "is not ready")
            time.sleep(0.05)
        self._say(f"{name} 就绪 ready")

    def _seals(self, process: subprocess.Popen[bytes]) -> bool:
        """The sealer listens nowhere: it is ready once the folder of seals is its own."""
        lock = self.var / "seals/sealer.lock"
        return lock.exists() and lock.read_text() == str(process.pid)

    def _not_started(self, name: str, why: str, why_in_english: str) -> CannotStart:
        log = self.logs(name)
        said = last_lines(log, since=self._log_starts[name])
        return CannotStart(f"{name} {why},日志 {log} 的最后几行:\n{name} {why_in_english}; the end of its log:\n{said}")

    def _embedded(self) -> Server:
        if self.server is None:
            raise ValueError("the database is not ours to stop or start: DATABASE_URL is in use, or the stack is not running")
        return self.server


def _is_ready(port: int, since: float) -> bool:
    """Whether a process that was started after `since` answers there and is ready. One connection is one process, even where two share the port."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=3)
    try:
        connection.request("GET", "/version")
        started_at = json.load(connection.getresponse())["started_at"]
        connection.request("GET", "/readyz")
        return connection.getresponse().status == 200 and datetime.fromisoformat(started_at).timestamp() >= since
    except (OSError, http.client.HTTPException, ValueError, KeyError):
        return False
    finally:
        connection.close()


def _is_free(port: int) -> bool:
    with socket.socket() as tried:
        tried.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # as the service will: a port in TIME_WAIT is free
        try:
            tried.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def free_ports() -> dict[str, int]:
    """Below 32768, where no outgoing connection can take the port between now and its use."""
    ports: dict[str, int] = {}
    while len(ports) < len(SERVICES):
        port = random.randint(15_000, 32_000)
        if port not in ports.values() and _is_free(port):
            ports[list(SERVICES)[len(ports)]] = port
    return ports


def _refuse_busy_port(name: str, port: int) -> None:
    if not _is_free(port):
        raise CannotStart(
            f"端口 {port}({name})已被其他程序占用。请停止该程序,或换一个端口,例如:{name.upper()}_PORT={port + 100} make run\n"
            f"Port {port} ({name}) is in use; set {name.upper()}_PORT to another."
        )


def _turn_over(log: Path) -> None:
    """Begin a new log file when the old one has grown; one old one is kept."""
    if log.exists() and log.stat().st_size > _LOG_BYTES_AT_MOST:
        log.replace(log.with_suffix(".log.old"))
