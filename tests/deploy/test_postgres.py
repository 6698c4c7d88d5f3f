"""The embedded database: what it survives, and what it refuses in plain words."""

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import asyncpg
import psutil
import pytest

from deploy import places
from deploy.postgres import FAST_SETTINGS, SETTINGS, Server, postgres, throwaway_postgres
from deploy.processes import CannotStart
from deploy.stack import SERVICES
from shared import db
from shared.settings import Settings
from tests.deploy.sql import ask

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    with throwaway_postgres() as running:
        yield running


def test_a_committed_row_survives_kill_9_of_the_server(server: Server) -> None:
    ask(server.dsn(), "CREATE TABLE kept (word text)", "INSERT INTO kept VALUES ('还在')", "SELECT 1")
    server.kill(signal.SIGKILL)
    assert not server.alive
    server.start()
    assert ask(server.dsn(), "SELECT word FROM kept") == "还在"


def test_a_committed_row_survives_kill_9_of_the_launcher_and_the_server_ends_with_it(workplace: Path) -> None:
    program = (
        "import sys, time; from pathlib import Path; from deploy.postgres import FAST_SETTINGS, SETTINGS, Server, postgres, throwaway_postgres\n"
        "with postgres(Path(sys.argv[1]), FAST_SETTINGS) as server: print(server.pid, server.dsn(), flush=True); time.sleep(60)"
    )
    command = [sys.executable, "-c", program, str(workplace / "pg")]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as other:
        assert other.stdout is not None
        pid, dsn = other.stdout.readline().split()

        ask(dsn, "CREATE TABLE kept AS SELECT 7 AS number", "SELECT 1")
        other.kill()
    with postgres(workplace / "pg", FAST_SETTINGS) as server:
        assert not psutil.pid_exists(int(pid)) or psutil.Process(int(pid)).status() == psutil.STATUS_ZOMBIE
        assert ask(server.dsn(), "SELECT number FROM kept") == 7


@pytest.mark.parametrize(
    "left",
    [
        pytest.param(str(os.getpid()), id="a-pid-that-another-process-bears-today"),
        pytest.param("1", id="the-first-process"),
        pytest.param("", id="an-empty-file-left-by-a-full-disk"),
    ],
)
def test_a_stale_pid_file_does_not_stop_the_start(server: Server, left: str) -> None:
    pid_file = server.data / "postmaster.pid"
    lines = pid_file.read_text().splitlines()
    server.kill(signal.SIGKILL)
    pid_file.write_text("\n".join([left, *lines[1:], ""]) if left else "")
    server.start()
    assert ask(server.dsn(), "SELECT 1") == 1


def test_a_second_start_on_the_same_directory_is_refused_and_the_first_goes_on(server: Server) -> None:
    with pytest.raises(CannotStart, match=f"数据库已在运行.*{os.getpid()}"), postgres(server.directory):
        pass
    assert ask(server.dsn(), "SELECT 1") == 1


def test_a_cluster_half_made_by_a_killed_start_is_made_anew(workplace: Path) -> None:
    (workplace / "pg/new").mkdir(parents=True)
    (workplace / "pg/new/PG_VERSION").write_text("18\n")
    with postgres(workplace / "pg", FAST_SETTINGS) as server:
        assert ask(server.dsn(), "SELECT 1") == 1
    assert not (workplace / "pg/new").exists()


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells a child of its parent's death")
def test_a_start_that_is_killed_while_it_makes_the_cluster_leaves_nothing_running(workplace: Path) -> None:
    program = "import sys; from pathlib import Path; from deploy.postgres import postgres\nwith postgres(Path(sys.argv[1])): pass"
    with subprocess.Popen([sys.executable, "-c", program, str(workplace / "pg")], cwd=ROOT) as other:
        launcher_of = psutil.Process(other.pid)
        deadline = time.monotonic() + 60
        while not (making := [each for each in launcher_of.children() if "initdb" in each.name()]):
            assert time.monotonic() < deadline and other.poll() is None
            time.sleep(0.005)
        making[0].suspend()  # so that it cannot end by itself
        other.kill()
    while left := [each.cmdline() for each in psutil.process_iter() if _is_at(each, workplace)]:
        assert time.monotonic() < deadline, left
        time.sleep(0.02)
    with postgres(workplace / "pg", FAST_SETTINGS) as server:
        assert ask(server.dsn(), "SELECT 1") == 1


def _is_at(process: psutil.Process, place: Path) -> bool:
    try:
        return str(place) in " ".join(process.cmdline()) and process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def test_a_path_too_long_for_a_socket_gets_a_short_one(workplace: Path) -> None:
    with postgres(workplace / ("long" * 30) / "pg", FAST_SETTINGS) as server:
        sockets = server.sockets
        assert ask(server.dsn(), "SELECT 1") == 1
    assert not sockets.exists()


def test_the_socket_and_the_data_are_closed_to_other_accounts(server: Server) -> None:
    assert server.sockets.stat().st_mode & 0o077 == 0
    with pytest.raises(asyncpg.InvalidPasswordError):
        ask(server.dsn(password="guessed"), "SELECT 1")


class Usage(NamedTuple):
    total: int
    used: int
    free: int


def test_a_full_disk_is_said_before_anything_is_made(workplace: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda _: Usage(10**9, 10**9, 0))
    with pytest.raises(CannotStart, match="磁盘空间不足"), postgres(workplace / "pg"):
        pass
    assert not (workplace / "pg/data").exists()


def test_a_start_that_fails_shows_the_end_of_the_log(workplace: Path) -> None:
    with pytest.raises(CannotStart, match="no_such_setting"), postgres(workplace / "pg", {**FAST_SETTINGS, "no_such_setting": "1"}):
        pass


@pytest.mark.skipif(os.geteuid() != 0, reason="only root gives the database to another account")
class TestAsRoot:
    def test_a_private_home_puts_the_data_where_the_account_can_enter_and_finds_them_again(
        self, workplace: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(places, "_PRIVATE_HOMES", workplace / "elsewhere")
        home = workplace / "home"
        home.mkdir(mode=0o700)
        with postgres(home / "pg", FAST_SETTINGS) as server:
            assert server.directory.parent == workplace / "elsewhere"
            ask(server.dsn(), "CREATE TABLE kept AS SELECT 7 AS number", "SELECT 1")
        home.rename(workplace / "moved")
        with postgres(workplace / "moved/pg", FAST_SETTINGS) as server:
            assert ask(server.dsn(), "SELECT number FROM kept") == 7

    @pytest.mark.parametrize(
        ("account", "said"),
        [pytest.param("no-such-account", "没有账号", id="unknown"), pytest.param("root", "不能以 root", id="root-itself")],
    )
    def test_an_account_that_cannot_run_it_is_refused(
        self, workplace: Path, monkeypatch: pytest.MonkeyPatch, account: str, said: str
    ) -> None:
        monkeypatch.setenv("PG_SYSTEM_USER", account)
        with pytest.raises(CannotStart, match=said), postgres(workplace / "pg"):
            pass


def test_the_connections_of_all_processes_fit_into_what_any_server_gives_and_leave_room_for_people() -> None:
    of_a_process = Settings.model_fields["database_connections"].default + db.READER_CONNECTIONS + db.PULSE_CONNECTIONS
    migrations, sealing, kept_for_superusers, people = len(SERVICES), len(SERVICES), 3, 10
    needed = len(SERVICES) * of_a_process + migrations + sealing + kept_for_superusers + people
    assert needed <= 100 <= int(SETTINGS["max_connections"])  # 100: PostgreSQL's own default
