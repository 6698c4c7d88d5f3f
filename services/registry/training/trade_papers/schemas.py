"""What papers about trades have in common on the wire."""

from typing import Annotated
from uuid import UUID

from pydantic import Field

from services.registry.codes import FilingAuthority, Level
from shared import names, wire

NOT_SAID = "不填为今天"
OccupationName = Annotated[str | None, names.Beside("occupation_code", "occupations"), Field(description="该职业的名称")]


class TradeIn(wire.In):
    """An occupation of the dictionary, or a trade outside it by its name; one of the two."""

    occupation_code: Annotated[wire.Named, Field(max_length=20)] | None = Field(None, examples=["6-31-01-03"])
    trade_name: wire.Word | None = Field(None, examples=["苗银锻制"])
    levels: Annotated[list[Level], Field(max_length=8), wire.null_as(list)] = Field([], description="只限这些等级;不填为全部等级")


class TradeOut(wire.Out):
    occupation_code: str | None
    occupation_name: OccupationName = None
    trade_name: str | None
    levels: list[Level] = Field(description="只限这些等级;空为全部等级")


class PaperIn(wire.In):
    """What is proposed. `proposed_on`: the day of the proposal, today where none is said."""

    name: wire.Word
    document: wire.Word = Field(description="文件及文号", examples=["凯人社呈〔2025〕12号"])
    file_id: UUID | None = Field(None, description="文件扫描件,见 /v1/files")
    proposed_on: wire.CivilDate | None = Field(None, description=f"提出之日;{NOT_SAID}")


class AuthorityFilingIn(wire.In):
    authority: FilingAuthority
    number: wire.Word = Field(description="备案文号", examples=["州人社备〔2025〕3号"])
    filed_on: wire.CivilDate = Field(description="备案之日", examples=["2025-03-10"])


class Filed(wire.In):
    """One authority or both; the paper is filed once every one that the county asks for has it."""

    filings: Annotated[list[AuthorityFilingIn], Field(min_length=1, max_length=2)]


class PutInForce(wire.In):
    from_on: wire.CivilDate = Field(description="从哪一天起实施", examples=["2025-04-01"])
    until_on: wire.CivilDate | None = Field(None, description="最后一日;未定则不填")


class Ended(wire.In):
    on: wire.CivilDate | None = Field(None, description=f"最后一日;{NOT_SAID}")
    reason: wire.Reason


class Approved(wire.In):
    on: wire.CivilDate | None = Field(None, description=f"批准之日;{NOT_SAID}")
    approval_no: wire.Word | None = Field(None, description="批准文号")


class Built(wire.In):
    on: wire.CivilDate | None = Field(None, description=f"建成之日;{NOT_SAID}")


class AuthorityFilingOut(wire.Out):
    authority: FilingAuthority
    number: str
    filed_on: wire.CivilDate


class PaperOut(wire.Out):
    id: UUID
    name: str
    document: str
    file_id: UUID | None
    department: str | None = Field(description="提出的责任单位;没有的为 null")
    proposed_on: wire.CivilDate
    from_on: wire.CivilDate | None
    until_on: wire.CivilDate | None
    reason: str | None = Field(description="停止、撤回或不予批准的理由")
    registered_at: wire.Instant
    version: int


class FiledPaperOut(PaperOut):
    filings: list[AuthorityFilingOut]
