"""Invented people, as many as are wanted: a number, a name, a body to register them with."""

from datetime import date, timedelta
from typing import Any

_FAMILY = "杨潘龙吴王李张刘陈罗田白石顾万"
_GIVEN = "秀英凤花建国桂艳引明小兰光荣正华阿妹老三"
_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)


def with_check(seventeen: str) -> str:
    """Seventeen digits and their check character (GB 11643)."""
    return seventeen + "10X98765432"[sum(int(digit) * weight for digit, weight in zip(seventeen, _WEIGHTS, strict=True)) % 11]


def id_number(n: int, *, born_on: date | None = None, male: bool | None = None) -> str:
    """The n-th person's number: distinct for every n below ten million, with a birth date between 1960 and 2004 unless one is given."""
    day = born_on or date(1960, 1, 1) + timedelta(days=n % 16_000)
    sequence = (n // 16_000) % 500 * 2 + (n % 2 if male is None else male)
    return with_check(f"522601{day:%Y%m%d}{sequence:03d}")


def name(n: int) -> str:
    return _FAMILY[n % len(_FAMILY)] + _GIVEN[n % (len(_GIVEN) - 1)] + _GIVEN[(n * 7 + 3) % len(_GIVEN)]


def trainee(n: int, **changed: Any) -> dict[str, Any]:
    """A body for `POST /v1/trainees`."""
    return {
        "name": name(n),
        "id_type": "citizen",
        "id_number": id_number(n),
        "phone": f"138{n % 100_000_000:08d}",
        "region_code": "522601100",
        "categories": [{"code": "rural_transfer_worker", "since_on": "2020-01-01"}],
    } | changed
