"""Paths of sessions: signing in, going on, another password, signing out."""

from typing import Annotated

from fastapi import Depends, Request

from gateway.identity.errors import NoPassword, SessionEnded, SignInLocked, SignInRefused
from gateway.identity.schemas import Credentials, PasswordChange, Refresh, SignedIn
from gateway.identity.sessions import operations as sessions
from gateway.identity.tokens.signing import SignerOf
from shared import access, errors, web

router = web.Router("identity")


@router.operation(
    "POST",
    "/v1/sessions",
    may=access.PUBLIC,
    summary="登录",
    status=201,
    key=None,
    errors=[SignInRefused, SignInLocked, errors.TooManyRequests, errors.Unavailable],
)
async def sign_in(body: Credentials, call: web.Caller, kernel: web.KernelOf, signer: SignerOf) -> SignedIn:
    return await sessions.open_session(kernel, signer, call, body.name, body.password)


@router.operation(
    "POST",
    "/v1/sessions:refresh",
    may=access.PUBLIC,
    summary="用刷新令牌换新的令牌",
    key=None,
    errors=[SessionEnded, errors.TooManyRequests],
)
async def refresh(body: Refresh, call: web.Caller, kernel: web.KernelOf, signer: SignerOf) -> SignedIn:
    return await sessions.refresh_session(kernel, signer, call, body.refresh_token)


@router.operation("DELETE", "/v1/sessions/current", may=access.SIGNED_IN, summary="退出登录", status=204, scoped=False)
async def sign_out(request: Request, call: web.Caller, kernel: web.KernelOf, signer: SignerOf) -> None:
    await sessions.end_session(kernel, signer, call, request.headers["authorization"].partition(" ")[2])


async def _proved(body: PasswordChange, call: web.Caller, kernel: web.KernelOf) -> sessions.NewPassword:
    return await sessions.prove(kernel, call, body)


Proved = Annotated[sessions.NewPassword, Depends(_proved)]


@router.operation(
    "POST",
    "/v1/me:change-password",
    may=access.SIGNED_IN,
    summary="更改自己的密码;其他登录全部结束",
    status=204,
    scoped=False,
    errors=[NoPassword, SignInRefused, SignInLocked, errors.TooManyRequests, errors.Unavailable],
)
async def change_password(
    request: Request, new: Proved, session: web.Session, call: web.Caller, kernel: web.KernelOf, signer: SignerOf
) -> None:
    await sessions.change_password(session, kernel, signer, call, new, request.headers["authorization"].partition(" ")[2])
