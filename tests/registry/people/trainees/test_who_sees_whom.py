"""Row scope of trainees: each role sees its own, and everyone else is a 404 as if they did not exist."""

import base64
from typing import Any

import httpx
import pytest

from shared import db
from tests.conftest import Service, Start, both_ciphers
from tests.registry.invented import LONG, PAN, YANG, made, trainee

SCHOOL, OTHER_SCHOOL = str(db.new_id()), str(db.new_id())


async def seen(client: httpx.AsyncClient, trainee_id: str) -> bool:
    one = await client.get(f"/v1/trainees/{trainee_id}")
    listed = [each["id"] for each in (await client.get("/v1/trainees")).json()["items"]]
    assert one.status_code in (200, 404)
    assert (trainee_id in listed) is (one.status_code == 200)
    return one.status_code == 200


async def known(registry: Service) -> dict[str, Any]:
    return await made(registry.as_("officer"), "/v1/trainees", trainee())


@pytest.mark.parametrize(
    ("role", "bound", "sees"),
    [
        pytest.param("officer", {}, True, id="officer"),
        pytest.param("reviewer", {}, True, id="reviewer"),
        pytest.param("auditor", {}, True, id="auditor"),
        pytest.param("system", {"scopes": {"trainees.read"}}, True, id="system-with-the-scope"),
        pytest.param("town", {"region_code": "522601100"}, True, id="its-town"),
        pytest.param("town", {"region_code": "522601101"}, False, id="another-town"),
        pytest.param("institution", {"institution_id": SCHOOL}, False, id="a-school-that-never-met-them"),
        pytest.param("institution", {}, False, id="a-school-without-a-binding"),
        pytest.param("person", {"trainee_id": db.new_id()}, False, id="someone-else"),
        pytest.param("partner", {}, False, id="partner"),
    ],
)
async def test_each_role_sees_its_own(start: Start, role: str, bound: dict[str, Any], sees: bool) -> None:
    async with start("registry") as registry:
        person = await known(registry)
        assert await seen(registry.as_(role, **bound), person["id"]) is sees


@pytest.mark.parametrize("role", ["finance", "department", "admin"])
async def test_roles_without_trainees_are_refused(start: Start, role: str) -> None:
    async with start("registry") as registry:
        person = await known(registry)
        assert (await registry.as_(role).get(f"/v1/trainees/{person['id']}")).json()["code"] == "wrong_role"
        assert (await registry.as_(role).get("/v1/trainees")).status_code == 403


async def test_a_person_sees_themself(start: Start) -> None:
    async with start("registry") as registry:
        person = await known(registry)
        assert await seen(registry.as_("person", trainee_id=person["id"]), person["id"])


async def test_a_school_sees_whom_it_registered_and_another_does_not(start: Start) -> None:
    async with start("registry") as registry:
        school = registry.as_("institution", institution_id=SCHOOL)
        person = await made(school, "/v1/trainees", trainee())
        assert await seen(school, person["id"])
        assert not await seen(registry.as_("institution", institution_id=OTHER_SCHOOL), person["id"])


async def test_a_school_that_presents_the_full_number_gets_the_id_and_sees_the_person_from_then_on(start: Start) -> None:
    async with start("registry") as registry:
        person, school = await known(registry), registry.as_("institution", institution_id=SCHOOL)
        assert not await seen(school, person["id"])
        named_otherwise = await school.post("/v1/trainees", json=trainee(name="别名"))
        assert (named_otherwise.status_code, named_otherwise.json()["code"]) == (409, "duplicate_trainee")
        assert "existing_id" not in named_otherwise.json() and not await seen(school, person["id"])
        refused = await school.post("/v1/trainees", json=trainee(name="杨 秀 英"))
        assert (refused.status_code, refused.json()["existing_id"]) == (409, person["id"])
        assert await seen(school, person["id"])
        assert (await school.get(f"/v1/trainees/{person['id']}")).json()["name"] == "杨秀英"


@both_ciphers
async def test_a_lookup_by_full_number_is_presenting_it(start: Start, cipher: str) -> None:
    async with start("registry", cipher=cipher) as registry:
        person, school = await known(registry), registry.as_("institution", institution_id=SCHOOL)
        numbers = [PAN, "not a number", f" {YANG}", YANG]

        async def found(client: httpx.AsyncClient, *names: str) -> list[str | None]:
            body = {"id_numbers": numbers} | ({"names": names} if names else {})
            answer = await client.post("/v1/trainees:lookup", json=body)
            assert answer.status_code == 200, answer.text
            return [each["id"] for each in answer.json()["items"]]

        assert await found(school, "潘", "无", "杨秀瑛", "潘秀英") == [None] * 4
        assert not await seen(school, person["id"])
        assert await found(school, "潘", "无", "杨 秀英", "潘秀英") == [None, None, person["id"], None]
        assert await seen(school, person["id"])
        assert await found(registry.as_("officer")) == [None, None, person["id"], person["id"]]


@pytest.mark.parametrize(
    ("body", "code"),
    [
        pytest.param({}, "missing_field", id="a-school-says-the-names"),
        pytest.param({"names": ["杨秀英"]}, "invalid_value", id="one-for-each-number"),
    ],
)
async def test_a_school_looks_up_by_number_and_name(start: Start, body: dict[str, Any], code: str) -> None:
    async with start("registry") as registry:
        school = registry.as_("institution", institution_id=SCHOOL)
        answer = await school.post("/v1/trainees:lookup", json={"id_numbers": [YANG, PAN]} | body)
        assert (answer.status_code, [(each["code"], each["pointer"]) for each in answer.json()["errors"]]) == (422, [(code, "/names")])


