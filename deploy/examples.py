"""`python -m deploy.examples`: plays the demonstration and keeps of each operation its fullest request and answer, as the OpenAPI document shows them.

What they would differ in from one run to the next is made the same: ids are numbered, real times are one time; secrets and ID numbers are not kept.
"""

import itertools
import json
import re
import sys
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from time import sleep
from typing import Any

import httpx
from rich.console import Console

from deploy.demo import __main__ as demo
from deploy.demo.main_job import Job
from deploy.demo.words import Words
from deploy.stack import SERVICES, Stack
from gateway.routing.nouns import destination
from shared import clock, county
from shared.web.examples import RECORDED

ON = "2025-12-15"  # when all has been played
ITEMS_AT_MOST, LONGEST = 2, 12_000
SECRETS = {"access_token", "refresh_token", "client_secret", "secret", "password", "client_assertion"}
ROLES = ("officer", "auditor", "reviewer", "finance", "partner", "admin", "system")
ACCOUNTS = ("sessions_", "me_", "clients_", "users_")  # what is done to these ends someone who is signed in
TRIES = 8
_ID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}")
_NUMBER = re.compile(r"(?<!\d)\d{17}[\dXx](?!\d)")
_INSTANT = re.compile(r"(\d{4})-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(\+08:00|Z)")


@dataclass
class Operation:
    service: str
    id: str
    method: str
    path: str
    roles: list[str]
    example: Any

    @property
    def parameters(self) -> list[str]:
        return re.findall(r"{(\w+)}", self.path)

    def serves(self, method: str, path: str) -> bool:
        return method == self.method and re.fullmatch(re.sub(r"\\{\w+\\}", "[^/:]+", re.escape(self.path)), path) is not None


@dataclass
class Recorder:
    """What was heard on the way: by operation id, its fullest request and answer; and every paper's id by the parameter that names it."""

    operations: list[Operation]
    heard: dict[str, tuple[Operation, Any, Any]] = field(default_factory=dict)
    ids: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))

    def hear(self, answer: httpx.Response) -> None:
        request, path = answer.request, answer.request.url.path
        operation = next((each for each in self.operations if each.serves(request.method, path)), None)
        if operation is None or not answer.is_success or "json" not in answer.headers.get("content-type", ""):
            return
        answer.read()
        said = answer.json()
        sent = json.loads(request.content) if "json" in request.headers.get("content-type", "") and request.content else None
        self._remember(operation, said)
        if said.get("items") == []:
            return
        kept = self.heard.get(operation.id)
        short = _short(said)
        if kept is None or len(json.dumps(kept[2])) < len(json.dumps(short)) < LONGEST:
            self.heard[operation.id] = operation, _short(sent), short

    def _remember(self, operation: Operation, said: Any) -> None:
        for named in (each for each in self.operations if re.fullmatch(re.escape(operation.path) + r"/{\w+}", each.path)):
            for paper in said.get("items", [said]):
                value = paper.get("id") or paper.get("code") or paper.get("client_id")
                if isinstance(value, str) and value not in self.ids[named.parameters[-1]]:
                    self.ids[named.parameters[-1]].append(value)

    def wanting(self, *methods: str) -> list[Operation]:
        """What has not been heard, the shorter paths first: they tell the ids for the longer."""
        found = [each for each in self.operations if each.method in methods and each.id not in self.heard and "public" not in each.roles]
        return sorted(found, key=lambda each: len(each.parameters))

    def paths(self, operation: Operation) -> Iterator[str]:
        """Its path, with ids of what has been heard of, a few in turn."""
        for ids in itertools.islice(itertools.product(*(self.ids[name] for name in operation.parameters)), TRIES):
            yield operation.path.format(**dict(zip(operation.parameters, ids, strict=True)))

    def filled(self, example: Any) -> Any:
        """A documented request, about what there is."""
        if not isinstance(example, Mapping):
            return example
        return {name: self.ids[name][0] if self.ids.get(name) else self.filled(value) for name, value in example.items()}


