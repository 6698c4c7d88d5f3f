"""What new facts came to, over the wire."""

from uuid import UUID

from pydantic import Field

from services.subsidy.codes import FindingCode, Reassessed
from shared import names, wire


class Cause(wire.Out):
    """An event after which the claim was looked at again."""

    type: str = Field(examples=["status_record.received"])
    id: UUID


class ReassessedLine(wire.Out):
    """What is new about one person. No code and a higher amount: it would be paid more now, and is not by itself."""

    trainee_id: UUID
    trainee_name: names.TraineeName = None
    id_number_masked: names.IdNumberMasked = None
    codes: list[FindingCode] = Field(description="新出现的、不予补贴或待核实的判定;只是金额变化的为空")
    seen: str
    amount_before: wire.Money = Field(description="原来判定的金额,元")
    amount: wire.Money = Field(description="按新的事实应补的金额,元;须先核实的为 0.00")


class ReassessmentOut(wire.Out):
    """One time that facts which changed made a difference to a claim."""

    id: UUID
    claim_id: UUID
    claim_number: names.ClaimNumber = None
    at: wire.Instant
    causes: list[Cause]
    terms_hash: str
    facts_hash_before: str
    facts_hash: str
    outcome: Reassessed = Field(examples=["held"])
    lines: list[ReassessedLine]
