"""What a claim's dossier (一键成卷) holds, as values: its parts in their order, each with the hash of what it says."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Final

from shared.strict import digest

Row = Sequence[str]
SEALS: Final = (("申领单位", ""), ("初审", "经办人"), ("复审", "复审人"), ("拨付", "财务人员"))


@dataclass(frozen=True, slots=True)
class Part:
    """One table. `widths`: of its columns, beside one another."""

    title: str
    header: Row
    widths: Sequence[int]
    rows: Sequence[Row]

    @property
    def hash(self) -> str:
        """SHA-256 over the canonical JSON of its header and rows: whoever types a part anew cannot come to the same."""
        return digest([[*self.header], *([*row] for row in self.rows)])


def bound(title: str, number: str, made: str, cover: Iterable[Row], check: Iterable[Row], parts: Sequence[Part]) -> dict[str, Any]:
    """As the typesetter takes it."""
    return {
        "title": title,
        "number": number,
        "made": made,
        "cover": [*cover],
        "check": [*check],
        "seals": [{"title": part, "by": by} for part, by in SEALS],
        "parts": [asdict(part) | {"hash": part.hash} for part in parts],
    }


def contents(parts: Sequence[Part]) -> list[Mapping[str, str]]:
    """What the signature stands for."""
    return [{"title": part.title, "hash": part.hash} for part in parts]
