"""What the registry looks up in its reference lists: the words offices use, ranks, who needs designation.

Pure lookups on the county's lists, which are read once.
"""

from collections.abc import Iterable
from typing import Protocol

from services.registry.reference import reading
from services.registry.reference.facts import Reference
from shared import county


def lists() -> Reference:
    """The lists of the county that this process serves."""
    return reading.load(county.folder())


def region_aliases() -> dict[str, str]:
    """Every name and old name of a town or subdistrict → its code. The partner's districts and the county itself are no one's town."""
    return _words(region for region in lists().regions.values() if region.is_town)


def category_words() -> dict[str, str]:
    """Every label and synonym of a trainee category → its code."""
    return _words(lists().categories.values())


def level_words() -> dict[str, str]:
    """Every label and synonym of a level, such as 五级 and 初级工 → its code."""
    return _words(lists().levels.values())


def occupation_words() -> dict[str, str]:
    """Every name, old name and trade of an occupation, such as 保育员 and 叉车司机 → its code."""
    return _words(lists().occupations.values())


def is_higher_level(level: str, other: str) -> bool:
    """Whether the first level stands above the second: by rank, because the digits of levels fall as the skill rises."""
    levels = lists().levels
    return levels[level].rank > levels[other].rank


def needs_designation(channel: str, kind: str) -> bool:
    """Whether an institution of this kind must be designated (定点) to hold classes of this channel."""
    return kind in lists().channels[channel].designated_kinds


def kind_needs_designation(kind: str) -> bool:
    """Whether any channel asks it of this kind."""
    return any(kind in channel.designated_kinds for channel in lists().channels.values())


class _Named(Protocol):
    @property
    def code(self) -> str: ...
    @property
    def name(self) -> str: ...
    @property
    def aliases(self) -> tuple[str, ...]: ...


def _words(rows: Iterable[_Named]) -> dict[str, str]:
    return {word: row.code for row in rows for word in (row.name, *row.aliases)}
