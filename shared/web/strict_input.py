"""Second stage: what is readable. No unknown parameter, no loose value, nothing too large, no text that cannot be kept, no member said twice.

And, when its turn comes, the shape of the body: strictly the types that the operation states (JSON `true` is no number, `"1"` no integer).
"""

import json
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, NoReturn, get_args, get_origin
from uuid import UUID

from fastapi import Request, params
from fastapi.dependencies.models import Dependant
from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute
from pydantic import BaseModel, TypeAdapter, ValidationError
from pydantic.fields import FieldInfo

from shared import errors, redaction
from shared.web import problems
from shared.web.operation import Operation

JSON, FORM = ("application/json",), ("multipart/form-data", "application/x-www-form-urlencoded")
PARTS_AT_MOST = 30_000  # members and elements of a body: 60 to each item of a full batch

_DAY = re.compile("[0-9]{4}-[0-9]{2}-[0-9]{2}")
_UUID = "[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"
_PLAIN: Mapping[type, tuple[re.Pattern[str], str]] = {
    bool: (re.compile("true|false"), "true 或 false"),
    int: (re.compile("-?[0-9]{1,18}"), "整数,只写数字"),
    float: (re.compile(r"-?[0-9]{1,18}(\.[0-9]{1,18})?"), "数字"),
    UUID: (re.compile(_UUID, re.IGNORECASE), "UUID 文本"),
}


@dataclass(frozen=True, slots=True)
class Taken:
    """What a route takes, read from its signature once: each parameter's kind, whether it may be repeated, and what its body is."""

    kinds: Mapping[str, type | None]
    repeated: frozenset[str]
    media: tuple[str, ...] = ()
    fields: frozenset[str] = frozenset()
    body: TypeAdapter[Any] | None = None
    body_required: bool = False
    model: type[BaseModel] | None = None


def taken(route: APIRoute) -> Taken:
    parameters = dict(_parameters(route.dependant))
    kinds = {name: _kind(annotation) for name, annotation in parameters.items()}
    repeated = frozenset(name for name, annotation in parameters.items() if _is_list(annotation))
    if route.body_field is None:
        return Taken(kinds, repeated)
    if isinstance(route.body_field.field_info, params.Form):
        fields = (name for field in _bodies(route.dependant) for name in _form_names(field.alias, field.field_info.annotation))
        return Taken(kinds, repeated, FORM, frozenset(fields))
    stated: FieldInfo = _bodies(route.dependant)[0].field_info
    annotation: Any = Annotated[stated.annotation, *stated.metadata] if stated.metadata else stated.annotation
    model = next((kind for kind in (stated.annotation, *get_args(stated.annotation)) if _is_model(kind)), None)
    return Taken(kinds, repeated, JSON, frozenset(), TypeAdapter(annotation), stated.is_required(), model)


def _bodies(dependant: Dependant) -> list[Any]:
    return [*dependant.body_params, *(field for inner in dependant.dependencies for field in _bodies(inner))]


def _parameters(dependant: Dependant) -> Iterable[tuple[str, Any]]:
    for field in dependant.query_params:
        annotation = field.field_info.annotation
        models = [kind for kind in (annotation, *get_args(annotation)) if _is_model(kind)]
        if models:
            yield from ((name, inner.annotation) for model in models for name, inner in model.model_fields.items())
        else:
            yield field.alias, annotation
    for below in dependant.dependencies:
        yield from _parameters(below)


def _is_model(kind: Any) -> bool:
    return isinstance(kind, type) and issubclass(kind, BaseModel)


def _is_list(annotation: Any) -> bool:
    origin = get_origin(annotation)
    return origin in (list, tuple, set, frozenset) or (origin is not None and any(_is_list(part) for part in get_args(annotation)))


def _kind(annotation: Any) -> type | None:
    """The type of plain text that a parameter is read as: a bool, a number or an id, also where it is optional or one of several."""
    if annotation in _PLAIN:
        return annotation
    found = {kind for part in get_args(annotation) if (kind := _kind(part))}
    return found.pop() if len(found) == 1 else None


def _form_names(alias: str, annotation: Any) -> Iterable[str]:
    """What a form calls the parameter: a model is all of the form, by its fields."""
    return annotation.model_fields if _is_model(annotation) else [alias]


