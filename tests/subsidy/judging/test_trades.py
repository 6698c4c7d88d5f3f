"""Trades by their names: which are the same, which may be, and what the short course may teach."""

import shutil
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from services.subsidy.judging import trades
from services.subsidy.judging.facts import Prior
from shared import county
from tests.subsidy.judging.cases import PROJECT, class_with, effect_of, findings_of, line_with, terms_with

TEA, WELDER, ELECTRICIAN = "6-02-06-10", "6-18-02-04", "6-31-01-03"


@pytest.mark.parametrize(
    ("name", "key"),
    [
        pytest.param(" 蓝莓 种植", "蓝莓种植", id="spaces"),
        pytest.param("蓝莓・种植(班)", "蓝莓种植", id="stops"),
        pytest.param("蓝莓种植技术培训班", "蓝莓种植", id="endings"),
        pytest.param("ＩＴ技能", "it", id="wide-letters"),
        pytest.param("技术", "技术", id="an-ending-alone-stays"),
        pytest.param("養雞技術", "养鸡", id="long-characters"),
        pytest.param("电焊工", WELDER, id="another-name-of-an-occupation"),
        pytest.param("家政服务 培训", "4-10-01-06", id="an-occupation-by-its-work"),
        pytest.param("电", "电", id="one-character-names-no-work"),
        pytest.param(TEA, TEA, id="a-code"),
    ],
)
def test_a_trade_is_the_same_however_it_was_typed(name: str, key: str) -> None:
    assert trades.key(name) == trades.key(key) == key


@pytest.mark.parametrize(
    ("one", "other", "near"),
    [
        pytest.param("蓝莓种植", "蓝莓栽培", True, id="a-word-of-the-same-meaning"),
        pytest.param("蓝莓种植", "种植蓝莓", True, id="another-order"),
        pytest.param("蓝莓种植", "蓝莓高效种植", True, id="more-words"),
        pytest.param("食用菌种植", "食用茵种植", True, id="one-character-mistaken"),
        pytest.param("蓝莓种植", "草莓种植", False, id="another-fruit"),
        pytest.param("水稻种植", "水果种植", False, id="another-crop"),
        pytest.param("茶叶种植", "茶叶加工", False, id="another-work-on-the-same"),
        pytest.param("养鸡", "养鸭", False, id="another-bird"),
        pytest.param("茶叶初加工", TEA, True, id="an-occupation-by-a-longer-name"),
        pytest.param("农村电工", ELECTRICIAN, True, id="an-occupation-inside-a-name"),
        pytest.param("蓝莓种植", TEA, False, id="no-occupation"),
        pytest.param(WELDER, ELECTRICIAN, False, id="two-occupations-are-two"),
    ],
)
def test_a_name_is_near_another_or_not(one: str, other: str, near: bool) -> None:
    assert trades.near(one, other) is trades.near(other, one) is near


@pytest.mark.parametrize(
    ("facts", "effect"),
    [
        pytest.param({}, None, id="farming"),
        pytest.param({"trade_name": "养鸡"}, None, id="breeding"),
        pytest.param({"trade_name": "农产品保鲜"}, None, id="processing"),
        pytest.param({"occupation_code": TEA}, None, id="an-occupation-of-processing"),
        pytest.param({"trade_name": "茶叶初加工"}, None, id="near-an-occupation-of-processing"),
        pytest.param({"occupation_code": WELDER}, "refuse", id="a-welder"),
        pytest.param({"occupation_code": WELDER, "need_reason": "急需"}, "refuse", id="a-welder-whatever-the-need"),
        pytest.param({"trade_name": "电焊"}, "refuse", id="a-welder-by-another-name"),
        pytest.param({"trade_name": "农村电焊维修"}, "hold", id="near-a-welder"),
        pytest.param({"beside_occupation_code": WELDER, "trade_filed": True}, "refuse", id="filed-beside-a-welder"),
        pytest.param({"beside_occupation_code": TEA, "trade_filed": True}, None, id="filed-beside-tea-processing"),
        pytest.param({"trade_name": "农产品营销"}, "refuse", id="marketing"),
        pytest.param({"trade_name": "农产品营销", "need_reason": "合作社需要销路"}, None, id="marketing-where-needed"),
        pytest.param({"trade_name": "苗族银饰锻制"}, "refuse", id="a-craft"),
        pytest.param({"trade_name": "苗族银饰锻制", "need_reason": "车间订单"}, None, id="a-craft-where-needed"),
        pytest.param({"occupation_code": "6-09-03-11"}, "refuse", id="an-occupation-of-craft"),
        pytest.param({"occupation_code": "6-09-03-11", "need_reason": "车间订单"}, None, id="an-occupation-of-craft-where-needed"),
        pytest.param({"trade_name": "月嫂"}, "hold", id="a-name-of-something-else"),
        pytest.param({"trade_name": "植保无人机驾驶"}, None, id="a-link-of-farming"),
        pytest.param({"trade_name": "心理疏导"}, "note", id="a-name-that-tells-nothing"),
        pytest.param({"trade_name": "心理疏导", "trade_filed": True}, None, id="a-name-that-tells-nothing-and-is-filed"),
        pytest.param({"trade_name": None}, None, id="no-trade"),
    ],
)
def test_the_short_course_teaches_farming_and_processing(facts: dict[str, Any], effect: str | None) -> None:
    assert effect_of("trade_not_allowed", claim=class_with(**facts)) == effect


