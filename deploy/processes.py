"""Child processes that never outlive this program, one owner for a directory, and the one error of starting: CannotStart."""

import contextlib
import ctypes
import errno
import fcntl
import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import NamedTuple

# The kernel ends a child when the *thread* that started it ends, so all children come from one thread that lives as long as we do.
_STARTER = ThreadPoolExecutor(1, thread_name_prefix="starter")
_LIBC = ctypes.CDLL(None) if sys.platform == "linux" else None
_PR_SET_PDEATHSIG = 1


class CannotStart(Exception):
    """What the person at the terminal reads instead of a stack trace: Chinese first, one English line after it."""


class Account(NamedTuple):
    """The system account that a child runs as."""

    uid: int
    gid: int


def spawn(
    command: Sequence[str | Path],
    *,
    log: Path | None,
    ends_by: signal.Signals,
    cwd: Path,
    env: Mapping[str, str],
    account: Account | None = None,
) -> subprocess.Popen[bytes]:
    """Start a child in a session of its own; should we die, even of kill -9, the kernel sends it `ends_by`. Without a `log` it writes where we do."""
    parent = os.getpid()

    def start() -> subprocess.Popen[bytes]:
        with log.open("ab") if log else contextlib.nullcontext() as out:
            return subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=out,
                cwd=cwd,
                env=dict(env),
                start_new_session=True,  # Ctrl-C reaches us alone: we stop the children in order
                preexec_fn=lambda: tie_to(parent, ends_by),  # noqa: PLW1509 - the launcher has no threads
                user=account.uid if account else None,
                group=account.gid if account else None,
                extra_groups=[] if account else None,
            )

    return _STARTER.submit(start).result()


def tie_to(parent: int, ends_by: signal.Signals) -> None:
    """Called in a child: should its parent die, the kernel sends it `ends_by`."""
    if _LIBC is not None:
        _LIBC.prctl(_PR_SET_PDEATHSIG, int(ends_by))
        if os.getppid() != parent:  # died before the line above
            os._exit(1)


def end(process: subprocess.Popen[bytes], ask: signal.Signals, seconds: float) -> None:
    """Ask the process to end; after `seconds` make it."""
    if process.poll() is None:
        process.send_signal(ask)
    try:
        process.wait(seconds)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


@contextlib.contextmanager
def only_owner(lock: Path, what: str) -> Iterator[None]:
    """Hold the lock file for the length of the block; the kernel lets go of it however we end, so it is never stale."""
    with lock.open("a+") as held:
        try:
            fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            held.seek(0)
            owner = held.read().strip() or "?"
            raise CannotStart(
                f"{what}已在运行:{lock.parent} 正由进程 {owner} 使用。请先停止它,或换一个目录(VAR_DIR)。\n"
                f"Already running: {lock.parent} is in use by process {owner}."
            ) from None
        held.truncate(0)
        held.write(str(os.getpid()))
        held.flush()
        yield


@contextlib.contextmanager
def plain_words(place: Path) -> Iterator[None]:
    """Turn the operating system's refusals of `place` (disk full, not ours) into CannotStart."""
    try:
        yield
    except OSError as refused:
        if refused.errno in (errno.ENOSPC, errno.EDQUOT):
            raise disk_full(place) from refused
        if isinstance(refused, PermissionError):
            raise CannotStart(
                f"没有权限使用 {refused.filename or place}:它可能由另一个用户建立。请用原来的用户启动,或改用另一个目录(VAR_DIR)。\n"
                f"Permission denied: {refused.filename or place} may belong to another user."
            ) from refused
        raise


def disk_full(place: Path) -> CannotStart:
    return CannotStart(f"磁盘空间不足:{place} 所在的磁盘已满,请清理后重试,数据不会丢失。\nNo space left on the disk that holds {place}.")


def last_lines(log: Path, count: int = 20, since: int = 0) -> str:
    """The end of a log, from the byte `since` on."""
    if not log.exists():
        return ""
    with log.open("rb") as written:
        written.seek(max(since, log.stat().st_size - 20_000))
        return "\n".join(line[:400] for line in written.read().decode(errors="replace").splitlines()[-count:])
