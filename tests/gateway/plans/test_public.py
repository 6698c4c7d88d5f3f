"""The board that anyone may read: off unless it is switched on, and then figures without a name or a link."""

from datetime import date
from typing import Any

import pytest

from tests.conftest import Start
from tests.registry.counting import registered

MIDDLE = date(2025, 6, 30)
PATH = "/v1/public-plans/kaili-2024"


@pytest.mark.parametrize("path", ["/v1/public-plans", PATH, f"{PATH}/check", f"{PATH}/progress"])
async def test_off_unless_it_is_switched_on(start: Start, path: str) -> None:
    async with start("gateway") as closed, start("gateway", public_board=True) as opened:
        refused = await closed.as_("public").get(path)
        assert (refused.status_code, refused.json()["code"]) == (404, "not_found")
        assert (await opened.as_("public").get(path)).status_code == 200


async def test_the_figures_are_those_of_the_board_and_nothing_names_anybody(start: Start) -> None:
    async with start("registry") as registry, start("gateway", public_board=True) as gateway:
        gateway.knows(registry)
        school = await registered.institution(registry, "甲校")
        chefs = await registered.training_class(registry, school, "four.chef", ends_on=MIDDLE)
        await registered.people(registry, chefs, 3, counted_on=MIDDLE)
        asked = {"as_of": str(MIDDLE), "by": "region"}
        public: dict[str, Any] = (await gateway.as_("public").get(f"{PATH}/progress", params=asked)).json()
        signed_in: dict[str, Any] = (await gateway.as_("officer").get("/v1/plans/kaili-2024/progress", params=asked)).json()
        theirs = {each["code"]: each for each in signed_in["lines"]}
        for shown in public["lines"]:
            told = theirs[shown["code"]]
            assert all(shown[name] == told[name] for name in shown if name != "breakdown"), shown["code"]
        [chef] = [each for each in public["lines"] if each["code"] == "four.chef"]
        assert chef["actual"] == 3 and sum(row["numerator"] for row in chef["breakdown"]) == 3
        assert not {"records", "parts", "subject", "subject_name"} & {*chef, *chef["breakdown"][0]}
        assert "甲校" not in str(public) and str(chefs) not in str(public)
        for by in ("institution", "category", "channel", "department"):
            assert (await gateway.as_("public").get(f"{PATH}/progress", params={"by": by})).status_code == 400
