"""The life of an order: who keeps it, and its steps; and what of its wages asks for a second look. Pure."""

from collections.abc import Iterator, Sequence
from decimal import Decimal
from itertools import combinations
from typing import Final, NamedTuple

from services.eastwest.codes import OrderStatus as Status
from services.eastwest.codes import OrderWarning as Code
from services.eastwest.codes import Sex
from shared.steps import Step, by

KEEPERS: Final = frozenset({"partner", "officer"})
STEPS: Final = (
    Step("change", "修改", by(KEEPERS, *Status)),
    Step("close", "关闭", by(KEEPERS, *Status), Status.CLOSED),
)  # from every state: on a closed order both answer `order_closed`, which says more than its state does
JUDGED_BY: Final = frozenset({"ordered_on", "certificate_kind", "certificate_occupation_code", "certificate_level", "standard_set_on"})


class Wage(NamedTuple):
    from_yuan: Decimal | None
    to_yuan: Decimal | None

    def __str__(self) -> str:
        if self.from_yuan is None or self.to_yuan is None:
            bounds = [f"{word} {each} 元" for word, each in (("不低于", self.from_yuan), ("不高于", self.to_yuan)) if each is not None]
            return f"每月{bounds[0]}" if bounds else "未写明工资"
        return f"每月 {self.from_yuan} 至 {self.to_yuan} 元"


class Posts(NamedTuple):
    """Posts for whom, at what wage. Of one order all are the same work."""

    sex: Sex | None
    age_from: int | None
    age_to: int | None
    wage: Wage

    @property
    def whom(self) -> tuple[Sex | None, int | None, int | None]:
        return self.sex, self.age_from, self.age_to

    def __str__(self) -> str:
        sex = {Sex.MALE: "男性", Sex.FEMALE: "女性", None: ""}[self.sex]
        match self.age_from, self.age_to:
            case None, None:
                ages = ""
            case first, None:
                ages = f"{first}周岁以上"
            case None, last:
                ages = f"{last}周岁以下"
            case first, last:
                ages = f"{first}至{last}周岁"
        return f"限{sex}{ages}的岗位" if sex or ages else "不限性别、年龄的岗位"


class Warned(NamedTuple):
    code: Code
    detail: str


def warnings(posts: Sequence[Posts]) -> Iterator[Warned]:
    """Sex and age alone make no other wage for the same work (同工同酬)."""
    for one, other in combinations(posts, 2):
        if one.whom != other.whom and one.wage != other.wage:
            law = "妇女权益保障法第四十五条" if one.sex != other.sex else "劳动法第四十六条"
            detail = f"{one}{one.wage},{other}{other.wage}。同一工作须同工同酬({law}),请与订单方核对。"
            yield Warned(Code.UNEQUAL_PAY, detail)
