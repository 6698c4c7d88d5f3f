"""What a caller may know of himself, and which scopes there are."""

from typing import Annotated

from gateway.identity import codes
from gateway.identity.clients import routes as clients
from gateway.identity.ended import routes as ended
from gateway.identity.oauth2 import routes as oauth2
from gateway.identity.schemas import Me, Scope
from gateway.identity.sessions import routes as sessions
from gateway.identity.users import routes as users
from shared import access, errors, pages, web, wire

router = web.Router("identity")
Listed = Annotated[pages.Asked, pages.asking(whole=True, q=["scope", "label", "label_en"], scope="scope")]


@router.operation("GET", "/v1/me", may=access.SIGNED_IN, summary="当前角色、范围与绑定", scoped=False)
async def me(call: web.Caller) -> Me:
    return Me.model_validate(call.actor)


@router.operation("GET", "/v1/scopes", may=access.SIGNED_IN, summary="全部授权范围", scoped=False, errors=[errors.InvalidCursor])
async def list_scopes(asked: Listed) -> wire.Page[Scope]:
    return wire.Page[Scope].model_validate(pages.of_rows(asked, [Scope.model_validate(scope) for scope in codes.listed()], key="scope"))


ROUTERS = (oauth2.router, clients.router, users.router, sessions.router, ended.router, router)
