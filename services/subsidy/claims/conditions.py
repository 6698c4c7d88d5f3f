"""What of claims is asked for in SQL, in lists and in what waits."""

from collections.abc import Collection
from datetime import date, datetime, time, timedelta
from typing import Any, Final
from uuid import UUID

from pydantic import Field
from sqlalchemy import ColumnElement, DateTime, and_, cast, func, literal, select, union_all
from sqlalchemy.dialects.postgresql import JSONB, JSONPATH
from sqlalchemy.orm import aliased

from services.subsidy.claims.policy import OPEN, STANDING
from services.subsidy.claims.tables import Claim, Entitlement, Line
from services.subsidy.codes import ClaimKind, ClaimStatus, Payee, SchemeCode
from services.subsidy.known.tables import MergedTrainee
from shared import clock, pages, seeking, wire
from shared.aliases import Aliases

ALIASES: Final = Aliases(MergedTrainee.metadata.tables["merged_trainees"], "kept_id")
HELD_SINCE: Final[ColumnElement[Any]] = cast(Claim.holds[0]["since_at"].astext, DateTime(timezone=True))


def on_hold(today: date) -> ColumnElement[bool]:
    """Something holds the claim today."""
    return func.jsonb_path_exists(Claim.holds, cast(STANDING, JSONPATH), cast({"today": today.isoformat()}, JSONB))


# Which claims a list names


class ClaimFilter(wire.In):
    """The parameters of the list of claims, each a value or several of which any will do."""

    status: wire.OneOrSeveral[ClaimStatus] | None = None
    kind: wire.OneOrSeveral[ClaimKind] | None = None
    scheme: wire.OneOrSeveral[SchemeCode] | None = None
    institution_id: wire.OneOrSeveral[UUID] | None = Field(None, description="申领机构")
    trainee_id: wire.OneOrSeveral[UUID] | None = Field(None, description="名单中有该学员")
    class_id: wire.OneOrSeveral[UUID] | None = None
    certificate_id: wire.OneOrSeveral[UUID] | None = Field(None, description="凭该证书申领")
    placement_id: wire.OneOrSeveral[UUID] | None = Field(None, description="凭该就业记录申领")
    fund_id: wire.OneOrSeveral[UUID] | None = None
    region_code: wire.OneOrSeveral[str] | None = Field(None, description="计入哪个乡镇、街道")
    number: wire.OneOrSeveral[str] | None = Field(None, description="申领单号")
    on_hold: wire.OneOrSeveral[bool] | None = Field(None, description="今日是否暂缓")
    from_on: wire.CivilDate | None = Field(None, description="新建日期不早于")
    to_on: wire.CivilDate | None = Field(None, description="新建日期不晚于")
    q: pages.Part | None = Field(None, description="单号、机构、班级名称或编号的一部分")
    external_system: wire.OneOrSeveral[str] | None = Field(None, description="外部平台")
    external_number: wire.OneOrSeveral[str] | None = Field(None, description="外部平台的编号")


SOUGHT_IN: Final = (Claim.number, Claim.sought_by)
_BY_COLUMN: Final = {
    "status": Claim.status,
    "kind": Claim.kind,
    "scheme": Claim.scheme,
    "institution_id": Claim.institution_id,
    "class_id": Claim.class_id,
    "fund_id": Claim.fund_id,
    "region_code": Claim.counted_region_code,
    "number": Claim.number,
}


def named_by(by: ClaimFilter, today: date) -> ColumnElement[bool]:
    """The claims that the parameters of the list name, whoever may see them."""
    also: list[ColumnElement[bool]] = [
        column.in_(each_of(value)) for name, column in _BY_COLUMN.items() if (value := getattr(by, name)) is not None
    ]
    also.append(pages.Reference(each_of(by.external_system), each_of(by.external_number)).among(Claim.external_refs))
    if len(held := {*each_of(by.on_hold)}) == 1:  # by an index of the few that anything holds at all
        also.append(and_(Claim.holds != literal([], JSONB), on_hold(today)) if True in held else ~on_hold(today))
    if by.from_on:
        also.append(Claim.created_at >= datetime.combine(by.from_on, time(), clock.SHANGHAI))
    if by.to_on:
        also.append(Claim.created_at < datetime.combine(by.to_on + timedelta(days=1), time(), clock.SHANGHAI))
    if by.trainee_id:
        also.append(Claim.id.in_(select(Line.claim_id).where(ALIASES.among(Line.trainee_id, each_of(by.trainee_id)))))
    for paper, value in ((Line.certificate_id, by.certificate_id), (Line.placement_id, by.placement_id)):
        if value:
            also.append(Claim.id.in_(select(Line.claim_id).where(paper.in_(each_of(value)))))
    if by.q is not None:
        also.append(seeking.within(SOUGHT_IN, by.q))
    return and_(*also)


def each_of(value: Any) -> list[Any]:
    return [] if value is None else value if isinstance(value, list) else [value]


_other = aliased(Claim)

# Whom new facts concern: what is judged anew, and what is shown of it beforehand

AGAINST_WHICH_FACTS_WEIGH: Final = Claim.id.in_(select(Line.claim_id).where(Line.before.is_not(None)))


def of_trainees(trainee_ids: Collection[UUID]) -> ColumnElement[bool]:
    return Claim.id.in_(select(Line.claim_id).where(Line.trainee_id.in_(trainee_ids)))


def of_institution(institution_id: UUID, from_on: date | None, until_on: date | None) -> ColumnElement[bool]:
    """Its claims for classes of these days."""
    return and_(Claim.institution_id == institution_id, on_days(from_on, until_on))


def of_body(institution_id: UUID | None, region_code: str | None, department: str | None) -> list[ColumnElement[bool]]:
    """The claims of an institution, for classes of a town, or for those that a department proposed: at most one of them is named."""
    of_town = and_(
        Claim.counted_region_code == region_code, Claim.class_id.is_not(None)
    )  # without a class it counts where its first person lives
    named = (
        (institution_id, Claim.institution_id == institution_id),
        (region_code, of_town),
        (department, Claim.counted_department == department),
    )
    return [is_theirs for value, is_theirs in named if value]


def own_money_of(body: ColumnElement[bool]) -> ColumnElement[bool]:
    """Of these claims those of which money may still go out to an institution itself."""
    return and_(body, Claim.payee == Payee.ORGANISER, Claim.status.in_(OPEN))


def of_trade_filing(number: str | None) -> ColumnElement[bool]:
    found: ColumnElement[bool] = Claim.facts["class_facts"]["trade_filing_no"].astext == number
    return found


def of_certificate(certificate_id: UUID) -> ColumnElement[bool]:
    return of_certificates([certificate_id])


def of_certificates(certificate_ids: Collection[UUID]) -> ColumnElement[bool]:
    return Claim.id.in_(select(Line.claim_id).where(Line.certificate_id.in_(certificate_ids)))


def of_placement(placement_id: UUID) -> ColumnElement[bool]:
    return Claim.id.in_(select(Line.claim_id).where(Line.placement_id == placement_id))


def on_days(from_on: date | None, until_on: date | None) -> ColumnElement[bool]:
    """Claims for classes that were held on one of these days, and those without a class with a line judged for one; None: without an end."""
    held, given = select(_other.id), select(Entitlement.claim_id)
    if from_on:
        held, given = held.where(_other.class_ends_on >= from_on), given.where(Entitlement.judged_on >= from_on)
    if until_on:
        held, given = held.where(_other.class_starts_on <= until_on), given.where(Entitlement.judged_on <= until_on)
    return Claim.id.in_(union_all(held.where(_other.class_id.is_not(None)), given))
