"""The whole OpenAPI document of a service: FastAPI's, completed by words, tags, headers, events and examples; and how a document is sent."""

import gzip
import hashlib
import re
from collections.abc import Callable, Iterator, Mapping
from types import MappingProxyType
from typing import Any

import orjson
from fastapi import FastAPI, Request, Response
from fastapi.openapi.utils import get_openapi

from shared import codes, county
from shared.web import examples, problems, tagging, wording

_TAKES_GZIP = re.compile(r"\bgzip\b(?!\s*;\s*q=0(\.0*)?\s*(,|$))")

_PARAMETER = re.compile(r"{[^}]*}")
_TEXTUAL = re.compile(r"json|^text/")

_TEXT = {"type": "string"}
_FAULT: dict[str, Any] = {
    "type": "object",
    "description": "一处问题:在何处(pointer 或 parameter)、看到什么、允许什么、怎样改正、依据何在。",
    "required": ["code"],
    "properties": {
        **dict.fromkeys(("code", "pointer", "parameter", "seen", "allowed", "fix"), _TEXT),
        "basis": {"type": "object", "properties": {"document": _TEXT, "clause": _TEXT}},
    },
}
PROBLEM: dict[str, Any] = {
    "type": "object",
    "description": "一次拒绝(RFC 9457)。代码不变,全部代码见 /v1/problems;一次请求的全部问题同时列出。",
    "required": ["type", "title", "status", "code", "detail", "instance", "request_id", "retryable"],
    "properties": {
        **dict.fromkeys(("type", "title", "code", "detail", "instance", "request_id", "existing_id"), _TEXT),
        "status": {"type": "integer", "description": "HTTP 状态码"},
        "retryable": {"type": "boolean"},
        "errors": {"type": "array", "items": {"$ref": "#/components/schemas/Fault"}},
    },
}
HEADERS: dict[str, str] = {
    "ETag": '版本与内容摘要,如 "3-9f86d081884c7d65"。改动时放入 If-Match,再读时放入 If-None-Match。',
    "Location": "新建事项的路径。",
    "Idempotent-Replayed": "true 表示这是同一 Idempotency-Key 第一次的答复,没有再办一次。",
    "X-Request-Id": "本次请求的编号,与日志和审计轨迹一致;反映问题时请提供。",
    "RateLimit-Policy": "适用的频率限制:q 次,每 w 秒。没有限制时不带。",
    "RateLimit": "本时段还可请求 r 次,t 秒后重新计数。没有限制时不带。",
    "Retry-After": "请等待这么多秒后重试。",
    "Server-Timing": "各服务用了多少毫秒,如 registry;dur=12.5。",
    "Content-Language": "文字的语言:zh-CN。",
    "WWW-Authenticate": "证明身份的方式:Bearer。",
}
_IF_NONE_MATCH = {
    "name": "If-None-Match",
    "in": "header",
    "required": False,
    "schema": _TEXT,
    "description": "上次读到的 ETag;没有变化时答复 304,不带内容",
}
_SECURITY: dict[str, Any] = {
    "oauth2": {
        "type": "oauth2",
        "description": "系统以客户端凭证在 /oauth2/token 取令牌,15 分钟内有效。",
        "flows": {"clientCredentials": {"tokenUrl": "/oauth2/token", "scopes": {}}},
    },
    "bearer": {"type": "http", "scheme": "bearer", "bearerFormat": "JWT", "description": "登录(/v1/sessions)或取令牌后,随每次请求携带。"},
}
_EVENT = "#/components/schemas/Event"
_SIGNED = {
    "webhook-id": "事件编号;重发时不变,据此去重。",
    "webhook-timestamp": "签名时刻,Unix 秒。",
    "webhook-signature": "Standard Webhooks 签名;更换密钥后的 24 小时内有两个。",
}

Document = dict[str, Any]


def install(app: FastAPI, service: str) -> None:
    """Completes FastAPI's document when it is first asked for."""

    def made() -> Document:
        if app.openapi_schema is None:
            document = get_openapi(title=app.title, version=app.version, description=app.description, routes=app.routes)
            app.openapi_schema = complete(document, service)
        return app.openapi_schema

    app.openapi = made  # type: ignore[method-assign]


