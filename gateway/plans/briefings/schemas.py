"""A briefing on the wire: what the joint conference looks at, line by line."""

from uuid import UUID

from pydantic import Field

from gateway.codes import PlanStatus as Status
from gateway.plans.schemas import PLAN
from shared import wire


class BriefingLine(wire.Out):
    code: str = Field(examples=["four.technician"])
    title: str
    unit: str = Field(examples=["人次"])
    period: str = Field(examples=["total"])
    target: wire.Number | None
    actual: wire.Number | None
    gap: wire.Number | None = Field(description="距目标还差多少,已达到的为 0;没有目标或不能确定时为 null。")
    rate: float | None
    status: Status
    lead_department: str | None = Field(description="牵头的责任单位,即责任单位中的第一家。")
    lead_departments: list[str]
    needed_per_week: float | None
    last_class_start_on: wire.CivilDate | None
    already_impossible: bool | None
    paid: wire.Money | None = Field(description="为计入本指标、已结束的班级付出的补贴,元;不由班级计数的指标,或不能确定时,为 null。")
    paid_each: wire.Money | None = Field(description="平均每计入一个(numerator)付出的补贴,元;没有计入的为 null。")
    open_tasks: int | None = Field(description="为本指标交办、尚未办结的督办任务数;不能确定时为 null。")
    overdue_tasks: int | None = Field(description="其中期限已过、尚未答复的。")
    records: str | None


class BriefingMeasure(wire.Out):
    """A measure in force on the day."""

    id: UUID
    number: str
    kind: str = Field(description="措施的种类,见代码表 measure_kind。")
    whom: str = Field(description="对谁:机构、镇街或部门的名称。")
    reason: str
    document: str = Field(description="决定文件。")
    from_on: wire.CivilDate
    until_on: wire.CivilDate | None


class Briefing(wire.Out):
    plan: str = Field(examples=[PLAN.code])
    title: str
    document: str
    as_of: wire.CivilDate
    complete: bool = Field(description="有服务没有应答时为 false,其数字为 null,不显示为 0。")
    unavailable: list[str] = Field(description="没有应答的服务。")
    met: int = Field(description="已完成的指标数。")
    behind: int = Field(description="滞后的指标数。")
    impossible: int = Field(description="已不可能完成的指标数。")
    lines: list[BriefingLine]
    measures: list[BriefingMeasure] | None = Field(description="当日有效的措施,新的在前;部门只见对本部门的;不能确定时为 null。")
