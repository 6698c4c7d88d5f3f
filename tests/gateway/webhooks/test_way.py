"""Where a delivery really goes: each address is judged when it is connected to, over real sockets; only what names mean is the test's own."""

import socket
from collections.abc import Iterator
from ipaddress import ip_address, ip_network
from typing import Any

import aiohttp
import psutil
import pytest
import uvloop

from gateway.settings import Settings
from gateway.webhooks import policy
from gateway.webhooks.deliveries.job import Way
from tests.conftest import settings
from tests.gateway.routing.upstream import serving

NAME = "hooks.example.gov.cn"


class Hook:
    def __init__(self) -> None:
        self.hosts: list[str] = []

    async def __call__(self, scope: Any, _: Any, send: Any) -> None:
        self.hosts.append(dict(scope["headers"])[b"host"].decode())
        await send({"type": "http.response.start", "status": 204, "headers": []})
        await send({"type": "http.response.body", "body": b""})


def means(monkeypatch: pytest.MonkeyPatch, *addresses: str) -> None:
    """What a look-up of NAME finds, one after another; the last for good."""
    answers, real = list(addresses), uvloop.Loop.getaddrinfo

    async def found(loop: uvloop.Loop, host: Any, port: Any, **options: Any) -> Any:
        if host == NAME:
            host = answers.pop(0) if len(answers) > 1 else answers[0]
        return await real(loop, host, port, **options)

    monkeypatch.setattr(uvloop.Loop, "getaddrinfo", found)


async def posts(way: Way, url: str) -> int | None:
    async with way.client() as http:
        try:
            async with http.post(url, data=b"{}", allow_redirects=False) as answer:
                return answer.status
        except aiohttp.ClientError:
            return None


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "127.1", "2130706433", "0x7f.1", "0", "[::ffff:127.0.0.1]", NAME])
async def test_nothing_of_this_machine_is_reached_however_it_is_written(host: str, monkeypatch: pytest.MonkeyPatch) -> None:
    means(monkeypatch, "127.0.0.1")
    hook, anywhere = Hook(), policy.Reach(networks=(ip_network("0.0.0.0/0"), ip_network("::/0")))
    async with serving(hook) as url:
        port = url.rpartition(":")[2]
        assert await posts(Way(policy.Reach(local=True)), f"http://127.0.0.1:{port}/") == 204
        for reach in (policy.Reach(), anywhere):
            assert await posts(Way(reach), f"http://{host}:{port}/") is None
        assert len(hook.hosts) == 1


@pytest.fixture
def inner() -> Iterator[str]:
    """An address of this machine in an inner network."""
    found = [each.address for addresses in psutil.net_if_addrs().values() for each in addresses if each.family == socket.AF_INET]
    if not (private := [each for each in found if ip_address(each).is_private and not ip_address(each).is_loopback]):
        pytest.skip("this machine is in no inner network")
    yield private[0]


async def test_a_name_is_judged_by_what_it_means_when_it_is_connected_to(inner: str, monkeypatch: pytest.MonkeyPatch) -> None:
    hook, named = Hook(), policy.Reach(networks=(ip_network(inner),))
    async with serving(hook, host=inner) as url:
        port = url.rpartition(":")[2]
        for address in (NAME, inner):
            means(monkeypatch, inner)
            assert await posts(Way(policy.Reach()), f"http://{address}:{port}/") is None
            assert await posts(Way(named), f"http://{address}:{port}/") == 204
        means(monkeypatch, inner, "127.0.0.1")  # a name that means something else the second time
        assert await posts(Way(named), f"http://{NAME}:{port}/") == 204
        assert await posts(Way(named), f"http://{NAME}:{port}/") is None
        assert len(hook.hosts) == 3


async def test_our_own_hosts_are_never_reached(inner: str, monkeypatch: pytest.MonkeyPatch) -> None:
    means(monkeypatch, inner)
    hook, way = Hook(), Way(policy.Reach(networks=(ip_network(inner),), own_hosts=frozenset({NAME, "nowhere.invalid"})))
    async with serving(hook, host=inner) as url:
        assert await posts(way, url) == 204
        await way.look_for_own()
        assert await posts(way, url) is None


def test_the_hosts_of_all_processes_and_of_the_database_are_our_own(tmp_path: Any) -> None:
    made = settings("postgresql+asyncpg://gateway@postgres/gateway", tmp_path, Settings, registry_url="http://10.20.0.7:8000")
    assert made.own_hosts >= {"postgres", "10.20.0.7", "gateway.test"}  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("given", "networks"),
    [
        pytest.param("", (), id="none"),
        pytest.param("10.20.0.0/16", ("10.20.0.0/16",), id="one"),
        pytest.param(" 10.20.0.0/16, fd12::/32 ,", ("10.20.0.0/16", "fd12::/32"), id="several"),
        pytest.param("10.0.0.0/8", ("10.0.0.0/8",), id="wide"),
    ],
)
def test_networks_are_listed_with_commas(given: str, networks: tuple[str, ...], tmp_path: Any) -> None:
    made: Any = settings("postgresql+asyncpg://x", tmp_path, Settings, webhook_networks=given)
    assert made.webhook_networks == tuple(map(ip_network, networks))


@pytest.mark.parametrize(
    "given", ["10.20.0.1/16", "10.20.0.0/33", "hooks", "10.20.0.0/16;10.21.0.0/16", "127.0.0.0/8", "169.254.0.0/16", "::1", "ff00::/8"]
)
def test_what_is_no_inner_network_stops_the_start_and_is_named(given: str, tmp_path: Any) -> None:
    with pytest.raises(ValueError, match=r"webhook_networks\n.*(10\.20|hooks|127|169|::1|ff00)"):
        settings("postgresql+asyncpg://x", tmp_path, Settings, webhook_networks=given)
