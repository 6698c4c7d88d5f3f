"""For whom a class is held, for which posts, how and in which zone."""

from typing import Any

import pytest

from services.registry.codes import ClassKind
from services.registry.training.classes import policy
from tests.conftest import Start
from tests.registry import made

ORDER = "01932f6e-7c1a-7000-8000-000000000001"
POST = {"employer": {"name": "示例电子有限公司"}, "occupation_code": "6-31-01-03", "posts": 20, "agreed_on": "2025-03-01"}
PROJECT = {"channel": "project", "occupation_code": "6-31-01-03", "programmes": [], "starts_on": "2025-05-12", "ends_on": "2025-05-30"}


@pytest.mark.parametrize(
    ("said", "order", "sponsor", "stands", "kind"),
    [
        pytest.param(None, None, None, "ordinary", "ordinary", id="for-anyone"),
        pytest.param(None, ORDER, None, "ordinary", "order", id="who-names-an-order-means-an-ordered-class"),
        pytest.param(None, None, None, "order", "ordinary", id="the-order-is-taken-away"),
        pytest.param(None, ORDER, None, "order", "order", id="it-keeps-its-order"),
        pytest.param(None, None, None, "directed", "directed", id="a-directed-class-needs-no-order"),
        pytest.param(None, None, "某公司", "order", "order", id="its-sponsor-still-ordered-it"),
        pytest.param(None, ORDER, "某公司", "directed", "directed", id="a-directed-class-may-have-an-order"),
        pytest.param(None, None, "某公司", "ordinary", "ordinary", id="a-sponsor-alone-does-not-tell"),
        pytest.param("titled", ORDER, "某公司", "ordinary", "titled", id="what-is-said-stands"),
    ],
)
def test_what_kind_of_class_it_is(said: Any, order: Any, sponsor: str | None, stands: str, kind: str) -> None:
    assert policy.kind_of(said and ClassKind(said), order, sponsor, ClassKind(stands)) == kind


IMPOSSIBLE: dict[str, tuple[dict[str, Any], set[str]]] = {
    "titled by nobody": ({"kind": "titled"}, {"/sponsor"}),
    "directed to nobody": ({"kind": "directed"}, {"/sponsor"}),
    "ordered by nobody": ({"kind": "order"}, {"/sponsor"}),
    "a sponsor of a class for anyone": ({"sponsor": "某公司"}, {"/kind"}),
    "a town is no zone": ({"zone_code": "522601100"}, {"/zone_code"}),
    "unsubsidised and yet from a fund": ({"channel": "social", "fund_source": "talent"}, {"/fund_source"}),
    "no posts at all": ({"posts": [POST | {"posts": 0}]}, {"/posts/0/posts"}),
    "an unknown delivery": ({"delivery": "by_post"}, {"/delivery"}),
    "posts that cannot be, all at once": (
        {"posts": [POST | {"occupation_code": "9", "agreed_on": "2025-04-02", "employer": {"name": "某公司", "uscc": "1"}}]},
        {"/posts/0/occupation_code", "/posts/0/agreed_on", "/posts/0/employer/uscc"},
    ),
}


async def test_what_contradicts_itself_is_a_422(start: Start) -> None:
    async with start("registry") as registry:
        officer, school = registry.as_("officer", at=made.BEFORE), await made.school(registry)
        for name, (values, pointers) in IMPOSSIBLE.items():
            refused = await officer.post("/v1/classes", json=made.class_in(school, **values))
            assert (refused.status_code, {each["pointer"] for each in refused.json()["errors"]}) == (422, pointers), name


async def test_a_class_says_for_whom_and_how_it_is_held_and_what_of_it_changed(start: Start) -> None:
    said = {"kind": "directed", "sponsor": "某公司", "posts": [POST], "delivery": "mixed", "zone_code": "lubi"}
    async with start("registry") as registry:
        await made.on_file(registry)
        officer = registry.as_("officer", at="2025-04-01T09:00:00+08:00")
        paper = await made.posted(officer, "/v1/classes", made.class_in(await made.school(registry), **PROJECT, **said), 201)
        assert {name: paper[name] for name in ("kind", "sponsor", "delivery", "zone_code")} == {
            name: said[name] for name in ("kind", "sponsor", "delivery", "zone_code")
        }
        assert [(each["employer"]["name"], each["posts"], each["agreed_on"]) for each in paper["posts"]] == [
            ("示例电子有限公司", 20, "2025-03-01")
        ]
        assert paper["warnings"] == []
        path = f"/v1/classes/{paper['id']}"
        later = registry.as_("officer", at="2025-04-03T09:00:00+08:00")
        ordered = (await later.patch(path, json={"posts": [], "kind": "order"})).json()  # by word of mouth: there is no order
        assert (ordered["sponsor"], [each["code"] for each in ordered["warnings"]]) == ("某公司", ["posts_missing"])
        changed = (await later.patch(path, json={"kind": "ordinary", "sponsor": None})).json()
        assert (changed["kind"], changed["posts"], [each["code"] for each in changed["warnings"]]) == ("ordinary", [], ["posts_missing"])
        fields = {each["field"] for each in (await later.get(f"{path}/history")).json()["items"][0]["changes"]}
        assert fields == {"kind", "sponsor"}
        before = (await later.get(path, params={"as_of": "2025-04-02"})).json()
        assert (before["kind"], before["posts"][0]["agreed_on"]) == ("directed", "2025-03-01")
        listed = (await later.get("/v1/classes", params={"kind": "ordinary", "delivery": "mixed", "zone_code": "lubi"})).json()["items"]
        assert [each["id"] for each in listed] == [paper["id"]]


