"""Migrated databases for tests: one throwaway PostgreSQL a run, an empty database of each service for one test after another."""

import itertools
from collections import defaultdict

import asyncpg
from sqlalchemy import make_url

from deploy.databases import open_to, owner_of
from deploy.postgres import Server
from shared.pulse import lost
from tests.connections import CONNECTIONS
from tests.prepared import DATABASE_PASSWORDS

CLEAN = """
DO $$ DECLARE found regclass; BEGIN
    PERFORM pg_terminate_backend(pid, 5000) FROM pg_stat_activity
        WHERE datname = current_database() AND pid <> pg_backend_pid() AND pid <> ALL ('{waiting}');
    SET LOCAL session_replication_role = replica;  -- the trail refuses DELETE; nothing is left that a foreign key could miss
    FOR found IN SELECT oid FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace AND relname <> 'alembic_version'
            AND pg_relation_size(oid) > 0 LOOP  -- nothing was ever written to the others
        EXECUTE 'DELETE FROM ' || found;
    END LOOP;
    PERFORM setval(oid, 1, false) FROM pg_class WHERE relkind = 'S' AND relnamespace = 'public'::regnamespace;
END $$"""


class Databases:
    """Migrated databases: copies of each service's own, which the prepared cluster has, are lent to one test after another and emptied in between. An
    address is the working role's: a test's service may do no more than one in production."""

    def __init__(self, server: Server) -> None:
        self.server, self.numbers = server, itertools.count()
        self.waiting = defaultdict[tuple[str, str], list[str]](list)
        self.lent: list[tuple[tuple[str, str], str]] = []
        self.cleaners: dict[str, asyncpg.Connection] = {}

    async def lend(self, service: str, tables: str = "") -> str:
        """The address of an empty database until the end of the test, with `tables` beside the service's own if these statements make some."""
        kind = service, tables
        url = self.waiting[kind].pop() if self.waiting[kind] else await (self.make(service, tables) if tables else self._copy(service))
        self.lent.append((kind, url))
        CONNECTIONS.databases.add(str(make_url(url).database))
        return url

    async def make(self, service: str, tables: str = "") -> str:
        """The address of a new database, for a test that makes or changes tables of its own there."""
        url = await self._copy(service)
        inside = await asyncpg.connect(self.superuser(url))
        await inside.execute(f"GRANT CREATE ON SCHEMA public TO {service}; SET ROLE {service}; {tables}")
        await inside.close()
        return url

    def superuser(self, url: str) -> str:
        """The address, for asyncpg, of the same database for who may do everything there."""
        return self.server.dsn(str(make_url(url).database))

    async def _copy(self, service: str) -> str:
        admin = await asyncpg.connect(self.server.dsn())
        try:
            name = f"{service}_{next(self.numbers)}"
            await admin.execute(f"CREATE DATABASE {name} OWNER {owner_of(service)} TEMPLATE {service} STRATEGY file_copy")
            await open_to(admin, name, service)
        finally:
            await admin.close()
        return self.server.url(name, service, DATABASE_PASSWORDS[service])

    async def take_back(self) -> None:
        while self.lent:
            kind, url = self.lent.pop()
            await self._clean(url)
            self.waiting[kind].append(url)

    async def _clean(self, url: str) -> None:
        """Over a connection that is kept: opening one costs as much again."""
        kept = self.cleaners.get(url)
        if kept is None or lost(kept):
            kept = self.cleaners[url] = await asyncpg.connect(self.superuser(url))
        waiting = ",".join(map(str, CONNECTIONS.servers(str(make_url(url).database))))
        await kept.execute(CLEAN.replace("{waiting}", f"{{{waiting}}}"))

    async def close(self) -> None:
        CONNECTIONS.end()
        for kept in self.cleaners.values():
            await kept.close()
