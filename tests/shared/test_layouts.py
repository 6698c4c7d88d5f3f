"""Layouts of files for other platforms: every fault of a county's file is named, and every field of a layout is one that its service has."""

import shutil
from pathlib import Path

import pytest

from services.evaluation.exports.reading import FIELDS as OF_CERTIFICATES
from services.registry.exports.reading import COLUMNS
from shared import county, errors, exports, layouts, strict
from tests.counties.test_county_check import change, line_of


@pytest.fixture
def copied(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "county"
    shutil.copytree(county.DEFAULT, folder)
    monkeypatch.setenv("COUNTY_DIR", str(folder))
    return folder / "layouts"


def test_what_a_layout_may_name_is_what_the_services_have() -> None:
    has = {about: set(fields) for about, fields in COLUMNS.items()} | {"certificates": set(OF_CERTIFICATES)}
    assert {about: set(fields) for about, fields in layouts.FIELDS.items()} == has


def test_every_fault_of_a_file_is_named_with_its_line(copied: Path) -> None:
    file = copied / "national_certificates.toml"
    change(file, 'field = "issuer"', 'field = "printer"')
    change(file, 'title = "证件号码"', 'title = "姓名"')
    change(file, 'valid = "有效", revoked', 'valid = "有效", lost')
    with pytest.raises(strict.BadFile) as bad:
        layouts.here()
    for said in ("columns[6].field:应为", "columns[1].title:列名", "代码表 certificate_status 中没有 lost", "缺少代码 revoked 的用语"):
        assert said in str(bad.value)
    assert f"（第 {line_of(file, 'printer')} 行）" in str(bad.value) and str(bad.value).startswith("national_certificates.toml:")


def test_what_is_no_code_has_no_words_and_what_nobody_knows_is_no_key(copied: Path) -> None:
    change(copied / "province_classes.toml", 'field = "hours"', 'field = "hours"\nwords = { a = "b" }')
    with pytest.raises(strict.BadFile, match="hours 不是代码表中的代码"):
        layouts.here()
    shutil.copy(county.DEFAULT / "layouts" / "province_classes.toml", copied)
    change(copied / "province_classes.toml", 'about = "classes"', 'about = "schools"\nformat = "xls"')
    with pytest.raises(strict.BadFile) as bad:
        layouts.here()
    assert "format:未知的键（第 4 行）" in str(bad.value) and "about:应为 classes、trainees、enrolments、certificates 之一" in str(
        bad.value
    )


def test_a_county_without_layouts_has_none(copied: Path) -> None:
    shutil.rmtree(copied)
    assert layouts.here() == {}


def test_a_file_has_ten_thousand_rows_at_most() -> None:
    exports.few_enough(range(10_000))
    with pytest.raises(errors.Invalid) as refused:
        exports.few_enough(range(10_001))
    [fault] = refused.value.faults
    assert (fault.parameter, fault.allowed) == ("from_on", "每个文件 10000 行") and "institution_id" in (fault.fix or "")