async def test_a_lookup_takes_five_hundred_numbers_and_no_more(start: Start) -> None:
    async with start("registry") as registry:
        officer = registry.as_("officer")
        assert len((await officer.post("/v1/trainees:lookup", json={"id_numbers": [YANG] * 500})).json()["items"]) == 500
        assert (await officer.post("/v1/trainees:lookup", json={"id_numbers": [YANG] * 501})).status_code == 422
        assert (await officer.post("/v1/trainees:lookup", json={"id_numbers": []})).json() == {"items": []}
        reading = registry.as_("system", scopes={"trainees.read"})
        assert (await reading.post("/v1/trainees:lookup", json={"id_numbers": [YANG]})).status_code == 200
        assert (await registry.internal("eastwest").post("/v1/trainees:lookup", json={"id_numbers": [YANG]})).status_code == 200


async def test_a_town_registers_its_own_people_only(start: Start) -> None:
    async with start("registry") as registry:
        town = registry.as_("town", region_code="522601100")
        assert (await town.post("/v1/trainees", json=trainee())).status_code == 201
        assert (await town.post("/v1/trainees", json=trainee(PAN, region_code="522601101"))).status_code == 403
        batch = await town.post("/v1/trainees:batch", json={"items": [trainee(PAN, region_code="522601101"), trainee(LONG)]})
        assert [each["outcome"] for each in batch.json()["items"]] == ["rejected", "created"]
        assert batch.json()["items"][0]["errors"][0]["code"] == "forbidden"


@pytest.mark.parametrize(
    ("parameters", "found"),
    [
        pytest.param({"name": "秀英"}, {"杨秀英", "潘秀英%"}, id="a-part-of-the-name"),
        pytest.param({"name": "秀 英"}, {"杨秀英", "潘秀英%"}, id="a-part-as-names-are-kept"),
        pytest.param({"name": "%"}, {"潘秀英%"}, id="percent-is-a-character"),
        pytest.param({"name": "_"}, {"龙_成"}, id="underscore-is-a-character"),
        pytest.param({"name": "\\"}, set(), id="backslash-is-a-character"),
        pytest.param({"region_code": "522601101"}, {"潘秀英%"}, id="region"),
        pytest.param({"category": "veteran"}, {"龙_成"}, id="category"),
        pytest.param({"category": "veteran", "region_code": "522601101"}, set(), id="both"),
        pytest.param({"institution_id": SCHOOL}, {"龙_成"}, id="institution"),
        pytest.param({"external_system": "guizhou", "external_number": "7"}, {"潘秀英%"}, id="external-number"),
        pytest.param({"external_system": "guizhou", "external_number": "8"}, set(), id="unknown-external-number"),
    ],
)
async def test_filters_find_exactly_their_rows(start: Start, parameters: dict[str, str], found: set[str]) -> None:
    async with start("registry") as registry:
        officer = registry.as_("officer")
        await known(registry)
        refs = [{"system": "guizhou", "number": "7"}]
        await made(officer, "/v1/trainees", trainee(PAN, name="潘秀英%", region_code="522601101", external_refs=refs))
        veteran = trainee(LONG, name="龙_成", categories=[{"code": "veteran", "since_on": "2020-01-01"}])
        await made(registry.as_("institution", institution_id=SCHOOL), "/v1/trainees", veteran)
        answer = await officer.get("/v1/trainees", params=parameters | {"include_total": "true"})
        assert ({each["name"] for each in answer.json()["items"]}, answer.json()["total"]) == (found, len(found))


@pytest.mark.parametrize(
    ("parameters", "parameter"),
    [
        pytest.param({"category": "nobody"}, "category", id="unknown-category"),
        pytest.param({"region_code": "1"}, "region_code", id="unknown-region"),
        pytest.param({"institution_id": "7"}, "institution_id", id="malformed-id"),
        pytest.param({"name": ""}, "name", id="empty-name"),
        pytest.param({"phone": "13885501234"}, "phone", id="no-such-filter"),
    ],
)
async def test_a_filter_that_makes_no_sense_is_named_never_ignored(start: Start, parameters: dict[str, str], parameter: str) -> None:
    async with start("registry") as registry:
        answer = await registry.as_("officer").get("/v1/trainees", params=parameters)
        assert (answer.status_code, answer.json()["parameter"]) == (400, parameter)


async def test_pages_join_up_and_the_cursor_holds_no_number(start: Start) -> None:
    async with start("registry") as registry:
        officer = registry.as_("officer")
        ids = [(await made(officer, "/v1/trainees", trainee(number)))["id"] for number in (YANG, PAN, LONG)]
        first = (await officer.get("/v1/trainees", params={"limit": 2})).json()
        second = (await officer.get("/v1/trainees", params={"limit": 2, "cursor": first["next_cursor"]})).json()
        assert [each["id"] for each in first["items"] + second["items"]] == ids[::-1]
        assert second["next_cursor"] is None
        held = base64.urlsafe_b64decode(first["next_cursor"] + "==").decode(errors="replace")
        assert ids[1] in held and not [number for number in (YANG, PAN, LONG) if number in held]
