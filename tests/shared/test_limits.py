"""A quota lets through exactly as many as it says, each for one of whom is counted, and tells what is left."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from shared import access, errors, limits
from shared.web import Part, Router, create_app
from tests.conftest import Databases, Service, running, settings

router = Router("bells")
QUOTA = limits.Quota("bells", 3, 60)


@router.operation("GET", "/v1/bells", may=access.SIGNED_IN, summary="敲钟")
async def ring() -> dict[str, str]:
    return {}


async def test_as_many_as_the_quota_says_and_not_one_more() -> None:
    counting = limits.Limits("memory://")
    left = [(await counting.take(QUOTA, "a"))["RateLimit"] for _ in range(3)]
    assert [each.partition(";t=")[0] for each in left] == ['"bells";r=2', '"bells";r=1', '"bells";r=0']
    with pytest.raises(errors.TooManyRequests) as refused:
        await counting.take(QUOTA, "a")
    headers = refused.value.headers
    assert headers["RateLimit-Policy"] == '"bells";q=3;w=60' and 1 <= int(headers["Retry-After"]) <= 60
    assert (await counting.take(QUOTA, "b"))["RateLimit"].startswith('"bells";r=2')


@pytest.mark.parametrize(("cost", "passes"), [(0, True), (3, True), (4, False)])
async def test_what_costs_more_than_is_left_is_refused_whole(cost: int, passes: bool) -> None:
    counting = limits.Limits("memory://")
    if passes:
        await counting.take(QUOTA, "a", cost)
    else:
        with pytest.raises(errors.TooManyRequests):
            await counting.take(QUOTA, "a", cost)


async def test_checking_counts_nothing_and_refuses_once_nothing_is_left() -> None:
    counting = limits.Limits("memory://")
    for _ in range(3):
        await counting.check(QUOTA, "a")
        await counting.take(QUOTA, "a")
    with pytest.raises(errors.TooManyRequests):
        await counting.check(QUOTA, "a")


async def test_what_is_given_back_was_not_counted() -> None:
    counting = limits.Limits("memory://")
    for _ in range(5):
        await counting.take(QUOTA, "a")
        await counting.give_back(QUOTA, "a")
    assert (await counting.take(QUOTA, "a"))["RateLimit"].startswith('"bells";r=2')


@pytest.mark.parametrize(
    ("origin", "counted"),
    [
        ("203.0.113.7", "203.0.113.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2::ffff", "2001:db8:1:2::/64"),
        ("2001:db8:1:3::1", "2001:db8:1:3::/64"),
        (None, "?"),
    ],
)
def test_of_ipv6_a_subscriber_is_counted_and_not_each_of_his_addresses(origin: str | None, counted: str) -> None:
    assert limits.address(origin) == counted


@pytest.fixture
async def belfry(databases: Databases, tmp_path: Path) -> AsyncIterator[Service]:
    made = settings(await databases.make("evaluation"), tmp_path, requests_per_second=2)
    async with running(create_app(Part("bells", "Bells", [router]), made)) as service:
        yield service


async def test_a_client_beyond_its_rate_is_told_to_wait_and_another_is_not(belfry: Service) -> None:
    client = belfry.as_("officer", subject="hasty")
    answers = [await client.get("/v1/bells") for _ in range(12)]
    passed, refused = [each for each in answers if each.status_code == 200], [each for each in answers if each.status_code == 429]
    assert len(passed) >= 2 and refused and len(passed) + len(refused) == 12
    assert passed[0].headers["ratelimit-policy"] == '"client";q=2;w=1' and passed[0].headers["ratelimit"].startswith('"client";r=1')
    assert refused[0].json()["code"] == "too_many_requests" and refused[0].headers["retry-after"] == "1"
    assert (await belfry.as_("officer", subject="calm").get("/v1/bells")).status_code == 200
