"""`/verify`: the page to which the code on a certificate leads. The name goes in the body of a form, never in an address."""

from typing import Annotated, Final

from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import HTMLResponse

from gateway.pages import reading as pages
from gateway.verification import clients, reading
from shared import access, clock, errors, redaction, web

HEADERS: Final = {"Content-Security-Policy": pages.UNSCRIPTED, "Referrer-Policy": "no-referrer", "Cache-Control": "no-store"}
ANY_LENGTH: Final = 200  # of what is shown again in the form; what is longer is no number and no name

router = APIRouter(include_in_schema=False)


@router.get("/verify")
async def form(number: Annotated[str, Query()] = "") -> Response:
    """The code on a certificate fills the number in. One that holds a person's number stands in no address, so in no code either."""
    return HTMLResponse(reading.page("" if redaction.names_citizen(number) else number[:ANY_LENGTH]), headers=HEADERS)


@router.post("/verify")
async def verify(request: Request) -> Response:
    """A number that nobody has, a name that is not its holder's, and what is neither number nor name are answered alike."""
    async with request.form(max_files=0, max_fields=10) as said:
        number, name = (str(said.get(field, ""))[:ANY_LENGTH] for field in ("number", "name"))
    kernel: web.Kernel = request.app.state.kernel
    status, waiting = 200, {}
    try:
        answer = reading.answered(await clients.verify(kernel, _call(request), number, name))
    except errors.Problem as refused:
        match refused.status:
            case 422:
                answer = reading.not_found()
            case 429:
                status, answer, waiting = 429, reading.unanswered("核验过于频繁", refused.detail), {"Retry-After": "60"}
            case _:
                status, answer = 503, reading.unanswered("暂时无法核验", "请稍后再试。")
    return HTMLResponse(reading.page(number, redaction.redact(name), answer), status, HEADERS | waiting)


def _call(request: Request) -> access.Call:
    """Of anyone."""
    state, origin = request.state, request.client.host if request.client else None
    return access.Call(
        access.ANYONE, clock.now(), state.request_id, request.headers.get("traceparent"), origin, deadline=getattr(state, "deadline", None)
    )
