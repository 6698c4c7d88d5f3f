from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Any, Literal

import pytest

from shared.strict import NOT_READ, BadFile, Exact, Unreadable, digest, read, read_file, read_toml, to_json


@dataclass(frozen=True)
class Leaf:
    on: date
    count: int = 0


@dataclass(frozen=True)
class Tree:
    name: str
    tall: bool
    price: Decimal
    colour: Annotated[str, ("red", "blue")]
    leaves: tuple[Leaf, ...] = ()
    marks: frozenset[str] = frozenset()
    prices: Mapping[str, Decimal] | None = None
    given: str = field(default="by the program", metadata=NOT_READ)


GOOD: dict[str, Any] = {"name": "松", "tall": True, "price": "60.50", "colour": "red"}


def test_what_was_written_is_read_back_the_same() -> None:
    tree = Tree("松", False, Decimal("60.50"), "blue", (Leaf(date(2025, 4, 8), 2),), frozenset({"b", "a"}), {"x": Decimal("1.00")})
    written = to_json(tree)
    assert written["marks"] == ["a", "b"] and written["price"] == "60.50" and written["leaves"] == [{"on": "2025-04-08", "count": 2}]
    del written["given"]
    assert read(Tree, written) == tree


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        pytest.param({"colour": "green"}, "colour:应为 red、blue 之一,实为 'green'", id="a-code-outside-its-table"),
        pytest.param({"tall": 1}, "tall:应为true 或 false,实为 1", id="a-number-is-no-truth"),
        pytest.param({"name": 5}, "name:应为文字,实为 5", id="a-number-is-no-text"),
        pytest.param({"price": 60.5}, "price:应为最多两位小数的金额,实为 60.5", id="a-float-is-no-money"),
        pytest.param({"price": "60.505"}, "price:应为最多两位小数的金额,实为 '60.505'", id="three-places"),
        pytest.param({"price": "NaN"}, "price:应为最多两位小数的金额,实为 'NaN'", id="not-a-number"),
        pytest.param({"price": "6e1"}, "price:应为最多两位小数的金额,实为 '6e1'", id="a-power-of-ten"),
        pytest.param({"price": " 60.00"}, "price:应为最多两位小数的金额,实为 ' 60.00'", id="a-space-before-it"),
        pytest.param({"price": "６０.00"}, "price:应为最多两位小数的金额,实为 '６０.00'", id="digits-of-another-script"),
        pytest.param({"price": True}, "price:应为最多两位小数的金额,实为 True", id="a-truth-is-no-money"),
        pytest.param({"leaves": [{"on": "2025-02-30"}]}, "leaves[0].on:应为 YYYY-MM-DD 的日期", id="no-such-day"),
        pytest.param({"leaves": [{"on": datetime(2025, 4, 8)}]}, "leaves[0].on:应为 YYYY-MM-DD 的日期", id="an-instant-is-no-day"),
        pytest.param({"leaves": [{"on": "2025-04-08", "count": True}]}, "leaves[0].count:应为整数,实为 True", id="a-truth-is-no-number"),
        pytest.param({"leaves": [{}]}, "leaves[0].on:缺少该键", id="a-missing-key-inside"),
        pytest.param({"leaves": ["x"]}, "leaves[0]:应为一组键值,实为 'x'", id="text-instead-of-keys"),
        pytest.param({"leaves": "x"}, "leaves:应为列表,实为 'x'", id="text-instead-of-a-list"),
        pytest.param({"marks": ["a", "a"]}, "marks:有重复的值", id="the-same-twice-in-a-set"),
        pytest.param({"prices": [1]}, "prices:应为一组键值,实为 [1]", id="a-list-instead-of-keys"),
        pytest.param({"prices": {"x": "?"}}, "prices.x:应为最多两位小数的金额", id="bad-money-inside"),
        pytest.param({"given": "x"}, "given:未知的键", id="a-field-the-program-gives"),
        pytest.param({"height": 3}, "height:未知的键", id="an-unknown-key"),
    ],
)
def test_what_does_not_fit_is_named_with_its_path(change: dict[str, Any], fault: str) -> None:
    with pytest.raises(Unreadable) as raised:
        read(Tree, GOOD | change)
    assert str(raised.value).startswith(fault)


def test_an_instant_has_an_offset() -> None:
    assert read(datetime, "2025-04-08T09:00:00+08:00") == datetime.fromisoformat("2025-04-08T01:00:00Z")
    for value in ("2025-04-08T09:00:00", "2025-04-08", "?", 5):
        with pytest.raises(Unreadable):
            read(datetime, value)


def test_a_whole_number_is_one_of_those_named() -> None:
    assert [read(Literal[1, 2], value) for value in (1, 2)] == [1, 2]
    for value in (0, 3, True, "1", 1.0):
        with pytest.raises(Unreadable, match="应为 1、2 之一"):
            read(Literal[1, 2], value)


def test_all_faults_come_at_once() -> None:
    with pytest.raises(Unreadable) as raised:
        read(Tree, {"tall": "yes", "colour": "green", "weight": 1})
    assert [fault.path for fault in raised.value.faults] == ["weight", "name", "price", "tall", "colour"]


