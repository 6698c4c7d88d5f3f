"""People are found by any part of a name, however short, whatever its letters."""

import pytest

from tests.conftest import Start
from tests.registry import made

NAMES = ("王秀英", "秀英", "欧阳秀兰", "邰㛃", "𠅤明华", "买买提·吐尔逊", "John Müller")
ASKED = {
    "王": ["王秀英"],
    "英": ["秀英", "王秀英"],
    "㛃": ["邰㛃"],
    "𠅤": ["𠅤明华"],
    "秀英": ["秀英", "王秀英"],
    "英秀": [],
    "买提": ["买买提·吐尔逊"],
    "提·": ["买买提·吐尔逊"],
    "𠅤明": ["𠅤明华"],
    "王秀英": ["王秀英"],
    "阳秀兰": ["欧阳秀兰"],
    "欧阳秀兰": ["欧阳秀兰"],
    "欧阳秀英": [],
    "j": ["John Müller"],
    "Mü": ["John Müller"],
    "n m": ["John Müller"],
    "MÜLLER": ["John Müller"],
    "%": [],
    "_": [],
}


async def test_a_part_of_any_length_is_found_in_every_letter(start: Start) -> None:
    async with start("registry") as registry:
        for n, name in enumerate(NAMES):
            await made.trainee(registry, n, name=name)
        officer = registry.as_("officer")
        found = {part: [each["name"] for each in (await officer.get("/v1/trainees", params={"q": part})).json()["items"]] for part in ASKED}
        assert found == ASKED
        exactly = (await officer.get("/v1/trainees", params={"name": ["秀英", "㛃"]})).json()["items"]
        assert [each["name"] for each in exactly] == ["邰㛃", "秀英", "王秀英"]


@pytest.mark.parametrize(("part", "found"), [("秀", 1), ("秀兰", 1), ("欧阳", 1), ("英", 1), ("秀英", 1), ("兰英", 0)])
async def test_an_earlier_name_is_found_by_a_short_part_as_well(start: Start, part: str, found: int) -> None:
    async with start("registry") as registry:
        person = await made.trainee(registry, 1, name="欧阳秀兰")
        officer = registry.as_("officer")
        changed = await officer.patch(f"/v1/trainees/{person}", json={"name": "王秀英"})
        assert changed.status_code == 200, changed.text
        assert len((await officer.get("/v1/trainees", params={"q": part})).json()["items"]) == found
