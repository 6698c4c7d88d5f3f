"""Who may read plans and their boards, and how a wrong question is answered."""

import pytest

from tests.conftest import Start


@pytest.mark.parametrize("role", ["officer", "auditor", "town", "department", "institution", "person", "admin", "system"])
async def test_every_signed_in_role_reads_the_plan(start: Start, role: str) -> None:
    async with start("gateway") as gateway:
        assert (await gateway.as_(role).get("/v1/plans/kaili-2024/progress", params={"as_of": "2023-01-01"})).status_code == 200


@pytest.mark.parametrize("path", ["", "/kaili-2024", "/kaili-2024/progress", "/kaili-2024/check"])
async def test_the_partner_and_strangers_do_not(start: Start, path: str) -> None:
    async with start("gateway") as gateway:
        assert (await gateway.as_("partner").get(f"/v1/plans{path}")).status_code == 403
        assert (await gateway.as_("public").get(f"/v1/plans{path}")).status_code == 401


@pytest.mark.parametrize("path", ["/v1/plans/kaili-2030", "/v1/plans/kaili-2030/progress", "/v1/plans/kaili-2030/check"])
async def test_an_unknown_plan_is_not_found(start: Start, path: str) -> None:
    async with start("gateway") as gateway:
        assert (await gateway.as_("officer").get(path)).status_code == 404


@pytest.mark.parametrize(
    ("asked", "parameter"),
    [
        pytest.param({"as_of": "2025-02-29"}, "as_of", id="no-such-day"),
        pytest.param({"as_of": "soon"}, "as_of", id="no-day"),
        pytest.param({"by": "village"}, "by", id="no-such-division"),
        pytest.param({"line": "four.chef"}, "line", id="unknown-parameter"),
    ],
)
async def test_a_wrong_question_is_a_400_naming_the_parameter(start: Start, asked: dict[str, str], parameter: str) -> None:
    async with start("gateway") as gateway:
        answer = await gateway.as_("officer").get("/v1/plans/kaili-2024/progress", params=asked)
        assert (answer.status_code, answer.json()["parameter"]) == (400, parameter)


async def test_the_plan_is_listed_defined_and_checked(start: Start) -> None:
    async with start("gateway") as gateway:
        officer = gateway.as_("officer")
        assert [plan["code"] for plan in (await officer.get("/v1/plans")).json()["items"]] == ["kaili-2024", "kaili-2026"]
        plan = (await officer.get("/v1/plans/kaili-2024")).json()
        assert (len(plan["lines"]), plan["employed_within_months"], plan["lines"][0]["targets"][0]["at_least"]) == (25, 6, 3000)
        assert {reading["basis_status"] for reading in plan["readings"]} == {"unconfirmed"}
        checked = (await officer.get("/v1/plans/kaili-2024/check")).json()
        assert (checked["plan"], checked["consistent"]) == ("kaili-2024", True)
        assert any(finding["code"] == "same_people" for finding in checked["findings"])
