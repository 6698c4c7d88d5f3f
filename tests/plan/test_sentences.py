"""Every sentence of the city's plan (凯府发〔2024〕9号) has its home, or it says that it has none yet.

`sentences.tsv` names each by clause, place and first words, in the plan's order: `encoded` (tests hold what it says), `decided` (a person decides it, and
the noun it is recorded under), `not_yet` (nowhere; `says` tells why), `heading` (the title of a clause). The full text is the city's to publish.
"""

import ast
import csv
from collections import Counter
from collections.abc import Mapping
from functools import cache
from itertools import groupby
from pathlib import Path

import pytest

from gateway.plans import reading
from gateway.routing.nouns import destination
from shared import county

ROOT = Path(__file__).parents[2]
MARKS = {"encoded", "decided", "not_yet", "heading"}
SENTENCES_OF_PARTS = {"正文": 55, "附件1": 29, "附件2": 33, "附件3": 14, "附件4": 22}  # as the plan was published
OF_THE_GATEWAY = {"/v1/plans/{plan}", "/v1/worklist"}


def sentences() -> list[dict[str, str]]:
    with (Path(__file__).parent / "sentences.tsv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))


ALL = sentences()


def of_part(sentence: Mapping[str, str]) -> str:
    first = sentence["clause"].split(" ")[0]
    return first if first.startswith("附件") else "正文"


@cache
def named_in(file: str) -> frozenset[str]:
    """The tests at the top of a file, by name."""
    tree = ast.parse((ROOT / file).read_text(encoding="utf-8"))
    return frozenset(each.name for each in tree.body if isinstance(each, ast.FunctionDef | ast.AsyncFunctionDef))


def test_every_sentence_is_there_once_and_in_the_plans_order() -> None:
    assert Counter(map(of_part, ALL)) == SENTENCES_OF_PARTS
    for clause, of_clause in groupby(ALL, key=lambda each: each["clause"]):
        listed = [int(each["n"]) for each in of_clause]
        assert listed == list(range(1, len(listed) + 1)), clause
    clauses = [clause for clause, _ in groupby(ALL, key=lambda each: each["clause"])]
    assert len(clauses) == len(set(clauses)), "a clause stands in one place"
    assert all(each["begins"] for each in ALL)


def test_every_sentence_is_marked_and_says_where_its_home_is() -> None:
    wanting = [
        (each["clause"], each["n"])
        for each in ALL
        if each["mark"] not in MARKS
        or bool(each["home"]) != (each["mark"] in ("encoded", "decided"))
        or bool(each["says"]) == (each["mark"] == "heading")
    ]
    assert wanting == []
    print(dict(Counter(each["mark"] for each in ALL).most_common()))


@pytest.mark.parametrize("home", sorted({home for each in ALL if each["mark"] == "encoded" for home in each["home"].split(" ")}))
def test_what_is_encoded_is_held_by_a_test_that_exists(home: str) -> None:
    file, _, name = home.partition("::")
    assert name.startswith("test_") and name in named_in(file), home


@pytest.mark.parametrize("home", sorted({each["home"] for each in ALL if each["mark"] == "decided"}))
def test_what_a_person_decides_is_recorded_under_a_noun_that_exists(home: str) -> None:
    assert home in OF_THE_GATEWAY or destination(home) is not None, home


@pytest.mark.parametrize("line", reading.load(county.folder() / "plans" / "kaili-2024.toml").lines, ids=lambda line: line.code)
def test_every_line_of_the_board_rests_on_a_sentence_that_is_encoded(line: reading.Line) -> None:
    clause = line.clause.split("、")[0]
    assert any(each["mark"] == "encoded" for each in ALL if each["clause"] == clause), line.clause
