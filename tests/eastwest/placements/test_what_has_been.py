"""A fact is about what has been, and says what makes its proof; what was reported by mistake is taken back; a reference is one office's own."""

from typing import Any

import httpx
import pytest
from sqlalchemy import text

from tests.conftest import Service
from tests.eastwest.neighbours import START, Neighbours, evidence, key, placed, report, update

TODAY = "2025-07-10"
MORNING = f"{TODAY}T09:00:00+08:00"


async def faults(answer: httpx.Response) -> list[tuple[str, str]]:
    assert answer.status_code == 422, answer.text
    return [(each["code"], each["pointer"]) for each in answer.json()["errors"]]


def proved(grade: str, from_on: str = START, to_on: str = "2025-07-01", **more: Any) -> dict[str, Any]:
    return update("p", "present", TODAY, evidence=[{"grade": grade, "covers_from_on": from_on, "covers_to_on": to_on} | more])


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        pytest.param(update("p", "present", "2025-07-11"), [("in_the_future", "/effective_on")], id="tomorrow"),
        pytest.param(update("p", "left", "2026-01-01"), [("in_the_future", "/effective_on")], id="a-leaving-to-come"),
        pytest.param(proved("C", to_on="2025-07-11"), [("in_the_future", "/evidence/0/covers_to_on")], id="covers-tomorrow"),
        pytest.param(proved("B", paid_on="2025-07-11"), [("in_the_future", "/evidence/0/paid_on")], id="paid-tomorrow"),
        pytest.param(proved("A"), [("evidence_incomplete", "/evidence/0/insured_months")], id="insurance-without-months"),
        pytest.param(proved("A", insured_months=[]), [("evidence_incomplete", "/evidence/0/insured_months")], id="insurance-of-no-month"),
        pytest.param(
            proved("A", insured_months=["2025-06", "2025-08"]),
            [("evidence_incomplete", "/evidence/0/insured_months/1")],
            id="a-month-not-covered",
        ),
        pytest.param(proved("A", insured_months=["2025-13"]), [("invalid_value", "/evidence/0/insured_months/0")], id="no-such-month"),
        pytest.param(proved("B"), [("evidence_incomplete", "/evidence/0/paid_on")], id="wages-without-the-day"),
        pytest.param(proved("B", paid_on="2025-05-29"), [("evidence_incomplete", "/evidence/0/paid_on")], id="paid-before-the-work"),
        pytest.param(proved("C", insured_months=["2025-06"]), [("invalid_value", "/evidence/0/insured_months")], id="months-of-a-roster"),
        pytest.param(update("p", "cancelled", TODAY), [("missing_field", "/corrects")], id="cancels-nothing"),
        pytest.param(
            update("p", "cancelled", TODAY, corrects="s", evidence=evidence(START, TODAY, "C")),
            [("invalid_value", "/evidence")],
            id="cancels-and-proves",
        ),
    ],
)
async def test_what_has_not_happened_and_what_lacks_its_proof_is_refused(
    eastwest: Service, others: Neighbours, body: dict[str, Any], expected: list[tuple[str, str]]
) -> None:
    partner = eastwest.as_("partner", at=MORNING)
    made = await placed(partner, others.person(1))
    assert await faults(await report(partner, made["id"], body)) == expected


@pytest.mark.parametrize(
    "body",
    [
        pytest.param(update("p", "present", TODAY), id="today"),
        pytest.param(proved("C", to_on=TODAY), id="covers-today"),
        pytest.param(proved("B", paid_on=START), id="paid-on-the-first-day"),
        pytest.param(proved("A", insured_months=["2025-05", "2025-06", "2025-07"]), id="every-month-touched"),
        pytest.param(proved("A", insured_months=["2025-06"]), id="one-month-of-them"),
    ],
)
async def test_the_other_side_of_each_limit_is_taken(eastwest: Service, others: Neighbours, body: dict[str, Any]) -> None:
    partner = eastwest.as_("partner", at=MORNING)
    made = await placed(partner, others.person(1))
    assert (await report(partner, made["id"], body)).status_code == 201


