"""What a process says of its requests and of itself: one writer, no number of any person, and no trace that is none."""

import logging
import warnings
from typing import Any

import orjson
import pytest

from shared import telemetry
from tests.conftest import Service
from tests.shared.web.conftest import papers  # noqa: F401

ID, PHONE = "522601199003070025", "13812341234"
TRACE = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"
NO_TRACES = {
    "words": f"Bearer {ID}",
    "a number": ID,
    "a short id": "00-4bf92f3577b34da6-00f067aa0ba902b7-01",
    "capitals": TRACE.upper(),
    "the version that is none": TRACE.replace("00-", "ff-", 1),
    "a trace of noughts": f"00-{'0' * 32}-00f067aa0ba902b7-01",
    "a span of noughts": f"00-4bf92f3577b34da6a3ce929d0e0e4736-{'0' * 16}-01",
    "more after it": f"{TRACE}-{PHONE}",
    "a number as an id": f"00-{ID:0>32}-00f067aa0ba902b7-01",
}


def test_a_trace_is_believed() -> None:
    headers = [(b"host", b"a"), (b"traceparent", TRACE.encode()), (b"tracestate", b"a=1")]
    assert telemetry.believed(headers) is headers


@pytest.mark.parametrize("said", NO_TRACES.values(), ids=NO_TRACES)
def test_what_is_no_trace_is_dropped_with_its_state(said: str) -> None:
    headers = [(b"host", b"a"), (b"traceparent", said.encode()), (b"tracestate", b"a=1")]
    assert telemetry.believed(headers) == [(b"host", b"a")]


def test_two_traces_are_none() -> None:
    assert telemetry.believed([(b"traceparent", TRACE.encode())] * 2) == []


@pytest.mark.parametrize("said", [TRACE, NO_TRACES["a number"]])
async def test_the_line_of_a_request_names_its_trace_and_no_number(
    papers: Service,  # noqa: F811
    said: str,
    capsys: pytest.CaptureFixture[str],
) -> None:
    await papers.as_("officer").request(f"X{PHONE}", f"/v1/papers/{ID}?q={PHONE}", headers={"traceparent": said, "X-Request-Id": PHONE})
    line = orjson.loads(capsys.readouterr().out.splitlines()[-1])
    assert (line["traceparent"], line["path"], line["method"]) == (
        said if said == TRACE else None,
        "/v1/papers/5226**********0025",
        "X138****1234",
    )
    metrics = (await papers.as_("public").get("/metrics")).text
    assert 'method="other"' in metrics and PHONE not in metrics and ID not in metrics


def test_whatever_a_process_says_is_one_masked_line(capsys: pytest.CaptureFixture[str]) -> None:
    server = logging.getLogger("uvicorn.error")
    server.addHandler(logging.StreamHandler())
    server.setLevel(logging.NOTSET)
    logging.captureWarnings(False)
    telemetry.configure("papers", "info")
    try:
        raise ValueError(f"no row for {ID}")
    except ValueError as error:
        telemetry.log.error("unforeseen", exc_info=error, rows=[{"phone": PHONE}, int(ID)])
        server.error("Exception in ASGI application %s", PHONE, exc_info=error)
        logging.getLogger("some.library").warning("asked for %s", ID)
        with warnings.catch_warnings(action="always"):
            warnings.showwarning(UserWarning(f"old number {ID}"), UserWarning, __file__, 1)
    said = capsys.readouterr()
    lines: list[dict[str, Any]] = [orjson.loads(line) for line in said.out.splitlines()]
    assert [line["event"] for line in lines] == ["unforeseen", "uvicorn.error", "some.library", "py.warnings"] and said.err == ""
    assert lines[0]["rows"] == [{"phone": "138****1234"}, "5226**********0025"]
    assert "5226**********0025" in lines[0]["exception"] and ID not in said.out and PHONE not in said.out


@pytest.mark.parametrize(
    ("path", "query", "headers", "unfit"),
    [
        ("/v1/papers", b"limit=5", [(b"host", b"a.test"), (b"tracestate", b"a=1"), (b"authorization", ID.encode())], False),
        (f"/v1/papers/{ID}", b"", [], True),
        ("/v1/papers", f"q={PHONE}".encode(), [], True),
        ("/v1/papers", b"q=%EF%BC%91%EF%BC%93812341234", [], True),
        ("/v1/papers", b"", [(b"host", f"{PHONE}.test".encode())], True),
        ("/v1/papers", b"", [(b"tracestate", f"a={ID}".encode())], True),
    ],
)
def test_a_request_whose_words_hold_a_number_leaves_no_span(path: str, query: bytes, headers: Any, unfit: bool) -> None:
    scope = {"type": "http", "method": "GET", "path": path, "query_string": query, "headers": headers}
    assert telemetry.unfit_for_a_span(scope) is unfit
