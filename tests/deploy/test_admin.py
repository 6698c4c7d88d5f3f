"""`make admin` finds the database of the stack that runs on this machine."""

import json
from pathlib import Path

import asyncpg
import pytest

from deploy.admin import local_database
from deploy.databases import make_databases
from deploy.postgres import Server
from tests.prepared import DATABASE_PASSWORDS


@pytest.mark.parametrize("elsewhere", [False, True], ids=["in-its-place", "elsewhere"])
async def test_the_running_stack_s_database_is_found(
    server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, elsewhere: bool
) -> None:
    make_databases(server.dsn(), ["gateway"], DATABASE_PASSWORDS, ours_alone=False)
    monkeypatch.setenv("VAR_DIR", str(tmp_path))
    assert local_database() is None
    (tmp_path / "secrets.json").write_text(json.dumps({"role_passwords": DATABASE_PASSWORDS}))
    assert local_database() is None
    if elsewhere:
        (tmp_path / "postgres").mkdir()
        (tmp_path / "postgres/elsewhere").write_text(str(server.directory))
    else:
        (tmp_path / "postgres").symlink_to(server.directory)
    address = local_database()
    assert address
    connection = await asyncpg.connect(address.replace("+asyncpg", ""))
    assert await connection.fetchval("SELECT current_database() || ' as ' || current_user") == "gateway as gateway"
    await connection.close()
