"""What lists and counts read of a placement is what its facts prove: random histories, each as of many days, by the columns and by the judge."""

from datetime import date, timedelta
from random import Random
from typing import Any

from sqlalchemy import insert, select, update

from services.eastwest.internal import registry
from services.eastwest.placements import conditions, job, rules, steps
from services.eastwest.placements.policy import retention as retained
from services.eastwest.placements.policy.retention import retention
from services.eastwest.placements.policy.telling import Employer, Evidence, Fact
from services.eastwest.placements.tables import Placement
from shared import clock, db
from shared.months import months_after
from tests.conftest import Service
from tests.eastwest.neighbours import START, Neighbours, evidence, order, placed, report
from tests.eastwest.neighbours import update as told_of

FIRST, DAY = date(2025, 1, 1), timedelta(days=1)
ELSEWHERE = Employer("某厂", None, "520102")
HISTORIES = 300


def history(random: Random) -> list[Fact]:
    """Starts, proofs that cover a month or nearly, leaving, going elsewhere, corrections, taking back: in any order and any number."""
    start = FIRST + random.randrange(200) * DAY
    told = [Fact("s", "started", start)] if random.random() < 0.95 else []
    for k in range(3):
        if random.random() < 0.85:
            first, last = months_after(start, k), months_after(start, k + 1) - random.choice([1, 1, 1, 1, 2]) * DAY
            told.append(
                Fact(f"p{k}", "present", last + random.choice([0, 0, 0, 40, 220]) * DAY, evidence=(Evidence("BCD"[k], first, last),))
            )
    if random.random() < 0.3:
        told.append(Fact("l", "left", start + random.choice([random.randrange(120), 95]) * DAY))
        if random.random() < 0.5:
            told.append(Fact("s2", "started", told[-1].effective_on + random.choice([1, 15, 16, 17, 40]) * DAY))
    if random.random() < 0.1:
        told.append(Fact("e", "employer_changed", start + random.randrange(120) * DAY, ELSEWHERE))
    if told and random.random() < 0.2:
        about = random.choice(told)
        moved = about.effective_on + random.randrange(-20, 20) * DAY
        told.append(Fact("c", random.choice(["corrected", "cancelled"]), moved, corrects=about.external_ref, sequence=9))
    return told


async def test_the_columns_say_what_the_judge_says(eastwest: Service) -> None:
    random, told = Random(20251), dict[Any, list[Fact]]()
    made = (await eastwest.as_("officer").post("/v1/orders", json=order())).json()
    async with eastwest.kernel.writing.begin() as session:
        rows = []
        for _ in range(HISTORIES):
            facts = history(random)
            today = max((each.effective_on for each in facts), default=FIRST)
            row = {
                "id": db.new_id(),
                "version": 1,
                "order_id": made["id"],
                "trainee_id": db.new_id(),
                "entered_by": "x",
                "entered_at": clock.now(),
            }
            rows.append(row | steps.columns_of(retained.kept(facts, today, rules.here())))
            told[row["id"]] = facts
        await session.execute(insert(Placement), rows)
    async with eastwest.kernel.reading() as session:
        work = (await registry.read(session, list(told))).placements
    for each in work:  # as the registry is told; where a column does not say it nothing is told here, for these facts were not reported
        judged = retention(told[each.placement_id], date.max, rules.here())
        if each.started_on is not None:
            assert (each.started_on, each.left_on, each.weakest_grade) == (judged.started_on, judged.left_on, judged.weakest_grade)
    assert {each.weakest_grade for each in work if each.started_on} == {"B", "C", "D"}
    compared, unsaid, seen = 0, 0, set[str]()
    for place in range(0, 560, 9):
        as_of = FIRST + place * DAY
        kept = conditions.proved(as_of)
        async with eastwest.kernel.reading() as session:
            found = (
                await session.execute(select(Placement.id, kept.started_on, kept.left_on, kept.to_judge, kept.verdict, kept.met_on))
            ).all()
        for placement_id, started_on, left_on, to_judge, verdict, met_on in found:
            judged = retention(told[placement_id], as_of, rules.here())
            if not to_judge:
                assert (verdict, started_on, left_on, met_on) == (judged.verdict, judged.started_on, judged.left_on, judged.met_on), (
                    as_of,
                    told[placement_id],
                )
                compared += 1
                seen.add(verdict)
            unsaid += to_judge
    assert compared > 4 * unsaid and seen == {"met", "on_track", "unproven", "broken"}


async def test_of_what_was_kept_before_it_is_said_on_which_days_months_were_proved(eastwest: Service, others: Neighbours) -> None:
    partner = eastwest.as_("partner")
    for n, facts in enumerate(
        (
            [told_of("1-s"), told_of("1-p", "present", "2025-08-05", evidence=evidence(START, "2025-07-29"))],
            [told_of("2-s"), told_of("2-l", "left", "2025-06-10"), told_of("2-s2", "started", "2025-06-11")],
            [],
        ),
        start=1,
    ):
        made = await placed(partner, others.person(n))
        for fact in facts:
            assert (await report(partner, made["id"], fact)).status_code == 201
    kept = select(Placement.proved_on).order_by(Placement.id)
    async with eastwest.kernel.writing.begin() as session:
        said = list(await session.scalars(kept))
        await session.execute(update(Placement).values(proved_on=None))
    assert said == [[date(2025, 8, 5), date(2025, 8, 5), None], [], None]
    last = await job.prove_some(eastwest.kernel)
    assert last is not None and await job.prove_some(eastwest.kernel, last) is None
    async with eastwest.kernel.reading() as session:
        assert list(await session.scalars(kept)) == said


async def test_a_list_says_what_each_placement_says_on_a_day_of_which_only_the_facts_know(eastwest: Service, others: Neighbours) -> None:
    """Of one who left and came back later, the columns say where they are now; of one who stayed they say it all."""
    partner = eastwest.as_("partner")
    came_back, stayed = [(await placed(partner, others.person(n)))["id"] for n in (1, 2)]
    for placement_id, fact in (
        (came_back, told_of("1-s")),
        (came_back, told_of("1-l", "left", "2025-06-10")),
        (came_back, told_of("1-s2", "started", "2025-06-11")),
        (stayed, told_of("2-s")),
    ):
        assert (await report(partner, placement_id, fact)).status_code == 201
    for as_of, verdict in (("2025-06-09", "on_track"), ("2025-06-10", "broken"), ("2025-06-11", "on_track")):
        listed = (await partner.get("/v1/placements", params={"as_of": as_of})).json()["items"]
        assert {each["id"]: each["retention"] for each in listed} == {came_back: verdict, stayed: "on_track"}, as_of
        for each in listed:
            alone = (await partner.get(f"/v1/placements/{each['id']}/retention", params={"as_of": as_of})).json()
            assert alone["verdict"] == each["retention"], as_of
