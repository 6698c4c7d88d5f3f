"""Finding people who may be registered twice, when they are registered or changed; and an officer's verdict, which is remembered.

Alike are: the same name with the same birth date; the same phone with the same name or birth date; the same name with numbers whose birth dates alone
differ, by one digit (a digit of the area or of the serial leaves name and birth date the same). Each is looked up by an index, a few of each, so that it
costs the same however many people there are.
"""

from collections.abc import Collection
from typing import Any, Final
from uuid import UUID

from sqlalchemy import ARRAY, Select, Text, Uuid, bindparam, func, literal, or_, select, true, tuple_, union_all
from sqlalchemy.dialects.postgresql import aggregate_order_by
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from services.registry.codes import DuplicateGround as Ground
from services.registry.codes import DuplicateVerdict
from services.registry.people.duplicates.schemas import DuplicateDecision, PossibleDuplicateOut
from services.registry.people.duplicates.tables import PossibleDuplicate
from services.registry.people.trainees import facts
from services.registry.people.trainees.conditions import ALIASES
from services.registry.people.trainees.errors import TraineeMerged
from services.registry.people.trainees.tables import Trainee
from shared import db, deeds, errors, pages
from shared.access import Call

OF_EACH_GROUND_AT_MOST: Final = 5
ONE, OTHER = aliased(Trainee, name="one"), aliased(Trainee, name="other")


def _digits(person: Any) -> Any:
    return func.string_to_array(func.to_char(person.birth_on, "YYYYMMDD"), None)


def _one_digit_apart(some: Any, other: Any) -> Any:
    pairs = func.unnest(_digits(some), _digits(other)).table_valued("a", "b").render_derived()
    return select(func.count()).select_from(pairs).where(pairs.c.a != pairs.c.b).scalar_subquery() == 1


# What those who are alike have in common, as an index keeps it before the id.
COMMON: Final[dict[Ground, tuple[str, ...]]] = {
    Ground.NAME_AND_BIRTH: ("name", "birth_on"),
    Ground.PHONE: ("phone_key",),
    Ground.NUMBER: ("number_frame_key", "name"),
}


def _also(ground: Ground, some: Any, other: Any) -> Any:
    match ground:
        case Ground.NAME_AND_BIRTH:
            return true()
        case Ground.PHONE:
            return or_(other.name == some.name, other.birth_on == some.birth_on)
        case Ground.NUMBER:
            return _one_digit_apart(some, other)


def _few_like(ground: Ground, some: Any, other: Any) -> Any:
    """The first few, in the order of the one index that has this ground. Asked for as equals in the order of their ids, they would be found along the
    primary key wherever the planner takes the table for empty: it does after a large sheet was only tried, and each row of the next would cost all rows."""
    ours, theirs = ([getattr(who, name) for name in COMMON[ground]] for who in (some, other))
    alike = (tuple_(*theirs).between(tuple_(*ours), tuple_(*ours)), _also(ground, some, other))
    few = select(other.id).where(*alike, other.id != some.id, other.merged_into.is_(None)).order_by(*theirs, other.id)
    return few.limit(OF_EACH_GROUND_AT_MOST).lateral()


def _pairs_of(trainee_ids: Any) -> Select[Any]:
    """The pairs that these people make with others, each with its grounds."""
    found = []
    for ground in Ground:
        some, other = aliased(Trainee), aliased(Trainee)
        few_of = _few_like(ground, some, other)
        pair = (func.least(some.id, few_of.c.id).label("one_id"), func.greatest(some.id, few_of.c.id).label("other_id"))
        wanted = select(*pair, literal(ground.value, Text).label("ground")).join_from(some, few_of, literal(True))
        found.append(wanted.where(some.id == func.any(trainee_ids)))
    each = union_all(*found).subquery()
    grounds = func.array_agg(aggregate_order_by(each.c.ground.distinct(), each.c.ground))
    return select(each.c.one_id, each.c.other_id, grounds.label("grounds")).group_by(each.c.one_id, each.c.other_id)


PAIRS: Final = _pairs_of(bindparam("trainee_ids", type_=ARRAY(Uuid)))  # made once: every person who is registered asks for it


