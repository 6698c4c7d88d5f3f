"""Surveys of enterprises on the wire."""

from typing import Annotated
from uuid import UUID

from pydantic import Field

from services.registry.codes import SurveyWillingness
from shared import history, names, wire

Year = Annotated[int, Field(ge=2000, le=2100, examples=[2025])]
Workers = Annotated[int, Field(ge=0, le=1_000_000, examples=[120])]


class PeopleOfTrade(wire.In):
    """How many people of an occupation, or of a trade outside the dictionary."""

    occupation_code: Annotated[wire.Named, Field(max_length=20)] | None = Field(
        None, description="职业代码,见 /v1/occupations;目录之外的填写 trade_name", examples=["6-31-01-03"]
    )
    trade_name: wire.Word | None = Field(None, description="工种名称;已填 occupation_code 的可以不填")
    people: int = Field(ge=1, le=1_000_000, description="人数,人。", examples=[20])


Needs = Annotated[list[PeopleOfTrade], Field(max_length=100, description="技能人才需求:职业(工种)和人数")]
Plan = Annotated[list[PeopleOfTrade], Field(max_length=100, description="本年度培训计划:职业(工种)和人数")]


class SurveyFigures(wire.In):
    surveyed_on: wire.CivilDate = Field(description="调研之日")
    technical_workers: Workers = Field(description="技术工人,人。")
    certified_workers: Workers = Field(description="其中持有职业技能等级证书的,人。")
    willingness: SurveyWillingness = Field(description="推动全员持证的意愿")
    needs: Annotated[Needs, wire.null_as(list)] = []
    plan: Annotated[Plan, wire.null_as(list)] = []
    note: wire.Reason | None = Field(None, description="说明", examples=["焊工紧缺"])


class SurveyIn(SurveyFigures):
    """An enterprise may leave out `institution_id`: it is its own."""

    institution_id: UUID | None = None
    year: Year


class SurveyCorrected(SurveyFigures):
    """All of it as it is in truth; what was told before stays, voided."""

    reason: wire.Reason


TRAINED = "当年已结业的人次:该企业承办的班,或该企业的职工;目录之外的工种和列表中为 null"


class PlannedOut(wire.Out):
    occupation_code: str | None
    occupation_name: names.OccupationName = None
    trade_name: str | None
    people: int = Field(description="计划人数,人。")
    trained: int | None = Field(description=TRAINED)


class NeededOut(wire.Out):
    occupation_code: str | None
    occupation_name: names.OccupationName = None
    trade_name: str | None
    people: int = Field(description="需求人数,人。")
    trained: int | None = Field(description=TRAINED)


class SurveyOut(history.Voidable):
    """`certified_share`: 全员持证 share."""

    id: UUID
    institution_id: UUID
    institution_name: names.InstitutionName = None
    year: int
    surveyed_on: wire.CivilDate
    technical_workers: int
    certified_workers: int
    certified_share: float | None = Field(description="持证比例;没有技术工人的为 null", examples=[0.75])
    willingness: SurveyWillingness
    needs: list[NeededOut]
    plan: list[PlannedOut] = Field(description="本年度培训计划及完成情况")
    note: str | None = Field(description="说明")
    corrects: UUID | None = Field(description="本条更正的原记录")


class SurveyPaper(SurveyOut):
    """A single survey, with what the caller may do with it."""

    allowed_actions: list[wire.AllowedAction]
