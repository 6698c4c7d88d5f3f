"""What the registry looks up in its reference lists: the words offices use, labels, ranks, who needs designation.

Pure lookups on the packaged lists, which are read once.
"""

from collections.abc import Iterable
from functools import cache
from typing import Protocol

from services.registry.reference import lists
from services.registry.reference.lists import Reference
from shared import county


@cache
def packaged() -> Reference:
    """The data that come with the system, read once."""
    return lists.load(county.folder())


def region_aliases() -> dict[str, str]:
    """Every name and old name of a town or subdistrict → its code. Foshan's districts and the county itself are no one's town."""
    return _words(region for region in packaged().regions.values() if region.kind in ("town", "subdistrict"))


def category_words() -> dict[str, str]:
    """Every label and synonym of a trainee category → its code."""
    return _words(packaged().categories.values())


def level_words() -> dict[str, str]:
    """Every label and synonym of a level, such as 五级 and 初级工 → its code."""
    return _words(packaged().levels.values())


def occupation_words() -> dict[str, str]:
    """Every name, old name and trade of an occupation, such as 保育员 and 叉车司机 → its code."""
    return _words(packaged().occupations.values())


def is_higher_level(level: str, other: str) -> bool:
    """Whether the first level stands above the second: by rank, because the digits of levels fall as the skill rises."""
    levels = packaged().levels
    return levels[level].rank > levels[other].rank


def needs_designation(channel: str, kind: str) -> bool:
    """Whether an institution of this kind must be designated (定点) to hold classes of this channel."""
    return kind in packaged().channels[channel].designated_kinds


def kind_needs_designation(kind: str) -> bool:
    """Whether any channel asks it of this kind."""
    return any(kind in channel.designated_kinds for channel in packaged().channels.values())


def code_labels() -> dict[str, list[dict[str, str]]]:
    """Every code list by name, each code with its label in Chinese (`zh`) and English (`en`)."""
    reference = packaged()
    labels: dict[str, list[dict[str, str]]] = {
        "region": _labels(reference.regions.values()),
        "occupation": _labels(reference.occupations.values()),
        "level": _labels(reference.levels.values()),
        "category": _labels(reference.categories.values()),
        "institution_kind": _labels(reference.institution_kinds.values()),
        "channel": _labels(reference.channels.values()),
    }
    for code in reference.code_lists:
        labels.setdefault(code.list, []).extend(_labels([code]))
    return labels


class _Labelled(Protocol):
    @property
    def code(self) -> str: ...
    @property
    def name(self) -> str: ...
    @property
    def name_en(self) -> str: ...


class _Named(Protocol):
    @property
    def code(self) -> str: ...
    @property
    def name(self) -> str: ...
    @property
    def aliases(self) -> tuple[str, ...]: ...


def _labels(rows: Iterable[_Labelled]) -> list[dict[str, str]]:
    return [{"code": row.code, "zh": row.name, "en": row.name_en} for row in rows]


def _words(rows: Iterable[_Named]) -> dict[str, str]:
    return {word: row.code for row in rows for word in (row.name, *row.aliases)}
