"""The machine's clock is set forward or back between two requests: nothing lasts longer for it, nobody waits for as long as it was wrong, and nothing is forgotten."""

import asyncio
import time
from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import bindparam, func, insert, literal, select

from gateway.identity.sessions import guesses
from gateway.identity.tables import Attempts
from shared import clock, db, errors, forgetting, idempotency, limits
from tests.conftest import Start
from tests.shared.test_access import signed, tokens

HOUR = 3600.0
Jump = Callable[[float, float], None]


@pytest.fixture
def jump(monkeypatch: pytest.MonkeyPatch) -> Jump:
    """Sets the clock so far from the true one, and lets so much time pass that nobody can set."""
    wall, steady, now = time.time, time.monotonic, clock.now

    def set_to(ahead: float, passed: float = 0.0) -> None:
        monkeypatch.setattr(time, "time", lambda: wall() + ahead + passed)
        monkeypatch.setattr(time, "monotonic", lambda: steady() + passed)
        monkeypatch.setattr(clock, "now", lambda: now() + timedelta(seconds=ahead + passed))

    return set_to


@pytest.mark.parametrize(
    ("ahead", "passed", "good"),
    [
        pytest.param(-30.0, 55.0, True, id="back-within-its-time"),
        pytest.param(-30.0, 65.0, False, id="back-after-its-time"),
        pytest.param(HOUR, 0.0, False, id="forward"),
        pytest.param(0.0, 55.0, True, id="right-within-its-time"),
    ],
)
async def test_no_token_lasts_longer_because_the_clock_was_put_back(jump: Jump, ahead: float, passed: float, good: bool) -> None:
    verifying, given = tokens(), signed()
    await verifying.actor(given, internal=False)
    jump(ahead, passed)
    if good:
        assert (await verifying.actor(given, internal=False)).role == "officer"
    else:
        with pytest.raises(errors.Unauthenticated):
            await verifying.actor(given, internal=False)


@pytest.mark.parametrize("ahead", [-HOUR, HOUR])
async def test_services_go_on_speaking_with_each_other(jump: Jump, ahead: float) -> None:
    ours, theirs = tokens(), tokens()
    await theirs.actor(ours.internal_token("subsidy"), internal=True)
    jump(ahead, 0.0)
    assert (await theirs.actor(ours.internal_token("subsidy"), internal=True)).subject == "subsidy"


@pytest.mark.parametrize("ahead", [-HOUR, HOUR])
async def test_a_quota_that_was_used_up_is_not_used_up_for_as_long_as_the_clock_was_wrong(jump: Jump, ahead: float) -> None:
    counting, quota = limits.Limits("memory://"), limits.Quota("bells", 3, 60)
    for _ in range(3):
        await counting.take(quota, "a")
    jump(ahead, 0.0)
    headers = await counting.take(quota, "a")
    assert headers["RateLimit"] == '"bells";r=2;t=60'
    jump(0.0, 0.0)  # and right again


@pytest.mark.parametrize(("ahead", "seconds"), [(0.0, 900), (-HOUR, None), (HOUR, None)])
async def test_who_was_shut_out_is_not_for_as_long_as_the_clock_was_wrong(
    start: Start, jump: Jump, ahead: float, seconds: int | None
) -> None:
    async with start("gateway") as gateway:
        for _ in range(guesses.OF_AN_ADDRESS_AT_MOST):
            await guesses.count(gateway.kernel, "杨秀英", "192.0.2.1")
        jump(ahead, 0.0)
        if seconds is None:
            await guesses.count(gateway.kernel, "杨秀英", "192.0.2.1")
            async with gateway.kernel.reading() as session:
                assert max((await session.scalars(select(Attempts.tries))).all()) in (1, guesses.OF_AN_ADDRESS_AT_MOST + 1)
        else:
            with pytest.raises(errors.Problem) as refused:
                await guesses.count(gateway.kernel, "杨秀英", "192.0.2.1")
            assert seconds - 60 <= int(refused.value.headers["Retry-After"]) <= seconds


@pytest.mark.parametrize(
    ("seconds", "come"), [(-1, True), (1, False), (29, False), (31, True), (HOUR, True)], ids=["over", "soon", "last", "too-far", "far"]
)
async def test_a_time_that_lies_further_ahead_than_any_is_set_has_come(start: Start, seconds: float, come: bool) -> None:
    """What leases, trials and deliveries wait for is the database's clock, whichever way it is put."""
    until = func.now() + bindparam("ahead", timedelta(seconds=seconds))
    async with start("evaluation") as service, service.kernel.reading() as session:
        asked = select(db.has_come(until, timedelta(seconds=30)))
        assert await session.scalar(asked) is come


async def test_what_another_has_just_set_is_not_too_far_ahead_for_whoever_began_before(start: Start) -> None:
    """Or two processes that look at the same moment would both do the work of one lease."""
    lease = timedelta(seconds=30)
    async with start("evaluation") as service, service.kernel.writing.begin() as earlier, service.kernel.writing.begin() as later:
        await earlier.execute(select(func.now()))
        await asyncio.sleep(0.01)
        until = await later.scalar(select(func.now() + bindparam("lease", lease)))
        assert until > await earlier.scalar(select(func.now() + bindparam("lease", lease)))
        assert await earlier.scalar(select(db.has_come(literal(until), lease))) is False


@pytest.mark.parametrize(
    ("database", "own", "steady"),
    [
        pytest.param(HOUR, HOUR, True, id="as-it-should"),
        pytest.param(-365 * 24 * HOUR, HOUR, True, id="back"),
        pytest.param(24 * HOUR, 0.0, True, id="a-day-ahead"),
        pytest.param(24 * HOUR + 1, 0.0, False, id="more-than-a-day-ahead"),
        pytest.param(200 * 24 * HOUR, 200 * 24 * HOUR, True, id="long-at-work"),
    ],
)
def test_a_clock_that_is_suddenly_far_ahead_is_told_from_one_that_goes_on(database: float, own: float, steady: bool) -> None:
    pace = forgetting.Pace()
    assert pace.steady(1_000.0, 50.0)
    assert pace.steady(1_000.0 + database, 50.0 + own) is steady
    assert pace.steady(1_001.0, 51.0)  # it is right again


async def test_nothing_is_forgotten_while_the_clock_is_far_ahead(start: Start) -> None:
    kept = {
        "caller": "a",
        "key": "b",
        "request": b"",
        "status": 200,
        "headers": {},
        "body": b"",
        "kept_at": func.now() - timedelta(days=200),
    }
    async with start("evaluation") as service:
        engine, count = service.kernel.engine, select(func.count()).select_from(idempotency.KEYS)
        async with engine.begin() as connection:
            await connection.execute(insert(idempotency.KEYS).values(kept))
        for pace, left in ((forgetting.Pace((time.time() - 400 * 24 * HOUR, time.monotonic())), 1), (forgetting.Pace(), 0)):
            await forgetting.forget_all(engine, [forgetting.KEYS], pace)
            async with engine.connect() as connection:
                assert await connection.scalar(count) == left
