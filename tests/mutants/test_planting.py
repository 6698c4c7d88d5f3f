"""A defect changes what it says and nothing else, and lists of areas and of equivalent changes speak of what there is."""

import ast

from tests.mutants import planting
from tests.mutants.__main__ import AREAS, EQUIVALENT

PATH = "shared/workdays.py"


def test_each_defect_is_one_change_that_stands_alone() -> None:
    whole, found = ast.unparse(ast.parse((planting.ROOT / PATH).read_text())), planting.defects(PATH)
    planted = [ast.unparse(planting.planted(PATH, defect.number)) for defect in found]
    assert len(set(planted)) == len(found) > 40
    for defect, text in zip(found, planted, strict=True):
        differ = [line for line, other in zip(whole.splitlines(), text.splitlines(), strict=True) if line != other]
        assert len(differ) == 1, defect


def test_bounds_conditions_ones_and_days_are_among_them() -> None:
    said = {(defect.before, defect.after) for defect in planting.defects(PATH)}
    assert ("count < 1", "count <= 1") in said
    assert ("day.weekday() < 5 and day not in calendar.holidays", "day.weekday() < 5 or day not in calendar.holidays") in said
    assert ("1", "2") in said and ("day += timedelta(days=1)", "day -= timedelta(days=1)") not in said


def test_every_area_has_its_sources_and_tests() -> None:
    for area in AREAS:
        assert all(list(planting.ROOT.glob(each)) for each in area.sources), area.name
        assert all((planting.ROOT / each).exists() for each in area.tests), area.name
    for path, line, _ in EQUIVALENT:
        assert line in (planting.ROOT / path).read_text(), (path, line)
