"""The environment of `make run` and `make test`: what counts as installed."""

import re
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from deploy import environment

ROOT = Path(__file__).resolve().parents[2]


def pins(lock: str) -> set[str]:
    return set(re.findall(r"^[\w.-]+==\S+", (ROOT / lock).read_text(), re.MULTILINE))


def test_the_development_lock_holds_all_of_the_runtime_lock() -> None:
    assert pins("requirements.lock") <= pins("requirements-dev.lock")


@pytest.mark.parametrize("lock", ["requirements.lock", "requirements-dev.lock", "requirements-image.lock"])
def test_a_lock_names_no_address(lock: str) -> None:
    assert "://" not in (ROOT / lock).read_text()


@pytest.fixture
def venv(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """An installed runtime environment with locks of its own."""
    venv = tmp_path / ".venv"
    (venv / "bin").mkdir(parents=True)
    (venv / "bin/python").touch()
    for lock in environment.LOCKS.values():
        (tmp_path / lock).write_text(lock)
    for name, value in {"ROOT": tmp_path, "VENV": venv, "PYTHON": venv / "bin/python"}.items():
        monkeypatch.setattr(environment, name, value)
    monkeypatch.setattr(environment, "INSTALLED", venv / "installed")
    monkeypatch.setattr(environment, "UNFINISHED", venv / "unfinished")
    (venv / "installed").write_text(f"{venv}\n{environment.mark('requirements.lock')}\n")
    yield venv


def test_an_installed_lock_is_not_installed_again(venv: Path) -> None:
    assert environment.is_installed("runtime")


def test_the_runtime_alone_is_not_enough_for_development(venv: Path) -> None:
    assert not environment.is_installed("development")


def test_a_changed_lock_is_installed(venv: Path) -> None:
    (venv.parent / "requirements.lock").write_text("newer")
    assert not environment.is_installed("runtime")


def test_an_installation_cut_short_is_done_again(venv: Path) -> None:
    (venv / "unfinished").touch()
    assert not environment.is_installed("runtime")


def test_an_environment_that_was_moved_is_made_again(venv: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    moved = venv.rename(venv.with_name("moved"))
    for name, path in {"VENV": moved, "PYTHON": moved / "bin/python", "INSTALLED": moved / "installed", "UNFINISHED": moved / "un"}.items():
        monkeypatch.setattr(environment, name, path)
    assert not environment.is_installed("runtime")


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells a child of its parent's death")
def test_an_installation_ends_with_the_start_that_began_it() -> None:
    program = "from deploy import environment; environment.run(['sleep', '60'])"
    with subprocess.Popen([sys.executable, "-c", program], cwd=ROOT) as start:
        deadline = time.monotonic() + 30
        while not (installing := psutil.Process(start.pid).children()):
            assert time.monotonic() < deadline and start.poll() is None
            time.sleep(0.01)
        start.kill()
    _, alive = psutil.wait_procs(installing, 10)
    assert [each for each in alive if each.status() != psutil.STATUS_ZOMBIE] == []


def test_an_installation_that_fails_is_told_by_its_code() -> None:
    assert [environment.run([sys.executable, "-c", f"raise SystemExit({code})"]) for code in (0, 3)] == [0, 3]