async def test_insurance_proves_the_months_that_it_names(eastwest: Service, others: Neighbours) -> None:
    partner = eastwest.as_("partner", at="2025-09-10T09:00:00+08:00")
    made = await placed(partner, others.person(1))
    paid = [{"grade": "A", "covers_from_on": START, "covers_to_on": "2025-08-31", "insured_months": ["2025-05", "2025-06", "2025-08"]}]
    await report(partner, made["id"], update("s", evidence=paid))
    found = (await partner.get(f"/v1/placements/{made['id']}/retention?as_of=2025-08-30")).json()
    assert [(each["from_on"], each["to_on"]) for each in found["intervals"]] == [(START, "2025-06-30"), ("2025-08-01", "2025-08-29")]
    assert found["verdict"] == "unproven"
    assert [(each["from_on"], each["to_on"]) for each in found["missing"]] == [("2025-07-01", "2025-07-31")]


async def test_what_was_accepted_before_is_unchanged_when_it_is_sent_again(eastwest: Service, others: Neighbours) -> None:
    partner = eastwest.as_("partner", at="2025-09-10T09:00:00+08:00")
    made = await placed(partner, others.person(1))
    said = update("s", evidence=evidence(START, "2025-08-29", "A"))
    first = (await report(partner, made["id"], said)).json()
    earlier = eastwest.as_("partner", at="2025-06-01T09:00:00+08:00")  # on a day on which it would be refused
    again = await report(earlier, made["id"], said)
    assert (again.status_code, again.json()["outcome"], again.json()["receipt"]) == (201, "unchanged", first["receipt"])


async def test_a_fact_reported_by_mistake_is_taken_back_whenever_the_cancelling_comes(eastwest: Service, others: Neighbours) -> None:
    partner = eastwest.as_("partner", at="2025-09-10T09:00:00+08:00")
    history = [update("s"), update("l", "left", "2025-07-01"), update("x", "cancelled", "2025-07-05", corrects="l")]
    for n, order in enumerate([(0, 1, 2), (2, 1, 0), (2, 0, 1)], start=1):
        made = await placed(partner, others.person(n))
        for place in order:
            said = {**history[place], "external_ref": f"{history[place]['external_ref']}{n}"}
            if "corrects" in said:
                said["corrects"] += str(n)
            assert (await report(partner, made["id"], said)).status_code == 201
        found = (await partner.get(f"/v1/placements/{made['id']}")).json()
        assert (found["status"], found["started_on"], found["left_on"]) == ("working", START, None)
    assert (await report(partner, made["id"], update("gone", "cancelled", "2025-07-06", corrects="s3"))).status_code == 201
    found = (await partner.get(f"/v1/placements/{made['id']}")).json()
    assert (found["status"], found["started_on"]) == ("arranged", None)
    assert (await report(partner, made["id"], update("back", "cancelled", "2025-07-06", corrects="gone"))).status_code == 422
    assert (await report(partner, made["id"], update("anew"))).status_code == 201
    async with eastwest.kernel.reading() as session:
        kinds = (await session.execute(text("SELECT count(*) FROM placement_updates WHERE kind = 'cancelled'"))).scalar_one()
    assert kinds == 4  # nothing that was reported is deleted


async def test_a_correction_that_is_taken_back_moves_nothing_and_of_two_the_later_stands(eastwest: Service, others: Neighbours) -> None:
    partner = eastwest.as_("partner", at="2025-09-10T09:00:00+08:00")
    made = await placed(partner, others.person(1))

    async def started_on(*said: dict[str, Any]) -> str:
        for each in said:
            assert (await report(partner, made["id"], each)).status_code == 201
        return str((await partner.get(f"/v1/placements/{made['id']}")).json()["started_on"])

    assert await started_on(update("s"), update("z", "corrected", "2025-06-10", corrects="s")) == "2025-06-10"
    assert await started_on(update("a", "corrected", "2025-06-05", corrects="s")) == "2025-06-05"  # reported later, whatever it is called
    assert await started_on(update("x", "cancelled", "2025-07-01", corrects="a")) == "2025-06-10"
    assert await started_on(update("y", "cancelled", "2025-07-01", corrects="z")) == START


