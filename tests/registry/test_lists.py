"""What every list of the registry has in common: impossible values refused, a filter given twice, a part of a name, an order, other platforms' numbers,
and names beside ids."""

import pytest

from tests.conftest import Start
from tests.registry import made

REFS = [{"system": "province", "number": "P-7"}]


@pytest.mark.parametrize(
    ("path", "parameter", "value"),
    [
        pytest.param("/v1/trainees", "region_code", "zz", id="a-region-of-trainees"),
        pytest.param("/v1/trainees", "category", "nobody", id="a-category"),
        pytest.param("/v1/trainees", "sort", "name", id="an-order-by-personal-data"),
        pytest.param("/v1/institutions", "kind", "hospital", id="a-kind"),
        pytest.param("/v1/institutions", "status", "gone", id="a-status"),
        pytest.param("/v1/institutions", "region_code", "zz", id="a-region-of-institutions"),
        pytest.param("/v1/classes", "programme", "no.such", id="a-plan-line-of-classes"),
        pytest.param("/v1/classes", "region_code", "zz", id="a-region-of-classes"),
        pytest.param("/v1/classes", "occupation_code", "0", id="an-occupation"),
        pytest.param("/v1/classes", "sort", "seats", id="an-order-that-is-not-offered"),
        pytest.param("/v1/enrolments", "programme", "no.such", id="a-plan-line-of-enrolments"),
        pytest.param("/v1/enrolments", "region_code", "zz", id="a-region-of-enrolments"),
        pytest.param("/v1/enrolments", "outcome", "gone", id="an-outcome"),
        pytest.param("/v1/status-records", "status", "rich", id="a-personal-status"),
        pytest.param("/v1/brands", "kind", "song", id="a-kind-of-brand"),
        pytest.param("/v1/imports", "status", "lost", id="a-state-of-an-import"),
    ],
)
async def test_a_filter_value_that_cannot_be_is_a_400_that_names_it(start: Start, path: str, parameter: str, value: str) -> None:
    async with start("registry") as registry:
        answer = await registry.as_("officer").get(path, params={parameter: value})
        assert (answer.status_code, answer.json()["parameter"]) == (400, parameter)


async def test_a_filter_given_twice_means_either(start: Start) -> None:
    async with start("registry") as registry:
        officer = registry.as_("officer")
        school = await made.school(registry)
        drafts, submitted, approved = [await made.proposed(registry, school, status) for status in ("draft", "submitted", "approved")]
        found = (await officer.get("/v1/classes", params={"status": ["draft", "approved"]})).json()["items"]
        assert [each["id"] for each in found] == [approved, drafts]
        plans = {"programme": ["practical.agriculture", "practical.tourism"], "status": "submitted"}
        assert [each["id"] for each in (await officer.get("/v1/classes", params=plans)).json()["items"]] == [submitted]
        await made.school(registry, "enterprise")
        await made.school(registry, "private_school")
        kinds = (await officer.get("/v1/institutions", params={"kind": ["enterprise", "private_school"], "include_total": "true"})).json()
        assert kinds["total"] == 2


async def test_classes_are_found_by_a_part_of_name_or_number_and_sorted_by_their_days(start: Start) -> None:
    async with start("registry") as registry:
        officer, school = registry.as_("officer"), await made.school(registry)
        late = await made.proposed(registry, school, name="刺绣一班", starts_on="2025-06-01", ends_on="2025-06-02")
        early = await made.proposed(registry, school, name="刺绣二班", starts_on="2025-05-01", ends_on="2025-05-02")
        middle = await made.proposed(registry, school, name="养鱼班", starts_on="2025-05-20", ends_on="2025-05-21")
        number = (await officer.get(f"/v1/classes/{middle}")).json()["number"]

        async def ids(**asked: str) -> list[str]:
            return [each["id"] for each in (await officer.get("/v1/classes", params=asked)).json()["items"]]

        assert await ids(q="刺绣") == [early, late]
        assert await ids(q=number[-6:].lower()) == [middle]
        assert await ids(sort="starts_on") == [early, middle, late]
        assert await ids(sort="-ends_on", q="班") == [late, middle, early]
        first = (await officer.get("/v1/classes", params={"sort": "starts_on", "limit": 2})).json()
        rest = (await officer.get("/v1/classes", params={"sort": "starts_on", "limit": 2, "cursor": first["next_cursor"]})).json()
        assert ([each["id"] for each in first["items"] + rest["items"]], rest["next_cursor"]) == ([early, middle, late], None)