def test_whole_yuan_and_exact_decimals_are_money_with_two_places() -> None:
    assert [str(read(Tree, GOOD | {"price": price}).price) for price in (60, Decimal("60.5"), "60")] == ["60.00", "60.50", "60.00"]


def test_the_hash_depends_on_values_and_not_on_order_or_unset_fields() -> None:
    assert digest({"a": 1, "b": None, "c": frozenset({"x", "y"})}) == digest({"c": frozenset({"y", "x"}), "a": 1})
    assert digest({"a": 1}) != digest({"a": 2})


@dataclass(frozen=True)
class Row:
    code: str
    colour: Literal["red", "blue"]
    share: Exact | None = None


@dataclass(frozen=True)
class File:
    rows: tuple[Row, ...]


def test_any_exact_number_is_read_as_it_was_written() -> None:
    text = '[[rows]]\ncode = "a"\ncolour = "red"\nshare = 0.125\n'
    assert read_toml(File, text, "file.toml") == File((Row("a", "red", Decimal("0.125")),))


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        pytest.param('[[rows]]\ncode = "a"\ncolour = "green"\n', "rows[a].colour:应为 red、blue 之一,实为 'green'", id="by-its-code"),
        pytest.param('[[rows]]\ncolour = "red"\n', "rows[0].code:缺少该键", id="by-its-place-where-it-has-no-code"),
        pytest.param('[[rows]]\ncode = "a"\ncolour = "red"\nshare = "1"\n', "rows[a].share:应为数字,实为 '1'", id="text-for-a-number"),
        pytest.param('[[rows]]\ncode = "a"\ncolour = "red"\nshare = true\n', "rows[a].share:应为数字,实为 True", id="a-truth-is-no-number"),
        pytest.param('[[rows]]\ncode = "a"\ncolour = "red"\nshare = nan\n', "rows[a].share:应为数字,实为 NaN", id="nor-is-nan"),
        pytest.param("rows = 3\nother = 1\n", "other:未知的键（第 2 行）;rows:应为列表,实为 3（第 1 行）", id="all-faults-at-once"),
        pytest.param("rows = ", "无法读取,不是有效的 TOML 文件", id="not-toml"),
    ],
)
def test_a_slip_in_a_file_is_named_by_file_row_and_key(text: str, complaint: str) -> None:
    with pytest.raises(BadFile) as fault:
        read_toml(File, text, "file.toml")
    assert str(fault.value).startswith(f"file.toml:{complaint}")


@dataclass(frozen=True)
class Basis:
    on: date


@dataclass(frozen=True)
class Block:
    price: Decimal
    words: tuple[str, ...] = ()
    bases: tuple[Basis, ...] = ()


@dataclass(frozen=True)
class Blocks:
    title: str
    blocks: tuple[Block, ...]


BLOCKS = """# what is a remark = 1
title = "a [b] # c"

[[blocks]]
words = [
    "x", # ] = 3
    "y",
]
price = 1

[[blocks.bases]]
on = 2025-01-01

[[blocks]]
price = 2
"quoted" = 1

[[blocks.bases]]
on = 2025-01-02
[[blocks.bases]]
on = 2025-01-03
"""


@pytest.mark.parametrize(
    ("old", "new", "complaint"),
    [
        pytest.param('"quoted" = 1', "quoted = 1", "blocks[1].quoted:未知的键（第 16 行）", id="an-unknown-key-by-its-own-line"),
        pytest.param(
            "price = 1",
            "prize = 1",
            "blocks[0].prize:未知的键（第 9 行）;blocks[0].price:缺少该键（第 4 行）",
            id="a-missing-key-by-its-table",
        ),
        pytest.param('"y",', "1,", "blocks[0].words[1]:应为文字,实为 1（第 5 行）", id="within-a-list-by-its-key"),
        pytest.param(
            "on = 2025-01-03", "on = 1", "blocks[1].bases[1].on:应为 YYYY-MM-DD 的日期,实为 1（第 21 行）", id="in-a-row-of-a-row"
        ),
        pytest.param("on = 2025-01-01", "on = 1", "blocks[0].bases[0].on:应为 YYYY-MM-DD 的日期,实为 1（第 12 行）", id="in-the-first-row"),
        pytest.param("title =", "titel =", "titel:未知的键（第 2 行）;title:缺少该键", id="a-key-the-file-lacks-has-no-line"),
    ],
)
def test_a_slip_is_named_by_its_line(old: str, new: str, complaint: str) -> None:
    text = BLOCKS.replace(old, new) if "quoted" in old else BLOCKS.replace('"quoted" = 1\n', "\n").replace(old, new)
    with pytest.raises(BadFile) as fault:
        read_toml(Blocks, text, "file.toml")
    assert str(fault.value) == f"file.toml:{complaint}"


@pytest.mark.parametrize(
    ("content", "complaint"),
    [(None, "file.toml:缺少文件"), (b"rows = '\xff'", "file.toml:无法读取,不是 UTF-8 文字")],
    ids=["missing", "no-text"],
)
def test_a_file_that_cannot_be_read_is_named(tmp_path: Path, content: bytes | None, complaint: str) -> None:
    if content is not None:
        (tmp_path / "file.toml").write_bytes(content)
    with pytest.raises(BadFile) as fault:
        read_file(File, tmp_path / "file.toml")
    assert str(fault.value).startswith(complaint)
