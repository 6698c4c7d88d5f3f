"""What evaluation reads of the county: complete, of the right kind, and refused by name where it is not."""

import re
import shutil
from pathlib import Path

import pytest

from services.evaluation import rules
from shared import county, strict


@pytest.fixture
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A county of its own, with this one's rules."""
    for name in ("assessment.toml", "levels.toml"):
        shutil.copy(county.folder() / name, tmp_path)
    monkeypatch.setenv("COUNTY_DIR", str(tmp_path))
    return tmp_path


def test_another_county_has_its_own_months(elsewhere: Path) -> None:
    file = elsewhere / "assessment.toml"
    file.write_text(file.read_text(encoding="utf-8").replace("renewable_months = 3 ", "renewable_months = 6 "), encoding="utf-8")
    rules._rules.cache_clear()
    assert rules.here().renewable_months == 6


@pytest.mark.parametrize(
    ("file", "line", "named"),
    [
        ("assessment.toml", "renewal_months = 3", "renewal_months"),
        ("assessment.toml", 'renewable_months = "3"', "renewable_months"),
        ("levels.toml", '[[levels]]\ncode = "master"\nname = "大师"\nname_en = "Master"\nrank = 9', "levels"),
    ],
    ids=["an-unknown-key", "a-word-for-a-number", "an-unknown-level"],
)
def test_what_does_not_fit_stops_the_start_by_name(elsewhere: Path, file: str, line: str, named: str) -> None:
    path = elsewhere / file
    text = path.read_text(encoding="utf-8")
    kept = text.replace("renewable_months = 3 ", "#") if file == "assessment.toml" else text
    path.write_text(f"{line}\n{kept}" if file == "assessment.toml" else f"{kept}\n{line}\n", encoding="utf-8")
    with pytest.raises(strict.BadFile, match=rf"{file}.*{named}"):
        rules.here()
        rules.levels()


def test_every_figure_has_its_document() -> None:
    of_basis = [key for basis in rules.here().basis for key in basis.applies_to]
    assert sorted(of_basis) == [
        "bodies",
        "body_classes",
        "certificates_a_day_at_most",
        "filing_years_at_most",
        "idle_after_months",
        "level_rules",
        "materials",
        "months",
        "own_worker_category",
        "pass_score_at_least",
        "people_at_least",
        "points_above_others_at_most",
        "renewable_months",
        "years",
    ]


def test_rules_are_found_by_their_own_names() -> None:
    here = rules.here()
    bodies = [here.body(kind) for kind in ("enterprise", "assessment_organisation", "nobody")]
    assert [body and body.name for body in bodies] == ["企业", "社会培训评价组织", None]
    assert [here.own_workers_only(letter) for letter in ("Y", "S", "?")] == [True, False, False]
    befores = [here.before(level) for level in ("intermediate", "senior", "nothing")]
    assert [before and before.level for before in befores] == ["intermediate", "senior", None]


@pytest.mark.parametrize(("pattern", "said"), [("(?P<year>..)(?P<level>.)", None), ("(?P<town>.)", "town"), ("(", "正则")])
def test_a_number_s_pattern_names_year_and_level_alone(pattern: str, said: str | None) -> None:
    why = rules._unusable(pattern)
    assert (why is None) is (said is None) and (said or "") in (why or "")


def test_the_pattern_that_cannot_be_used_is_named_and_no_other(tmp_path: Path) -> None:
    text = (county.folder() / "certificate_numbers.toml").read_text(encoding="utf-8")
    (tmp_path / "certificate_numbers.toml").write_text(re.sub(r"(?m)^pattern = .*$", "pattern = '('", text, count=1), encoding="utf-8")
    with pytest.raises(strict.BadFile) as refused:
        rules._shapes(tmp_path)
    assert "shapes[0].pattern" in str(refused.value) and "shapes[1]" not in str(refused.value)
