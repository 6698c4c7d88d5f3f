"""`make admin`: the account with which everything begins, made once and shown once, and what is said when it cannot be made."""

import asyncio
import re

import pytest

from gateway.identity.users import first_admin
from tests.conftest import Databases, Service, Start

Capture = pytest.CaptureFixture[str]


async def run(name: str) -> int:
    """As a process of its own would: with an event loop of its own."""
    return await asyncio.to_thread(first_admin.main, [name])


async def sign_in(gateway: Service, name: str, password: str) -> int:
    return (await gateway.as_("public").post("/v1/sessions", json={"name": name, "password": password})).status_code


async def test_it_is_made_once_shown_once_and_comes_in(start: Start, monkeypatch: pytest.MonkeyPatch, capsys: Capture) -> None:
    async with start("gateway", confirm_accounts=True) as gateway:
        monkeypatch.setenv("DATABASE_URL", gateway.kernel.settings.database_url)
        capsys.readouterr()
        assert await run("杨秀英") == 0
        said = capsys.readouterr().out
        [password] = re.findall(r"client_secret\) : (\S+)", said)
        assert await sign_in(gateway, "杨秀英", password) == 201
        assert await run("杨秀英") == 0
        again = capsys.readouterr().out
        assert "已存在" in again and password not in again and "client_secret" not in again
        assert await sign_in(gateway, "杨秀英", password) == 201
        assert await run("潘老师") == 0
        shown = (await gateway.as_("admin").get("/v1/users")).json()["items"]
        assert [(each["login"], each["role"], each["status"]) for each in shown] == [
            ("潘老师", "admin", "active"),
            ("杨秀英", "admin", "active"),
        ]
        assert shown[0]["person_id"] != shown[1]["person_id"]
        trail = (await gateway.as_("auditor").get("/v1/audit", params={"subject": shown[1]["id"]})).json()["items"]
        assert [(entry["action"], entry["actor"]) for entry in trail if entry["action"] == "user.created"] == [
            ("user.created", "make admin")
        ]
        assert password not in str(trail)


async def test_a_name_that_serves_another_or_is_disabled_is_told(start: Start, monkeypatch: pytest.MonkeyPatch, capsys: Capture) -> None:
    async with start("gateway") as gateway:
        monkeypatch.setenv("DATABASE_URL", gateway.kernel.settings.database_url)
        admin = gateway.as_("admin")
        await admin.post("/v1/users", json={"name": "经办人", "role": "officer"})
        gone = (await admin.post("/v1/users", json={"name": "前任", "role": "admin"})).json()
        await admin.post(f"/v1/users/{gone['id']}:disable")
        capsys.readouterr()
        assert [await run(name) for name in ("经办人", "前任")] == [1, 1]
        said = capsys.readouterr().err.splitlines()
        assert ("officer" in said[0], "disabled" in said[1], len(said)) == (True, True, 2)


NO_NAME, NO_ADDRESS = "缺少 NAME", "缺少 DATABASE_URL"


@pytest.mark.parametrize(
    ("name", "address", "told"),
    [
        pytest.param("", None, [NO_NAME, NO_ADDRESS], id="both-missing"),
        pytest.param("杨秀英", None, [NO_ADDRESS], id="no-address"),
        pytest.param("x" * 201, "postgresql://a@127.0.0.1/b", ["不能用这个 NAME"], id="too-long-a-name"),
        pytest.param("local-boss", "postgresql://a@127.0.0.1/b", ["不能用这个 NAME"], id="a-name-of-the-local-stack"),
        pytest.param("杨秀英", "nonsense", ["不能用这个 DATABASE_URL"], id="no-address-at-all"),
        pytest.param("杨秀英", "postgresql://a:secret-word@127.0.0.1:9/b", ["连接不上数据库 127.0.0.1/b"], id="nobody-there"),
    ],
)
async def test_what_is_missing_or_wrong_is_one_sentence_each(
    monkeypatch: pytest.MonkeyPatch, capsys: Capture, name: str, address: str | None, told: list[str]
) -> None:
    monkeypatch.delenv("DATABASE_URL", raising=False)
    if address:
        monkeypatch.setenv("DATABASE_URL", address)
    assert await run(name) == 1
    said = capsys.readouterr()
    lines = said.err.splitlines()
    assert said.out == "" and len(lines) == len(told) and "secret-word" not in said.err
    assert all(line.startswith(begin) for line, begin in zip(lines, told, strict=True))


async def test_a_database_that_is_not_the_gateway_s_is_told(databases: Databases, monkeypatch: pytest.MonkeyPatch, capsys: Capture) -> None:
    monkeypatch.setenv("DATABASE_URL", await databases.lend("evaluation"))
    assert await run("杨秀英") == 1
    assert "shared.migrate gateway" in capsys.readouterr().err
