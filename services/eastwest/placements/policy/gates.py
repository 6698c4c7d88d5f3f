"""The three gates before the first day at work: 先有订单、再培训;先有岗位标准、再考核;先有证书、再上岗. Values in, values out.

A missing class or exam is unknown and refuses nothing; a missing certificate refuses. Equal days pass each gate. The class is the one that the placement
names, where the person attended it; else the latest that they attended of the order, else of the order's occupation ending before the first day at work:
leaving it out, or naming another, opens no gate.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final, Literal, NamedTuple

from services.eastwest.codes import ChainLink as Link
from services.eastwest.codes import Level
from services.eastwest.codes import LinkState as State

Code = Literal["order_after_class", "standard_after_exam", "certificate_after_start", "certificate_missing"]


class Mend(NamedTuple):
    """How a broken link is mended where something was entered wrongly: by whom, in which field."""

    office: str
    field: str
    how: str


_NAME_ANOTHER_CLASS: Final = Mend("安排此人的协作方或经办", "placement.class_id", "填错班级的,改填为此订单参加的班级")
_STARTED_ANOTHER_DAY: Final = Mend("报告上岗的一方", "update.effective_on", "上岗日期报错的,以 corrected 更正")
MENDS: Final[Mapping[Code, Sequence[Mend]]] = {
    "order_after_class": (
        Mend("登记订单的协作方或经办", "order.ordered_on", "订单日期登记有误的,改正(有人上岗之后不能再改)"),
        Mend("办班机构,由经办批准", "class.starts_on", "开班日期登记有误的,办理改期"),
        _NAME_ANOTHER_CLASS,
    ),
    "standard_after_exam": (
        Mend("登记订单的协作方或经办", "order.standard.set_on", "岗位标准确定之日登记有误的,改正(有人上岗之后不能再改)"),
        Mend("评价机构", "assessment.held_on", "标准确定之后重新考核,据此发证"),
    ),
    "certificate_missing": (
        Mend("评价机构", "assessment", "考核合格的,锁定成绩并发证"),
        Mend("经办", "certificate", "持其他机构证书的,登记该证书"),
        Mend("安排此人的协作方或经办", "placement.certificate_id", "填错证书的,改填或去掉"),
    ),
    "certificate_after_start": (_STARTED_ANOTHER_DAY, Mend("经办", "certificate.issued_on", "其他机构证书的日期登记有误的,撤销后重新登记")),
}


@dataclass(frozen=True, slots=True)
class Post:
    """What the order says of the post."""

    order_id: str
    order_occupation_code: str
    ordered_on: date
    certificate_kind: str
    occupation_code: str
    level: str | None
    standard_set_on: date


@dataclass(frozen=True, slots=True)
class NamedClass:
    """The class that the placement names."""

    id: str
    starts_on: date


@dataclass(frozen=True, slots=True)
class Attended:
    """A class that the person attended, from the first to the last day on which they signed."""

    class_id: str
    order_id: str | None
    occupation_code: str | None
    starts_on: date
    ends_on: date
    attended_from_on: date | None = None
    attended_to_on: date | None = None
    institution_id: str | None = None


@dataclass(frozen=True, slots=True)
class Certificate:
    """`outside`: issued by a body whose exam we do not know; its date stands for the exam."""

    id: str
    number: str
    kind: str
    occupation_code: str | None
    level: str | None
    issued_on: date
    revoked_on: date | None
    outside: bool
    exam_held_on: date | None

    @property
    def examined_on(self) -> date | None:
        return self.issued_on if self.outside else self.exam_held_on


@dataclass(frozen=True, slots=True)
class Step:
    """One link of the chain: its day, and whether it comes after the link it depends on."""

    link: Link
    on: date | None
    state: State
    code: Code | None = None
    detail: str | None = None

    @property
    def mends(self) -> Sequence[Mend]:
        return MENDS[self.code] if self.code else ()


@dataclass(frozen=True, slots=True)
class Chain:
    """The links in order, the class that the person attended for it, and the certificate they go through."""

    steps: tuple[Step, ...]
    trained: Attended | None
    certificate_id: str | None

    @property
    def first_broken(self) -> Step | None:
        return next((step for step in self.steps if step.state == "broken"), None)


def chain(
    post: Post,
    named: NamedClass | None,
    attended: Sequence[Attended],
    certificates: Sequence[Certificate],
    named_id: str | None,
    started_on: date | None,
) -> Chain:
    """Order → class → standard → exam → certificate → start, with the certificate that comes furthest (the named one alone, where one is named)."""
    fitting = [each for each in certificates if (named_id is None or each.id == named_id) and meets(each, post, started_on)]
    goes_back_to = next((each for each in attended if named and each.class_id == named.id), None) or latest(post, attended, started_on)
    trained = _trained(post, named, goes_back_to)
    tries = [
        Chain(_steps(post, trained, each, started_on), goes_back_to, each.id)
        for each in sorted(fitting, key=lambda each: (each.issued_on, each.number))
    ]
    return max(tries, key=_soundness, default=None) or Chain(_steps(post, trained, None, started_on), goes_back_to, None)


def _trained(post: Post, named: NamedClass | None, goes_back_to: Attended | None) -> Step:
    """The link of the class. One that is named and was never attended can break the chain, but holds nothing."""
    days = [each.starts_on for each in (goes_back_to, named) if each is not None]
    if late := [on for on in days if post.ordered_on > on]:
        detail = f"订单日期 {post.ordered_on},培训班 {late[0]} 开班;订单须不晚于开班当日。"
        return Step(Link.CLASS, late[0], "broken", "order_after_class", detail)
    if goes_back_to is None:
        return Step(Link.CLASS, named.starts_on if named else None, "unknown", None, "此人没有在所填班级签到。" if named else None)
    return Step(Link.CLASS, goes_back_to.starts_on, "ok")


def latest(post: Post, attended: Sequence[Attended], started_on: date | None) -> Attended | None:
    """The class that a placement which names none goes back to: the latest of the order, else of its occupation ending before the first day at work."""
    of_order = [each for each in attended if each.order_id == post.order_id]
    of_trade = [
        each
        for each in attended
        if each.occupation_code == post.order_occupation_code and (started_on is None or each.ends_on < started_on)
    ]
    return max(of_order or of_trade, key=lambda each: (each.ends_on, each.class_id), default=None)


def _steps(post: Post, trained: Step, certificate: Certificate | None, started_on: date | None) -> tuple[Step, ...]:
    examined_on = certificate.examined_on if certificate else None
    steps: list[Step] = [Step(Link.ORDER, post.ordered_on, "ok"), trained]
    steps.append(Step(Link.STANDARD, post.standard_set_on, "ok"))
    if examined_on is None:
        steps.append(Step(Link.EXAM, None, "unknown"))
    elif post.standard_set_on > examined_on:
        detail = f"岗位标准 {post.standard_set_on} 确定,考核日期 {examined_on};标准须不晚于考核当日。"
        steps.append(Step(Link.EXAM, examined_on, "broken", "standard_after_exam", detail))
    else:
        steps.append(Step(Link.EXAM, examined_on, "ok"))
    if certificate is None:
        steps.append(
            Step(Link.CERTIFICATE, None, "broken", "certificate_missing", "没有符合岗位标准(证书种类、职业、等级)且当日有效的本人证书。")
        )
    else:
        steps.append(Step(Link.CERTIFICATE, certificate.issued_on, "ok"))
    if started_on is None:
        steps.append(Step(Link.START, None, "unknown"))
    elif certificate is not None and certificate.issued_on > started_on:
        detail = f"证书 {certificate.issued_on} 核发,{started_on} 上岗;证书日期须不晚于上岗当日。"
        steps.append(Step(Link.START, started_on, "broken", "certificate_after_start", detail))
    else:
        steps.append(Step(Link.START, started_on, "ok"))
    return tuple(steps)


def _soundness(tried: Chain) -> int:
    """How far the chain holds; the earliest certificate wins among equals, since `max` keeps the first."""
    return next((place for place, step in enumerate(tried.steps) if step.state == "broken"), len(tried.steps))


def meets(certificate: Certificate, post: Post, on: date | None) -> bool:
    """Of the standard's kind and occupation, of its level at least, and valid on the day."""
    return _fits(certificate, post) and _valid(certificate, on)


def _fits(certificate: Certificate, post: Post) -> bool:
    if certificate.kind != post.certificate_kind or certificate.occupation_code != post.occupation_code:
        return False
    return post.level is None or (certificate.level is not None and Level(certificate.level).rank >= Level(post.level).rank)


def _valid(certificate: Certificate, on: date | None) -> bool:
    """Not revoked by that day; without a day, not revoked at all."""
    return certificate.revoked_on is None or (on is not None and on < certificate.revoked_on)
