"""A class of past years that may stand already under another number is told of, and taken."""

from tests.conftest import Start
from tests.registry import made
from tests.registry.training.history_imports.test_history_imports import NOW, past, person, told


async def test_what_may_be_the_same_class_under_another_number_is_told_of(start: Start) -> None:
    async with start("registry") as registry:
        school, officer = await made.school(registry), registry.as_("officer", at=NOW)
        other = await made.school(registry)
        first = await told(officer, past(school))
        assert first["warnings"] == []
        [stands] = [each["id"] for each in first["items"]]
        number = (await officer.get(f"/v1/classes/{stands}")).json()["number"]
        again = past(school, number_there="2024-18", name="稻田养鱼", people=[person(502)])
        unlike = [
            past(other),
            past(school, number_there="b", ends_on="2024-04-11"),
            past(school, number_there="c", trade_name="肉牛养殖"),
            past(school, number_there="d", channel="project"),
        ]
        for mode in ("validate", "commit"):
            answer = await told(officer, *unlike, again, past(school, number_there="2024-19"), mode=mode)
            assert answer["summary"]["created"] == 6
            found = [(each["index"], each["class_id"]) for each in answer["warnings"]]
            assert found == [(4, stands), (4, None), (5, stands), (5, None)]
            assert f"{number}(原编号 2024-NY-017)" in answer["warnings"][0]["detail"] and "2024-19" in answer["warnings"][1]["detail"]
        assert (await told(officer, again))["warnings"] == []
        await made.posted(officer, f"/v1/history-imports/{first['id']}:void", {"reason": "重复"})
        [left] = (await told(officer, past(school, number_there="e", starts_on="2024-04-08")))["warnings"][:1]
        assert left["class_id"] != stands