async def readable(request: Request, taken: Taken, operation: Operation) -> None:
    """Reads all of the request, or refuses it: 400, 404, 413, 415. `request.state.canonical` is the body as any order of its members gives it."""
    if "\x00" in request.scope["path"]:  # no name that is kept has one, and the database takes none
        raise errors.NotFound()
    _known_parameters(request, taken)
    request.state.canonical = b""
    if request.method in ("GET", "DELETE"):
        return
    body = request._body = await _up_to(request, operation)
    if not body:
        return
    content_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if content_type not in (taken.media or JSON) and not (content_type.endswith("+json") and taken.media != FORM):
        raise errors.UnsupportedMediaType(
            f"收到的 Content-Type 是 {redaction.quoted(content_type) or '(没有)'};本接口接受:{'、'.join(taken.media or JSON)}。请改正后重新发送。"
        )
    if taken.media != FORM and not operation.internal:
        _few_parts(body)
    request.state.canonical = body if taken.media == FORM else _canonical(request, body)


def _known_parameters(request: Request, taken: Taken) -> None:
    if not request.scope["query_string"]:
        return
    seen = list(request.query_params.multi_items())
    times = Counter(name for name, _ in seen)
    unknown = sorted(times.keys() - taken.kinds.keys())
    if unknown:
        allowed = "、".join(sorted(taken.kinds)) or "无"
        told, left_out = _told(unknown)
        faults = [errors.Fault("unknown_parameter", parameter=name, allowed=allowed, fix="请删除或改正该参数名。") for name in told]
        said = f"未知参数:{'、'.join(told)}{'等' if left_out else ''};可用参数:{allowed}。"
        raise errors.UnknownParameter(said, faults=faults, left_out=left_out, parameter=told[0])
    twice = sorted(name for name, count in times.items() if count > 1 and name not in taken.repeated)
    if twice or any("\x00" in value or "\ufffd" in value for _, value in seen):
        raise errors.InvalidParameter("同一参数只能给一次,且不得含控制字符。", parameter=twice[0] if twice else seen[0][0])
    if named := next((name for name, value in seen if redaction.names_citizen(value)), None):
        raise errors.InvalidParameter(
            "公民身份号码不能放在网址里。请按编号(如 trainee_id)查询,或改用请求体:POST /v1/trainees:lookup、/v1/certificates:verify。",
            parameter=named,
        )
    if faults := [fault for name, value in seen if (fault := _loose(name, value, taken.kinds[name]))]:
        raise errors.InvalidParameter(faults=faults, parameter=faults[0].parameter)
    if faults := [*_backwards(dict(seen))]:
        raise errors.InvalidParameter(faults=faults, parameter=faults[0].parameter)


def _backwards(given: Mapping[str, str]) -> Iterable[errors.Fault]:
    """Periods that end before they begin, as `from_on` and `to_on` say them: an empty answer would hide the slip. Whether it is a day is said elsewhere."""
    for name, first in given.items():
        until = f"{name.removesuffix('from_on')}to_on"
        last = given.get(until, "")
        if name.endswith("from_on") and _DAY.fullmatch(first) and _DAY.fullmatch(last) and last < first:
            yield errors.Fault("invalid_value", parameter=until, seen=last, allowed=f"不早于 {first}", fix="请改正日期。")


def _loose(name: str, value: str, kind: type | None) -> errors.Fault | None:
    """A parameter is text, yet a number is written in digits alone, and a yes or no as `true` or `false`."""
    if kind is None or _PLAIN[kind][0].fullmatch(value):
        return None
    return errors.Fault("invalid_value", parameter=name, seen=redaction.quoted(value), allowed=_PLAIN[kind][1], fix="请改正该参数。")


async def _up_to(request: Request, operation: Operation) -> bytes:
    largest = operation.takes_bytes
    said = f"请求体不得超过 {largest // 1024} KB。请拆分后分批发送。"
    if int(request.headers.get("content-length") or 0) > largest:
        raise operation.too_large(said)
    chunks, size = [], 0
    async for chunk in request.stream():
        size += len(chunk)
        if size > largest:
            raise operation.too_large(said)
        chunks.append(chunk)
    return b"".join(chunks)


