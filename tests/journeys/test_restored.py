"""A backup of a system at work, laid out elsewhere: the same rows, seals and balances; and what is refused of one that is not whole or not ours."""

import json
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import asyncpg
import pytest

from deploy.backup import SAID, back_up
from deploy.databases import run_aside
from deploy.postgres import FAST_SETTINGS, postgres
from deploy.processes import CannotStart
from deploy.proof import Proof
from deploy.restore import restore
from deploy.stack import SERVICES, Stack
from shared import clock


@dataclass
class Made:
    """The backup, what it was proved by, and a place with its keys where nothing stands yet."""

    backup: Path
    proof: Proof
    place: Path


@pytest.fixture(scope="module")
def made(stack: Stack, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Made]:
    folder = tmp_path_factory.mktemp("backups")
    backup, proof = back_up(stack.var, folder)
    place = folder / "elsewhere"
    place.mkdir(mode=0o755)
    shutil.copyfile(stack.var / "secrets.json", place / "secrets.json")
    yield Made(backup, proof, place)


def _ask(address: str, question: str) -> object:
    async def asked() -> object:
        connection = await asyncpg.connect(address)
        try:
            return await connection.fetchval(question)
        finally:
            await connection.close()

    return run_aside(asked())


def test_a_backup_names_its_keys_and_holds_none(stack: Stack, made: Made) -> None:
    said = (made.backup / SAID).read_text()
    kept = json.loads((stack.var / "secrets.json").read_text())
    assert json.loads(said)["keys"].keys() >= {"DATA_KEYS.k1", "INDEX_KEY", "SEAL_KEY"}
    assert not any(secret in said for secret in (*kept["data_keys"].values(), kept["seal_key"], kept["index_key"]))
    assert {path.name for path in made.backup.iterdir()} == {SAID, "base.tar.gz", "heads"}
    assert [path.name for path in made.backup.parent.iterdir() if path.name.startswith("unfinished")] == []


def test_what_is_not_whole_or_not_ours_is_refused_before_anything_is_touched(made: Made, tmp_path: Path) -> None:
    with pytest.raises(CannotStart, match=r"secrets.json"):
        restore(made.backup, tmp_path / "without-keys")
    changed = shutil.copytree(made.backup, tmp_path / "changed")
    with (changed / "base.tar.gz").open("ab") as opened:
        opened.write(b"\0")
    with pytest.raises(CannotStart, match=r"base\.tar\.gz 与备份时不同"):
        restore(changed, made.place)
    with pytest.raises(CannotStart, match="不是完整的备份"):
        restore(tmp_path, made.place)
    other = tmp_path / "other-keys"
    other.mkdir()
    kept = json.loads((made.place / "secrets.json").read_text())
    (other / "secrets.json").write_text(json.dumps(kept | {"index_key": kept["seal_key"]}))
    with pytest.raises(CannotStart, match="INDEX_KEY 不是这份备份用的"):
        restore(made.backup, other)
    assert [path.name for path in made.place.iterdir()] == ["secrets.json"]


def test_what_does_not_prove_right_leaves_what_stood_there(made: Made, tmp_path: Path) -> None:
    told = json.loads((made.backup / SAID).read_text())
    wrong = tmp_path / "wrong"
    wrong.mkdir()
    for part in ("base.tar.gz", "heads"):
        (wrong / part).symlink_to(made.backup / part)
    told["rows"]["registry"]["trainees"] += 1
    (wrong / SAID).write_text(json.dumps(told))
    place = tmp_path / "place"
    (place / "seals").mkdir(parents=True)
    (place / "seals/registry.jsonl").write_text("as it was\n")
    shutil.copyfile(made.place / "secrets.json", place / "secrets.json")
    with pytest.raises(CannotStart, match="行数或封存数与备份时不同"):
        restore(wrong, place)
    assert (place / "seals/registry.jsonl").read_text() == "as it was\n"
    assert not (place / "postgres").exists()


def test_a_moment_to_which_the_log_does_not_lead_is_said_and_the_log_alone_is_read_to_its_end(made: Made, tmp_path: Path) -> None:
    log, later = tmp_path / "archived", clock.now() + timedelta(days=1)
    log.mkdir()
    with pytest.raises(CannotStart, match=f"没有 UNTIL={later:%Y-%m-%d %H:%M:%S} 以后的写入"):
        restore(made.backup, made.place, later, log)
    proof = restore(made.backup, made.place, wal=log)
    assert (proof.rows, proof.seals, proof.faults) == (made.proof.rows, made.proof.seals, [])


def test_elsewhere_it_has_the_same_rows_seals_and_balances_and_says_that_it_was_restored(stack: Stack, made: Made) -> None:
    proof = restore(made.backup, made.place)
    assert (proof.rows, proof.seals, proof.faults) == (made.proof.rows, made.proof.seals, [])
    assert made.proof.rows_in_all > 0
    with postgres(made.place / "postgres", FAST_SETTINGS) as server:
        for service in SERVICES:
            said = _ask(server.dsn(service), "SELECT details FROM audit WHERE action = 'system.restored'")
            assert json.loads(str(said))["backup"] == made.backup.name
            written = (made.place / f"seals/{service}.jsonl").read_bytes()
            assert written.count(b"\n") == proof.seals[service]
        for copied in (made.backup / "heads").iterdir():
            assert (made.place / "seals" / copied.name).read_bytes().startswith(copied.read_bytes())
        assert _ask(server.dsn(), "SELECT timeline_id FROM pg_control_checkpoint()") == 2
        with pytest.raises(asyncpg.InvalidPasswordError):
            _ask(server.dsn(password="wrong"), "SELECT 1")
