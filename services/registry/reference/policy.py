"""What the registry looks up in its reference lists: the words offices use, who needs designation.

Pure lookups on the county's lists, which are read once.
"""

from collections.abc import Iterable
from typing import Protocol

from services.registry.reference import reading
from services.registry.reference.facts import Reference
from shared import county


class _Named(Protocol):
    @property
    def code(self) -> str: ...
    @property
    def name(self) -> str: ...
    @property
    def aliases(self) -> tuple[str, ...]: ...


def words(rows: Iterable[_Named]) -> dict[str, str]:
    """Every name and other word of each row → its code."""
    return {word: row.code for row in rows for word in (row.name, *row.aliases)}


def lists() -> Reference:
    """The lists of the county that this process serves."""
    return reading.load(county.folder())


def region_aliases() -> dict[str, str]:
    """Every name and old name of a town or subdistrict → its code. The partner's districts and the county itself are no one's town."""
    return words(region for region in lists().regions.values() if region.is_town)


def category_words() -> dict[str, str]:
    """Every label and synonym of a trainee category → its code."""
    return words(lists().categories.values())


def category_questions() -> dict[str, list[str]]:
    """Every word that may mean several trainee categories → the labels of those it may mean."""
    asked: dict[str, list[str]] = {}
    for category in lists().categories.values():
        for word in category.perhaps:
            asked.setdefault(word, []).append(category.name)
    return asked


def needs_designation(channel: str, kind: str) -> bool:
    """Whether an institution of this kind must be designated (定点) to hold classes of this channel."""
    return kind in lists().channels[channel].designated_kinds


def kind_needs_designation(kind: str) -> bool:
    """Whether any channel asks it of this kind."""
    return any(kind in channel.designated_kinds for channel in lists().channels.values())
