"""What this service remembers: what other claims hold of the same people and the same employer, and what appeals have overcome."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import Integer, Uuid, all_, and_, bindparam, cast, extract, func, select, text
from sqlalchemy.dialects.postgresql import ARRAY, array
from sqlalchemy.ext.asyncio import AsyncSession

from services.subsidy.claims.clients import Overcome
from services.subsidy.claims.policy import NOT_COUNTED
from services.subsidy.claims.tables import Claim, Entitlement, Line
from services.subsidy.codes import FindingCode, Level, LineVerdict, SchemeCode
from services.subsidy.judging.facts import CameBack, ClaimedRoster, EmployerYear, Prior
from shared import strict

NOTHING = Decimal("0.00")
PERSON_LOCKS = 1024  # buckets: a claim of any size takes at most so many locks
_claim, _line, _held = Claim.__table__.c, Line.__table__.c, Entitlement.__table__.c
OF_CLAIMS = Line.__table__.join(Claim.__table__, _claim.id == _line.claim_id).outerjoin(
    Entitlement.__table__, and_(_held.claim_id == _line.claim_id, _held.position == _line.position)
)
PAST = (
    select(
        _claim.id,
        _claim.submitted_at,
        _claim.number,
        _claim.scheme,
        _claim.class_id,
        _claim.class_starts_on,
        _claim.class_ends_on,
        _claim.supplement_of_id,
        _line.trainee_id,
        _line.certificate_id,
        _line.placement_id.label("of_placement_id"),
        _held.judged_on,
        _held.trade_key,
        _held.level,
        _held.placement_id,
        _line.verdict,
        _line.amount,
        _line.not_due_yuan,
        _line.paid_yuan,
        _line.asked_back_yuan,
    )
    .select_from(OF_CLAIMS)
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


Paper = tuple[UUID | None, ...]  # what a line is about: a person in a class, or a person's certificate or placement


@dataclass(frozen=True, slots=True)
class History:
    """What other claims, submitted and neither rejected nor withdrawn, hold of these people. `makes_up`: of a supplement, what was found to be due before
    and not found otherwise since, yuan. `came_back`: what was paid for the same and asked back whole, so that it uses nothing up."""

    priors: dict[UUID, tuple[Prior, ...]] = field(default_factory=dict)
    rosters: tuple[ClaimedRoster, ...] = ()
    makes_up: dict[Paper, Decimal] = field(default_factory=dict)
    came_back: dict[Paper, tuple[CameBack, ...]] = field(default_factory=dict)


async def lock_persons(session: AsyncSession, ids: Collection[UUID]) -> None:
    """Lets one transaction at a time submit a given person, or employer that may be given only so much, so that every such rule sees what the other
    has kept. Always in the same order."""
    buckets = sorted({each.int % PERSON_LOCKS for each in ids})
    await session.execute(
        text("SELECT pg_advisory_xact_lock(4211, bucket) FROM unnest(CAST(:buckets AS int[])) AS bucket"), {"buckets": buckets}
    )


@dataclass(frozen=True, slots=True)
class EmployerHad:
    """What one institution was given by a scheme. None: the terms do not ask."""

    in_all: Decimal | None = None
    years: tuple[EmployerYear, ...] | None = None


async def employer_had(
    session: AsyncSession, scheme: SchemeCode, institution_id: UUID, own_claim_id: UUID | None, *, by_year: bool
) -> EmployerHad:
    """What the scheme's other claims, submitted and neither rejected nor withdrawn, come to for one institution, held lines with them."""
    year = extract("year", _held.judged_on)  # None: of a claim that its applicant has back and has changed
    worth = select(cast(year, Integer).label("year"), func.sum(_line.amount).label("yuan")).select_from(OF_CLAIMS)
    counted = (_claim.institution_id == institution_id, _claim.scheme == scheme, _claim.status.not_in(NOT_COUNTED), _line.amount > 0)
    rows = (await session.execute(worth.where(*counted, _claim.id.is_distinct_from(own_claim_id)).group_by(year).order_by(year))).all()
    years = tuple(EmployerYear(row.year, row.yuan) for row in rows if row.year is not None)
    return EmployerHad(sum((row.yuan for row in rows), NOTHING), years if by_year else None)


def employer_had_before(yuan: str | None, years: Any) -> EmployerHad:
    """As the kept facts of a claim state it: what came after it was judged with it in mind."""
    return EmployerHad(Decimal(yuan) if yuan else None, None if years is None else strict.read(tuple[EmployerYear, ...], years))


