"""The receipt of a claim over the wire."""

from datetime import date
from typing import Any, Literal
from uuid import UUID

from pydantic import Field

from services.subsidy.codes import ClaimKind, ClaimStatus, Level, LineVerdict, SchemeCode, TradeField
from shared import wire


class ReceiptFinding(wire.Out):
    code: str
    effect: str
    detail: str
    seen: str
    allowed: str
    fix: str
    passes_from: date | None = Field(description="自这一天起同样的事实可以通过;时间不能解决的为 null")
    basis: dict[str, str]


class ReceiptJudged(wire.Out):
    """What follows from the facts and terms of the receipt alone."""

    verdict: LineVerdict
    amount: wire.Money
    calculation: str
    findings: list[ReceiptFinding]


class ReceiptStands(wire.Out):
    verdict: LineVerdict
    amount: wire.Money
    otherwise_because: Literal["resolved", "facts_changed"] | None = Field(
        description="与判定不同的原因:复审人员处理(resolved),或判定后事实有变(facts_changed);相同时为 null"
    )
    resolution: dict[str, Any] | None = Field(description="复审人员对待核实人员的处理")


class ReceiptTrade(wire.Out):
    key: str | None = Field(description="该行补贴的工种:职业编码,或工种名称的标准写法")
    level: Level | None
    same: list[str] = Field(description="以往补贴中与它为同一工种的")
    near: list[str] = Field(description="以往补贴中与它名称相近的")
    rate_row: int | None = Field(description="在标准表(yuan_per_person_by_trade)的第几行,从 0 起;没有的为 null")
    uplifted: bool = Field(description="是否在上浮的工种之内;条款不按工种上浮的为 true")


class ReceiptLine(wire.Out):
    position: int = Field(description="在 facts.lines 中的位置,从 0 起")
    trainee_id: UUID
    trade: ReceiptTrade = Field(description="该行补贴的工种和等级")
    judged: ReceiptJudged = Field(description="按 facts 与 terms 判定的结果")
    stands: ReceiptStands = Field(description="现在的结果")


class ReceiptTerms(wire.Out):
    """`hash` is SHA-256 over the canonical JSON of block and retirement, without `other_basis` and without what is null."""

    scheme: SchemeCode
    hash: str
    kept_as: str = Field(description="申领单记下的条款摘要;条款以后补充了字段的,与 hash 不同")
    block: dict[str, Any] = Field(description="条款全文")
    retirement: dict[str, Any] | None = Field(description="法定退休年龄表;条款不按退休年龄的为 null")


class TradeOfClass(wire.Out):
    key: str
    occupation_near: str | None = Field(description="它是或名称相近的大典职业")
    about: TradeField | None = Field(description="它属于哪一类;无法归类的为 null")


class ReceiptTrades(wire.Out):
    """How the county's data reads names of trades."""

    of_class: TradeOfClass | None = Field(description="班级所教的工种;没有班级的为 null")


class ClaimReceipt(wire.Out):
    """All that a claim was judged by, what it was judged to be, and how it stands; signed (Ed25519) over the canonical JSON of its other members."""

    claim_id: UUID
    number: str
    version: int
    kind: ClaimKind
    status: ClaimStatus
    amount: wire.Money = Field(description="现在的金额,元")
    judged_amount: wire.Money = Field(description="按 facts 与 terms 判定的金额,元")
    facts: dict[str, Any] = Field(description="判定所用的全部事实,不含姓名和证件号码")
    facts_hash: str = Field(description="facts 的规范 JSON(去掉 null)的 SHA-256")
    terms: ReceiptTerms
    trades: ReceiptTrades = Field(description="工种名称怎样读:哪些是同一工种、属于哪一类")
    lines: list[ReceiptLine]
    key_id: str
    signature: str