@facts.compares
async def propose(session: AsyncSession, call: Call, trainee_ids: Collection[UUID]) -> None:
    """Keeps the pairs that these people make with others; those that were decided stay as they are."""
    rows = await session.execute(PAIRS, {"trainee_ids": list(trainee_ids)})
    pairs = [{"id": db.new_id(), "found_at": call.now, **row} for row in rows.mappings()]
    if pairs:
        found = upsert(PossibleDuplicate)
        newer, undecided = {"grounds": found.excluded.grounds}, PossibleDuplicate.verdict.is_(None)
        await session.execute(found.on_conflict_do_update(constraint="possible_duplicates_pair_key", set_=newer, where=undecided), pairs)


def _person(who: Any) -> Any:
    return func.jsonb_build_object(
        *("trainee_id", who.id, "trainee_name", who.name, "id_number_masked", who.id_number_masked),
        *("birth_on", who.birth_on, "phone", who.phone_masked, "region_code", who.region_code),
    )


SHOWN = (
    select(
        *(getattr(PossibleDuplicate, name) for name in ("id", "grounds", "found_at", "verdict", "reason", "decided_at", "decided_by_name")),
        func.jsonb_build_array(PossibleDuplicate.one_id, PossibleDuplicate.other_id).label("trainee_ids"),
        func.jsonb_build_array(_person(ONE), _person(OTHER)).label("trainees"),
    )
    .join(ONE, ONE.id == PossibleDuplicate.one_id)
    .join(OTHER, OTHER.id == PossibleDuplicate.other_id)
    .where(ONE.merged_into.is_(None), OTHER.merged_into.is_(None))
)


async def list_possible(
    session: AsyncSession, asked: pages.Asked, trainee_ids: list[UUID] | None, verdicts: list[DuplicateVerdict] | None
) -> dict[str, Any]:
    """The pairs that nobody has decided, or those with these verdicts."""
    wanted = SHOWN.where(PossibleDuplicate.verdict.in_(verdicts) if verdicts else PossibleDuplicate.verdict.is_(None))
    if trainee_ids:
        wanted = wanted.where(or_(*(ALIASES.among(of, trainee_ids) for of in (PossibleDuplicate.one_id, PossibleDuplicate.other_id))))
    return await pages.page(session, wanted, PossibleDuplicate.id, asked, PossibleDuplicateOut.model_validate)


async def decide(session: AsyncSession, call: Call, body: DuplicateDecision) -> PossibleDuplicateOut:
    """Keeps the verdict on a pair, also on one that was not proposed. It merges nobody."""
    one, other = sorted(body.trainee_ids)
    known = {
        row.id: row.merged_into
        for row in await session.execute(select(Trainee.id, Trainee.merged_into).where(Trainee.id.in_([one, other])))
    }
    faults = [
        errors.Fault("unknown_trainee", f"/trainee_ids/{index}", seen=str(each), fix="请核对编号。")
        for index, each in enumerate(body.trainee_ids)
        if each not in known or one == other
    ]
    if faults:
        raise errors.Invalid(faults=faults)
    if merged := next(filter(None, known.values()), None):
        raise TraineeMerged(merged_into=str(merged))
    decided = {
        "verdict": body.verdict,
        "reason": body.reason,
        "decided_at": call.now,
        "decided_by": call.actor.subject,
        "decided_by_name": call.actor.name or None,
    }
    kept = upsert(PossibleDuplicate).values(id=db.new_id(), one_id=one, other_id=other, grounds=[], found_at=call.now, **decided)
    await session.execute(kept.on_conflict_do_update(constraint="possible_duplicates_pair_key", set_=decided))
    said = {"verdict": body.verdict, "reason": body.reason}
    await deeds.record_all(
        session,
        [
            deeds.deed(call, "trainee.duplicate_decided", each, event=False, details=said | {"other_id": its})
            for each, its in ((one, other), (other, one))
        ],
    )
    pair = tuple_(PossibleDuplicate.one_id, PossibleDuplicate.other_id) == tuple_(one, other)
    return PossibleDuplicateOut.model_validate((await session.execute(SHOWN.where(pair))).one())
