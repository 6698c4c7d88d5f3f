"""One step on many claims at once (批量办理), each judged by itself: what one is refused stops no other."""

from collections.abc import Awaitable, Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Annotated, Any, Final, Literal
from uuid import UUID

from pydantic import Field, model_validator
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from services.subsidy import clients
from services.subsidy.claims import holds, operations, steps
from services.subsidy.claims.conditions import ClaimFilter, named_by
from services.subsidy.claims.policy import MACHINE
from services.subsidy.claims.tables import Claim, Decision, Line
from services.subsidy.claims.visibility import rows
from services.subsidy.codes import ClaimStatus
from services.subsidy.funds import operations as funds
from shared import access, batches, deeds, errors, names, wire
from shared.access import Call
from shared.batches import ITEMS_AT_MOST, BatchOut, Result
from shared.steps import person_of, wrong_role
from shared.web import Kernel

Decidable = Literal["review", "confirm", "approve", "return", "reject", "hold", "release", "close"]
MUST_SAY_WHY: Final = frozenset({"return", "reject", "hold", "close"})
DECIDERS: Final = frozenset({"officer", "reviewer", "finance"})


class DecideIn(wire.In):
    """A step, and the claims by id or by a filter. `versions`: of the claims that are decided on only as the caller has seen them."""

    action: Decidable
    claim_ids: Annotated[list[UUID], Field(max_length=ITEMS_AT_MOST)] | None = Field(None, description=f"至多 {ITEMS_AT_MOST} 张")
    filter: ClaimFilter | None = Field(None, description="申领单列表的筛选条件;先等待的先办")
    reason: wire.Reason | None = None
    comment: wire.Comment | None = None
    versions: dict[UUID, int] = Field(default_factory=dict, description="申领单编号 → 所见的版本;版本已变的不办")

    @model_validator(mode="after")
    def by_ids_or_by_filter(self) -> "DecideIn":
        if (self.claim_ids is None) == (self.filter is None):
            raise ValueError("claim_ids 与 filter 须填且只填一个")
        return self


def why(body: DecideIn, _today: date) -> Iterator[errors.Fault]:
    if body.action in MUST_SAY_WHY and body.reason is None:
        yield errors.Fault("missing_field", pointer="/reason", allowed=f"{MACHINE.step(body.action).title}须说明理由", fix="请补充该字段。")


RULES = (why,)
STEPS: Final[Mapping[str, Callable[[AsyncSession, Call, UUID, Any], Awaitable[Any]]]] = {
    "review": operations.review,
    "approve": operations.approve,
    "return": operations.send_back,
    "reject": operations.reject,
    "hold": holds.hold,
    "release": holds.release,
    "close": operations.close,
}


@dataclass(frozen=True, slots=True)
class Chosen:
    """The claims in question, in the order of the answer; and, for notices, the names of everyone in them."""

    claim_ids: Sequence[UUID]
    names: clients.Names


async def chosen(kernel: Kernel, call: Call, body: DecideIn) -> Chosen:
    """Asked ahead of the transaction: which claims the filter names, and what the registry calls their people."""
    if refused := wrong_role(MACHINE.step(body.action).roles, call.actor.role):
        raise access.WrongRole(refused.detail)
    if faults := wire.faults(RULES, body, call.today):
        raise errors.Invalid(faults=faults)
    async with kernel.reading() as session:
        claim_ids = await _filtered(session, call, body.filter) if body.filter else body.claim_ids or []
        shown = {}
        if body.action == "confirm":
            of = select(Claim.institution_id, Claim.class_id).where(Claim.id.in_(claim_ids), Claim.status == ClaimStatus.REVIEWED)
            claims = (await session.execute(of.where(rows(call.actor)))).all()
            people = select(Line.trainee_id).join(Claim, Claim.id == Line.claim_id).where(Claim.id.in_(claim_ids))
            lines = (await session.execute(people.where(Claim.status == ClaimStatus.REVIEWED, rows(call.actor)).distinct())).all()
            shown = operations.on_notice(claims, lines)
    return Chosen(claim_ids, await _called(kernel, call, shown))


