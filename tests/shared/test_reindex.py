"""Another index key: every digest is wrapped in it in one transaction, so the same person is found as before and entered once; a process that still has the former
key is refused by its database, and so is the job while anyone is connected."""

import base64
import itertools

import asyncpg
import pytest
from sqlalchemy import LargeBinary, Uuid, make_url

from deploy.databases import owner_of
from shared import indexing, reindex
from shared.privacy import Vault
from shared.reencrypt import Stopped
from tests.attacks.test_database import tables
from tests.conftest import SERVICES, Databases, Start, both_ciphers
from tests.prepared import DATABASE_PASSWORDS
from tests.registry.made import citizen, posted, trainee

KEYS = [bytes([number]) * 32 for number in (11, 12, 13)]
# What else is kept in bytes: ciphertexts, keys of their own, files, unkeyed hashes and signatures.
NO_DIGESTS = {
    *(
        "audit_seals.hash",
        "audit_seals.signature",
        "idempotency_keys.body",
        "files.content",
        "trainee_corrections.proposed",
        "placement_updates.digest",
    ),
    *(f"trainees.{each}" for each in ("id_number", "phone", "bank_account", "history_key")),
    *("complaints.name", "complaints.contact", "objections.name", "objections.contact", "teachers.id_number", "institutions.bank_account"),
    *("payments.account", "imports.content", "placement_imports.content", "certificate_imports.content"),
    *("webhook_endpoints.secret", "webhook_endpoints.previous_secret"),
}

_RELIEVE = """
DO $$ DECLARE found text; BEGIN
    FOR found IN SELECT conname FROM pg_constraint WHERE conrelid = '{table}'::regclass AND contype = 'c' LOOP
        EXECUTE format('ALTER TABLE {table} DROP CONSTRAINT %I', found);
    END LOOP;
    FOR found IN SELECT attname FROM pg_attribute WHERE attrelid = '{table}'::regclass AND attnotnull AND attidentity = '' AND attnum > 0
            AND attnum <> ALL (SELECT unnest(conkey) FROM pg_constraint WHERE conrelid = '{table}'::regclass AND contype = 'p') LOOP
        EXECUTE format('ALTER TABLE {table} ALTER COLUMN %I DROP NOT NULL', found);
    END LOOP;
END $$"""


def vault(*keys: bytes, cipher: str = "aes-gcm") -> Vault:
    return Vault({}, "", keys[-1], cipher, keys[:-1])


@both_ciphers
def test_a_digest_with_another_key_is_a_digest_of_the_digest(cipher: str) -> None:
    one, two, three = [vault(*KEYS[:count], cipher=cipher) for count in (1, 2, 3)]
    made = [each.blind("522601199003070025", "id_number") for each in (one, two, three)]
    assert (
        two.wrapped(made[0], 1) == made[1]
        and three.wrapped(made[0], 1) == three.wrapped(made[1], 2) == three.wrapped(made[2], 3) == made[2]
    )
    assert len({*made, *(each.blind("522601199003070025", "phone") for each in (one, two, three))}) == 6
    assert [three.mark(count) for count in (1, 2, 3)] == [one.mark(), two.mark(), three.mark()] and len(
        {one.mark(), two.mark(), three.mark()}
    ) == 3
    assert one.lasting("a", "b") == three.lasting("a", "b") == one.blind("a", "b")


def test_every_column_of_bytes_says_whether_it_holds_digests() -> None:
    """A new one that holds some and does not say so would be left under the former key."""
    columns = [
        each for service in SERVICES for table in tables(service).sorted_tables for each in table.c if isinstance(each.type, LargeBinary)
    ]
    assert {str(each) for each in columns if not (each.comment or "").startswith(indexing.DIGEST)} == NO_DIGESTS


