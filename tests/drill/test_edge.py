"""The real nginx and the real Caddy, each with its configuration of deploy/edge, before a whole system: TLS, the caller's true address, streams, and an answer when the gateway is gone."""

import shutil
import signal
import ssl
import subprocess
import time
import uuid
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

import httpx
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from deploy.stack import Stack, free_ports
from tests import people
from tests.stacks import patient

pytestmark = pytest.mark.drill
EDGE = Path(__file__).parents[2] / "deploy/edge"


def _certificate(folder: Path) -> None:
    key, now = ec.generate_private_key(ec.SECP256R1()), datetime.now(UTC)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    made = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key()).serial_number(1)
    made = made.not_valid_before(now - timedelta(days=1)).not_valid_after(now + timedelta(days=1))
    made = made.add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False)
    (folder / "fullchain.pem").write_bytes(made.sign(key, hashes.SHA256()).public_bytes(Encoding.PEM))
    (folder / "key.pem").write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))


@pytest.fixture(scope="module")
def stack() -> Iterator[Stack]:
    with patient(TRUSTED_PROXIES="127.0.0.1") as running:
        yield running


def _nginx(program: str, folder: Path, plain: int, secure: int, gateway: int) -> list[str]:
    text = _here(
        "nginx.conf",
        ("listen 80;", f"listen 127.0.0.1:{plain};"),
        ("listen 443 ssl http2;", f"listen 127.0.0.1:{secure} ssl http2;"),
        ("127.0.0.1:8000", f"127.0.0.1:{gateway}"),
        ("skills.example.gov.cn", "127.0.0.1"),
        ("/etc/nginx/tls", str(folder)),
        ("/var/log/nginx", str(folder)),
    )
    temporary = "".join(f"{kind}_temp_path {folder}/{kind};\n" for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi"))
    (folder / "nginx.conf").write_text(f"pid {folder}/pid;\ndaemon off;\n{text.replace('http {', 'http {' + chr(10) + temporary, 1)}")
    return [program, "-p", str(folder), "-c", str(folder / "nginx.conf")]


def _caddy(program: str, folder: Path, plain: int, secure: int, gateway: int) -> list[str]:
    text = _here(
        "Caddyfile",
        ("{\n\tservers {", f"{{\n\tadmin off\n\thttp_port {plain}\n\thttps_port {secure}\n\tservers {{"),
        ("skills.example.gov.cn {", f"127.0.0.1 {{\n\tbind 127.0.0.1\n\ttls {folder}/fullchain.pem {folder}/key.pem"),
        ("127.0.0.1:8000", f"127.0.0.1:{gateway}"),
    )
    (folder / "Caddyfile").write_text(text)
    return [program, "run", "--config", str(folder / "Caddyfile"), "--adapter", "caddyfile"]


def _here(name: str, *changes: tuple[str, str]) -> str:
    """The configuration with what differs between a server and this machine."""
    text = (EDGE / name).read_text()
    for of_production, here in changes:
        assert of_production in text, of_production
        text = text.replace(of_production, here)
    return text


SERVERS = {"nginx": _nginx, "caddy": _caddy}


@pytest.fixture(scope="module", params=SERVERS)
def edge(stack: Stack, tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest) -> Iterator[httpx.Client]:
    name: str = request.param
    program = shutil.which(name) or shutil.which(name, path="/usr/sbin")
    if program is None:
        pytest.skip(f"{name} is not installed here: its configuration of deploy/edge is not tried")
    folder = tmp_path_factory.mktemp("edge")
    _certificate(folder)
    ports = free_ports()
    plain, secure = ports["registry"], ports["subsidy"]
    keeps = {"PATH": "/usr/bin:/bin", "HOME": str(folder)}
    running = subprocess.Popen(SERVERS[name](program, folder, plain, secure, stack.ports["gateway"]), env=keeps)
    trusted = ssl.create_default_context(cafile=folder / "fullchain.pem")
    try:
        with httpx.Client(base_url=f"https://127.0.0.1:{secure}", verify=trusted, timeout=60) as client:
            client.headers["X-Plain"] = str(plain)
            until = time.monotonic() + 30
            while time.monotonic() < until:
                try:
                    if client.get("/livez").status_code == 200:
                        break
                except httpx.ConnectError:
                    time.sleep(0.1)
            yield client
    finally:
        running.send_signal(signal.SIGTERM)
        running.wait(10)


def _token(client: httpx.Client, role: str) -> dict[str, str]:
    made = client.post("/oauth2/token", data={"grant_type": "client_credentials"}, auth=(f"local-{role}",) * 2)
    return {"Authorization": f"Bearer {made.json()['access_token']}"}


def test_plain_http_is_led_to_tls_which_is_remembered(edge: httpx.Client) -> None:
    led = httpx.get(f"http://127.0.0.1:{edge.headers['X-Plain']}/v1/codes?a=1")
    assert (led.status_code, led.headers["location"].replace(f":{edge.base_url.port}", "")) == (308, "https://127.0.0.1/v1/codes?a=1")
    assert edge.get("/livez").headers["strict-transport-security"].startswith("max-age=")


def test_the_trail_has_the_callers_address_and_not_what_he_says_of_himself(edge: httpx.Client) -> None:
    lying = {"X-Forwarded-For": "203.0.113.9", "X-Forwarded-By": "registry", "Idempotency-Key": str(uuid.uuid4())}
    made = edge.post("/v1/trainees", json=people.trainee(edge.base_url.port or 1), headers=_token(edge, "officer") | lying)
    assert made.status_code == 201
    trail = edge.get(f"/v1/audit?subject={made.json()['id']}", headers=_token(edge, "auditor")).json()["items"]
    assert [entry["origin"] for entry in trail] == ["127.0.0.1"]


def test_metrics_stay_inside_and_what_is_too_large_is_refused_at_the_edge(edge: httpx.Client) -> None:
    assert edge.get("/metrics").status_code == 404
    assert edge.post("/v1/files", content=b"x" * (22 * 1024 * 1024), headers=_token(edge, "officer")).status_code == 413


def test_a_stream_is_passed_on_as_it_comes(edge: httpx.Client) -> None:
    headers = _token(edge, "admin") | {"Accept": "text/event-stream"}
    began = time.monotonic()
    with edge.stream("GET", "/v1/changes", headers=headers) as streamed:
        first = next(streamed.iter_raw())
    assert first and time.monotonic() - began < 14  # sooner than the first sign of life would fill a buffer


def test_a_gateway_that_is_gone_is_a_problem_with_a_time_to_come_again(edge: httpx.Client, stack: Stack) -> None:
    stack.kill("gateway")
    try:
        gone = edge.get("/v1/codes")
        assert (gone.status_code, gone.headers["content-type"], gone.headers["retry-after"]) == (503, "application/problem+json", "5")
        assert (gone.json()["code"], gone.json()["retryable"]) == ("unavailable", True)
    finally:
        stack.start("gateway")
    assert edge.get("/v1/codes").status_code == 200
