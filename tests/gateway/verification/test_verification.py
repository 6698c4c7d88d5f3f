"""The page on which anyone verifies a certificate: no script, nothing from elsewhere, and one answer for whoever does not know both number and name."""

import re
from typing import Any

import httpx

from services.evaluation.certificates import reading
from shared import limits
from tests import people
from tests.conftest import Service, Start
from tests.evaluation.made import PREFIX, World, done, world


async def _asked(gateway: Service, number: str, name: str) -> httpx.Response:
    return await gateway.as_("public").post("/verify", data={"number": number, "name": name})


async def _certificate(w: World) -> dict[str, Any]:
    paper = await w.batch((await w.filing())["id"], [await w.worker(1)], "issued")
    return (await w.certificates(assessment_id=paper["id"]))[0]


async def test_a_citizen_asks_by_number_and_name_and_is_told_plainly(start: Start) -> None:
    async with world(start) as w, start("gateway") as gateway:
        gateway.knows(w.registry)
        gateway.knows(w.evaluation)
        number = (certificate := await _certificate(w))["number"]
        led_to = await gateway.as_("public").get("/verify", params={"number": number})
        assert led_to.status_code == 200 and f'value="{number}"' in led_to.text and "<section" not in led_to.text
        found = await _asked(gateway, number.lower(), people.name(1))
        assert found.status_code == 200 and "证书有效" in found.text
        for said in (number, people.name(1)[0] + "**", "电工", "初级工", certificate["issuer"], "2025-06-20", "职业技能等级证书"):
            assert said in found.text, said
        unlike = [
            await _asked(gateway, *both)
            for both in (
                (number, "龙阿妹"),
                (f"{PREFIX}255999999", "龙阿妹"),
                ("", ""),
                ("1" * 150, "9" * 150),
                (number, "522601199003070017"),
            )
        ]
        assert {each.status_code for each in unlike} == {200}
        assert len({re.search("<section.*</section>", each.text, re.DOTALL)[0] for each in unlike}) == 1  # type: ignore[index]
        assert "没有编号和姓名都相符的证书" in unlike[0].text and "522601199003070017" not in unlike[-1].text
        await done(w.reviewer("2025-08-01").post(f"/v1/certificates/{certificate['id']}:revoke", json={"reason": "弄虚作假"}))
        assert "证书无效" in (revoked := (await _asked(gateway, number, people.name(1))).text) and "2025-08-01" in revoked


async def test_what_is_shown_again_is_text_and_the_page_runs_nothing(start: Start) -> None:
    async with start("gateway") as gateway:
        page = await gateway.as_("public").get("/verify", params={"number": '"><script>alert(1)</script>'})
        assert "<script" not in page.text and "&lt;script&gt;" in page.text
        assert people.id_number(1) not in (await gateway.as_("public").get("/verify", params={"number": f"T{people.id_number(1)}"})).text
        policy = page.headers["content-security-policy"]
        assert "default-src 'none'" in policy and "script" not in policy and "unsafe" not in policy
        assert (page.headers["referrer-policy"], page.headers["cache-control"]) == ("no-referrer", "no-store")
        assert (await gateway.as_("public").get("/pages/page.css")).headers["content-type"].startswith("text/css")
        away = await _asked(gateway, "Y1", "龙阿妹")  # nobody is there to ask
        assert away.status_code == 503 and "暂时无法核验" in away.text and "<form" in away.text


async def test_names_are_not_tried_on_a_number_for_ever(start: Start) -> None:
    async with world(start) as w, start("gateway") as gateway:
        gateway.knows(w.registry)
        gateway.knows(w.evaluation)
        number = (await _certificate(w))["number"]
        spent = reading.key_of(w.evaluation.kernel, number).hex()
        await w.evaluation.kernel.limits.take(limits.VERIFICATION_MISSES, spent, cost=limits.VERIFICATION_MISSES.at_most - 1)
        assert (await _asked(gateway, number, people.name(1))).status_code == 200  # what fits does not count
        assert (await _asked(gateway, number, "龙阿妹")).status_code == 200
        refused = await _asked(gateway, number, people.name(1))
        assert refused.status_code == 429 and "过于频繁" in refused.text and refused.headers["retry-after"]
        assert (await _asked(gateway, f"{PREFIX}255999999", "龙阿妹")).status_code == 200


async def test_a_paper_that_no_register_has_is_complained_of_and_the_stranger_learns_nothing_of_the_register(start: Start) -> None:
    async with world(start) as w, start("gateway") as gateway:
        for service in (w.registry, w.evaluation):
            gateway.knows(service)
        w.registry.knows(w.evaluation)
        minted, public = await _certificate(w), gateway.as_("public")
        assert "/verify/complaint" in (await _asked(gateway, "贵技证 99999 号", "龙阿妹")).text
        card = f"T{people.id_number(1)}"
        numbers = (minted["number"].lower(), f"{PREFIX}255999999", "贵技证 99999 号", card)
        told = [{"subject": {"kind": "certificate", "number": each, "issuer": "某某考试中心"}, "text": "疑为伪造"} for each in numbers]
        receipts = [await done(w.registry.as_("public").post("/v1/complaints", json=each)) for each in told]
        own = {"id", "number", "code", "received_at"}
        assert len({tuple((name, each[name]) for name in each if name not in own) for each in receipts}) == 1
        form = {"number": numbers[2], "issuer": "某某考试中心", "text": "疑为伪造", "contact": "13800001234"}
        page = await public.post("/verify/complaint", data=form)
        assert page.status_code == 200 and "已收到投诉" in page.text and "查询码" in page.text and "13800001234" not in page.text
        missing = await public.post("/verify/complaint", data=form | {"number": "", "name": "<b>杨某"})
        assert missing.status_code == 422 and "&lt;b&gt;杨某" in missing.text and "疑为伪造" in missing.text
        officer = w.registry.as_("officer")
        waiting = {each["subject_id"] for each in (await done(officer.get("/v1/worklist")))["items"]}
        assert waiting >= {each["id"] for each in receipts}
        papers = [await done(officer.get(f"/v1/complaints/{each['id']}")) for each in receipts]
        assert [each["certificate_number"] for each in papers] == [minted["number"], None, None, None]
        assert [(each["certificate_id"], each["issuer"]) for each in papers[:2]] == [(minted["id"], "某某考试中心"), (None, "某某考试中心")]
        assert people.id_number(1) not in papers[3]["subject"] and papers[3]["subject"].startswith("T5226")
