"""Who may see which claims, and what of them: an applicant their own, a person every claim made in their name, a town those it entered, the office all.

Of a claim that another made, a person sees what it says of them and nothing of anyone else: their own lines, the sums of these, the decisions on them and
the rejection of the whole. The other people's lines, the applicant's papers and what the office wrote about the claim as a whole are not theirs to read.
"""

from uuid import UUID

from sqlalchemy import ColumnElement, false, func, select, true
from sqlalchemy.ext.asyncio import AsyncSession

from services.subsidy.claims.conditions import ALIASES
from services.subsidy.claims.tables import Claim, Line
from shared.access import SEES_MONEY, Actor


def rows(actor: Actor) -> ColumnElement[bool]:
    if actor.role in SEES_MONEY:
        return true()
    if actor.role == "person" and actor.trainee_id:
        named_in = select(Line.claim_id).where(theirs(actor))  # few, looked up once a statement: the list does not grow with the table
        return Claim.id == func.any(func.array(named_in.scalar_subquery()))
    return entered_by(actor)


def theirs(actor: Actor) -> ColumnElement[bool]:
    """The lines that the caller sees of the claims they see."""
    if actor.role != "person":
        return true()
    return ALIASES.among(Line.trainee_id, [actor.trainee_id]) if actor.trainee_id else false()


def entered_by(actor: Actor) -> ColumnElement[bool]:
    """The claims whose applicant the caller is, or which they entered for a person: theirs to change, submit and withdraw. What was entered at the bureau
    is any officer's."""
    if actor.role == "institution" and actor.institution_id:
        made_by = func.coalesce(Claim.institution_id, Claim.employer_id)  # never both; as the index says it
        return made_by == actor.institution_id
    if actor.role == "person" and actor.trainee_id:
        return ALIASES.among(Claim.trainee_id, [actor.trainee_id])
    if actor.role == "town" and actor.region_code:
        return Claim.on_behalf & (Claim.region_code == actor.region_code)
    if actor.role == "officer":
        return Claim.on_behalf & Claim.region_code.is_(None)
    return false()


def papers_of(actor: Actor) -> ColumnElement[bool]:
    """The claims of which the caller reads the papers handed in: the office of all, an applicant of those they entered."""
    return true() if actor.role in SEES_MONEY else entered_by(actor)


async def has_entered(session: AsyncSession, actor: Actor, claim: Claim) -> bool:
    """What `entered_by` says in SQL, of one claim that the caller sees."""
    if actor.role == "person":
        return claim.trainee_id is not None and claim.trainee_id in await own_ids(session, actor)
    if actor.role == "officer":
        return claim.on_behalf and claim.region_code is None
    return actor.role in ("institution", "town")


async def own_ids(session: AsyncSession, actor: Actor) -> frozenset[UUID]:
    """Every id that stands for the person who calls."""
    return await ALIASES.all_of(session, actor.trainee_id) if actor.role == "person" and actor.trainee_id else frozenset()
