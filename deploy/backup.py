"""`make backup TO=dir`: all five databases as they stand at one moment, proved by restoring them aside before the backup gets its name.

PostgreSQL's own base backup of the whole cluster, so that the feeds keep their order and followers go on where they were. The keys are not in it: it names
which ones are needed and how to know them again. Of the system of VAR_DIR, running or not; of the containers beside `.env`; or of the server of DATABASE_URL, by an account that may replicate.
"""

import base64
import contextlib
import gzip
import hashlib
import json
import os
import shutil
import subprocess
import sys
import tarfile
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from pathlib import Path

from deploy.keys import Secrets, read, read_settings
from deploy.places import programs
from deploy.postgres import Server, postgres
from deploy.processes import CannotStart, plain_words
from deploy.proof import Proof, prove
from deploy.stack import SERVICES
from shared import clock
from shared.sealing.keys import public_half

ROOT = Path(__file__).resolve().parents[1]
SETTINGS = ROOT / ".env"
SAID = "backup.json"
BASE = "base.tar.gz"
NO_FURTHER = {"restore_command": "false"}
TRUSTING = "local all all trust\n"  # for a cluster that nobody but we can reach: its socket lies in a folder of its own


def main(to: str) -> int:
    try:
        if not to:
            raise CannotStart("请说明备份放在哪里:make backup TO=/mnt/backup\nWhere to? make backup TO=dir")
        made, proof = back_up(Path(os.environ.get("VAR_DIR") or "var"), Path(to).absolute())
    except CannotStart as reason:
        sys.stderr.write(f"{reason}\n")
        return 1
    sys.stdout.write(
        f"备份完成并已验证:{made}\n五个数据库 {proof.rows_in_all} 行,封存 {sum(proof.seals.values())} 枚;密钥不在其中,请另行保管。\n"
        f"Backed up and proved. Restore: make restore FROM={made}\n"
    )
    return 0


def back_up(var: Path, to: Path) -> tuple[Path, Proof]:
    """Makes a backup in a new folder of `to`; answers it, and what it was proved by. What fails leaves nothing that looks like a backup."""
    kept = kept_for(var)
    with plain_words(to):
        to.mkdir(parents=True, exist_ok=True)
        unfinished = Path(tempfile.mkdtemp(prefix="unfinished-", dir=to))
    try:
        (unfinished / "heads").mkdir()
        for file in (var / "seals").glob("*.jsonl"):  # before the databases: what the heads know the databases must have
            shutil.copyfile(file, unfinished / "heads" / file.name)
        with basebackup_of(var) as command:
            _copy(command, unfinished / BASE)
        with laid_out(unfinished) as server:
            proof = prove(server.dsn, SERVICES, public_halves_of(kept), unfinished / "heads")
        if proof.faults:
            raise CannotStart("备份没有通过验证,未保留:\n" + "\n".join(proof.faults) + "\nThe backup did not prove right.")
        at = clock.now()
        (unfinished / SAID).write_text(json.dumps(_said(at, proof, kept, unfinished), ensure_ascii=False, indent=1) + "\n")
        made = to / at.strftime("%Y%m%d-%H%M%S")
        unfinished.rename(made)
        return made, proof
    except BaseException:
        shutil.rmtree(unfinished, ignore_errors=True)
        raise


def public_halves_of(kept: Secrets) -> list[bytes]:
    """What every seal was signed with, the oldest first."""
    return [base64.b64decode(key) for key in (*kept.former_seal_public_keys, public_half(kept.seal_key))]


def key_marks(kept: Secrets) -> dict[str, str]:
    """How each key is known again, without saying anything of it: the beginning of its hash."""
    named = {f"DATA_KEYS.{key_id}": key for key_id, key in kept.data_keys.items()}
    named |= {
        "INDEX_KEY": kept.index_key,
        "SEAL_KEY": public_half(kept.seal_key),
        "RECEIPT_KEY": kept.receipt_key,
        "CLAIM_RECEIPT_KEY": kept.claim_receipt_key,
    }
    return {name: mark(name, key) for name, key in named.items()}


def mark(name: str, key: str) -> str:
    return hashlib.sha256(f"{name}:{key}".encode()).hexdigest()[:8]


def _said(at: datetime, proof: Proof, kept: Secrets, folder: Path) -> Mapping[str, object]:
    made = {"made_at": at.isoformat(timespec="seconds"), "keys": key_marks(kept), "files": {BASE: sha256_of(folder / BASE)}}
    return {**made, **asdict(proof)}


