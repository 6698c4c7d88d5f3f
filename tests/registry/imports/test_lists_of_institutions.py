"""Sheets about institutions and enterprises: who they are, and what they said in surveys."""

import pytest

from services.registry.codes import SheetKind
from services.registry.imports.templates import TEMPLATES
from shared.sheets import Table, write_book
from tests.conftest import Service
from tests.registry import made
from tests.registry.imports.sending import counts, imported, sent

pytestmark = pytest.mark.jobs


async def test_institutions_and_what_enterprises_said_go_in_by_sheet(registry: Service) -> None:
    officer = registry.as_("officer", at=made.LAST)
    codes = [made.credit(n) for n in (91, 92)]
    name, header, example, _ = TEMPLATES[SheetKind.INSTITUTIONS]

    def listed(*rows: dict[int, str]) -> bytes:
        right = (str(1), *example)
        return write_book([Table(name, header, [[each.get(at, cell) for at, cell in enumerate(right)] for each in rows])])

    first = {1: "甲厂", 2: codes[0], 3: "企业", 6: "是"}
    wrong = first | {2: codes[1][:-1] + "0", 3: "工厂"}
    answer = await imported(officer, listed(first, wrong, first | {2: codes[1], 1: "乙厂"}, first), kind="institutions", mode="validate")
    assert answer["summary"] == counts(4, created=2, rejected=2)
    assert [(each["row"], each["code"], each["column"]) for each in answer["errors"]] == [
        (3, "invalid_value", "D"),
        (5, "duplicate_row", "C"),
    ]
    assert (await officer.get("/v1/institutions", params={"q": "甲厂"})).json()["items"] == []
    again = await imported(officer, listed(first, first | {2: codes[1], 1: "乙厂"}), kind="institutions")
    assert again["summary"] == counts(2, created=2)
    [one] = (await officer.get("/v1/institutions", params={"q": "甲厂"})).json()["items"]
    assert (one["kind"], one["above_scale"], one["uscc"]) == ("enterprise", True, codes[0])
    other = await imported(officer, listed(first, first | {1: "丙厂", 2: codes[1]}), kind="institutions")
    assert other["summary"] == counts(2, unchanged=1, rejected=1)
    assert [(each["row"], each["code"]) for each in other["errors"]] == [(3, "duplicate_institution")]
    await sent(registry.as_("town", region_code="522601100"), listed(first), 403, kind="institutions")

    name, header, example, _ = TEMPLATES[SheetKind.ENTERPRISE_SURVEYS]
    survey = {2: codes[0]}
    told = await imported(
        officer, listed(survey, survey | {2: made.credit(93)}, survey | {3: "2024", 9: "电工"}), kind="enterprise_surveys"
    )
    assert told["summary"] == counts(3, created=1, rejected=2)
    assert [(each["row"], each["code"]) for each in told["errors"]] == [(3, "unknown_institution"), (4, "invalid_value")]
    [kept] = (await officer.get("/v1/enterprise-surveys", params={"institution_id": one["id"]})).json()["items"]
    assert (kept["technical_workers"], kept["certified_workers"], kept["willingness"]) == (120, 90, "willing")
    assert [(each["occupation_code"], each["people"]) for each in kept["needs"]] == [("6-31-01-03", 20), ("6-18-02-04", 5)]
    more = await imported(officer, listed(survey, survey | {6: "91"}), kind="enterprise_surveys")
    assert more["summary"] == counts(2, unchanged=1, rejected=1) and more["errors"][0]["code"] == "duplicate_survey"
    own = await imported(
        registry.as_("institution", institution_id=one["id"], at=made.LAST),
        listed(survey, survey | {2: codes[1]}),
        kind="enterprise_surveys",
    )
    assert own["summary"] == counts(2, unchanged=1, rejected=1) and own["errors"][0]["code"] == "unknown_institution"
