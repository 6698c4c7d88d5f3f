"""Code lists: the codes are the owner's, their labels the county's, and neither may lack the other."""

from enum import StrEnum

import pytest

from shared import codes
from shared.strict import BadFile


class HalfDay(StrEnum):
    MORNING = "am"
    AFTERNOON = "pm"


class Morning(StrEnum):
    MORNING = "am"


class WholeDay(StrEnum):
    MORNING = "am"
    AFTERNOON = "pm"
    NIGHT = "night"


def test_a_list_is_shown_with_both_labels_of_each_code() -> None:
    shown = codes.shown({"half_day": HalfDay})["half_day"]
    assert [each["code"] for each in shown] == ["am", "pm"] and all(each["label"] and each["label_en"].isascii() for each in shown)


@pytest.mark.parametrize(
    ("owned", "complaint"),
    [
        pytest.param(Morning, "labels.toml:half_day:缺少 无;多出 pm", id="a-label-without-a-code"),
        pytest.param(WholeDay, "labels.toml:half_day:缺少 night;多出 无", id="a-code-without-a-label"),
    ],
)
def test_codes_and_labels_that_differ_stop_the_start(owned: type[StrEnum], complaint: str) -> None:
    with pytest.raises(BadFile, match=complaint):
        codes.shown({"half_day": owned})


def test_a_list_that_is_not_there_is_named() -> None:
    with pytest.raises(BadFile, match="缺少代码表 no_such"):
        codes.labels("no_such")


def test_a_list_with_rules_takes_its_labels_from_its_own_file() -> None:
    assert codes.label("level", "junior") == "初级工(五级)"