def _few_parts(body: bytes) -> None:
    """What has too many members is refused unparsed: each costs far more than its few bytes. A comma within a text counts as well."""
    if body.count(b",") >= PARTS_AT_MOST:
        raise errors.TooLarge(f"请求体中的成员和元素合计不得超过 {PARTS_AT_MOST} 个。请拆分后分批发送。")
    if body.count(b"[") + body.count(b"{") > PARTS_AT_MOST:
        raise errors.Unreadable("请求体的嵌套过深。")


def _canonical(request: Request, body: bytes) -> bytes:
    """Parses JSON, as `request.state.said`; refuses what is none, a member said twice, and text no database can keep (NUL, lone surrogates)."""
    try:
        text = body.decode("utf-8")
    except UnicodeDecodeError as error:
        raise errors.Unreadable("请求体不是 UTF-8 编码。") from error
    try:
        said = request.state.said = json.loads(text, object_pairs_hook=_each_once, parse_constant=_no_number)
        canonical = json.dumps(said, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()
    except UnicodeEncodeError as error:
        raise errors.Unreadable("请求体中有无法保存的字符(不成对的代理字符)。") from error
    except (ValueError, RecursionError) as error:
        raise errors.Unreadable("请求体不是合法的 JSON。请检查格式和编码(UTF-8)后重新发送。") from error
    if "\\u0000" in text:
        raise errors.Unreadable("请求体中有无法保存的字符(NUL)。")
    return canonical


def _each_once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    said = dict(pairs)
    if len(said) != len(pairs):
        twice = next(name for name, count in Counter(name for name, _ in pairs).items() if count > 1)
        raise errors.Unreadable(f"同一对象中成员 {redaction.quoted(twice)} 出现了两次。请只保留一个。")
    return said


def _no_number(_: str) -> NoReturn:
    raise ValueError("NaN and Infinity are no JSON")


async def shaped(request: Request, taken: Taken) -> None:
    """Holds the body against its type, once for everyone who takes it; 422 with every fault."""
    if taken.media == FORM:
        await _known_fields(request, taken.fields)
    elif taken.body is not None:
        _of_its_type(request, taken.body, required=taken.body_required)
    elif request.state.canonical:
        _nothing_said(request.state.said)


def _of_its_type(request: Request, body: TypeAdapter[Any], *, required: bool) -> None:
    if not request._body:
        if required:
            raise RequestValidationError([{"type": "missing", "loc": ("body",), "msg": "Field required", "input": None}])
        return
    try:
        request._json = body.validate_json(request._body, strict=True)  # what FastAPI finds here it hands on as it is
    except ValidationError as error:
        at_most = problems.faults_at_most(request)
        raise problems.misfit(error.errors(include_url=False), at_most=at_most, within=("body",)) from error


async def _known_fields(request: Request, known: frozenset[str]) -> None:
    """A form's fields are as strict as those of JSON: none unknown, none twice."""
    form = await request.form()
    if any("\x00" in (value if isinstance(value, str) else value.filename or "") for _, value in form.multi_items()):
        await form.close()
        raise errors.Unreadable("表单的值或文件名中有无法保存的字符(NUL)。")
    given = Counter(name for name, _ in form.multi_items())
    told, left_out = _told(sorted(given.keys() - known))
    faults = [errors.Fault("unknown_field", pointer=errors.pointer(name), fix="请删除或改正该字段名。") for name in told]
    twice = sorted(name for name, count in given.items() if name in known and count > 1)
    faults += [errors.Fault("invalid_value", pointer=errors.pointer(name), allowed="只给一次", fix="请只保留一个。") for name in twice]
    if faults:
        await form.close()
        raise errors.Invalid(faults=faults, left_out=left_out)


def _nothing_said(said: Any) -> None:
    """A route without a body takes an empty object, and no field."""
    if isinstance(said, dict):
        told, left_out = _told(list(said))
        faults = [errors.Fault("unknown_field", pointer=errors.pointer(name), fix="请删除或改正该字段名。") for name in told]
    else:
        faults, left_out = [] if said is None else [errors.Fault("invalid_value", pointer="", allowed="对象", fix="请改正该值。")], 0
    if faults:
        raise errors.Invalid(faults=faults, left_out=left_out)


def _told(names: Sequence[str]) -> tuple[list[str], int]:
    """The names of a caller's own that an answer repeats, none at length, and how many it leaves out."""
    return [redaction.quoted(name) for name in names[: problems.FAULTS_AT_MOST]], max(0, len(names) - problems.FAULTS_AT_MOST)
