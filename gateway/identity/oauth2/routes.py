"""`POST /oauth2/token` (RFC 6749 client credentials, RFC 8693 token exchange), the public keys, and the server's metadata (RFC 8414).

The token endpoint speaks its standard's own language, errors included; so it stands beside the other routes and their rules.
"""

import dataclasses
from typing import Any
from urllib.parse import parse_qsl, urlencode

import orjson
from fastapi import APIRouter, Request, Response

from gateway.identity.codes import KNOWN
from gateway.identity.exchange import operations as exchange
from gateway.identity.exchange.clients import Issuer
from gateway.identity.rules import may_be_here
from gateway.identity.tokens.operations import ALGORITHMS, Refused, invalid_client, narrowed, prove
from gateway.identity.tokens.signing import Signer, SignerOf
from shared import access, clock, errors, limits, web
from shared.web import problems, wording

FORM_LARGEST_BYTES = 16 * 1024
GUESSES = ("invalid_client", "invalid_grant")  # counted against the address they come from
ON_THE_WAY, ON_THE_WAY_LONGEST = ("redirect_uri", "state", "code_challenge"), 500  # what a page of ours says of itself to the issuer
NOT_STORED = {"Cache-Control": "no-store", "Pragma": "no-cache"}

_FORM = {
    "required": True,
    "content": {
        "application/x-www-form-urlencoded": {
            "schema": {
                "type": "object",
                "required": ["grant_type"],
                "properties": {
                    "grant_type": {"type": "string", "enum": ["client_credentials", exchange.GRANT, exchange.CODE]},
                    "scope": {"type": "string", "description": "以空格分隔;只能缩小客户端已有的范围"},
                    "client_id": {"type": "string"},
                    "client_secret": {"type": "string"},
                    "client_assertion_type": {"type": "string"},
                    "client_assertion": {"type": "string"},
                    "subject_token": {"type": "string", "description": "可信签发者的令牌(id_token),不带客户端凭证;令牌兑换时必填"},
                    "subject_token_type": {"type": "string", "enum": [*exchange.TAKEN], "description": "令牌兑换时必填"},
                    "code": {"type": "string", "description": "可信签发者给浏览器的授权码,兑换时连同 code_verifier、redirect_uri 一并给出"},
                    "code_verifier": {"type": "string", "description": "RFC 7636;授权码兑换时必填"},
                    "redirect_uri": {"type": "string", "description": "取授权码时所用的网址;授权码兑换时必填"},
                    "requested_token_type": {"type": "string", "enum": [*exchange.GIVEN], "description": "不给则为 access_token"},
                    "audience": {"type": "string", "description": "只能是本系统令牌的 aud"},
                    "resource": {"type": "string", "description": "只能是本系统的网址"},
                },
            },
            "example": {"grant_type": "client_credentials"},
        }
    },
}
_TOKEN = {
    "type": "object",
    "required": ["access_token", "token_type", "expires_in"],
    "properties": {
        "access_token": {"type": "string"},
        "token_type": {"const": "Bearer"},
        "expires_in": {"type": "integer"},
        "scope": {"type": "string"},
        "issued_token_type": {"enum": [*exchange.GIVEN], "description": "只在令牌兑换的应答中"},
    },
}
_ERROR = {
    "type": "object",
    "required": ["error"],
    "properties": {
        "error": {
            "enum": [
                "invalid_request",
                "invalid_client",
                "unauthorized_client",
                "unsupported_grant_type",
                "invalid_scope",
                "invalid_grant",
                "invalid_target",
                "server_error",
                "temporarily_unavailable",
            ]
        },
        "error_description": {"type": "string"},
    },
}


def _described(description: str, schema: dict[str, Any], example: dict[str, Any]) -> dict[str, Any]:
    return {"description": description, "content": {"application/json": {"schema": schema, "example": example}}}


