"""`POST /oauth2/token`: who gets a token, what stands in it, and every refusal in RFC 6749's form."""

import base64
import hmac
import time
from collections.abc import AsyncIterator
from typing import Any
from uuid import uuid4

import httpx
import pytest
from joserfc import jwt
from joserfc.jwk import ECKey

from shared import pulse
from tests.conftest import ISSUER, SIGNING_KEY, Service, Start
from tests.registry.made import school

FORM = {"grant_type": "client_credentials"}
ASSERTION = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"


@pytest.fixture
async def gateway(start: Start) -> AsyncIterator[Service]:
    async with start("gateway", local_clients=True, run_jobs=True) as service:
        public = service.as_("public")
        while (await public.get("/readyz")).status_code != 200:
            pass
        yield service


async def ask(gateway: Service, form: dict[str, str] = FORM, **more: Any) -> httpx.Response:
    return await gateway.as_("public").post("/oauth2/token", data=form, **more)


async def make(gateway: Service, **body: Any) -> dict[str, Any]:
    made = await gateway.as_("admin").post("/v1/clients", json={"name": "学校", "role": "officer"} | body)
    assert made.status_code == 201, made.text
    return dict(made.json())


def claims(answer: httpx.Response) -> dict[str, Any]:
    return dict(jwt.decode(answer.json()["access_token"], SIGNING_KEY, algorithms=["ES256"]).claims)


@pytest.mark.parametrize("role", ["officer", "reviewer", "finance", "partner", "auditor", "admin", "system"])
async def test_the_local_stack_has_a_client_for_each_role(gateway: Service, role: str) -> None:
    answer = await ask(gateway, auth=(f"local-{role}", f"local-{role}"))
    assert answer.status_code == 200, answer.text
    assert (answer.json()["token_type"], answer.json()["expires_in"]) == ("Bearer", 900)
    assert (answer.headers["cache-control"], answer.headers["pragma"]) == ("no-store", "no-cache")
    found = claims(answer)
    assert (found["iss"], found["aud"], found["sub"], found["role"]) == (ISSUER, "kaili-skills", f"local-{role}", role)
    assert found["exp"] - found["iat"] == 900


async def test_on_a_full_disk_whoever_has_a_secret_still_comes_in(gateway: Service) -> None:
    gateway.kernel.pulse.full = pulse.DISK_FULL
    assert (await ask(gateway, auth=("local-officer", "local-officer"))).status_code == 200


async def test_each_local_client_is_a_person_of_its_own_the_same_every_time(gateway: Service) -> None:
    people = [
        claims(await ask(gateway, auth=(f"local-{role}", f"local-{role}")))["person_id"]
        for role in ("officer", "reviewer", "finance", "officer")
    ]
    assert len(set(people)) == 3 and people[0] == people[3]


async def test_the_local_system_may_read_everything_and_write_nothing(gateway: Service) -> None:
    scopes = claims(await ask(gateway, auth=("local-system", "local-system")))["scopes"]
    assert {"trainees.read", "claims.read", "placements.read"} <= set(scopes)
    assert all(scope.endswith(".read") for scope in scopes)


async def test_local_clients_that_a_database_still_holds_are_refused_outside_the_local_stack(start: Start, gateway: Service) -> None:
    async with start("gateway", url=gateway.kernel.settings.database_url) as elsewhere:
        assert (await ask(elsewhere, auth=("local-officer", "local-officer"))).status_code == 401


@pytest.mark.parametrize("way", ["basic", "post"])
async def test_a_client_made_by_an_admin_gets_tokens_by_its_secret(gateway: Service, way: str, start: Start) -> None:
    async with start("registry") as registry:
        gateway.knows(registry)
        institution, person = await school(registry), str(uuid4())
        made = await make(gateway, role="institution", institution_id=institution, person_id=person)
    pair = (made["client_id"], made["client_secret"])
    answer = (
        await ask(gateway, auth=pair)
        if way == "basic"
        else await ask(gateway, FORM | dict(zip(("client_id", "client_secret"), pair, strict=True)))
    )
    found = claims(answer)
    assert (found["role"], found["institution_id"], found["person_id"], found["sub"]) == (
        "institution",
        institution,
        person,
        made["client_id"],
    )
    me = (await gateway.as_("public").get("/v1/me", headers={"Authorization": f"Bearer {answer.json()['access_token']}"})).json()
    assert (me["role"], me["institution_id"], me["person_id"], me["scopes"]) == ("institution", institution, person, None)


async def test_two_clients_without_a_named_person_are_two_persons(gateway: Service) -> None:
    first, second = await make(gateway), await make(gateway)
    assert first["person_id"] != second["person_id"]


