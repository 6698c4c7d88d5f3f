"""What is read of a request before its operation sees it: no unknown parameter, no wrong type, nothing too large, no text that cannot be kept."""

import json
from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any, get_args, get_origin

import orjson
from fastapi import Request
from fastapi.dependencies.models import Dependant
from pydantic import BaseModel

from shared import errors

JSON, FORM = ("application/json",), ("multipart/form-data", "application/x-www-form-urlencoded")


def query_parameters(dependant: Dependant) -> Iterable[tuple[str, bool]]:
    """Each parameter, and whether it may be given more than once: when it is declared as a list."""
    for field in dependant.query_params:
        annotation = field.field_info.annotation
        kinds = (annotation, *get_args(annotation))
        models = [kind for kind in kinds if isinstance(kind, type) and issubclass(kind, BaseModel)]
        if models:
            yield from ((name, False) for model in models for name in model.model_fields)
        else:
            yield field.alias, any(get_origin(kind) is list for kind in kinds)
    for inner in dependant.dependencies:
        yield from query_parameters(inner)


def known_parameters(request: Request, parameters: Mapping[str, bool]) -> None:
    seen = list(request.query_params.multi_items())
    unknown = sorted({name for name, _ in seen} - parameters.keys())
    if unknown:
        allowed = "、".join(sorted(parameters)) or "无"
        faults = [errors.Fault("unknown_parameter", parameter=name[:60], allowed=allowed, fix="请删除或改正该参数名。") for name in unknown]
        raise errors.UnknownParameter(
            f"未知参数:{'、'.join(name[:60] for name in unknown)};可用参数:{allowed}。", faults=faults, parameter=unknown[0][:60]
        )
    given = Counter(name for name, _ in seen)
    twice = sorted(name for name, times in given.items() if times > 1 and not parameters[name])
    if twice or any("\x00" in value or "\ufffd" in value for _, value in seen):
        raise errors.InvalidParameter("同一参数只能给一次,且不得含控制字符。", parameter=twice[0] if twice else seen[0][0])


async def readable_body(request: Request, takes: tuple[str, ...], largest_bytes: int, too_large: type[errors.Problem]) -> None:
    """Reads the body up to its limit; refuses another type than the route `takes`, and text no database can keep (NUL, lone surrogates)."""
    if request.method in ("GET", "DELETE"):
        return
    said = f"请求体不得超过 {largest_bytes // 1024 // 1024} MB。请拆分后分批发送。"
    if int(request.headers.get("content-length") or 0) > largest_bytes:
        raise too_large(said)
    chunks, size = [], 0
    async for chunk in request.stream():
        size += len(chunk)
        if size > largest_bytes:
            raise too_large(said)
        chunks.append(chunk)
    request._body = body = b"".join(chunks)
    if not body:
        return
    content_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if content_type not in (takes or JSON) and not (content_type.endswith("+json") and takes != FORM):
        raise errors.UnsupportedMediaType(
            f"收到的 Content-Type 是 {content_type[:60] or '(没有)'};本接口接受:{'、'.join(takes or JSON)}。请改正后重新发送。"
        )
    if takes != FORM:
        try:
            text = body.decode("utf-8")
        except UnicodeDecodeError as error:
            raise errors.Unreadable("请求体不是 UTF-8 编码。") from error
        if "\\u0000" in text or "\x00" in text or (("\\ud" in text or "\\uD" in text) and _has_lone_surrogate(text)):
            raise errors.Unreadable("请求体中有无法保存的字符(NUL 或不成对的代理字符)。")
    if not takes:
        _nothing_said(body)


def form_names(alias: str, annotation: Any) -> Iterable[str]:
    """What a form calls the parameter: a model is all of the form, by its fields."""
    is_model = isinstance(annotation, type) and issubclass(annotation, BaseModel)
    return annotation.model_fields if is_model else [alias]


async def known_fields(request: Request, known: frozenset[str]) -> None:
    """A form's fields are as strict as those of JSON: none unknown, none twice."""
    form = await request.form()
    given = [name for name, _ in form.multi_items()]
    faults = [
        errors.Fault("unknown_field", pointer=errors.pointer(name[:60]), fix="请删除或改正该字段名。")
        for name in given
        if name not in known
    ]
    twice = sorted({name for name in given if name in known and given.count(name) > 1})
    faults += [errors.Fault("invalid_value", pointer=errors.pointer(name), allowed="只给一次", fix="请只保留一个。") for name in twice]
    if faults:
        await form.close()
        raise errors.Invalid(faults=faults)


def _nothing_said(body: bytes) -> None:
    """A route without a body takes an empty object, and no field."""
    try:
        said = orjson.loads(body)
    except ValueError as error:
        raise errors.Unreadable() from error
    if isinstance(said, dict):
        faults = [errors.Fault("unknown_field", pointer=errors.pointer(name), fix="请删除或改正该字段名。") for name in said]
    else:
        faults = [] if said is None else [errors.Fault("invalid_value", pointer="", allowed="对象", fix="请改正该值。")]
    if faults:
        raise errors.Invalid(faults=faults)


def _has_lone_surrogate(text: str) -> bool:
    try:
        json.dumps(json.loads(text), ensure_ascii=False).encode()
    except UnicodeEncodeError:
        return True
    except (ValueError, RecursionError):
        pass
    return False
