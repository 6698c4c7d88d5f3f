"""Folders that are thrown away: with their processes, or by the next process where theirs was killed."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from deploy.places import throwaway_folder

HOLDING = """
import sys
from deploy.places import throwaway_folder
with throwaway_folder("kaili-held-", quick={quick}) as folder:
    (folder / "data").mkdir()
    print(folder, flush=True)
    sys.stdin.read()
"""


@contextmanager
def holding(*, quick: bool) -> Iterator[tuple[subprocess.Popen[str], Path]]:
    """A process that has a folder until the block ends, or it is killed."""
    command = [sys.executable, "-c", HOLDING.format(quick=quick)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        yield process, Path(process.stdout.readline().strip())


@pytest.mark.parametrize("quick", [True, False])
def test_what_a_killed_process_left_is_taken_away_and_what_another_uses_stays(quick: bool) -> None:
    with holding(quick=quick) as (killed, left), holding(quick=quick) as (_, used):
        assert left.is_dir() and used.is_dir()
        killed.kill()
        killed.wait()
        with throwaway_folder(quick=quick) as mine:
            assert not left.exists() and (used / "data").is_dir() and mine.is_dir()
        assert not mine.exists()
    assert not used.exists()


def test_a_folder_that_nobody_threw_away_is_nobodys_to_take(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever keeps a system's data under such a name has no lock of ours there."""
    kept = tmp_path / "kaili-of-a-city"
    kept.mkdir()
    (kept / "lock").touch()
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    with throwaway_folder() as mine:
        assert mine.parent == tmp_path
    assert (kept / "lock").exists() and [each.name for each in tmp_path.iterdir()] == [kept.name]
