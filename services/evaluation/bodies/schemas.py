"""Numbers of assessment bodies on the wire."""

from uuid import UUID

from pydantic import Field

from services.evaluation.codes import BodyFlag
from shared import names, wire


class FlagOut(wire.Out):
    code: BodyFlag
    detail: str = Field(description="看到的数字、界限和该做什么")


class BodyOut(wire.Out):
    """One body in the months asked for; rates are fractions, null where nobody sat."""

    institution_id: UUID
    institution_name: names.InstitutionName = None
    held: int = Field(description="已举行的批次", examples=[12])
    supervised: int = Field(description="其中有督导记录的批次", examples=[12])
    sat: int = Field(description="成绩已锁定的批次中参加考核的人次,缺考不计", examples=[360])
    passed: int = Field(description="其中合格的", examples=[288])
    pass_rate: float | None = Field(description="合格率", examples=[0.8])
    pass_rate_of_others: float | None = Field(description="其他机构同期的合格率", examples=[0.75])
    most_in_a_day: int = Field(description="一天最多发证几本", examples=[40])
    most_on: wire.CivilDate | None = Field(description="是哪一天", examples=["2025-06-20"])
    flags: list[FlagOut] = Field(description="须留意的事项,不自动拒绝任何业务")


class BodiesOut(wire.Out):
    """Every body that held an exam in these months; an institution sees itself alone."""

    from_on: wire.CivilDate
    to_on: wire.CivilDate
    bodies: list[BodyOut] = Field(description="各评价机构,按编号排列")
