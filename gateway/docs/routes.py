"""The merged `/openapi.json`, and `/docs`: Swagger UI from an installed package, so that it works without the internet."""

from importlib.util import find_spec
from pathlib import Path
from typing import Any

import orjson
from fastapi import APIRouter, FastAPI, Request, Response
from fastapi.responses import FileResponse, RedirectResponse

from gateway.clients import KnownOf
from gateway.docs.operations import merge
from shared import errors, web

_HERE = Path(__file__).parent
_PACKAGE = find_spec("fastapi_offline")
_SWAGGER_UI = Path(_PACKAGE.origin).parent / "static" if _PACKAGE and _PACKAGE.origin else _HERE
_FILES: dict[str, tuple[Path, str]] = {
    "start.js": (_HERE / "start.js", "text/javascript"),
    "swagger-ui-bundle.js": (_SWAGGER_UI / "swagger-ui-bundle.js", "text/javascript"),
    "swagger-ui.css": (_SWAGGER_UI / "swagger-ui.css", "text/css"),
    "favicon.png": (_SWAGGER_UI / "favicon.png", "image/png"),
}
_ONLY_FROM_HERE = {
    "Content-Security-Policy": "default-src 'self'; img-src 'self' data:; style-src 'self' 'unsafe-inline'; frame-ancestors 'none'"
}

router = APIRouter(include_in_schema=False)


@router.get("/")
async def landing() -> Response:
    return RedirectResponse("/docs")


@router.get("/docs")
async def page() -> Response:
    return FileResponse(_HERE / "page.html", media_type="text/html", headers=_ONLY_FROM_HERE)


@router.get("/docs/{name}")
async def file(name: str) -> Response:
    if name not in _FILES:
        raise errors.NotFound()
    path, media_type = _FILES[name]
    return FileResponse(path, media_type=media_type, headers={"Cache-Control": "public, max-age=3600"})


@router.get("/openapi.json")
async def document(request: Request, remembered: KnownOf) -> Response:
    """A service that has not been reachable since the gateway started is named in `x-missing`."""
    kernel: web.Kernel = request.app.state.kernel
    documents = await remembered.documents.get(kernel, kernel.own_call())
    app: FastAPI = request.app
    merged: dict[str, Any] = merge(app.openapi(), documents)
    if missing := sorted(set(kernel.neighbours) - set(documents)):
        merged["x-missing"] = missing
    return Response(orjson.dumps(merged), media_type="application/json")
