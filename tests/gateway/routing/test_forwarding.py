"""Requests on their way through the gateway, over real sockets: bodies, headers, and callers who leave."""

import asyncio
import contextlib
import gzip
from collections.abc import AsyncIterator

import httpx
import pytest

from tests.conftest import Start, token
from tests.gateway.routing.upstream import free_port
from tests.gateway.routing.way import Way, a_way
from tests.waiting import until


async def test_a_request_arrives_as_it_was_sent(way: Way) -> None:
    sent = {
        "Authorization": f"Bearer {token('officer')}",
        "Idempotency-Key": "k",
        "If-Match": '"3"',
        "X-Server-Date": "2025-04-10T09:00:00+08:00",
        "traceparent": "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
        "Accept-Encoding": "gzip",
        "Accept-Language": "en",
        "X-Request-Id": "from-the-caller",
    }
    answer = await way.client.post("/v1/claims/echo?from_on=2025-01-01&name=%E6%9D%A8%2F+", json={"a": "早"}, headers=sent)
    seen = answer.json()
    assert (seen["method"], seen["path"], seen["query"]) == ("POST", "/v1/claims/echo", "from_on=2025-01-01&name=%E6%9D%A8%2F+")
    assert {name.lower(): value for name, value in sent.items()}.items() <= seen["headers"].items()
    assert seen["body"].encode("latin-1").decode() == '{"a":"早"}'
    assert answer.headers["x-request-id"] == "from-the-caller"


async def test_a_request_without_an_id_gets_one_that_the_service_sees_too(way: Way) -> None:
    answer = await way.client.get("/v1/claims/echo")
    assert answer.headers["x-request-id"] == answer.json()["headers"]["x-request-id"] != ""


@pytest.mark.parametrize("method", ["GET", "POST", "PUT", "PATCH", "DELETE"])
async def test_every_method_passes(way: Way, method: str) -> None:
    assert (await way.client.request(method, "/v1/claims/echo")).json()["method"] == method


async def test_a_head_request_has_headers_and_no_body(way: Way) -> None:
    answer = await way.client.head("/v1/claims/echo")
    assert answer.status_code == 200 and answer.content == b"" and int(answer.headers["content-length"]) > 0


async def test_what_is_no_trace_is_not_passed_on(way: Way) -> None:
    said = {"traceparent": "00-522601199003070025-13812341234-01", "tracestate": "id=522601199003070025", "baggage": "phone=13812341234"}
    seen = (await way.client.get("/v1/claims/echo", headers=said)).json()["headers"]
    assert not said.keys() & seen.keys()
    assert "5226011990" not in str(seen) and "13812341234" not in str(seen)


async def test_an_answer_that_passes_is_guarded_as_it_was_where_it_was_made(way: Way) -> None:
    """Nothing is added to what a service has said, and the gateway's own refusals say the same."""
    passed, refused = await way.client.get("/v1/claims/guarded"), await way.client.get("/v1/trainees")
    assert (passed.headers.get_list("x-content-type-options"), passed.headers.get("cache-control")) == (["nosniff"], None)
    assert (refused.status_code, refused.headers["x-content-type-options"], refused.headers["cache-control"]) == (
        503,
        "nosniff",
        "no-store",
    )


async def test_where_a_request_comes_from_is_what_we_see_not_what_it_says(way: Way) -> None:
    said = {"Forwarded": "for=1.2.3.4", "X-Real-IP": "1.2.3.4", "X-Forwarded-Host": "evil.test", "X-Forwarded-Proto": "https"}
    seen = (await way.client.get("/v1/claims/echo", headers=said)).json()["headers"]
    assert seen["x-forwarded-for"] == "127.0.0.1"
    assert not {"forwarded", "x-real-ip", "x-forwarded-host", "x-forwarded-proto"} & set(seen)
    assert seen["host"] == way.gateway.kernel.settings.subsidy_url.removeprefix("http://")


async def test_headers_of_the_hop_end_here_both_ways(way: Way) -> None:
    asked = {"Connection": "keep-alive, X-Mine", "X-Mine": "1", "TE": "trailers", "Proxy-Authorization": "x"}
    seen = (await way.client.get("/v1/claims/echo", headers=asked)).json()["headers"]
    assert not {"x-mine", "te", "proxy-authorization"} & set(seen)
    answer = await way.client.get("/v1/claims/headers")
    assert "x-hop" not in answer.headers and answer.headers["etag"] == '"7"'
    assert answer.headers.get_list("set-cookie") == ["a=1", "b=2"]
    assert len(answer.headers.get_list("date")) == len(answer.headers.get_list("x-request-id")) == 1
    assert answer.headers["x-request-id"] != "upstream"


