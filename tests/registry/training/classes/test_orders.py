"""A class names an order that exists and is open on its first day; of one that closes later, its paper warns."""

from typing import Any
from uuid import uuid4

import pytest

from tests.conftest import AWAY, Start
from tests.eastwest import neighbours
from tests.registry import made

UNTRADED: Any = {"trade_name": None, "trade_filing_no": None}


async def test_a_class_names_an_order_that_is_open_on_its_first_day(start: Start) -> None:
    async with start("registry") as registry, start("eastwest") as eastwest:
        registry.knows(eastwest)
        await made.on_file(registry)
        partner, officer, school = eastwest.as_("partner"), registry.as_("officer", at=made.BEFORE), await made.school(registry)

        async def order(number: str, **said: Any) -> str:
            return str((await made.posted(partner, "/v1/orders", neighbours.order(number) | said, 201))["id"])

        until_first, until_before, closed = (
            await order("FS-1", until_on="2025-04-08"),
            await order("FS-2", until_on="2025-04-07"),
            await order("FS-3"),
        )
        await made.posted(partner, f"/v1/orders/{closed}:close")
        for order_id, code in ((str(uuid4()), "unknown_order"), (until_before, "order_not_open"), (closed, "order_not_open")):
            refused = await officer.post("/v1/classes", json=made.class_in(school, order_id=order_id, region_code="1"))
            assert [(each["code"], each["pointer"]) for each in refused.json()["errors"]] == [
                (code, "/order_id"),
                ("unknown_region", "/region_code"),
            ]
        paper = await made.posted(officer, "/v1/classes", made.class_in(school, order_id=until_first), 201)
        path = f"/v1/classes/{paper['id']}"
        assert (paper["order_number"], paper["warnings"]) == ("FS-1", [])
        refused = await officer.patch(path, json={"order_id": closed})
        assert refused.json()["errors"][0]["code"] == "order_not_open"
        assert (await officer.patch(path, json={"order_id": until_first, "seats": 41})).json()["warnings"] == []


async def test_an_order_that_closes_later_is_warned_of(start: Start) -> None:
    async with start("registry") as registry, start("eastwest") as eastwest:
        registry.knows(eastwest)
        await made.on_file(registry)
        partner, officer = eastwest.as_("partner"), registry.as_("officer", at=made.BEFORE)
        order = await made.posted(partner, "/v1/orders", neighbours.order("FS-9"), 201)
        class_id = await made.proposed(registry, await made.school(registry), "submitted", order_id=order["id"])
        assert (await officer.get(f"/v1/classes/{class_id}")).json()["warnings"] == []
        await made.posted(partner, f"/v1/orders/{order['id']}:close")
        approved = await made.posted(officer, f"/v1/classes/{class_id}:approve")
        assert [each["code"] for each in approved["warnings"]] == ["order_not_open"] and "FS-9" in approved["warnings"][0]["detail"]
        assert (await officer.get(f"/v1/classes/{class_id}")).json()["warnings"] == approved["warnings"]
        cancelled = await made.posted(officer, f"/v1/classes/{class_id}:cancel")
        assert cancelled["warnings"] == []


@pytest.mark.parametrize(("order_id", "status", "warnings"), [(None, 201, []), (str(uuid4()), 503, None)], ids=["no-order", "an-order"])
async def test_while_eastwest_is_away_only_a_class_without_an_order_is_proposed(
    start: Start, order_id: str | None, status: int, warnings: Any
) -> None:
    async with start("registry") as registry:
        await made.on_file(registry)
        answer = await registry.as_("officer").post("/v1/classes", json=made.class_in(await made.school(registry), order_id=order_id))
        assert (answer.status_code, answer.json().get("warnings")) == (status, warnings)


async def test_a_class_is_read_and_goes_its_way_while_eastwest_is_away(start: Start) -> None:
    async with start("registry") as registry, start("eastwest") as eastwest:
        registry.knows(eastwest)
        order = await made.posted(eastwest.as_("partner"), "/v1/orders", neighbours.order("FS-9"), 201)
        class_id = await made.proposed(registry, await made.school(registry), "submitted", order_id=order["id"])
        registry.kernel.neighbours["eastwest"].transport = AWAY
        officer = registry.as_("officer", at=made.BEFORE)
        assert (await officer.get(f"/v1/classes/{class_id}")).json()["warnings"] is None
        assert (await made.posted(officer, f"/v1/classes/{class_id}:approve"))["warnings"] is None


