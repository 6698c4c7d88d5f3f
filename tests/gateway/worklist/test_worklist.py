"""One worklist out of five, over real sockets: merged by urgency, page by page, and honest about who did not answer."""

from shared import db, http_client
from tests.conftest import Start
from tests.evaluation.made import filing
from tests.gateway.houses import NOBODY
from tests.gateway.overviews.test_overviews import Town, a_town
from tests.registry import made

ON = "2025-04-11T09:00:00+08:00"


async def test_what_waits_is_merged_and_each_item_says_where_it_is(start: Start) -> None:
    async with a_town(start) as town:
        registry = town.services["registry"]
        late = await made.proposed(registry, town.papers["institutions"], "submitted", starts_on="2025-06-01", ends_on="2025-06-03")
        soon = await made.proposed(registry, town.papers["institutions"], "submitted", starts_on="2025-05-01", ends_on="2025-05-03")
        answer = (await town.gateway.as_("officer", at=ON).get("/v1/worklist")).json()
        assert (answer["as_of"], answer["complete"], set(answer["services"].values())) == ("2025-04-11", True, {"ok"})
        assert [(item["service"], item["kind"], item["action"], item["subject_id"]) for item in answer["items"]] == [
            ("registry", "class_submitted", "approve", soon),
            ("registry", "class_submitted", "approve", late),
        ]
        own = (await town.gateway.as_("institution", institution_id=town.papers["institutions"], at=ON).get("/v1/worklist")).json()
        [item] = own["items"]
        assert (item["kind"], item["due_on"], item["link"]) == ("class_approved", "2025-04-08", f"/v1/classes/{town.papers['classes']}")


async def _filed(town: Town, days: list[str]) -> None:
    """Filings that wait since the morning of these days."""
    for day in days:
        school = await made.school(town.services["registry"], kind="enterprise")
        enterprise = town.services["evaluation"].as_("institution", at=f"{day}T09:00:00+08:00", institution_id=school)
        paper = await made.posted(enterprise, "/v1/filings", filing(institution_id=school), 201)
        submitted = await enterprise.post(f"/v1/filings/{paper['id']}:submit", json={}, headers={"If-Match": "*"})
        assert submitted.status_code == 200, submitted.text


async def test_pages_of_two_make_the_whole_list_over_all_services(start: Start) -> None:
    async with a_town(start) as town:
        registry, officer = town.services["registry"], town.gateway.as_("officer", at=ON)
        await _filed(town, ["2025-04-08", "2025-03-24", "2025-04-02"])
        for day in ("2025-04-14", "2025-04-22", "2025-05-08", "2025-04-15"):
            await made.proposed(registry, town.papers["institutions"], "submitted", starts_on=day, ends_on=day)
        whole = (await officer.get("/v1/worklist?include_total=true")).json()
        assert [item["due_on"] for item in whole["items"]] == sorted(item["due_on"] for item in whole["items"])
        assert {item["service"] for item in whole["items"]} == {"registry", "evaluation"} and whole["total"] == 7
        assert whole["counts"] == [
            {"kind": "class_submitted", "count": 4, "overdue": 0},
            {"kind": "filing_submitted", "count": 3, "overdue": 1},
        ]
        for limit in (1, 2):
            found, cursor = [], ""
            while cursor is not None and len(found) <= 7:
                page = (await officer.get(f"/v1/worklist?limit={limit}" + (f"&cursor={cursor}" if cursor else ""))).json()
                found += page["items"]
                cursor = page["next_cursor"]
            assert found == whole["items"], limit
        late = (await officer.get("/v1/worklist?overdue=true&kind=filing_submitted&include_total=true")).json()
        assert ([item["since_at"][:10] for item in late["items"]], late["total"]) == (["2025-03-24"], 1)
        assert late["items"][0]["overdue"] and late["items"][0]["whom"]["institution_name"]
        refused = await officer.get("/v1/worklist?kind=tea_served")
        assert (refused.status_code, refused.json()["parameter"]) == (400, "kind")


async def test_what_waits_at_a_service_that_was_away_for_a_page_comes_with_the_next(start: Start) -> None:
    async with a_town(start) as town:
        officer = town.gateway.as_("officer", at=ON)
        await _filed(town, ["2025-03-24"])
        for day in ("2025-04-22", "2025-05-08"):
            await made.proposed(town.services["registry"], town.papers["institutions"], "submitted", starts_on=day, ends_on=day)
        there = town.gateway.kernel.neighbours["evaluation"]
        there.url, at = NOBODY, there.url
        first = (await officer.get("/v1/worklist?limit=1")).json()
        there.url, there.breaker = at, http_client.Breaker()
        second = (await officer.get(f"/v1/worklist?limit=5&cursor={first['next_cursor']}")).json()
        assert (first["complete"], second["complete"], second["next_cursor"]) == (False, True, None)
        kinds = [item["kind"] for item in first["items"] + second["items"]]
        assert kinds == ["class_submitted", "filing_submitted", "class_submitted"]


async def test_an_account_that_is_to_be_confirmed_waits_for_another_administrator(start: Start) -> None:
    one, other = str(db.new_id()), str(db.new_id())
    async with start("gateway", confirm_accounts=True, neighbour_connect_seconds=0.2) as gateway:
        body = {"name": "复审 李芳", "role": "reviewer"}
        answer = await gateway.as_("admin", person_id=one).post("/v1/clients", json=body)
        assert (answer.status_code, answer.json()["status"]) == (201, "pending")
        [item] = (await gateway.as_("admin", person_id=other).get("/v1/worklist")).json()["items"]
        assert (item["kind"], item["action"], item["link"]) == ("client_pending", "confirm", f"/v1/clients/{answer.json()['id']}")
        assert (item["title"], item["service"]) == ("确认账号 · 复审 李芳 · 复审", "gateway")
        assert (await gateway.as_("admin", person_id=one).get("/v1/worklist")).json()["items"] == []
        assert (await gateway.as_("auditor", person_id=other).get("/v1/worklist")).json()["items"] == []


async def test_a_service_that_does_not_answer_is_named(start: Start) -> None:
    async with a_town(start, "subsidy", "stopped") as town:
        answer = (await town.gateway.as_("officer").get("/v1/worklist")).json()
        assert answer["complete"] is False
        assert answer["services"] == {"registry": "ok", "subsidy": "unavailable", "evaluation": "ok", "eastwest": "ok"}


async def test_a_system_needs_the_scope(start: Start) -> None:
    async with a_town(start) as town:
        assert (await town.gateway.as_("system", scopes={"claims.read"}).get("/v1/worklist")).status_code == 403
        assert (await town.gateway.as_("system", scopes={"worklist.read"}).get("/v1/worklist")).json()["items"] == []