def main() -> int:
    console = Console(quiet=True)
    with Stack() as stack, Job(stack.gateway_url) as job:
        recorder = Recorder(list(_operations(stack)))
        job.http.event_hooks["response"].append(recorder.hear)
        words = Words(job, on="2025-01-06")
        for play in (demo.play, demo.play_the_certificates, demo.play_the_placements):
            play(job, console, words)
        ask_the_rest(job, recorder)
    RECORDED.mkdir(exist_ok=True)
    plain = Plain()
    for service in SERVICES:
        of = {name: (sent, said) for name, (operation, sent, said) in sorted(recorder.heard.items()) if operation.service == service}
        kept = {name: ({"request": sent} if sent else {}) | {"answer": said} for name, (sent, said) in of.items()}
        (RECORDED / f"{service}.json").write_text(json.dumps(plain.made(kept), ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    print(f"{len(recorder.heard)} / {len(recorder.operations)} → {RECORDED}")
    return 0


def _operations(stack: Stack) -> Iterator[Operation]:
    """All that the gateway answers, each with the service that it is routed to."""
    while "x-missing" in (document := httpx.get(f"{stack.gateway_url}/openapi.json", timeout=60).json()):
        sleep(1)
    for path, methods in document["paths"].items():
        routed = destination(path)
        for method, described in methods.items():
            service = routed.service if routed else "gateway"
            media = described.get("requestBody", {}).get("content", {}).get("application/json", {})
            yield Operation(service, described["operationId"], method.upper(), path, described["x-roles"], media.get("example"))


def ask_the_rest(job: Job, recorder: Recorder) -> None:
    """What the demonstration does not do, tried by whoever may: read as it is, and done with the documented request, as far as that goes."""
    people = {role: job.local(role) for role in ROLES} | {"institution": job.school}
    for methods in (("GET",), ("POST", "PATCH", "PUT"), ("GET",)):
        for operation in recorder.wanting(*methods):
            able = [person for role, person in people.items() if role in operation.roles]
            if operation.method != "GET" and operation.id.startswith(ACCOUNTS):
                continue
            for person, path in itertools.product(able[:1] + able[-1:], recorder.paths(operation)):
                if operation.id in recorder.heard:
                    break
                if operation.method == "GET":
                    person.ask("GET", path, on=ON)
                elif operation.example is not None:
                    etag = person.ask("GET", path.partition(":")[0], on=ON).headers.get("etag") if operation.parameters else None
                    person.ask(operation.method, path, on=ON, etag=etag, json=recorder.filled(operation.example))


def _short(value: Any) -> Any:
    """The first few of every list."""
    if isinstance(value, Mapping):
        return {name: _short(inner) for name, inner in value.items()}
    return [_short(inner) for inner in value[:ITEMS_AT_MOST]] if isinstance(value, list) else value


class Plain:
    """What is the same in every run: ids in the order in which they come, one time for all real times, no secret and no ID number."""

    def __init__(self) -> None:
        self.ids: dict[str, str] = {}

    def made(self, value: Any, name: str = "") -> Any:
        if isinstance(value, Mapping):
            return {self._text(key): self.made(inner, key) for key, inner in value.items()}
        if isinstance(value, list):
            return [self.made(inner, name) for inner in value]
        if isinstance(value, str):
            return "(只显示一次)" if name in SECRETS else self._text(value)
        return value

    def _text(self, text: str) -> str:
        text = _ID.sub(lambda found: self.ids.setdefault(found[0], f"01932f6e-7c1a-7000-8000-{len(self.ids) + 1:012x}"), text)
        text = _NUMBER.sub(county.here().examples.id_number, text)
        return _INSTANT.sub(lambda found: found[0] if int(found[1]) < clock.now().year else "2025-12-15T10:00:00.000+08:00", text)


if __name__ == "__main__":
    sys.exit(main())
