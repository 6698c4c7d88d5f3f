"""The county's own places before a town in an address, whichever county it is."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from services.registry import fields
from shared import county
from shared.sheets.rows import FieldFault

TOWNS = {"三棵树镇": "522601100", "城西街道": "522601001"}
ELSEWHERE = (("凯里市", "青山县"), ("贵州", "云江"), ("黔东南", "云中"))


@pytest.fixture
def another_county(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The same towns in a county of other names."""
    shutil.copytree(county.folder(), tmp_path, dirs_exist_ok=True)
    text = (tmp_path / "county.toml").read_text(encoding="utf-8")
    for old, new in ELSEWHERE:
        text = text.replace(old, new)
    (tmp_path / "county.toml").write_text(text, encoding="utf-8")
    monkeypatch.setenv("COUNTY_DIR", str(tmp_path))
    yield


def town(address: str) -> str | None:
    try:
        return fields.region(address, TOWNS)
    except FieldFault as fault:
        assert fault.code == "unknown_region"
        return None


@pytest.mark.parametrize("before", ["", "凯里市", "贵州省凯里市", "黔东南州凯里市", "贵州省黔东南苗族侗族自治州凯里市"])
def test_an_address_with_the_county_s_own_places_before_it_finds_its_town(before: str) -> None:
    assert town(f"{before}三棵树镇南花村") == "522601100"


@pytest.mark.parametrize("before", ["青山县", "云江省青山县", "云中州青山县"])
def test_the_places_of_another_county_are_no_one_s_here(before: str) -> None:
    assert town(f"{before}三棵树镇南花村") is None


@pytest.mark.usefixtures("another_county")
@pytest.mark.parametrize(
    ("before", "found"),
    [
        pytest.param("青山县", "522601100", id="its-own-name"),
        pytest.param("云江省云中苗族侗族自治州青山县", "522601100", id="its-own-province-and-prefecture"),
        pytest.param("贵州省凯里市", None, id="the-places-of-another"),
    ],
)
def test_what_the_county_s_own_places_are_is_its_data(before: str, found: str | None) -> None:
    assert town(f"{before}三棵树镇南花村") == found


@pytest.mark.usefixtures("another_county")
def test_what_to_write_instead_names_the_county() -> None:
    with pytest.raises(FieldFault) as fault:
        fields.region("某处", TOWNS)
    assert fault.value.fix.startswith("填写青山县的镇或街道名称(如 三棵树镇、城西街道)")
