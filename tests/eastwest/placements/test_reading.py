"""The list of people retained: by the day three months were met, each person once."""

import pytest

from services.eastwest.counting import job
from tests.conftest import Service
from tests.eastwest.neighbours import START, Neighbours, evidence, placed, report, update

DAYS = {"met_from_on": "2025-01-01", "met_to_on": "2025-12-31"}
LATER = "2025-06-02"
WHOLE = {
    each: (update("s", on=each), update("p", "present", last, evidence=evidence(each, last)))
    for each, last in ((START, "2025-08-29"), (LATER, "2025-09-01"))
}


async def test_each_person_is_listed_once_on_the_days_they_met_it(eastwest: Service, others: Neighbours) -> None:
    partner = eastwest.as_("partner", at="2025-10-01T09:00:00+08:00")
    people = [others.person(n) for n in (1, 2, 3)]
    for n, (person, number) in enumerate([(0, "FS-1"), (0, "FS-2"), (1, "FS-1"), (2, "FS-1")]):
        made = await placed(partner, people[person], number)
        for fact in (WHOLE[LATER], WHOLE[START], WHOLE[START][:1])[person]:
            assert (await report(partner, made["id"], fact | {"external_ref": f"{n}{fact['external_ref']}"})).status_code == 201

    async def listed(**filters: str) -> tuple[list[str], int]:
        found = (await partner.get("/v1/placements", params={"as_of": "2025-12-31", "include_total": "true"} | DAYS | filters)).json()
        return [each["trainee_id"] for each in found["items"]], found["total"]

    both = [str(people[0]), str(people[1])]  # from the newest of the days on: the other was placed later
    for _ in ("by the facts", "by what is kept"):
        assert await listed() == await listed(retention="met") == (both, 2)
        assert await listed(met_from_on="2025-08-30", met_to_on="2025-08-30") == (both[1:], 1)
        assert await listed(met_from_on="2025-09-03") == await listed(met_to_on="2025-08-29") == await listed(as_of="2025-08-29") == ([], 0)
        one = DAYS | {"as_of": "2025-12-31", "limit": "1"}
        first = (await partner.get("/v1/placements", params=one)).json()
        rest = (await partner.get("/v1/placements", params=one | {"cursor": first["next_cursor"]})).json()
        assert [each["trainee_id"] for each in first["items"] + rest["items"]] == both and rest["next_cursor"] is None
        assert await job.recount(eastwest.kernel.engine) in (0, 3)


@pytest.mark.parametrize(
    ("filters", "parameter"),
    [
        pytest.param({"met_from_on": "2025-01-01"}, "met_to_on", id="without-an-end"),
        pytest.param({"met_to_on": "2025-01-01"}, "met_from_on", id="without-a-beginning"),
        pytest.param(DAYS | {"retention": "broken"}, "retention", id="with-another-verdict"),
    ],
)
async def test_the_days_are_given_together_and_go_with_met(eastwest: Service, filters: dict[str, str], parameter: str) -> None:
    answer = await eastwest.as_("partner").get("/v1/placements", params=filters)
    assert (answer.status_code, answer.json()["parameter"]) == (400, parameter)
