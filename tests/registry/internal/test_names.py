"""Names for the other services: by id, to whoever may see the person."""

from typing import Any

import pytest

from shared import db
from shared.names import PATH
from tests.conftest import Start
from tests.registry.invented import institution, made, trainee


async def test_names_are_told_by_id_and_unknown_ids_left_out(start: Start) -> None:
    async with start("registry") as registry:
        officer = registry.as_("officer")
        person, school = await made(officer, "/v1/trainees", trainee()), await made(officer, "/v1/institutions", institution())
        asked = {"trainee_ids": [person["id"], str(db.new_id())], "institution_ids": [school["id"]], "class_ids": [str(db.new_id())]}
        assert (await registry.internal().post(PATH, json=asked)).json() == {
            "trainees": {
                person["id"]: {
                    "name": "杨秀英",
                    "id_number_masked": "5226**********0017",
                    "region_code": "522601100",
                    "known_as": "杨秀英\n",
                }
            },
            "institutions": {school["id"]: {"name": school["name"], "kind": "private_school", "region_code": "522601001"}},
            "classes": {},
        }
        assert (await officer.post(PATH, json=asked)).status_code == 403


@pytest.mark.parametrize(
    ("role", "bound", "named"),
    [
        pytest.param("officer", {}, True, id="the-bureau"),
        pytest.param("town", {"region_code": "522601100"}, True, id="their-town"),
        pytest.param("town", {"region_code": "522601101"}, False, id="another-town"),
        pytest.param("institution", {"institution_id": str(db.new_id())}, False, id="a-school-that-never-saw-them"),
        pytest.param("person", {"trainee_id": str(db.new_id())}, False, id="another-person"),
        pytest.param("partner", {}, False, id="the-partner-unless-vouched-for"),
    ],
)
async def test_a_person_is_named_to_whom_may_see_them(start: Start, role: str, bound: dict[str, Any], named: bool) -> None:
    async with start("registry") as registry:
        officer = registry.as_("officer")
        person, school = await made(officer, "/v1/trainees", trainee()), await made(officer, "/v1/institutions", institution())
        asked = {"trainee_ids": [person["id"]], "institution_ids": [school["id"]], "seen_by": {"role": role, **bound}}
        told = (await registry.internal().post(PATH, json=asked)).json()
        assert (set(told["trainees"]) == {person["id"]}) is named and set(told["institutions"]) == {school["id"]}


@pytest.mark.parametrize("nobody", [{}, {"role": "institution", "institution_id": "x"}], ids=["no-role", "a-binding-that-is-no-id"])
async def test_for_nobody_nothing_is_told(start: Start, nobody: dict[str, Any]) -> None:
    async with start("registry") as registry:
        refused = await registry.internal().post(PATH, json={"trainee_ids": [str(db.new_id())], "seen_by": nobody})
        assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (422, "/seen_by")
