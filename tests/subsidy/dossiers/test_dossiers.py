"""A claim as one PDF: all of it is in it, in Chinese, with the rare characters of names, and its contents are signed."""

import re
import zlib
from typing import Any

from services.subsidy.dossiers import reading
from shared import db
from shared.typesetting import typeset
from tests.conftest import Start
from tests.subsidy.claims.world import BECAUSE, a_person, a_world

RARE = "杨𬭊䶮"


def characters(pdf: bytes) -> set[str]:
    """What a reader can copy out of it: the characters that its fonts tell the glyphs of."""
    told = set[str]()
    for stream in re.findall(rb"stream\r?\n(.*?)\r?\nendstream", pdf, re.DOTALL):
        try:
            text = zlib.decompressobj().decompress(stream).decode("latin-1")  # one whose last byte is a line's end lacks it here
        except zlib.error:
            continue
        if "beginbfchar" in text or "beginbfrange" in text:
            told.update(bytes.fromhex(each).decode("utf-16-be") for each in re.findall(r"<[0-9A-F]+>\s+<((?:[0-9A-F]{4})+)>", text))
    return told


async def test_a_dossier_holds_the_claim_with_the_names_as_they_are_written(start: Start) -> None:
    async with a_world(start) as world:
        overlap = [{"class_number": "KL-PX-2025-000009", "on": "2025-04-08", "half_day": "am"}]
        people = [a_person(name=RARE), a_person(attended_other_class=overlap), *(a_person() for _ in range(48))]
        claim = await world.bring_to("reviewed", world.open_class(people), attachments=[str(db.new_id())])
        said = [{"trainee_id": people[0]["trainee_id"], "reason": "签到表缺页。"}]
        claim = await world.step("reviewer", "return", claim, BECAUSE | {"lines": said})
        auditor, path = world.as_("auditor"), f"/v1/claims/{claim['id']}/dossier.pdf"
        answer = await auditor.get(path)
        assert answer.status_code == 200, answer.text
        assert answer.headers["content-type"] == "application/pdf" and answer.content.startswith(b"%PDF-")
        assert set(RARE + "签到表缺页卷内目录盖章") <= characters(answer.content)
        assert (await world.as_("institution").get(path)).json()["code"] == "wrong_role"
        assert (await auditor.get(f"/v1/claims/{db.new_id()}/dossier.pdf")).status_code == 404
        [read] = (await auditor.get("/v1/audit", params={"subject": claim["id"], "action": "claim.dossier_read"})).json()["items"]
        assert len(read["details"]["parts"]) == 7 and all(re.fullmatch("[0-9a-f]{64}", each) for each in read["details"]["parts"])


def test_what_is_said_is_set_as_it_stands_and_never_read_as_markup() -> None:
    part = {"title": "一", "header": ["#panic()", "*b*"], "widths": [1, 1], "rows": [['#eval("1")', "= h\n\\"]], "hash": "0" * 64}
    told: dict[str, Any] = {"title": "卷", "number": "N", "made": "", "cover": [], "check": [], "seals": [], "parts": [part]}
    assert {"#", "=", "\\", "*"} <= characters(typeset(reading.TEMPLATE, told))
