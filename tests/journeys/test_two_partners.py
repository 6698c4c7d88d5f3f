"""Two partner offices with the same words for their own things: each hears, in its feed and by webhook, and finds what is its own, and nothing of the other's."""

import json
import threading
from collections import defaultdict
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from deploy.demo.main_job import Job, Person
from deploy.stack import Stack
from tests import people
from tests.eastwest.neighbours import order
from tests.journeys.conftest import changes_of, until

ON, FIRST = "2025-05-20", 7_740_000


class Posted(BaseHTTPRequestHandler):
    """Keeps whose event came to which path."""

    came: dict[str, list[tuple[str, str]]]

    def do_POST(self) -> None:
        event = json.loads(self.rfile.read(int(self.headers["content-length"])))
        self.came[self.path].append((event["type"], event["subject"]))
        self.send_response(204)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Nothing."""


@pytest.fixture
def receiver() -> Iterator[ThreadingHTTPServer]:
    Posted.came = defaultdict(list)
    with ThreadingHTTPServer(("127.0.0.1", 0), Posted) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server
        server.shutdown()


def test_each_of_two_offices_hears_and_finds_its_own_alone(stack: Stack, receiver: ThreadingHTTPServer) -> None:
    with Job(stack.gateway_url, patience_seconds=60) as job:
        own: dict[str, set[tuple[str, str]]] = {}
        offices: dict[str, Person] = {}
        for n, name in enumerate(("/one", "/two")):
            office = offices[name] = job.client(f"协作办{name}", "partner")
            hook = {"url": f"http://127.0.0.1:{receiver.server_port}{name}"}
            office.do("POST", "/v1/webhook-endpoints", on=ON, json=hook)
            ordered = office.do("POST", "/v1/orders", on=ON, json=order("SAME"))["id"]
            trainee = job.officer.do("POST", "/v1/trainees", on=ON, json=people.trainee(FIRST + n))["id"]
            placed = office.do("POST", "/v1/placements", on=ON, json={"order_id": ordered, "trainee_id": trainee})["id"]
            own[name] = {("order.entered", ordered), ("placement.entered", placed)}
        until(lambda: all(len(Posted.came[name]) >= 2 for name in own))
        assert {name: set(came) for name, came in Posted.came.items()} == own
        for name, office in offices.items():
            other = own["/two" if name == "/one" else "/one"]
            assert [changes_of(office, subject) for _, subject in sorted(own[name])] == [["order.entered"], ["placement.entered"]]
            assert [changes_of(office, subject) for _, subject in other] == [[], []]
            found = [each["id"] for noun in ("orders", "placements") for each in office.do("GET", f"/v1/{noun}", on=ON)["items"]]
            assert set(found) == {subject for _, subject in own[name]}
