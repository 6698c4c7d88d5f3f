"""The first administrator, made by whoever runs the system: in production there is no account to begin with, and only an administrator makes others.

`python -m gateway.identity.users.first_admin NAME`, beside the gateway's database (`make admin NAME=…`). It needs DATABASE_URL and no key.
"""

import asyncio
import os
import socket
import sys

from pydantic import TypeAdapter
from sqlalchemy import URL, make_url, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.exc import ArgumentError, DBAPIError

from gateway.codes import AccountStatus, Role
from gateway.identity.rules import LOCAL
from gateway.identity.schemas import UserName
from gateway.identity.sessions import passwords
from gateway.identity.tables import User
from shared import access, clock, db, deeds

NOT_MIGRATED = ("42P01", "42703")  # no such table, no such column
NOT_ALLOWED = "42501"

MADE = """\
已建立管理员,密码只显示这一次。 The administrator is made; the password is shown this once.
  登录名 login    (client_id)     : {name}
  密码   password (client_secret) : {password}
下一步:用 POST /v1/sessions {{"name": "{name}", "password": "…"}} 登录,再用 POST /v1/me:change-password 改成自己的密码。
有权办理业务的账号须由另一名管理员确认:请为另一个人再运行一次,换一个 NAME。"""
EXISTS = "管理员 {name} 已存在,没有改动,也不再显示密码;忘记密码请由另一名管理员重置。 The administrator exists; nothing was changed."


class CannotMake(Exception):
    """Why not, one sentence for each thing that is wrong."""


def main(arguments: list[str]) -> int:
    """What is said goes to the terminal; the exit code is 0 also when the administrator existed before."""
    try:
        name, address = _given(arguments)
        print(asyncio.run(make(name, address)))  # noqa: T201 - the terminal is where the password is shown
    except CannotMake as reason:
        print(reason, file=sys.stderr)  # noqa: T201
        return 1
    return 0


async def make(name: str, address: URL) -> str:
    """Makes the administrator, recorded in the trail, unless there is one of this name; answers what to tell."""
    engine = db.engine(address.render_as_string(hide_password=False), connections=1)
    try:
        async with db.writing(engine).begin() as session:
            password, user_id, person_id = passwords.generate(), db.new_id(), db.new_id()
            values = {"id": user_id, "version": 1, "login": name, "name": name, "role": Role.ADMIN, "person_id": person_id}
            making = (
                insert(User).values(**values, password=await passwords.digest(password)).on_conflict_do_nothing(index_elements=["login"])
            )
            if await session.scalar(making.returning(User.id)) is None:
                return _known((await session.scalars(select(User).where(User.login == name))).one())
            operator = access.Actor("make admin", "service", name="make admin")
            call = access.Call(operator, clock.now(), request_id=str(db.new_id()), origin=socket.gethostname())
            details = {"role": Role.ADMIN, "person_id": person_id}
            await deeds.record(session, call, "user.created", user_id, event=False, details=details)
        return MADE.format(name=name, password=password)
    except (DBAPIError, OSError, TimeoutError) as error:
        raise CannotMake(_why(error, address)) from error
    finally:
        await engine.dispose()


def _given(arguments: list[str]) -> tuple[str, URL]:
    """The name and the database's address; whatever is wrong with either is told at once."""
    wrong: list[str] = []
    name = " ".join(arguments).strip()
    try:
        name = TypeAdapter(UserName).validate_python(name)
        if name.startswith(LOCAL):
            raise ValueError(name)
    except ValueError:
        wrong.append(f"{_fault(name)} NAME:管理员的登录名,1 至 200 个字,不以 {LOCAL} 开头,例如:make admin NAME=杨秀英")
    address: URL | None = None
    try:
        address = make_url(os.environ.get("DATABASE_URL", "")).set(drivername="postgresql+asyncpg")
        if not address.database:
            raise ArgumentError("no database")
    except (ArgumentError, ValueError):
        wrong.append(
            f"{_fault(os.environ.get('DATABASE_URL'))} DATABASE_URL:网关数据库的地址,例如 DATABASE_URL=postgresql+asyncpg://gateway:密码@127.0.0.1:5432/gateway;"
            "make run 正在本机运行时可以不设(另设了 VAR_DIR 的,请一并设上)"
        )
    if wrong or address is None:
        raise CannotMake("\n".join(wrong))
    return name, address


def _fault(given: str | None) -> str:
    return "不能用这个" if given else "缺少"


def _known(user: User) -> str:
    if user.role != Role.ADMIN:
        raise CannotMake(f"登录名 {user.login} 已由角色 {user.role} 的用户使用,请换一个 NAME。")
    if user.status != AccountStatus.ACTIVE:
        raise CannotMake(f"管理员 {user.login} 已存在,但不能登录(状态 {user.status}),请换一个 NAME。")
    return EXISTS.format(name=user.login)


def _why(error: Exception, address: URL) -> str:
    state = str(getattr(getattr(error, "orig", None), "sqlstate", "") or "")
    where = f"{address.host or address.query.get('host', '')}/{address.database}"
    if state in NOT_MIGRATED:
        return f"数据库 {where} 里没有网关的表,或不是本版本的:请先启动网关,或先运行 python -m shared.migrate gateway。"
    if state == NOT_ALLOWED:
        return f"DATABASE_URL 的账号 {address.username} 无权写入网关的表:请用网关自己的账号。"
    return f"连接不上数据库 {where}({type(getattr(error, 'orig', None) or error).__name__}):请检查 DATABASE_URL 的主机、端口、账号、密码,以及数据库是否已启动。"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
