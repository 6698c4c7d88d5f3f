"""What the OpenAPI says of every operation: who may call it, its errors with examples, and examples of what goes in and comes out."""

from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

from shared import access, county, errors, idempotency, privacy
from shared.web import problems
from shared.web.operation import REQUIRED, Operation

_ALWAYS: tuple[type[errors.Problem], ...] = (
    errors.UnknownParameter,
    errors.InvalidParameter,
    errors.ServerDateRefused,
    errors.Internal,
    errors.Overloaded,
    errors.Unavailable,
)
_SIGNED_IN: tuple[type[errors.Problem], ...] = (errors.Unauthenticated, errors.Forbidden, access.WrongRole, access.MissingScope)
_BODY: tuple[type[errors.Problem], ...] = (errors.Unreadable, errors.Invalid, errors.TooLarge, errors.UnsupportedMediaType)
DEEPEST_EXAMPLE = 24  # references and choices count as well
_KEY: tuple[type[errors.Problem], ...] = (errors.IdempotencyKeyReused, errors.RequestInProgress)

PROBLEM = {
    "type": "object",
    "description": "RFC 9457",
    "required": ["type", "title", "status", "code", "detail", "instance", "request_id", "retryable"],
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "code": {"type": "string"},
        "detail": {"type": "string"},
        "instance": {"type": "string"},
        "request_id": {"type": "string"},
        "retryable": {"type": "boolean"},
        "existing_id": {"type": "string"},
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["code"],
                "properties": {
                    **{name: {"type": "string"} for name in ("code", "pointer", "parameter", "seen", "allowed", "fix")},
                    "basis": {"type": "object", "properties": {"document": {"type": "string"}, "clause": {"type": "string"}}},
                },
            },
        },
    },
}

_HERE = county.here()
_WORDS: dict[str, Any] = {
    "name": "杨秀英",
    "phone": "138****1234",
    "id_number": privacy.mask_number(_HERE.examples.id_number),
    "bank_account": "6217***********4321",
    "region_code": _HERE.examples.region_code,
    "uscc": "91110000600037341L",
    "number": f"{_HERE.series('PX')}-2025-000123",
    "title": "短平快农业种植养殖培训",
    "detail": "开班当日 66 周岁",
    "code": "age_above_limit",
    "reason": "材料不全,请补充签到表。",
    "comment": "同意",
    "next_cursor": None,
    "document": "示例〔2025〕1号",
    "clause": "附件4 二(二)",
    "status": "draft",
    "version": 1,
    "limit": 50,
    "total": 1,
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
        kinds += (errors.Conflict, errors.Invalid)
    kinds += _preconditions(operation)
    parameters = _headers(operation, kinds)
    by_status: dict[int, list[type[errors.Problem]]] = {}
    for kind in kinds:
        if kind not in by_status.setdefault(kind.status, []):
            by_status[kind.status].append(kind)
    extra: dict[str, Any] = {"x-roles": sorted(operation.may)}
    if not operation.public:
        extra["security"] = [{"oauth2": [operation.scope] if operation.scope else []}, {"bearer": []}]
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


def install(app: FastAPI) -> None:
    """Completes FastAPI's document: our problem schema, security schemes, and an example for every body."""

    def made() -> dict[str, Any]:
        if app.openapi_schema is None:
            document = get_openapi(title=app.title, version=app.version, description=app.description, routes=app.routes)
            complete(document)
            app.openapi_schema = document
        return app.openapi_schema

    app.openapi = made  # type: ignore[method-assign]


def complete(document: dict[str, Any]) -> None:
    components = document.setdefault("components", {})
    schemas = components.setdefault("schemas", {})
    for unused in ("HTTPValidationError", "ValidationError"):
        schemas.pop(unused, None)
    schemas["Problem"] = PROBLEM
    components["securitySchemes"] = {
        "oauth2": {"type": "oauth2", "flows": {"clientCredentials": {"tokenUrl": "/oauth2/token", "scopes": {}}}},
        "bearer": {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"},
    }
    for methods in document.get("paths", {}).values():
        for described in methods.values():
            _exemplify(described, schemas)


def _exemplify(described: dict[str, Any], schemas: dict[str, Any]) -> None:
    given = described.pop("x-request-example", None)
    responses = described.get("responses", {})
    if "HTTPValidationError" in str(responses.get("422", "")):
        responses.pop("422")
    for media in described.get("requestBody", {}).get("content", {}).values():
        media.setdefault("example", given if given is not None else example(media.get("schema", {}), schemas))
    for status, response in responses.items():
        if status.startswith("2"):
            for media in response.get("content", {}).values():
                media.setdefault("example", example(media.get("schema", {}), schemas))


def example(schema: dict[str, Any], schemas: dict[str, Any], name: str = "", depth: int = 0) -> Any:
    """An example that fits a schema: its own where it states one, else built from its parts."""
    if depth > DEEPEST_EXAMPLE:
        return None
    if reference := schema.get("$ref"):
        return example(schemas.get(reference.rsplit("/", 1)[-1], {}), schemas, name, depth + 1)
    for stated in ("examples", "enum"):
        if schema.get(stated):
            return schema[stated][0]
    if "const" in schema:
        return schema["const"]
    if "default" in schema and schema["default"] is not None:
        return schema["default"]
    for choice in ("anyOf", "oneOf", "allOf"):
        if options := [option for option in schema.get(choice, []) if option.get("type") != "null"]:
            return example(options[0], schemas, name, depth + 1)
    return _of_type(schema, schemas, name, depth)


def _of_type(schema: dict[str, Any], schemas: dict[str, Any], name: str, depth: int) -> Any:
    match schema.get("type"):
        case "object":
            return {key: example(value, schemas, key, depth + 1) for key, value in schema.get("properties", {}).items()}
        case "array":
            return [example(schema.get("items", {}), schemas, name.removesuffix("s"), depth + 1)]
        case "integer" | "number":
            return schema.get("minimum", 1)
        case "boolean":
            return True
        case "string":
            formats = {
                "uuid": "01932f6e-7c1a-7000-8000-000000000001",
                "date": "2025-04-08",
                "date-time": "2025-04-10T09:00:00+08:00",
                "binary": "(文件)",
            }
            return formats.get(schema.get("format", ""), _WORDS.get(name, "示例"))
    return _WORDS.get(name)