_ANSWERS: dict[int | str, dict[str, Any]] = {
    200: _described("令牌", _TOKEN, {"access_token": "eyJ…", "token_type": "Bearer", "expires_in": 900}),
    400: _described("请求有误(RFC 6749 §5.2)", _ERROR, {"error": "unsupported_grant_type"}),
    401: _described("客户端没有证明自己", _ERROR, {"error": "invalid_client"}),
    429: _described("此地址失败过多,按 Retry-After 等待", _ERROR, {"error": "temporarily_unavailable"}),
    503: _described("数据库、登记服务或可信签发者暂时不可用", _ERROR, {"error": "temporarily_unavailable"}),
}
_PUBLIC: dict[str, Any] = {"security": [], "x-roles": ["public"]}
_REFUSED: dict[int | str, dict[str, Any]] = {"4XX": problems.describe_status(400, [errors.Unreadable])}

router = APIRouter(tags=["identity"], generate_unique_id_function=wording.operation_id)


@router.post(
    "/oauth2/token",
    summary="取令牌(client_credentials、token-exchange)",
    responses=_ANSWERS,
    response_class=Response,
    openapi_extra={"requestBody": _FORM, "security": [{"client": []}, {}], "x-roles": ["public"]},
)
async def token(request: Request, signer: SignerOf) -> Response:
    """以 client_secret_basic(或表单中的 client_secret)、private_key_jwt 证明身份;或以可信签发者的令牌(RFC 8693)、授权码兑换。"""
    kernel: web.Kernel = request.app.state.kernel
    whom = limits.address(request.client.host if request.client else None)
    try:
        await kernel.limits.check(limits.TOKEN_FAILURES, whom)
        return _answer(200, await _granted(request, kernel, signer, await _form(request)))
    except Refused as refused:
        if refused.error in GUESSES:
            try:
                await kernel.limits.take(limits.TOKEN_FAILURES, whom)
            except errors.TooManyRequests as beyond:  # of many at once, those beyond the limit are not told
                return _too_many(beyond)
        headers = {"WWW-Authenticate": 'Basic realm="kaili-skills"'} if refused.status == 401 else {}
        return _answer(refused.status, {"error": refused.error, "error_description": refused.description}, headers)
    except errors.TooManyRequests as beyond:
        return _too_many(beyond)
    except Exception as error:
        problem = problems.translate(error)
        down = problem.status in (502, 503, 504)
        said = {
            "error": "temporarily_unavailable" if down else "server_error",
            "error_description": f"request_id {request.state.request_id}",
        }
        return _answer(503 if down else 500, said, {"Retry-After": problem.headers.get("Retry-After", "2")} if down else {})


async def _granted(request: Request, kernel: web.Kernel, signer: Signer, form: dict[str, str]) -> dict[str, Any]:
    issuer: Issuer | None = request.app.state.issuer
    match form.get("grant_type"):
        case None:
            raise Refused("invalid_request", "grant_type is missing")
        case "client_credentials":
            return await _to_a_client(request, kernel, signer, form)
        case exchange.GRANT if issuer:
            if "authorization" in request.headers or form.keys() & {"client_secret", "client_assertion"}:
                raise Refused("invalid_request", "a token exchange takes no client authentication: the subject token is the proof")
            return await exchange.exchange(kernel, issuer, signer, _call(request), form)
        case exchange.CODE if issuer:
            return await exchange.sign_in(kernel, issuer, signer, _call(request), form)
    raise Refused("unsupported_grant_type", f"supported: {', '.join(_grants(issuer))}")


async def _to_a_client(request: Request, kernel: web.Kernel, signer: Signer, form: dict[str, str]) -> dict[str, Any]:
    # Only a used assertion is written down: a secret is proved by reading alone, so that on a full disk whoever may read can still come in.
    opened = kernel.writing.begin() if "client_assertion" in form else kernel.reading()
    async with opened as session:
        client = await prove(session, kernel.vault, signer, request.headers.get("authorization"), form)
    if not may_be_here(kernel.settings, client.client_id):
        raise invalid_client()
    actor = client.actor(client.client_id)
    actor = dataclasses.replace(actor, scopes=narrowed(actor.scopes, form))
    granted: dict[str, Any] = {
        "access_token": signer.token(actor, client_id=client.client_id, sid=str(client.sid)),
        "token_type": "Bearer",
        "expires_in": signer.seconds,
    }
    return granted | ({"scope": " ".join(sorted(actor.scopes))} if actor.scopes is not None else {})


