"""The merged `/openapi.json`, and `/docs`: Swagger UI from an installed package and the guides, so that all of it works without the internet."""

from importlib.util import find_spec
from pathlib import Path

from fastapi import APIRouter, FastAPI, Request, Response
from fastapi.responses import FileResponse, HTMLResponse, RedirectResponse

from gateway.clients import KnownOf
from gateway.docs import reading
from gateway.docs.operations import merge
from shared import errors, web
from shared.web import documents

_HERE = Path(__file__).parent
_PACKAGE = find_spec("fastapi_offline")
_SWAGGER_UI = Path(_PACKAGE.origin).parent / "static" if _PACKAGE and _PACKAGE.origin else _HERE
_FILES: dict[str, tuple[Path, str]] = {
    "start.js": (_HERE / "start.js", "text/javascript"),
    "guides.css": (_HERE / "guides.css", "text/css"),
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
    if name in reading.GUIDES:
        return HTMLResponse(reading.guide(name), headers=_ONLY_FROM_HERE)
    if name not in _FILES:
        raise errors.NotFound()
    path, media_type = _FILES[name]
    return FileResponse(path, media_type=media_type, headers={"Cache-Control": "public, max-age=3600"})


@router.get("/openapi.json")
async def document(request: Request, remembered: KnownOf) -> Response:
    """Merged anew only where a service's document has changed. A service that has not been reachable since the gateway started is named in `x-missing`."""
    app: FastAPI = request.app
    kernel: web.Kernel = app.state.kernel
    found = dict(await remembered.documents.get(kernel, kernel.own_call()))
    made_of, sent = getattr(app.state, "document", (None, None))
    if sent is None or made_of != found:
        missing = sorted(kernel.neighbours.keys() - found.keys())
        sent = documents.Sent(merge(app.openapi(), found) | ({"x-missing": missing} if missing else {}))
        app.state.document = found, sent
    return sent.answer(request)