async def test_posts_that_were_agreed_after_the_filing_came_too_late(start: Start) -> None:
    async with start("registry") as registry:
        await made.on_file(registry)
        school = await made.school(registry, "enterprise")
        class_id = await made.proposed(registry, school, "returned", **PROJECT)  # filed on 2 May
        officer = registry.as_("officer", at="2025-05-04T09:00:00+08:00")
        for agreed_on, codes in (("2025-05-03", ["posts_missing"]), ("2025-05-02", [])):
            changed = await officer.patch(f"/v1/classes/{class_id}", json={"posts": [POST | {"agreed_on": agreed_on}]})
            assert [each["code"] for each in changed.json()["warnings"]] == codes


async def test_a_session_says_where_it_is_held(start: Start) -> None:
    async with start("registry") as registry:
        class_id = await made.proposed(registry, await made.school(registry), "approved")
        officer, path = registry.as_("officer"), f"/v1/classes/{class_id}/sessions"
        await made.posted(officer, path, {"on": "2025-04-08", "half_day": "am", "hours": 4, "place": "村委会"}, 201)
        assert [each["place"] for each in (await officer.get(path)).json()["items"]] == ["村委会"]


async def test_an_unsubsidised_class_needs_no_designation_and_nobody_is_asked_who_would_be_paid(start: Start) -> None:
    async with start("registry") as registry:
        school = await made.school(registry, "private_school")
        class_id = await made.proposed(registry, school, "approved", channel="social")
        refused = await registry.as_("officer").get(f"/v1/classes/{class_id}/eligibility")
        assert (refused.status_code, refused.json()["code"]) == (409, "class_unsubsidised")


async def test_online_attendance_counts_from_the_minutes_that_make_a_half_day(start: Start) -> None:
    async with start("registry") as registry:
        person, school = await made.trainee(registry, 1), await made.school(registry)
        class_id = await made.proposed(registry, school, "in_progress", delivery="mixed")
        officer, path = registry.as_("officer", at=made.LAST), f"/v1/classes/{class_id}"
        await made.posted(officer, f"{path}/enrolments", {"trainee_id": person}, 201)
        online = {"trainee_id": person, "source": "online", "platform": "某学习平台"}
        items = [
            online | {"on": "2025-04-08", "half_day": "am", "minutes": 180},
            online | {"on": "2025-04-08", "half_day": "pm", "minutes": 179},
            {"trainee_id": person, "on": "2025-04-09", "half_day": "am", "source": "签到表"},
        ]
        await made.posted(officer, f"{path}/attendance:batch", {"items": items}, 207)
        [enrolment] = (await officer.get(f"{path}/enrolments")).json()["items"]
        assert enrolment["half_days_attended"] == 2
        told = await made.posted(registry.internal(), "/internal/v1/claim-facts", {"class_id": class_id, "trainee_ids": None}, 200)
        assert [(each["on"], each["half_days"]) for each in told["enrolments"][0]["half_days"]] == [("2025-04-08", 1), ("2025-04-09", 1)]
        assert told["class"]["half_days_held"] == 2
        listed = (await officer.get(f"{path}/attendance")).json()["items"]
        assert {each["minutes"]: each["counted"] for each in listed} == {180: True, 179: False, None: True}
        [short] = [each for each in listed if each["minutes"] == 179]
        right = await made.posted(officer, f"/v1/attendance/{short['id']}:correct", {"reason": "平台补传", "minutes": 200})
        assert right["counted"] and (await officer.get(f"{path}/enrolments")).json()["items"][0]["half_days_attended"] == 3


TOLD: list[tuple[str, dict[str, Any], str | None]] = [
    ("on_site", {"source": "online", "minutes": 200, "platform": "某平台"}, "source"),
    ("online", {"source": "签到表"}, "source"),
    ("online", {"source": "online", "platform": "某平台"}, "minutes"),
    ("online", {"source": "online", "minutes": 200}, "platform"),
    ("mixed", {"source": "签到表", "minutes": 200}, "minutes"),
    ("online", {"source": "online", "minutes": 200, "platform": "某平台"}, None),
]


async def test_attendance_is_told_as_the_class_is_taught(start: Start) -> None:
    async with start("registry") as registry:
        person, school = await made.trainee(registry, 1), await made.school(registry)
        officer = registry.as_("officer", at=made.LAST)
        for delivery in ("on_site", "online", "mixed"):
            path = f"/v1/classes/{await made.proposed(registry, school, 'in_progress', delivery=delivery)}"
            await made.posted(officer, f"{path}/enrolments", {"trainee_id": person}, 201)
            cases = [(values, member) for kind, values, member in TOLD if kind == delivery]
            items = [{"trainee_id": person, "on": "2025-04-08", "half_day": "am"} | values for values, _ in cases]
            answer = await made.posted(officer, f"{path}/attendance:batch", {"items": items}, 207)
            told = [[each["pointer"].rpartition("/")[2] for each in item["errors"]] for item in answer["items"]]
            assert told == [[member] if member else [] for _, member in cases]