def sha256_of(file: Path) -> str:
    with file.open("rb") as opened:
        return hashlib.file_digest(opened, "sha256").hexdigest()


def of_containers(var: Path) -> bool:
    """Whether the containers beside `.env` are meant. A trial system that stands in `var` as well is meant only where VAR_DIR names it."""
    return SETTINGS.exists() and not (os.environ.get("VAR_DIR") and (var / "secrets.json").exists())


def kept_for(var: Path) -> Secrets:
    """The keys of what is meant."""
    return read_settings(SETTINGS) if of_containers(var) else read(var / "secrets.json")


@contextlib.contextmanager
def basebackup_of(var: Path) -> Iterator[list[str | Path]]:
    """The program that copies, told where from: the server of DATABASE_URL, the one of the system in `var` (started where it does not run), or the containers'."""
    program: list[str | Path] = [programs() / "bin/pg_basebackup", "-d"]
    if given := os.environ.get("DATABASE_URL"):
        yield [*program, given.replace("postgresql+asyncpg:", "postgresql:", 1)]
    elif of_containers(var):
        yield ["docker", "compose", "exec", "-T", "postgres", "pg_basebackup", "-U", "postgres"]
    else:
        with address_of(var) as address:
            yield [*program, address]


@contextlib.contextmanager
def address_of(var: Path) -> Iterator[str]:
    """The address of the database server of the system in `var`, for who may do all; it is started where it does not run."""
    state = var.absolute() / "postgres"
    cluster = Path((state / "elsewhere").read_text().strip()) if (state / "elsewhere").exists() else state
    if not (cluster / "data").exists():
        raise CannotStart(f"{var} 里没有数据:先用 make run 启动过,或用 VAR_DIR、DATABASE_URL 指明。\nThere are no data in {var}.")
    try:
        said = (cluster / "data/postmaster.pid").read_text().split("\n")
        os.kill(int(said[0]), 0)
        yield Server.address(Path(said[4]), (cluster / "password").read_text())
    except (OSError, IndexError, ValueError):
        with postgres(state) as server:
            yield server.dsn()


def _copy(command: Sequence[str | Path], to: Path) -> None:
    """PostgreSQL's own copy with the log that it needs, as one archive."""
    asked = [*command, "-D", "-", "-Ft", "-X", "fetch", "--checkpoint=fast"]
    if shutil.which(asked[0]) is None:
        raise CannotStart(f"找不到程序 {asked[0]}:容器部署的备份要在装有 Docker 的服务器上做。\nThe program {asked[0]} is missing.")
    with (
        tempfile.TemporaryFile() as said,
        subprocess.Popen(asked, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=said, cwd=ROOT) as running,
    ):
        assert running.stdout is not None, "it is a pipe"
        with gzip.open(to, "wb", compresslevel=3) as packed:
            shutil.copyfileobj(running.stdout, packed, 1024 * 1024)
        if running.wait():
            said.seek(0)
            raise CannotStart(f"PostgreSQL 没有完成备份:{said.read().decode(errors='replace').strip()}\npg_basebackup failed.")


@contextlib.contextmanager
def laid_out(backup: Path, place: Path | None = None, going_on: Mapping[str, str] = NO_FURTHER) -> Iterator[Server]:
    """A server on what the backup holds, laid out in the empty or missing folder `place` (None: a temporary one). It asks for no password: whoever goes on with
    it sets one. `going_on`: the settings by which the log is read on. A timeline of its own begins, so that its log is never taken for that of the system it was
    copied from."""

    def fill(server: Server) -> None:
        unfinished = server.directory / "new"
        with tarfile.open(backup / BASE) as opened:
            opened.extractall(unfinished, filter="data")
        (unfinished / "pg_hba.trusting").write_text(TRUSTING)
        (unfinished / "recovery.signal").touch()
        server.own(unfinished)
        unfinished.chmod(0o700)
        unfinished.rename(server.data)

    with contextlib.ExitStack() as held:
        if place is None:
            place = Path(held.enter_context(tempfile.TemporaryDirectory(prefix="kaili-restore-", ignore_cleanup_errors=True)))
            going_on = {"fsync": "off", **going_on}
        yield held.enter_context(postgres(place, {**going_on, "hba_file": "data/pg_hba.trusting", "hot_standby": "off"}, fill))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1] if len(sys.argv) > 1 else ""))
