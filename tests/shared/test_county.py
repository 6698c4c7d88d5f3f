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


def test_the_digest_changes_with_any_file_of_the_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COUNTY_DIR", str(tmp_path))
    (tmp_path / "terms").mkdir()
    (tmp_path / "terms" / "project.toml").write_text("a = 1", encoding="utf-8")
    before = county.digest()
    (tmp_path / "terms" / "project.toml").write_text("a = 2", encoding="utf-8")
    changed = county.digest()
    (tmp_path / "terms" / "project.toml").rename(tmp_path / "terms" / "startup.toml")
    assert len({before, changed, county.digest()}) == 3
