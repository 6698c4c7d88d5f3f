"""How much anyone may send who has not said who they are."""

import json

import pytest

from tests.conftest import Start

KB = 1024


def sixteen(more: int, body: str) -> bytes:
    """The body, filled up to 16 KB and `more`."""
    return body.encode().ljust(16 * KB + more)


@pytest.mark.parametrize(("more", "status"), [(0, 422), (1, 413)])
@pytest.mark.parametrize("path", ["/v1/sessions", "/v1/sessions:refresh"])
async def test_a_body_of_anyones_has_16_kilobytes(start: Start, path: str, more: int, status: int) -> None:
    async with start("gateway") as gateway:
        body = sixteen(more, json.dumps({"unknown": 1}))
        answer = await gateway.as_("public").post(path, content=body, headers={"Content-Type": "application/json"})
    assert (answer.status_code, "16 KB" in answer.json()["detail"]) == (status, status == 413)


@pytest.mark.parametrize(("more", "said"), [(0, "grant_type is missing"), (1, "the body is too large")])
async def test_the_token_endpoint_takes_no_more(start: Start, more: int, said: str) -> None:
    async with start("gateway", local_clients=True, run_jobs=True) as gateway:
        body = b"a=" + b"x" * (16 * KB - 2 + more)
        answer = await gateway.as_("public").post(
            "/oauth2/token", content=body, headers={"Content-Type": "application/x-www-form-urlencoded"}, auth=("nobody", "nothing")
        )
    assert answer.status_code in (400, 401)
    assert (answer.json()["error_description"] == "the body is too large") is (said == "the body is too large")
