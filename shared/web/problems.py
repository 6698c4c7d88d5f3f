"""Every failure as `application/problem+json`: our own problems, the framework's refusals, and what the database would not keep."""

import json
from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any

import asyncpg
import orjson
from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.orm.exc import StaleDataError
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect

from shared import errors, person_names, pulse, redaction, telemetry, wire

MEDIA_TYPE = "application/problem+json"
FAULTS_AT_MOST = 100
OF_EVERY_PROBLEM = {"Content-Language": "zh-CN", "Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"}
DATABASE_SLOW = "数据库没有在限时内办完,本次操作没有保存。请按 Retry-After 等待后重试。"
DISK_FULL = "服务器的磁盘已满,本次操作没有保存。请稍后重试,并请管理员清理磁盘。"
NEVER_QUOTED = ("number", "phone", "account", "secret", "password", "token")  # in a field's name

# The driver's own words for a connection that cannot be used, and for one that the server left in the middle of a statement.
_CONNECTION_LOST = (asyncpg.InterfaceError, asyncpg.InternalClientError)
_FRAMEWORK: Mapping[int, type[errors.Problem]] = {
    400: errors.Unreadable,
    401: errors.Unauthenticated,
    403: errors.Forbidden,
    404: errors.NotFound,
    405: errors.MethodNotAllowed,
    413: errors.TooLarge,
    415: errors.UnsupportedMediaType,
    422: errors.Invalid,
    429: errors.TooManyRequests,
    503: errors.Unavailable,
}

_TYPES = {
    "string_type": "文字",
    "int_type": "整数",
    "int_parsing": "整数",
    "int_from_float": "整数",
    "bool_type": "true 或 false",
    "bool_parsing": "true 或 false",
    "float_type": "数字",
    "float_parsing": "数字",
    "list_type": "数组",
    "dict_type": "对象",
    "model_type": "对象",
    "model_attributes_type": "对象",
    "uuid_type": "UUID 文本",
    "uuid_parsing": "UUID 文本",
    "decimal_type": "数字",
    "json_invalid": "合法的 JSON",
}


def english(request: Request) -> bool:
    """Whether the caller asks for English where there is a choice."""
    return request.headers.get("accept-language", "").lower().startswith("en")


def faults_at_most(request: Request) -> int | None:
    """Of one paper at most 100 faults are told, and how many were left out; of a batch all."""
    return None if request.url.path.endswith(":batch") else FAULTS_AT_MOST


def respond(request: Request, problem: errors.Problem) -> Response:
    at_most = faults_at_most(request)
    body = problem.wire(request.url.path, getattr(request.state, "request_id", ""), english=english(request), faults_at_most=at_most)
    headers = OF_EVERY_PROBLEM | problem.headers | ({"WWW-Authenticate": "Bearer"} if problem.status == 401 else {})
    return Response(orjson.dumps(body, default=str), problem.status, headers, MEDIA_TYPE)


def install(app: FastAPI) -> None:
    async def ours(request: Request, error: Exception) -> Response:
        return respond(request, translate(error))

    for kind in (errors.Problem, RequestValidationError, HTTPException, Exception):
        app.add_exception_handler(kind, ours)


def translate(error: BaseException) -> errors.Problem:
    """The problem that a failure is answered with. What nobody foresaw is logged and becomes `internal`, telling nothing."""
    if isinstance(error, errors.Problem):
        return error
    if isinstance(error, RequestValidationError):
        return misfit(error.errors())
    if isinstance(error, HTTPException):
        kind = _FRAMEWORK.get(error.status_code, errors.Internal if error.status_code >= 500 else errors.Unreadable)
        return kind(headers=dict(error.headers or {}))
    if isinstance(error, ClientDisconnect):
        return errors.Unreadable("请求没有发完就断开了。")
    if isinstance(error, StaleDataError):
        return errors.StaleVersion()
    if isinstance(error, _CONNECTION_LOST):
        return errors.Unavailable(pulse.AWAY)
    if isinstance(error, DBAPIError | asyncpg.PostgresError | PoolTimeout | OSError) and (problem := _database(error)):
        return problem
    telemetry.log.error("unforeseen", error=type(error).__name__, exc_info=error)
    return errors.Internal()


def _database(error: DBAPIError | asyncpg.PostgresError | PoolTimeout | OSError) -> errors.Problem | None:
    cause: Any = getattr(error.orig, "__cause__", None) if isinstance(error, DBAPIError) else error
    if isinstance(error, IntegrityError):
        name = getattr(cause, "constraint_name", None)
        if kind := errors.VIOLATIONS.get(name or ""):
            return kind()
        telemetry.log.warning("constraint", constraint=name)
        return errors.Conflict()
    sqlstate = str(getattr(cause, "sqlstate", "") or "")
    if sqlstate in ("40001", "40P01", "55P03"):
        return errors.Contended()
    if pulse.is_full(cause):
        telemetry.log.warning("disk_full")
        said = DISK_FULL if isinstance(cause, OSError) else pulse.FULL
        return errors.Unavailable(said, headers=pulse.FULL_RETRY_AFTER)
    lost = isinstance(error, PoolTimeout | OSError) or getattr(error, "connection_invalidated", False)
    if (
        lost
        or sqlstate[:2] in ("08", "57", "53")
        or sqlstate == "25006"  # read only: another server leads now
        or isinstance(cause, OSError | TimeoutError)
        or "connection" in type(cause).__name__.lower()
    ):
        telemetry.log.warning("database_unavailable", error=type(cause or error).__name__)
        return errors.Unavailable(DATABASE_SLOW if sqlstate == "57014" else pulse.AWAY)
    return None


