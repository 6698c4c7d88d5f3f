"""From what registry tells of a class, and what this service remembers of its people, to the facts that rules may know."""

import asyncio
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import Uuid, all_, and_, bindparam, func, select, text
from sqlalchemy.dialects.postgresql import ARRAY, array
from sqlalchemy.ext.asyncio import AsyncSession

from services.subsidy import clients
from services.subsidy.claims.policy import NOT_COUNTED
from services.subsidy.claims.tables import Claim, Decision, Entitlement, Line
from services.subsidy.clients import ClaimFactsRead, ClassRead, EnrolmentRead, OutsidePaymentRead
from services.subsidy.codes import ClaimKind, FindingCode, FundSource, Level, LineVerdict, PersonalStatus, SchemeCode
from services.subsidy.funds import reading as funds
from services.subsidy.funds.tables import Fund
from services.subsidy.judging import trades
from services.subsidy.judging.facts import ClaimedRoster, ClaimFacts, ClassFacts, LineFacts, Prior
from services.subsidy.schemes import operations as schemes
from services.subsidy.schemes.policy import Policy
from shared import errors
from shared.access import Call
from shared.web import Kernel

PERSON_LOCKS = 1024  # buckets: a claim of any size takes at most so many locks
_claim, _line, _held = Claim.__table__.c, Line.__table__.c, Entitlement.__table__.c
PAST = (
    select(
        _claim.id,
        _claim.submitted_at,
        _claim.number,
        _claim.scheme,
        _claim.class_id,
        _claim.class_starts_on,
        _claim.class_ends_on,
        _line.trainee_id,
        _held.judged_on,
        _held.trade_key,
        _held.level,
        _held.placement_id,
        _line.verdict,
        _line.amount,
    )
    .select_from(
        Line.__table__.join(Claim.__table__, _claim.id == _line.claim_id).outerjoin(
            Entitlement.__table__, and_(_held.claim_id == _line.claim_id, _held.position == _line.position)
        )
    )
    .where(
        _line.trainee_id == func.any(bindparam("trainee_ids", type_=ARRAY(Uuid))),
        _claim.status != all_(array(sorted(NOT_COUNTED))),
        _claim.id.is_distinct_from(bindparam("own_claim_id", type_=Uuid)),
    )
    .order_by(_claim.id, _line.position)
)


_OVERCOME = text("""
    SELECT line.claim_id, line.trainee_id, claims.facts->'lines'->line.position->'overcome' AS codes
    FROM claims JOIN claim_lines AS line ON line.claim_id = claims.id
    WHERE claims.id = ANY(:claim_ids) AND claims.facts->'lines'->line.position ? 'overcome'
""")


@dataclass(frozen=True, slots=True)
class Wanted:
    """One line as it was asked for."""

    trainee_id: UUID
    enrolment_id: UUID | None = None
    expected_amount: Decimal | None = None


Overcome = Mapping[UUID, tuple[FindingCode, ...]]  # by person: what upheld appeals say need not refuse


@dataclass(frozen=True, slots=True)
class Asked:
    """An application as it was asked for. `lines` None: everyone who completed the class."""

    kind: ClaimKind
    scheme: SchemeCode
    institution_id: UUID | None
    trainee_id: UUID | None
    on_behalf: bool
    class_id: UUID
    fund_id: UUID
    lines: tuple[Wanted, ...] | None
    overcome: Overcome = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Gathered:
    """What registry tells of an application's class and people, asked for before the transaction; the fund it names (None: there is none) and the terms
    that are known. `claim`: as it was then, where there is one yet, and the steps it has `done`."""

    asked: Asked
    read: ClaimFactsRead
    fund: Fund | None
    known: Policy
    claim: Claim | None = None
    done: Sequence[Decision] = ()


@dataclass(frozen=True, slots=True)
class History:
    """What other claims, submitted and neither rejected nor withdrawn, hold of these people."""

    priors: dict[UUID, tuple[Prior, ...]] = field(default_factory=dict)
    rosters: tuple[ClaimedRoster, ...] = ()


