"""Load on a whole system while its processes are replaced one by one: what every caller was answered."""

import itertools
import threading
import time
import uuid
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any

import httpx

from deploy.demo.main_job import Job
from deploy.stack import Stack
from tests import people

ON = "2025-04-01"
FROM = 20_000  # of the invented people: others of the same system have been registered before
READS = ("/v1/trainees?limit=5", "/v1/claims?limit=5", "/v1/filings?limit=5", "/v1/placements?limit=5", "/v1/users?limit=5")
MERGED = ("/v1/worklist", "/v1/plans/kaili-2024/progress", "/v1/changes?limit=1")


@dataclass
class Seen:
    """What came back. `failures` is empty when nobody noticed anything."""

    answered: Counter[str] = field(default_factory=Counter)
    failures: list[str] = field(default_factory=list)
    registered: list[str] = field(default_factory=list)


def replaced_under_load(stack: Stack, names: Sequence[str], callers: int = 2) -> Seen:
    """Replaces each process of `names` while `callers` write on kept connections, read on new ones, read what is merged, and wait for changes."""
    seen, over, numbers = Seen(), threading.Event(), itertools.count(FROM)

    def ask(client: httpx.Client, token: str, method: str, path: str, status: int, **sent: Any) -> Any:
        headers = {"Authorization": token, "X-Server-Date": f"{ON}T09:00:00+08:00", "Idempotency-Key": str(uuid.uuid4())}
        try:
            answer = client.request(method, path, headers=headers, **sent)
        except httpx.HTTPError as error:
            seen.failures.append(f"{method} {path}: {error!r}")
            return None
        seen.answered[f"{method} {path.partition('?')[0]}"] += 1
        if answer.status_code != status or answer.json().get("complete") is False:
            seen.failures.append(f"{method} {path}: {answer.status_code} {answer.text[:300]}")
        return answer.json()

    def write() -> None:
        with httpx.Client(base_url=stack.gateway_url, timeout=60) as client:
            while not over.is_set():
                if (
                    made := ask(client, tokens["officer"], "POST", "/v1/trainees", 201, json=people.trainee(next(numbers)))
                ) and "id" in made:
                    seen.registered.append(made["id"])

    def read() -> None:
        for path in itertools.cycle(READS + MERGED):
            if over.is_set():
                return
            role = "admin" if "users" in path or "changes" in path else "officer"
            with httpx.Client(base_url=stack.gateway_url, timeout=60) as client:
                ask(client, tokens[role], "GET", path, 200)

    def wait() -> None:
        with httpx.Client(base_url=stack.gateway_url, timeout=60) as client:
            after = None
            while not over.is_set():
                said = ask(client, tokens["admin"], "GET", f"/v1/changes?wait=5&limit=1000{f'&after={after}' if after else ''}", 200)
                after = (said or {}).get("next")

    with Job(stack.gateway_url) as job:
        before = _registered(job)
        tokens = {role: _token(stack, role) for role in ("officer", "admin")}
        with ThreadPoolExecutor(2 * callers + 1) as working:
            load = [working.submit(done) for done in [write, read] * callers + [wait]]
            try:
                time.sleep(0.5)  # so that it is loaded when the first is replaced
                for name in names:
                    stack.replace(name)
            finally:
                over.set()
            for each in load:
                each.result()
        kept = _registered(job) - before
    if kept != len(seen.registered):
        seen.failures.append(f"{len(seen.registered)} were acknowledged, {kept} are there")
    return seen


def _registered(job: Job) -> int:
    return int(job.local("officer").do("GET", "/v1/trainees?limit=1&include_total=true", on=ON)["total"])


def _token(stack: Stack, role: str) -> str:
    asked = {"auth": (f"local-{role}", f"local-{role}"), "data": {"grant_type": "client_credentials"}}
    return f"Bearer {httpx.post(f'{stack.gateway_url}/oauth2/token', **asked, timeout=60).json()['access_token']}"  # type: ignore[arg-type]
