"""The embedded PostgreSQL: one private cluster in one directory, safe after kill -9 of the server or of us, and runnable as root."""

import contextlib
import os
import secrets
import shutil
import signal
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from urllib.parse import quote

import psutil

from deploy.places import give, may, place, programs_for, sockets_for, throwaway_folder
from deploy.processes import Account, CannotStart, disk_full, end, last_lines, only_owner, plain_words, spawn

SETTINGS: Mapping[str, str] = {
    "listen_addresses": "",
    "max_connections": "200",
    "shared_buffers": "128MB",
    "fsync": "on",
    "synchronous_commit": "on",
    "wal_keep_size": "1GB",  # a backup takes the log that was written meanwhile at its end
    "timezone": "UTC",
    # The server's log must not quote rows: a DETAIL line repeats the values that broke a constraint.
    "log_error_verbosity": "terse",
    "log_min_error_statement": "panic",
}
# For servers that live as long as a test: a crash of the machine may lose data, kill -9 of the server does not. That takes
# synchronous_commit: without it, what was acknowledged last is still in the server's own memory. A password that guards nothing is hashed once,
# not 4,096 times for each new connection.
FAST_SETTINGS: Mapping[str, str] = {"fsync": "off", "full_page_writes": "off", "scram_iterations": "1"}

_SIGNS_OF_OLD_BACKENDS = ("still in use", "already exists")
_FREE_BYTES_AT_LEAST = 200 * 1024 * 1024


