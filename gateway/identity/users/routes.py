"""Paths of users: people who sign in with a name and a password."""

from functools import partial
from typing import Annotated
from uuid import UUID

from sqlalchemy import select

from gateway.codes import AccountStatus, Role
from gateway.identity import facts
from gateway.identity.errors import LoginTaken, NotAManager, SamePerson, SubjectBound
from gateway.identity.schemas import UserChange, UserIn, UserMade, UserOut, UserPaper
from gateway.identity.tables import User
from gateway.identity.users import operations as users
from gateway.identity.users import policy, visibility
from shared import access, errors, pages, web, wire

router = web.Router("identity")
Listed = Annotated[pages.Asked, pages.asking(created_at=User.created_at)]
STORED = UserOut.model_fields.keys() & User.__table__.c.keys()


@router.operation(
    "POST",
    "/v1/users",
    may=policy.KEEPERS,
    summary="新建用户;密码只显示一次",
    status=201,
    errors=[LoginTaken, SubjectBound, NotAManager, errors.UpstreamTimeout],
    unkept=["client_secret"],
)
async def make_user(body: UserIn, unknown: facts.OfUser, session: web.Session, call: web.Caller, kernel: web.KernelOf) -> UserMade:
    return await users.make(session, call, kernel.settings, body, unknown)


@router.operation("GET", "/v1/users", may=policy.KEEPERS, summary="用户列表", errors=[errors.InvalidCursor, NotAManager])
async def list_users(
    session: web.Session,
    call: web.Caller,
    asked: Listed,
    status: pages.AnyOf[AccountStatus] = None,
    role: pages.AnyOf[Role] = None,
    institution_id: pages.AnyOf[UUID] = None,
) -> wire.Page[UserOut]:
    wanted = select(*(User.__table__.c[name] for name in STORED)).where(visibility.rows(call.actor))
    wanted = pages.where(wanted, {User.status: status, User.role: role, User.institution_id: institution_id})
    return wire.Page.model_validate(await pages.page(session, wanted, User.id, asked, users.show))


@router.operation("GET", "/v1/users/{user_id:uuid}", may=policy.KEEPERS, summary="一个用户", errors=[NotAManager])
async def get_user(user_id: UUID, session: web.Session, call: web.Caller) -> UserPaper:
    return users.paper(call, await users.load(session, call, user_id))


@router.operation(
    "PATCH",
    "/v1/users/{user_id:uuid}",
    may=policy.KEEPERS,
    summary="修改用户的姓名与绑定;其登录全部结束",
    errors=[errors.InvalidState, SubjectBound, NotAManager],
    paper=partial(users.permit, action="change"),
)
async def change_user(user_id: UUID, body: UserChange, session: web.Session, call: web.Caller, kernel: web.KernelOf) -> UserPaper:
    return users.paper(call, await users.change(session, call, kernel.settings, user_id, body))


@router.operation(
    "POST",
    "/v1/users/{user_id:uuid}:confirm",
    may=access.ADMIN,
    summary="由另一名管理员确认,此后可以登录",
    errors=[SamePerson, errors.InvalidState],
    paper=partial(users.permit, action="confirm"),
)
async def confirm_user(user_id: UUID, session: web.Session, call: web.Caller) -> UserPaper:
    return users.paper(call, await users.confirm(session, call, user_id))


@router.operation(
    "POST",
    "/v1/users/{user_id:uuid}:disable",
    may=policy.KEEPERS,
    summary="停用用户,其登录全部结束",
    errors=[NotAManager],
    paper=partial(users.permit, action="disable"),
)
async def disable_user(user_id: UUID, session: web.Session, call: web.Caller) -> UserPaper:
    return users.paper(call, await users.disable(session, call, user_id))


@router.operation(
    "POST",
    "/v1/users/{user_id:uuid}:reset-password",
    may=policy.RESETTERS,
    summary="重置密码;新密码只显示一次",
    errors=[errors.InvalidState, NotAManager],
    unkept=["client_secret"],
    paper=partial(users.permit, action="reset-password"),
)
async def reset_password(user_id: UUID, session: web.Session, call: web.Caller, kernel: web.KernelOf) -> UserMade:
    return await users.reset_password(session, call, kernel.settings, user_id)
