"""One database per service: its owner makes tables, its working role and the sealer come in, and nobody reaches another's."""

import os
import subprocess
import sys
from collections.abc import Iterator

import asyncpg
import pytest

from deploy.databases import existing_databases, make_databases, owner_of, role_url, roles_for
from deploy.postgres import Server, throwaway_postgres
from deploy.processes import CannotStart
from tests.deploy.sql import ask

NAMES = ("registry", "subsidy", "evaluation", "eastwest", "gateway")
PASSWORDS = {role: f"of-{role}'s" for role in roles_for(NAMES)}


def dsn(server: Server, database: str, role: str) -> str:
    return server.dsn(database, role, PASSWORDS[role])


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    with throwaway_postgres() as running:
        make_databases(running.dsn(), NAMES, PASSWORDS, ours_alone=True)
        yield running


@pytest.mark.parametrize("name", NAMES)
def test_the_owner_makes_tables_and_the_working_role_none(server: Server, name: str) -> None:
    owner = owner_of(name)
    assert ask(dsn(server, name, owner), "CREATE TABLE own ()", "SELECT tableowner FROM pg_tables WHERE tablename = 'own'") == owner
    for statement in (
        "CREATE TABLE mine ()",
        "CREATE TEMPORARY TABLE mine ()",
        "CREATE SCHEMA mine",
        f"SET ROLE {owner}",
        "DROP TABLE own",
    ):
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            ask(dsn(server, name, name), statement)


@pytest.mark.parametrize("name", NAMES)
def test_owner_and_working_role_connect_to_no_other_database(server: Server, name: str) -> None:
    for other in {*NAMES, "postgres", "template1"} - {name}:
        for role in (name, owner_of(name)):
            with pytest.raises(asyncpg.InsufficientPrivilegeError):
                ask(dsn(server, other, role), "SELECT 1")


def test_the_sealer_connects_to_the_services_databases_alone(server: Server) -> None:
    for name in NAMES:
        assert ask(dsn(server, name, "sealer"), "SELECT current_user::text") == "sealer"
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        ask(dsn(server, "postgres", "sealer"), "SELECT 1")


def test_a_role_needs_its_own_password(server: Server) -> None:
    for other in ("subsidy", "registry_owner", "sealer"):
        with pytest.raises(asyncpg.InvalidPasswordError):
            ask(server.dsn("registry", "registry", PASSWORDS[other]), "SELECT 1")


def test_no_role_has_a_power_over_the_server_or_is_a_member_of_another(server: Server) -> None:
    powers = "rolsuper OR rolcreaterole OR rolcreatedb OR rolreplication OR rolbypassrls"
    assert ask(server.dsn(), f"SELECT count(*) FROM pg_roles WHERE rolname <> 'postgres' AND rolcanlogin AND ({powers})") == 0
    assert (
        ask(
            server.dsn(),
            "SELECT count(*) FROM pg_auth_members JOIN pg_roles ON member = pg_roles.oid WHERE rolcanlogin AND rolname <> 'postgres'",
        )
        == 0
    )


def test_registry_finds_chinese_names_by_likeness(server: Server) -> None:
    likeness = ask(dsn(server, "registry", "registry"), "SELECT similarity('凯里市第一职业学校', '凯里第一职业学校')")
    assert isinstance(likeness, float) and likeness > 0.4


def test_making_them_again_sets_the_passwords_and_keeps_the_data(server: Server) -> None:
    ask(dsn(server, "gateway", "gateway_owner"), "CREATE TABLE kept ()", "SELECT 1")
    make_databases(server.dsn(), NAMES, {**PASSWORDS, "gateway": "new"}, ours_alone=True)
    assert ask(server.dsn("gateway", "gateway", "new"), "SELECT count(*) FROM pg_tables WHERE tablename = 'kept'") == 1
    make_databases(server.dsn(), NAMES, PASSWORDS, ours_alone=True)


def test_databases_that_exist_are_named(server: Server) -> None:
    assert existing_databases(server.url(), ["subsidy", "registry", "absent"]) == ["registry", "subsidy"]


