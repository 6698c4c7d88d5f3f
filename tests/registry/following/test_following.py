"""What the registry learns from the feeds of evaluation and eastwest: who was certified, who works; each event once."""

import asyncio
from functools import partial
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncSession

from services.registry.following import job, operations
from services.registry.people.known.tables import KnownCertificate
from shared import changes, clock, db, following
from tests.conftest import Service, Start
from tests.eastwest.neighbours import evidence, update
from tests.registry.following.city import BEGAN, ISSUED, WELDER, City, a_city
from tests.registry.following.feeds import followed
from tests.shared.test_following import restore
from tests.waiting import until

CERTIFICATES = "skill_level,special_skill,qualification,work_permit"


async def certified(registry: Service, as_of: str, kinds: str = CERTIFICATES) -> int:
    return await _listed(registry, certified_as_of=as_of, certified_kinds=kinds)


async def employed(registry: Service, as_of: str) -> int:
    return await _listed(registry, employed_as_of=as_of, employed_within_months="6", employed_kinds="employer")


async def _listed(registry: Service, **filters: str) -> int:
    answer = await registry.as_("officer").get("/v1/enrolments", params=filters)
    assert answer.status_code == 200, answer.text
    return len(answer.json()["items"])


async def test_a_certificate_counts_from_its_day_to_the_day_before_it_is_revoked(start: Start) -> None:
    async with a_city(start) as city:
        first, _ = await city.trained(2)
        made = await city.certificate(await city.trainee_of(first))
        assert await certified(city.registry, ISSUED) == 0
        assert await city.catch_up() == 1
        assert [await certified(city.registry, day) for day in ("2025-05-09", ISSUED)] == [0, 1]
        await city.revoke(made, "2025-09-01T09:00:00+08:00")
        assert await city.catch_up() == 1
        assert [await certified(city.registry, day) for day in (ISSUED, "2025-08-31", "2025-09-01")] == [1, 1, 0]


@pytest.mark.parametrize(
    ("changed", "counted"),
    [
        pytest.param({}, 1, id="of-the-trade"),
        pytest.param({"issued_on": "2025-04-01"}, 1, id="on-the-first-day"),
        pytest.param({"issued_on": "2025-03-31"}, 0, id="before-the-class"),
        pytest.param({"occupation_code": WELDER}, 0, id="of-another-trade"),
        pytest.param({"kind": "completion", "level": None}, 0, id="of-a-kind-that-does-not-count"),
    ],
)
async def test_a_certificate_that_names_no_class_counts_by_trade_and_day(start: Start, changed: dict[str, Any], counted: int) -> None:
    async with a_city(start) as city:
        [enrolment] = await city.trained(1)
        await city.certificate(await city.trainee_of(enrolment), **changed)
        await city.catch_up()
        assert await certified(city.registry, "2025-12-31") == counted


async def test_a_placement_is_work_while_it_lasts_and_is_corrected_when_it_is(start: Start) -> None:
    async with a_city(start) as city:
        [enrolment] = await city.trained(1)
        trainee_id = await city.trainee_of(enrolment)
        await city.certificate(trainee_id)
        placed = await city.placement(await city.order(), trainee_id)
        await city.catch_up()
        assert [await employed(city.registry, day) for day in ("2025-05-29", BEGAN, "2025-12-31")] == [0, 1, 1]
        [work] = (await city.registry.as_("officer").get(f"/v1/enrolments/{enrolment}/employment")).json()["items"]
        assert (work["kind"], work["from_on"], work["until_on"], work["grade"]) == ("employer", BEGAN, None, "D")
        await city.report(placed, update("e", "present", "2025-06-30", evidence=evidence(BEGAN, "2025-06-30", "A")))
        await city.report(placed, update("l", "left", "2025-07-15"))
        await city.report(placed, update("c", "corrected", "2025-06-01", corrects=f"{placed}-s"))
        await city.catch_up()
        [work] = (await city.registry.as_("officer").get(f"/v1/enrolments/{enrolment}/employment")).json()["items"]
        assert (work["from_on"], work["until_on"], work["grade"]) == ("2025-06-01", "2025-07-15", "A")
        assert [await employed(city.registry, day) for day in (BEGAN, "2025-06-01")] == [0, 1]


