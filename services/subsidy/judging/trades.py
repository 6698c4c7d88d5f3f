"""Trades: when two of them are the same, when nearly, and what a trade is about, as the county's `occupations.toml` and `trades.toml` say.

A trade is known by its key: the occupation's code, else its name in normal form. A key kept by an earlier release is read as a name would be.
"""

import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache, lru_cache
from pathlib import Path

from services.subsidy.codes import BasisStatus, TradeField
from shared import county, strict

FILE = "trades.toml"
OCCUPATION = re.compile(r"\d-\d\d-\d\d-\d\d")


@dataclass(frozen=True)
class Words:
    field: TradeField
    words: tuple[str, ...]


@dataclass(frozen=True)
class Rules:
    """The file; empty where a county has none: then names are compared as they are typed, and none tells what it is about."""

    document: str = ""
    clause: str = ""
    basis_status: BasisStatus = BasisStatus.UNCONFIRMED
    endings: tuple[str, ...] = ()
    workers: tuple[str, ...] = ()
    characters: Mapping[str, str] = field(default_factory=dict)
    same: tuple[tuple[str, ...], ...] = ()
    occupations: Mapping[TradeField, tuple[str, ...]] = field(default_factory=dict)
    words: tuple[Words, ...] = ()


@dataclass(frozen=True)
class Occupations:
    """By code the name and all names in normal form, and the code by each of these."""

    titles: Mapping[str, str]
    names: Mapping[str, tuple[str, ...]]
    codes: Mapping[str, str]


def key(name: str) -> str:
    """Of a trade by its name: the code of the occupation called so, else the name in normal form. A code is its own key."""
    return _key(county.folder(), name)


def same(one: str, other: str) -> bool:
    folder = county.folder()
    return one == other or _key(folder, one) == _key(folder, other)


def near(one: str, other: str) -> bool:
    """Whether one may be the other under another name. What is the same is near too."""
    folder = county.folder()
    return _near(folder, _key(folder, one), _key(folder, other))


def known() -> bool:
    """Whether the county says what trades are about."""
    return bool(rules(county.folder()).words)


def title(trade: str) -> str:
    return occupations(county.folder()).titles.get(trade, trade)


def about(trade: str) -> TradeField | None:
    """None: the name tells nothing."""
    folder = county.folder()
    if trade in occupations(folder).titles:
        return next((each for each, codes in rules(folder).occupations.items() if trade in codes), TradeField.OTHER)
    return next((row.field for row in rules(folder).words if any(word in trade for word in row.words)), None)


def occupation_near(trade: str) -> str | None:
    """The code of the occupation that a trade is or, by its name, may be."""
    return _occupation_near(county.folder(), trade)


@cache
def rules(folder: Path) -> Rules:
    """Raises `strict.BadFile`."""
    return strict.read_file(Rules, folder / FILE) if (folder / FILE).exists() else Rules()


@cache
def occupations(folder: Path) -> Occupations:
    rows = strict.table(folder / "occupations.toml")["occupations"]
    names = {row["code"]: tuple(_called(folder, row["name"], *row.get("aliases", ()))) for row in rows}
    return Occupations({row["code"]: row["name"] for row in rows}, names, {name: code for code, its in names.items() for name in its})


@lru_cache(4096)
def _key(folder: Path, name: str) -> str:
    if OCCUPATION.fullmatch(name):
        return name
    normal = _normal(folder, name)
    return occupations(folder).codes.get(normal, normal)


def _normal(folder: Path, name: str) -> str:
    """However it was typed: wide or narrow, in either case, with spaces or stops, with an ending that changes nothing. Two characters stay at least."""
    known = rules(folder)
    plain = "".join(known.characters.get(each, each) for each in unicodedata.normalize("NFKC", name) if each.isalnum()).casefold()
    while ending := next((each for each in known.endings if plain.endswith(each) and len(plain) >= len(each) + 2), None):
        plain = plain.removesuffix(ending)
    return plain


def _called(folder: Path, *names: str) -> Iterator[str]:
    """The names of an occupation in normal form, also by the work alone (家政服务 for 家政服务员)."""
    for name in names:
        yield (normal := _normal(folder, name))
        yield from (normal.removesuffix(each) for each in rules(folder).workers if normal.endswith(each) and len(normal) > 2)


@lru_cache(4096)
def _occupation_near(folder: Path, trade: str) -> str | None:
    names = occupations(folder).names
    return trade if trade in names else next((code for code in names if _near(folder, trade, code)), None)


@lru_cache(4096)
def _near(folder: Path, one: str, other: str) -> bool:
    names = occupations(folder).names
    if one in names and other in names:
        return one == other
    mine, theirs = ([_in_same_words(folder, name) for name in names.get(trade, (trade,))] for trade in (one, other))
    return any(_alike(each, its) for each in mine for its in theirs)


def _in_same_words(folder: Path, name: str) -> tuple[str, str]:
    """The name with one word for all that mean the same, and what is left without them."""
    left = name
    for one, *others in rules(folder).same:
        for word in sorted((one, *others), key=len, reverse=True):
            name, left = name.replace(word, one), left.replace(word, "")
    return name, left


def _alike(one: tuple[str, str], other: tuple[str, str]) -> bool:
    """In another order, with more words between, or with one character of a longer name mistaken."""
    (short, left), (long, others_left) = sorted((one, other), key=lambda each: len(each[0]))
    if sorted(short) == sorted(long) or _within(short, long):
        return True
    mistaken = sum(mine != yours for mine, yours in zip(short, long, strict=False))
    return len(short) == len(long) and mistaken == 1 and min(len(left), len(others_left)) > 2


def _within(short: str, long: str) -> bool:
    """Whether all of `short` comes in `long`, in its order."""
    rest = iter(long)
    return len(short) > 1 and all(each in rest for each in short)
