"""The three gates before the first day at work: 先有订单、再培训;先有岗位标准、再考核;先有证书、再上岗. Values in, values out.

A missing class or exam is unknown and refuses nothing; a missing certificate refuses. Equal days pass each gate.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal

from services.eastwest.codes import ChainLink as Link
from services.eastwest.codes import Level
from services.eastwest.codes import LinkState as State

Code = Literal["order_after_class", "standard_after_exam", "certificate_after_start", "certificate_missing"]


@dataclass(frozen=True, slots=True)
class Post:
    """What the order says of the post."""

    ordered_on: date
    certificate_kind: str
    occupation_code: str
    level: str | None
    standard_set_on: date


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


@dataclass(frozen=True, slots=True)
class Chain:
    """The links in order, and the certificate they go through."""

    steps: tuple[Step, ...]
    certificate_id: str | None

    @property
    def first_broken(self) -> Step | None:
        return next((step for step in self.steps if step.state == "broken"), None)


def chain(
    post: Post, class_starts_on: date | None, certificates: Sequence[Certificate], named_id: str | None, started_on: date | None
) -> Chain:
    """Order → class → standard → exam → certificate → start, with the certificate that comes furthest (the named one alone, where one is named)."""
    fitting = [
        each for each in certificates if (named_id is None or each.id == named_id) and _fits(each, post) and _valid(each, started_on)
    ]
    tries = [
        Chain(_steps(post, class_starts_on, each, started_on), each.id)
        for each in sorted(fitting, key=lambda each: (each.issued_on, each.number))
    ]
    return max(tries, key=_soundness, default=None) or Chain(_steps(post, class_starts_on, None, started_on), None)


def _steps(post: Post, class_starts_on: date | None, certificate: Certificate | None, started_on: date | None) -> tuple[Step, ...]:
    examined_on = certificate.examined_on if certificate else None
    steps: list[Step] = [Step(Link.ORDER, post.ordered_on, "ok")]
    if class_starts_on is None:
        steps.append(Step(Link.CLASS, None, "unknown"))
    elif post.ordered_on > class_starts_on:
        detail = f"订单日期 {post.ordered_on},培训班 {class_starts_on} 开班;订单须不晚于开班当日。"
        steps.append(Step(Link.CLASS, class_starts_on, "broken", "order_after_class", detail))
    else:
        steps.append(Step(Link.CLASS, class_starts_on, "ok"))
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


def _fits(certificate: Certificate, post: Post) -> bool:
    if certificate.kind != post.certificate_kind or certificate.occupation_code != post.occupation_code:
        return False
    return post.level is None or (certificate.level is not None and Level(certificate.level).rank >= Level(post.level).rank)


def _valid(certificate: Certificate, on: date | None) -> bool:
    """Not revoked by that day; without a day, not revoked at all."""
    return certificate.revoked_on is None or (on is not None and on < certificate.revoked_on)
