"""The reference lists and the code lists over HTTP."""

import pytest

from tests.conftest import Start


@pytest.mark.parametrize(
    ("path", "row"),
    [
        pytest.param("/v1/regions", {"code": "522601106", "name": "万潮镇", "kind": "town", "parent": "522601"}, id="regions"),
        pytest.param("/v1/occupations", {"code": "6-31-01-03", "name": "电工", "basis_status": "unconfirmed"}, id="occupations"),
        pytest.param("/v1/categories", {"code": "rural_transfer_worker", "name": "农村转移劳动者", "five_groups": True}, id="categories"),
    ],
)
async def test_a_list_is_read_whole_or_page_by_page(start: Start, path: str, row: dict[str, object]) -> None:
    async with start("registry") as registry:
        partner = registry.as_("partner")
        whole = (await partner.get(path)).json()
        assert whole["next_cursor"] is None
        assert any(each.items() >= row.items() for each in whole["items"])
        first = (await partner.get(path, params={"limit": 3})).json()
        second = (await partner.get(path, params={"limit": 200, "cursor": first["next_cursor"]})).json()
        assert first["items"] + second["items"] == whole["items"]
        assert (await partner.get(path, params={"cursor": "nowhere"})).json()["code"] == "invalid_cursor"
        assert (await registry.as_("public").get(path)).status_code == 401


async def test_codes_are_labelled_in_both_languages(start: Start) -> None:
    async with start("registry") as registry:
        codes = (await registry.as_("public").get("/v1/codes")).json()
        assert codes["institution_kind"][0] == {
            "code": "private_school",
            "label": "民办职业培训学校",
            "label_en": "Private vocational training school",
        }
        assert {"category", "level", "channel", "region", "occupation", "id_type", "personal_status", "enrolment_outcome"} <= set(codes)
        assert all(each["label"] and each["label_en"] for rows in codes.values() for each in rows)


async def test_the_version_tells_the_policy_data_it_runs_on(start: Start) -> None:
    async with start("registry") as registry:
        assert len((await registry.as_("public").get("/version")).json()["policy_hash"]) == 64
