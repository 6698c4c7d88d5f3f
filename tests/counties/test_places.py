"""No module names a place: what is a county's stands in its folder. The words are taken from the shipped county's own data."""

import re

from services.registry.reference import reading
from shared import county

ROOT = county.DEFAULT.parents[2]
# What is not the county's, though it sounds like it. By file: the words allowed there, and why.
NO_PLACE = {
    "shared/county.py": "the folder that is read where COUNTY_DIR names none",
    "shared/settings.py": "the name of the product, which tokens are meant for",
    "gateway/identity/oauth2/routes.py": "the name of the product, to which one signs in",
}


def _words() -> dict[str, re.Pattern[str]]:
    """Each word in lower case, and what finds it where it stands alone."""
    here, regions = county.here(), reading.load(county.DEFAULT).regions.values()
    areas = [here.province, here.prefecture, here.partner, *here.partner.districts]
    names = {here.name, here.name_en, *(word for area in areas for word in (area.name, area.name_en, *getattr(area, "aliases", ())))}
    names |= {word for region in regions for word in (region.name, region.name_en.split()[0], *region.aliases)}
    names |= {
        name.removesuffix(ending) for name in names for ending in ("省", "市", "街道", "镇") if name.endswith(ending) and len(name) > 2
    }
    codes = {here.code, here.partner.code, *(area.code for area in areas), *(region.code for region in regions)}
    short = {"黔", "粤", "凯府", here.code[:4]}  # as in the names of documents and programmes, and the beginning of an ID number
    alone = {word: rf"(?<![A-Za-z]){re.escape(word)}(?![A-Za-z])" if word.isascii() else re.escape(word) for word in names | codes}
    alone |= {word: re.escape(word) for word in short} | {f"{here.number_prefix}-": rf"\b{here.number_prefix}-"}
    return {word.lower(): re.compile(pattern, re.IGNORECASE) for word, pattern in alone.items()}


def _seen(words: dict[str, re.Pattern[str]], text: str) -> list[str]:
    lower = text.lower()
    return sorted(word for word, alone in words.items() if word in lower and alone.search(text))


def test_no_module_names_a_place() -> None:
    words, found = _words(), dict[str, list[str]]()
    for path in sorted(path for package in ("shared", "services", "gateway") for path in (ROOT / package).rglob("*")):
        name = path.relative_to(ROOT).as_posix()
        if path.suffix in (".py", ".toml", ".mako") and name not in NO_PLACE and (seen := _seen(words, path.read_text(encoding="utf-8"))):
            found[name] = seen
    assert found == {}


def test_what_is_excepted_still_needs_it() -> None:
    words = _words()
    assert [name for name in NO_PLACE if not _seen(words, (ROOT / name).read_text(encoding="utf-8"))] == []