async def gather(kernel: Kernel, call: Call, asked: Asked, claim: Claim | None = None, done: Sequence[Decision] = ()) -> Gathered:
    """One call to registry for the class and everyone in question, and meanwhile what of our own it is judged by; 422 where there is no such class."""
    named = (asked.trainee_id,) if asked.trainee_id else None if asked.lines is None else tuple(line.trainee_id for line in asked.lines)
    ours = asyncio.create_task(_ours(kernel, asked.fund_id))
    try:
        read = await clients.claim_facts(kernel, call, asked.class_id, named)
    finally:
        fund, known = await ours
    if read is None:
        raise errors.Invalid(faults=[errors.Fault("unknown_class", pointer="/class_id", fix="请核对班级编号。")])
    return Gathered(asked, read, fund, known, claim, done)


async def _ours(kernel: Kernel, fund_id: UUID) -> tuple[Fund | None, Policy]:
    async with kernel.reading() as session:
        return await funds.find(session, fund_id), await schemes.in_force(session)


async def lock_persons(session: AsyncSession, ids: Collection[UUID]) -> None:
    """Lets one transaction at a time submit a given person, or employer that may be given only so much, so that every such rule sees what the other
    has kept. Always in the same order."""
    buckets = sorted({each.int % PERSON_LOCKS for each in ids})
    await session.execute(
        text("SELECT pg_advisory_xact_lock(4211, bucket) FROM unnest(CAST(:buckets AS int[])) AS bucket"), {"buckets": buckets}
    )


async def employer_had(session: AsyncSession, scheme: SchemeCode, institution_id: UUID | None, own_claim_id: UUID | None) -> Decimal | None:
    """What the scheme's other claims, submitted and neither rejected nor withdrawn, come to for one institution, held lines with them."""
    if institution_id is None:
        return None
    counted = (_claim.institution_id == institution_id, _claim.scheme == scheme, _claim.status.not_in(NOT_COUNTED))
    worth = select(func.sum(_line.amount)).join(Claim.__table__, _claim.id == _line.claim_id)
    return await session.scalar(worth.where(*counted, _claim.id.is_distinct_from(own_claim_id))) or Decimal("0.00")


async def overcome(session: AsyncSession, claim_ids: Collection[UUID]) -> dict[UUID, Overcome]:
    """By claim, what upheld appeals have overcome of its lines, as it was last judged; whoever they have become since."""
    found: dict[UUID, dict[UUID, tuple[FindingCode, ...]]] = defaultdict(dict)
    for row in await session.execute(_OVERCOME, {"claim_ids": list(claim_ids)}):
        found[row.claim_id][row.trainee_id] = tuple(map(FindingCode, row.codes))
    return dict(found)


async def history(session: AsyncSession, trainee_ids: Collection[UUID], *, own_claim_id: UUID | None, class_id: UUID) -> History:
    return remembered(await past(session, trainee_ids, own_claim_id), class_id)


async def past(session: AsyncSession, trainee_ids: Collection[UUID], own_claim_id: UUID | None = None) -> Sequence[Any]:
    """The lines of all but one's own claim. One statement, in a stable order: the same past gives the same facts."""
    return (await session.execute(PAST, {"trainee_ids": sorted(trainee_ids), "own_claim_id": own_claim_id})).all()


def remembered(rows: Iterable[Any], class_id: UUID) -> History:
    priors: dict[UUID, list[Prior]] = defaultdict(list)
    people: dict[tuple[str, date, date], set[str]] = defaultdict(set)
    for row in rows:
        if row.judged_on is not None:
            priors[row.trainee_id].append(_prior(row, class_id))
        if row.class_id not in (None, class_id):
            people[row.number, row.class_starts_on, row.class_ends_on].add(str(row.trainee_id))
    rosters = (ClaimedRoster(number, starts_on, ends_on, frozenset(ids)) for (number, starts_on, ends_on), ids in people.items())
    return History({trainee_id: tuple(found) for trainee_id, found in priors.items()}, tuple(rosters))


