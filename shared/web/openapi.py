"""What the OpenAPI says of an operation: who may call it with which scope, what its head takes, and its errors with examples."""

from typing import Any

from shared import access, errors, idempotency
from shared.web import problems
from shared.web.operation import REQUIRED, Operation

_ALWAYS: tuple[type[errors.Problem], ...] = (
    errors.UnknownParameter,
    errors.InvalidParameter,
    errors.ServerDateRefused,
    errors.TooManyRequests,
    errors.Internal,
    errors.Overloaded,
    errors.Unavailable,
)
_SIGNED_IN: tuple[type[errors.Problem], ...] = (errors.Unauthenticated, errors.Forbidden, access.WrongRole, access.MissingScope)
_BODY: tuple[type[errors.Problem], ...] = (errors.Unreadable, errors.Invalid, errors.TooLarge, errors.UnsupportedMediaType)
_KEY: tuple[type[errors.Problem], ...] = (errors.IdempotencyKeyReused, errors.RequestInProgress)
_STREAMED = {
    "schema": {"type": "string", "description": "Server-Sent Events:id 为位置,event 为事件种类,data 为一个 Event。"},
    "example": 'id: 4711-9\nevent: class.approved\ndata: {"specversion": "1.0", "type": "class.approved", …}\n\n',
}


def describe(operation: Operation, own: list[type[errors.Problem]], example: Any) -> dict[str, Any]:
    """The arguments that tell FastAPI, and the front end, what a route takes and answers."""
    kinds: list[type[errors.Problem]] = [*_ALWAYS, *own]
    if not operation.public:
        kinds += _SIGNED_IN
    if "{" in operation.path:
        kinds.append(errors.NotFound)
    if operation.method in ("POST", "PATCH", "PUT"):
        kinds += _BODY
    if operation.changes:
        kinds += (errors.Conflict, errors.Contended, errors.Invalid)
    kinds += _preconditions(operation)
    parameters = _headers(operation, kinds)
    by_status: dict[int, list[type[errors.Problem]]] = {}
    for kind in kinds:
        if kind not in by_status.setdefault(kind.status, []):
            by_status[kind.status].append(kind)
    extra: dict[str, Any] = {"x-roles": sorted(operation.may)}
    extra["security"] = [] if operation.public else [{"oauth2": [operation.scope] if operation.scope else []}, {"bearer": []}]
    if operation.streams:
        extra["responses"] = {"200": {"content": {"text/event-stream": _STREAMED}}}
    if operation.media_types:
        extra["responses"] = {"200": {"content": {media_type: {"schema": {"type": "string"}} for media_type in operation.media_types}}}
    if parameters:
        extra["parameters"] = parameters
    if example is not None:
        extra["x-request-example"] = example
    needed = f"system 需要范围 `{operation.scope}`" if operation.scope else "不需要范围"
    described = "任何人可用,无需令牌。" if operation.public else f"可用角色:{'、'.join(sorted(operation.may))};{needed}。"
    return {
        "description": described,
        "openapi_extra": extra,
        "responses": {status: problems.describe_status(status, found) for status, found in sorted(by_status.items())},
    }


def _preconditions(operation: Operation) -> list[type[errors.Problem]]:
    """What the key and the version can be refused with. `If-Match` is honoured by whatever changes a paper, required or not."""
    kinds: list[type[errors.Problem]] = []
    if operation.takes_key:
        kinds += [*_KEY, *([errors.IdempotencyKeyRequired] if operation.takes_key == REQUIRED else [])]
    if operation.if_match or (operation.changes and (operation.method == "PATCH" or "}:" in operation.path)):
        kinds += [errors.StaleVersion, *([errors.PreconditionRequired] if operation.if_match else [])]
    return kinds


def _headers(operation: Operation, kinds: list[type[errors.Problem]]) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    if operation.takes_key:
        found.append(
            {
                "name": "Idempotency-Key",
                "in": "header",
                "required": operation.takes_key == REQUIRED,
                "schema": {"type": "string", "maxLength": idempotency.KEY_LONGEST},
                "description": "同一键重发得到第一次的答复,只生效一次",
            }
        )
    if errors.StaleVersion in kinds:
        what = "读取时的 ETag" if operation.if_match else "读取时的 ETag;带了才核对"
        found.append(
            {"name": "If-Match", "in": "header", "required": operation.if_match, "schema": {"type": "string"}, "description": what}
        )
    return found