class Server:
    """A cluster and the server process that serves it. `directory` holds data, log and password."""

    def __init__(self, directory: Path, programs: Path, account: Account | None, settings: Mapping[str, str]) -> None:
        self.directory = directory
        self.data = directory / "data"
        self.log = directory / "log"
        self.password = ""
        self.sockets = directory
        self._programs = programs
        self._account = account
        self._settings = {**SETTINGS, **settings}
        self._process: subprocess.Popen[bytes] | None = None

    def url(self, database: str = "postgres", role: str = "postgres", password: str | None = None) -> str:
        """The address for SQLAlchemy with asyncpg."""
        return self.dsn(database, role, password).replace("postgresql:", "postgresql+asyncpg:", 1)

    def dsn(self, database: str = "postgres", role: str = "postgres", password: str | None = None) -> str:
        """The address for asyncpg itself and for psql."""
        return Server.address(self.sockets, self.password if password is None else password, database, role)

    @staticmethod
    def address(sockets: Path, password: str, database: str = "postgres", role: str = "postgres") -> str:
        """How a server is reached whose socket is in this folder."""
        return f"postgresql://{role}:{quote(password, safe='')}@/{database}?host={quote(str(sockets))}"

    @property
    def pid(self) -> int | None:
        return self._process.pid if self.alive and self._process else None

    @property
    def alive(self) -> bool:
        return self._process is not None and self._process.poll() is None

    def start(self) -> None:
        """Start the server and wait until it takes connections. Retried: after a hard kill the old backends need a moment to leave."""
        deadline = time.monotonic() + 30
        while True:
            since = self.log.stat().st_size if self.log.exists() else 0
            self._process = self._launch(self._end_of_the_last_run())
            if self._becomes_ready(self._process):
                return
            said = last_lines(self.log, since=since)
            if "No space left on device" in said:
                raise disk_full(self.directory)
            if time.monotonic() > deadline or not any(sign in said for sign in _SIGNS_OF_OLD_BACKENDS):
                raise CannotStart(f"数据库没有启动,日志 {self.log} 的最后几行:\nPostgreSQL did not start; the end of its log:\n{said}")
            time.sleep(0.1)

    def kill(self, sent: signal.Signals = signal.SIGKILL) -> None:
        """Send the server a signal; wait for its end if it is one that ends it."""
        if self._process is None or self._process.poll() is not None:
            return
        self._process.send_signal(sent)
        if sent in (signal.SIGKILL, signal.SIGTERM, signal.SIGINT, signal.SIGQUIT):
            self._process.wait(30)

    def stop(self) -> None:
        """Fast shutdown: open transactions are rolled back, what was committed is on disk."""
        if self._process is not None:
            end(self._process, signal.SIGINT, 30)

    def keep_password(self, password: str) -> Path:
        """Keep the superuser's password beside the data; answers where."""
        self.password, secret = password, self.directory / "password"
        secret.write_text(password)
        secret.chmod(0o600)
        if self._account:
            os.chown(secret, *self._account)
        return secret

    def own(self, folder: Path) -> None:
        """Give a folder, with all that is in it, to the account that the server runs as."""
        if self._account:
            give(folder, self._account)

    def make_cluster(self) -> None:
        """Make an empty cluster. Made aside, then renamed: whatever kills us half-way leaves no half cluster."""
        unfinished = self.directory / "new"
        secret = self.keep_password(secrets.token_urlsafe(24))
        # The builtin C.UTF-8 knows Chinese letters; with plain C, pg_trgm would ignore them silently.
        command: list[str | Path] = [
            self._programs / "bin/initdb",
            "-D",
            unfinished,
            "-U",
            "postgres",
            "-A",
            "scram-sha-256",
            "--pwfile",
            secret,
        ]
        command += ["-E", "UTF8", "--locale=C.UTF-8", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
        if self._settings["fsync"] == "off":
            command += ["--no-sync"]
        if rounds := self._settings.get("scram_iterations"):
            command += ["-c", f"scram_iterations={rounds}"]
        since = self.log.stat().st_size if self.log.exists() else 0
        making = self._spawn(command, ends_by=signal.SIGKILL, env=self._environment())
        try:
            failed = making.wait()
        finally:
            end(making, signal.SIGKILL, 5)
        if failed:
            said = last_lines(self.log, since=since)
            if "No space left on device" in said:
                raise disk_full(self.directory)
            raise CannotStart(f"数据库未能建立:\ninitdb failed:\n{said}")
        unfinished.rename(self.data)

    def _environment(self) -> dict[str, str]:
        return {"PATH": os.defpath, "LC_ALL": "C.UTF-8", "TZ": "UTC"}

    def _spawn(self, command: list[str | Path], *, ends_by: signal.Signals, env: Mapping[str, str]) -> subprocess.Popen[bytes]:
        return spawn(command, log=self.log, ends_by=ends_by, cwd=self.directory, env=env, account=self._account)

    def _launch(self, stale_pid: str | None) -> subprocess.Popen[bytes]:
        environment = self._environment()
        if stale_pid:
            # PostgreSQL takes the number in its pid file for a living server if any process, even a zombie, bears it today. This variable
            # says that it does not count, and keeps the check on shared memory, which deleting the file would lose.
            environment["PG_GRANDPARENT_PID"] = stale_pid
        options = [part for name, value in self._settings.items() for part in ("-c", f"{name}={value}")]
        command: list[str | Path] = [self._programs / "bin/postgres", "-D", self.data, "-k", self.sockets, *options]
        return self._spawn(command, ends_by=signal.SIGINT, env=environment)

    def _pid_file(self) -> list[str]:
        with contextlib.suppress(FileNotFoundError):
            return (self.data / "postmaster.pid").read_text().split()
        return []

    def _end_of_the_last_run(self) -> str | None:
        """The pid that the last run left behind, once the server of that run is gone. We hold the lock, so it has no owner any more."""
        left = self._pid_file()
        if not left or not left[0].isdigit():  # an empty file, of a start on a full disk, would stop every later start
            (self.data / "postmaster.pid").unlink(missing_ok=True)
            return None
        with contextlib.suppress(psutil.NoSuchProcess, psutil.AccessDenied, psutil.ZombieProcess):
            orphan = psutil.Process(int(left[0]))
            if str(self.data) in orphan.cmdline():
                orphan.send_signal(signal.SIGINT)
                try:
                    orphan.wait(20)
                except psutil.TimeoutExpired:
                    raise CannotStart(
                        f"上一次的数据库进程 {orphan.pid} 还没有结束,请稍候再试。\n"
                        f"The last run's server, process {orphan.pid}, is still shutting down."
                    ) from None
        return left[0]

    def _becomes_ready(self, process: subprocess.Popen[bytes]) -> bool:
        while process.poll() is None:  # recovery after a crash may take minutes: the log says how it goes
            said = self._pid_file()
            if said and said[0] == str(process.pid) and said[-1] == "ready":
                return True
            time.sleep(0.02)
        return False


@contextlib.contextmanager
def postgres(
    state: Path,
    settings: Mapping[str, str] | None = None,
    make: Callable[[Server], None] = Server.make_cluster,
    archive: Path | None = None,
) -> Iterator[Server]:
    """Run the cluster of the directory `state`, made at the first start, for the length of the block.

    `settings` are server settings laid over SETTINGS; `make` fills `server.data` where there is none; `archive`: a folder that the log is
    copied to, piece by piece and at least once a minute, so that a backup can be gone on from to any moment. Raises CannotStart: in use, disk full, no permission, no such account."""
    state = state.absolute()
    with contextlib.ExitStack() as held:
        with plain_words(state):
            state.mkdir(parents=True, exist_ok=True)
            directory, account = place(state)
            held.enter_context(only_owner(directory / "lock", "数据库"))
            if shutil.disk_usage(directory).free < _FREE_BYTES_AT_LEAST:
                raise disk_full(directory)
            archiving = _archiving(archive, account) if archive else {}
            server = Server(directory, programs_for(directory, account), account, {**archiving, **(settings or {})})
            server.sockets = held.enter_context(sockets_for(directory, account))
            if server.data.exists():
                secret = directory / "password"
                server.password = secret.read_text() if secret.exists() else ""
            else:
                shutil.rmtree(directory / "new", ignore_errors=True)
                make(server)
            held.callback(server.stop)
            server.start()
        yield server


def _archiving(folder: Path, account: Account | None) -> Mapping[str, str]:
    """A piece is copied under another name first: one that has its name is whole, and is never written over."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    if account:
        os.chown(folder, *account)
        if not may(account, "-w", folder):
            raise CannotStart(
                f"数据库账号(uid {account.uid})写不进归档目录 {folder}:请让上级目录可以进入(chmod o+x),或换一个目录(WAL_DIR)。\n"
                f"The database's account cannot write to {folder}."
            )
    command = f'test ! -f "{folder}/%f" && cp "%p" "{folder}/%f.part" && mv "{folder}/%f.part" "{folder}/%f"'
    return {"archive_mode": "on", "archive_command": command, "archive_timeout": "60"}


@contextlib.contextmanager
def throwaway_postgres(settings: Mapping[str, str] | None = None) -> Iterator[Server]:
    """A fresh cluster for the length of the block; quick rather than crash-safe, so it lies in memory where there is room."""
    quick = {**FAST_SETTINGS, **(settings or {})}
    with throwaway_folder("kaili-pg-", quick=True) as folder, postgres(folder, quick) as server:
        yield server