def claim_facts(
    read: ClaimFactsRead,
    wanted: Sequence[Wanted],
    past: History,
    *,
    scheme: SchemeCode,
    kind: ClaimKind,
    claimed_on: date,
    fund_source: FundSource,
    employer_had: Decimal | None = None,
    overcome: Overcome | None = None,
) -> ClaimFacts:
    """Everyone wanted must be among the enrolments read."""
    enrolments = {enrolment.trainee_id: enrolment for enrolment in read.enrolments}
    complete = frozenset(read.lists_complete)
    lines = tuple(_line_facts(each, enrolments[each.trainee_id], complete, past, overcome or {}) for each in wanted)
    return ClaimFacts(scheme, kind, claimed_on, fund_source, _class_facts(read.class_), lines, past.rosters, employer_had)


def _prior(row: Any, class_id: UUID) -> Prior:
    level = Level(row.level) if row.level else None
    worth = row.amount if row.verdict == LineVerdict.ELIGIBLE else None  # a held line counts whatever it may be worth
    of = row.number, SchemeCode(row.scheme), row.judged_on, row.trade_key, level, row.placement_id
    return Prior(*of, amount_yuan=worth, same_class=row.class_id == class_id)


def _paid_outside(read: OutsidePaymentRead) -> Prior:
    called = f"{read.source} {read.document}" if read.document else read.source
    trade = read.occupation_code or read.trade_name
    return Prior(called, read.scheme, read.on, trade, read.level, outside=True, amount_yuan=read.amount)


def _class_facts(read: ClassRead) -> ClassFacts:
    institution, filing = read.institution, read.trade_filing
    filed = None if filing is None else filing.in_force and trades.same(filing.trade_name, read.trade_name or "")
    return ClassFacts(
        id=str(read.id),
        number=read.number,
        status=read.status,
        starts_on=read.starts_on,
        ends_on=read.ends_on,
        hours=read.hours,
        institution_name=institution.name,
        needs_designation=institution.needs_designation,
        designated=institution.designated,
        blacklisted=institution.blacklisted,
        blacklisted_until_on=institution.blacklisted_until_on,
        occupation_code=read.occupation_code,
        trade_name=read.trade_name,
        trade_filing_no=read.trade_filing_no,
        level=read.level,
        half_days_held=read.half_days_held,
        half_days_planned=read.half_days_planned if (read.hours_planned or 0) >= read.hours else None,  # part of a timetable is no plan
        trade_filed=filed,
        beside_occupation_code=filing.beside_occupation_code if filing and filed else None,
        institution_id=str(institution.id),
        suspended=institution.suspended,
        suspended_until_on=institution.suspended_until_on,
        exited=institution.exited,
        exited_on=institution.exited_on,
        proposed_at=read.proposed_at,
        filed_at=read.filed_at,
        approved_at=read.approved_at,
        late_reason=read.late_reason,
        need_reason=read.need_reason,
        hours_planned=read.hours_planned,
        signings=read.signings,
        headcounts=read.headcounts,
    )


def _line_facts(
    wanted: Wanted, enrolment: EnrolmentRead, complete: frozenset[PersonalStatus], past: History, overcome: Overcome
) -> LineFacts:
    return LineFacts(
        trainee_id=str(enrolment.trainee_id),
        born_on=enrolment.birth_on,
        sex=enrolment.sex,
        enrolment_id=str(enrolment.enrolment_id),
        outcome=enrolment.outcome,
        retirement_track=enrolment.retirement_track,
        categories=enrolment.categories,
        statuses=enrolment.statuses,
        complete_lists=complete,
        attendance=enrolment.half_days,
        overlaps=enrolment.attended_other_class,
        trains_this_class=enrolment.teaches_class,
        bank_account_token=enrolment.bank_account_key,
        impossible=enrolment.impossible,
        teaches_institution=enrolment.teaches_institution,
        account_shared_with=enrolment.account_shared_with,
        account_of_institution=enrolment.account_of_institution,
        enrolled_from_on=enrolment.from_on,
        enrolled_late=enrolment.late_reason,
        priors=past.priors.get(enrolment.trainee_id, ()) + tuple(map(_paid_outside, enrolment.outside_payments)),
        expected_amount=wanted.expected_amount,
        overcome=overcome.get(enrolment.trainee_id, ()),
    )
