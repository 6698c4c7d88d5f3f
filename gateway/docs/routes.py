"""The merged `/openapi.json`, and `/docs`: Swagger UI from an installed package and the guides, so that all of it works without the internet."""

from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Annotated, Any

import orjson
from fastapi import APIRouter, FastAPI, Query, Request, Response

from gateway.clients import KnownOf
from gateway.docs import reading
from gateway.docs.operations import about, merge, nouns
from gateway.pages import reading as pages
from shared import errors, web
from shared.web import documents

_HERE = Path(__file__).parent
_PACKAGE = find_spec("fastapi_offline")
_SWAGGER_UI = Path(_PACKAGE.origin).parent / "static" if _PACKAGE and _PACKAGE.origin else _HERE
_FILES: dict[str, Path] = {
    path.name: path
    for path in (_HERE / "start.js", _HERE / "guides.css", *(_SWAGGER_UI / name for name in ("swagger-ui-bundle.js", "swagger-ui.css")))
}
_ONLY_FROM_HERE = (
    "default-src 'self'; img-src 'self' data:; style-src 'self' 'unsafe-inline'; frame-ancestors 'none'"  # as Swagger UI is made
)

router = APIRouter(include_in_schema=False)


@router.get("/docs")
async def page(request: Request) -> Response:
    return pages.file(_HERE / "page.html", _ONLY_FROM_HERE).answer(request)


@router.get("/docs/{name}")
async def file(name: str, request: Request) -> Response:
    if name in reading.GUIDES:
        return pages.page(reading.guide(name), _ONLY_FROM_HERE).answer(request)
    if name not in _FILES:
        raise errors.NotFound()
    return pages.file(_FILES[name]).answer(request)


@router.get("/openapi.json")
async def document(request: Request, remembered: KnownOf, noun: Annotated[str | None, Query()] = None) -> Response:
    """Merged anew only where a service's document has changed. A service that has not been reachable since the gateway started is named in `x-missing`.
    `noun`: only what is about claims, classes, …"""
    app: FastAPI = request.app
    kernel: web.Kernel = app.state.kernel
    found = dict(await remembered.documents.get(kernel, kernel.own_call()))
    made: Made | None = getattr(app.state, "document", None)
    if made is None or made.of != found:
        missing = sorted(kernel.neighbours.keys() - found.keys())
        made = app.state.document = Made(found, merge(app.openapi(), found) | ({"x-missing": missing} if missing else {}), {})
    return made.part(noun).answer(request)


@dataclass(frozen=True)
class Made:
    """The document, of what it was merged, and the parts of it that have been asked for, ready to be sent."""

    of: dict[str, Any]
    whole: dict[str, Any]
    sent: dict[str | None, documents.Sent]

    def part(self, noun: str | None) -> documents.Sent:
        if noun not in self.sent:
            if noun is not None and noun not in nouns(self.whole):
                raise errors.InvalidParameter(f"没有这一类事项:{noun[:40]}。可用:{'、'.join(nouns(self.whole))}。", parameter="noun")
            self.sent[noun] = documents.Sent(orjson.dumps(self.whole if noun is None else about(self.whole, noun)))
        return self.sent[noun]
