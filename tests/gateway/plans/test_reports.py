"""Reports: a frozen board never moves, in the database neither, and what has changed since is told row by row."""

from typing import Any

import pytest
from sqlalchemy import text, update
from sqlalchemy.exc import DBAPIError

from gateway.plans.tables import PlanReport
from services.registry.training.enrolments.tables import Enrolment
from tests.conftest import Start
from tests.gateway.plans.test_progress_of_all import END, a_board

ALL = "/v1/plans/kaili-2024/reports"


async def test_a_frozen_board_stays_and_what_changed_since_is_told_row_by_row(start: Start) -> None:
    async with a_board(start) as (city, gateway):
        officer = gateway.as_("officer")
        first, *_ = await city.trained(3, "four.chef")
        made = await officer.post(ALL, json={"as_of": str(END), "title": "2025年进度"})
        assert made.status_code == 201, made.text
        path, figures = f"{ALL}/{made.json()['id']}", of_chefs(made.json())
        assert (figures["numerator"], made.json()["rows"]) == (3, 9), "in the city, in its own line and in that of its channel"
        same = (await officer.get(path)).json()
        assert (same["complete"], same["figures_changed"], same["rows_changed"]) == (True, [], [])
        await city.trained(1, "four.chef")
        async with city.registry.kernel.engine.begin() as connection:
            gone = update(Enrolment).where(Enrolment.id == first).values(outcome="absent", counted_on=None, counted_region_code=None)
            await connection.execute(gone)
            of = text(
                "UPDATE classes SET completed_people = completed_people - 1 WHERE id = (SELECT class_id FROM enrolments WHERE id = :id)"
            )
            await connection.execute(of, {"id": first})
        since = (await officer.get(path)).json()
        assert of_chefs(since)["numerator"] == 3, "the report stays"
        assert since["figures_changed"] == [], "one more and one less is the same figure"
        changed = [(each["change"], each["row"]) for each in since["rows_changed"] if each["line"] == "four.chef"]
        assert [change for change, _ in changed] == ["added", "removed"] and changed[1][1] == f"/v1/enrolments/{first}"
        await city.trained(2, "four.chef")
        figures_changed = {each["line"]: (each["was"], each["now"]) for each in (await officer.get(path)).json()["figures_changed"]}
        assert figures_changed["four.chef"] == (3, 5)
        assert [each["title"] for each in (await officer.get(ALL)).json()["items"]] == ["2025年进度"]
        for statement in (update(PlanReport).values(title="另一份"), text("DELETE FROM plan_reports")):
            with pytest.raises(DBAPIError):
                async with gateway.kernel.engine.begin() as connection:
                    await connection.execute(statement)


def of_chefs(report: dict[str, Any]) -> dict[str, Any]:
    return next(dict(line) for line in report["lines"] if line["code"] == "four.chef")


async def test_what_is_not_whole_or_not_over_is_not_frozen(start: Start) -> None:
    async with start("registry") as registry, start("gateway") as gateway:
        gateway.knows(registry)
        officer = gateway.as_("officer", at="2025-06-30T08:00:00+08:00")
        refused = await officer.post(ALL, json={"as_of": "2025-06-30"})
        assert (refused.status_code, refused.json()["code"]) == (503, "unavailable")
        for day in ("2025-07-01", "2023-12-31"):  # to come, and before the plan
            outside = await officer.post(ALL, json={"as_of": day})
            told = [(each["pointer"], each["allowed"]) for each in outside.json()["errors"]]
            assert (outside.status_code, told) == (422, [("/as_of", "从方案开始之日 2024-01-01 到今天 2025-06-30")])
        assert (await officer.post(ALL, json={"as_of": "2024-01-01"})).status_code == 503
        assert (await gateway.as_("town", region_code="522601100").post(ALL, json={"as_of": "2025-06-30"})).status_code == 403
