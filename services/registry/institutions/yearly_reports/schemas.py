"""Yearly reports on the wire."""

from typing import Annotated
from uuid import UUID

from pydantic import Field

from shared import names, wire

Year = Annotated[int, Field(ge=2000, le=2100, examples=[2024])]
Count = Annotated[int, Field(ge=0, le=10_000_000)]


class YearlyFigures(wire.In):
    """What an institution reports of a year; funds in yuan. `training_funds_frontline`: the part spent on front-line workers."""

    enrolled_students: Count | None = Field(None, description="在校生数")
    training_funds: wire.Money | None = Field(None, description="职工教育经费")
    training_funds_frontline: wire.Money | None = Field(None, description="其中用于一线职工")
    partner_enterprises: Count | None = Field(None, description="校企合作企业数")
    wages: wire.Money | None = Field(None, description="职工工资总额")
    extracted: wire.Money | None = Field(None, description="当年提取的职工教育经费")
    social_training_income: wire.Money | None = Field(None, description="有偿性社会培训收入")


class YearlyReportCorrected(YearlyFigures):
    """The figures as they are in truth, all of them; what was reported before stays in the history."""

    reason: wire.Reason


class YearlyReportIn(YearlyFigures):
    year: Year


class YearlyReportOut(wire.Out):
    id: UUID
    institution_id: UUID
    institution_name: names.InstitutionName = None
    year: int
    enrolled_students: int | None
    training_funds: wire.Money | None
    training_funds_frontline: wire.Money | None
    partner_enterprises: int | None
    wages: wire.Money | None
    extracted: wire.Money | None
    social_training_income: wire.Money | None
    reported_at: wire.Instant
