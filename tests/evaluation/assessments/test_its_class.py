"""What became of a batch's class since the batch was announced."""

import pytest

from tests.conftest import Start
from tests.evaluation import made
from tests.evaluation.made import done, world


@pytest.mark.parametrize(
    ("last_day", "left", "told"),
    [
        pytest.param("2025-06-10", False, [], id="over-on-the-day-of-the-exam"),
        pytest.param("2025-06-11", False, [("exam_before_class_end", "/held_on")], id="over-a-day-later"),
        pytest.param("2025-06-01", True, [("candidate_not_in_class", "/candidates/0")], id="somebody-left"),
        pytest.param(None, False, [("class_not_held", "/class_id")], id="cancelled"),
    ],
)
async def test_what_becomes_of_the_class_is_told_until_certificates_are_issued(
    start: Start, last_day: str | None, left: bool, told: list[tuple[str, str]]
) -> None:
    async with world(start) as w:
        filing, workers = await w.filing(), [await w.worker(n) for n in (1, 2)]
        class_id = await w.class_of(workers)
        paper = await w.batch(filing["id"], workers, class_id=class_id, held_on="2025-06-10")
        officer = w.registry.as_("officer", at=made.at("2025-04-02"))
        if last_day is None:
            await done(officer.post(f"/v1/classes/{class_id}:cancel", json={"reason": "汛期停办"}, headers={"If-Match": "*"}))
        elif last_day != "2025-06-01":
            days = {"starts_on": "2025-05-01", "ends_on": last_day}
            await done(officer.post(f"/v1/classes/{class_id}:reschedule", json=days, headers={"If-Match": "*"}))
        if left:
            enrolled = (await done(officer.get(f"/v1/classes/{class_id}/enrolments")))["items"]
            [gone] = [each["id"] for each in enrolled if each["trainee_id"] == paper["candidates"][0]]
            await done(officer.patch(f"/v1/enrolments/{gone}", json={"outcome": "withdrawn"}))
        for reader in (w.enterprise(), w.officer()):
            shown = await done(reader.get(f"/v1/assessments/{paper['id']}"))
            assert [(each["code"], each["pointer"]) for each in shown["warnings"] if each["code"] != "method_wanting"] == told
