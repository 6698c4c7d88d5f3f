"""Traces of a whole system at a collector: one request is one trace through every service that it reached, and no number of a person is in any span."""

import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from deploy.demo.main_job import Job
from tests import people
from tests.stacks import patient

pytestmark = pytest.mark.drill
ON = "2025-04-01"


class Collector(BaseHTTPRequestHandler):
    received: list[bytes] = []

    def do_POST(self) -> None:
        self.received.append(self.rfile.read(int(self.headers["Content-Length"])))
        self.send_response(200)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def collector() -> Iterator[str]:
    with ThreadingHTTPServer(("127.0.0.1", 0), Collector) as server:  # one at a time, the busiest service would keep the others out
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


def _traces() -> dict[bytes, set[str]]:
    """By trace, the services that it went through."""
    found: dict[bytes, set[str]] = {}
    for body in Collector.received:
        for resource in ExportTraceServiceRequest.FromString(body).resource_spans:
            (service,) = (each.value.string_value for each in resource.resource.attributes if each.key == "service.name")
            for span in (span for scope in resource.scope_spans for span in scope.spans):
                found.setdefault(span.trace_id, set()).add(service)
    return found


def test_one_request_is_one_trace_and_no_span_has_a_number(collector: str) -> None:
    with patient(OTEL_EXPORTER_OTLP_ENDPOINT=collector, OTEL_BSP_SCHEDULE_DELAY="200") as stack, Job(stack.gateway_url) as job:
        said = people.trainee(1)
        made = job.officer.do("POST", "/v1/trainees", on=ON, json=said)
        job.officer.ask("GET", f"/v1/trainees?q={said['id_number']}", on=ON)
        until = time.monotonic() + 60
        while time.monotonic() < until and not any(len(services) == 5 for services in _traces().values()):
            job.officer.do("GET", f"/v1/trainees/{made['id']}/overview", on=ON)  # of a busy neighbour a page may do without
            time.sleep(0.5)
    assert {"gateway", "registry", "subsidy", "evaluation", "eastwest"} in _traces().values()
    together = b"".join(Collector.received)
    assert said["id_number"].encode() not in together and said["phone"].encode() not in together
