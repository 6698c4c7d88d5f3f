"""One worklist out of four, over real sockets: merged by urgency, and honest about who did not answer."""

from tests.conftest import Start
from tests.gateway.overviews.test_overviews import a_town
from tests.registry import made

ON = "2025-04-11T09:00:00+08:00"


async def test_what_waits_is_merged_and_each_item_says_where_it_is(start: Start) -> None:
    async with a_town(start) as town:
        registry = town.services["registry"]
        late = await made.proposed(registry, town.papers["institutions"], "submitted", starts_on="2025-06-01", ends_on="2025-06-03")
        soon = await made.proposed(registry, town.papers["institutions"], "submitted", starts_on="2025-05-01", ends_on="2025-05-03")
        answer = (await town.gateway.as_("officer", at=ON).get("/v1/worklist")).json()
        assert (answer["as_of"], answer["complete"], answer["more"], set(answer["services"].values())) == (
            "2025-04-11",
            True,
            False,
            {"ok"},
        )
        assert [(item["service"], item["kind"], item["action"], item["subject_id"]) for item in answer["items"]] == [
            ("registry", "class_submitted", "approve", soon),
            ("registry", "class_submitted", "approve", late),
        ]
        own = (await town.gateway.as_("institution", institution_id=town.papers["institutions"], at=ON).get("/v1/worklist")).json()
        [item] = own["items"]
        assert (item["kind"], item["due_on"], item["link"]) == ("class_approved", "2025-04-08", f"/v1/classes/{town.papers['classes']}")


async def test_a_service_that_does_not_answer_is_named(start: Start) -> None:
    async with a_town(start, "subsidy", "stopped") as town:
        answer = (await town.gateway.as_("officer").get("/v1/worklist")).json()
        assert answer["complete"] is False
        assert answer["services"] == {"registry": "ok", "subsidy": "unavailable", "evaluation": "ok", "eastwest": "ok"}


async def test_a_system_needs_the_scope(start: Start) -> None:
    async with a_town(start) as town:
        assert (await town.gateway.as_("system", scopes={"claims.read"}).get("/v1/worklist")).status_code == 403
        assert (await town.gateway.as_("system", scopes={"worklist.read"}).get("/v1/worklist")).json()["items"] == []