def complete(document: Document, service: str) -> Document:
    said = wording.of(service)
    components = document.setdefault("components", {})
    schemas: dict[str, Any] = components.setdefault("schemas", {})
    for unused in ("HTTPValidationError", "ValidationError"):
        schemas.pop(unused, None)
    schemas |= orjson.loads(orjson.dumps({"Problem": PROBLEM, "Fault": _FAULT}))  # each document its own copy: words are put into it
    _settle_types(document)
    components["headers"] = {name: {"description": what, "schema": _TEXT} for name, what in HEADERS.items()}
    components["securitySchemes"] = _SECURITY
    document["info"] |= {
        "contact": {"name": county.here().title},
        "license": {"name": "仅供获准接入的单位使用", "identifier": "LicenseRef-Proprietary"},
    }
    document["servers"] = [{"url": "/"}]
    document["tags"] = tags(document, said.tags)
    for name, schema in schemas.items():
        schema["title"] = name  # code generators call a schema by its title
        if "enum" in schema:
            schema["description"] = _codes(name, schema["enum"])  # not its docstring: two services may have the same list
    recorded = examples.recorded(service)
    looks = said.examples | examples.papers((described for _, described in operations(document)), recorded)
    read = {_PARAMETER.sub("{}", path) for path, methods in document["paths"].items() if "get" in methods}
    for path, method, described in _placed(document):
        if what := said.operations.get(described["operationId"]):
            described["description"] = "\n\n".join([what, *filter(None, [described.get("description")])])
        _settle_body(described)
        placed = not read.isdisjoint(tagging.places(_PARAMETER.sub("{}", path), "{}"))
        _state_headers(method, described, schemas, single=tagging.is_single(method, path), placed=placed)
        examples.exemplify(described, schemas, looks, recorded.get(described["operationId"], {}))
    if "Event" in schemas:
        document["webhooks"] = {event: _webhook(event, what) for event, what in said.events.items()}
    _explain(document, said.words)
    _settle_defaults(schemas)
    return document


def _settle_types(value: Any) -> None:
    """What a file is to generators of code (bytes, not text), and which schema a part means that no model makes."""
    for inner in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        _settle_types(inner)
    if isinstance(value, dict):
        if name := value.pop("x-schema", None):
            value["$ref"] = f"#/components/schemas/{name}"
        if "contentMediaType" in value:
            value["format"] = "binary"
        for media_type, body in value.get("content", {}).items() if isinstance(value.get("content"), dict) else ():
            if not _TEXTUAL.search(media_type) and body.get("schema") == {"type": "string"}:
                body["schema"]["format"] = "binary"


def _settle_defaults(schemas: Mapping[str, Any]) -> None:
    """What a member of a request is when it is not given, in words: generated code takes a member with a default for one that is always there."""
    for asked in (schema for schema in schemas.values() if schema.get("additionalProperties") is False):
        for member in asked["properties"].values():
            if (default := member.pop("default", None)) not in (None, [], {}, ""):
                member["description"] = f"{member.get('description', '').rstrip('。')}。不给则为 {orjson.dumps(default).decode()}。".lstrip(
                    "。"
                )


def _settle_body(described: dict[str, Any]) -> None:
    """A body that may be left out is simply not required: as one that may also be `null` generated code sends neither well."""
    for body in described.get("requestBody", {}).get("content", {}).values():
        given = [each for each in body["schema"].get("anyOf", []) if each != {"type": "null"}]
        if len(given) == 1:
            body["schema"] = given[0]


def _codes(name: str, values: list[str]) -> str:
    """What each code of a list is called, as the county's labels say: those of the list so named, else of the one with the same codes.

    A name that lists things itself is told with strokes, since the codes are told one from another by the enumeration comma.
    """
    lists = codes.all_labels()
    same = (each for each in lists.values() if set(each) == set(values))
    labels = lists.get(re.sub(r"(?<!^)(?=[A-Z])", "_", name).lower()) or next(same, {})
    return "代码:" + "、".join(f"{code} {labels[code].zh.replace('、', '/')}" if code in labels else code for code in values)


