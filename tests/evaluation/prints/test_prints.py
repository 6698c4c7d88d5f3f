"""Printed certificates, read back as others read them: the text by a reader of PDF, the code by a reader of codes, the signature against the certificate
that is published and nothing else."""

import asyncio
import base64
from datetime import UTC, datetime
from io import BytesIO
from typing import Any

import pypdfium2
import zxingcpp
from pyhanko.keys import load_certs_from_pemder_data
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.validation import async_validate_pdf_signature
from pyhanko_certvalidator import ValidationContext

from deploy.keys import make_signer
from services.evaluation.prints import signing
from tests import people
from tests.conftest import Start
from tests.evaluation import made
from tests.evaluation.made import World, done, refused, world

RARE = "潘𬭊䶮"


def read_back(pdf: bytes) -> tuple[list[str], list[str]]:
    """The text of each page without white space, and what its code says."""
    with pypdfium2.PdfDocument(pdf) as document:
        texts, codes = [], []
        for page in document:
            text, bitmap = page.get_textpage(), page.render(scale=2)
            texts.append("".join(text.get_text_range().split()))
            codes += [each.text for each in zxingcpp.read_barcodes(bitmap.to_pil())]
            text.close()
            bitmap.close()
            page.close()
    return texts, codes


async def is_vouched_for(pdf: bytes, published: bytes) -> bool:
    trusted = ValidationContext(trust_roots=list(load_certs_from_pemder_data(published)), allow_fetching=False)
    [signature] = PdfFileReader(BytesIO(pdf)).embedded_signatures
    return bool((await async_validate_pdf_signature(signature, trusted)).bottom_line)


async def _batch(w: World, how_many: int, **changed: Any) -> tuple[str, list[dict[str, Any]]]:
    workers = [await w.worker(n, **changed) for n in range(1, how_many + 1)]
    paper = await w.batch((await w.filing())["id"], workers, "issued")
    return paper["id"], await w.certificates(assessment_id=paper["id"], sort="registered_at")


async def test_a_print_says_what_it_certifies_leads_to_its_verification_and_is_signed(start: Start) -> None:
    async with world(start) as w:
        _, [certificate] = await _batch(w, 1, name=RARE)
        path = f"/v1/certificates/{certificate['id']}"
        answer = await w.enterprise().get(f"{path}.pdf")
        assert (answer.status_code, answer.headers["content-type"]) == (200, "application/pdf"), answer.text
        [text], [code] = read_back(answer.content)
        for said in ("职业技能等级证书", RARE, certificate["number"], "电工", "初级工", certificate["issuer"], "2025年6月20日", "照片"):
            assert said in text, said
        assert people.id_number(1) not in text and "次印制" not in text
        assert code == f"http://127.0.0.1:8000/verify?number={certificate['number']}"
        published = (await w.evaluation.as_("public").get("/v1/certificates/signing-certificate")).content
        assert await is_vouched_for(answer.content, published)
        assert not await is_vouched_for(answer.content, signing.published(base64.b64decode(make_signer())))
        changed = answer.content.replace(b"/Title", b"/Tatle", 1)
        assert changed != answer.content and not await is_vouched_for(changed, published)
        [read] = (
            await done(w.evaluation.as_("auditor").get("/v1/audit", params={"subject": certificate["id"], "action": "certificate.printed"}))
        )["items"]
        assert read["role"] == "institution"


async def test_what_is_printed_anew_keeps_its_number_and_has_todays_name(start: Start) -> None:
    async with world(start) as w:
        _, [certificate] = await _batch(w, 1)
        path, holder = f"/v1/certificates/{certificate['id']}", f"/v1/trainees/{certificate['trainee_id']}"
        clerk, because = w.registry.as_("officer"), {"reason": "更名"}
        version = (await done(clerk.get(holder)))["version"]
        await done(clerk.patch(holder, json={"name": "潘绣英"}, headers={"If-Match": f'"{version}"'}))
        other = await w.institution()
        await refused(w.enterprise(institution_id=other).post(f"{path}:reissue", json=because), 404, "not_found")
        await refused(w.reviewer().post(f"{path}:reissue", json=because), 403, "wrong_role")
        await refused(w.officer("2025-08-01").post(f"{path}:reissue", json={}), 422, "invalid")
        anew = await done(w.enterprise("2025-08-01").post(f"{path}:reissue", json=because))
        assert (anew["number"], anew["issued_on"], anew["printed_name"]) == (certificate["number"], "2025-06-20", "潘绣英")
        assert [(each["edition"], each["name"], each["printed_on"], each["superseded_on"]) for each in anew["prints"]] == [
            (1, people.name(1), "2025-06-20", "2025-08-01"),
            (2, "潘绣英", "2025-08-01", None),
        ]
        [text], _ = read_back((await w.officer("2025-08-02").get(f"{path}.pdf")).content)
        assert "潘绣英" in text and "第2次印制(2025年8月1日补发)" in text
        for name in (people.name(1), "潘绣英"):
            asked = {"number": certificate["number"], "name": name, "on": "2025-08-02"}
            assert (await done(w.evaluation.as_("public").post("/v1/certificates:verify", json=asked)))["valid"] is True
        await done(w.reviewer("2025-09-01").post(f"{path}:revoke", json={"reason": "弄虚作假"}))
        await refused(w.officer("2025-09-02").post(f"{path}:reissue", json=because), 409, "invalid_state")
        await refused(w.officer("2025-09-02").get(f"{path}.pdf"), 409, "invalid_state")