async def test_every_paper_is_found_by_the_number_another_platform_gave_it(start: Start) -> None:
    async with start("registry") as registry:
        officer = registry.as_("officer", at=made.FIRST)
        school = await made.school(registry, external_refs=REFS)
        await made.school(registry)
        trainee = await made.trainee(registry, 1, external_refs=REFS)
        other = await made.trainee(registry, 2)
        class_id = await made.proposed(registry, school, "approved", external_refs=REFS)
        path = f"/v1/classes/{class_id}/enrolments"
        enrolment = (await made.posted(officer, path, {"trainee_id": trainee, "external_refs": REFS}, 201))["id"]
        numbered_later = (await made.posted(officer, path, {"trainee_id": other}, 201))["id"]
        brand = (await made.posted(officer, "/v1/brands", {"name": "苗绣", "kind": "brand", "external_refs": REFS}, 201))["id"]
        teacher = {"name": "龙成", "id_number": made.citizen(3), "employment": "full_time", "from_on": "2025-01-01", "external_refs": REFS}
        teachers = f"institutions/{school}/teachers"
        taught_by = (await made.posted(officer, f"/v1/{teachers}", teacher, 201))["id"]
        made_with = {
            "trainees": trainee,
            "institutions": school,
            "classes": class_id,
            "enrolments": enrolment,
            "brands": brand,
            teachers: taught_by,
        }
        for noun, paper in made_with.items():
            found = (await officer.get(f"/v1/{noun}", params={"external_system": "province", "external_number": "P-7"})).json()["items"]
            assert [(each["id"], each["external_refs"]) for each in found] == [(paper, REFS)], noun
            assert not (await officer.get(f"/v1/{noun}", params={"external_number": "P-8"})).json()["items"], noun
        later = await officer.patch(f"/v1/enrolments/{numbered_later}", json={"external_refs": [{"system": "city", "number": "P-8"}]})
        assert (later.status_code, later.json()["outcome"], later.json()["version"]) == (200, "enrolled", 2)
        found = (await officer.get("/v1/enrolments", params={"external_number": "P-8"})).json()["items"]
        assert [each["id"] for each in found] == [numbered_later]


async def test_names_stand_beside_ids_in_papers_and_lists(start: Start) -> None:
    async with start("registry") as registry:
        officer = registry.as_("officer", at=made.FIRST)
        school = await made.school(registry, name="苗岭合作社")
        trainee = await made.trainee(registry, 1, name="潘阿生", employer_id=school)
        class_id = await made.proposed(registry, school, "approved", occupation_code="6-31-01-03")
        enrolled = await made.posted(officer, f"/v1/classes/{class_id}/enrolments", {"trainee_id": trainee}, 201)
        person = (await officer.get(f"/v1/trainees/{trainee}")).json()
        assert (person["region_name"], person["employer_name"]) == ("三棵树镇", "苗岭合作社")
        [training] = (await officer.get("/v1/classes")).json()["items"]
        assert (training["institution_name"], training["region_name"], training["occupation_name"]) == ("苗岭合作社", "三棵树镇", "电工")
        for row in (enrolled, *(await officer.get("/v1/enrolments")).json()["items"]):
            assert (row["trainee_name"], row["class_name"], row["class_number"]) == ("潘阿生", training["name"], training["number"])
            assert (row["institution_name"], row["id_number_masked"]) == ("苗岭合作社", person["id_number"])
        await registry.as_("officer", name="王经办").patch(f"/v1/trainees/{trainee}", json={"education": "初中"})
        history = (await officer.get(f"/v1/trainees/{trainee}/history")).json()["items"]
        assert [each["actor_name"] for each in history] == ["王经办", None]