async def test_what_is_known_of_a_person_follows_a_merge_whichever_comes_first(start: Start) -> None:
    async with a_city(start) as city:
        first, second = await city.trained(2)
        old, stays = await city.trainee_of(first), await city.trainee_of(second)
        await city.certificate(old)
        await city.catch_up()
        await _merge(city, old, stays)
        assert await certified(city.registry, ISSUED) == 2  # both enrolments are now the same person's
        third, fourth = await city.trained(2)
        old, stays = await city.trainee_of(third), await city.trainee_of(fourth)
        await city.certificate(old)
        await _merge(city, old, stays)
        await city.catch_up()
        assert await certified(city.registry, ISSUED) == 4


async def _merge(city: City, old: str, into: str) -> None:
    answer = await city.registry.as_("officer").post(f"/v1/trainees/{old}:merge", json={"into": into})
    assert answer.status_code == 200, answer.text


@pytest.mark.parametrize("deaths", [1, 3])
async def test_an_event_takes_effect_once_also_when_the_follower_dies_in_between(start: Start, deaths: int) -> None:
    async with a_city(start) as city:
        enrolments = await city.trained(3)
        for each in enrolments:
            await city.certificate(await city.trainee_of(each))
        fetch, take_in = followed(city.registry, city.evaluation)
        taken: list[str] = []

        async def dying(session: AsyncSession, event: changes.Event) -> None:
            await take_in(session, [event])
            taken.append(str(event.id))
            if len(taken) == 2:
                raise ConnectionError

        for _ in range(deaths):
            taken.clear()
            with pytest.raises(ConnectionError):
                await following.follow_once(city.registry.kernel.engine, "evaluation", fetch, following.one_by_one(dying))
            assert await certified(city.registry, ISSUED) == 0
        assert await following.follow_once(city.registry.kernel.engine, "evaluation", fetch, take_in) == 3
        assert await following.follow_once(city.registry.kernel.engine, "evaluation", fetch, take_in) == 0
        assert await certified(city.registry, ISSUED) == 3


async def test_the_jobs_follow_both_feeds_by_themselves(start: Start) -> None:
    async with a_city(start) as city:
        [enrolment] = await city.trained(1)
        trainee_id = await city.trainee_of(enrolment)
        for other in (city.evaluation, city.eastwest):
            city.registry.knows(other)
        jobs = [asyncio.create_task(each(city.registry.kernel)) for each in (job.certificates, job.placements)]
        try:
            await city.certificate(trainee_id)
            await city.placement(await city.order(), trainee_id)
            await until(lambda: certified(city.registry, ISSUED))
            await until(lambda: employed(city.registry, BEGAN))
        finally:
            for each in jobs:
                each.cancel()
            await asyncio.gather(*jobs, return_exceptions=True)


async def test_the_registry_goes_on_when_the_services_it_follows_are_away(start: Start) -> None:
    async with start("registry") as registry:
        assert await certified(registry, ISSUED) == 0


@pytest.mark.parametrize("missing", ["certified_as_of", "certified_kinds"])
async def test_the_two_parameters_of_certificates_are_given_together(start: Start, missing: str) -> None:
    async with start("registry") as registry:
        given = {"certified_as_of": ISSUED, "certified_kinds": CERTIFICATES}
        given.pop(missing)
        answer = await registry.as_("officer").get("/v1/enrolments", params=given)
        assert (answer.status_code, answer.json()["parameter"]) == (400, missing)