def _call(request: Request) -> access.Call:
    """Of someone who has not yet proved who they are. Tokens live by the real clock."""
    state, origin = request.state, request.client.host if request.client else None
    return access.Call(
        access.ANYONE, clock.now(), state.request_id, request.headers.get("traceparent"), origin, deadline=getattr(state, "deadline", None)
    )


def _grants(issuer: Issuer | None) -> list[str]:
    return ["client_credentials", *([exchange.GRANT, exchange.CODE] if issuer else [])]


async def _form(request: Request) -> dict[str, str]:
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != "application/x-www-form-urlencoded":
        raise Refused("invalid_request", "the body must be application/x-www-form-urlencoded")
    if request.url.query:
        raise Refused("invalid_request", "parameters belong into the body")
    body = b""
    async for chunk in request.stream():
        body += chunk
        if len(body) > FORM_LARGEST_BYTES:
            raise Refused("invalid_request", "the body is too large")
    try:
        pairs = parse_qsl(body.decode("utf-8"), keep_blank_values=True, strict_parsing=bool(body), max_num_fields=20, errors="strict")
    except ValueError as error:
        raise Refused("invalid_request", "the body cannot be read") from error
    form = dict(pairs)
    if len(form) != len(pairs):
        raise Refused("invalid_request", "a parameter is given twice")
    if any("\x00" in value for value in form.values()):
        raise Refused("invalid_request", "the body cannot be read")
    return form


def _too_many(beyond: errors.TooManyRequests) -> Response:
    return _answer(429, {"error": "temporarily_unavailable", "error_description": "too many failures from this address"}, beyond.headers)


def _answer(status: int, body: dict[str, Any], headers: dict[str, str] | None = None) -> Response:
    return Response(orjson.dumps(body), status, {**NOT_STORED, **(headers or {})}, "application/json")


@router.get("/oauth2/authorize", include_in_schema=False)
async def authorize(request: Request) -> Response:
    """Sends a browser on to the trusted issuer. Where it may come back to, and who it is, is for the issuer to say."""
    issuer: Issuer | None = request.app.state.issuer
    if issuer is None:
        raise errors.NotFound()
    passed = {name: request.query_params.get(name, "")[:ON_THE_WAY_LONGEST] for name in ON_THE_WAY}
    asked = {"response_type": "code", "client_id": issuer.audience, "scope": "openid", "code_challenge_method": "S256", **passed}
    at = await issuer.signs_in_at()
    return Response(status_code=302, headers={**NOT_STORED, "Location": f"{at}{'&' if '?' in at else '?'}{urlencode(asked)}"})


@router.get("/.well-known/jwks.json", summary="验证令牌的公钥", responses=_REFUSED, openapi_extra=_PUBLIC)
async def public_keys(signer: SignerOf) -> dict[str, Any]:
    return signer.public_keys()


@router.get("/.well-known/oauth-authorization-server", summary="授权服务器的说明(RFC 8414)", responses=_REFUSED, openapi_extra=_PUBLIC)
async def metadata(request: Request, signer: SignerOf) -> dict[str, Any]:
    trusted: Issuer | None = request.app.state.issuer
    at = {"authorization_endpoint": f"{signer.issuer}/oauth2/authorize", "code_challenge_methods_supported": ["S256"]} if trusted else {}
    return at | {
        "issuer": signer.issuer,
        "token_endpoint": signer.token_endpoint,
        "jwks_uri": f"{signer.issuer}/.well-known/jwks.json",
        "scopes_supported": sorted(KNOWN),
        "grant_types_supported": _grants(trusted),
        "response_types_supported": ["code"] if trusted else [],
        "token_endpoint_auth_methods_supported": ["client_secret_basic", "client_secret_post", "private_key_jwt", "none"],
        "token_endpoint_auth_signing_alg_values_supported": ALGORITHMS,
        "service_documentation": f"{signer.issuer}/docs",
    }