def misfit(items: Sequence[Mapping[str, Any]], *, at_most: int | None = FAULTS_AT_MOST, within: tuple[str, ...] = ()) -> errors.Problem:
    """The problem of pydantic's errors, `within` put before the place of each. No more faults are made than are told: there can be as many as a body has
    members. What several parts of an operation ask for is told once."""
    items = list({(item["type"], item["loc"]): item for item in items}.values())
    told = [{**item, "loc": (*within, *item["loc"])} for item in items[:at_most]]
    if any(item["type"] == "json_invalid" for item in told):
        return errors.Unreadable("请求体不是合法的 JSON。请检查格式和编码(UTF-8)后重新发送。")
    faults, left_out = [_fault(item) for item in told], len(items) - len(told)
    if all(fault.parameter for fault in faults):
        kind = errors.NotFound if all(item["loc"][0] == "path" for item in told) else errors.InvalidParameter
        return kind(faults=faults, left_out=left_out, parameter=faults[0].parameter)
    return errors.Invalid(faults=faults, left_out=left_out)


_CODES = {
    "extra_forbidden": "unknown_field",
    "missing": "missing_field",
    **{code: code for code in (*person_names.CODES, redaction.NUMBER_IN_TEXT)},
}


_FIXES = {
    "unknown_field": "请删除或改正该字段名。",
    "missing_field": "请补充该字段。",
    redaction.NUMBER_IN_TEXT: "请删去号码;需要指明是谁的,填写学员编号。",
}


def _fault(item: Mapping[str, Any]) -> errors.Fault:
    """One of pydantic's errors in our words. Its input is quoted only where it is plain."""
    where, *path = (part for part in item["loc"] if part not in wire.SHAPES)
    kind, context = item["type"], item.get("ctx", {})
    seen = item.get("input")
    quoted = (
        redaction.quoted(seen if isinstance(seen, str) else json.dumps(seen))
        if isinstance(seen, str | int | float | bool) and not any(word in str(path) for word in NEVER_QUOTED)
        else None
    )
    code = _CODES.get(kind, "invalid_value")
    allowed = _TYPES.get(kind) or _allowed(kind, context) or (item["msg"] if not item["msg"].isascii() else None)
    fix = _FIXES.get(code, "请改正该值。")
    if where == "body":
        pointer = errors.pointer(*path)
        return errors.Fault(code, pointer=pointer, seen=None if code == "missing_field" else quoted, allowed=allowed, fix=fix)
    parameter = str(path[0]) if path else where
    if kind == "missing":
        return errors.Fault("missing_parameter", parameter=parameter, fix="请补上该参数。")
    return errors.Fault("invalid_value", parameter=parameter, seen=quoted, allowed=allowed, fix="请改正该参数。")


def _allowed(kind: str, context: Mapping[str, Any]) -> str | None:
    match kind:
        case "literal_error" | "enum":
            return str(context.get("expected", "")).replace("'", "").replace(" or ", "、").replace(", ", "、")
        case "greater_than_equal" | "less_than_equal" | "greater_than" | "less_than":
            sign = {"greater_than_equal": "≥", "less_than_equal": "≤", "greater_than": ">", "less_than": "<"}[kind]
            return f"{sign} {context.get('ge', context.get('le', context.get('gt', context.get('lt'))))}"
        case "string_too_short" | "too_short":
            return f"至少 {context.get('min_length')}"
        case "string_too_long" | "too_long":
            return f"至多 {context.get('max_length')}"
        case "string_pattern_mismatch":
            return f"格式 {context.get('pattern')}"
    return None


def describe_status(status: int, kinds: list[type[errors.Problem]]) -> dict[str, Any]:
    """How the OpenAPI shows the problems of one status: every code with its title, one example each, and what the head says."""
    title = "; ".join(f"`{kind.code}` {kind.title}" for kind in kinds) or HTTPStatus(status).phrase
    examples = {kind.code: {"summary": kind.title, "value": kind().wire("/v1/…", "0193…")} for kind in kinds}
    head = ["X-Request-Id", "Content-Language", *(["WWW-Authenticate"] if status == 401 else [])]
    head += ["RateLimit-Policy", "RateLimit"] if status == 429 else []
    head += ["Retry-After"] if status in (429, 503) or errors.RequestInProgress in kinds else []
    content = {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}, "examples": examples}}
    return {"description": title, "headers": in_the_head(*head), "content": content}


def in_the_head(*names: str) -> dict[str, Any]:
    """A response's headers in the OpenAPI: references to where each is described."""
    return {name: {"$ref": f"#/components/headers/{name}"} for name in names}
