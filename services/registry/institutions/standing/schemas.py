"""An institution's standing on the wire."""

from datetime import date

from pydantic import Field

from services.registry.codes import StandingRule
from services.registry.institutions.measures.schemas import MeasureOut
from shared import wire


class StandingBasis(wire.Out):
    document: str
    clause: str


class StandingRuleOut(wire.Out):
    """One rule: whether it is met, what was seen, what is needed, and who says so."""

    code: StandingRule
    met: bool
    seen: str
    needed: str
    basis: StandingBasis


class TeachersOut(wire.Out):
    """Who teaches there on the day, one person once."""

    total: int = Field(description="教师人数,人。", examples=[9])
    full_time: int = Field(description="其中专职的人数,人。", examples=[4])
    recognised: int = Field(description="其中当日有上岗资格认定的人数,人。", examples=[8])
    dual_qualified: int = Field(description="其中双师型的人数,人。", examples=[3])
    dual_qualified_share: float | None = Field(description="双师型占全部教师;没有教师的为 null", examples=[0.3333])


class StandingOut(wire.Out):
    """`measures`: those that stand against it on the day, and criticism of earlier days."""

    on: date
    teachers: TeachersOut
    rules: list[StandingRuleOut]
    measures: list[MeasureOut] = Field(description="当日有效的措施,和此前的通报")