@pytest.mark.parametrize(
    ("auth", "form", "status", "error"),
    [
        pytest.param(("local-officer", "wrong"), FORM, 401, "invalid_client", id="wrong-secret"),
        pytest.param(("nobody", "nobody"), FORM, 401, "invalid_client", id="unknown-client"),
        pytest.param(("no\x00body", "nobody"), FORM, 401, "invalid_client", id="nul"),
        pytest.param(None, FORM, 401, "invalid_client", id="no-proof"),
        pytest.param(("local-officer", "local-officer"), {"grant_type": "password"}, 400, "unsupported_grant_type", id="other-grant"),
        pytest.param(("local-officer", "local-officer"), {"scope": "a"}, 400, "invalid_request", id="no-grant"),
        pytest.param(("local-officer", "local-officer"), FORM | {"scope": "nothing.read"}, 400, "invalid_scope", id="unknown-scope"),
        pytest.param(("local-system", "local-system"), FORM | {"scope": "claims.write"}, 400, "invalid_scope", id="scope-not-granted"),
        pytest.param(
            ("local-officer", "local-officer"), FORM | {"client_secret": "local-officer"}, 400, "invalid_request", id="two-proofs"
        ),
        pytest.param(("local-officer", "local-officer"), FORM | {"client_id": "local-admin"}, 400, "invalid_request", id="two-clients"),
    ],
)
async def test_a_refusal_is_in_the_standard_s_form(gateway: Service, auth: Any, form: dict[str, str], status: int, error: str) -> None:
    answer = await ask(gateway, form, auth=auth)
    assert (answer.status_code, answer.json()["error"]) == (status, error)
    assert answer.headers["content-type"] == "application/json" and answer.headers["cache-control"] == "no-store"
    assert ("www-authenticate" in answer.headers) == (status == 401)
    assert status != 401 or answer.headers["www-authenticate"].startswith("Basic")


async def test_a_scope_that_is_somebodys_number_is_not_repeated(gateway: Service) -> None:
    answer = await ask(gateway, FORM | {"scope": "522601199003070025"}, auth=("local-officer", "local-officer"))
    assert answer.json()["error_description"] == "not granted to this client: 5226**********0025"


@pytest.mark.parametrize(
    "request_",
    [
        pytest.param({"json": FORM}, id="json"),
        pytest.param({"data": FORM, "params": {"client_secret": "x"}}, id="secret-in-the-address"),
        pytest.param(
            {"content": b"grant_type=a&grant_type=b", "headers": {"Content-Type": "application/x-www-form-urlencoded"}}, id="twice"
        ),
        pytest.param({"content": b"\xff=%ff", "headers": {"Content-Type": "application/x-www-form-urlencoded"}}, id="not-utf-8"),
        pytest.param({"content": b"a" * 70_000, "headers": {"Content-Type": "application/x-www-form-urlencoded"}}, id="too-large"),
    ],
)
async def test_an_unreadable_request_is_an_invalid_request(gateway: Service, request_: dict[str, Any]) -> None:
    answer = await gateway.as_("public").post("/oauth2/token", auth=("local-officer", "local-officer"), **request_)
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_request")


async def test_a_scope_asked_for_narrows_what_the_token_may(gateway: Service) -> None:
    answer = await ask(gateway, FORM | {"scope": "claims.read"}, auth=("local-officer", "local-officer"))
    assert answer.json()["scope"] == "claims.read" and claims(answer)["scopes"] == ["claims.read"]
    narrowed = {"Authorization": f"Bearer {answer.json()['access_token']}"}
    assert (await gateway.as_("public").get("/v1/me", headers=narrowed)).json()["scopes"] == ["claims.read"]


async def test_a_disabled_client_gets_no_token(gateway: Service) -> None:
    made = await make(gateway)
    off = await gateway.as_("admin").post(f"/v1/clients/{made['client_id']}:disable")
    assert off.json()["disabled_at"] is not None
    assert (await ask(gateway, auth=(made["client_id"], made["client_secret"]))).status_code == 401


async def test_a_stopped_database_is_said_in_the_standard_s_form(start: Start) -> None:
    async with start("gateway", url="postgresql+asyncpg://nobody@127.0.0.1:9/nothing") as gateway:
        answer = await ask(gateway, auth=("a", "b"))
        assert (answer.status_code, answer.json()["error"]) == (503, "temporarily_unavailable")
        assert answer.headers["retry-after"]


