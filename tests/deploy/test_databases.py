"""One database and one role per service: each role owns its own and reaches no other."""

from collections.abc import Iterator

import asyncpg
import pytest

from deploy.databases import existing_databases, make_databases, service_url
from deploy.postgres import Server, throwaway_postgres
from deploy.processes import CannotStart
from tests.deploy.sql import ask

PASSWORDS = {name: f"of-{name}'s" for name in ("registry", "subsidy", "evaluation", "eastwest", "gateway")}


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    with throwaway_postgres() as running:
        make_databases(running.dsn(), PASSWORDS, ours_alone=True)
        yield running


@pytest.mark.parametrize("name", PASSWORDS)
def test_a_role_makes_tables_in_its_own_database(server: Server, name: str) -> None:
    dsn = server.dsn(name, name, PASSWORDS[name])
    assert ask(dsn, "CREATE TABLE own ()", "SELECT tableowner FROM pg_tables WHERE tablename = 'own'") == name


@pytest.mark.parametrize("name", PASSWORDS)
def test_a_role_connects_to_no_other_database(server: Server, name: str) -> None:
    for other in {*PASSWORDS, "postgres", "template1"} - {name}:
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            ask(server.dsn(other, name, PASSWORDS[name]), "SELECT 1")


def test_a_role_needs_its_own_password(server: Server) -> None:
    with pytest.raises(asyncpg.InvalidPasswordError):
        ask(server.dsn("registry", "registry", PASSWORDS["subsidy"]), "SELECT 1")


def test_a_role_is_neither_superuser_nor_maker_of_roles_or_databases(server: Server) -> None:
    powers = "SELECT count(*) FROM pg_roles WHERE rolname <> 'postgres' AND rolcanlogin AND (rolsuper OR rolcreaterole OR rolcreatedb)"
    assert ask(server.dsn(), powers) == 0


def test_registry_finds_chinese_names_by_likeness(server: Server) -> None:
    dsn = server.dsn("registry", "registry", PASSWORDS["registry"])
    likeness = ask(dsn, "SELECT similarity('凯里市第一职业学校', '凯里第一职业学校')")
    assert isinstance(likeness, float) and likeness > 0.4


def test_making_them_again_sets_the_passwords_and_keeps_the_data(server: Server) -> None:
    ask(server.dsn("gateway", "gateway", PASSWORDS["gateway"]), "CREATE TABLE kept ()")
    make_databases(server.dsn(), {**PASSWORDS, "gateway": "new"}, ours_alone=True)
    assert ask(server.dsn("gateway", "gateway", "new"), "SELECT count(*) FROM pg_tables WHERE tablename = 'kept'") == 1
    make_databases(server.dsn(), PASSWORDS, ours_alone=True)


def test_databases_that_exist_are_named(server: Server) -> None:
    assert existing_databases(server.url(), ["subsidy", "registry", "absent"]) == ["registry", "subsidy"]


def test_an_account_that_is_no_superuser_can_make_them() -> None:
    with throwaway_postgres() as server:
        ask(server.dsn(), "CREATE ROLE office LOGIN CREATEDB CREATEROLE PASSWORD 'pw'")
        make_databases(server.dsn("postgres", "office", "pw"), PASSWORDS, ours_alone=False)
        assert ask(server.dsn("subsidy", "subsidy", PASSWORDS["subsidy"]), "SELECT current_user::text") == "subsidy"
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            ask(server.dsn("registry", "subsidy", PASSWORDS["subsidy"]), "SELECT 1")


def test_an_account_without_the_right_is_told_so(server: Server) -> None:
    ask(server.dsn(), "CREATE ROLE visitor LOGIN PASSWORD 'pw'", "GRANT CONNECT ON DATABASE postgres TO visitor")
    with pytest.raises(CannotStart, match="无权建立"):
        make_databases(server.dsn("postgres", "visitor", "pw"), PASSWORDS, ours_alone=False)


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


def test_a_service_reaches_its_database_on_the_server_of_database_url() -> None:
    address = service_url("postgresql://admin:secret@db.example:6432/postgres?sslmode=require", "subsidy", "p/w")
    assert address == "postgresql+asyncpg://subsidy:p%2Fw@db.example:6432/subsidy?ssl=require"