def test_a_trade_that_is_not_allowed_names_the_plan_and_what_it_stands_near() -> None:
    finding = findings_of(claim=class_with(trade_name="农村电焊维修"))["trade_not_allowed"]
    assert finding.seen == "工种为“农村电焊维修”,与职业焊工相近"
    assert finding.allowed == "种植养殖、农产品加工;确有需要并写明理由的,可为营销、手工艺"
    assert (finding.basis.clause, finding.basis.status) == ("附件4 二(二)", "confirmed")
    assert findings_of(claim=class_with(trade_name="电焊"))["trade_not_allowed"].seen == "工种为“电焊”(即焊工)"


def test_other_schemes_teach_anything() -> None:
    assert effect_of("trade_not_allowed", terms=PROJECT, claim=class_with(occupation_code=WELDER)) is None
    assert effect_of("trade_not_allowed", terms=terms_with(trade_fields=None), claim=class_with(occupation_code=WELDER)) is None


def before(trade: str, on: date = date(2025, 1, 1)) -> tuple[Prior]:
    return (Prior("KL-BT-2025-000001", "agricultural_short", on, trade),)


@pytest.mark.parametrize(
    ("facts", "earlier", "effect"),
    [
        pytest.param({"trade_name": "蓝莓种植技术"}, before("蓝莓种植"), "refuse", id="with-an-ending"),
        pytest.param({}, before("蓝莓种植培训"), "refuse", id="as-an-earlier-release-kept-it"),
        pytest.param({"trade_name": "茶叶加工"}, before(TEA), "refuse", id="the-occupation-by-name"),
        pytest.param({"occupation_code": TEA}, before("茶叶加工工"), "refuse", id="the-name-by-occupation"),
        pytest.param({"trade_name": "春茶", "beside_occupation_code": TEA}, before(TEA), "refuse", id="filed-beside-it"),
        pytest.param({"trade_name": "茶叶初加工"}, before(TEA), "hold", id="nearly-the-occupation"),
        pytest.param({"trade_name": "蓝莓栽培"}, before("蓝莓种植"), "hold", id="nearly-the-name"),
        pytest.param({"trade_name": "蓝莓栽培"}, before("蓝莓种植", date(2024, 12, 31)), None, id="nearly-the-name-last-year"),
        pytest.param({"trade_name": "草莓种植"}, before("蓝莓种植"), None, id="another-trade"),
    ],
)
def test_a_trade_under_another_name_is_the_same_trade(facts: dict[str, Any], earlier: tuple[Prior], effect: str | None) -> None:
    assert effect_of("already_subsidised", line_with(priors=earlier), claim=class_with(**facts)) == effect


def test_a_near_name_says_which_trade_was_paid() -> None:
    finding = findings_of(line_with(priors=before(TEA)), claim=class_with(trade_name="茶叶初加工"))["already_subsidised"]
    assert finding.seen == "工种名称相近:申领单 KL-BT-2025-000001(2025-01-01,茶叶加工工)" and finding.passes_from == date(2026, 1, 1)


def test_a_county_that_says_nothing_of_trades_bars_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shutil.copytree(county.DEFAULT, tmp_path / "county", ignore=shutil.ignore_patterns(trades.FILE))
    monkeypatch.setenv("COUNTY_DIR", str(tmp_path / "county"))
    assert effect_of("trade_not_allowed", claim=class_with(occupation_code=WELDER)) is None
    assert trades.near("茶叶加工", TEA) and not trades.same("蓝莓种植培训", "蓝莓种植")
