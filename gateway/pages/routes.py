"""The pages that people look at: the board `/`, the desk, notices, the partner's; and the files they are made of. They speak the public API alone."""

from collections.abc import Callable, Coroutine
from typing import Any, Final

from fastapi import APIRouter, Request, Response

from gateway.pages import reading
from shared import errors

PAGES: Final = {
    "/": ("看板", "board.js"),
    "/desk": ("办事", "desk.js"),
    "/partner": ("协作方", "partner.js"),
    "/briefing": ("会议一页纸", "briefing.js"),
    "/notices": ("公示", "notices.js"),
    "/signed-in": ("登录", "signed-in.js"),
}

METHODS: Final = ["GET", "HEAD"]
router = APIRouter(include_in_schema=False)


@router.api_route("/pages/{name}", methods=METHODS)
async def file(name: str, request: Request) -> Response:
    if name not in reading.FILES:
        raise errors.NotFound()
    return reading.file(reading.FILES[name]).answer(request)


def _at(path: str, title: str, script: str) -> Callable[[Request], Coroutine[Any, Any, Response]]:
    async def page(request: Request) -> Response:
        return reading.page(reading.scripted(path, title, script)).answer(request)

    return page


for _path, (_title, _script) in PAGES.items():
    router.add_api_route(_path, _at(_path, _title, _script), methods=METHODS)
