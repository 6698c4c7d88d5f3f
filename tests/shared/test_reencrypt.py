"""Encrypted anew under another key while the services read and write: nothing is unreadable at any moment, whoever writes meanwhile wins, and a job that was killed
goes on where it was. At the end the former key is gone and everything is still read."""

import asyncio
import base64
import json
import os
import subprocess
import sys
from typing import Any

import asyncpg
import pytest
from sqlalchemy import make_url, text

from deploy.databases import owner_of
from shared import reencrypt
from shared.privacy import Vault
from tests.conftest import Databases, Service, Start, both_ciphers
from tests.prepared import DATABASE_PASSWORDS
from tests.registry.files.test_files import PDF, upload
from tests.registry.made import citizen, posted, trainee
from tests.waiting import until

KEYS = {"k1": b"1" * 32, "k2": b"2" * 32}
PEOPLE = 12
LOCKED = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"


def _said(*ids: str) -> str:
    return json.dumps({key_id: base64.b64encode(KEYS[key_id]).decode() for key_id in ids})


def _vault(cipher: str, *ids: str) -> Vault:
    return Vault({key_id: KEYS[key_id] for key_id in ids}, ids[-1], b"", cipher)


def _owner(databases: Databases, url: str) -> str:
    owner = owner_of("registry")
    return databases.server.url(str(make_url(url).database), owner, DATABASE_PASSWORDS[owner])


async def _registered(registry: Service) -> list[str]:
    """A dozen people with telephones, and a file, which no one may change."""
    await upload(registry.as_("officer"))
    return [await trainee(registry, serial, phone=f"1398550{serial:04d}") for serial in range(PEOPLE)]


async def _revealed(registry: Service, person: str) -> Any:
    return (await posted(registry.as_("officer"), f"/v1/trainees/{person}:reveal", {"reason": "核对"}))["id_number"]


@both_ciphers
async def test_reads_go_on_and_what_is_written_meanwhile_wins(
    start: Start, databases: Databases, monkeypatch: pytest.MonkeyPatch, cipher: str
) -> None:
    monkeypatch.setattr(reencrypt, "ROWS_A_STEP", 5)
    url = await databases.lend("registry")
    async with start("registry", url=url, data_keys=_said("k1"), data_key_id="k1", cipher=cipher) as registry:
        people = await _registered(registry)
    async with start("registry", url=url, data_keys=_said("k1", "k2"), data_key_id="k2", cipher=cipher) as registry:
        stop = asyncio.Event()
        reading = asyncio.create_task(_read_until(registry, people[:-1], stop))
        writer, watcher = [await asyncpg.connect(databases.superuser(url)) for _ in range(2)]
        change = writer.transaction()
        await change.start()
        changed = _vault(cipher, "k1").encrypt(citizen(99), f"trainees/{people[-1]}/id_number")  # by a process that was not restarted
        await writer.execute("UPDATE trainees SET id_number = $2 WHERE id = $1", people[-1], changed)
        job = asyncio.create_task(reencrypt.reencrypt(_owner(databases, url), _vault(cipher, "k1", "k2")))
        await until(lambda: watcher.fetchval(LOCKED))
        await change.commit()
        assert await job == (2 * PEOPLE + 1, 0)
        assert await reencrypt.reencrypt(_owner(databases, url), _vault(cipher, "k1", "k2")) == (0, 0)
        stop.set()
        assert await reading > 0
        for connection in (writer, watcher):
            await connection.close()
    async with start("registry", url=url, data_keys=_said("k2"), data_key_id="k2", cipher=cipher) as registry:
        numbers = [citizen(serial) for serial in (*range(PEOPLE - 1), 99)]
        assert [await _revealed(registry, person) for person in people] == numbers
        async with registry.superuser() as connection:
            file_id, content = (await connection.execute(text("SELECT id, content FROM files"))).one()
        assert (await registry.as_("officer").get(f"/v1/files/{file_id}")).content == PDF
        assert content.startswith(f"{cipher}:k2:".encode())


async def _read_until(registry: Service, people: list[str], stop: asyncio.Event) -> int:
    count = 0
    while not stop.is_set():
        assert await _revealed(registry, people[count % len(people)]) == citizen(count % len(people))
        count += 1
        await asyncio.sleep(0.01)
    return count


async def test_a_job_that_was_killed_goes_on_and_leaves_files_as_unchangeable_as_they_were(
    start: Start, databases: Databases, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = await databases.lend("registry")
    async with start("registry", url=url, data_keys=_said("k1"), data_key_id="k1") as registry:
        people = await _registered(registry)
    holder, watcher = [await asyncpg.connect(databases.superuser(url)) for _ in range(2)]
    hold = holder.transaction()
    await hold.start()
    await holder.execute("SELECT FROM trainees WHERE id = $1 FOR UPDATE", people[5])  # of all that it turns, files come first
    urls = json.dumps({"registry": _owner(databases, url)})
    given = {**os.environ, "DATABASE_URLS": urls, "DATA_KEYS": _said("k1", "k2"), "DATA_KEY_ID": "k2"}
    command = [sys.executable, "-m", "shared.reencrypt"]
    killed = await asyncio.create_subprocess_exec(*command, env=given)
    await until(lambda: watcher.fetchval(LOCKED))
    killed.kill()
    await killed.wait()
    await hold.rollback()
    done = await watcher.fetchval("SELECT count(*) FROM files WHERE substr(content, 1, 11) = 'aes-gcm:k2:'")
    assert done == 1 and await watcher.fetchval("SELECT count(*) FROM trainees WHERE substr(id_number, 1, 11) = 'aes-gcm:k1:'") == PEOPLE
    again = await asyncio.to_thread(subprocess.run, command, env=given, capture_output=True, text=True, check=False)
    assert again.returncode == 0 and f"改用密钥 k2 {2 * PEOPLE} 项,还剩 0 项" in again.stdout
    with pytest.raises(asyncpg.RestrictViolationError):
        await watcher.execute("UPDATE files SET content = ''")
    for connection in (holder, watcher):
        await connection.close()


async def test_what_cannot_be_read_stops_the_job_and_stays(start: Start, databases: Databases) -> None:
    url = await databases.lend("registry")
    async with start("registry", url=url, data_keys=_said("k1"), data_key_id="k1") as registry:
        await upload(registry.as_("officer"))
        with pytest.raises(reencrypt.Stopped, match=r"files/.*/content 读不出来"):
            await reencrypt.reencrypt(_owner(databases, url), _vault("aes-gcm", "k2"))
        async with registry.superuser() as connection:
            assert (await connection.execute(text("SELECT content FROM files"))).scalar_one().startswith(b"aes-gcm:k1:")
