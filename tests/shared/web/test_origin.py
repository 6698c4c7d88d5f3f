"""Where a request comes from: what a stranger says of it is not believed, what a trusted proxy or a service says is, and only an address ever is one."""

from ipaddress import ip_network
from pathlib import Path
from typing import Any

import httpx
import pytest

from shared.web.origin import Networks, address, farthest
from tests.conftest import Databases, Start, token
from tests.gateway.routing.upstream import serving
from tests.shared.web import papers

PROXIES: Networks = tuple(map(ip_network, ("10.0.0.0/8", "127.0.0.1", "fd00::/8")))


@pytest.mark.parametrize(
    ("hops", "found"),
    [
        pytest.param([], "10.0.0.1", id="nothing-said"),
        pytest.param(["203.0.113.5"], "203.0.113.5", id="one"),
        pytest.param(["8.8.8.8", "203.0.113.5"], "203.0.113.5", id="what-the-caller-said-before-is-not-believed"),
        pytest.param(["8.8.8.8", "203.0.113.5", "10.9.9.9", "127.0.0.1"], "203.0.113.5", id="through-several-proxies"),
        pytest.param(["10.2.2.2", "10.3.3.3"], "10.2.2.2", id="all-of-them-trusted"),
        pytest.param(["8.8.8.8", "unknown"], "10.0.0.1", id="unknown"),
        pytest.param(["8.8.8.8", "unknown", "10.4.4.4"], "10.4.4.4", id="unknown-to-a-further-proxy"),
        pytest.param(["8.8.8.8", ""], "10.0.0.1", id="empty"),
        pytest.param(["<script>alert(1)</script>"], "10.0.0.1", id="garbage"),
        pytest.param(["203.0.113.5:51234"], "203.0.113.5", id="with-a-port"),
        pytest.param(["[2001:DB8::0:5]:443"], "2001:db8::5", id="ipv6-with-a-port"),
        pytest.param([" 2001:db8::5 "], "2001:db8::5", id="ipv6"),
        pytest.param(["203.0.113.5", "fd00::7"], "203.0.113.5", id="a-proxy-on-ipv6"),
        pytest.param(["::ffff:203.0.113.5", "::ffff:10.1.1.1"], "203.0.113.5", id="ipv4-in-ipv6"),
        pytest.param(["fe80::1%<script>"], "fe80::1", id="a-zone-is-left-out"),
        pytest.param([f"198.51.100.{number}" for number in range(50)], "198.51.100.49", id="fifty-hops"),
    ],
)
def test_the_farthest_address_that_somebody_trusted_named(hops: list[str], found: str) -> None:
    assert farthest("10.0.0.1", hops, PROXIES) == found


@pytest.mark.parametrize(
    "text",
    [
        "",
        "unknown",
        "_hidden",
        "1.2.3",
        "1.2.3.4.5",
        "1.2.3.4:",
        "1.2.3.4:x",
        "[]",
        "[::1",
        "::1]:80",
        "a" * 9000,
        "1.2.3.4\x00",
        "１.2.3.4",
    ],
)
def test_only_an_address_is_one(text: str) -> None:
    assert address(text) is None


async def refused_from(client: httpx.AsyncClient, sent: list[tuple[str, str]]) -> None:
    answer = await client.post("/v1/papers", headers=[*sent, ("Authorization", f"Bearer {token('partner')}")])
    assert answer.status_code == 403, answer.text  # which the trail keeps


@pytest.mark.parametrize(
    ("trusted", "said", "found"),
    [
        pytest.param("", [("X-Forwarded-For", "8.8.8.8")], "127.0.0.1", id="no-proxy-is-trusted"),
        pytest.param("10.0.0.0/8, ::1", [("X-Forwarded-For", "8.8.8.8")], "127.0.0.1", id="this-one-is-not"),
        pytest.param("127.0.0.1", [("X-Forwarded-For", "203.0.113.5")], "203.0.113.5", id="this-one-is"),
        pytest.param(
            "127.0.0.0/8", [("X-Forwarded-For", "8.8.8.8"), ("X-Forwarded-For", "203.0.113.5")], "203.0.113.5", id="in-two-headers"
        ),
        pytest.param("", [("X-Forwarded-For", "8.8.8.8"), ("X-Forwarded-By", "a.b.c")], "127.0.0.1", id="a-forged-proof"),
        pytest.param(
            "", [("X-Forwarded-For", "8.8.8.8"), ("X-Forwarded-By", token("admin"))], "127.0.0.1", id="a-user-s-token-is-no-proof"
        ),
        pytest.param("", [("Forwarded", "for=8.8.8.8"), ("X-Real-IP", "8.8.8.8")], "127.0.0.1", id="other-headers"),
    ],
)
async def test_what_stands_in_the_trail(
    databases: Databases, tmp_path: Path, trusted: str, said: list[tuple[str, str]], found: str
) -> None:
    async with papers.serving(databases, tmp_path, trusted_proxies=trusted) as service, serving(service.app) as url:
        async with httpx.AsyncClient(base_url=url, timeout=30) as client:
            await refused_from(client, said)
        trail = (await service.as_("auditor").get("/v1/audit")).json()["items"]
    assert [entry["origin"] for entry in trail] == [found]


async def test_a_service_is_believed_under_its_token(databases: Databases, tmp_path: Path) -> None:
    async with papers.serving(databases, tmp_path) as service, serving(service.app) as url:
        proof = service.kernel.tokens.internal_token("gateway")
        async with httpx.AsyncClient(base_url=url, timeout=30) as client:
            await refused_from(client, [("X-Forwarded-For", "203.0.113.5"), ("X-Forwarded-By", proof)])
            await refused_from(client, [("X-Forwarded-For", "nonsense"), ("X-Forwarded-By", proof)])
        trail = (await service.as_("auditor").get("/v1/audit")).json()["items"]
    assert [entry["origin"] for entry in trail] == ["127.0.0.1", "203.0.113.5"]


@pytest.mark.parametrize(("trusted", "found"), [("", "127.0.0.1"), ("127.0.0.1", "203.0.113.5")])
async def test_through_the_gateway_it_is_where_the_caller_is(start: Start, trusted: str, found: str) -> None:
    """In the trail of the service behind it, and in what is counted by address: callers do not share the gateway's."""
    forged = [("X-Forwarded-For", "203.0.113.5"), ("X-Forwarded-By", "a.b.c")]
    async with start("registry") as registry, start("evaluation") as evaluation, serving(evaluation.app) as behind:
        evaluation.knows(registry)
        async with (
            start("gateway", evaluation_url=behind, trusted_proxies=trusted) as gateway,
            serving(gateway.app) as url,
            httpx.AsyncClient(base_url=url, headers=forged, timeout=30) as client,
        ):
            refused = await client.post("/v1/filings", headers={"Authorization": f"Bearer {token('partner')}"})
            assert refused.status_code == 403, refused.text
            asked: dict[str, Any] = {"number": "none", "name": "无"}
            answers = [await client.post("/v1/certificates:verify", json=asked) for _ in range(2)]
            elsewhere = await client.post("/v1/certificates:verify", json=asked, headers={"X-Forwarded-For": "203.0.113.6"})
        trail = (await evaluation.as_("auditor").get("/v1/audit")).json()["items"]
    assert [entry["origin"] for entry in trail] == [found]
    left = [answer.headers["ratelimit"].partition(";r=")[2].partition(";")[0] for answer in (*answers, elsewhere)]
    assert left == ["59", "58", "59" if trusted else "57"]
