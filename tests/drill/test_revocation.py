"""How long it takes until a disabled client and a signed-out user are refused by every process of a whole system."""

import time
import uuid
from collections.abc import Iterator

import httpx
import pytest

from deploy.postgres import FAST_SETTINGS
from deploy.stack import Stack

pytestmark = pytest.mark.drill

PROMISED_SECONDS = 60.0
ASKED = {
    "gateway": "/v1/me",
    "registry": "/v1/institutions",
    "subsidy": "/v1/claims",
    "evaluation": "/v1/certificates",
    "eastwest": "/v1/orders",
}
LOCAL = ("local-admin", "local-admin")


@pytest.fixture(scope="module")
def stack() -> Iterator[Stack]:
    with Stack(database_settings=FAST_SETTINGS) as running:
        yield running


def _token(http: httpx.Client, stack: Stack, pair: tuple[str, str]) -> str:
    answer = http.post(f"{stack.gateway_url}/oauth2/token", data={"grant_type": "client_credentials"}, auth=pair)
    return str(answer.raise_for_status().json()["access_token"])


def _admin(http: httpx.Client, stack: Stack, path: str, body: dict[str, str] | None = None) -> dict[str, str]:
    headers = {"Authorization": f"Bearer {_token(http, stack, LOCAL)}", "Idempotency-Key": str(uuid.uuid4())}
    return dict(http.post(stack.gateway_url + path, headers=headers, json=body).raise_for_status().json())


def _refused_after(http: httpx.Client, stack: Stack, token: str) -> dict[str, float]:
    """Seconds until each process came to refuse the token."""
    began, after, headers = time.monotonic(), dict[str, float](), {"Authorization": f"Bearer {token}"}
    while len(after) < len(ASKED) and time.monotonic() - began < PROMISED_SECONDS + 5:
        for name in ASKED.keys() - after.keys():
            if http.get(stack.urls[name] + ASKED[name], headers=headers).status_code == 401:
                after[name] = round(time.monotonic() - began, 1)
        time.sleep(0.05)
    return after


def _all_take(http: httpx.Client, stack: Stack, token: str) -> bool:
    headers = {"Authorization": f"Bearer {token}"}
    return all(http.get(stack.urls[name] + path, headers=headers).status_code == 200 for name, path in ASKED.items())


def test_a_disabled_client_is_refused_everywhere_within_a_minute(stack: Stack) -> None:
    with httpx.Client(timeout=30) as http:
        client = _admin(http, stack, "/v1/clients", {"name": "某单位", "role": "officer"})
        token = _token(http, stack, (client["client_id"], client["client_secret"]))
        assert _all_take(http, stack, token)
        _admin(http, stack, f"/v1/clients/{client['client_id']}:disable")
        after = _refused_after(http, stack, token)
        print(f"a disabled client is refused after {after} s")
        assert after.keys() == ASKED.keys() and max(after.values()) < PROMISED_SECONDS


def test_a_user_who_signed_out_is_refused_everywhere_within_a_minute_also_by_what_has_just_started(stack: Stack) -> None:
    with httpx.Client(timeout=30) as http:
        user = _admin(http, stack, "/v1/users", {"name": "杨秀英", "login": str(uuid.uuid4()), "role": "officer"})
        body = {"name": user["client_id"], "password": user["client_secret"]}
        token = http.post(f"{stack.gateway_url}/v1/sessions", json=body).raise_for_status().json()["access_token"]
        assert _all_take(http, stack, token)
        http.delete(f"{stack.gateway_url}/v1/sessions/current", headers={"Authorization": f"Bearer {token}"}).raise_for_status()
        stack.kill("subsidy")
        stack.restart("subsidy")
        headers = {"Authorization": f"Bearer {token}"}
        assert http.get(stack.urls["subsidy"] + ASKED["subsidy"], headers=headers).status_code == 401
        after = _refused_after(http, stack, token)
        print(f"a user who signed out is refused after {after} s")
        assert after.keys() == ASKED.keys() and max(after.values()) < PROMISED_SECONDS
