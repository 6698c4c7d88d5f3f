"""What filings and assessments ask of the register: whether cards hold on a day; and what it learns of a filing's teams."""

from collections.abc import Collection, Iterable, Sequence
from datetime import date
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from services.evaluation.examiners import policy
from services.evaluation.examiners.reading import periods_of
from services.evaluation.examiners.schemas import StaffMember
from services.evaluation.examiners.tables import Examiner
from shared import db, errors
from shared.access import Call

Teams = Iterable[tuple[str, Sequence[StaffMember]]]
FIX = "请改派其他人员,或请经办人员核对考评人员登记。"


async def registered(session: AsyncSession, cards: Collection[str]) -> dict[str, list[policy.Registered]]:
    """What the register has of each card."""
    found: dict[str, list[policy.Registered]] = {each: [] for each in cards}
    for row in await session.scalars(select(Examiner).where(Examiner.card.in_(sorted(cards)))):
        days = periods_of(row.exclusions)
        found[row.card].append(policy.Registered(row.name, row.verified, row.valid_from_on, row.valid_until_on, days))
    return found


async def faults(session: AsyncSession, staff: Teams, day: date, at: str = "/staff") -> list[errors.Fault]:
    """Cards of the teams that are expired, excluded or somebody else's on the day."""
    people = [(f"{at}/{team}/{index}/card", each) for team, members in staff for index, each in enumerate(members)]
    known = await registered(session, {each.card for _, each in people})
    return [
        errors.Fault("card_invalid", pointer, seen=each.card, allowed=reason, fix=FIX)
        for pointer, each in people
        if (reason := policy.card_invalid(known[each.card], each.name, day))
    ]


async def learn(session: AsyncSession, call: Call, staff: Teams) -> None:
    """Enters whom the register does not know yet, unverified. Whoever it knows stays as they are."""
    teams: dict[tuple[str, str], tuple[UUID | None, set[str]]] = {}
    for team, members in staff:
        for each in members:
            teams.setdefault((each.card, each.name), (each.trainee_id, set()))[1].add(team)
    rows = [
        {
            "id": db.new_id(),
            "version": 1,
            "card": card,
            "name": name,
            "trainee_id": trainee_id,
            "verified": False,
            "institution_id": call.actor.institution_id,
            "teams": sorted(of),
            "occupations": [],
            "trainings": [],
            "exclusions": [],
            "registered_at": call.now,
            "changed_at": call.now,
        }
        for (card, name), (trainee_id, of) in sorted(teams.items())
    ]
    if rows:
        await session.execute(insert(Examiner).values(rows).on_conflict_do_nothing())
