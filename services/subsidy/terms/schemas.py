"""Terms on their way to publication over the wire, and what they would change."""

from typing import Any
from uuid import UUID

from pydantic import Field

from services.subsidy.codes import FindingCode, LineVerdict, SchemeCode, TermsStatus
from services.subsidy.schemes.schemas import TermsOut
from shared import names, wire
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
    from_on: wire.CivilDate = Field(description="第一天")
    to_on: wire.CivilDate = Field(description="最后一天")


class LinesAndMoney(wire.Out):
    lines: int = Field(description="行数")
    amount: wire.Money


class VerdictMove(wire.Out):
    before: LineVerdict = Field(description="按当时条款的结论")
    after: LineVerdict = Field(description="按试算条款的结论")
    lines: int = Field(description="行数")


class FindingCount(wire.Out):
    code: FindingCode
    before: int = Field(description="按当时条款出现的次数")
    after: int = Field(description="按试算条款出现的次数")


class WhatIfMoney(wire.Out):
    amount_before: wire.Money = Field(description="按当时条款可补的金额")
    amount_after: wire.Money = Field(description="按试算条款可补的金额")
    difference: str = Field(description="增减的金额,元,两位小数;减少为负", pattern=r"^-?\d+\.\d{2}$", examples=["-60.00"])
    held_before: wire.Money = Field(description="按当时条款暂缓的金额")
    held_after: wire.Money = Field(description="按试算条款暂缓的金额")


class WhatIfClass(WhatIfMoney):
    class_id: UUID | None
    class_name: names.ClassName = None
    class_number: str | None
    lines_changed: int = Field(description="结论或金额改变的行数")


class WhatIfResult(WhatIfMoney):
    """What would change, against the terms that each claim was judged by. Decisions of reviewers on single lines stay out of it."""

    claims: int = Field(description="试算的申领单数")
    claims_left_out: int = Field(description="当时的条款已无从查考、没有试算的申领单数")
    lines: int = Field(description="试算的行数")
    lines_changed: int = Field(description="结论或金额改变的行数")
    people_changed: int = Field(description="结论或金额改变的人数,一人只计一次")
    classes_changed: int = Field(description="有变化的班级数")
    more: LinesAndMoney = Field(description="补得更多的行数和金额")
    less: LinesAndMoney = Field(description="补得更少的行数和金额")
    verdicts: list[VerdictMove] = Field(description="结论改变的行数")
    findings: list[FindingCount] = Field(description="每项结论代码出现的次数")
    classes: list[WhatIfClass] = Field(description="金额变化最大的班级,至多 100 个")
    classes_left_out: int = Field(description="有变化而未列出的班级数")


class WhatIfListed(wire.Out):
    """A question, and how far its answer is."""

    id: UUID
    version: int
    scheme: SchemeCode
    from_on: wire.CivilDate = Field(description="第一天")
    to_on: wire.CivilDate = Field(description="最后一天")
    status: ImportStatus
    progress: Progress
    asked_by: str = Field(description="提出试算的账号")
    asked_by_name: str | None = Field(description="提出试算的人")
    asked_at: wire.Instant = Field(description="提出试算的时刻")
    finished_at: wire.Instant | None = None


class WhatIfOut(WhatIfListed):
    """A question and, once the job is done, its answer."""

    block: dict[str, Any] = Field(description="试算的条款")
    result: WhatIfResult | None = Field(default=None, description="试算的结果;尚未算完为 null")
