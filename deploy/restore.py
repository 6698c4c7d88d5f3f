"""`make restore FROM=dir`: the system of a backup in VAR_DIR, with the keys that the operator has put there (`secrets.json`), proved before it is said to stand.

`UNTIL="2026-03-01 09:30:00"` with `WAL=dir` goes on from the backup to that moment (Shanghai time) by the archived log, `WAL=dir` alone to that log's end. What stood
in VAR_DIR is set aside, never deleted; so are the heads beyond what was restored: they are evidence of what was lost.
"""

import contextlib
import json
import os
import secrets
import sys
from collections.abc import Iterator, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

import asyncpg

from deploy.backup import BASE, NO_FURTHER, SAID, kept_for, key_marks, laid_out, mark, public_halves_of, sha256_of
from deploy.databases import run_aside
from deploy.keys import Secrets, searching
from deploy.postgres import Server
from deploy.processes import CannotStart, only_owner, plain_words
from deploy.proof import Proof, prove, write_heads
from deploy.stack import SERVICES
from shared import clock
from shared.reencrypt import Stopped
from shared.reindex import reindex

RESTORED = """
INSERT INTO audit (at, actor, role, action, subject_type, outcome, request_id, details)
VALUES (now(), 'operator', 'system', 'system.restored', 'system', 'done', 'restore', $1::text::jsonb)"""

# What the server says of a moment to which the log does not lead.
NO_SUCH_MOMENT = {
    "recovery ended before configured recovery target was reached": "归档日志里没有 UNTIL={until} 以后的写入:请写早一点的时刻;要归档里的全部,只写 WAL=,不写 UNTIL。\n"
    "Nothing was written after UNTIL that the archive knows: name an earlier moment, or WAL alone for all there is.",
    "requested recovery stop point is before consistent recovery point": "UNTIL={until} 早于这份备份:请用那一刻以前的备份。\n"
    "UNTIL is before this backup: take an earlier one.",
}


def main(source: str, until: str, wal: str) -> int:
    try:
        if not source:
            raise CannotStart("请说明从哪个备份恢复:make restore FROM=/mnt/backup/20260301-020000\nWhich backup? make restore FROM=dir")
        var, backup = Path(os.environ.get("VAR_DIR") or "var").absolute(), Path(source).absolute()
        proof = restore(backup, var, _moment(until), Path(wal).absolute() if wal else None)
    except CannotStart as reason:
        sys.stderr.write(f"{reason}\n")
        return 1
    sys.stdout.write(
        f"已恢复到 {var} 并通过验证:五个数据库 {proof.rows_in_all} 行,封存 {sum(proof.seals.values())} 枚,资金与分录相符。\n"
        "Restored and proved. Start it: make run\n"
    )
    return 0


def _moment(until: str) -> datetime | None:
    try:
        return datetime.fromisoformat(until).replace(tzinfo=clock.SHANGHAI) if until else None
    except ValueError:
        raise CannotStart(f"UNTIL={until} 不是时刻,应如 UNTIL='2026-03-01 09:30:00'(北京时间)。\nUNTIL is no moment.") from None


def restore(backup: Path, var: Path, until: datetime | None = None, wal: Path | None = None) -> Proof:
    """Lays the backup out in `var`, goes on to `until` by the log archived in `wal`, and proves it."""
    said = _told_by(backup)
    kept = _keys_for(said, var)
    if until and not wal:
        raise CannotStart("恢复到某一时刻还需要归档日志:WAL=目录。\nUNTIL needs WAL=dir.")
    with plain_words(var), only_owner(var / "lock", "系统"), _leads_there(until):
        stamp = clock.now().strftime("%Y%m%d-%H%M%S")
        _renamed(var, "", f".before-{stamp}")
        try:
            proof = _lay_out(backup, var, said, kept, _going_on(until, wal) if wal else NO_FURTHER)
        except BaseException:
            _renamed(var, "", f".failed-{stamp}")
            _renamed(var, f".before-{stamp}", "")
            raise
    return proof


def _told_by(backup: Path) -> Mapping[str, Any]:
    """What the backup says of itself, once its files are what it says."""
    try:
        said: dict[str, Any] = json.loads((backup / SAID).read_text())
        whole = sha256_of(backup / BASE) == said["files"][BASE]
    except (OSError, ValueError, KeyError) as fault:
        raise CannotStart(f"{backup} 不是完整的备份:{type(fault).__name__}。\nThis is no whole backup.") from None
    if not whole:
        raise CannotStart(f"备份里的 {BASE} 与备份时不同,不能使用。\nThe backup has changed.")
    return said


