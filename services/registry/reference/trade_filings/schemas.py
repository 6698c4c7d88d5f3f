"""Trade filings on the wire."""

from typing import Annotated
from uuid import UUID

from pydantic import Field

from shared import names, wire

BesideName = Annotated[str | None, names.Beside("beside_occupation_code", "occupations"), Field(description="该职业的名称")]


class TradeFilingIn(wire.In):
    """A trade as the prefecture has it on file, both days counted in."""

    number: wire.Word = Field(description="备案文号,班级的 trade_filing_no 填写同一文号", examples=["州备〔2025〕1号"])
    trade_name: wire.Word = Field(examples=["稻田养鱼"])
    beside_occupation_code: Annotated[wire.Named, Field(max_length=20)] | None = Field(
        None, description="与之相当的职业代码,见 /v1/occupations;没有相当的职业则不填", examples=["6-31-01-03"]
    )
    from_on: wire.CivilDate = Field(examples=["2025-01-01"])
    until_on: wire.CivilDate | None = Field(None, description="最后一日;长期有效则不填")
    document: wire.Word = Field(description="备案文件", examples=["州人社局备案通知"])


class Withdrawn(wire.In):
    """No longer on file from that day on; today where none is said. What was entered wrongly is withdrawn from its first day, and entered anew."""

    on: wire.CivilDate | None = Field(None, description="从哪一天起不再有效;不填为今天")
    reason: wire.Reason


class TradeFilingOut(wire.Out):
    id: UUID
    number: str
    trade_name: str
    beside_occupation_code: str | None = Field(description="与之相当的职业;没有则为 null")
    beside_occupation_name: BesideName = None
    from_on: wire.CivilDate
    until_on: wire.CivilDate | None
    document: str
    registered_at: wire.Instant
    withdrawn_on: wire.CivilDate | None = Field(description="从哪一天起撤销")
    withdrawn_reason: str | None
    version: int


class TradeFilingPaper(TradeFilingOut):
    """A single filing, with what the caller may do with it."""

    allowed_actions: list[wire.AllowedAction]