async def test_a_batch_is_one_file_of_those_that_are_valid(start: Start) -> None:
    async with world(start) as w:
        batch, certificates = await _batch(w, 3)
        await done(w.reviewer().post(f"/v1/certificates/{certificates[1]['id']}:revoke", json={"reason": "弄虚作假"}))
        path = f"/v1/assessments/{batch}/certificates.pdf"
        answer = await w.enterprise().get(path)
        assert answer.status_code == 200, answer.text
        texts, codes = read_back(answer.content)
        valid = sorted(each["number"] for each in certificates if each is not certificates[1])
        assert [code[-22:] for code in codes] == valid and len(texts) == 2
        assert (await w.enterprise(institution_id=await w.institution()).get(path)).status_code == 404
        unissued = await w.batch(certificates[0]["filing_id"], [await w.worker(9)], "locked")
        await refused(w.enterprise().get(f"/v1/assessments/{unissued['id']}/certificates.pdf"), 409, "invalid_state")


async def test_who_prints(start: Start) -> None:
    async with world(start) as w:
        _, [certificate] = await _batch(w, 1)
        outside = await done(w.officer().post("/v1/certificates", json=made.certificate(await w.worker(2))))
        of = {certificate["id"]: 200, outside["id"]: 409}
        seen = [
            (w.evaluation.as_("person", trainee_id=certificate["trainee_id"], at=made.at(made.HELD)), {certificate["id"]: 200}),
            (w.evaluation.as_("person", trainee_id=made.some_id()), {}),
            (w.evaluation.as_("auditor", at=made.at(made.HELD)), of),
            (w.officer(), of),
        ]
        for client, expected in seen:
            for one in of:
                assert (await client.get(f"/v1/certificates/{one}.pdf")).status_code == expected.get(one, 404)
        await refused(w.evaluation.as_("partner").get(f"/v1/certificates/{certificate['id']}.pdf"), 403, "wrong_role")
        await refused(w.officer().get(f"/v1/certificates/{outside['id']}.pdf"), 409, "not_issued_here")
        await refused(w.officer().post(f"/v1/certificates/{outside['id']}:reissue", json={"reason": "遗失"}), 409, "not_issued_here")


async def test_nothing_is_signed_that_nobody_vouches_for_any_more(start: Start) -> None:
    async with (
        start("registry") as registry,
        start("evaluation", certificate_signer=make_signer(datetime(2010, 1, 1, tzinfo=UTC))) as evaluation,
    ):
        evaluation.knows(registry)
        w = World(registry, evaluation)
        w.enterprise_id = await w.institution()
        _, [certificate] = await _batch(w, 1)
        told = (await evaluation.as_("public").get("/readyz")).json()["checks"]["certificate_signer"]
        assert (told["status"], told["until"][:4]) == ("unavailable", "2020")
        assert (await w.officer().get(f"/v1/certificates/{certificate['id']}.pdf")).status_code == 503


async def test_200_at_once_are_numbered_without_a_gap(start: Start) -> None:
    """And whoever issues beside them gets the numbers before or after, none between."""
    async with world(start) as w:
        people_ = [people.trainee(n, employer_id=w.enterprise_id) for n in range(1, 202)]
        said = await done(w.registry.as_("officer").post("/v1/trainees:batch", json={"mode": "commit", "atomic": "all", "items": people_}))
        *many, one = [each["id"] for each in said["items"]]
        filing = (await w.filing())["id"]
        papers = [await w.batch(filing, many, "locked"), await w.batch(filing, [one], "locked")]
        issued = await asyncio.gather(*(w.enterprise().post(f"/v1/assessments/{each['id']}:issue") for each in papers))
        assert [each.status_code for each in issued] == [200, 200]
        numbers = [[each["number"] for each in await w.certificates(assessment_id=paper["id"])] for paper in papers]
        serials = sorted(int(number[-6:]) for each in numbers for number in each)
        assert serials == list(range(1, 202)) and len(numbers[0]) == 200 and numbers[1][0][-6:] in ("000001", "000201")
