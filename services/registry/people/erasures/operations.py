"""Erasing a person or what of them nobody has to keep, on request (个人信息保护法 arts. 47, 50)."""

from collections.abc import Collection, Mapping
from typing import Any
from uuid import UUID

from sqlalchemy import delete, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from services.registry import fields
from services.registry.codes import ErasureStatus
from services.registry.files import reading as files
from services.registry.people.corrections.tables import TraineeCorrection
from services.registry.people.duplicates.tables import PossibleDuplicate
from services.registry.people.erasures import facts, policy
from services.registry.people.erasures.errors import DuplicateErasureRequest
from services.registry.people.erasures.schemas import ErasureBasis, ErasureDecision, ErasureIn, ErasureOut, Foreseen, HeldBy
from services.registry.people.erasures.tables import ErasureRequest
from services.registry.people.merges.tables import Merge
from services.registry.people.trainees import operations as trainees
from services.registry.people.trainees import reading
from services.registry.people.trainees.conditions import ALIASES
from services.registry.people.trainees.tables import Trainee, TraineeCategory, TraineeSighting
from services.registry.reference.errors import SamePerson
from shared import access, db, deeds, errors, pages, wire
from shared.access import Call
from shared.web import Kernel

REFUSALS: dict[str, type[errors.Problem]] = {each.code: each for each in (errors.InvalidState, SamePerson)}


async def ask(session: AsyncSession, call: Call, trainee_id: UUID, body: ErasureIn) -> ErasureOut:
    trainee = await reading.find(session, call, trainee_id)
    if faults := [*_unauthorised(call, body), *await files.unknown(session, call, {"/proof": body.proof})]:
        raise errors.Invalid(faults=faults)
    if open_ := await session.scalar(select(ErasureRequest.id).where(ErasureRequest.trainee_id == trainee.id, _OPEN)):
        raise DuplicateErasureRequest(existing_id=str(open_))
    doer = call.actor.doer
    request = ErasureRequest(
        id=db.new_id(),
        trainee_id=trainee.id,
        asked_by=call.actor.subject,
        asked_by_person=doer.person,
        asked_at=call.now,
        **body.model_dump(),
    )
    session.add(request)
    await session.flush()
    await deeds.record(session, call, "trainee.erasure_asked", trainee.id, details={"erasure_id": request.id}, event=False)
    return _show(call, request)


_OPEN = ErasureRequest.status == ErasureStatus.OPEN


def _unauthorised(call: Call, body: ErasureIn) -> list[errors.Fault]:
    """A person asks for themself; whoever asks for another says so and has the signed paper."""
    if call.actor.role == "person":
        fix = "本人提出的不填此项。"
        return [
            errors.Fault("invalid_value", f"/{name}", allowed="不填", fix=fix) for name in ("on_behalf", "proof") if getattr(body, name)
        ]
    fix = "代本人提出的,on_behalf 填 true,proof 填本人签名的书面申请。"
    return [errors.Fault("missing_field", f"/{name}", fix=fix) for name in ("on_behalf", "proof") if not getattr(body, name)]


async def list_requests(
    session: AsyncSession, call: Call, trainee_id: UUID, asked: pages.Asked, status: list[ErasureStatus] | None
) -> dict[str, Any]:
    """Of a person the caller sees; the offices read them also of one who is gone."""
    await _seen(session, call, trainee_id)
    wanted = pages.where(select(ErasureRequest), {ErasureRequest.status: status}).where(_of(trainee_id))
    return await pages.page(session, wanted, ErasureRequest.id, asked, lambda row: _show(call, row[0]))


async def get(session: AsyncSession, call: Call, trainee_id: UUID, erasure_id: UUID) -> ErasureOut:
    await _seen(session, call, trainee_id)
    return _show(call, await _find(session, trainee_id, erasure_id))


async def _seen(session: AsyncSession, call: Call, trainee_id: UUID) -> None:
    try:
        await reading.find(session, call, trainee_id)
    except errors.NotFound:
        asked = select(ErasureRequest.id).where(ErasureRequest.trainee_id == trainee_id).limit(1)
        if call.actor.role not in access.OFFICES or await session.scalar(asked) is None:
            raise


def _of(trainee_id: UUID) -> Any:
    return or_(ErasureRequest.trainee_id == trainee_id, ALIASES.among(ErasureRequest.trainee_id, [trainee_id]))


async def _find(session: AsyncSession, trainee_id: UUID, erasure_id: UUID) -> ErasureRequest:
    request = await session.scalar(select(ErasureRequest).where(ErasureRequest.id == erasure_id, _of(trainee_id)))
    if request is None:
        raise errors.NotFound()
    return request


async def permit(session: AsyncSession, call: Call, trainee_id: UUID, erasure_id: UUID) -> ErasureRequest:
    """The request, of the caller's version and still open, asked for by another person."""
    request = await _find(session, trainee_id, erasure_id)
    call.match(request.version)
    if refusal := policy.MACHINE.why_not("decide", request.status, call.actor.doer, [("ask", request.asked_by_person)]):
        raise REFUSALS[refusal.code](refusal.detail)
    return request


async def held_elsewhere(kernel: Kernel, call: Call, trainee_id: UUID) -> Mapping[str, int]:
    """What neighbours count on the person, under any of their ids."""
    async with kernel.reading() as session:
        theirs = list(await session.scalars(select(Trainee.id).where(ALIASES.among(Trainee.id, [trainee_id]))))
    return await facts.elsewhere(kernel, call, theirs) if theirs else {}


