"""What a claim has to bring beside its facts: the papers that are handed in, the signature of the person it is made for, a fund that may pay it."""

from collections.abc import Iterator, Sequence
from uuid import UUID

from services.subsidy.claims.schemas import Attachment
from services.subsidy.claims.tables import Claim
from services.subsidy.codes import ClaimPaper
from services.subsidy.funds.tables import Fund
from services.subsidy.judging.findings import labelled
from services.subsidy.schemes.policy import Terms
from shared import codes, errors

Faults = Iterator[errors.Fault]


def attach(claim: Claim, attachments: Sequence[UUID | Attachment]) -> None:
    """The papers that a claim has from now on. What was said to be which paper before stays so."""
    said = {str(each.file_id): str(each.code) for each in attachments if not isinstance(each, UUID)}
    said = {**(claim.paper_codes or {}), **said}
    claim.attachments = list(dict.fromkeys(str(each if isinstance(each, UUID) else each.file_id) for each in attachments))
    claim.paper_codes = {file_id: said[file_id] for file_id in claim.attachments if file_id in said}


def why_not_signed(attachments: Sequence[UUID | Attachment]) -> Faults:
    """Who applies for another hands in what that person signed: a paper that is said to be it, or one of which nothing is said."""
    if not any(isinstance(each, UUID) or each.code == ClaimPaper.AUTHORISATION for each in attachments):
        allowed = f"本人签字的材料({ClaimPaper.AUTHORISATION})"
        yield errors.Fault("authorisation_missing", pointer="/attachments", allowed=allowed, fix="请上传材料并填写其文件编号。")


def why_not_fund(claim: Claim, fund_id: UUID | None, fund: Fund | None, terms: Terms | None) -> errors.Fault | None:
    """Why the first review may not name this fund: none is named, there is none, the claim has one, or the terms do not pay from it."""
    if claim.fund_id is not None:
        return errors.Fault("invalid_value", pointer="/fund_id", allowed="申领时未指定资金的", fix="资金已由申领人指定;须改的请退回补正。")
    if fund_id is None:
        return errors.Fault("missing_field", pointer="/fund_id", allowed="申领时未指定资金的,由初审人员指定", fix="请补充该字段。")
    if fund is None:
        return errors.Fault("unknown_fund", pointer="/fund_id", fix="请核对资金编号。")
    allowed = terms.fund_sources if terms else None
    if allowed is not None and fund.source not in allowed:
        said = labelled("fund_source", allowed)
        return errors.Fault(
            "invalid_value", pointer="/fund_id", seen=codes.label("fund_source", fund.source), allowed=said, fix="请改选资金。"
        )
    return None
