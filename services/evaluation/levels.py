"""The skill levels (新八级工), low to high, and the digit each has in a certificate number. The digit falls as the skill rises: compare ranks, never digits."""

from collections.abc import Mapping
from typing import Final, Literal

Level = Literal[
    "apprentice", "junior", "intermediate", "senior", "technician", "senior_technician", "special_technician", "chief_technician"
]

LEVELS: Final[Mapping[str, str]] = {
    "apprentice": "学徒工",
    "junior": "初级工(五级)",
    "intermediate": "中级工(四级)",
    "senior": "高级工(三级)",
    "technician": "技师(二级)",
    "senior_technician": "高级技师(一级)",
    "special_technician": "特级技师",
    "chief_technician": "首席技师",
}
RANKS: Final[Mapping[str, int]] = {code: rank for rank, code in enumerate(LEVELS, start=1)}
DIGITS: Final[Mapping[str, int]] = {"junior": 5, "intermediate": 4, "senior": 3, "technician": 2, "senior_technician": 1}