async def foresee(kernel: Kernel, trainee_id: UUID, elsewhere: Mapping[str, int]) -> Foreseen:
    async with kernel.reading() as session:
        theirs = list(await session.scalars(select(Trainee.id).where(ALIASES.among(Trainee.id, [trainee_id]))))
        holds = {**elsewhere, **await facts.here(session, theirs)}
    split = policy.split(holds)
    return Foreseen(erased=list(split.erased), kept=list(split.kept), holds=_shown(holds))


async def decide(
    session: AsyncSession, call: Call, trainee_id: UUID, erasure_id: UUID, body: ErasureDecision, elsewhere: Mapping[str, int]
) -> ErasureOut:
    """Whoever decides is another person than asked. What is granted is erased at once, under all ids of the person."""
    request = await permit(session, call, trainee_id, erasure_id)
    if body.outcome == ErasureStatus.GRANTED:
        await _grant(session, call, request, elsewhere)
    request.status, request.decision_reason = body.outcome, body.reason
    request.decided_by, request.decided_by_name, request.decided_at = call.actor.subject, call.actor.name or None, call.now
    await session.flush()
    told = {"erasure_id": request.id, "reason": body.reason, "erased": request.erased, "holds": request.holds}
    await deeds.record(session, call, f"trainee.erasure_{body.outcome}", request.trainee_id, details=told, event=False)
    return _show(call, request)


async def _grant(session: AsyncSession, call: Call, request: ErasureRequest, elsewhere: Mapping[str, int]) -> None:
    locked = select(Trainee.id, Trainee.version, Trainee.merged_into).where(ALIASES.among(Trainee.id, [request.trainee_id]))
    people = (await session.execute(locked.order_by(Trainee.id).with_for_update())).all()
    theirs = [each.id for each in people]
    holds = {kind: count for kind, count in {**elsewhere, **await facts.here(session, theirs)}.items() if count}
    split = policy.split(holds)
    request.erased, request.kept, request.holds = list(split.erased), list(split.kept), holds
    said = {"erasure_id": request.id}
    if split.whole:
        await _forget(session, theirs)
        gone = [deeds.deed(call, "trainee.erased", each.id, details=said, version=each.version + 1) for each in people]
        await deeds.record_all(session, gone)
        return
    accounts = await _empty(session, call, theirs, split)
    changed = [
        deeds.deed(call, "trainee.changed", each.id, details=said, version=each.version + 1, fields=sorted(split.erased))
        for each in people
        if each.merged_into is None
    ]
    await deeds.record_all(session, changed)
    await trainees.tell_sharers(session, call, {each.id: set(accounts) for each in people if each.merged_into is None})


async def _forget(session: AsyncSession, theirs: Collection[UUID]) -> None:
    """Nothing of them is left; with them goes the key of their history. Whatever paper there were all the same, its foreign key would refuse."""
    await facts.forget(session, theirs)
    pairs = or_(PossibleDuplicate.one_id.in_(theirs), PossibleDuplicate.other_id.in_(theirs))
    await session.execute(delete(PossibleDuplicate).where(pairs))
    await session.execute(delete(Merge).where(or_(Merge.trainee_id.in_(theirs), Merge.into_id.in_(theirs))))
    for table in (TraineeCorrection, TraineeCategory, TraineeSighting):
        await session.execute(delete(table).where(table.trainee_id.in_(theirs)))
    for merged in (Trainee.merged_into.is_not(None), Trainee.merged_into.is_(None)):
        await session.execute(delete(Trainee).where(Trainee.id.in_(theirs), merged).execution_options(synchronize_session=False))


async def _empty(session: AsyncSession, call: Call, theirs: Collection[UUID], split: policy.Split) -> list[bytes]:
    """Erases these members, what was asked to be corrected of them, and what the history said until now. Answers the accounts that are nobody's now."""
    emptied: dict[str, Any] = {
        "phone": None,
        "phone_masked": None,
        "phone_key": None,
        "village": None,
        "education": None,
        "employer_id": None,
        "employments": [],
    }
    emptied |= {"earlier_names": "", "external_refs": [], "history_key": fields.new_history_key()}
    accounts: list[bytes] = []
    if "bank_account" in split.erased:
        held = select(Trainee.bank_account_key).where(Trainee.id.in_(theirs), Trainee.bank_account_key.is_not(None))
        accounts = [key for key in await session.scalars(held) if key]
        emptied |= {"bank_account": None, "bank_account_key": None, "bank_account_masked": None}
    change = update(Trainee).where(Trainee.id.in_(theirs)).values(emptied | {"changed_at": call.now, "version": Trainee.version + 1})
    await session.execute(change.execution_options(synchronize_session=False))
    asked = TraineeCorrection.field.in_([*split.erased, "name"])
    await session.execute(delete(TraineeCorrection).where(TraineeCorrection.trainee_id.in_(theirs), asked))
    return accounts


def _show(call: Call, request: ErasureRequest) -> ErasureOut:
    shown = {name: getattr(request, name) for name in ErasureOut.model_fields if hasattr(request, name)}
    actions = policy.MACHINE.every_action(request.status, call.actor.doer, [("ask", request.asked_by_person)])
    holds = None if request.holds is None else _shown(request.holds)
    return ErasureOut.model_validate(shown | {"holds": holds, "allowed_actions": wire.allowed_actions(actions)})


def _shown(holds: Mapping[str, int]) -> list[HeldBy]:
    return [
        HeldBy(kind=kind, count=count, basis=ErasureBasis(document=policy.BASES[kind][0], clause=policy.BASES[kind][1]))
        for kind, count in sorted(holds.items())
        if count
    ]