def _keys_for(said: Mapping[str, Any], var: Path) -> Secrets:
    kept = kept_for(var)
    have = {*key_marks(kept).values(), *(mark("SEAL_KEY", former) for former in kept.former_seal_public_keys)}
    have |= {mark("INDEX_KEY", former) for former in kept.former_index_keys}
    if lacking := [name for name, marked in said["keys"].items() if marked not in have]:
        raise CannotStart(
            f"这里的密钥 {'、'.join(lacking)} 不是这份备份用的:没有它们,身份证号等读不出来。请放回备份时的密钥文件。\n"
            f"The keys are not those of the backup: {', '.join(lacking)}."
        )
    return kept


def _going_on(until: datetime | None, wal: Path) -> dict[str, str]:
    read_on = {"restore_command": f'cp "{wal}/%f" "%p"'}
    return read_on | ({"recovery_target_time": until.isoformat(), "recovery_target_action": "promote"} if until else {})


@contextlib.contextmanager
def _leads_there(until: datetime | None) -> Iterator[None]:
    try:
        yield
    except CannotStart as reason:
        for sign, words in NO_SUCH_MOMENT.items():
            if until and sign in str(reason):
                raise CannotStart(words.format(until=f"{until:%Y-%m-%d %H:%M:%S}")) from None
        raise


def _renamed(var: Path, was: str, now: str) -> None:
    """What a system consists of besides its keys, under another name."""
    for part in ("postgres", "seals"):
        if (var / f"{part}{was}").exists():
            (var / f"{part}{was}").rename(var / f"{part}{now}")


def _lay_out(backup: Path, var: Path, said: Mapping[str, Any], kept: Secrets, going_on: Mapping[str, str]) -> Proof:
    with laid_out(backup, var / "postgres", going_on) as server:
        proof = prove(server.dsn, SERVICES, public_halves_of(kept), backup / "heads")
        if going_on is NO_FURTHER and (proof.rows, proof.seals) != (said["rows"], said["seals"]):
            proof.faults.append("行数或封存数与备份时不同")
        if proof.faults:
            raise CannotStart(
                "恢复出来的数据没有通过验证,原有数据保持不变:\n" + "\n".join(proof.faults) + "\nWhat was restored did not prove right."
            )
        _found_by_the_keys_of_now(server, kept)
        password = kept.role_passwords.get("postgres") or secrets.token_urlsafe(24)
        run_aside(_take_over(server, var, password, {"backup": backup.name, "made_at": said["made_at"], **_further(going_on)}))
    with contextlib.suppress(FileNotFoundError):
        (server.data / "pg_hba.trusting").unlink()
    return proof


def _found_by_the_keys_of_now(server: Server, kept: Secrets) -> None:
    """A backup from before an index key took over: its digests are wrapped in those that followed."""
    vault = searching([*kept.former_index_keys, kept.index_key], os.environ.get("CIPHER") or "aes-gcm")
    for service in SERVICES:
        try:
            run_aside(reindex(server.dsn(service), vault))
        except Stopped as reason:
            raise CannotStart(f"{service}:{reason}") from None


def _further(going_on: Mapping[str, str]) -> dict[str, str]:
    return {} if going_on is NO_FURTHER else {"until": going_on.get("recovery_target_time", "the end of the archived log")}


async def _take_over(server: Server, var: Path, password: str, how: Mapping[str, str]) -> None:
    """Heads as the databases have them, the deed in every trail, and a password of the new place."""
    for service in SERVICES:
        await write_heads(server.dsn(service), var / "seals" / f"{service}.jsonl")
        connection = await asyncpg.connect(server.dsn(service))
        try:
            await connection.execute(RESTORED, json.dumps(how, ensure_ascii=False))
        finally:
            await connection.close()
    connection = await asyncpg.connect(server.dsn())
    try:
        await connection.execute(f"ALTER ROLE postgres PASSWORD '{password}'")
    finally:
        await connection.close()
    server.keep_password(password)


if __name__ == "__main__":
    sys.exit(main(*[*sys.argv[1:], "", "", ""][:3]))
