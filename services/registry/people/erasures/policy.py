"""What of a person is erased and what is kept, and who decides it. Pure.

Erased is what no law and no paper asks for any more (个人信息保护法 art. 47). Whom no paper counts on is erased whole. Of whom one does, what the paper was
judged or paid by stays as long as the paper must be kept, and the answer names both.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from services.registry.codes import ErasureStatus
from shared.steps import Machine, Step, by

ASKS: Final = frozenset({"person", "officer", "town"})
REVIEWER: Final = frozenset({"reviewer"})
MACHINE: Final = Machine(
    "删除申请",
    {ErasureStatus.OPEN: "待决定", ErasureStatus.GRANTED: "已删除", ErasureStatus.REFUSED: "未予删除"},
    (Step("decide", "决定", by(REVIEWER, ErasureStatus.OPEN), part="decide"),),
    {"ask": "申请", "decide": "决定"},
)

NOBODY_COUNTS_ON: Final = ("phone", "village", "education", "employer_id", "employments", "earlier_names", "external_refs")
PAID_BY: Final = ("bank_account",)  # what a claim's money went to
WHO_IT_WAS: Final = ("name", "id_type", "id_number", "sex", "birth_on", "region_code", "categories", "retirement_track")
MONEY: Final = "claim"
# Why each kind of paper keeps the person: the document and what it asks to be kept.
BASES: Final[Mapping[str, tuple[str, str]]] = {
    MONEY: ("会计档案管理办法", "会计凭证的保管期限"),
    "enrolment": ("中华人民共和国档案法", "应当归档的材料"),
    "assessment": ("中华人民共和国档案法", "应当归档的材料"),
    "certificate": ("中华人民共和国档案法", "应当归档的材料"),
    "examiner": ("中华人民共和国档案法", "应当归档的材料"),
    "placement": ("中华人民共和国档案法", "应当归档的材料"),
}


@dataclass(frozen=True, slots=True)
class Split:
    """Members of a person: those that go and those that stay. `whole`: nothing stays, and the person is gone."""

    erased: tuple[str, ...]
    kept: tuple[str, ...]

    @property
    def whole(self) -> bool:
        return not self.kept


def split(holds: Mapping[str, int]) -> Split:
    """`holds`: how many papers of each kind count on the person."""
    if not any(holds.values()):
        return Split((*NOBODY_COUNTS_ON, *PAID_BY, *WHO_IT_WAS), ())
    if holds.get(MONEY):
        return Split(NOBODY_COUNTS_ON, (*PAID_BY, *WHO_IT_WAS))
    return Split((*NOBODY_COUNTS_ON, *PAID_BY), WHO_IT_WAS)