async def _filtered(session: AsyncSession, call: Call, by: ClaimFilter) -> Sequence[UUID]:
    found = select(Claim.id).where(rows(call.actor), named_by(by, call.today))
    claim_ids = (await session.scalars(found.order_by(Claim.in_status_since_at, Claim.id).limit(ITEMS_AT_MOST + 1))).all()
    if len(claim_ids) > ITEMS_AT_MOST:
        allowed = f"至多 {ITEMS_AT_MOST} 张"
        raise errors.Invalid(faults=[errors.Fault("invalid_value", pointer="/filter", allowed=allowed, fix="请缩小筛选范围,分次办理。")])
    return claim_ids


async def _called(kernel: Kernel, call: Call, shown: Mapping[str, Collection[UUID]]) -> clients.Names:
    """As many people as one question may name are asked for at once."""
    people = sorted(shown.get("trainee_ids", ()))
    found = clients.Names(trainees={}, institutions={}, classes={})
    others = {name: ids for name, ids in shown.items() if name != "trainee_ids"}
    for start in range(0, len(people), names.IDS_AT_MOST):
        answer = await clients.names(kernel, call, trainee_ids=people[start : start + names.IDS_AT_MOST], **others)
        found = clients.Names(trainees=found.trainees | answer.trainees, institutions=answer.institutions, classes=answer.classes)
    return found


async def decide(session: AsyncSession, call: Call, kernel: Kernel, body: DecideIn, chosen: Chosen) -> BatchOut:
    """Each claim in a savepoint of its own. Funds and claims are locked first, each in the order of their ids, so that whoever decides on some of the same
    waits and never blocks. A step that the caller has just taken leaves its claim unchanged."""
    at_hand = await steps.seen(session, chosen.claim_ids)
    await funds.lock(session, *{claim.fund_id for claim in at_hand if claim.fund_id})
    await steps.locked(session, [claim.id for claim in at_hand])
    results = [await _one(session, call, kernel, body, chosen.names, claim_id) for claim_id in chosen.claim_ids]
    if body.action == "confirm":
        updated = [claim_id for claim_id, each in zip(chosen.claim_ids, results, strict=True) if each.outcome == "updated"]
        await operations.look_again(session, call, updated)
    refusals = [_refused(call, claim_id, each) for claim_id, each in zip(chosen.claim_ids, results, strict=True) if each.faults]
    await deeds.record_all(session, refusals)
    place = "/claim_ids" if body.claim_ids else "/filter"
    return batches.answer(
        [
            batches.item(index, each.outcome, claim_id, (replace(fault, pointer=f"{place}/{index}") for fault in each.faults))
            for index, (claim_id, each) in enumerate(zip(chosen.claim_ids, results, strict=True))
        ]
    )


async def _one(session: AsyncSession, call: Call, kernel: Kernel, body: DecideIn, called: clients.Names, claim_id: UUID) -> Result:
    version = body.versions.get(claim_id)
    own = replace(call, if_match=None if version is None else frozenset({str(version)}))
    said: Any = body.reason if body.action in MUST_SAY_WHY else body.comment or body.reason
    try:
        async with session.begin_nested():
            if body.action == "confirm":
                await operations.confirm(session, own, kernel, called, claim_id, said)
            else:
                await STEPS[body.action](session, own, claim_id, said)
    except errors.Problem as problem:
        if problem.code == errors.InvalidState.code and await _done_before(session, call, claim_id, body.action):
            return Result("unchanged")
        return batches.rejected(errors.Fault(problem.code, seen=str(claim_id), fix=problem.detail))
    return Result("updated")


async def _done_before(session: AsyncSession, call: Call, claim_id: UUID, action: str) -> bool:
    """Whether the caller has taken this very step, and nobody any since."""
    last = select(Decision.action, Decision.person_id, Decision.actor).where(Decision.claim_id == claim_id)
    found = (await session.execute(last.order_by(Decision.id.desc()).limit(1))).first()
    return found is not None and (found.action, person_of(found.person_id, found.actor)) == (action, call.actor.doer.person)


def _refused(call: Call, claim_id: UUID, result: Result) -> deeds.Deed:
    said = {"code": result.faults[0].code, "method": "POST", "path": "/v1/claims:decide"}
    return deeds.deed(call, "refused", claim_id, subject_type="claim", details=said, event=False, refused=True)
