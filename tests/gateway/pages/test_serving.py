"""The pages as they are served: nothing inline, nothing from elsewhere, nothing sent twice, and light."""

import re

import pytest

from gateway.pages import reading
from gateway.pages.routes import PAGES
from tests.conftest import Start

BYTES_AT_MOST = 150_000  # all pages together, before data


@pytest.mark.parametrize("path", PAGES)
async def test_a_page_runs_only_what_this_server_sends_as_a_file(start: Start, path: str) -> None:
    async with start("gateway") as gateway:
        public = gateway.as_("public")
        page = await public.get(path)
        assert page.status_code == 200 and page.headers["content-type"].startswith("text/html")
        policy = page.headers["content-security-policy"]
        assert "default-src 'none'" in policy and "script-src 'self';" in policy and "unsafe" not in policy
        assert not re.search(r"<style|\sstyle=|<script>|\son\w+=", page.text)
        loaded = re.findall(r'<(?:script|link|img)\b[^>]*(?:src|href)="([^"]+)"', page.text)
        assert loaded and all(each.startswith("/pages/") for each in loaded)
        assert {"/pages/api.js", "/pages/session.js"} <= set(loaded), "what a script imports is asked for at once"
        for needed in loaded:
            assert (await public.get(needed)).status_code == 200, needed


async def test_what_the_browser_has_is_not_sent_again(start: Start) -> None:
    async with start("gateway") as gateway:
        public = gateway.as_("public")
        for path in ("/", "/pages/page.css", "/docs"):
            first = await public.get(path)
            again = await public.get(path, headers={"If-None-Match": first.headers["etag"]})
            assert (again.status_code, again.content, first.headers["cache-control"]) == (304, b"", "no-cache"), path


@pytest.mark.parametrize("name", ["nothing.js", "..%2fapp.py", "frame.html", "routes.py"])
async def test_no_other_file_is_given_out(start: Start, name: str) -> None:
    async with start("gateway") as gateway:
        answer = await gateway.as_("public").get(f"/pages/{name}")
        assert (answer.status_code, answer.json()["code"]) == (404, "not_found")


def test_modules_import_what_is_there_and_put_no_markup_together() -> None:
    for name, path in reading.FILES.items():
        text = path.read_text()
        assert set(re.findall(r'from "/pages/([^"]+)"', text)) <= reading.FILES.keys(), name
        assert not re.search(r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\b|https?://(?!www\.w3\.org/2000/svg)", text), (
            name
        )


def test_all_pages_together_are_light() -> None:
    assert sum(path.stat().st_size for path in reading.FILES.values()) <= BYTES_AT_MOST
