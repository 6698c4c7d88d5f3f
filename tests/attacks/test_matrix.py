"""Every operation × every token that must not open it × both doors, and every paper × everyone it does not concern, over real processes.

The matrix is built from the documents: an operation that is added is in it the same day.
"""

import pytest

from deploy.stack import Stack
from shared.access import ROLES
from tests.attacks.doors import Answer, Operation, Try, ask_all, doors, operations, wrong
from tests.attacks.tokens import Forge

NOT_OF_ROUTER = {
    "/oauth2/token",
    "/.well-known/jwks.json",
    "/.well-known/oauth-authorization-server",
}  # open to all, in another standard's words


@pytest.fixture(scope="module")
def closed(stack: Stack) -> list[Operation]:
    """All operations that need a token."""
    found = [operation for operation in operations(stack) if not operation.public and operation.path not in NOT_OF_ROUTER]
    assert len(found) > 200 and {operation.service for operation in found} == {"registry", "subsidy", "evaluation", "eastwest", "gateway"}
    return found


def test_no_forged_token_opens_any_operation_at_either_door(stack: Stack, forge: Forge, closed: list[Operation]) -> None:
    forgeries = {role: forge.forgeries(role) for role in ROLES}
    tries = []
    for operation in closed:
        role = min(operation.roles - {"service"}, default="officer")
        for door, url in doors(stack, operation).items():
            for what, header in forgeries[role].items():
                tries.append(Try(operation, door, url + operation.at(), what, {"Authorization": header} if header is not None else {}))
    assert not wrong(ask_all(tries), _is_unauthenticated)


def _is_unauthenticated(answer: Answer) -> bool:
    return (answer.status, answer.code, answer.headers.get("WWW-Authenticate")) == (401, "unauthenticated", "Bearer")


def test_no_other_role_opens_any_operation_at_either_door(stack: Stack, forge: Forge, closed: list[Operation]) -> None:
    tokens = {role: forge.true(role) for role in ROLES} | {"wizard": forge.true("wizard"), "public": forge.true("public")}
    tries = []
    for number, operation in enumerate(closed):
        others = sorted(tokens.keys() - operation.roles)
        for door, url in doors(stack, operation).items():
            # the gateway passes a token on as it came: through it, one role an operation, each role in its turn
            for role in others if door == "direct" else [others[number % len(others)]]:
                tries.append(Try(operation, door, url + operation.at(), role, _bearer(tokens[role])))
    assert not wrong(ask_all(tries), lambda answer: (answer.status, answer.code) == (403, "wrong_role"))


def test_no_scope_but_its_own_opens_an_operation_to_another_system(stack: Stack, forge: Forge, closed: list[Operation]) -> None:
    scopes = {operation.scope for operation in closed if operation.scope}
    tries = [
        Try(
            operation,
            door,
            url + operation.at(),
            f"all but {operation.scope}",
            _bearer(forge.true("system", scopes=sorted(scopes - {operation.scope}))),
        )
        for operation in closed
        if "system" in operation.roles and operation.scope
        for door, url in doors(stack, operation).items()
    ]
    assert len(tries) > 100
    assert not wrong(ask_all(tries), lambda answer: (answer.status, answer.code) == (403, "missing_scope"))


def test_the_gateway_routes_nothing_that_services_ask_each_other(stack: Stack, forge: Forge, closed: list[Operation]) -> None:
    inner = [operation for operation in closed if operation.path.startswith("/internal/")]
    tokens = {"a service": forge.internal(), "an administrator": forge.true("admin")}
    tries = [
        Try(operation, "gateway", stack.gateway_url + path, f"{who} at {path}", _bearer(token))
        for operation in inner
        if operation.service != "gateway"
        for path in _spellings(operation.at())
        for who, token in tokens.items()
    ]
    assert len(tries) > 50
    assert not wrong(ask_all(tries), lambda answer: answer.status in (400, 404, 405))


def _spellings(path: str) -> list[str]:
    return [
        path,
        f"//{path}",
        f"/v1/claims/..{path}",
        f"/v1/claims/%2e%2e{path}",
        f"/v1/trainees/..%2f..{path.replace('/', '%2f')}",
        path.replace("/internal", "/%69nternal"),
        path.replace("/internal", "/INTERNAL"),
        f"/v1{path}",
    ]


def _bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}
