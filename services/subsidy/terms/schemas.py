"""Terms on their way to publication over the wire, and what they would change."""

from typing import Any
from uuid import UUID

from pydantic import Field

from services.subsidy.codes import SchemeCode, TermsStatus
from services.subsidy.schemes.schemas import TermsOut
from shared import wire


class ProposedTermsOut(wire.Out):
    """Terms proposed by one administrator and published by another."""

    id: UUID
    version: int
    scheme: SchemeCode
    status: TermsStatus
    block: dict[str, Any] = Field(description="提出的条款,原样")
    terms: TermsOut
    proposed_by: str
    proposed_by_name: str | None
    proposed_at: wire.Instant
    approved_by: str | None = None
    approved_by_name: str | None = None
    approved_at: wire.Instant | None = None
    withdrawn_by: str | None = None
    withdrawn_by_name: str | None = None
    withdrawn_at: wire.Instant | None = None
    allowed_actions: list[wire.AllowedAction]