async def test_nothing_is_added_that_the_caller_did_not_send(way: Way) -> None:
    raw = await _raw(way, b"GET /v1/claims/echo HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
    assert b'"accept-encoding"' not in raw and b'"user-agent"' not in raw and b'"content-type"' not in raw.partition(b"\r\n\r\n")[2]


async def test_a_body_is_passed_on_while_it_comes(way: Way) -> None:
    async def body() -> AsyncIterator[bytes]:
        yield b"x" * 1000
        await asyncio.wait_for(way.upstream.streaming.wait(), 20)  # the service has the first part before the second is sent
        yield b"y" * 1000

    answer = await way.client.post("/v1/claims/echo", content=body())
    assert (answer.json()["bytes"], answer.json()["headers"]["transfer-encoding"]) == (2000, "chunked")


async def test_a_large_upload_keeps_its_length(way: Way) -> None:
    answer = await way.client.post("/v1/claims/echo", content=b"x" * 5_000_000)
    assert (answer.json()["bytes"], answer.json()["headers"]["content-length"]) == (5_000_000, "5000000")


async def test_an_answer_is_passed_on_while_it_comes(way: Way) -> None:
    async with way.client.stream("GET", "/v1/claims/stream") as answer:
        parts = [part async for part in answer.aiter_raw()]
    assert b"".join(parts) == b"0;1;2;" and len(parts) > 1


async def test_a_large_answer_arrives_whole(way: Way) -> None:
    answer = await way.client.get("/v1/claims/large")
    assert (len(answer.content), answer.headers["content-length"]) == (3_000_000, "3000000")


@pytest.mark.parametrize(("deed", "status"), [("broken", 500), ("moved", 303), ("nothing", 204)])
async def test_a_service_s_answer_is_its_own(way: Way, deed: str, status: int) -> None:
    answer = await way.client.get(f"/v1/claims/{deed}", follow_redirects=False)
    assert answer.status_code == status
    assert deed != "broken" or answer.json() == {"code": "internal"}
    assert deed != "moved" or answer.headers["location"] == "/v1/claims/echo"


async def test_a_refusal_before_the_body_is_read_comes_back(way: Way) -> None:
    async def body() -> AsyncIterator[bytes]:
        for _ in range(20):
            yield b"x" * 10_000

    assert (await way.client.post("/v1/claims/refuse-early", content=body())).status_code == 413


async def test_a_client_is_counted_where_it_comes_in_and_one_too_many_reaches_nobody(start: Start) -> None:
    async with a_way(start, requests_per_second="1000, hasty=2") as way:
        hasty, calm = ({"Authorization": f"Bearer {token('officer', subject=subject)}"} for subject in ("hasty", "calm"))
        answers = await asyncio.gather(*(way.client.get(f"/v1/{path}", headers=hasty) for _ in range(6) for path in ("claims/echo", "me")))
        passed, refused = ([each for each in answers if (each.status_code == 429) is late] for late in (False, True))
        assert {each.headers["ratelimit-policy"] for each in answers} == {'"client";q=2;w=1'} and refused
        assert (refused[0].json()["code"], refused[0].headers["retry-after"]) == ("too_many_requests", "1")
        assert sum(each.request.url.path.endswith("echo") for each in passed) == len(way.upstream.seen)
        answer = await way.client.get("/v1/claims/echo", headers=calm)
        assert answer.headers["ratelimit"].startswith('"client";r=999')
        for nobody in ({}, {"Authorization": "Bearer x"}, {"Authorization": "Basic x"}):
            answer = await way.client.get("/v1/claims/echo", headers=nobody)  # whether it is let in is for the service to say
            assert answer.status_code == 200 and "ratelimit" not in answer.headers


async def test_english_is_spoken_when_asked_for(way: Way) -> None:
    assert (await way.client.get("/v1/trainees", headers={"Accept-Language": "en"})).json()["title"] == "Service unavailable"


async def test_half_an_answer_is_never_taken_for_a_whole_one(way: Way) -> None:
    with pytest.raises(httpx.RemoteProtocolError):
        await way.client.get("/v1/claims/half")


@pytest.mark.parametrize(("method", "status", "asked"), [("GET", 200, 3), ("POST", 502, 2)])
async def test_only_a_safe_request_is_sent_again_when_an_old_connection_is_cut(start: Start, method: str, status: int, asked: int) -> None:
    requests = 0

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal requests
        with contextlib.suppress(asyncio.IncompleteReadError, ConnectionError):
            while True:
                await reader.readuntil(b"\r\n\r\n")
                requests += 1
                if requests == 2:  # the second request on the kept connection finds it gone
                    break
                writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}")
        writer.close()

    port = free_port()
    server = await asyncio.start_server(serve, "127.0.0.1", port)
    async with server, start("gateway", subsidy_url=f"http://127.0.0.1:{port}", neighbour_connect_seconds=20) as gateway:
        assert (await gateway.as_("officer").get("/v1/claims")).status_code == 200
        answer = await gateway.as_("officer").request(method, "/v1/claims")
        assert (answer.status_code, requests) == (status, asked)
        if status == 502:
            assert answer.json()["code"] == "upstream_failed"