async def test_a_reference_is_one_offices_own(eastwest: Service, others: Neighbours) -> None:
    then = "2025-09-10T09:00:00+08:00"
    partner, officer = eastwest.as_("partner", at=then), eastwest.as_("officer", at=then)
    made = await placed(partner, others.person(1))
    await report(partner, made["id"], update("1"))
    for said in (update("2", "corrected", "2025-06-20", corrects="1"), update("3", "cancelled", "2025-06-20", corrects="1")):
        answer = await report(officer, made["id"], said)
        assert (answer.status_code, answer.json()["waits_for"]) == (201, "1")  # the bureau's own number 1 has not come
        assert (await partner.get(f"/v1/placements/{made['id']}")).json()["started_on"] == START
    await report(partner, made["id"], update("4", "present", "2025-06-30"))
    assert (await report(officer, made["id"], update("4", "left", "2025-07-01"))).status_code == 201  # the bureau's own number 4
    assert (await partner.get(f"/v1/placements/{made['id']}")).json()["left_on"] == "2025-07-01"


async def test_a_correction_says_whether_what_it_corrects_has_come(eastwest: Service, others: Neighbours) -> None:
    partner = eastwest.as_("partner", at="2025-09-10T09:00:00+08:00")
    made = await placed(partner, others.person(1))

    async def waits_for(*items: dict[str, Any]) -> list[str | None]:
        said = [each | {"placement_id": made["id"]} for each in items]
        answer = await partner.post("/v1/placement-updates:batch", json={"items": said, "mode": "commit"}, headers=key())
        return [each["waits_for"] for each in answer.json()["items"]]

    left, taken_back = update("l", "left", "2025-06-20"), update("x", "cancelled", "2025-06-20", corrects="l")
    assert await waits_for(update("c", "corrected", START, corrects="s"), taken_back, left) == ["s", None, None]
    assert (await report(partner, made["id"], update("s"))).json()["waits_for"] is None
    assert await waits_for(update("c", "corrected", START, corrects="s")) == [None]


async def test_a_fact_is_corrected_where_it_was_told(eastwest: Service, others: Neighbours) -> None:
    partner = eastwest.as_("partner", at="2025-09-10T09:00:00+08:00")
    one, other = [await placed(partner, others.person(n)) for n in (1, 2)]
    await report(partner, one["id"], update("s"))
    for kind in ("corrected", "cancelled"):
        answer = await report(partner, other["id"], update(kind, kind, "2025-06-20", corrects="s"))
        assert await faults(answer) == [("invalid_value", "/corrects")]


async def test_taking_a_correction_back_opens_no_gate(eastwest: Service, others: Neighbours) -> None:
    partner = eastwest.as_("partner", at="2025-09-10T09:00:00+08:00")
    made = await placed(partner, others.person(1, certified=False))
    others.certificate(others.ids[next(iter(others.ids))], issued_on="2025-06-15")
    await report(partner, made["id"], update("c", "corrected", "2025-06-20", corrects="s"))
    early = await report(partner, made["id"], update("s"))
    assert (early.status_code, early.json()["code"]) == (409, "certificate_after_start")


async def test_retention_that_was_met_is_not_when_its_proof_is_taken_back(eastwest: Service, others: Neighbours) -> None:
    partner = eastwest.as_("partner", at="2025-09-10T09:00:00+08:00")
    made = await placed(partner, others.person(1))
    await report(partner, made["id"], update("s", evidence=evidence(START, "2025-08-29")))
    one = f"/v1/placements/{made['id']}/retention"
    assert (await partner.get(one)).json()["verdict"] == "met"
    await report(partner, made["id"], update("l", "left", "2025-08-30"))
    assert (await partner.get(one)).json()["verdict"] == "met"  # leaving afterwards takes nothing back
    await report(partner, made["id"], update("x", "cancelled", "2025-09-01", corrects="s"))
    assert (await partner.get(one)).json()["verdict"] != "met"
