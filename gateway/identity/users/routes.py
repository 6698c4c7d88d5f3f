"""Paths of users: people who sign in with a name and a password."""

from uuid import UUID

from sqlalchemy import select

from gateway.codes import AccountStatus
from gateway.identity.errors import LoginTaken, SamePerson
from gateway.identity.schemas import AccountChange, UserIn, UserMade, UserOut
from gateway.identity.tables import User
from gateway.identity.users import operations as users
from shared import access, errors, pages, web, wire

router = web.Router("identity")


@router.operation(
    "POST", "/v1/users", may=access.ADMIN, summary="新建用户;密码只显示一次", status=201, errors=[LoginTaken], unkept=["client_secret"]
)
async def make_user(body: UserIn, session: web.Session, call: web.Caller, kernel: web.KernelOf) -> UserMade:
    return await users.make(session, call, kernel.settings, body)


@router.operation("GET", "/v1/users", may=access.ADMIN, summary="用户列表", errors=[errors.InvalidCursor])
async def list_users(session: web.Session, asked: pages.PageAsked, status: pages.AnyOf[AccountStatus] = None) -> wire.Page[UserOut]:
    columns = [User.__table__.c[name] for name in UserOut.model_fields]
    return wire.Page.model_validate(
        await pages.page(session, pages.where(select(*columns), {User.status: status}), User.id, asked, users.show)
    )


@router.operation("GET", "/v1/users/{user_id:uuid}", may=access.ADMIN, summary="一个用户")
async def get_user(user_id: UUID, session: web.Session) -> UserOut:
    return users.show(await users.load(session, user_id))


@router.operation(
    "PATCH", "/v1/users/{user_id:uuid}", may=access.ADMIN, summary="修改用户的姓名与绑定;其登录全部结束", errors=[errors.InvalidState]
)
async def change_user(user_id: UUID, body: AccountChange, session: web.Session, call: web.Caller, kernel: web.KernelOf) -> UserOut:
    return users.show(await users.change(session, call, kernel.settings, user_id, body))


@router.operation(
    "POST",
    "/v1/users/{user_id:uuid}:confirm",
    may=access.ADMIN,
    summary="由另一名管理员确认,此后可以登录",
    errors=[SamePerson, errors.InvalidState],
)
async def confirm_user(user_id: UUID, session: web.Session, call: web.Caller) -> UserOut:
    return users.show(await users.confirm(session, call, user_id))


@router.operation("POST", "/v1/users/{user_id:uuid}:disable", may=access.ADMIN, summary="停用用户,其登录全部结束")
async def disable_user(user_id: UUID, session: web.Session, call: web.Caller) -> UserOut:
    return users.show(await users.disable(session, call, user_id))


@router.operation(
    "POST",
    "/v1/users/{user_id:uuid}:reset-password",
    may=access.ADMIN,
    summary="重置密码;新密码只显示一次",
    errors=[errors.InvalidState],
    unkept=["client_secret"],
)
async def reset_password(user_id: UUID, session: web.Session, call: web.Caller, kernel: web.KernelOf) -> UserMade:
    return await users.reset_password(session, call, kernel.settings, user_id)