async def test_a_caller_who_leaves_ends_the_request_behind_too(way: Way) -> None:
    _, writer = await asyncio.open_connection(way.client.base_url.host, way.client.base_url.port)
    writer.write(b"GET /v1/claims/hang HTTP/1.1\r\nHost: x\r\n\r\n")
    await writer.drain()
    await until(lambda: any(request["path"].endswith("hang") for request in way.upstream.seen))
    writer.close()
    await until(lambda: way.upstream.cut_short == 1)


async def test_a_caller_who_leaves_in_the_middle_of_a_body_ends_it_too(way: Way) -> None:
    _, writer = await asyncio.open_connection(way.client.base_url.host, way.client.base_url.port)
    writer.write(b"POST /v1/claims/echo HTTP/1.1\r\nHost: x\r\nContent-Length: 100000\r\n\r\nhalf")
    await until(way.upstream.streaming.is_set)
    writer.close()
    await until(lambda: way.upstream.cut_short == 1)


@pytest.mark.parametrize(
    "path",
    [
        "/internal/v1/claim-facts",
        "/v1/nothing",
        "/v1/statistics/nothing",
        "/v1/statistics",
        "/v1",
        "/v1/",
        "/v1/Claims",
        "/v1/claimsx",
        "/v1/claims/../../internal/v1/x",
        "/v1/claims/%2e%2e/%2e%2e/internal/v1/x",
        "/v1/claims%2f..%2f..%2finternal",
        "/V1/claims",
        "//v1/claims",
    ],
)
async def test_what_belongs_to_no_service_is_a_404_and_reaches_none(way: Way, path: str) -> None:
    raw = await _raw(way, f"POST {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: 0\r\n\r\n".encode())
    assert raw.startswith(b"HTTP/1.1 404") and b'"code":"not_found"' in raw
    assert way.upstream.seen == []


@pytest.mark.parametrize(
    "path", ["/v1/claims", "/v1/claims:quote", "/v1/claims/7:submit", "/v1/statistics/funds", "/v1/payment-batches/7/x"]
)
async def test_a_noun_of_the_service_reaches_it_whatever_follows(way: Way, path: str) -> None:
    assert (await way.client.get(path)).json()["path"] == path


async def test_compressed_content_is_not_touched(way: Way) -> None:
    packed = gzip.compress(b"x" * 1000)
    seen = (await way.client.post("/v1/claims/echo", content=packed, headers={"Content-Encoding": "gzip"})).json()
    assert (seen["bytes"], seen["headers"]["content-encoding"]) == (len(packed), "gzip")


async def test_what_passes_through_is_counted_by_its_noun(way: Way) -> None:
    await way.client.get("/v1/claims/echo")
    assert 'route="/v1/claims",status="200"' in (await way.client.get("/metrics")).text


async def _raw(way: Way, request: bytes) -> bytes:
    reader, writer = await asyncio.open_connection(way.client.base_url.host, way.client.base_url.port)
    writer.write(request)
    answer = await asyncio.wait_for(reader.read(), 20)
    writer.close()
    return answer


async def test_a_small_body_that_comes_slowly_holds_no_connection_of_a_service(way: Way) -> None:
    head = b"POST /v1/claims/echo HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: 10\r\n\r\n"
    address = way.client.base_url
    reader, writer = await asyncio.open_connection(address.host, address.port)
    writer.write(head + b"12345")
    assert (await way.client.get("/v1/claims/nothing")).status_code == 204
    assert [seen["path"] for seen in way.upstream.seen] == ["/v1/claims/nothing"]
    writer.write(b"67890")
    assert b'"bytes": 10, "chunks": 1' in await asyncio.wait_for(reader.read(), 20)
    writer.close()
