"""What a printed certificate says, as values: the pages of a file as its template takes them."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any, Final
from urllib.parse import quote

TITLE: Final = "职业技能等级证书"


@dataclass(frozen=True, slots=True)
class Page:
    """One certificate. `qr`: the picture that leads to its verification, as SVG; `edition`: what is said of its printing, where it is not the first."""

    name: str
    id_number: str
    occupation: str
    level: str
    number: str
    issuer: str
    issued_on: str
    edition: str
    verify_at: str
    qr: str


def written(day: date) -> str:
    """As a paper writes a day."""
    return f"{day.year}年{day.month}月{day.day}日"


def edition(prints: Sequence[Mapping[str, str | None]]) -> str:
    """Of a certificate that was printed again: the how manieth print it is and since when, so that an earlier one is known for what it is."""
    if len(prints) < 2:
        return ""
    return f"第 {len(prints)} 次印制({written(date.fromisoformat(str(prints[-1]['printed_on'])))}补发),此前印制的同时作废"


def verify_url(verify_at: str, number: str) -> str:
    return f"{verify_at}?number={quote(number)}"


def bound(pages: Sequence[Page]) -> dict[str, Any]:
    """As the typesetter takes it."""
    return {"title": TITLE, "pages": [asdict(each) for each in pages]}