@pytest.mark.parametrize("account", ["postgres", "office"])
def test_a_database_that_its_working_role_owned_is_handed_over_with_its_rows(account: str) -> None:
    """As the version before left them, made by a superuser or by an account that may make databases and roles."""
    with throwaway_postgres() as server:
        ask(server.dsn(), "CREATE ROLE office LOGIN CREATEDB CREATEROLE PASSWORD 'pw'", "SELECT 1")
        admin = server.dsn() if account == "postgres" else server.dsn("postgres", "office", "pw")
        ask(admin, "CREATE ROLE registry LOGIN PASSWORD 'old'", "GRANT registry TO CURRENT_USER", "SELECT 1")
        ask(
            admin,
            "CREATE DATABASE registry OWNER registry TEMPLATE template0",
            "REVOKE CONNECT ON DATABASE registry FROM PUBLIC",
            "SELECT 1",
        )
        old = "CREATE TABLE kept AS SELECT 7 AS number", "CREATE FUNCTION refuse() RETURNS int LANGUAGE sql AS 'SELECT 1'"
        ask(server.dsn("registry", "registry", "old"), *old, "SELECT 1")
        make_databases(admin, ["registry"], PASSWORDS, ours_alone=False)
        assert ask(dsn(server, "registry", "registry_owner"), "SELECT number FROM kept") == 7
        owned = "SELECT count(*) FROM pg_shdepend WHERE refobjid = 'registry'::regrole AND deptype = 'o'"
        assert ask(server.dsn("registry"), owned) == 0
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            ask(dsn(server, "registry", "registry"), "SELECT number FROM kept")


def test_an_account_that_is_no_superuser_can_make_them() -> None:
    with throwaway_postgres() as server:
        ask(server.dsn(), "CREATE ROLE office LOGIN CREATEDB CREATEROLE PASSWORD 'pw'")
        for _ in range(2):
            make_databases(server.dsn("postgres", "office", "pw"), NAMES, PASSWORDS, ours_alone=False)
        assert ask(dsn(server, "subsidy", "subsidy"), "SELECT current_user::text") == "subsidy"
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            ask(dsn(server, "registry", "subsidy"), "SELECT 1")


def test_the_container_files_make_them_by_settings() -> None:
    with throwaway_postgres() as server:
        settings = {"DATABASE_URL": server.dsn(), "OWNER_DATABASE_PASSWORD": "own", "SEALER_DATABASE_PASSWORD": "seal"}
        command = [sys.executable, "-m", "deploy.databases", "registry"]
        told = subprocess.run(command, capture_output=True, text=True, check=False, env=os.environ | settings)
        assert told.returncode == 1 and "REGISTRY_DATABASE_PASSWORD" in told.stderr
        subprocess.run(command, check=True, env=os.environ | settings | {"REGISTRY_DATABASE_PASSWORD": "work"})
        for role, password in (("registry", "work"), ("registry_owner", "own"), ("sealer", "seal")):
            assert ask(server.dsn("registry", role, password), "SELECT current_user::text") == role


def test_an_account_without_the_right_is_told_so(server: Server) -> None:
    ask(server.dsn(), "CREATE ROLE visitor LOGIN PASSWORD 'pw'", "GRANT CONNECT ON DATABASE postgres TO visitor")
    with pytest.raises(CannotStart, match="无权建立"):
        make_databases(server.dsn("postgres", "visitor", "pw"), NAMES, PASSWORDS, ours_alone=False)


@pytest.mark.parametrize(
    "address",
    [
        pytest.param("postgresql://a:b@127.0.0.1:9/postgres", id="nobody-listens"),
        pytest.param("mysql://a:b@127.0.0.1/postgres", id="another-kind-of-server"),
    ],
)
def test_a_server_that_cannot_be_reached_is_a_clear_message(address: str) -> None:
    with pytest.raises(CannotStart, match="DATABASE_URL"):
        existing_databases(address, ["registry"])


def test_a_role_reaches_a_database_on_the_server_of_database_url() -> None:
    address = role_url("postgresql://admin:secret@db.example:6432/postgres?sslmode=require", "subsidy", "subsidy_owner", "p/w")
    assert address == "postgresql+asyncpg://subsidy_owner:p%2Fw@db.example:6432/subsidy?ssl=require"
