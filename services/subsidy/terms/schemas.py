"""Terms on their way to publication over the wire, and what they would change."""

from typing import Any
from uuid import UUID

from pydantic import Field

from services.subsidy.codes import FindingCode, LineVerdict, SchemeCode, TermsStatus
from services.subsidy.schemes.schemas import TermsOut
from shared import wire
from shared.sheet_jobs.schemas import ImportStatus, Progress


class ProposedTermsOut(wire.Out):
    """Terms proposed by one administrator and published by another."""

    id: UUID
    version: int
    scheme: SchemeCode
    status: TermsStatus
    block: dict[str, Any] = Field(description="提出的条款,原样")
    terms: TermsOut
    proposed_by: str
    proposed_by_name: str | None
    proposed_at: wire.Instant
    approved_by: str | None = None
    approved_by_name: str | None = None
    approved_at: wire.Instant | None = None
    withdrawn_by: str | None = None
    withdrawn_by_name: str | None = None
    withdrawn_at: wire.Instant | None = None
    allowed_actions: list[wire.AllowedAction]


class WhatIfIn(wire.In):
    """A block as it would be proposed, and the days of the past claims to try it on: the class's first day; without a class, the day of submission."""

    block: dict[str, Any] = Field(description="与提出条款时的格式相同")
    from_on: wire.CivilDate
    to_on: wire.CivilDate


class LinesAndMoney(wire.Out):
    lines: int
    amount: wire.Money


class VerdictMove(wire.Out):
    before: LineVerdict
    after: LineVerdict
    lines: int


class FindingCount(wire.Out):
    code: FindingCode
    before: int
    after: int


class WhatIfMoney(wire.Out):
    amount_before: wire.Money = Field(description="按当时条款可补的金额")
    amount_after: wire.Money = Field(description="按试算条款可补的金额")
    difference: str = Field(description="增减的金额,元,两位小数;减少为负", pattern=r"^-?\d+\.\d{2}$", examples=["-60.00"])
    held_before: wire.Money = Field(description="按当时条款暂缓的金额")
    held_after: wire.Money = Field(description="按试算条款暂缓的金额")


class WhatIfClass(WhatIfMoney):
    class_id: UUID | None
    class_number: str | None
    lines_changed: int


class WhatIfResult(WhatIfMoney):
    """What would change, against the terms that each claim was judged by. Decisions of reviewers on single lines stay out of it."""

    claims: int
    claims_left_out: int = Field(description="当时的条款已无从查考、没有试算的申领单数")
    lines: int
    lines_changed: int
    people_changed: int
    classes_changed: int
    more: LinesAndMoney = Field(description="补得更多的行数和金额")
    less: LinesAndMoney = Field(description="补得更少的行数和金额")
    verdicts: list[VerdictMove] = Field(description="结论改变的行数")
    findings: list[FindingCount] = Field(description="每项结论代码出现的次数")
    classes: list[WhatIfClass] = Field(description="金额变化最大的班级,至多 100 个")
    classes_left_out: int = Field(description="有变化而未列出的班级数")


class WhatIfOut(wire.Out):
    """A question and, once the job is done, its answer."""

    id: UUID
    version: int
    scheme: SchemeCode
    block: dict[str, Any]
    from_on: wire.CivilDate
    to_on: wire.CivilDate
    status: ImportStatus
    progress: Progress
    result: WhatIfResult | None = None
    asked_by: str
    asked_by_name: str | None
    asked_at: wire.Instant
    finished_at: wire.Instant | None = None
