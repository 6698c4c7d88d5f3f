"""Two partner offices at their worst, whose references clash, while eastwest and the gateway are killed (kill -9); a third tells the same in order."""

import asyncio
import itertools
import time
from collections.abc import Iterator

import httpx
import pytest

from deploy.demo.main_job import Job
from deploy.demo.people import trainee
from deploy.stack import Stack
from tests.eastwest.neighbours import order
from tests.eastwest.office import NOW, Office, of_placements
from tests.stacks import forked

pytestmark = pytest.mark.drill
PEOPLE, ORDERS = 20, 13
SECONDS_BETWEEN_KILLS = 3


@pytest.fixture
def stack() -> Iterator[Stack]:
    with forked() as running:
        yield running


async def test_two_offices_at_their_worst_and_a_system_that_is_killed(stack: Stack) -> None:
    began = time.monotonic()
    with Job(stack.gateway_url) as job:
        people = _people(job)
        offices = [await _office(stack, job, name, people) for name in ("calm", "one", "another")]
        calm, *worst = (office for office, _ in offices)
        await calm.tell_in_order()
        killing = asyncio.create_task(_kill(stack))
        telling = asyncio.gather(*(each.tell_at_its_worst() for each in worst))
        try:
            await telling
        finally:
            killing.cancel()
            kills = await killing
        for office, _ in offices:
            await office.holds_what_the_system_holds()
        verdicts = [await office.verdicts(placement_ids) for office, placement_ids in offices]
        assert verdicts[0] == verdicts[1] == verdicts[2]
        for office, _ in offices:
            await office.client.aclose()
        sent, lost, away = (sum(getattr(each, name) for each in worst) for name in ("sent", "lost", "turned_away"))
        assert sent - away >= 2_000 and kills >= 4
        print(
            f"{sent - away:,} posts of two offices ({lost:,} answers lost, {away:,} turned away), {kills} kills: {len(calm.facts):,} facts of each once, "
            f"receipts and verdicts of {len(offices[0][1]):,} placements equal; {time.monotonic() - began:.0f} s"
        )


def _people(job: Job) -> list[str]:
    """Registered, and with an outside certificate for the post."""
    made = []
    for n in range(PEOPLE):
        made.append(job.officer.do("POST", "/v1/trainees", on="2025-03-01", json=trainee(830_000 + n))["id"])
        said = {"kind": "work_permit", "number": f"T-5226-2025-{n:06d}", "trainee_id": made[-1], "occupation_code": "6-31-01-03"}
        proof = {"issued_on": "2025-04-25", "issuer": "某评价机构", "proof": "原件已核对"}
        job.officer.do("POST", "/v1/certificates", on="2025-05-06", json=said | proof)
    return made


async def _office(stack: Stack, job: Job, name: str, people: list[str]) -> tuple[Office, list[str]]:
    """With everybody placed on each of its orders."""
    partner = job.client(name, "partner", department=name)
    standard = order()["standard"] | {"certificate_kind": "work_permit", "level": None}
    orders = [partner.do("POST", "/v1/orders", on="2025-03-05", json=order(f"FS-{n}", standard=standard))["id"] for n in range(ORDERS)]
    pairs = itertools.product(orders, people)
    bodies = [{"order_id": one, "trainee_id": who} for one, who in pairs]
    placed = [partner.do("POST", "/v1/placements", on="2025-05-20", json=body)["id"] for body in bodies]
    headers = {"Authorization": f"Bearer {partner.token}", "X-Server-Date": NOW}
    client = httpx.AsyncClient(base_url=stack.gateway_url, headers=headers, timeout=60)
    return of_placements(client, placed, name), placed


async def _kill(stack: Stack) -> int:
    """How often, until it is told to end; what was killed stands again."""
    for kills, name in enumerate(itertools.cycle(("eastwest", "gateway", "eastwest"))):
        try:
            await asyncio.sleep(SECONDS_BETWEEN_KILLS)
        except asyncio.CancelledError:
            return kills
        await asyncio.shield(asyncio.to_thread(_kill_and_start, stack, name))
    return 0


def _kill_and_start(stack: Stack, name: str) -> None:
    stack.kill(name)
    stack.start(name)
