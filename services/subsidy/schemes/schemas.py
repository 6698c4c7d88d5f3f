"""Schemes over the wire: the terms of a day with every figure's source."""

from typing import Any

from pydantic import Field

from services.subsidy.codes import BasisStatus, ClaimKind, SchemeCode
from shared import wire


class FigureOut(wire.Out):
    """One figure of the terms. `value` is null where the documents set none."""

    name: str = Field(examples=["yuan_per_person_day"])
    value: Any = Field(examples=["60.00"], description="金额为元,两位小数的字符串;其余按名称中的单位")
    document: str
    clause: str
    basis_status: BasisStatus


class TermsOut(wire.Out):
    """What one document promised from one day on. Every bound includes itself."""

    in_force_from: wire.CivilDate
    document: str
    clause: str
    basis_status: BasisStatus
    hash: str = Field(examples=["9f2c41d07a55"], description="文件和各项数值的 SHA-256")
    block: dict[str, Any] = Field(description="全部已定的项,与提出条款时的格式相同;改好即可再提")
    figures: list[FigureOut]


class SchemeOut(wire.Out):
    """A scheme with the terms in force on the day asked for."""

    code: SchemeCode = Field(examples=["agricultural_short"])
    title: str
    claim_kind: ClaimKind = Field(examples=["training"])
    on: wire.CivilDate = Field(description="条款按这一天选取;申领单按开班或发证日期选取,不按今天")
    terms: TermsOut | None = Field(description="当日尚无条款时为 null")
    in_force_from: list[wire.CivilDate] = Field(description="全部条款的施行日期,先旧后新")
