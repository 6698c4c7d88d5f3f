"""Asking beforehand what a claim for a class would be judged to be."""

import asyncio
from collections import deque
from collections.abc import Callable, Coroutine, Iterable
from typing import Any, Final
from uuid import UUID

from services.registry.codes import Channel
from services.registry.training.classes import reading as classes
from services.registry.training.classes.errors import ClassImported, ClassUnsubsidised
from services.registry.training.eligibility import reading, schemas
from shared import errors, http_client
from shared.access import Call
from shared.web import Kernel

PEOPLE_AT_A_TIME: Final = (
    500  # a claim has a thousand lines at most; what is asked at once must fit a request and be thought over in its time
)

ASKED_AHEAD: Final = 2


async def eligibility(call: Call, kernel: Kernel, class_id: UUID, scheme: str | None) -> schemas.Eligibility:
    """Asks subsidy what a claim for the class would be judged to be, on the facts as they are known now; no connection is held while it thinks."""
    async with kernel.reading() as session:
        await classes.find(session, call, class_id)
    facts = await reading.gather(kernel, class_id)
    if facts["class"]["imported"]:
        raise ClassImported
    if facts["class"]["channel"] == Channel.SOCIAL:
        raise ClassUnsubsidised
    scheme = scheme or facts["class"]["channel"]
    people: list[Any] = facts["enrolments"]
    call.told["trainees"] = {row["trainee_id"]: {name: row[name] for name in ("name", "id_number_masked")} for row in people}

    async def judged(start: int) -> schemas.Judged:
        asked = {"scheme": scheme, "facts": facts | {"enrolments": people[start : start + PEOPLE_AT_A_TIME]}}
        said = await kernel.neighbours["subsidy"].post("/internal/v1/eligibility", call, asked)
        if said is None:
            raise errors.NotFound(f"没有补贴项目 {scheme}。请从 /v1/schemes 选择。")
        return http_client.read(schemas.Judged, said, "subsidy")

    found = await _some_ahead(judged, range(0, max(len(people), 1), PEOPLE_AT_A_TIME))
    lines = [line for each in found for line in each.lines]
    return schemas.Eligibility(class_id=class_id, scheme=scheme, terms=found[-1].terms, lines=lines)


async def _some_ahead(judged: Callable[[int], Coroutine[Any, Any, schemas.Judged]], starts: Iterable[int]) -> list[schemas.Judged]:
    """What is said of each part, in order; the next are asked for while one is read, so that neither of the two services waits for the other."""
    asked: deque[asyncio.Task[schemas.Judged]] = deque()
    found: list[schemas.Judged] = []
    try:
        for start in starts:
            asked.append(asyncio.create_task(judged(start)))
            if len(asked) > ASKED_AHEAD:
                found.append(await asked.popleft())
        return [*found, *[await task for task in asked]]
    finally:
        for task in asked:
            task.cancel()