def operations(document: Mapping[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Each with its method, in lower case."""
    return ((method, described) for _, method, described in _placed(document))


def _placed(document: Mapping[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Each with its path too."""
    return ((path, method, described) for path, methods in document["paths"].items() for method, described in methods.items())


def tags(document: Mapping[str, Any], said: Mapping[str, str]) -> list[dict[str, str]]:
    """Those that the operations bear, in the order in which they are said."""
    borne = {tag for _, described in operations(document) for tag in described.get("tags", [])}
    return [{"name": name, "description": what} for name, what in said.items() if name in borne]


def _state_headers(method: str, described: dict[str, Any], schemas: Mapping[str, Any], *, single: bool, placed: bool) -> None:
    """What an answer that is no problem carries in its head. A reading that answers an `ETag` is also answered 304. `placed`: what is made there can be
    read alone."""
    responses: dict[str, Any] = described["responses"]
    keyed = any(parameter["name"] == "Idempotency-Key" for parameter in described.get("parameters", []))
    for status, response in [(status, response) for status, response in responses.items() if status.startswith("2")]:
        members = _members(response, schemas)
        head = ["X-Request-Id", "RateLimit-Policy", "RateLimit", *(["Idempotent-Replayed"] if keyed else [])]
        tagged = "version" in members or (single and "application/json" in response.get("content", {}))
        head += ["ETag"] if tagged else []
        head += ["Location"] if "id" in members and (status == "202" or (status == "201" and placed)) else []
        head += ["Server-Timing"] if "sections" in members else []
        response["headers"] = problems.in_the_head(*head)
        if tagged and method == "get":
            described.setdefault("parameters", []).append(_IF_NONE_MATCH)
            responses["304"] = {"description": "与 If-None-Match 所指的版本相同", "headers": problems.in_the_head("ETag", "X-Request-Id")}


def _members(response: Mapping[str, Any], schemas: Mapping[str, Any]) -> set[str]:
    """The members of what a response answers, in any of its forms."""
    schema = response.get("content", {}).get("application/json", {}).get("schema", {})
    found: set[str] = set()
    for each in (schema, *schema.get("anyOf", [])):
        found |= schemas.get(each.get("$ref", "").rpartition("/")[2], each).get("properties", {}).keys()
    return found


def _webhook(event: str, what: str) -> dict[str, Any]:
    """What is posted to an endpoint that takes this event (CloudEvents 1.0, Standard Webhooks)."""
    kind = {"type": "object", "properties": {"type": {"const": event}}}
    parameters = [
        {"name": name, "in": "header", "required": True, "schema": _TEXT, "description": meaning} for name, meaning in _SIGNED.items()
    ]
    return {
        "post": {
            "operationId": f"webhook_{event.replace('.', '_')}",
            "tags": ["webhook-endpoints"],
            "summary": what.partition("。")[0],
            "description": what,
            "security": [],
            "parameters": parameters,
            "requestBody": {"required": True, "content": {"application/json": {"schema": {"allOf": [{"$ref": _EVENT}, kind]}}}},
            "responses": {
                "2XX": {"description": "已收到。其他答复会在三天内重试;410 停用该网址。"},
                "4XX": {"description": "没有收到,将重试。"},
            },
        }
    }


def _explain(value: Any, words: Mapping[str, str]) -> None:
    """Puts a word's meaning to every property and parameter of that name which has no description of its own."""
    if isinstance(value, list):
        for inner in value:
            _explain(inner, words)
    elif isinstance(value, dict):
        if isinstance(properties := value.get("properties"), dict) and value.get("type", "object") == "object":
            for name, schema in properties.items():
                if isinstance(schema, dict) and name in words:
                    schema.setdefault("description", words[name])
        if "in" in value and value.get("name") in words:
            value.setdefault("description", words[value["name"]])
        for name, inner in value.items():
            if name not in ("example", "examples"):
                _explain(inner, words)


class Sent:
    """What is sent to everyone alike: compressed and tagged once, not for each request. The tag is weak: both forms bear it."""

    def __init__(self, content: bytes, media_type: str = "application/json", head: Mapping[str, str] = MappingProxyType({})) -> None:
        self.plain, self.packed, self.media_type = content, gzip.compress(content, mtime=0), media_type
        self.headers = {
            "ETag": f'W/"{hashlib.sha256(content).hexdigest()[:32]}"',
            "Cache-Control": "no-cache",  # to be asked for each time, and 304 as long as it is the same
            "Vary": "Accept-Encoding",
            **head,
        }

    def answer(self, request: Request) -> Response:
        content, head = self.plain, self.headers
        if _TAKES_GZIP.search(request.headers.get("accept-encoding", "")):
            content, head = self.packed, head | {"Content-Encoding": "gzip"}
        return tagging.known(request, Response(content, headers=head, media_type=self.media_type))


def send(app: FastAPI) -> Callable[[Request], Any]:
    """The handler of a service's own `/openapi.json`."""
    made: list[Sent] = []

    async def document(request: Request) -> Response:
        if not made:
            made.append(Sent(orjson.dumps(app.openapi())))
        return made[0].answer(request)

    return document
