"""A partner office at its worst: it loses answers, repeats, delays and reorders what it posts. What it holds at the end is what the system holds."""

import asyncio
import base64
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from random import Random
from typing import Any

import httpx
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from shared.months import months_after
from shared.receipts import canonical
from tests.eastwest.neighbours import evidence, key, update

NOW, FIRST, DAY = "2025-12-01T09:00:00+08:00", date(2025, 6, 1), timedelta(days=1)
AS_OF = ("2025-08-15", "2025-09-30", "2025-12-01")
SENDERS, IN_A_BATCH_AT_MOST = 4, 40
LOST, DELAYED, REPEATED, ALONE = 0.15, 0.2, 0.25, 0.97  # shares
COME_AGAIN = {401, 429, 500, 502, 503, 504}
ELSEWHERE = {"name": "佛山市南海区某五金厂", "district_code": "440605"}


def history(random: Random, n: int) -> list[dict[str, Any]]:
    """What is reported of one placement, in order. Of one fact there is one correction at most: of two the later to come would stand."""
    start = FIRST + random.randrange(60) * DAY
    told = [update(f"{n}-s", on=str(start))]
    for month in range(3):
        first, last = months_after(start, month), months_after(start, month + 1) - DAY
        if random.random() < 0.85:
            told.append(update(f"{n}-p{month}", "present", str(last), evidence=evidence(str(first), str(last), random.choice("BCD"))))
    if random.random() < 0.3:
        told.append(update(f"{n}-e", "employer_changed", str(start + 40 * DAY), employer=ELSEWHERE))
    if random.random() < 0.3:
        told.append(update(f"{n}-c", "corrected", str(start + random.randrange(-5, 6) * DAY), corrects=f"{n}-s"))
        if random.random() < 0.4:
            told.append(update(f"{n}-cx", "cancelled", "2025-11-01", corrects=f"{n}-c"))
    if random.random() < 0.4:
        told.append(update(f"{n}-l", "left", str(start + random.randrange(30, 120) * DAY)))
        if random.random() < 0.5:
            told.append(update(f"{n}-lx", "cancelled", "2025-11-01", corrects=f"{n}-l"))
    return told


@dataclass(slots=True)
class Post:
    """One fact, or a batch of them. Sent again it bears the same key or, as of an office that keeps none, another."""

    facts: list[dict[str, Any]]
    headers: dict[str, str] = field(default_factory=key)
    lost: bool = False


@dataclass
class Office:
    """`client` asks as this office. `ledger`: the receipts, by reference, as they first came."""

    client: httpx.AsyncClient
    facts: list[dict[str, Any]]
    random: Random
    ledger: dict[str, dict[str, Any]] = field(default_factory=dict)
    sent: int = 0
    lost: int = 0
    turned_away: int = 0

    async def tell_in_order(self) -> None:
        for first in range(0, len(self.facts), 500):
            self._take(await self._send(Post(self.facts[first : first + 500])))

    async def tell_at_its_worst(self) -> None:
        waiting = self._posts()
        await asyncio.gather(*(self._work(waiting) for _ in range(SENDERS)))

    def _posts(self) -> list[Post]:
        random = self.random
        left = self.facts + random.sample(self.facts, int(REPEATED * len(self.facts)))
        random.shuffle(left)
        posts = []
        while left:
            size = 1 if random.random() < ALONE else random.randint(2, IN_A_BATCH_AT_MOST)
            several = {each["external_ref"]: each for each in left[-size:]}  # once in a batch
            posts.append(Post(list(several.values())))
            del left[-size:]
        return posts

    async def _work(self, waiting: list[Post]) -> None:
        random = self.random
        while waiting:
            post = waiting.pop()
            if waiting and random.random() < DELAYED:
                waiting.insert(random.randrange(len(waiting)), post)
                continue
            try:
                answer = await self._send(post)
            except httpx.HTTPError:
                answer = None
            if answer is None or answer.status_code in COME_AGAIN or (answer.status_code == 409 and answer.json()["retryable"]):
                self.turned_away += 1
                waiting.insert(0, post)
                await asyncio.sleep(0.05)
            elif not post.lost and random.random() < LOST:
                self.lost += 1
                again = Post(post.facts, post.headers if random.random() < 0.5 else key(), lost=True)
                waiting.insert(random.randrange(len(waiting) + 1), again)
            else:
                self._take(answer)

    async def _send(self, post: Post) -> httpx.Response:
        self.sent += 1
        if len(post.facts) == 1:
            [fact] = post.facts
            said = {name: value for name, value in fact.items() if name != "placement_id"}
            return await self.client.post(f"/v1/placements/{fact['placement_id']}/updates", json=said, headers=post.headers)
        body = {"mode": "commit", "atomic": "each", "items": post.facts}
        return await self.client.post("/v1/placement-updates:batch", json=body, headers=post.headers)

    def _take(self, answer: httpx.Response) -> None:
        assert answer.status_code in (201, 207), answer.text
        said = answer.json()
        for each in said["items"] if answer.status_code == 207 else [said]:
            assert each["outcome"] in ("created", "unchanged"), each
            receipt = each["receipt"]
            assert self.ledger.setdefault(receipt["external_ref"], receipt) == receipt  # whenever it is asked for

    async def holds_what_the_system_holds(self) -> None:
        """Every fact once, under numbers without a gap, each with a receipt that verifies."""
        refs = [each["external_ref"] for each in self.facts]
        assert self.ledger.keys() == set(refs)
        assert sorted(each["sequence"] for each in self.ledger.values()) == list(range(1, len(refs) + 1))
        asked = {"refs": refs, "through": len(refs)}
        found = (await self.client.post("/v1/placement-updates:reconcile", json=asked, headers=key())).json()
        assert (found["missing_here"], found["missing_there"], found["later"], found["last_sequence"]) == ([], [], [], len(refs))
        published = (await self.client.get("/v1/placement-receipts/key")).json()
        public = Ed25519PublicKey.from_public_bytes(base64.urlsafe_b64decode(published["x"] + "=="))
        for receipt in self.ledger.values():
            signed = canonical({name: value for name, value in receipt.items() if name != "signature"})
            public.verify(base64.b64decode(receipt["signature"]), signed)

    async def verdicts(self, placement_ids: Sequence[str]) -> list[tuple[Any, ...]]:
        """What its facts prove of each placement, as of some days."""
        found: dict[str, list[Any]] = {each: [] for each in placement_ids}
        for day in AS_OF:
            path: str | None = f"/v1/placements?limit=200&as_of={day}"
            while path is not None:
                page = (await self.client.get(path)).json()
                for each in page["items"]:
                    found[each["id"]] += [each["retention"], each["started_on"], each["left_on"], each["employer"]["name"]]
                path = page["next_cursor"] and f"/v1/placements?limit=200&as_of={day}&cursor={page['next_cursor']}"
        return [tuple(found[each]) for each in placement_ids]


def of_placements(client: httpx.AsyncClient, placement_ids: Sequence[str], seed: str) -> Office:
    """An office that has the same to tell as every other, under the same references; it is by `seed` that it tells it otherwise."""
    told = Random("what there is to tell")
    facts = [each | {"placement_id": one} for n, one in enumerate(placement_ids) for each in history(told, n)]
    return Office(client, facts, Random(seed))
