"""The Python environment .venv, made from the hash-locked requirements: `python -m deploy.environment runtime|development`.

Runs before anything is installed, so it uses the standard library only."""

import fcntl
import hashlib
import os
import shutil
import signal
import sys
from pathlib import Path

from deploy.processes import end, spawn

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
INSTALLED = VENV / "installed"  # one line for the place, one for each lock whose packages are there
UNFINISHED = VENV / "unfinished"
WHEELS = ROOT / "wheels"  # of a bundle: everything is there, and no registry is asked
LOCKS = {"runtime": "requirements.lock", "development": "requirements-dev.lock"}  # the second holds all of the first


def main(wanted: str) -> None:
    with (ROOT / ".venv.lock").open("w") as lock:  # `make run` and `make test` at once: the second waits
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not is_installed(wanted):
            install(wanted)


def mark(lock_name: str) -> str:
    return f"{lock_name} {hashlib.sha256((ROOT / lock_name).read_bytes()).hexdigest()}"


def is_installed(wanted: str) -> bool:
    if UNFINISHED.exists() or not INSTALLED.exists() or not PYTHON.exists():
        return False
    lines = INSTALLED.read_text().splitlines()
    return str(VENV) in lines and mark(LOCKS[wanted]) in lines


def install(wanted: str) -> None:
    if WHEELS.is_dir() and (wanted != "runtime" or sys.version_info[:2] != (3, 11)):
        sys.exit(
            "安装包里只有运行所需的轮子,用于 Python 3.11:请用 PYTHON=python3.11;检查与测试请在源码仓库里做。\n"
            "The bundle holds the wheels of the runtime alone, for Python 3.11."
        )
    moved = INSTALLED.exists() and str(VENV) not in INSTALLED.read_text().splitlines()
    if moved or UNFINISHED.exists() or not PYTHON.exists():
        make_venv()
    UNFINISHED.touch()
    print(f"安装依赖 installing {LOCKS[wanted]} …", flush=True)
    uv = shutil.which("uv")
    quick: list[str | Path] = [str(uv), "pip", "install", "--python", PYTHON]
    usual: list[str | Path] = [PYTHON, "-m", "pip", "install", "--disable-pip-version-check"]
    if WHEELS.is_dir():
        usual += ["--no-index", "--find-links", WHEELS]
    if run([*(quick if uv and not WHEELS.is_dir() else usual), "--require-hashes", "-r", ROOT / LOCKS[wanted]]):
        sys.exit(
            "依赖没有装好,原因见上(网络不通、磁盘已满等);排除后再运行一次即可。\n"
            "The packages could not be installed; see above, then run it again."
        )
    covered = LOCKS.values() if wanted == "development" else [LOCKS["runtime"]]
    INSTALLED.write_text("\n".join([str(VENV), *(mark(name) for name in covered)]) + "\n")
    UNFINISHED.unlink()


def make_venv() -> None:
    print("建立 Python 环境 making .venv …", flush=True)
    shutil.rmtree(VENV, ignore_errors=True)
    if run([sys.executable, "-m", "venv", VENV]):
        shutil.rmtree(VENV, ignore_errors=True)
        sys.exit(
            "不能建立 .venv:缺少 venv 模块(Debian、Ubuntu:apt-get install python3-venv)或磁盘已满。\n"
            "Cannot make .venv: the module venv is missing, or the disk is full."
        )


def run(command: list[str | Path]) -> int:
    """The exit code of the command, which ends when we are ended: else the next start would install beside it."""
    child = spawn(command, log=None, ends_by=signal.SIGKILL, cwd=ROOT, env=os.environ)
    try:
        return child.wait()
    finally:
        end(child, signal.SIGTERM, 10)


if __name__ == "__main__":
    main(sys.argv[1])