class Signing:
    """A client with a key of its own."""

    def __init__(self, client_id: str, key: ECKey) -> None:
        self.client_id, self.key = client_id, key

    def form(self, **changed: Any) -> dict[str, str]:
        key, algorithm = changed.pop("key", self.key), changed.pop("alg", "ES256")
        now = int(time.time())
        claims = {
            "iss": self.client_id,
            "sub": self.client_id,
            "aud": f"{ISSUER}/oauth2/token",
            "exp": now + 60,
            "jti": str(uuid4()),
        } | changed
        signed = jwt.encode({"alg": algorithm}, {name: value for name, value in claims.items() if value is not None}, key)
        return FORM | {"client_assertion_type": ASSERTION, "client_assertion": signed}


@pytest.fixture
async def signing(gateway: Service) -> Signing:
    key = ECKey.generate_key("P-256")
    made = await make(gateway, jwks=key.as_dict(private=False))
    return Signing(made["client_id"], key)


@pytest.mark.parametrize("audience", [f"{ISSUER}/oauth2/token", ISSUER, [ISSUER, "https://elsewhere.test"]])
async def test_an_assertion_signed_with_the_client_s_key_is_proof(gateway: Service, signing: Signing, audience: Any) -> None:
    answer = await ask(gateway, signing.form(aud=audience))
    assert answer.status_code == 200, answer.text
    assert claims(answer)["sub"] == signing.client_id


@pytest.mark.parametrize(
    "changed",
    [
        pytest.param({"aud": "https://elsewhere.test"}, id="other-audience"),
        pytest.param({"aud": None}, id="no-audience"),
        pytest.param({"exp": int(time.time()) - 60}, id="expired"),
        pytest.param({"exp": int(time.time()) + 3600}, id="lasts-too-long"),
        pytest.param({"exp": "soon"}, id="no-number"),
        pytest.param({"jti": None}, id="no-id"),
        pytest.param({"jti": 7}, id="id-not-text"),
        pytest.param({"iss": "local-admin"}, id="other-issuer"),
        pytest.param({"iss": "local-admin", "sub": "local-admin"}, id="another-client"),
        pytest.param({"key": ECKey.generate_key("P-256")}, id="other-key"),
    ],
)
async def test_an_assertion_that_does_not_fit_is_refused(gateway: Service, signing: Signing, changed: dict[str, Any]) -> None:
    answer = await ask(gateway, signing.form(**changed))
    assert (answer.status_code, answer.json()["error"]) == (401, "invalid_client")


async def test_a_public_key_is_no_shared_secret(gateway: Service, signing: Signing) -> None:
    form = signing.form()
    payload = form["client_assertion"].split(".")[1]
    signed = base64url(b'{"alg":"HS256"}') + "." + payload
    digest = hmac.digest(signing.key.as_pem(private=False), signed.encode(), "sha256")
    assert (await ask(gateway, form | {"client_assertion": f"{signed}.{base64url(digest)}"})).status_code == 401


def base64url(value: bytes) -> str:
    return base64.urlsafe_b64encode(value).decode().rstrip("=")


@pytest.mark.parametrize("assertion", ["", "a.b.c", "中", base64.b64encode(b"x" * 500).decode(), "e30.e30."])
async def test_an_assertion_that_cannot_be_read_is_refused(gateway: Service, assertion: str) -> None:
    answer = await ask(gateway, FORM | {"client_assertion_type": ASSERTION, "client_assertion": assertion})
    assert (answer.status_code, answer.json()["error"]) == (401, "invalid_client")


async def test_an_assertion_is_taken_once(gateway: Service, signing: Signing) -> None:
    form = signing.form()
    assert (await ask(gateway, form)).status_code == 200
    again = await ask(gateway, form)
    assert (again.status_code, again.json()["error_description"]) == (401, "the assertion was used before")


async def test_the_keys_verify_the_tokens_and_hold_nothing_private(gateway: Service) -> None:
    keys = (await gateway.as_("public").get("/.well-known/jwks.json")).json()["keys"]
    assert [set(key) for key in keys] == [{"kty", "crv", "x", "y", "kid", "use", "alg"}]
    answer = await ask(gateway, auth=("local-officer", "local-officer"))
    token = jwt.decode(answer.json()["access_token"], ECKey.import_key(keys[0]), algorithms=["ES256"])
    assert token.header["kid"] == keys[0]["kid"] == ECKey.import_key(keys[0]).thumbprint()


async def test_the_server_describes_itself(gateway: Service) -> None:
    found = (await gateway.as_("public").get("/.well-known/oauth-authorization-server")).json()
    assert (found["issuer"], found["token_endpoint"], found["jwks_uri"]) == (
        ISSUER,
        f"{ISSUER}/oauth2/token",
        f"{ISSUER}/.well-known/jwks.json",
    )
    assert {"client_secret_basic", "private_key_jwt"} <= set(found["token_endpoint_auth_methods_supported"])
