"""What boards are told of placements is what counting person by person says, whoever was merged, and whatever is not yet known of who was trained."""

from datetime import date, timedelta
from random import Random
from typing import Any, Final

import pytest
from sqlalchemy import insert

from services.eastwest.counting import conditions
from services.eastwest.counting.schemas import CountingIn
from services.eastwest.following import job
from services.eastwest.known import operations as known
from services.eastwest.known.tables import MergedTrainee
from services.eastwest.placements import rules
from services.eastwest.placements.tables import Placement
from shared import changes, clock, db
from shared.months import months_after
from tests.conftest import Service
from tests.eastwest.neighbours import Neighbours, order

FIRST, AS_OF, UNTIL = date(2025, 1, 1), date(2025, 9, 30), date(2025, 12, 31)
WINDOWS: Final = ((FIRST, AS_OF), (date(2025, 5, 10), date(2025, 8, 3)))


async def city(eastwest: Service, others: Neighbours, chance: Random) -> list[dict[str, Any]]:
    """Sixty placements of thirty people under forty ids, each met, broken or under way; of some people it is known when they were trained."""
    made = [(await eastwest.as_("officer").post("/v1/orders", json=order(f"FS-2025-00{n}"))).json()["id"] for n in range(2)]
    people = [db.new_id() for _ in range(40)]
    merged = dict(zip(people[30:], people[:10], strict=True))
    classes = [db.new_id(), db.new_id(), None]
    rows = []
    for order_id in made:
        for trainee_id in chance.sample(people, 30):
            started_on = FIRST + timedelta(days=chance.randrange(240))
            due_on = months_after(started_on, rules.here().months)
            state = chance.choice(["met", "met", "wanting", "left", "under way"])
            row = {"id": db.new_id(), "version": 1, "order_id": order_id, "trainee_id": trainee_id, "class_id": chance.choice(classes)}
            row |= {"entered_by": "x", "entered_at": clock.now(), "last_fact_on": FIRST, "external_refs": [], "started_on": started_on}
            row |= {"left_on": None, "retained_on": None, "proof_due_on": None}
            if state == "met" and due_on <= AS_OF:
                row["retained_on"] = due_on
            elif state == "wanting":
                row["proof_due_on"] = months_after(started_on, 1) - timedelta(days=1)
            elif state == "left":
                row["left_on"] = started_on + timedelta(days=20)
            rows.append(row)
    others.trained |= {str(each): str(FIRST + timedelta(days=chance.randrange(200))) for each in people[:30] if chance.random() < 0.7}
    async with eastwest.kernel.writing.begin() as session:
        await session.execute(insert(MergedTrainee), [{"id": each, "kept_id": into} for each, into in merged.items()])
        await session.execute(insert(Placement), rows)
    return [row | {"who": merged.get(row["trainee_id"], row["trainee_id"])} for row in rows]


def by_hand(rows: list[dict[str, Any]], trained: dict[str, str], window: tuple[date, date]) -> dict[str, Any]:
    """The same, one placement after the other."""
    met: dict[Any, date] = {}
    others, underway, later, months = set(), set(), set(), dict[str, int]()
    for row in rows:
        due_on = months_after(row["started_on"], rules.here().months)
        met_on = row["retained_on"] or (
            due_on if row["proof_due_on"] is None and (row["left_on"] is None or row["left_on"] >= due_on) else None
        )
        met_on = met_on if met_on and met_on <= AS_OF else None
        day = trained.get(str(row["who"]))
        ours = day is not None and date.fromisoformat(day) < row["started_on"]
        within = met_on is not None and window[0] <= met_on <= window[1]
        if within and ours and met_on:
            met[row["who"]] = min(met_on, met.get(row["who"], met_on))
        elif met_on and ours and met_on > window[1]:
            later.add(row["who"])
        elif within:
            others.add(row["who"])
        elif ours and met_on is None and row["left_on"] is None and due_on <= UNTIL:
            underway.add(row["who"])
    for met_on in met.values():
        months[f"{met_on:%Y-%m}"] = months.get(f"{met_on:%Y-%m}", 0) + 1
    return {"numerator": len(met), "others": len(others - met.keys()), "underway": len(underway - met.keys() - later), "months": months}


async def told(eastwest: Service) -> list[dict[str, Any]]:
    asked = {"measure": "retained_people", "after_order_class": True, "until_on": str(UNTIL)}
    countings = [asked | {"key": str(n), "from_on": str(first), "to_on": str(last)} for n, (first, last) in enumerate(WINDOWS)]
    body = {"as_of": str(AS_OF), "by": "month", "countings": countings}
    answer = await eastwest.internal("gateway").post("/internal/v1/counts", json=body)
    assert answer.status_code == 200, answer.text
    found = []
    for each in answer.json()["counts"]:
        [tally] = each["tallies"]
        months = {group["code"]: group["numerator"] for group in each["groups"]}
        found.append({name: tally[name] for name in ("numerator", "others", "underway")} | {"months": months})
    return found


async def test_counts_are_what_counting_by_hand_says_before_and_after_the_registry_was_asked(eastwest: Service, others: Neighbours) -> None:
    rows = await city(eastwest, others, Random(2025))
    right = [by_hand(rows, others.trained, window) for window in WINDOWS]
    assert all(each["numerator"] and each["others"] and each["underway"] for each in right[:1])
    assert await told(eastwest) == right
    while await known.learn(eastwest.kernel):
        pass
    others.away.add("registry")
    assert await told(eastwest) == right  # nobody is asked any more

    others.away.clear()
    someone = next(row for row in rows if str(row["who"]) in others.trained)
    others.trained.pop(str(someone["who"]))
    said = {
        "id": db.new_id(),
        "source": "registry",
        "type": "enrolment.enrolled",
        "time": clock.now(),
        "subject": db.new_id(),
        "sequence": "1",
    }
    whom = [someone["trainee_id"], *(row["trainee_id"] for row in rows[:20])]
    with eastwest.statements() as ran:
        async with eastwest.kernel.writing.begin() as session:
            await job.take_in(session, [changes.Event(**said, data={"trainee_id": str(each)}) for each in whom])
    assert sum("due_askings" in each for each in ran) == 1  # a roster of ten thousand is as many events
    assert await told(eastwest) == [by_hand(rows, others.trained, window) for window in WINDOWS]


@pytest.mark.parametrize(("as_of", "rest"), [("2025-01-15", "2025-03-01"), ("2025-03-31", "2025-04-01"), ("2025-05-15", "2025-05-01")])
def test_whole_months_lie_within_the_days_that_are_asked_for(as_of: str, rest: str) -> None:
    """Of days that are all to come nothing is read: neither a month, nor a stay before them."""
    asked = CountingIn(key="k", measure="retained_people", from_on=date(2025, 3, 1), to_on=date(2025, 12, 31))
    [span] = conditions.asked_with([asked], date.fromisoformat(as_of), (), ())["spans"]
    assert (span["first"], span["rest"], span["last"]) == ("2025-03-01", rest, as_of)
