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
