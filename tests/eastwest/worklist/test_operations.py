"""What waits for the partner: the people of whom nothing proves that they worked, month by month."""

from datetime import date

import pytest

from services.eastwest.placements import rules
from services.eastwest.placements.policy.retention import kept
from services.eastwest.placements.policy.telling import Evidence, Fact
from tests.conftest import Service
from tests.eastwest.neighbours import Neighbours, evidence, order, placed, report, update


def at(day: str) -> str:
    return f"{day}T09:00:00+08:00"


async def due(eastwest: Service, day: str, role: str = "partner") -> list[str]:
    answer = await eastwest.as_(role, at=at(day), subject="foshan").get("/v1/worklist")
    assert answer.status_code == 200, answer.text
    return [item["due_on"] for item in answer.json()["items"]]


async def test_a_placement_waits_until_each_month_has_its_proof(eastwest: Service, others: Neighbours) -> None:
    partner = eastwest.as_("partner", at=at("2025-06-02"), subject="foshan")
    placement = await placed(partner, others.person(1))
    assert await due(eastwest, "2025-06-02") == ["2025-06-30"]  # to say within twenty working days that it has begun
    await report(partner, placement["id"], update("1"))
    others.asked.clear()
    assert await due(eastwest, "2025-06-02") == ["2025-06-29"] and others.asked == ["/internal/v1/names"]
    partner = eastwest.as_("partner", at=at("2025-06-20"), subject="foshan")
    await report(partner, placement["id"], update("2", "present", "2025-06-10", evidence=evidence("2025-05-30", "2025-06-10")))
    assert await due(eastwest, "2025-06-10") == []
    assert await due(eastwest, "2025-06-30") == ["2025-06-29"]  # over, and only half proved
    assert await due(eastwest, "2025-06-29", "officer") == []
    assert await due(eastwest, "2025-06-30", "officer") == ["2025-06-29"]  # over: the bureau looks after it as well
    stranger = eastwest.as_("partner", at=at("2025-06-30"), subject="someone-else")
    assert (await stranger.get("/v1/worklist")).json()["items"] == []
    await report(partner, placement["id"], update("3", "left", "2025-06-20"))
    assert await due(eastwest, "2025-06-30") == []


@pytest.mark.parametrize(
    ("proved", "today", "expected"),
    [
        ([], "2025-05-29", None),
        ([], "2025-05-30", "2025-06-29"),
        ([("2025-05-30", "2025-05-30")], "2025-06-29", None),
        ([("2025-05-30", "2025-06-28")], "2025-06-30", "2025-06-29"),
        ([("2025-05-30", "2025-06-29")], "2025-06-30", "2025-07-29"),
        ([("2025-05-30", "2025-06-30")], "2025-06-30", None),
        ([("2025-06-30", "2025-08-29")], "2025-08-30", "2025-06-29"),
        ([("2025-05-30", "2025-08-29")], "2025-08-30", None),
    ],
)
def test_the_first_month_that_lacks_proof_is_due(proved: list[tuple[str, str]], today: str, expected: str | None) -> None:
    given = tuple(Evidence("B", date.fromisoformat(first), date.fromisoformat(last)) for first, last in proved)
    found = kept([Fact("1", "started", date(2025, 5, 30), evidence=given)], date.fromisoformat(today), rules.here()).wanted
    waits = found is not None and found.wanted_on <= date.fromisoformat(today)
    assert (found.due_on if found and waits else None) == (expected and date.fromisoformat(expected))


async def test_an_order_past_its_last_day_waits_to_be_closed(eastwest: Service, others: Neighbours) -> None:
    partner = eastwest.as_("partner", at=at("2025-03-05"), subject="foshan")
    made = (await partner.post("/v1/orders", json=order(until_on="2025-06-30"))).json()
    assert await due(eastwest, "2025-06-30") == []
    assert await due(eastwest, "2025-07-01") == ["2025-07-08"]
    assert await due(eastwest, "2025-07-01", "officer") == []  # the partner's to close
    closed = await eastwest.as_("partner", at=at("2025-07-01"), subject="foshan").post(f"/v1/orders/{made['id']}:close", json={})
    assert (closed.status_code, await due(eastwest, "2025-07-01")) == (200, [])
