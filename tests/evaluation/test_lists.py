"""Evaluation's lists: in any order they name, by parts of numbers, by numbers of other platforms; and every paper names what it bears by id."""

import httpx
import pytest

from shared import db
from tests import people
from tests.conftest import Start
from tests.eastwest.neighbours import order
from tests.evaluation import made
from tests.evaluation.made import World, done, world

REF = {"system": "省评价监管平台", "number": "PJ-17"}


async def issued(w: World) -> tuple[dict[str, str], list[str]]:
    """Two certificates of one batch: the batch, and the certificates' ids by number."""
    filing = await w.filing(external_refs=[REF])
    batch = await w.batch(filing["id"], [await w.worker(1), await w.worker(2)], "issued", external_refs=[REF])
    return batch, [each["id"] for each in sorted(await w.certificates(), key=lambda each: each["number"])]


async def test_certificates_are_found_by_part_of_a_number_and_sorted(start: Start) -> None:
    async with world(start) as w:
        _, [first, second] = await issued(w)
        outside = await done(w.officer().post("/v1/certificates", json=made.certificate(await w.worker(3), external_refs=[REF])))

        async def listed(**asked: str) -> list[str]:
            return [each["id"] for each in (await done(w.officer().get("/v1/certificates", params=asked)))["items"]]

        assert await listed(q="2550000") == [second, first] and await listed(q="000001") == [first]
        number = (await done(w.officer().get(f"/v1/certificates/{outside['id']}")))["number"]
        assert await listed(q=number[:2].lower()) == [outside["id"]] and await listed(q="黔") == await listed(q="q~") == []
        assert await listed(q="55") == [second, first] and {first, second} <= {*await listed(q="5")}
        assert (await listed(sort="issued_on"))[0] == outside["id"] and (await listed(sort="-issued_on"))[-1] == outside["id"]
        assert await listed(external_system=REF["system"]) == [outside["id"]]
        both = await done(w.officer().get("/v1/certificates?status=valid&status=revoked&kind=skill_level&kind=work_permit"))
        assert len(both["items"]) == 3


async def test_the_certificates_of_an_order_are_those_of_its_assessments(start: Start) -> None:
    async with world(start) as w, start("eastwest") as eastwest:
        w.evaluation.knows(eastwest)
        order_id, another = [
            str((await done(eastwest.as_("officer").post("/v1/orders", json=order(each))))["id"]) for each in ("FS-1", "FS-2")
        ]
        filing = await w.filing()
        for n, ordered in enumerate((order_id, another, None)):
            await w.batch(filing["id"], [await w.worker(n)], "issued", order_id=ordered)
        of_order = await w.certificates(order_id=order_id)
        assert len(await w.certificates()) == 3 and [each["assessment_id"] for each in of_order] == [
            each["id"] for each in (await done(w.officer().get("/v1/assessments", params={"order_id": order_id})))["items"]
        ]
        assert await w.certificates(order_id=str(db.new_id())) == []


async def test_filings_and_assessments_are_found_by_the_numbers_of_other_platforms(start: Start) -> None:
    async with world(start) as w:
        batch, _ = await issued(w)
        for noun in ("filings", "assessments"):
            for asked, count in (({"external_number": "PJ-17"}, 1), ({"external_number": "PJ-1"}, 0), ({"sort": "-number"}, 1)):
                assert len((await done(w.officer().get(f"/v1/{noun}", params=asked)))["items"]) == count, (noun, asked)
        assert [each["number"] for each in (await done(w.officer().get("/v1/filings", params={"q": "机械"})))["items"]]
        assert (await done(w.officer().get("/v1/filings", params={"q": "无此机构"})))["items"] == []
        assert batch["external_refs"] == [REF]


@pytest.mark.parametrize(
    "query",
    [
        "filings?status=gone",
        "filings?institution_id=1",
        "filings?sort=staff",
        "assessments?status=locked&status=gone",
        "assessments?held_on=2025-01-01",
        "certificates?kind=licence",
        "certificates?q=T522601199003070017",
        "certificates?sort=number",
    ],
)
async def test_what_cannot_be_asked_for_is_refused(start: Start, query: str) -> None:
    async with start("evaluation") as evaluation:
        answer = await evaluation.as_("officer").get(f"/v1/{query}")
        assert answer.status_code == 400, answer.text


async def test_papers_name_the_people_and_the_body_beside_their_ids(start: Start) -> None:
    async with world(start) as w:
        batch, [first, _] = await issued(w)
        paper = await done(w.officer().get(f"/v1/assessments/{batch['id']}"))
        assert {each["trainee_name"] for each in paper["people"]} == {people.name(1), people.name(2)}
        assert {each["trainee_name"] for each in paper["results"]} == {people.name(1), people.name(2)}
        assert paper["institution_name"] and paper["occupation_name"] and paper["assessor_names"] == [{"card": "KP-001", "name": "吴考评"}]
        assert paper["supervision"][0]["supervisor_name"] == "龙督导"
        certificate = await done(w.officer().get(f"/v1/certificates/{first}"))
        assert certificate["trainee_name"] in {people.name(1), people.name(2)} and "*" in certificate["id_number_masked"]
        own = await done(w.enterprise().get(f"/v1/assessments/{batch['id']}"))  # it may name any trainee's id, which shows it no name
        assert {each["trainee_name"] for each in own["people"]} == {None} and own["institution_name"] == paper["institution_name"]
        filing = await done(w.officer().get(f"/v1/filings/{batch['filing_id']}"))
        assert filing["scope"][0]["occupation_name"] == filing["granted"][0]["occupation_name"] != ""


async def test_a_filing_keeps_the_name_it_was_filed_with_beside_todays(start: Start) -> None:
    async with world(start) as w:
        filing = await w.filing()
        before = filing["filed_name"]
        assert filing["institution_name"] == before != ""
        renamed = {"name": "凯里新机械厂"}
        await done(w.registry.as_("officer").patch(f"/v1/institutions/{w.enterprise_id}", json=renamed))
        shown = await done(w.officer().get(f"/v1/filings/{filing['id']}"))
        assert (shown["institution_name"], shown["filed_name"]) == ("凯里新机械厂", before)


async def test_a_paper_without_its_names_is_still_a_paper(start: Start) -> None:
    async with world(start) as w:
        _, [first, _] = await issued(w)
        w.evaluation.kernel.neighbours["registry"].transport = httpx.MockTransport(lambda _: httpx.Response(503, json={}))
        certificate = await done(w.officer().get(f"/v1/certificates/{first}"))
        assert (certificate["trainee_name"], certificate["occupation_name"] is None) == (None, False)
