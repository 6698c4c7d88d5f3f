"""`/verify`: the page to which the code on a certificate leads, and `/verify/complaint` for a paper that does not verify. What people write goes in the body
of a form, never in an address."""

from typing import Annotated, Final

from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import HTMLResponse

from gateway.pages import reading as pages
from gateway.verification import clients, reading
from shared import access, clock, errors, redaction, web

HEADERS: Final = {"Content-Security-Policy": pages.UNSCRIPTED, "Referrer-Policy": "no-referrer", "Cache-Control": "no-store"}
ANY_LENGTH: Final = 200  # of what is shown again in the form; what is longer is no number and no name
GIVEN: Final = {"number": ANY_LENGTH, "issuer": ANY_LENGTH, "text": 1000, "name": 100, "contact": ANY_LENGTH}

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


@router.get("/verify/complaint")
async def complaint_form() -> Response:
    return HTMLResponse(reading.complaint(dict.fromkeys(GIVEN, "")), headers=HEADERS)


@router.post("/verify/complaint")
async def complain(request: Request) -> Response:
    """Taken whatever stands on the paper: whether a register has it is not told here."""
    async with request.form(max_files=0, max_fields=10) as said:
        given = {field: str(said.get(field, "")).strip()[:longest] for field, longest in GIVEN.items()}
    subject = {"kind": "certificate", "number": given["number"], "issuer": given["issuer"] or None}
    body = {"subject": subject, "text": given["text"], "name": given["name"] or None, "contact": given["contact"] or None}
    status, waiting = 200, {}
    try:
        answer, given = reading.received(await clients.complain(request.app.state.kernel, _call(request), body)), dict.fromkeys(GIVEN, "")
    except errors.Problem as refused:
        match refused.status:
            case 422:
                status, answer = 422, reading.unanswered("没有收下", "编号和内容须填写;发证机构、姓名、联系方式中不要写证件号码。")
            case 429:
                status, answer, waiting = 429, reading.unanswered("投诉过于频繁", refused.detail), {"Retry-After": "60"}
            case _:
                status, answer = 503, reading.unanswered("暂时无法投诉", "请稍后再试。")
    return HTMLResponse(
        reading.complaint({name: redaction.redact(value) for name, value in given.items()}, answer), status, HEADERS | waiting
    )


def _call(request: Request) -> access.Call:
    """Of anyone."""
    state, origin = request.state, request.client.host if request.client else None
    return access.Call(
        access.ANYONE, clock.now(), state.request_id, request.headers.get("traceparent"), origin, deadline=getattr(state, "deadline", None)
    )
