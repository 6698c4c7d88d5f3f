"""What a caller may know of himself, and which scopes there are."""

from gateway.identity import codes
from gateway.identity.clients import routes as clients
from gateway.identity.schemas import Me, Scope, ScopeList
from gateway.identity.sessions import routes as sessions
from gateway.identity.tokens import routes as tokens
from gateway.identity.users import routes as users
from shared import access, web

router = web.Router("identity")


@router.operation("GET", "/v1/me", may=access.SIGNED_IN, summary="当前角色、范围与绑定", scoped=False)
async def me(call: web.Caller) -> Me:
    return Me.model_validate(call.actor)


@router.operation("GET", "/v1/scopes", may=access.SIGNED_IN, summary="全部授权范围", scoped=False)
async def list_scopes() -> ScopeList:
    return ScopeList(items=[Scope.model_validate(scope) for scope in codes.listed()])


ROUTERS = (tokens.router, clients.router, users.router, sessions.router, router)
