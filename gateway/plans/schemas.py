"""Plans on the wire: the plan itself, its board, and what it says about itself."""

from typing import Literal

from pydantic import Field

from gateway.codes import Breakdown, CountedBy, LineJudged, LinePeriod, LineSubject, PlanFindingEffect
from gateway.codes import PlanStatus as Status
from gateway.plans import reading
from shared import county, names, wire

EXAMPLES = county.here().examples
PLAN = next(iter(reading.plans().values()))  # the county's first
UNAVAILABLE = "没有应答的服务。"
OF_THE_BREAKDOWN = "按 by 分列;各行之和即本时段的分子,但一人有几个类别的,在每个类别中各计一次。"

BasisStatus = Literal["confirmed", "unconfirmed"]


class PlanBrief(wire.Out):
    code: str = Field(examples=[PLAN.code])
    title: str
    document: str = Field(examples=[PLAN.document])
    region_code: str
    region_name: names.RegionName = None
    starts_on: wire.CivilDate
    ends_on: wire.CivilDate
    lines_with_target: int = Field(description="有目标的指标数;尚未印发的方案为 0。")


class TargetOut(wire.Out):
    """Shares are numbers from 0 to 1."""

    period: str = Field(description="自然年,或 total 即整个方案期。", examples=["total"])
    at_least: float | None
    at_most: float | None


class LineDefinition(wire.Out):
    code: str = Field(examples=["four.technician"])
    title: str
    measure: str
    unit: str
    period: LinePeriod
    each: LineSubject | None = Field(description="逐班、逐校或逐企业衡量;null 为合计。")
    judged: LineJudged
    targets: list[TargetOut]
    source: CountedBy = Field(description="由哪个服务计数。")
    programme: str | None = Field(description="班级在 programmes 中写明此代码即计入。")
    channels: list[str] = Field(description="这些培训项目的班级不必写明即计入。")
    occupations: list[str] = Field(description="这些职业的班级不必写明即计入。")
    parents: list[str] = Field(description="其班级同时计入的上级指标。")
    counting: str = Field(description="怎样计数。")
    lead_departments: list[str] = Field(description="责任单位")
    clause: str
    basis_status: BasisStatus


class ReadingOut(wire.Out):
    """How we read the plan where it is silent."""

    code: str
    text: str
    basis_status: BasisStatus


class SectionOut(wire.Out):
    """A part of the plan's own paper, and its lines in their order."""

    clause: str | None = Field(description="附件;正文为 null。", examples=["附件1"])
    title: str
    lines: list[str]


class PlanOut(PlanBrief):
    employed_within_months: int
    employed_kinds: list[str]
    certified_kinds: list[str]
    readings: list[ReadingOut]
    sections: list[SectionOut] = Field(description="按方案自己的正文和附件分组。")
    lines: list[LineDefinition]


class PlanBasis(wire.Out):
    document: str
    clause: str
    status: BasisStatus


class PartOut(wire.Out):
    """One period of a line, or one subject (a class, college or enterprise) in one period."""

    model_config = wire.LEFT_OUT

    period: str
    target: float | None
    actual: wire.Number | None
    status: Status
    numerator: int | str | None
    denominator: int | str | None
    records: str | None
    subject: str | None = None
    subject_name: str | None = None


class RankedFigures(wire.Out):
    """A row of the breakdown, best first. `code` null: what belongs to none."""

    rank: int | None = Field(description="名次;数字相同的并列。")
    code: str | None = Field(examples=[EXAMPLES.region_code])
    name: str = Field(examples=[EXAMPLES.region_name])
    target: wire.Number | None = Field(default=None, description="本行(镇街、开发区、部门)的分解目标;没有定的为 null。")
    actual: wire.Number | None
    rate: float | None = Field(default=None, description="actual ÷ target;没有分解目标的为 null。")
    small_base: bool = Field(default=False, description="比率的分母太小(不足 20),名次只作参考。")
    numerator: int | str | None
    denominator: int | str | None


class RankedOut(RankedFigures):
    """A row of the breakdown, and the link to what it counted."""

    records: str | None


class LineFigures(wire.Out):
    """A line of the board. What nobody could count is `unknown`, with nulls; it is never 0. Shares are numbers from 0 to 1."""

    code: str = Field(examples=["four.technician"])
    title: str = Field(examples=[PLAN.lines[0].title])
    unit: str = Field(examples=["人次"])
    target: wire.Number | None = Field(description="方案没有目标的指标为 null,其 status 为 unknown,另有完成数。")
    target_at_most: wire.Number | None
    actual: wire.Number | None
    rate: float | None = Field(description="完成率:actual ÷ target。")
    expected: wire.Number | None = Field(
        default=None, description="按时间进度,到 as_of 应当达到多少,与 actual 同一口径;结果性比率和没有目标的指标为 null。"
    )
    status: Status
    needed_per_week: float | None = Field(description="自 as_of 起每周须新增多少才能按时完成,单位见 unit。")
    last_class_start_on: wire.CivilDate | None = Field(description="班级最迟哪天开班还能计入本时段;不由班级计数的指标为 null。")
    already_impossible: bool | None = Field(description="已不可能完成:时段已过,或再开班已来不及而在办的也不够;未知时为 null。")
    period: str = Field(description="自然年,或 total 即整个方案期。")
    from_on: wire.CivilDate
    to_on: wire.CivilDate
    numerator: int | str | None = Field(description="计入的数;金额为元,两位小数的文字。")
    denominator: int | str | None
    lead_departments: list[str]
    basis: PlanBasis


class PlanLineOut(LineFigures):
    """A line of the board, what is counted apart, and the links to what it counted."""

    model_config = wire.LEFT_OUT

    actual_of_enrolled: float | None = Field(description="以全部报名人数为分母的比率,仅供参考。")
    beside: dict[str, int] = Field(
        description="另列的人数:pending 期限未到,already_employed 培训前已有工作,completed 班次的结业人数,certified 其中取证,imported 其中往年补录,others 未经订单班培训而稳岗的人。"
    )
    records: str | None = Field(description="列出所计各条的路径;不能列出时为 null。")
    parts: list[PartOut] | None = Field(default=None, description="有几个目标的指标,逐时段或逐对象列出;对象超过一百个的只列最低的一百个。")
    parts_left_out: int | None = Field(default=None, description="没有列出的对象数;都列出时为 null。")
    breakdown: list[RankedOut] | None = Field(default=None, description=OF_THE_BREAKDOWN)


class ProgressOut(wire.Out):
    plan: str = Field(examples=[PLAN.code])
    as_of: wire.CivilDate = Field(examples=["2025-06-30"])
    by: Breakdown | None
    complete: bool = Field(description="有计数的服务没有应答时为 false,其指标为 unknown。")
    unavailable: list[str] = Field(description=UNAVAILABLE)
    lines: list[PlanLineOut]


class PlanFindingOut(wire.Out):
    code: str
    effect: PlanFindingEffect
    lines: list[str]
    detail: str


class PlanCheckOut(wire.Out):
    plan: str
    consistent: bool = Field(description="有不能同时完成之处时为 false。")
    findings: list[PlanFindingOut]
