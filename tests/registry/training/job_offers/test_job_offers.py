"""Work offered before, during and after a class: when it says, and with the reason why it was not taken."""

from typing import Any

import pytest

from tests.conftest import Service, Start
from tests.registry import made

OFFER = {"stage": "before", "employer": "某电器有限公司", "occupation_code": "6-31-01-03", "wage": "4500.00", "offered_on": "2025-04-01"}


async def enrolled(registry: Service) -> tuple[str, str]:
    """The trainee and the path of the offers."""
    person = await made.trainee(registry, 1)
    class_id = await made.proposed(registry, await made.school(registry), "approved")
    enrolment = await made.posted(registry.as_("officer", at=made.FIRST), f"/v1/classes/{class_id}/enrolments", {"trainee_id": person}, 201)
    return person, f"/v1/enrolments/{enrolment['id']}/job-offers"


async def test_an_offer_is_taken_or_declined_once(start: Start) -> None:
    async with start("registry") as registry:
        trainee_id, path = await enrolled(registry)
        officer, person = registry.as_("officer", at=made.AFTER), registry.as_("person", at=made.AFTER, trainee_id=trainee_id)
        first = await made.posted(officer, path, OFFER, 201)
        told = await made.posted(officer, path, OFFER | {"stage": "after", "offered_on": "2025-04-11", "result": "accepted"}, 201)
        assert (first["result"], first["wage"], first["occupation_name"]) == ("open", "4500.00", "电工")
        assert (told["result"], told["settled_at"] is not None) == ("accepted", True)
        missing = await person.post(f"{path}/{first['id']}:decline", json={})
        assert [(each["code"], each["pointer"]) for each in missing.json()["errors"]] == [("missing_field", "/reason")]
        declined = await made.posted(person, f"{path}/{first['id']}:decline", {"reason": "离家太远"}, 200)
        assert (declined["result"], declined["reason"]) == ("declined", "离家太远")
        again = await officer.post(f"{path}/{first['id']}:accept", json={})
        assert (again.status_code, again.json()["code"]) == (409, "invalid_state")
        listed = (await officer.get(path, params={"result": "declined"})).json()["items"]
        assert [each["id"] for each in listed] == [first["id"]]
        assert [each["id"] for each in (await person.get(path, params={"sort": "offered_on"})).json()["items"]] == [first["id"], told["id"]]
        changes = (await officer.get(f"{path}/{first['id']}/history")).json()["items"][0]["changes"]
        assert ("result", "open", "declined") in [(each["field"], each["old"], each["new"]) for each in changes]
        stranger = registry.as_("town", region_code="522601101")
        assert (await stranger.get(path)).status_code == 404


@pytest.mark.parametrize(
    ("changed", "faults"),
    [
        pytest.param({"offered_on": "2025-04-08"}, [], id="on-the-first-day-it-is-still-before"),
        pytest.param({"offered_on": "2025-04-09"}, [("invalid_value", "/stage")], id="a-day-later-it-is-not"),
        pytest.param({"stage": "during", "offered_on": "2025-04-10"}, [], id="during-on-the-last-day"),
        pytest.param({"stage": "during", "offered_on": "2025-04-11"}, [("invalid_value", "/stage")], id="after-the-last-day-it-is-after"),
        pytest.param({"stage": "after", "offered_on": "2025-04-12"}, [("in_the_future", "/offered_on")], id="tomorrow"),
        pytest.param({"offered_on": "1990-03-07"}, [], id="on-the-day-of-birth"),
        pytest.param({"offered_on": "1990-03-06"}, [("invalid_value", "/offered_on")], id="before-birth"),
        pytest.param({"wage": "0.00"}, [("invalid_value", "/wage")], id="work-for-nothing"),
        pytest.param({"occupation_code": "9-99-99-99"}, [("unknown_occupation", "/occupation_code")], id="no-such-occupation"),
        pytest.param({"result": "declined"}, [("missing_field", "/reason")], id="declined-for-no-reason"),
    ],
)
async def test_an_offer_makes_sense(start: Start, changed: dict[str, Any], faults: list[tuple[str, str]]) -> None:
    async with start("registry") as registry:
        _, path = await enrolled(registry)
        answer = await registry.as_("officer", at=made.AFTER).post(path, json=OFFER | changed)
        assert answer.status_code == (422 if faults else 201)
        assert [(each["code"], each["pointer"]) for each in answer.json().get("errors", [])] == faults
