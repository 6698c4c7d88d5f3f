"""Samples over the wire."""

from datetime import date
from typing import Annotated
from uuid import UUID

from pydantic import Field, computed_field

from services.subsidy.claims.conditions import ClaimFilter
from services.subsidy.codes import CallbackResult, LineVerdict
from shared import names, wire

LINES_AT_MOST = 2_000


class SampleIn(wire.In):
    """Of the lines of these claims, a share of those approved and the same share of those refused."""

    filter: ClaimFilter = Field(description="申领单列表的筛选条件")
    share: float = Field(gt=0, le=1, description="抽取的比例;可补贴的和不予补贴的各按此比例,向上取整", examples=[0.05])
    seed: Annotated[wire.Word, Field(max_length=100)] | None = Field(
        None, description="随机种子;不填由系统生成。同样的种子和名单抽出同样的人"
    )


class SampledOut(wire.Out):
    claim_id: UUID
    claim_number: names.ClaimNumber = None
    trainee_id: UUID
    trainee_name: names.TraineeName = None
    id_number_masked: names.IdNumberMasked = None
    verdict: LineVerdict
    amount: wire.Money = Field(validation_alias="amount_yuan")
    result: CallbackResult | None = Field(description="回访结果;尚未回访的为 null")
    called_on: date | None = Field(description="回访日期;尚未回访的为 null")
    note: str | None = Field(description="回访记录")
    called_by_name: str | None = Field(description="回访人")


class SampleListed(wire.Out):
    id: UUID
    share: float = Field(description="抽取的比例", examples=[0.05])
    seed: str = Field(description="随机种子", examples=["2025-05"])
    drawn_at: wire.Instant = Field(description="抽取时刻")
    drawn_by: str = Field(description="抽取的账号")
    drawn_by_name: str | None = Field(description="抽取人")
    drawn_from: dict[str, int] = Field(description="各种结论可抽的行数", examples=[{"eligible": 200, "refused": 40}])


class SampleOut(SampleListed):
    filter: dict[str, object] = Field(description="抽取时的筛选条件")
    lines: list[SampledOut] = Field(description="抽中的人,按抽取的次序")

    @computed_field  # type: ignore[prop-decorator]
    @property
    def version(self) -> int:  # a result is told once, and nothing else changes
        return 1 + sum(each.result is not None for each in self.lines)


class CalledIn(wire.In):
    """What one person said, or that they were not reached."""

    claim_id: UUID
    trainee_id: UUID
    result: CallbackResult
    called_on: wire.CivilDate | None = Field(None, description="回访日期;不填为今日")
    note: wire.Comment | None = Field(None, description="回访记录")


class ResultsIn(wire.In):
    items: Annotated[list[CalledIn], Field(min_length=1, max_length=500)]