async def test_of_a_restored_neighbour_the_registry_knows_what_that_one_tells_now(start: Start) -> None:
    """A certificate that it lost is none, one whose revocation it lost stands, a placement is as it tells it."""
    async with a_city(start) as city:
        enrolments = await city.trained(3)
        first, second, third = [await city.trainee_of(each) for each in enrolments]

        async def left() -> str | None:
            [work] = (await city.registry.as_("officer").get(f"/v1/enrolments/{enrolments[0]}/employment")).json()["items"]
            return work["until_on"]

        stays = await city.certificate(first)
        placed = await city.placement(await city.order(), first)
        await city.catch_up()
        events = [await _events(each) for each in (city.evaluation, city.eastwest)]
        await city.certificate(second)
        await city.revoke(stays, "2025-09-01T09:00:00+08:00")
        await city.report(placed, update("l", kind="left", effective_on="2025-07-01"))
        await city.catch_up()
        assert [await certified(city.registry, "2025-09-02"), await left()] == [1, "2025-07-01"]
        for service, count in zip((city.evaluation, city.eastwest), events, strict=True):
            await restore(service, count)
        async with city.eastwest.superuser() as connection:
            await connection.execute(text("SET LOCAL session_replication_role = replica"))
            await connection.execute(text("DELETE FROM placement_updates WHERE kind = 'left'"))
            await connection.execute(text("UPDATE placements SET left_on = NULL"))
        await city.certificate(third)
        for _ in range(2):  # back, and on
            await city.catch_up()
        assert [await certified(city.registry, "2025-09-02"), await left()] == [2, None]


async def _events(service: Service) -> int:
    async with service.kernel.reading() as session:
        return len((await session.execute(changes.CHANGES.select())).all())


def _told(happened: str, subject: UUID, **data: Any) -> changes.Event:
    said = {
        "id": db.new_id(),
        "source": "/other",
        "type": happened,
        "subject": subject,
        "time": clock.now(),
        "sequence": "1-1",
        "data": data,
    }
    return changes.Event.model_validate(said)


def _certificate(kind: str, subject: UUID, **more: Any) -> changes.Event:
    of = {"trainee_id": str(subject), "class_id": None, "kind": "skill_level", "occupation_code": WELDER, "level": "junior"}
    return _told(f"certificate.{kind}", subject, file_ids=[], issued_on=ISSUED, **of, **more)


def _placement(subject: UUID) -> changes.Event:
    days = {"started_on": BEGAN, "left_on": None, "weakest_grade": None}
    said = {
        "placement_id": str(subject),
        "written_as": str(subject),
        "class_id": None,
        "order_id": str(subject),
        "order_number": "1",
    } | days
    return _told("placement.updated", subject, file_ids=[str(subject)], placement=said)


async def test_a_batch_of_events_costs_the_same_statements_however_many_they_are(start: Start) -> None:
    async with start("registry") as registry:
        for take_in, event in (
            (operations.take_in_placements, _placement),
            (operations.take_in_certificates, partial(_certificate, "issued")),
        ):
            asked = []
            for papers in (2, 60):
                with registry.statements() as statements:
                    async with registry.kernel.writing.begin() as session:
                        await take_in(session, [event(db.new_id()) for _ in range(papers)])
                asked.append(len(statements))
            assert asked[0] == asked[1] <= 4


async def test_a_revocation_stands_whatever_the_same_batch_tells_after_it(start: Start) -> None:
    async with start("registry") as registry:
        one = db.new_id()
        told = [_certificate("issued", one), _certificate("revoked", one, revoked_on="2025-09-01"), _certificate("registered", one)]
        for batch in (told, told[2:]):
            async with registry.kernel.writing.begin() as session:
                await operations.take_in_certificates(session, batch)
                kept = (await session.execute(select(KnownCertificate.id, KnownCertificate.revoked_on))).all()
                assert [(each.id, str(each.revoked_on)) for each in kept] == [(one, "2025-09-01")]
