"""What a browser lets a page of another origin read: everything for one that is listed, refusals too, and nothing for any other."""

import asyncio
from pathlib import Path
from typing import Any

import httpx
import pytest
from pydantic import ValidationError

from gateway.settings import Settings
from tests.conftest import Start, settings, token
from tests.gateway.routing.way import a_way
from tests.waiting import until

UI, OTHER = "https://ui.example.cn", "https://ui.example.cn.evil.test"
NEEDED = {"ETag", "Location", "Retry-After", "RateLimit", "RateLimit-Policy", "Idempotent-Replayed", "X-Request-Id", "Content-Language"}


def _readable(answer: httpx.Response) -> bool:
    """Whether a page of the front end may read it; if not, nothing at all is said of it."""
    said = {name for name in answer.headers if name.startswith("access-control-")}
    if not said:
        return False
    assert answer.headers["access-control-allow-origin"] == UI and "access-control-allow-credentials" not in said
    return True


async def test_a_listed_page_reads_what_passes_through_and_what_is_refused_on_the_way(start: Start) -> None:
    async with a_way(start, cors_origins=f"{UI}, http://127.0.0.1:5173", requests_at_most=4, requests_per_second="1000, hasty=1") as way:

        async def ask(path: str, **said: str) -> httpx.Response:
            return await way.client.get(path, headers=said)

        hasty = f"Bearer {token('officer', subject='hasty')}"
        hanging = [asyncio.create_task(ask("/v1/claims/hang")) for _ in range(2)]
        await until(lambda: len(way.upstream.seen) == 2)
        asked: dict[tuple[str, ...], int] = {
            ("/v1/claims/echo",): 503,  # no place
            ("/v1/trainees",): 503,  # nobody there
            ("/v1/me",): 401,
            ("/v1/nothing",): 404,
            ("/v1/me", hasty): 200,
        }
        for (path, *signed), status in asked.items():
            for origin, readable in ((UI, True), (OTHER, False), ("null", False), (None, False)):
                said = {"Origin": origin} if origin else {}
                answer = await ask(path, **said, **({"Authorization": f"Bearer {token('officer')}"} if signed else {}))
                assert (answer.status_code, _readable(answer)) == (status, readable), (path, origin)
                assert "Origin" in answer.headers["vary"]
        refused = [answer for _ in range(12) if (answer := await ask("/v1/me", Origin=UI, Authorization=hasty)).status_code == 429]
        assert refused and _readable(refused[0])
        for each in hanging:
            each.cancel()
        await until(lambda: way.upstream.cut_short == 2)
        passed = await ask("/v1/claims/headers", Origin=UI)
        exposed = {each.strip() for each in passed.headers["access-control-expose-headers"].split(",")}
        assert passed.headers["etag"] == '"7"' and exposed >= NEEDED and _readable(passed)
        assert not _readable(await ask("/v1/claims/headers", Origin=OTHER))


@pytest.mark.parametrize(("origin", "allowed"), [(UI, True), (OTHER, False)])
async def test_a_page_asks_first_whether_it_may(start: Start, origin: str, allowed: bool) -> None:
    first = {"Origin": origin, "Access-Control-Request-Method": "PATCH", "Access-Control-Request-Headers": "authorization,if-match"}
    async with start("gateway", cors_origins=UI) as gateway:
        answer = await gateway.as_("public").options("/v1/classes/7", headers=first)
    assert _readable(answer) is allowed
    if allowed:
        assert answer.status_code == 200 and "PATCH" in answer.headers["access-control-allow-methods"]
        assert answer.headers["access-control-allow-headers"] == "authorization,if-match"


async def test_unless_it_is_set_no_page_reads_anything(start: Start) -> None:
    async with start("gateway") as gateway:
        answer = await gateway.as_("public").get("/v1/me", headers={"Origin": UI})
    assert not _readable(answer) and "vary" not in answer.headers


@pytest.mark.parametrize(
    ("listed", "taken"),
    [
        ("", ()),
        (UI, (UI,)),
        (f" {UI} ,http://10.1.2.3:8080,https://[fd00::1]:8443", (UI, "http://10.1.2.3:8080", "https://[fd00::1]:8443")),
        ("*", None),
        ("null", None),
        ("ui.example.cn", None),
        (f"{UI}/", None),
        (f"{UI}:443", None),
        ("http://ui.example.cn:80", None),
        ("https://*.example.cn", None),
        ("https://UI.example.cn", None),
    ],
)
def test_an_origin_is_listed_as_a_browser_says_it(tmp_path: Path, listed: str, taken: Any) -> None:
    if taken is None:
        with pytest.raises(ValidationError):
            settings("postgresql+asyncpg://nobody@127.0.0.1:9/x", tmp_path, Settings, cors_origins=listed)
    else:
        assert settings("postgresql+asyncpg://nobody@127.0.0.1:9/x", tmp_path, Settings, cors_origins=listed).cors_origins == taken  # type: ignore[attr-defined]
