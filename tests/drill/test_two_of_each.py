"""Services are stateless: two processes of each, and every request, between services too, goes to the other one in turn through the real nginx.

A main journey, the races for money, and the end of one of each under callers: what a process kept for itself alone would show here."""

import re
import shutil
import signal
import subprocess
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import httpx
import pytest

from deploy.demo.main_job import Job
from deploy.processes import end
from deploy.stack import SERVICES, free_ports
from tests import people
from tests.faults import test_races
from tests.gateway.routing.upstream import free_port
from tests.journeys import test_main_job
from tests.shared.test_limits import counting_server
from tests.stacks import PATIENT, Forked

pytestmark = pytest.mark.drill
NGINX = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin")
SECOND = "-second"
CALLERS, CALLS = 8, 240

_HEAD = """daemon off; pid {folder}/pid; error_log {folder}/error.log; events {{ worker_connections 2000; }}
http {{
  log_format who '$upstream_addr'; access_log {folder}/access.log who;
  {temporary}
  client_max_body_size 32m; client_body_buffer_size 32m; proxy_read_timeout 120s; proxy_buffering off;
  proxy_http_version 1.1; proxy_set_header Connection ""; proxy_set_header Host $http_host;
"""
_DOOR = """  upstream {name} {{ server 127.0.0.1:{first} fail_timeout=1s; server 127.0.0.1:{second} fail_timeout=1s; keepalive 32; }}
  server {{ listen 127.0.0.1:{door}; location / {{ proxy_pass http://{name}; }} }}
"""


class TwoOfEach(Forked):
    """A system whose services have two processes each; `urls` are nginx's, so that services, too, find one another through it."""

    def __init__(self, folder: Path, **env: str) -> None:
        super().__init__(env={**PATIENT, **env})
        self._folder = folder
        self._doors: dict[str, int] = {}
        while not self._doors or set(self._doors.values()) & set(self.ports.values()):
            self._doors = free_ports()
        while len(self.ports) < 2 * len(SERVICES):
            others = {name + SECOND: port for name, port in free_ports().items()}
            if not set(others.values()) & {*self.ports.values(), *self._doors.values()}:
                self.ports |= others
        self.urls = {name: f"http://127.0.0.1:{port}" for name, port in self._doors.items()}
        self.gateway_url = self.urls["gateway"]

    def answered(self) -> Counter[str]:
        """How many requests each process has been given."""
        by_port = {str(port): name for name, port in self.ports.items()}
        asked = re.findall(r"127\.0\.0\.1:(\d+)", (self._folder / "access.log").read_text())
        return Counter(by_port[port] for port in asked)

    def _bring_up(self) -> None:
        self._held.callback(end, self._nginx(), signal.SIGQUIT, 10)
        super()._bring_up()
        for name in SERVICES:
            self.start(name + SECOND)

    def _nginx(self) -> "subprocess.Popen[bytes]":
        assert NGINX
        temporary = " ".join(f"{kind}_temp_path {self._folder}/{kind};" for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi"))
        doors = [
            _DOOR.format(name=name, first=self.ports[name], second=self.ports[name + SECOND], door=door)
            for name, door in self._doors.items()
        ]
        written = self._folder / "nginx.conf"
        written.write_text(_HEAD.format(folder=self._folder, temporary=temporary) + "".join(doors) + "}\n")
        return subprocess.Popen([NGINX, "-p", self._folder, "-c", written])

    def _command(self, name: str) -> list[str]:
        of = name.removesuffix(SECOND)
        return super()._command(name) if of == name else [*super()._command(of)[:-1], str(self.ports[name])]

    def _environment(self, name: str) -> dict[str, str]:
        return super()._environment(name.removesuffix(SECOND))


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TwoOfEach]:
    server, port, folder = counting_server(), free_port(), tmp_path_factory.mktemp("doors")
    if NGINX is None or server is None:
        pytest.skip("NO NGINX, OR NO VALKEY HERE: two of each service are not tried")
    counts = subprocess.Popen([server, "--port", str(port), "--bind", "127.0.0.1", "--save", "", "--dir", str(folder)], stdout=-3)
    try:
        with TwoOfEach(folder, LIMITS_URI=f"valkey://127.0.0.1:{port}/0", TRUSTED_PROXIES="127.0.0.1") as running:
            yield running
    finally:
        end(counts, signal.SIGTERM, 5)


@pytest.fixture(scope="module")
def job(stack: TwoOfEach) -> Iterator[Job]:
    with Job(stack.gateway_url) as made:
        made.register_the_school()
        yield made


def test_the_main_job_is_done_by_two_of_each_as_by_one(stack: TwoOfEach, job: Job) -> None:
    test_main_job.test_the_main_job(stack, job)
    answered = stack.answered()
    print(dict(answered))
    assert all(answered[name] and answered[name + SECOND] for name in SERVICES)


def test_money_is_spent_once_and_one_key_makes_one_claim_whoever_is_asked(job: Job) -> None:
    job.short_id = test_races.a_class_that_is_over(job)
    test_races.test_64_approvals_at_once_on_a_fund_for_10_approve_exactly_10(job)
    test_races.test_200_repeats_at_once_with_one_key_make_one_claim(job)


def test_a_client_disabled_at_one_is_refused_by_all_within_a_minute(stack: TwoOfEach, job: Job) -> None:
    admin = job.local("admin")
    client = job.client("某单位", "officer")
    assert client.do("GET", "/v1/me", on="2025-05-06")
    admin.do("POST", f"/v1/clients/{client.client_id}:disable", on="2025-05-06")
    asked = {"gateway": "/v1/me", "registry": "/v1/institutions", "subsidy": "/v1/claims"}
    headers = {"Authorization": f"Bearer {client.token}"}
    for name, path in asked.items():
        for process in (name, name + SECOND):
            assert _comes_to_401(f"http://127.0.0.1:{stack.ports[process]}{path}", headers), process


def test_one_of_each_is_killed_under_callers_and_all_they_ask_again_for_is_done_once(stack: TwoOfEach, job: Job) -> None:
    officer = replace(job.officer, patience_seconds=60)

    def write(n: int) -> str:
        if n == CALLS // 4:
            for name in SERVICES:
                stack.kill(name)
        return str(officer.do("POST", "/v1/trainees", on="2025-05-06", json=people.trainee(1000 + n))["id"])

    with ThreadPoolExecutor(CALLERS) as callers:
        made = list(callers.map(write, range(CALLS)))
    assert set(stack.dead()) == set(SERVICES)
    assert len(set(made)) == CALLS
    assert all(officer.do("GET", f"/v1/trainees/{one}", on="2025-05-06")["id"] == one for one in made)
    for name in SERVICES:
        stack.start(name)


def _comes_to_401(url: str, headers: dict[str, str]) -> bool:
    until = time.monotonic() + 60
    while time.monotonic() < until:
        if httpx.get(url, headers=headers, timeout=30).status_code == 401:
            return True
        time.sleep(0.2)
    return False
