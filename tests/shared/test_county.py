"""The county is data: one folder, chosen by a setting; what is wrong in it is named."""

import shutil
from pathlib import Path

import pytest

from shared import county
from shared.strict import BadFile


def test_the_countys_folder_is_a_setting(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shutil.copy(county.DEFAULT / "county.toml", tmp_path)
    text = (tmp_path / "county.toml").read_text(encoding="utf-8")
    (tmp_path / "county.toml").write_text(text.replace('number_prefix = "KL"', 'number_prefix = "XX"'), encoding="utf-8")
    monkeypatch.setenv("COUNTY_DIR", str(tmp_path))
    assert county.here().series("PX") == "XX-PX"
    monkeypatch.delenv("COUNTY_DIR")
    assert county.folder() == county.DEFAULT


def test_what_is_wrong_in_the_countys_file_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    text = (county.DEFAULT / "county.toml").read_text(encoding="utf-8")
    (tmp_path / "county.toml").write_text(text.replace("number_prefix", "prefix"), encoding="utf-8")
    monkeypatch.setenv("COUNTY_DIR", str(tmp_path))
    with pytest.raises(BadFile, match=r"county\.toml:prefix:未知的键（第 6 行）;number_prefix:缺少该键"):
        county.here()


def test_the_digest_is_of_the_names_and_the_content_of_every_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def of(folder: str, name: str, text: str) -> str:
        (tmp_path / folder / "terms").mkdir(parents=True)
        (tmp_path / folder / "terms" / name).write_text(text, encoding="utf-8")
        monkeypatch.setenv("COUNTY_DIR", str(tmp_path / folder))
        return county.digest()

    first = of("first", "project.toml", "a = 1")
    assert of("moved", "project.toml", "a = 1") == first
    assert len({first, of("changed", "project.toml", "a = 2"), of("renamed", "startup.toml", "a = 1")}) == 3
