"""What is kept: which rows of a table may change or go once they are written, stated on the table and granted after every migration.

Three roles reach the database of a service: `<service>_owner` owns it and runs its migrations; `<service>`, as which the process works, may do to rows
what their table states and to the tables themselves nothing; `sealer` reads the trail and adds its seals. What must not change, triggers refuse to
everyone (`shared/kernel_revision.py`): a revision makes them, and a test holds them against what is stated here.
"""

import os
import sys
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, MetaData, Table, text

SEALER = "sealer"
SEALING = {"audit": "SELECT", "audit_seals": "SELECT, INSERT"}


@dataclass(frozen=True, slots=True)
class Rows:
    """What the service may do to a table's rows. `changing`: the columns that may change (None: all); `deleted`: a row may go. `settled`: columns that
    change no more once their row is so (SQL on `old`); `term`: a row may go only when this column lies so many days back; `added`: a row may come; `made`: columns that the database fills in, and nobody else."""

    changing: tuple[str, ...] | None = None
    deleted: bool = False
    settled: tuple[str, tuple[str, ...]] | None = None
    term: tuple[str, int] | None = None
    added: bool = True
    made: tuple[str, ...] = ()


PAPERS = Rows()  # what is not stated otherwise: they change and stay


def only(*changing: str, until: str | None = None) -> dict[str, Any]:
    """For a table's `info`: of a row that was written only these columns change, and nothing any more once it is so."""
    return {"rows": Rows(changing, settled=(until, changing) if until else None)}


def fixed(*columns: str, when: str) -> dict[str, Any]:
    """These columns change no more once their row is so; the others may."""
    return {"rows": Rows(settled=(when, columns))}


def for_days(days: int, since: str) -> dict[str, Any]:
    """A row never changes, and goes when `since` lies so many days back."""
    return {"rows": Rows((), deleted=True, term=(since, days))}


def recorded(*made: str) -> dict[str, Any]:
    """A row never changes, and when and in which transaction it was written is not for its writer to say."""
    return {"rows": Rows((), made=made)}


APPEND_ONLY = only()
READ_ONLY: dict[str, Any] = {"rows": Rows((), added=False)}
DELETABLE: dict[str, Any] = {"rows": Rows(deleted=True)}


def rows(table: Table) -> Rows:
    stated: Rows = table.info.get("rows", PAPERS)
    return stated


def grant(connection: Connection, metadata: MetaData, service: str) -> None:
    """Grants each role what the tables state and no more; run as the owner, when the tables are at head.

    A server without these roles has one account that may do everything: a developer's own, which the environment `local` admits to."""
    found = connection.execute(
        text("SELECT rolname, rolname = current_user AS ours FROM pg_roles WHERE rolname IN (:service, :sealer)"),
        {"service": service, "sealer": SEALER},
    )
    roles = {row.rolname: row.ours for row in found}
    if roles.get(service):
        sys.exit(
            f"迁移须用账号 {service}_owner 运行,服务自己的账号不得拥有表。\nMigrations run as {service}_owner: a service owns no tables."
        )
    if roles.keys() != {service, SEALER}:
        if os.environ.get("ENVIRONMENT") == "local":
            return
        sys.exit(f"数据库服务器没有账号 {service}、{SEALER}:先建立账号。\nThe server lacks the roles {service} and {SEALER}.")
    for statement in _statements(connection, metadata, service):
        connection.exec_driver_sql(statement)


def _statements(connection: Connection, metadata: MetaData, service: str) -> list[str]:
    quote = connection.dialect.identifier_preparer.quote
    made = [
        f"REVOKE ALL ON {', '.join(quote(name) for name in (*metadata.tables, 'alembic_version'))} FROM PUBLIC, {service}, {SEALER}",
        f"GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO {service}",  # numbers are taken, never set back
    ]
    for table in metadata.sorted_tables:
        made.append(f"GRANT {_granted(table)} ON {quote(table.name)} TO {service}")
        if table.name in SEALING:
            made.append(f"GRANT {SEALING[table.name]} ON {quote(table.name)} TO {SEALER}")
    return made


def _granted(table: Table) -> str:
    stated, may = rows(table), ["SELECT"]
    if stated.added:
        said = [column.name for column in table.c if column.name not in stated.made]
        may.append(f"INSERT ({', '.join(said)})" if stated.made else "INSERT")
    if stated.changing is None:
        may.append("UPDATE")
    elif stated.changing:
        may.append(f"UPDATE ({', '.join(stated.changing)})")
    if stated.deleted:
        may.append("DELETE")
    return ", ".join(may)
