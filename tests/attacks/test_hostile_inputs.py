"""Every operation × what nobody sends in good faith: each is refused or taken in order, none is a failure, and none is felt by whoever asks next.

What an operation takes is read from its document. The answers come over kept connections, so a failure that cuts one shows in the next request.
"""

import itertools
import json
from collections.abc import Iterable, Iterator
from typing import Any

import httpx
import pytest

from deploy.stack import Stack
from tests.attacks.doors import PARAMETER, Answer, Operation, Try, ask_all, doors, operations, wrong
from tests.attacks.tokens import Forge

SEGMENTS = ("%00", "a%00b", "%0d%0a", "%ff", "%2f", "..%2f", "x" * 3000, "%E6%97%A9")
BODIES = (b"", b"null", b"[]", b"{}", b'"x"', b"1", b"NaN", b"{", b"\xff", b'{"a":"\\ud800"}', b'{"a":"\\u0000"}', b'{"a":1,"a":2}')
VALUES: tuple[Any, ...] = (
    None,
    [],
    {},
    "x",
    "",
    "长" * 5000,
    1,
    -1,
    10**30,
    1.5,
    True,
    [None],
    ["x"],
    [{}],
    "9999-12-31",
    "0001-01-01",
    "-1.00",
)
QUERIES = ("", "%00", "%ff", "-1", "9" * 20, "x" * 5000, "9999-12-31", "01932f6e-7c1a-7000-8000-00000000dead")
FORM = "multipart/form-data; boundary=b"
PARTS = ((b"x", ""), (b"\x00", ""), (b"\xff", ""), (b"", '; filename=""'), (b"x", '; filename="a.xlsx"'), (b"x", '; filename="a\x00.xlsx"'))
MODES = {"kind": b"roster", "mode": b"validate", "reported_on": b"2025-04-08"}


@pytest.fixture(scope="module")
def known(stack: Stack) -> list[Operation]:
    return [operation for operation in operations(stack) if not operation.path.startswith(("/livez", "/readyz", "/metrics", "/v1/changes"))]


class Attacker:
    """Signed in as whoever may call, and asking each thing once."""

    def __init__(self, stack: Stack, forge: Forge) -> None:
        self.stack, self.forge, self.tokens, self.numbers = stack, forge, dict[str, str](), itertools.count()

    def tries(self, operation: Operation, what: str, path: str, body: Any = None, media: str | None = None) -> Iterator[Try]:
        """At the service, and every seventh through the gateway as well."""
        number = next(self.numbers)
        headers = {"Idempotency-Key": f"hostile-{number}", "If-Match": "*"} | ({"Content-Type": media} if media else {})
        if not operation.public:
            headers["Authorization"] = f"Bearer {self._token(operation)}"
        for door, url in list(doors(self.stack, operation).items())[: 2 if number % 7 == 0 else 1]:
            yield Try(operation, door, url + path, what, headers, body)

    def _token(self, operation: Operation) -> str:
        role = min(operation.roles - {"service"}, default="service") if "officer" not in operation.roles else "officer"
        if role not in self.tokens:
            self.tokens[role] = self.forge.internal() if role == "service" else self.forge.true(role)
        return self.tokens[role]


@pytest.fixture(scope="module")
def attacker(stack: Stack, forge: Forge) -> Attacker:
    return Attacker(stack, forge)


def in_order(answer: Answer) -> bool:
    return answer.status < 500 and (
        answer.status < 400 or answer.headers["Content-Type"] in ("application/problem+json", "application/json")
    )


def refuse_all(tries: Iterable[Try]) -> None:
    tries = list(tries)
    assert len(tries) > 50
    assert not wrong(ask_all(tries), in_order)


def test_hostile_paths(attacker: Attacker, known: list[Operation]) -> None:
    refuse_all(
        one
        for operation in known
        for name in PARAMETER.findall(operation.path)
        for segment in SEGMENTS
        for one in attacker.tries(operation, f"{name}={segment[:10]}", operation.at({name: segment}))
    )


def test_hostile_queries(attacker: Attacker, known: list[Operation]) -> None:
    refuse_all(
        one
        for number, operation in enumerate(known)
        for place, name in enumerate(operation.query)
        for value in (QUERIES[(number + place) % len(QUERIES)], QUERIES[(number + place + 3) % len(QUERIES)])
        for one in attacker.tries(operation, f"{name}={value[:10]}", f"{operation.at()}?{name}={value}")
    )


def test_bodies_that_are_none(attacker: Attacker, known: list[Operation]) -> None:
    refuse_all(
        one
        for number, operation in enumerate(operation for operation in known if operation.changes)
        for body in (b"", *(BODIES[(number + step) % len(BODIES)] for step in (0, 5)))
        for media in ("application/json", FORM, "application/x-www-form-urlencoded")
        for one in attacker.tries(operation, f"{media} {body!r}", operation.at(), body, media)
    )


def test_members_of_another_type(attacker: Attacker, known: list[Operation]) -> None:
    """Each member in its turn, at every depth that the document's example shows."""

    def bodies(operation: Operation, number: int) -> Iterator[tuple[str, bytes]]:
        for place, changed in enumerate(_changed(operation.body)):
            body = json.dumps(changed(VALUES[(number + place) % len(VALUES)]))
            yield body[:200], body.encode()

    refuse_all(
        one
        for number, operation in enumerate(known)
        if operation.body is not None
        for what, body in bodies(operation, number)
        for one in attacker.tries(operation, what, operation.at(), body, "application/json")
    )


def _changed(said: Any) -> Iterator[Any]:
    """For every place in a body, what puts another value there."""
    if isinstance(said, dict):
        for name, inner in said.items():
            yield lambda value, name=name: {**said, name: value}
            for change in _changed(inner):
                yield lambda value, name=name, change=change: {**said, name: change(value)}
    elif isinstance(said, list) and said:
        for change in _changed(said[0]):
            yield lambda value, change=change: [change(value)]
        yield lambda value: [value]


def test_hostile_forms(attacker: Attacker, known: list[Operation]) -> None:
    def form(fields: Iterable[str], faulty: str, value: bytes, more: str) -> bytes:
        parts = [(name, MODES.get(name, b"x") if name != faulty else value, more if name == faulty else "") for name in fields]
        lines = [f'--b\r\nContent-Disposition: form-data; name="{name}"{extra}\r\n\r\n'.encode() + text for name, text, extra in parts]
        return b"\r\n".join([*lines, b"--b--\r\n"])

    refuse_all(
        one
        for operation in known
        for field in operation.form
        for value, more in PARTS
        for one in attacker.tries(operation, f"{field}={value!r}{more}", operation.at(), form(operation.form, field, value, more), FORM)
    )


@pytest.mark.parametrize("method", ["OPTIONS", "HEAD", "TRACE", "PUT", "PROPFIND"])
def test_methods_that_no_operation_is_declared_with(stack: Stack, method: str) -> None:
    offered = {"OPTIONS": (204, 404), "HEAD": (200, 401, 404)}.get(method, (404, 405))
    with httpx.Client(base_url=stack.gateway_url, timeout=60) as client:
        for path in ("/v1/trainees", "/v1/me", "/livez", "/nothing"):
            answer = client.request(method, path)
            assert answer.status_code in offered, (path, answer.status_code)
            assert method == "HEAD" or answer.is_success or answer.headers["content-type"] == "application/problem+json"
