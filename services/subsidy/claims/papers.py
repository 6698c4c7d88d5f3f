"""What a claim has to bring beside its facts: the papers that are handed in, the signature of the person it is made for, a fund that may pay it."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from services.subsidy.claims.errors import PaperMissing, PaperOverdue
from services.subsidy.claims.schemas import Attachment
from services.subsidy.claims.tables import Claim
from services.subsidy.codes import BasisStatus, ClaimPaper, PaperStatus
from services.subsidy.funds.tables import Fund
from services.subsidy.judging.findings import labelled
from services.subsidy.schemes.policy import PAYS_CLAIMS, Terms
from shared import codes, errors, periods
from shared.access import Call
from shared.clock import SHANGHAI
from shared.strict import to_json

Faults = Iterator[errors.Fault]


def required(terms: Terms) -> list[dict[str, Any]]:
    """What a claim judged by these terms has to bring, as it is kept with it. A list whose source is unconfirmed only reminds."""
    confirmed = terms.basis_of("required_papers").status == BasisStatus.CONFIRMED
    return [{**to_json(paper), "confirmed": confirmed} for paper in terms.required_papers or ()]


def checklist(claim: Claim, call: Call) -> list[dict[str, Any]]:
    """Each required paper and whether it is there. What may follow is due so many working days after the submission, until then counted from today."""
    since_on = claim.submitted_at.astimezone(SHANGHAI).date() if claim.submitted_at else call.today
    return [
        _item(paper, [file_id for file_id, code in claim.paper_codes.items() if code == paper["code"]], since_on, call)
        for paper in claim.required_papers
    ]


def _item(paper: Mapping[str, Any], file_ids: list[str], since_on: date, call: Call) -> dict[str, Any]:
    days = paper.get("follows_within_days")
    due_on = periods.due(since_on, days, call.calendar) if days and call.calendar else None
    due_on = None if due_on == periods.NO_DAY else due_on
    status = PaperStatus.FOLLOWS if days else PaperStatus.MISSING
    if file_ids:
        status = PaperStatus.PRESENT
    elif due_on and due_on < call.today:
        status = PaperStatus.OVERDUE
    return {**paper, "file_ids": file_ids, "status": status, "due_on": due_on}


def why_not_submitted(claim: Claim, call: Call) -> PaperMissing | None:
    missing = _of_status(claim, call, PaperStatus.MISSING)
    return PaperMissing(f"{PaperMissing.cause}缺:{missing}。{PaperMissing.remedy}") if missing else None


def why_not_approved(claim: Claim, call: Call) -> PaperOverdue | None:
    overdue = _of_status(claim, call, PaperStatus.OVERDUE)
    return PaperOverdue(f"{PaperOverdue.cause}缺:{overdue}。{PaperOverdue.remedy}") if overdue else None


def _of_status(claim: Claim, call: Call, status: PaperStatus) -> str:
    return labelled("claim_paper", [each["code"] for each in checklist(claim, call) if each["status"] == status and each["confirmed"]])


def attach(claim: Claim, attachments: Sequence[UUID | Attachment]) -> None:
    """The papers that a claim has from now on. What was said to be which paper before stays so."""
    said = {str(each.file_id): str(each.code) for each in attachments if not isinstance(each, UUID)}
    said = {**(claim.paper_codes or {}), **said}
    claim.attachments = list(dict.fromkeys(str(file_of(each)) for each in attachments))
    claim.paper_codes = {file_id: said[file_id] for file_id in claim.attachments if file_id in said}


def unknown(attachments: Sequence[UUID | Attachment], unknown_ids: Collection[UUID], claim: Claim | None = None) -> Faults:
    """The files that must not be named; those that the claim has are named already."""
    named = claim.attachments if claim else ()
    for index, each in enumerate(attachments):
        if (file_id := file_of(each)) in unknown_ids and str(file_id) not in named:
            pointer = f"/attachments/{index}" + ("" if isinstance(each, UUID) else "/file_id")
            yield errors.Fault("unknown_file", pointer, seen=str(file_id), allowed="本人、本机构或本乡镇上传的文件", fix="请先上传文件。")


def file_of(attached: UUID | Attachment) -> UUID:
    return attached if isinstance(attached, UUID) else attached.file_id


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
    allowed = terms.paid_from if terms else PAYS_CLAIMS
    if fund.source not in allowed:
        said = labelled("fund_source", allowed)
        return errors.Fault(
            "invalid_value", pointer="/fund_id", seen=codes.label("fund_source", fund.source), allowed=said, fix="请改选资金。"
        )
    return None