async def overcome(session: AsyncSession, claim_ids: Collection[UUID]) -> dict[UUID, Overcome]:
    """By claim, what upheld appeals have overcome of its lines, as it was last judged; whoever they have become since."""
    found: dict[UUID, dict[UUID, tuple[FindingCode, ...]]] = defaultdict(dict)
    for row in await session.execute(_OVERCOME, {"claim_ids": list(claim_ids)}):
        found[row.claim_id][row.trainee_id] = tuple(map(FindingCode, row.codes))
    return dict(found)


async def history(
    session: AsyncSession,
    trainee_ids: Collection[UUID],
    *,
    own_claim_id: UUID | None,
    class_id: UUID | None,
    supplement_of_id: UUID | None = None,
) -> History:
    return remembered(await past(session, trainee_ids, own_claim_id), class_id, supplement_of_id)


async def past(session: AsyncSession, trainee_ids: Collection[UUID], own_claim_id: UUID | None = None) -> Sequence[Any]:
    """The lines of all but one's own claim. One statement, in a stable order: the same past gives the same facts."""
    return (await session.execute(PAST, {"trainee_ids": sorted(trainee_ids), "own_claim_id": own_claim_id})).all()


def remembered(rows: Iterable[Any], class_id: UUID | None, supplement_of_id: UUID | None = None) -> History:
    """A claim and its supplements were given once: they are one prior. What a supplement makes up for is no prior of it."""
    priors: dict[UUID, dict[tuple[Any, ...], Prior]] = defaultdict(dict)
    people: dict[tuple[str, date, date], set[str]] = defaultdict(set)
    makes_up: dict[Paper, Decimal] = defaultdict(Decimal)
    came_back: dict[Paper, list[CameBack]] = defaultdict(list)
    for row in rows:
        whole = row.supplement_of_id or row.id
        paper = paper_of(row.class_id, row.trainee_id, row.certificate_id, row.of_placement_id)
        if whole == supplement_of_id:
            makes_up[paper] += due_of(row)
        elif row.judged_on is not None:
            of_person, of_line = priors[row.trainee_id], (whole, *paper)
            if row.supplement_of_id and of_line in of_person:
                of_person[of_line] = _with(of_person[of_line], row)
            else:  # two lines of one claim that a merge made one person's are two
                of_person[of_line if of_line not in of_person else (len(of_person),)] = _prior(row, class_id)
        elif row.class_id == class_id and 0 < row.paid_yuan == row.asked_back_yuan:
            came_back[paper].append(CameBack(row.number, row.paid_yuan))
        if row.class_id not in (None, class_id):
            people[row.number, row.class_starts_on, row.class_ends_on].add(str(row.trainee_id))
    rosters = (ClaimedRoster(number, starts_on, ends_on, frozenset(ids)) for (number, starts_on, ends_on), ids in people.items())
    back = {paper: tuple(each) for paper, each in came_back.items()}
    return History({trainee_id: tuple(found.values()) for trainee_id, found in priors.items()}, tuple(rosters), dict(makes_up), back)


def paper_of(class_id: UUID | None, trainee_id: UUID, certificate_id: UUID | None, placement_id: UUID | None) -> Paper:
    return (trainee_id,) if class_id else (trainee_id, certificate_id, placement_id)


def due_of(row: Any) -> Decimal:
    """What a line was found to be due, yuan, less what was found since not to be: what a person asked back on purpose stays found, so that it is not made up
    for. A held one counts as what it may be worth."""
    return NOTHING if row.verdict == LineVerdict.REFUSED else row.amount - row.not_due_yuan


def _with(prior: Prior, row: Any) -> Prior:
    """Of a held supplement nobody knows yet what it is worth."""
    known = prior.amount_yuan is not None and row.verdict != LineVerdict.HELD
    return replace(prior, amount_yuan=(prior.amount_yuan or NOTHING) + row.amount if known else None)


def _prior(row: Any, class_id: UUID | None) -> Prior:
    level = Level(row.level) if row.level else None
    worth = row.amount if row.verdict == LineVerdict.ELIGIBLE else None  # a held line counts whatever it may be worth
    of = row.number, SchemeCode(row.scheme), row.judged_on, row.trade_key, level, row.placement_id
    return Prior(*of, amount_yuan=worth, same_class=class_id is not None and row.class_id == class_id)