@pytest.mark.parametrize(
    ("channel", "programmes", "warned"),
    [
        pytest.param("agricultural_short", ["practical.agriculture"], [], id="the-line-of-its-channel"),
        pytest.param("agricultural_short", ["four.chef"], [], id="a-line-of-no-channel"),
        pytest.param("agricultural_short", ["enterprise.workers"], [], id="a-line-that-takes-other-channels-too"),
        pytest.param("agricultural_short", ["practical.startup", "four.chef"], ["马兰花创业培训"], id="the-line-of-another-channel"),
        pytest.param("agricultural_short", [], [], id="none-named"),
    ],
)
async def test_a_line_that_is_meant_for_another_channel_is_warned_of(
    start: Start, channel: str, programmes: list[str], warned: list[str]
) -> None:
    async with start("registry") as registry:
        await made.on_file(registry)
        body = made.class_in(await made.school(registry), channel=channel, programmes=programmes)
        officer = registry.as_("officer", at=made.BEFORE)
        paper = await made.posted(officer, "/v1/classes", body, 201)
        submitted = await made.posted(officer, f"/v1/classes/{paper['id']}:submit")
        assert [each["code"] for each in submitted["warnings"]] == ["programme_contradicts"] * len(warned)
        assert all(title in each["detail"] for title, each in zip(warned, submitted["warnings"], strict=True))


@pytest.mark.parametrize(
    ("licences", "warned"),
    [
        pytest.param([], False, id="of-which-nothing-is-known"),
        pytest.param([{"trades": [], "until_on": "2025-04-08"}], False, id="for-every-trade-to-the-first-day"),
        pytest.param([{"trades": [], "until_on": "2025-04-07"}], True, id="that-ended-the-day-before"),
        pytest.param([{"trades": [], "from_on": "2025-04-09"}], True, id="that-begins-the-day-after"),
        pytest.param([{"trades": ["稻田养鱼", "6-31-01-03"]}], False, id="for-its-trade-by-name"),
        pytest.param([{"trades": ["6-31-01-03"]}], True, id="for-another-trade"),
        pytest.param([{"trades": ["6-31-01-03"]}, {"trades": ["稻田养鱼"], "number": "二"}], False, id="two-of-which-one-is-for-it"),
    ],
)
async def test_a_class_that_its_institution_is_not_licensed_to_teach_is_warned_of(start: Start, licences: Any, warned: bool) -> None:
    async with start("registry") as registry:
        await made.on_file(registry)
        school = await made.school(registry, licences=[{"number": "人社民〔2021〕14 号", **each} for each in licences])
        paper = await made.posted(registry.as_("officer", at=made.BEFORE), "/v1/classes", made.class_in(school), 201)
        assert [each["code"] for each in paper["warnings"]] == ["outside_licence"] * warned


async def test_a_licence_is_weighed_for_a_class_of_an_order_too(start: Start) -> None:
    async with start("registry") as registry, start("eastwest") as eastwest:
        registry.knows(eastwest)
        order = await made.posted(eastwest.as_("partner"), "/v1/orders", neighbours.order("FS-9"), 201)
        school = await made.school(registry, licences=[{"number": "人社民〔2021〕14 号", "trades": ["焊工"]}])
        class_id = await made.proposed(registry, school, "submitted", order_id=order["id"], occupation_code="6-31-01-03", **UNTRADED)
        officer = registry.as_("officer", at=made.BEFORE)
        assert [each["code"] for each in (await officer.get(f"/v1/classes/{class_id}")).json()["warnings"]] == ["outside_licence"]
        named = {"licences": [{"number": "人社民〔2021〕14 号", "trades": ["电工"]}]}
        assert (await officer.patch(f"/v1/institutions/{school}", json=named)).status_code == 200
        assert (await officer.get(f"/v1/classes/{class_id}")).json()["warnings"] == []


async def test_a_trade_that_is_not_on_file_under_its_number_is_warned_of(start: Start) -> None:
    """Of no such number, of another trade's and of one withdrawn by the first day; an occupation needs no filing."""
    async with start("registry") as registry:
        school, officer = await made.school(registry), registry.as_("officer", at=made.BEFORE)

        async def warned(**values: Any) -> list[str]:
            paper = await made.posted(officer, "/v1/classes", made.class_in(school, **values), 201)
            return [each["code"] for each in paper["warnings"]]

        assert await warned() == ["trade_not_on_file"]
        filing = await made.on_file(registry)
        assert [await warned(), await warned(starts_on="2025-04-10")] == [[], []]
        assert [await warned(trade_name="蜡染"), await warned(occupation_code="6-31-01-03", **UNTRADED)] == [["trade_not_on_file"], []]
        await made.posted(officer, f"{filing}:withdraw", {"reason": "撤销", "on": "2025-04-10"})
        assert [await warned(), await warned(starts_on="2025-04-10")] == [[], ["trade_not_on_file"]]