@pytest.mark.parametrize("service", SERVICES)
async def test_every_digest_of_every_table_is_wrapped(databases: Databases, monkeypatch: pytest.MonkeyPatch, service: str) -> None:
    """Two rows in each table that holds some, with nothing in them but their keys and digests: whatever else a table demands of a row it is relieved of."""
    monkeypatch.setattr(reindex, "ROWS_A_STEP", 1)
    before, after = vault(KEYS[0]), vault(*KEYS[:2])
    url, owner = await databases.make(service), owner_of(service)
    superuser = await asyncpg.connect(databases.superuser(url))
    await superuser.execute("SET session_replication_role = replica")  # neither triggers nor references
    await superuser.execute("INSERT INTO index_key (mark) VALUES ($1)", before.mark())
    texts = itertools.count()
    made = dict[str, tuple[str, list[list[bytes | None]]]]()
    for table in tables(service).sorted_tables:
        digests = [each for each in table.c if (each.comment or "").startswith(indexing.DIGEST)]
        if digests:
            await superuser.execute(_RELIEVE.replace("{table}", table.name))
            keys = [each for each in table.primary_key if each not in digests]
            names = ", ".join(each.name for each in (*digests, *keys))
            rows = [[before.blind(str(next(texts)), each.name) for each in digests] for _ in range(2)]
            for row in rows:
                values = [f"${place}" for place, _ in enumerate(row, start=1)]
                values += ["gen_random_uuid()" if isinstance(each.type, Uuid) else f"'{next(texts)}'" for each in keys]
                await superuser.execute(f"INSERT INTO {table.name} ({names}) VALUES ({', '.join(values)})", *row)
            made[table.name] = ", ".join(each.name for each in digests), rows
    await superuser.close()
    assert await reindex.reindex(databases.server.url(str(make_url(url).database), owner, DATABASE_PASSWORDS[owner]), after) == sum(
        len(row) for _, rows in made.values() for row in rows
    )
    superuser = await asyncpg.connect(databases.superuser(url))
    for table_name, (names, rows) in made.items():
        found = {tuple(row) for row in await superuser.fetch(f"SELECT {names} FROM {table_name}")}
        assert found == {tuple(value and after.wrapped(value, 1) for value in row) for row in rows}, table_name
    await superuser.close()


def _said(*keys: bytes) -> dict[str, str]:
    *former, last = [base64.b64encode(key).decode() for key in keys]
    return {"index_key": last, "former_index_keys": ",".join(former)}


async def test_people_are_found_as_before_and_who_has_the_former_key_is_refused(start: Start, databases: Databases) -> None:
    url, owner = await databases.lend("registry"), owner_of("registry")
    owners = databases.server.url(str(make_url(url).database), owner, DATABASE_PASSWORDS[owner])
    async with start("registry", url=url, **_said(KEYS[0])) as registry:
        people = [await trainee(registry, serial, phone=f"1398550{serial:04d}") for serial in range(3)]
        with pytest.raises(Stopped, match="停止所有服务"):
            await reindex.reindex(owners, vault(*KEYS[:2]))
    superuser = await asyncpg.connect(databases.superuser(url))
    await superuser.execute(
        "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
    )
    triggers = "SELECT tgrelid::regclass::text, tgname, tgenabled FROM pg_trigger WHERE NOT tgisinternal ORDER BY 1, 2"
    before = await superuser.fetch(triggers)
    await superuser.close()
    for count in (2, 3):  # and a second time
        with pytest.raises(Stopped, match="另一把"):
            await reindex.reindex(owners, vault(b"?" * 32, KEYS[count - 1]))
        assert await reindex.reindex(owners, vault(*KEYS[:count])) >= 3 * 3
        assert await reindex.reindex(owners, vault(*KEYS[:count])) == 0
        async with start("registry", url=url, **_said(*KEYS[: count - 1])) as behind:
            officer = behind.as_("officer")
            answers = [await officer.get("/v1/trainees"), await officer.get(f"/v1/trainees/{people[0]}"), await officer.get("/readyz")]
            assert [each.status_code for each in answers] == [503] * 3
            assert answers[2].json()["checks"]["index_key"] == {"status": "unavailable", "why": indexing.OTHER}
        async with start("registry", url=url, **_said(*KEYS[:count])) as registry:
            assert (await registry.as_("officer").get("/readyz")).json()["checks"]["index_key"] == {"status": "ok"}
            officer = registry.as_("officer")
            found = await posted(officer, "/v1/trainees:lookup", {"id_numbers": [citizen(serial) for serial in range(3)]}, 200)
            assert [each["id"] for each in found["items"]] == people
            again = {"name": "杨秀英", "id_number": citizen(0), "phone": None, "region_code": "522601100"}
            assert (await officer.post("/v1/trainees", json=again)).status_code == 409
        admin = await asyncpg.connect(databases.superuser(url))
        await admin.execute(
            "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
        assert await admin.fetch(triggers) == before
        assert await admin.fetchval("SELECT count(*) FROM audit WHERE action = 'system.index_key_changed'") == count - 1
        await admin.close()
